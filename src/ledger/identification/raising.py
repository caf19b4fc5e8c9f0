"""A rise of standards 提标: its list from the same assessment as every decision, its review and approval. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from ledger.identification.assess import assess
from ledger.identification.changes import adjustments
from ledger.identification.changes_base import amounts_by_month, counted_now
from ledger.identification.events import Amount, AmountAdjusted
from ledger.identification.life_refusals import (
    RaiseNotReady,
    RaiseUnknown,
    RosterDiffers,
    SamePersonRaises,
)
from ledger.identification.raise_events import (
    RaiseApproved,
    RaiseCarriedOut,
    RaiseEvent,
    RaiseProposed,
    RaiseReviewed,
    RefusalRescreened,
    StandardRaised,
)
from ledger.identification.states import Entitlement
from ledger.ids import RaiseId
from ledger.kernel import (
    Boundary,
    CaseId,
    Command,
    Context,
    EntitlementId,
    Event,
    HouseholdId,
    Known,
    Month,
    Named,
    OrganisationId,
    Refused,
    Role,
    State,
    first_day,
    month_of,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.programmes.book import Categories
from ledger.registry.states import Household
from ledger.standards.book import StandardBook


class Rise(State):
    """A rise as a whole: proposed, reviewed, approved, carried out."""

    KIND = RaiseId
    FOLDS: ClassVar = (RaiseProposed, RaiseReviewed, RaiseApproved, RaiseCarriedOut)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.proposed: RaiseProposed | None = None
        self.status = "unknown"
        self.acted: list[str] = []
        """Who proposed, reviewed and approved it so far."""

    def evolve(self, event: Event) -> None:
        match event:
            case RaiseProposed():
                self.exists, self.proposed, self.status = True, event, "proposed"
            case RaiseReviewed():
                self.status = "reviewed"
            case RaiseApproved():
                self.status = "approved"
            case RaiseCarriedOut():
                self.status = "carried_out"
        self.acted.append(event.actor.operator_id)


class Line(NamedTuple):
    """What a rise does to one entitlement: the adjustments it leads to, or why it is left out."""

    entitlement_id: str
    household_id: str
    organisation_id: str
    category: str
    adjusted: tuple[AmountAdjusted, ...]
    left_out: Named | None

    def listed(self, raise_id: RaiseId) -> StandardRaised:
        """The line as it is proposed: the amounts of the last month it reaches."""
        last = self.adjusted[-1]
        return StandardRaised(
            raise_id=raise_id,
            entitlement_id=EntitlementId(self.entitlement_id),
            household_id=HouseholdId(self.household_id),
            organisation_id=OrganisationId(self.organisation_id),
            category=self.category,
            from_month=self.adjusted[0].from_month,
            amounts=last.amounts,
            previous=last.previous,
        )


def total(amounts: Iterable[Amount]) -> int:
    """All components together."""
    return sum(a.amount_fen for a in amounts)


def line_of(
    entitlement: Entitlement,
    known: Known,
    context: Context,
    raise_id: RaiseId,
    from_month: Month,
    why: tuple[str, str],
) -> Line | None:
    """What the rise does to an entitlement, by what is known; None when its amounts stay as they are.

    Nobody gets less by a rise: who would, by changes nobody decided on yet, is left out and looked at by hand.
    """
    household = known.state(Household, entitlement.household_id)
    place = entitlement.file.places[-1][1]
    of = {
        "entitlement_id": EntitlementId(entitlement.id),
        "household_id": HouseholdId(entitlement.household_id),
        "organisation_id": OrganisationId(place),
        "category": entitlement.category,
    }
    made: tuple[AmountAdjusted, ...] = ()
    left: Named | None = None
    start = max(from_month, entitlement.first_month)
    counted = counted_now(entitlement, household)
    if set(counted) != set(entitlement.file.counted):
        left = Named(zh="家庭成员有变化，须先办理调整", en="its members changed: adjust it first")
    else:
        try:
            made = tuple(
                adjustments(
                    entitlement, counted, amounts_by_month(entitlement, household, counted, known, context, start),
                    reason=why[0], article=why[1], of=of, raise_id=raise_id,
                )
            )  # fmt: skip
        except Refused as refusal:
            left = Named(zh=refusal.chinese, en=refusal.english)
    if left is None and not made:
        return None
    if left is None and any(total(e.amounts) < total(e.previous) for e in made):
        left = Named(
            zh="按现有情况核算将减少，须先核查", en="by what is known it would get less: review it first"
        )
    return Line(
        entitlement.id, entitlement.household_id, place, entitlement.category, () if left else made, left
    )


class RefusedCase(NamedTuple):
    """A case that was refused: whose, and whom it was to cover."""

    case_id: CaseId
    household_id: HouseholdId
    category: str
    covered: tuple[str, ...]


def rescreened(
    refused: RefusedCase, known: Known, context: Context, raise_id: RaiseId, from_month: Month
) -> RefusalRescreened | None:
    """A refused case that would qualify in `from_month`, by what the household is known to have today."""
    household = known.state(Household, refused.household_id)
    lineage = known.state(Organisation, household.organisation_id).lineage
    here = {m.person_id for m in household.present(context.today)}
    people = [person for person in refused.covered if person in here]
    if not people:
        return None
    rules_on = max(first_day(from_month), first_day(month_of(context.today)))
    book = StandardBook(known.events())
    defined = Categories.of(known).find(refused.category, context.today)
    try:
        assessed = assess(
            refused.category, household, people, lineage, book, context.today, rules_on,
            rule=None if defined is None else defined.assessment,
        )  # fmt: skip
    except Refused:
        return None
    return RefusalRescreened(
        raise_id=raise_id,
        case_id=refused.case_id,
        household_id=refused.household_id,
        organisation_id=OrganisationId(household.organisation_id),
        category=refused.category,
        amounts=assessed.amounts,
    )


def rise_hash(lines: Iterable[StandardRaised]) -> str:
    """SHA-256 over the lines in order, hexadecimal: what reviewer and approver sign for."""
    digest = hashlib.sha256()
    for line in lines:
        parts = [line.entitlement_id, line.from_month]
        parts += [
            ",".join(f"{a.component}={a.amount_fen}" for a in amounts)
            for amounts in (line.previous, line.amounts)
        ]
        digest.update(("\x1f".join(parts) + "\n").encode())
    return digest.hexdigest()


class RaiseCommand(Command, frozen=True, kw_only=True):
    """Base of the steps of a rise: by the hash of the list that was looked at, and by nobody who acted before."""

    raise_id: RaiseId
    roster_hash: str

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The rise and its organisation."""
        facts = [Rise.facts(self.raise_id)]
        rise = known.state(Rise, self.raise_id)
        if rise.proposed is not None:
            facts.append(Organisation.facts(rise.proposed.organisation_id))
        return tuple(facts)

    def checked(self, known: Known, context: Context, status: str) -> RaiseProposed:
        """The rise at the step this one follows."""
        rise = known.state(Rise, self.raise_id)
        if rise.proposed is None:
            raise RaiseUnknown(rise=self.raise_id)
        require_scope(context.actor, known.state(Organisation, rise.proposed.organisation_id))
        if rise.status != status:
            raise RaiseNotReady(status=rise.status, needed=status)
        if context.actor.operator_id in rise.acted:
            raise SamePersonRaises
        if self.roster_hash != rise.proposed.roster_hash:
            raise RosterDiffers(given=self.roster_hash, expected=rise.proposed.roster_hash)
        return rise.proposed

    @staticmethod
    def _event(made: type[RaiseReviewed | RaiseApproved], proposed: RaiseProposed) -> RaiseEvent:
        return made(
            raise_id=proposed.raise_id,
            organisation_id=proposed.organisation_id,
            roster_hash=proposed.roster_hash,
        )


class ReviewRaise(RaiseCommand, frozen=True, kw_only=True):
    """Reviews a rise by its list's hash, as somebody other than who proposed it."""

    ROLES: ClassVar = frozenset({Role.REVIEWER, Role.FINANCE})

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        yield self._event(RaiseReviewed, self.checked(known, context, "proposed"))


class ApproveRaise(RaiseCommand, frozen=True, kw_only=True):
    """Approves a rise, as somebody who neither proposed nor reviewed it; it is carried out afterwards."""

    ROLES: ClassVar = frozenset({Role.REVIEWER, Role.FINANCE})

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        yield self._event(RaiseApproved, self.checked(known, context, "reviewed"))
