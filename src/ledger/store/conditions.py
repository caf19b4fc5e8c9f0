"""Queries and conditions in the form the database functions take them: tags with their narrow keys."""

from __future__ import annotations

import json

from eventsourcing.dcb.api import DCBAppendCondition

from ledger.store.appending import VaultWrites
from ledger.store.leaves import tag_key


def condition_json(condition: DCBAppendCondition) -> str:
    """``{"a": after, "i": [{"t": types, "g": tags, "k": keys}]}``; no item at all means every event."""
    items = condition.fail_if_events_match.items
    asked = [{"t": i.types, "g": i.tags, "k": [tag_key(t) for t in i.tags]} for i in items]
    return json.dumps({"a": condition.after or 0, "i": asked or [{"t": [], "g": [], "k": []}]})


def asked_keys(condition: DCBAppendCondition) -> list[int] | None:
    """The key of each item's first tag: where none was seen, nothing matches. None when an item has no tag."""
    items = condition.fail_if_events_match.items
    if not items or not all(i.tags for i in items):
        return None
    return [tag_key(i.tags[0]) for i in items]


def vault_json(writes: VaultWrites) -> str:
    """Vault rows, their bytes in hexadecimal."""
    return json.dumps(
        {
            "keys": [[subject, purpose, wrapped.hex()] for subject, purpose, wrapped in writes.keys],
            "lookups": [[kind, digest.hex(), subject] for kind, digest, subject in writes.lookups],
            "used": writes.used,
        }
    )
