"""Complaints are lodged, handled and answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.complaints import events as c
from ledger.ids import CaseId, ComplaintId, HouseholdId, OperatorId, OrganisationId
from ledger.kernel import Private

if TYPE_CHECKING:
    from tests.projections.histories import Life


def steps(life: Life) -> list[Callable[[], object]]:
    """One step: a complaint takes a turn."""

    def of(made: c.ComplaintLodged) -> dict[str, Any]:
        return {"complaint_id": made.complaint_id, "organisation_id": made.organisation_id,
                "household_id": made.household_id, "case_id": made.case_id}  # fmt: skip

    def lodge() -> None:
        household = life.household()
        if household is None:
            return
        complaint = ComplaintId(f"{life.label}-b{len(life.recorded)}")
        key = f"person:{complaint}"
        life.append(c.ComplaintLodged(
            complaint_id=complaint, organisation_id=OrganisationId(household.organisation_id),
            household_id=life.rng.choice((None, HouseholdId(household.id))), case_id=None, other_case_ids=(CaseId("x"),),
            kind=life.rng.choice(list(c.ComplaintKind)), channel=c.ComplaintChannel.HOTLINE, anonymous=False,
            complainant=Private(key, "某人"), text=Private(key, "优亲厚友"), subject_operator=OperatorId("clerk-1"),
            acknowledge_by=date(2026, 12, 1), answer_by=date(2027, 1, 1),
        ))  # fmt: skip

    def go_on() -> None:
        made = life.any(life.events(c.ComplaintLodged))
        if made is None:
            return
        key = f"person:{made.complaint_id}"
        life.append(life.rng.choice((
            c.ComplaintAcknowledged(**of(made)),
            c.ComplaintAssigned(**of(made), handler=OperatorId("auditor-1")),
            c.ComplaintInvestigated(**of(made), finding=c.ComplaintFinding.UPHELD, findings=Private(key, "属实"), evidence=("a",)),
            c.ComplaintExtended(**of(made), answer_by=date(2027, 2, 1), reason="情况复杂"),
            c.ComplaintAnswered(**of(made), finding=c.ComplaintFinding.UPHELD, answer=Private(key, "已纠正")),
            c.ComplaintRemedied(**of(made)),
            c.ComplaintWithdrawn(**of(made), reason="撤回"),
        )))  # fmt: skip

    return [lodge, go_on, go_on]
