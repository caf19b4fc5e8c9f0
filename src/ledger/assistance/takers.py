"""Who may get a programme, on which days, and what excludes it: pure functions over what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ledger.assistance.refusals import AidExcluded, AidRepeated, NobodyNamed, NotQualified
from ledger.assistance.states import Aid, HouseholdAids, PersonAids
from ledger.identification.states import Cover
from ledger.kernel import Known, Month, PersonId, month_of
from ledger.programmes.events import CoverLevel
from ledger.programmes.programme_book import Programmes
from ledger.programmes.programme_events import ProgrammeDefined, Recurrence, Who, Within
from ledger.registry.events import Attributes
from ledger.registry.refusals import BadDate, NotMember
from ledger.registry.states import Household, Member, age_on

REPEATS = {
    Recurrence.ONCE: Within.AT_ALL,
    Recurrence.MONTHLY: Within.SAME_MONTH,
    Recurrence.YEARLY: Within.SAME_YEAR,
    Recurrence.PER_EVENT: Within.SAME_NEED,
}
"""When the same programme in the same form is given twice, by how often it recurs."""
WITHIN = {
    Within.SAME_MONTH: ("in the same month", "同月"),
    Within.SAME_YEAR: ("in the same year", "同年"),
    Within.SAME_NEED: ("for the same need", "同一需求"),
    Within.AT_ALL: ("at all", "任何时间"),
}


class Taker(NamedTuple):
    """One person an aid is for, as far as rules ask: never who it is."""

    person_id: str
    birth_date: date
    attributes: Attributes
    categories: frozenset[str]
    died_on: date | None = None


def takers_of(known: Known, household: Household, people: Sequence[PersonId], day: date) -> list[Taker]:
    """The people named, each of the household once. Raises ``NobodyNamed``, ``NotMember``."""
    if not people or len(set(people)) < len(people):
        raise NobodyNamed(why="name people, each once", why_zh="须列明人员，且不得重复")
    by_id: dict[str, Member] = {m.person_id: m for m in household.members}
    takers = []
    for person in people:
        member = by_id.get(person)
        # Who moved out is looked for where they live now; who died is a member of where they died.
        if member is None or (member.left_on is not None and member.died_on is None):
            raise NotMember(person=person, day=day)
        cover = known.state(Cover, person)
        month = month_of(day)
        categories = frozenset(c for c, _, last in cover.covers.values() if last is None or last >= month)
        takers.append(Taker(person, member.birth_date, member.attributes, categories, member.died_on))
    return takers


def check_days(programme: ProgrammeDefined, takers: Iterable[Taker], days: Iterable[tuple[date, str, str]]) -> None:  # fmt: skip
    """Raises ``BadDate`` for a day before birth or after death; a funeral is the other way round."""
    days = list(days)
    for taker in takers:
        for day, what, what_zh in days:
            why = day_fault(programme, taker.birth_date, taker.died_on, day)
            if why is not None:
                raise BadDate(what=what, what_zh=what_zh, day=day, why=why[0], why_zh=why[1])


def day_fault(
    programme: ProgrammeDefined, born: date | None, died: date | None, day: date
) -> tuple[str, str] | None:
    """What is wrong with a day in somebody's life, in English and 中文."""
    if born is not None and day < born:
        return "before birth", "早于出生日期"
    if programme.after_death and (died is None or day < died):
        return "not after a known death", "须在已登记的死亡之后"
    if not programme.after_death and died is not None and day > died:
        return "after death", "晚于死亡日期"
    return None


# --- who qualifies ---


def unfit(who: Who, taker: Taker, area: str, day: date) -> tuple[str, str] | None:
    """The first condition somebody does not meet, in English and 中文; None when all are met."""
    of, age = taker.attributes, age_on(taker.birth_date, day)
    asked: tuple[tuple[bool, str, str], ...] = (
        (not who.categories or bool(taker.categories & set(who.categories)), "not in " + ", ".join(who.categories), "不属于所要求的对象类别"),
        (not who.disability_levels or of.disability_level in who.disability_levels, "disability level", "残疾等级不符"),
        (not who.disability_types or of.disability_type in who.disability_types, "kind of disability", "残疾类别不符"),
        (not who.illnesses or of.illness in who.illnesses, "illness", "疾病类别不符"),
        (not who.labour or of.labour_ability in who.labour, "labour ability", "劳动能力不符"),
        (not who.schooling or of.schooling in who.schooling, "schooling", "就读情况不符"),
        (not who.areas or area in who.areas, "area is " + area, "城乡类别不符"),
        (who.age_from is None or age >= who.age_from, f"aged {age}", f"年龄{age}岁"),
        (who.age_to is None or age <= who.age_to, f"aged {age}", f"年龄{age}岁"),
        (who.self_care_failed_from is None or (of.self_care_failed or 0) >= who.self_care_failed_from, "self-care", "生活自理能力不符"),
    )  # fmt: skip
    return next(((english, chinese) for met, english, chinese in asked if not met), None)


def _fits(alternatives: tuple[Who, ...], taker: Taker, area: str, day: date) -> tuple[str, str] | None:
    reasons = [unfit(who, taker, area, day) for who in alternatives]
    return None if not reasons or None in reasons else reasons[-1]


def require_qualified(
    programme: ProgrammeDefined, form: str, takers: Sequence[Taker], area: str, day: date
) -> None:
    """Raises ``NotQualified`` unless everyone (of a household's aid: someone) may get the programme in this form."""
    offer = next(o for o in programme.offers if o.form == form)
    reasons = [
        _fits(programme.who, taker, area, day) or _fits(offer.who, taker, area, day) for taker in takers
    ]
    failed = [reason for reason in reasons if reason is not None]
    if failed and (programme.cover_level is CoverLevel.PERSON or len(failed) == len(takers)):
        raise NotQualified(programme=programme.named.en, programme_zh=programme.named.zh, why=failed[0][0], why_zh=failed[0][1])  # fmt: skip


# --- what excludes what ---


def together(one: Aid, other: Aid, within: Within) -> bool:
    """Whether two aids fall into the same month, year or need."""
    match within:
        case Within.AT_ALL:
            return True
        case Within.SAME_YEAR:
            return one.year == other.year
        case Within.SAME_NEED:
            need = (one.need, one.disaster_id)
            return need != (None, None) and need == (other.need, other.disaster_id)
        case Within.SAME_MONTH:
            first, last = max(one.from_month, other.from_month), [m for m in (one.last_month, other.last_month) if m]  # fmt: skip
            return not last or first <= min(last)


class Clash(NamedTuple):
    """What one aid clashes with: a rule of exclusion, or the same programme again."""

    other: str
    assistance_id: str
    within: Within
    named: tuple[str, str] | None = None
    """The rule's name in English and 中文; None for a repetition."""


def clash_of(
    programmes: Programmes, programme: ProgrammeDefined, aid: Aid, aids: Iterable[Aid]
) -> Clash | None:
    """The first aid among others with which this one may not stand; itself is none."""
    repeats = REPEATS[programme.recurrence]
    exclusions = programmes.exclusions_of(programme.code, aid.form, aid.day)
    for other in aids:
        if other.assistance_id == aid.assistance_id:
            continue
        if other.programme == aid.programme and other.form == aid.form and together(aid, other, repeats):
            return Clash(other.programme, other.assistance_id, repeats)
        for exclusion, others in exclusions:
            names = (other.programme, f"{other.programme}/{other.form}")
            if any(name in others for name in names) and together(aid, other, exclusion.within):
                return Clash(other.programme, other.assistance_id, exclusion.within, (exclusion.named.en, exclusion.named.zh))  # fmt: skip
    return None


def cover_clash(
    programmes: Programmes, aid: Aid, covers: Iterable[tuple[str, Month, Month | None]]
) -> Clash | None:
    """The category a person is in that excludes the aid: its cover (category, first and last month) is an aid as well."""
    for exclusion, others in programmes.exclusions_of(aid.programme, aid.form, aid.day):
        for category, first, last in covers:
            if category in others:
                held = Aid("", category, "", aid.day, first, last, aid.year, None, None)
                if together(aid, held, exclusion.within):
                    return Clash(category, "", exclusion.within, (exclusion.named.en, exclusion.named.zh))
    return None


def find_clash(
    known: Known, programmes: Programmes, programme: ProgrammeDefined, aid: Aid, people: Iterable[str]
) -> Clash | None:
    """What an aid clashes with among all the people and their household have."""
    household = known.state(HouseholdAids, aid.household_id).book
    by_household = [a for a in household.standing() if of_household(programmes, programme, a, aid)]
    clash = clash_of(programmes, programme, aid, by_household)
    for person in people:
        if clash is not None:
            break
        clash = clash_of(programmes, programme, aid, known.state(PersonAids, person).book.standing())
        clash = clash or cover_clash(programmes, aid, known.state(Cover, person).covers.values())
    return clash


def of_household(programmes: Programmes, programme: ProgrammeDefined, other: Aid, aid: Aid) -> bool:
    """Whether another aid of the household counts for everybody in it: the rule in question is one of households."""
    if other.programme == aid.programme:
        return programme.cover_level is CoverLevel.HOUSEHOLD
    names = {other.programme, f"{other.programme}/{other.form}"}
    return any(
        exclusion.cover_level is CoverLevel.HOUSEHOLD and names & set(others)
        for exclusion, others in programmes.exclusions_of(programme.code, aid.form, aid.day)
    )


def refuse_clash(programmes: Programmes, programme: ProgrammeDefined, clash: Clash, day: date) -> None:
    """Raises ``AidRepeated`` or ``AidExcluded``."""
    within, within_zh = WITHIN[clash.within]
    if clash.named is None:
        raise AidRepeated(programme=programme.named.en, programme_zh=programme.named.zh, within=within, within_zh=within_zh)  # fmt: skip
    other = programmes.find(clash.other, day)
    raise AidExcluded(
        other=other.named.en if other else clash.other, other_zh=other.named.zh if other else clash.other, within=within,
        within_zh=within_zh, rule=clash.named[0], rule_zh=clash.named[1],
    )  # fmt: skip
