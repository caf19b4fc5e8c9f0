"""What a complaint, a review or a correction is about: its facts, who acted in it, and the events that followed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ledger.complaints.events import FollowedBy
from ledger.identification.events import ApplicationSubmitted
from ledger.identification.refusals import CaseUnknown, EntitlementUnknown
from ledger.identification.states import CASE_EVENTS, Case, Entitlement
from ledger.kernel import (
    CHINA,
    CaseId,
    CommandId,
    EntitlementId,
    Event,
    Facts,
    HouseholdId,
    Known,
    PaymentId,
    Recorded,
    RunId,
    tag,
    tags_of,
)
from ledger.payments.events import PaymentInstructed, PaymentReturned, PaymentSettled
from ledger.payments.states import Run
from ledger.redress.refusals import (
    NoSuchEvents,
    NotAfter,
    NotOfHousehold,
    PaymentUnknown,
)
from ledger.registry.commands import known_household
from ledger.registry.states import Household

LINE = (PaymentInstructed, PaymentSettled, PaymentReturned)
COVER = (*CASE_EVENTS, *(t for t in Entitlement.FOLDS if t not in CASE_EVENTS))


class Matter(NamedTuple):
    """What a complaint is about, by ids; any may be absent."""

    case_id: str | None = None
    entitlement_id: str | None = None
    payment_id: str | None = None
    household_id: str | None = None


class Found(NamedTuple):
    """What the facts say of a matter: household, organisation in charge, open cases, who acted in it."""

    household_id: str
    organisation_id: str
    open_cases: tuple[CaseId, ...]
    operators: frozenset[str]


def matter_facts(matter: Matter, known: Known) -> list[Facts]:
    """What must be read to know a matter: the subjects it names, then its household's cases and cover."""
    facts: list[Facts] = []
    if matter.case_id:
        facts.append(Case.facts(matter.case_id))
    if matter.entitlement_id:
        facts.append(Entitlement.facts(matter.entitlement_id))
    if matter.payment_id:
        facts.append(Facts(types=LINE, tags=(tag(PaymentId, matter.payment_id),)))
        facts += [
            Run.facts(line.run_id)
            for line in known.events(PaymentInstructed)
            if line.payment_id == matter.payment_id
        ]
    household = _household(matter, known)
    if household:
        facts += [Household.facts(household), Facts(types=COVER, tags=(tag(HouseholdId, household),))]
    return facts


def find(matter: Matter, known: Known) -> Found | None:
    """What is known of a matter, None when it names nothing. Raises the refusal of whichever subject is unknown."""
    if not any(matter):
        return None
    line = _line(matter, known)
    if matter.case_id and not known.state(Case, matter.case_id).exists:
        raise CaseUnknown(case=matter.case_id)
    if matter.entitlement_id and not known.state(Entitlement, matter.entitlement_id).exists:
        raise EntitlementUnknown(entitlement=matter.entitlement_id)
    if matter.payment_id and line is None:
        raise PaymentUnknown(payment=matter.payment_id)
    household = known_household(known, _household(matter, known))
    case, entitlement = (
        known.state(Case, matter.case_id or ""),
        known.state(Entitlement, matter.entitlement_id or ""),
    )
    for given, what, what_zh in (
        (matter.household_id, "household", "家庭"),
        (case.household_id, "case", "申请"),
        (entitlement.household_id, "entitlement", "待遇"),
        (line and line.household_id, "payment", "发放明细"),
    ):
        if given and given != household.id:
            raise NotOfHousehold(what=what, what_zh=what_zh, household=household.id)
    return Found(
        household.id,
        _place(matter, line, household, known),
        _open(household.id, known),
        _operators(matter, line, known),
    )


def _line(matter: Matter, known: Known) -> PaymentInstructed | None:
    return next((e for e in known.events(PaymentInstructed) if e.payment_id == matter.payment_id), None)


def _household(matter: Matter, known: Known) -> str:
    """The household of a matter: the one named, else that of the first subject that is known."""
    line = _line(matter, known)
    return (
        (matter.case_id and known.state(Case, matter.case_id).household_id)
        or (matter.entitlement_id and known.state(Entitlement, matter.entitlement_id).household_id)
        or (line and line.household_id)
        or matter.household_id
        or ""
    )


def _place(matter: Matter, line: PaymentInstructed | None, household: Household, known: Known) -> str:
    if matter.case_id:
        return known.state(Case, matter.case_id).organisation_id
    return line.organisation_id if line else household.organisation_id


def _open(household_id: str, known: Known) -> tuple[CaseId, ...]:
    """Cases of the household that are not decided yet, in the order they were submitted."""
    cases = [e.case_id for e in known.events(ApplicationSubmitted) if e.household_id == household_id]
    return tuple(case for case in cases if known.state(Case, case).open)


def _operators(matter: Matter, line: PaymentInstructed | None, known: Known) -> frozenset[str]:
    """Who acted in it: in the case, entitlement or payment named; for a household alone, in all its cases and cover."""
    wanted = {tag(CaseId, matter.case_id or "-"), tag(EntitlementId, matter.entitlement_id or "-")}
    if line is not None:
        wanted |= {tag(PaymentId, line.payment_id), tag(RunId, line.run_id)}
    elif not matter.case_id and not matter.entitlement_id:
        wanted = {tag(HouseholdId, matter.household_id or "-")}
    types = (*COVER, *LINE, *Run.FOLDS)
    return frozenset(
        r.event.actor.operator_id
        for r in known.recorded
        if isinstance(r.event, types) and wanted.intersection(tags_of(r.event)) and r.event.actor.operator_id
    )


# --- events that followed ---


def command_facts(command_ids: Iterable[str], household_id: str | None) -> list[Facts]:
    """What must be read to know what commands recorded; of a household, what they recorded about it."""
    about = (tag(HouseholdId, household_id),) if household_id else ()
    return [Facts(tags=(tag(CommandId, command), *about)) for command in command_ids]


def recorded_by(
    known: Known, command_ids: Sequence[str], *, what: str, what_zh: str, household_id: str | None = None,
    event_ids: Sequence[str] = (),
) -> list[Recorded]:  # fmt: skip
    """The events these commands recorded, in log order; of those with `event_ids`, when some are named.

    Raises ``NoSuchEvents`` for a command (or an event id) that recorded none, of the household where one is named.
    """
    found: list[Recorded] = []
    for command in dict.fromkeys(command_ids):
        mine = [r for r in known.recorded if r.event.command_id == command]
        if household_id:
            about = tag(HouseholdId, household_id)
            mine = [r for r in mine if about in tags_of(r.event)]
        if not mine:
            raise NoSuchEvents(command=command, what=what, what_zh=what_zh)
        found += mine
    if event_ids:
        known_ids = {r.event.event_id for r in found}
        for event_id in event_ids:
            if event_id not in known_ids:
                raise NoSuchEvents(command=event_id, what=what, what_zh=what_zh)
        found = [r for r in found if r.event.event_id in set(event_ids)]
    return sorted(found, key=lambda r: r.position)


def recorded_on(recorded: Recorded) -> date:
    """The local day an event was recorded, by the ledger's own clock."""
    return recorded.recorded_at.astimezone(CHINA).date()


def followed(recorded: Iterable[Recorded]) -> tuple[FollowedBy, ...]:
    """The events as another event names them."""
    return tuple(
        FollowedBy(
            position=r.position, event_id=r.event.event_id, type=type(r.event).__name__, command_id=r.event.command_id,
            operator_id=r.event.actor.operator_id, recorded_on=recorded_on(r),
        )
        for r in recorded
    )  # fmt: skip


def must_follow(later: Iterable[Recorded], position: int) -> None:
    """Raises ``NotAfter`` for an event recorded at or before a position."""
    for recorded in later:
        if recorded.position <= position:
            raise NotAfter(command=recorded.event.command_id)


def position_of(known: Known, event: Event) -> int:
    """Where an event that was read stands in the log."""
    return next(r.position for r in known.recorded if r.event.event_id == event.event_id)
