"""One household or person as it was: folded again from the log, up to a moment on either clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import anyio.to_thread
import msgspec

from graphql_api.context import Info, Row
from ledger.identification.events import Component
from ledger.identification.states import Entitlement
from ledger.kernel import Event, Facts, HouseholdId, PersonId, tag
from ledger.registry.events import AccountNominated, HouseholdMoved, HouseholdRegistered, MemberJoined
from ledger.registry.lineage_events import AttributesChanged
from ledger.registry.states import Household, Member, Membership
from ledger.store.execute import Ledger


async def household_as_of(info: Info, row: Row, as_of: Any, until: int | None = None) -> Row | None:
    """The household's row as of a moment, with its members, accounts and entitlements; None when not known then.

    `until` is the position of the log before which the viewer may know of it, None for all.
    """
    ledger = info.context.services.ledger
    types = (*Household.FOLDS, *Entitlement.FOLDS)
    events = await anyio.to_thread.run_sync(
        _events, ledger, types, tag(HouseholdId, row["household_id"]), as_of, until
    )
    state = Household.fold(row["household_id"], events)
    return _household(row, state, events) if state.exists else None


async def person_as_of(info: Info, row: Row, as_of: Any) -> Row | None:
    """The person's row as of a moment; None when they were not known then."""
    ledger = info.context.services.ledger
    events = await anyio.to_thread.run_sync(
        _events,
        ledger,
        (*Membership.FOLDS, AttributesChanged),
        tag(PersonId, row["person_id"]),
        as_of,
        row["until"],
    )
    state = Membership.fold(row["person_id"], events)
    joined = [e for e in events if isinstance(e, MemberJoined)]
    if not joined:
        return None
    stay = Household.fold(joined[-1].household_id, events).members[-1]
    return {
        **row,
        "household_id": state.household_id,
        "died_on": state.died_on,
        "attributes": msgspec.to_builtins(stay.attributes),
    }


def _events(
    ledger: Ledger, types: tuple[type[Event], ...], subject: str, as_of: Any, until: int | None
) -> list[Event]:
    occurred = (as_of and as_of.occurred) or date.max
    recorded = (as_of and as_of.recorded) or datetime.max.replace(tzinfo=UTC)
    known = ledger.read((Facts(types=types, tags=(subject,)),))
    return [
        r.event
        for r in known.recorded
        if r.recorded_at <= recorded
        and (r.event.occurred_on or date.min) <= occurred
        and (until is None or r.position < until)
    ]


def _household(row: Row, state: Household, events: Sequence[Event]) -> Row:
    declared = state.declared_on(date.max)
    members: dict[str, Row] = {m.person_id: _person(m) for m in state.members}
    head = state.head()
    return {
        **row,
        "organisation_id": state.organisation_id,
        "company_id": state.company_id,
        "merged_into": state.merged.survivor_id if state.merged is not None else None,
        "area": state.area.value,
        "head_id": head,
        "head": members.get(head, {}) if head else {},
        "address": _address(events),
        "member_count": len(state.current()),
        "income_annual_fen": None if declared is None else sum(n.annual_fen for n in declared.income if not n.excluded),
        "members": [
            {"person_id": m.person_id, "relation": m.relation.value, "joined_on": m.joined_on,
             "left_on": m.died_on or m.left_on, "left_reason": "died" if m.died_on else m.left_reason, "then": _person(m)}
            for m in state.members
        ],
        "accounts": _accounts([e for e in events if isinstance(e, AccountNominated)]),
        "entitlements": _entitlements(events),
    }  # fmt: skip


def _person(member: Member) -> Row:
    return {"died_on": member.died_on, "attributes": msgspec.to_builtins(member.attributes)}


def _address(events: Sequence[Event]) -> str | None:
    stated = [e.address for e in events if isinstance(e, HouseholdRegistered | HouseholdMoved) and e.address]
    return stated[-1].sealed if stated else None


def _accounts(events: Sequence[AccountNominated]) -> list[Row]:
    """In the order of the days from which they held; what was paid to each is known of the present alone."""
    ordered = sorted(events, key=lambda e: e.occurred_on or date.min)
    after = [*(e.occurred_on for e in ordered[1:]), None]
    return [
        {"nominated_on": e.occurred_on, "payee_id": e.person_id, "payee_kind": e.payee_kind, "bank_code": e.bank_code,
         "account": e.account.sealed, "account_holder": e.account_holder.sealed, "authority": e.authority,
         "operator_id": e.actor.operator_id, "until": until, "payments": None, "paid_fen": None}
        for e, until in zip(ordered, after, strict=False)
    ]  # fmt: skip


def _entitlements(events: Sequence[Event]) -> list[Row]:
    ids = dict.fromkeys(getattr(e, "entitlement_id", None) for e in events)
    rows = []
    for key in ids:
        if key is None:
            continue
        state = Entitlement.fold(key, events)
        if not state.exists:
            continue
        file, amounts = state.file, state.latest
        rows.append(
            {"entitlement_id": key, "household_id": file.household_id, "category": file.category, "organisation_id": file.places[-1][1],
             "status": state.status,
             "from_month": state.first_month, "last_month": file.last_month, "decided_on": file.decided_on,
             "origin": state.origin, "counted": list(file.counted),
             "base_fen": amounts[Component.BASE], "supplement_fen": amounts[Component.SUPPLEMENT],
             "care_fen": amounts[Component.CARE], "total_fen": sum(amounts.values())}
        )  # fmt: skip
    return rows
