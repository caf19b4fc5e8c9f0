"""Late facts, in money: what was instructed and settled so far against what the decisions now in force make due. Pure.

The gap of a month and component is the draw's own (:func:`ledger.payments.draw.gaps`). What is short is announced as
back-pay, which the next run pays; what was settled too much is opened as a recovery. What the bank has not answered yet
is in nobody's hands: it waits. A month under recovery is not recovered again; when a later fact makes more due, the
recovery is cancelled and what is left of it opened anew, so that nothing is set off silently.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import NamedTuple

from ledger.identification.events import (
    AmountAdjusted,
    CategoryEnded,
    Component,
    EntitlementResumed,
    EntitlementSuspended,
)
from ledger.identification.states import Entitlement
from ledger.kernel import (
    CHINA,
    Boundary,
    EntitlementId,
    Event,
    Facts,
    HouseholdId,
    Known,
    Month,
    OrganisationId,
    PersonId,
    Recorded,
    RollId,
    add_months,
    first_day,
    month_of,
    tag,
    tags_of,
)
from ledger.organisation.states import Organisation
from ledger.payments.differences_events import (
    BackPayDue,
    MonthAmount,
    RecoveryCancelled,
    RecoveryOpened,
)
from ledger.payments.draw import Gap, Paid, Slot, gaps
from ledger.payments.events import (
    Cause,
    PaymentInstructed,
    PaymentReissued,
    PaymentReturned,
    PaymentSettled,
    RunDrawn,
)
from ledger.registry.events import (
    CircumstancesDeclared,
    HouseholdMoved,
    MemberJoined,
    MemberLeft,
    PersonDied,
)
from ledger.registry.lineage_events import (
    AttributesChanged,
    HouseholdMergeWithdrawn,
    HouseholdsMerged,
    HouseholdSplit,
)
from ledger.registry.states import Household
from ledger.standards.book import StandardBook, facts_for

UNDECLARED_MONTHS = 3
"""A change kept back for longer is a breach [83]."""
LATE_FACTS: tuple[type[Event], ...] = (
    PersonDied, MemberLeft, MemberJoined, CircumstancesDeclared, AttributesChanged, HouseholdMoved, HouseholdSplit,
    HouseholdsMerged, HouseholdMergeWithdrawn,
)  # fmt: skip
"""What of a household changes what is due."""
LINES = (PaymentInstructed, PaymentSettled, PaymentReturned, PaymentReissued)
OPENED = (BackPayDue, RecoveryOpened, RecoveryCancelled)
DEADLINE = "recovery_days"
"""Name of the dated parameter: days from opening a recovery to its deadline."""
Key = tuple[Month, Component]


class Why(NamedTuple):
    """From what a difference follows: the fact that became known late, and the decision that draws its consequence."""

    fact: Recorded | None
    decision: Recorded | None

    @property
    def fact_id(self) -> str | None:
        return self.fact.event.event_id if self.fact is not None else None

    @property
    def decision_id(self) -> str | None:
        return self.decision.event.event_id if self.decision is not None else None

    @property
    def fact_on(self) -> date | None:
        return self.fact.event.occurred_on if self.fact is not None else None

    @property
    def known_on(self) -> date | None:
        return self.fact.recorded_at.astimezone(CHINA).date() if self.fact is not None else None

    @property
    def kept_back(self) -> bool:
        """Whether the fact was known more than three months after it was so [83]."""
        if self.fact_on is None or self.known_on is None:
            return False
        limit = add_months(month_of(self.fact_on), UNDECLARED_MONTHS)
        return (month_of(self.known_on), self.known_on.day) > (limit, self.fact_on.day)


class Difference(NamedTuple):
    """One month and component: what is short, what was settled too much, what of it is open already, and why."""

    gap: Gap
    settled_fen: int
    recovering_fen: int
    announced_fen: int
    organisation_id: str
    debtor_id: str
    why: Why

    @property
    def recoverable_fen(self) -> int:
        """Too much, and in somebody's hands."""
        return min(self.gap.over_fen, self.settled_fen)

    @property
    def pending_fen(self) -> int:
        """Too much, but the bank has not said yet whether it was paid."""
        return self.gap.over_fen - self.recoverable_fen


class Differences:
    """One entitlement's money, worked out from the facts :func:`facts_of` asks for."""

    def __init__(self, known: Known, entitlement_id: str) -> None:
        self.entitlement = known.state(Entitlement, entitlement_id)
        self.id = entitlement_id
        self._known = known
        self._mine = [r for r in known.recorded if getattr(r.event, "entitlement_id", None) == entitlement_id]
        runs = [e for e in known.events(RunDrawn) if e.programme == self.entitlement.category]
        self._in_force = {e.run_id for e in runs}
        self._run_months = {(e.organisation_id, e.month) for e in runs if e.corrects is None}

    @cached_property
    def lines(self) -> list[Recorded]:
        """Its lines in force, in log order."""
        return [
            r
            for r in self._mine
            if isinstance(r.event, PaymentInstructed) and r.event.run_id in self._in_force
        ]

    @cached_property
    def _status(self) -> dict[str, type[Event]]:
        """What was said last of each line."""
        said = (PaymentSettled, PaymentReturned, PaymentReissued)
        return {r.event.payment_id: type(r.event) for r in self._mine if isinstance(r.event, said)}

    @cached_property
    def paid(self) -> dict[Slot, Paid]:
        """As the draw counts: a line paid again counts once, one that came back counts and is told apart."""
        found: dict[Slot, Paid] = {}
        for line in self.lines:
            event = line.event
            assert isinstance(event, PaymentInstructed)
            slot = (self.id, event.month, event.component)
            net, regular, returned = found.get(slot, Paid(0, False))
            status = self._status.get(event.payment_id)
            net += 0 if status is PaymentReissued else event.amount_fen
            returned += event.amount_fen if status is PaymentReturned else 0
            found[slot] = Paid(net, regular or event.cause is Cause.REGULAR, returned)
        return found

    @cached_property
    def last_payable(self) -> Month | None:
        """The last payable month when everyone covered has died, by the dated parameter; None otherwise [83]."""
        deaths = {
            e.person_id: e.occurred_on for e in self._known.events(PersonDied) if e.occurred_on is not None
        }
        counted = self.entitlement.file.counted
        if not counted or any(person not in deaths for person in counted):
            return None
        latest = max(deaths[PersonId(person)] for person in counted)
        lineage = self._known.state(Organisation, self.entitlement.file.places[-1][1]).lineage
        book = StandardBook(self._known.events())
        after = book.optional("months_after_death", self.entitlement.category, lineage, latest)
        return add_months(month_of(latest), after.value if after is not None else 0)

    @cached_property
    def recoveries(self) -> dict[str, RecoveryOpened]:
        """Recoveries that were not cancelled, by id."""
        found: dict[str, RecoveryOpened] = {}
        for recorded in self._mine:
            if isinstance(recorded.event, RecoveryOpened):
                found[recorded.event.recovery_id] = recorded.event
            elif isinstance(recorded.event, RecoveryCancelled):
                found.pop(recorded.event.recovery_id, None)
        return found

    def found(self, upto: Month | None = None) -> list[Difference]:
        """Every difference of the months that were run, in order of month and component."""
        if not self.entitlement.exists:
            return []
        organisation = self.entitlement.organisation_for
        months = {
            m
            for place, m in self._run_months
            if m >= self.entitlement.first_month and place == organisation(m)
        }
        months |= {r.event.month for r in self.lines if isinstance(r.event, PaymentInstructed)}
        asked = [m for m in sorted(months) if upto is None or m <= upto]
        return [self._difference(gap) for gap in self._gaps(asked)]

    def _gaps(self, months: Sequence[Month]) -> list[Gap]:
        """Those of every month; of a month shared with an institution all components together, for it is shared anew.

        Of somebody who is looked after in one, a month without any line is held until the days are confirmed: not short.
        """
        shared = {month for _, month, component in self.paid if component is Component.OWN}
        if not shared:
            return list(gaps(self.entitlement, months, self.paid, self.last_payable))
        found: list[Gap] = []
        for month in months:
            mine = [so_far for (_, m, _), so_far in self.paid.items() if m == month]
            if month not in shared:
                found += gaps(self.entitlement, [month] if mine else [], self.paid, self.last_payable)
                continue
            payable = self.last_payable is None or month <= self.last_payable
            due = sum(self.entitlement.due(month).values()) if payable else 0
            together = Paid(sum(p.net_fen for p in mine), True, sum(p.returned_fen for p in mine))
            gap = Gap(month, Component.OWN, due, together)
            found += [gap] if gap.short_fen or gap.over_fen else []
        return found

    @cached_property
    def recovering(self) -> dict[Key, int]:
        """What is under recovery, by month and component."""
        return summed(m for recovery in self.recoveries.values() for m in recovery.months)

    def _difference(self, gap: Gap) -> Difference:
        key = (gap.month, gap.component)
        lines = [
            (r.position, r.event)
            for r in self.lines
            if isinstance(r.event, PaymentInstructed)
            and r.event.month == gap.month
            and gap.component in (Component.OWN, r.event.component)
        ]
        settled = [e for _, e in lines if self._status.get(e.payment_id) is PaymentSettled]
        since = lines[-1][0] if lines else 0
        announced = summed(
            m
            for r in self._mine
            if isinstance(r.event, BackPayDue) and r.position > since
            for m in r.event.months
        )
        last = settled[-1] if settled else lines[-1][1] if lines else None
        household = self._known.state(Household, self.entitlement.household_id)
        drawers = {account.payee_id for account in household.accounts}
        # What an institution drew, or the household this one is part of now, the beneficiary answers for.
        payee = None if last is None or gap.component is Component.OWN else last.payee_id
        debtor = "" if last is None else payee if payee in drawers and payee else last.person_id
        return Difference(
            gap, sum(e.amount_fen for e in settled), self.recovering.get(key, 0),
            announced.get(key, 0), self.entitlement.organisation_for(gap.month), debtor, self._why(gap.month, since),
        )  # fmt: skip

    @cached_property
    def _late(self) -> list[Recorded]:
        """What became known of its household, in log order."""
        mine = {tag(HouseholdId, household) for household in _households(self._known, self.id)}
        return [
            r
            for r in self._known.recorded
            if isinstance(r.event, LATE_FACTS) and not mine.isdisjoint(tags_of(r.event))
        ]

    def _why(self, month: Month, since: int) -> Why:
        """The last decision that reaches the month and was recorded after its last line, and the last fact known before it."""
        kinds = Entitlement.FOLDS
        decisions = [
            r
            for r in self._mine
            if r.position > since and isinstance(r.event, kinds) and _reaches(r.event, month)
        ]
        decision = decisions[-1] if decisions else None
        until = decision.position if decision is not None else 1 << 62
        first_after = first_day(add_months(month, 1))
        facts = [
            r
            for r in self._late
            if since < r.position < until and (r.event.occurred_on or date.min) < first_after
        ]
        if not facts:
            return Why(None, decision)
        # Of one command the first event says what happened; the others are what it led to.
        return Why(next(r for r in facts if r.event.command_id == facts[-1].event.command_id), decision)


def _households(known: Known, entitlement_id: str) -> list[str]:
    """The households the entitlement belonged to, one after the other."""
    mine = (
        e for e in known.events(*Entitlement.FOLDS) if getattr(e, "entitlement_id", None) == entitlement_id
    )
    return list(dict.fromkeys(getattr(e, "household_id", "") for e in mine))


def _reaches(event: Event, month: Month) -> bool:
    """Whether a decision says something of a month."""
    match event:
        case AmountAdjusted() | EntitlementSuspended():
            return event.from_month <= month
        case CategoryEnded():
            return event.last_month < month
        case EntitlementResumed():
            return True
    return getattr(event, "from_month", month) <= month


def summed(months: Iterable[MonthAmount]) -> dict[Key, int]:
    """Fen by month and component."""
    total: defaultdict[Key, int] = defaultdict(int)
    for item in months:
        total[item.month, item.component] += item.amount_fen
    return dict(total)


# --- what must be read ---


def facts_of(known: Known, entitlement_id: str) -> list[Facts]:
    """The facts one entitlement's differences rest on; asked again with what was read."""
    entitlement = known.state(Entitlement, entitlement_id)
    facts = [Facts(types=(*Entitlement.FOLDS, *LINES, *OPENED), tags=(tag(EntitlementId, entitlement_id),))]
    if not entitlement.exists:
        return facts
    facts += [
        Facts(types=(*Household.FOLDS, *LATE_FACTS), tags=(tag(HouseholdId, household),))
        for household in _households(known, entitlement_id)
    ]
    facts += [
        Facts(types=(PersonDied,), tags=(tag(PersonId, person),)) for person in entitlement.file.counted
    ]
    for place in dict.fromkeys(place for _, place in entitlement.file.places):
        roll = (tag(RollId, entitlement.category), tag(OrganisationId, place))
        facts += [Facts(types=(RunDrawn,), tags=roll), Organisation.facts(place)]
        organisation = known.state(Organisation, place)
        if organisation.exists:
            for name in ("months_after_death", DEADLINE):
                facts += facts_for(name, entitlement.category, organisation.lineage, None, None)
    return facts


def gather(
    read: Callable[[Boundary], tuple[Known, int]], entitlement_ids: Sequence[str]
) -> tuple[Known, Boundary, int]:
    """Everything the differences of some entitlements rest on, read until nothing new is asked for, what that was, and
    the head of the log at the first read."""
    boundary: Boundary = tuple(facts for key in entitlement_ids for facts in facts_of(Known(), key))
    known, head = read(boundary)
    while True:
        wanted = dict.fromkeys(facts for key in entitlement_ids for facts in facts_of(known, key))
        if set(wanted) <= set(boundary):
            return known, boundary, head
        boundary = tuple(dict.fromkeys((*boundary, *wanted)))
        known, _ = read(boundary)
