"""A decision that is challenged by a review or a lawsuit, and what is done about it afterwards."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.identification.events import (
    AmountAdjusted,
    CaseAborted,
    CategoryConfirmed,
    CategoryEnded,
    CategoryRefused,
    EntitlementResumed,
    EntitlementSuspended,
)
from ledger.identification.states import Case, Entitlement
from ledger.kernel import (
    Boundary,
    CaseId,
    Context,
    EntitlementId,
    Event,
    Facts,
    HouseholdId,
    Known,
    Named,
    OrganisationId,
    PersonId,
    Recorded,
    tag,
    tags_of,
)
from ledger.organisation.states import Organisation
from ledger.redress.events import (
    ReviewResult,
)
from ledger.redress.matters import (
    command_facts,
    must_follow,
    position_of,
    recorded_by,
)
from ledger.redress.refusals import (
    AlreadyChallenged,
    EvidenceMissing,
    NoDecisionToReview,
    NotTheApplicant,
)
from ledger.redress.states import Challenges
from ledger.registry.commands import HouseholdCommand, not_in_future
from ledger.registry.refusals import BadDate
from ledger.registry.states import Household

DECISIONS = (
    CategoryConfirmed, CategoryRefused, CaseAborted, AmountAdjusted, EntitlementSuspended, EntitlementResumed, CategoryEnded,
)  # fmt: skip
"""Decisions on a case or an entitlement; any other is named by the command that recorded it."""
RESULTS = {
    ReviewResult.UPHOLD: Named(zh="维持", en="upheld"),
    ReviewResult.CHANGE: Named(zh="变更", en="changed"),
    ReviewResult.ANNUL: Named(zh="撤销", en="annulled"),
    ReviewResult.ORDER_ANEW: Named(zh="撤销并责令重新作出", en="annulled, to be decided anew"),
    ReviewResult.ORDER_PERFORMANCE: Named(zh="责令履行", en="to be performed"),
    ReviewResult.CONFIRM_UNLAWFUL: Named(zh="确认违法", en="unlawful"),
    ReviewResult.DISMISS: Named(zh="驳回", en="dismissed"),
}


def day_of(day: date, before: date, context: Context, what: str, what_zh: str) -> date:
    """The day of a step. Raises ``BadDate`` for one in the future or before the step before it."""
    not_in_future(day, context.today, what, what_zh)
    if day < before:
        raise BadDate(what=what, what_zh=what_zh, day=day, why=f"before {before}", why_zh=f"早于{before}")
    return day


class ChallengeCommand(HouseholdCommand, frozen=True, kw_only=True):
    """Base of what begins a review or lawsuit of a decision: the last on a case or entitlement, or a command's."""

    applicant: PersonId
    case_id: CaseId | None = None
    entitlement_id: EntitlementId | None = None
    decision_command: str | None = None

    def more(self, known: Known, context: Context) -> Boundary:
        facts = [Challenges.facts(self.household_id)]
        if self.case_id:
            facts.append(Case.facts(self.case_id))
        if self.entitlement_id:
            facts.append(Entitlement.facts(self.entitlement_id))
        if self.decision_command:
            facts += command_facts((self.decision_command,), self.household_id)
        household = known.state(Household, self.household_id)
        organisation = known.state(Organisation, household.organisation_id)
        return (*facts, *self.terms(organisation.lineage if organisation.exists else ()))

    def terms(self, lineage: tuple[str, ...]) -> list[Facts]:
        """The terms the step needs."""
        return []

    def challenged(self, known: Known, household: Household) -> Recorded:
        """The decision, which the applicant's household is subject to and nobody challenges yet."""
        found = self._decision(known)
        if all(m.person_id != self.applicant for m in household.members):
            raise NotTheApplicant(person=self.applicant)
        open_about = known.state(Challenges, self.household_id).open.get(found.event.event_id)
        if open_about is not None:
            raise AlreadyChallenged(review=open_about)
        return found

    def _decision(self, known: Known) -> Recorded:
        about = tag(HouseholdId, self.household_id)
        if self.decision_command:
            mine = recorded_by(
                known,
                (self.decision_command,),
                what="that is a decision",
                what_zh="决定",
                household_id=self.household_id,
            )
            return mine[0]
        subject = (
            tag(CaseId, self.case_id) if self.case_id else tag(EntitlementId, self.entitlement_id or "-")
        )
        decisions = [
            r for r in known.recorded
            if isinstance(r.event, DECISIONS) and {subject, about} <= set(tags_of(r.event))
        ]  # fmt: skip
        if not decisions:
            raise NoDecisionToReview(subject=self.case_id or self.entitlement_id or self.household_id)
        return decisions[-1]

    def of(self, decision: Event, household: Household) -> dict[str, Any]:
        """What names the decision's case, entitlement and organisation."""
        return {
            "household_id": self.household_id,
            "organisation_id": OrganisationId(getattr(decision, "organisation_id", None) or household.organisation_id),
            "case_id": getattr(decision, "case_id", None) or self.case_id,
            "entitlement_id": getattr(decision, "entitlement_id", None) or self.entitlement_id,
        }  # fmt: skip


def later_about(
    known: Known, commands: tuple[str, ...], household: HouseholdId, decided: Event | None
) -> list[Recorded]:
    """What commands recorded about a household after a decision."""
    if not commands or decided is None:
        raise EvidenceMissing
    later = recorded_by(
        known, commands, what="that carries it out", what_zh="履行事项", household_id=household
    )
    must_follow(later, position_of(known, decided))
    return later
