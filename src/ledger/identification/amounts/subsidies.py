"""The two disability subsidies: living, for the disabled of dibao households; care, for severe disability [国发〔2015〕52号]."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from ledger.identification.amounts.members import severely_disabled
from ledger.identification.amounts.parameters import CARE_SUBSIDY, LIVING_SUBSIDY, Terms, missing
from ledger.identification.amounts.working import Assessment, Sheet
from ledger.identification.events import Category, CategoryCode, Component
from ledger.identification.refusals import NotEligible
from ledger.kernel import Month, month_of
from ledger.programmes.programme_events import ExclusionDefined
from ledger.registry.events import Area
from ledger.registry.states import Member
from ledger.standards.book import Standard, StandardBook


class Subsidy(NamedTuple):
    """One of the two, from the month it was applied for."""

    programme: str
    from_month: Month
    assessed: Assessment


def assess_subsidy(
    programme: str,
    person: Member,
    area: Area,
    book: StandardBook,
    lineage: tuple[str, ...],
    day: date,
    *,
    categories: Collection[CategoryCode],
    held: Collection[str] = (),
    exclusions: Iterable[ExclusionDefined] = (),
    applied_on: date | None = None,
) -> Subsidy:
    """What a disabled person is due of one subsidy.

    `categories`: what the person is in; `held`: the programmes (or ``programme/form``) they have; `exclusions`: those
    in force. Raises ``NotEligible`` with the reason, ``NoStandard``, ``StandardExpired`` or ``NoBasis``.
    """
    terms, sheet = Terms(book, lineage, area, day, (programme,)), Sheet()
    article = "国发〔2015〕52号 二(一)" if programme == LIVING_SUBSIDY else "国发〔2015〕52号 二(二)"
    level = person.attributes.disability_level
    if level is None:
        raise NotEligible(why="no disability certificate", why_zh="未持有残疾人证", article=article)
    if programme == LIVING_SUBSIDY:
        _require_category(categories, terms, sheet, article)
    else:
        _require_care_level(person, terms, sheet, article)
    _require_not_excluded(programme, {*categories, *held}, exclusions)
    rate = _rate(terms, level)
    sheet.step(f"补贴标准（{level}级）", f"rate of level {level}", article, rate.value, rate, Component.BASE)
    return Subsidy(programme, month_of(applied_on or day), sheet.result([person.person_id], None, area, None))


def assess_subsidies(
    person: Member,
    area: Area,
    book: StandardBook,
    lineage: tuple[str, ...],
    day: date,
    *,
    categories: Collection[CategoryCode],
    held: Collection[str] = (),
    exclusions: Iterable[ExclusionDefined] = (),
    applied_on: date | None = None,
) -> tuple[Subsidy, ...]:
    """Both subsidies, as far as the person may get them: one does not exclude the other."""
    found, known = [], list(exclusions)
    for programme in (LIVING_SUBSIDY, CARE_SUBSIDY):
        try:
            found.append(
                assess_subsidy(
                    programme, person, area, book, lineage, day, categories=categories, held=held, exclusions=known,
                    applied_on=applied_on,
                )
            )  # fmt: skip
        except NotEligible:
            continue
    return tuple(found)


def _require_category(categories: Collection[CategoryCode], terms: Terms, sheet: Sheet, article: str) -> None:
    """In dibao, or in a category the place takes in as well (parameter ``for_category``)."""
    if Category.DIBAO in categories:
        return
    for category in sorted(categories):
        also = terms.optional("for_category", category)
        if also is not None and also.value:
            sheet.use(also)
            return
    raise NotEligible(why="not in a dibao household", why_zh="不属低保家庭", article=article)


def _require_care_level(person: Member, terms: Terms, sheet: Sheet, article: str) -> None:
    """Of level 1–2, or intellectual or mental of level 3 where the place takes it in (parameter ``level_3``)."""
    attributes = person.attributes
    if severely_disabled(attributes):
        return
    kind = attributes.disability_type
    if attributes.disability_level == 3 and kind in ("intellectual", "mental"):
        also = terms.optional("level_3", kind)
        if also is not None and also.value:
            sheet.use(also)
            return
    raise NotEligible(why="the disability is not severe", why_zh="不属重度残疾", article=article)


def _require_not_excluded(programme: str, has: set[str], exclusions: Iterable[ExclusionDefined]) -> None:
    for exclusion in exclusions:
        mine = any(aid.split("/")[0] == programme for aid in exclusion.aids)
        theirs = {aid for aid in exclusion.aids if aid.split("/")[0] != programme}
        clash = sorted(a for a in has if a in theirs or a.split("/")[0] in theirs)
        if mine and clash:
            raise NotEligible(
                why=f"excluded by {', '.join(clash)} ({exclusion.named.en})",
                why_zh=f"与{'、'.join(clash)}不得同时享受（{exclusion.named.zh}）",
                article=(exclusion.basis.rule if exclusion.basis else None) or "",
            )


def _rate(terms: Terms, level: int) -> Standard:
    found = terms.optional("subsidy", str(level)) or terms.optional("subsidy")
    if found is None:
        raise missing("subsidy", terms, str(level))
    return found
