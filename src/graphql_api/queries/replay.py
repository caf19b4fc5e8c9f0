"""One household as it was: its state folded again from the log, up to a moment on either clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import anyio.to_thread

from graphql_api.context import Info, Row
from ledger.identification.events import Component
from ledger.identification.states import Entitlement
from ledger.kernel import Event, Facts, HouseholdId, tag
from ledger.registry.states import Household
from ledger.store.execute import Ledger


async def household_as_of(info: Info, row: Row, as_of: Any) -> Row | None:
    """The household's row as of a moment, with its members and entitlements; None when it was not known then."""
    return await anyio.to_thread.run_sync(
        _replay,
        info.context.services.ledger,
        row,
        as_of.occurred or date.max,
        as_of.recorded or datetime.max.replace(tzinfo=UTC),
    )


def _replay(ledger: Ledger, row: Row, occurred: date, recorded: datetime) -> Row | None:
    if recorded.tzinfo is None:
        recorded = recorded.replace(tzinfo=UTC)
    household_id = row["household_id"]
    types = (*Household.FOLDS, *Entitlement.FOLDS)
    known = ledger.read((Facts(types=types, tags=(tag(HouseholdId, household_id),)),))
    events: list[Event] = [
        r.event
        for r in known.recorded
        if r.recorded_at <= recorded and (r.event.occurred_on or date.min) <= occurred
    ]
    state = Household.fold(household_id, events)
    if not state.exists:
        return None
    declared = state.declared_on(date.max)
    return {
        **row,
        "organisation_id": state.organisation_id,
        "area": state.area.value,
        "head_id": state.head(),
        "member_count": len(state.current()),
        "income_annual_fen": None if declared is None else sum(n.annual_fen for n in declared.income if not n.excluded),
        "members": [
            {"person_id": m.person_id, "relation": m.relation.value, "joined_on": m.joined_on,
             "left_on": m.died_on or m.left_on, "left_reason": "died" if m.died_on else m.left_reason}
            for m in state.members
        ],
        "entitlements": _entitlements(events),
    }  # fmt: skip


def _entitlements(events: list[Event]) -> list[Row]:
    ids = dict.fromkeys(getattr(e, "entitlement_id", None) for e in events)
    rows = []
    for key in ids:
        if key is None:
            continue
        state = Entitlement.fold(key, events)
        if not state.exists:
            continue
        file = state.file
        amounts = dict.fromkeys(Component, 0)
        for amount in file.terms[-1].amounts:
            amounts[amount.component] += amount.amount_fen
        suspended = any(s.resumed is None for s in file.suspensions)
        rows.append(
            {"entitlement_id": key, "category": file.category.value, "organisation_id": file.places[-1][1],
             "status": "ended" if file.last_month else "suspended" if suspended else "active",
             "from_month": state.first_month, "last_month": file.last_month, "decided_on": file.decided_on,
             "origin": "prior" if file.prior else "procedure", "counted": list(file.counted),
             "base_fen": amounts[Component.BASE], "supplement_fen": amounts[Component.SUPPLEMENT],
             "care_fen": amounts[Component.CARE], "total_fen": sum(amounts.values())}
        )  # fmt: skip
    return rows
