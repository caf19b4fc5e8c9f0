"""How much: by type and tier, times the monthly dibao standard, times the people; limits and clocks of the place. Pure [TA 二(三)]."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from ledger.emergency.events import (
    PROGRAMME,
    AidType,
    EmergencyAidGiven,
    EmergencyApproved,
    Grade,
    Paper,
)
from ledger.emergency.refusals import SpendingNotEligible
from ledger.identification.amounts import counted_income, counted_property, divide, step, used
from ledger.identification.events import StandardUsed, Step
from ledger.kernel import Event, Facts, Fen, HouseholdId, Known, PersonId, tag
from ledger.registry.events import Area
from ledger.registry.identity_events import PersonIdentificationWithdrawn, PersonIdentified
from ledger.registry.states import Household
from ledger.standards.book import Standard, StandardBook, facts_for

BY_TEXT: dict[Grade, tuple[Paper, ...]] = {
    Grade.LIGHT: (Paper.EXPLANATION,),
    Grade.HEAVY: (
        Paper.RECIPIENT_REGISTERED, Paper.GROUNDS, Paper.AMOUNT_GIVEN, Paper.MATERIALS, Paper.HANDLER_SIGNATURE, Paper.SEAL,
    ),
}  # fmt: skip
"""What the text asks for afterwards; a place may ask for more, or less, by the standard ``paper`` [S 三(三)]."""


class Reckoned(NamedTuple):
    """What follows from a grading."""

    standard_fen: Fen
    small_limit_fen: Fen | None
    town_limit_fen: Fen
    paperwork_days: int | None
    papers: tuple[Paper, ...]
    standards: tuple[StandardUsed, ...]
    working: tuple[Step, ...]


def grading_facts(
    lineage: Sequence[str], area: Area, aid_type: AidType, grade: Grade | None, tier: int
) -> list[Facts]:
    """The parameters a grading reads."""
    facts = facts_for("standard", "dibao", lineage, area, None)
    facts += facts_for("aid_multiple", PROGRAMME, lineage, None, f"{aid_type}-{tier}")
    facts += facts_for("town_limit", PROGRAMME, lineage, None, None)
    if grade is None:
        facts += facts_for("disposable_income", None, lineage, area, None)
        return facts + facts_for("property_limit", PROGRAMME, lineage, None, None)
    if grade is Grade.LIGHT:
        facts += facts_for("small_amount", PROGRAMME, lineage, None, None)
    facts += facts_for("paperwork_days", PROGRAMME, lineage, None, grade)
    for paper in Paper:
        facts += facts_for("paper", PROGRAMME, lineage, None, f"{grade}-{paper}")
    return facts


def reckon(
    book: StandardBook, lineage: tuple[str, ...], area: Area, aid_type: AidType, grade: Grade | None, tier: int,
    people: int, day: date,
) -> Reckoned:  # fmt: skip
    """Standard, limits and clock of one emergency. Raises ``NoStandard``, ``NoBasis``."""
    dibao = book.get("standard", "dibao", lineage, day, area=area)
    multiple = book.get("aid_multiple", PROGRAMME, lineage, day, tier=f"{aid_type}-{tier}")
    limit = book.get("town_limit", PROGRAMME, lineage, day)
    a_head = divide(dibao.value * multiple.value, 1000)
    town = divide(dibao.value * limit.value, 1000)
    rests: list[Standard] = [dibao, multiple, limit]
    small: Standard | None = None
    days: Standard | None = None
    if grade is not None:
        days = book.get("paperwork_days", PROGRAMME, lineage, day, tier=grade)
        rests.append(days)
    if grade is Grade.LIGHT:
        small = book.get("small_amount", PROGRAMME, lineage, day)
        rests.append(small)
    working = (
        step("低保月标准（分）", "monthly dibao standard", "TA 二(三)", dibao.value),
        step(
            "按类型和档次的倍数（千分比）",
            "multiple of type and tier, in permille",
            "TA 二(三)",
            multiple.value,
        ),
        step("每人标准", "standard a head", "TA 二(三)", a_head),
        step("人数", "people", "TA 二(三)", people),
        step("救助标准", "standard", "TA 二(三)", a_head * people),
        step("团场（镇）街道审批额度", "limit of the town", "649 art. 48", town),
    )
    return Reckoned(
        Fen(a_head * people), None if small is None else Fen(small.value), town, None if days is None else days.value,
        papers_of(book, lineage, grade, day), used(*rests), working,
    )  # fmt: skip


def papers_of(
    book: StandardBook, lineage: tuple[str, ...], grade: Grade | None, day: date
) -> tuple[Paper, ...]:
    """What is to be on file afterwards: by the text, unless the place says otherwise of a thing (1 asked for, 0 not)."""
    if grade is None:
        return ()
    found = []
    for paper in Paper:
        local = book.optional("paper", PROGRAMME, lineage, day, tier=f"{grade}-{paper}")
        if (paper in BY_TEXT[grade]) if local is None else local.value > 0:
            found.append(paper)
    return tuple(found)


def check_spending(household: Household, book: StandardBook, lineage: tuple[str, ...], day: date) -> None:
    """Income a head below last year's local disposable income, property within the local limit. Raises ``SpendingNotEligible`` [TA 二(一)]."""
    declared = household.declared_on(day)
    if declared is None:
        raise SpendingNotEligible(why="nothing was declared", why_zh="尚未申报家庭经济状况")
    line = book.get("disposable_income", None, lineage, day, area=household.area)
    limit = book.get("property_limit", PROGRAMME, lineage, day)
    a_head = divide(counted_income(declared), max(len(household.present(day)), 1))
    if a_head >= line.value:
        raise SpendingNotEligible(
            why=f"income of {a_head} fen a head a year is not below {line.value}",
            why_zh=f"家庭人均年收入{a_head}分不低于当地上年度人均可支配收入{line.value}分",
        )
    owned = counted_property(declared)
    if owned > limit.value:
        raise SpendingNotEligible(
            why=f"property of {owned} fen is above {limit.value}",
            why_zh=f"家庭财产{owned}分超过{limit.value}分",
        )


# --- what the household had before ---


def window_facts(lineage: Sequence[str]) -> list[Facts]:
    """The parameter that says within how many days aid counts together."""
    return facts_for("split_window", PROGRAMME, lineage, None, None)


def aid_facts(known: Known, household_id: str, people: Iterable[str]) -> list[Facts]:
    """Everything approved for and given to a household and people, whoever they were taken for before."""
    types = (EmergencyApproved, EmergencyAidGiven)
    same = same_people(known, people)
    facts = [Facts(types=types, tags=(tag(HouseholdId, household_id),))]
    facts += [Facts(types=types, tags=(tag(PersonId, person),)) for person in same]
    identities = (PersonIdentified, PersonIdentificationWithdrawn)
    return facts + [Facts(types=identities, tags=(tag(PersonId, person),)) for person in same]


def same_people(known: Known, people: Iterable[str]) -> list[str]:
    """The people, with those they were found to be and those found to be them."""
    links: dict[str, tuple[str, str]] = {}
    for event in known.events(Event):
        if isinstance(event, PersonIdentified):
            links[event.person_id] = (event.person_id, event.known_as)
        elif isinstance(event, PersonIdentificationWithdrawn):
            links.pop(event.person_id, None)
    found = set(people)
    for _ in links:
        found |= {person for pair in links.values() if found & set(pair) for person in pair}
    return sorted(found)


class Before(NamedTuple):
    """What a household or its people had within the window, this emergency's own of any day included, in fen."""

    since: date
    bound: int
    """Approved, or given where that is more."""
    unapproved: int
    """Given first, without approval."""


def had_before(
    known: Known, emergency_id: str, household_id: str, people: Iterable[str], day: date, window: int
) -> Before:
    """Sums of all emergencies of the household or its people: to split what is one into small grants changes nothing [checks 24].

    Days on both sides count, so that a back-dated grant is no way out.
    """
    same = set(same_people(known, people))
    since, until = day - timedelta(days=window), day + timedelta(days=window)
    approved: dict[str, int] = {}
    given: dict[str, int] = {}
    for event in known.events(EmergencyApproved, EmergencyAidGiven):
        if event.household_id != household_id and not same & set(event.person_ids):
            continue
        if event.emergency_id != emergency_id and not since <= (event.occurred_on or day) <= until:
            continue
        if isinstance(event, EmergencyApproved):
            approved[event.emergency_id] = approved.get(event.emergency_id, 0) + event.approved_fen
        elif isinstance(event, EmergencyAidGiven):
            given[event.emergency_id] = given.get(event.emergency_id, 0) + (event.amount_fen or 0)
    matters = approved.keys() | given.keys()
    return Before(
        since,
        sum(max(approved.get(one, 0), given.get(one, 0)) for one in matters),
        sum(amount for one, amount in given.items() if one not in approved),
    )
