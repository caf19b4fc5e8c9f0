"""What a household has: income with its exclusions, support and deductions; property with its exemptions [57 art. 12–14].

Whoever is assessed alone has what is theirs and their even share of what is nobody's in particular. Shares are not
divided: the sum is taken so many times (`heads`), and compared with so many times the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ledger.identification.amounts.members import (
    ELDERLY_FROM,
    dependent,
    has_work,
    heavily_disabled,
    labour,
    severely_disabled,
)
from ledger.identification.amounts.parameters import Terms
from ledger.identification.amounts.working import Sheet, yuan
from ledger.identification.events import Category
from ledger.identification.refusals import NotEligible
from ledger.kernel import PersonId
from ledger.registry.events import CircumstancesDeclared, IncomeLine, PropertyLine, SupportLine
from ledger.registry.states import Member, age_on

FOREVER = (date.min, date.max)
EXCLUDED: dict[str, dict[str, tuple[str, tuple[date, date]]]] = {
    Category.DIBAO: {
        "preferential_pension": ("57 art. 13(一)", FOREVER),
        "family_planning": ("57 art. 13(一)", FOREVER),
        "scholarship": ("57 art. 13(一)", FOREVER),
        "bravery_award": ("57 art. 13(一)", FOREVER),
        "assistance": ("57 art. 13(二)", FOREVER),
        # 十四五: the five years' plan of 2021–2025; afterwards only where a place sets it.
        "basic_pension": ("57 art. 13(三)", (date(2021, 1, 1), date(2025, 12, 31))),
    },
    Category.TEKUN: {
        "basic_pension": ("43 art. 6", FOREVER),
        "social_insurance": ("43 art. 6", FOREVER),
        "preferential_pension": ("43 art. 6", FOREVER),
        "old_age_allowance": ("43 art. 6", FOREVER),
    },
}
"""Income the national texts leave out: by category and source, the article and from when until when it holds."""
EARNED = ("wage", "business")
DEDUCTIONS = ("disability", "illness", "work_cost")


class Means(NamedTuple):
    """Yearly income of `heads` heads, in fen."""

    income: int
    """Counted: after deductions, never below zero."""
    total: int
    """Before deductions."""
    heads: int


def counted_income(declared: CircumstancesDeclared | None) -> int:
    """Yearly income by the national rules alone, as of the declaration: for rules that look no closer [57 art. 13]."""
    if declared is None:
        return 0
    day = declared.occurred_on or date.max
    total = 0
    for line in declared.income:
        _, (first, last) = EXCLUDED[Category.DIBAO].get(line.source or "", ("", (date.max, date.min)))
        left_out = line.excluded if line.source is None else first <= day <= last
        total += 0 if left_out else line.annual_fen
    return max(total - declared.deductions_fen, 0)


def counted_property(declared: CircumstancesDeclared | None) -> int:
    """What the household owns that is not exempt, in fen [57 art. 14]."""
    return 0 if declared is None else sum(line.value_fen for line in declared.property if not line.exempt)


def excluded_by(source: str, terms: Terms) -> str | None:
    """The article that leaves income of a source out on the day, None for none: the place's own rule before the national one."""
    own = terms.optional("income_excluded", source)
    if own is not None:
        return f"57 art. 13(四)（{own.basis}）" if own.value else None
    base = Category.TEKUN if Category.TEKUN in terms.programmes else Category.DIBAO
    found = EXCLUDED[base].get(source)
    if found is None:
        return None
    article, (first, last) = found
    return article if first <= terms.day <= last else None


def is_counted(line: IncomeLine, terms: Terms, sheet: Sheet) -> bool:
    """Whether a line of income counts; one that does not is told with the article that leaves it out."""
    if line.source is None:
        article = "57 art. 13" if line.excluded else None
    else:
        article = excluded_by(line.source, terms)
    if article is None:
        return True
    what = line.source or line.reason or line.kind
    sheet.step(f"不计入收入（{what}）", f"not counted as income ({what})", article, line.annual_fen)
    return False


def income_of(
    declared: CircumstancesDeclared | None, counted: Sequence[Member], terms: Terms, sheet: Sheet,
    left_out: Iterable[Member] = (),
) -> Means:  # fmt: skip
    """The yearly income of those counted [57 art. 13]; lines of who is not counted are left out [57 art. 7]."""
    out = {m.person_id for m in left_out}
    lines = [line for line in (declared.income if declared else ()) if line.person_id not in out]
    kept = [line for line in lines if is_counted(line, terms, sheet)]
    total: int = sum(line.annual_fen for line in kept)
    for support in declared.support if declared else ():
        if support.person_id not in out:
            total += support_of(support, counted, declared, terms, sheet)
    total += _imputed(kept, counted, declared, terms, sheet)
    less = (declared.deductions_fen if declared else 0) + _deductions(kept, counted, terms, sheet)
    income = max(total - less, 0)
    sheet.step("核算年收入", "counted yearly income", "57 art. 13", income)
    return Means(income, total, len(counted))


def own_income(
    person: Member, declared: CircumstancesDeclared | None, share_of: int, terms: Terms, sheet: Sheet
) -> Means:
    """The yearly income of one of `share_of` people alone, taken `share_of` times."""
    lines = [
        line
        for line in (declared.income if declared else ())
        if line.person_id in (None, person.person_id) and is_counted(line, terms, sheet)
    ]
    mine = [line for line in lines if line.person_id is not None]
    common = sum(line.annual_fen for line in lines if line.person_id is None)
    own: int = sum(line.annual_fen for line in mine)
    for support in declared.support if declared else ():
        if support.person_id == person.person_id:
            own += support_of(support, [person], declared, terms, sheet)
    total = own * share_of + common
    deductions = _deductions(mine, [person], terms, sheet) * share_of
    income = max(total - (declared.deductions_fen if declared else 0) - deductions, 0)
    sheet.step(f"本人核算年收入×{share_of}", f"own yearly income × {share_of}", "57 art. 13", income)
    return Means(income, total, share_of)


def support_of(
    line: SupportLine, counted: Sequence[Member], declared: CircumstancesDeclared | None, terms: Terms, sheet: Sheet
) -> int:  # fmt: skip
    """What counts of one support in a year: as agreed or judged, else computed from the payer's means, else nothing.

    Of a grown-up without work and severely disabled, what siblings or people of 60 and more give is left out where
    that was judged and approved [83 一(一)].
    """
    amount: int = _computed_support(line, terms, sheet) if line.annual_fen is None else line.annual_fen
    person = next((m for m in counted if m.person_id == line.person_id), None)
    judged = any(
        d.what == "support" and d.person_id in (None, line.person_id)
        for d in (declared.discretions if declared else ())
    )
    old = line.birth_date is not None and age_on(line.birth_date, terms.day) >= ELDERLY_FROM
    if (
        judged
        and (line.kinship == "sibling" or old)
        and person is not None
        and is_unemployed_disabled(person, terms.day)
    ):
        sheet.step("视情豁免供养费", "support left out by discretion", "83 一(一)", amount)
        return 0
    sheet.step(f"供养费（{line.kinship}）", f"support ({line.kinship})", "57 art. 13(四)", amount)
    return amount


def is_unemployed_disabled(person: Member, day: date) -> bool:
    """A grown-up without work, severely disabled 成年无业重度残疾人 [83 一(一)]."""
    adult = not dependent(person, day)
    return adult and severely_disabled(person.attributes) and not has_work(person.attributes)


def _computed_support(line: SupportLine, terms: Terms, sheet: Sheet) -> int:
    """A share of what the payer's household has above the floor, over the households it supports; down to the fen."""
    share = terms.optional("support_share")
    if share is None or line.payer_income_fen is None:
        return 0
    floor, standard = terms.get("support_floor"), terms.dibao_standard()
    for each in (share, floor, standard):
        sheet.use(each)
    above = max(line.payer_income_fen * 1000 - standard.value * floor.value * 12 * line.payer_members, 0)
    return above * share.value // (1_000_000 * line.supported)


def _imputed(
    kept: Sequence[IncomeLine], counted: Sequence[Member], declared: CircumstancesDeclared | None, terms: Terms,
    sheet: Sheet,
) -> int:  # fmt: skip
    """What is added where a place reckons by ability to work and less was earned; not for who was judged to find no work.

    [83 一(一)] the coefficients of all who are able, against all that is earned.
    """
    spared = {d.person_id for d in (declared.discretions if declared else ()) if d.what == "labour"}
    expected = 0
    for member in counted:
        ability = None if spared & {None, member.person_id} else labour(member, terms.day)
        rate = terms.optional("labour_income", ability, by_area=True) if ability else None
        if rate is not None:
            expected += sheet.use(rate).value * 12
    earned = sum(line.annual_fen for line in kept if line.kind in EARNED)
    more = max(expected - max(earned, 0), 0)
    if more:
        sheet.step("劳动力系数核算补计收入", "income imputed by ability to work", "83 一(一)", more)
    return more


def _deductions(kept: Sequence[IncomeLine], counted: Sequence[Member], terms: Terms, sheet: Sheet) -> int:
    """What a place deducts by person and month: disability, major illness, the necessary cost of work [57 art. 13]."""
    wages = max(sum(line.annual_fen for line in kept if line.kind == "wage"), 0)
    total = 0
    for tier in DEDUCTIONS:
        rate = terms.optional("deduction", tier)
        if rate is None:
            continue
        people = sum(
            {"disability": heavily_disabled(m.attributes), "illness": m.attributes.illness == "major",
             "work_cost": has_work(m.attributes)}[tier]
            for m in counted
        )  # fmt: skip
        less = rate.value * 12 * people
        less = min(less, wages) if tier == "work_cost" else less
        if less:
            total += sheet.step(
                f"扣减（{tier}）{people}人", f"deducted ({tier}) for {people}", "57 art. 13", less, rate
            )
    return total


def check_property(
    declared: CircumstancesDeclared | None, heads: int, terms: Terms, sheet: Sheet, *,
    of: PersonId | None = None, left_out: Iterable[Member] = (),
) -> None:  # fmt: skip
    """Raises ``NotEligible`` above a limit: in all per head, of a kind, or of a kind's number [57 art. 14].

    `of` one person who is assessed alone: their own, and their even share of what is nobody's in particular.
    """
    out = {m.person_id for m in left_out}
    lines = [
        line
        for line in (declared.property if declared else ())
        if not line.exempt and line.person_id not in out and (of is None or line.person_id in (None, of))
    ]
    _check_kinds([line for line in lines if of is None or line.person_id == of], terms, sheet)
    limit = terms.optional("property_limit")
    if limit is None:
        return
    own = sum(line.value_fen for line in lines if of is not None and line.person_id == of)
    common = sum(line.value_fen for line in lines) - own
    owned = own * heads + common - _needed(lines, of, heads, terms, sheet)
    sheet.step("核算家庭财产", "counted property", "57 art. 14", owned, limit)
    if owned > limit.value * heads:
        raise NotEligible(
            why=f"property of {yuan(owned)} yuan is above {yuan(limit.value * heads)}",
            why_zh=f"家庭财产{yuan(owned)}元超过限额{yuan(limit.value * heads)}元",
            article="57 art. 14",
        )


def _needed(
    lines: Sequence[PropertyLine], of: PersonId | None, heads: int, terms: Terms, sheet: Sheet
) -> int:
    """What is exempt because it is needed to live, to work or to move, up to what the place sets for each use."""
    exempt = 0
    for use in sorted({line.use for line in lines if line.use}):
        upto = terms.optional("property_exempt", use)
        if upto is not None:
            worth = sum(
                line.value_fen * (heads if of is not None and line.person_id == of else 1)
                for line in lines
                if line.use == use
            )
            exempt += sheet.step(
                f"豁免必需财产（{use}）", f"needed property exempt ({use})", "57 art. 14", min(worth, upto.value), upto
            )  # fmt: skip
    return exempt


def _check_kinds(lines: Sequence[PropertyLine], terms: Terms, sheet: Sheet) -> None:
    for kind in sorted({line.kind for line in lines}):
        of_kind = [line for line in lines if line.kind == kind]
        count, worth = len(of_kind), sum(line.value_fen for line in of_kind)
        most, limit = terms.optional("property_count", kind), terms.optional("property_limit", kind)
        if most is not None:
            sheet.step(f"{kind}数量", f"number of {kind}", "57 art. 14", count, most)
            if count > most.value:
                raise NotEligible(
                    why=f"{count} of {kind}, {most.value} at most", why_zh=f"{kind}{count}项，超过{most.value}项",
                    article="57 art. 14",
                )  # fmt: skip
        if limit is not None:
            sheet.step(f"{kind}价值", f"worth of {kind}", "57 art. 14", worth, limit)
            if worth > limit.value:
                raise NotEligible(
                    why=f"{kind} of {yuan(worth)} yuan is above {yuan(limit.value)}",
                    why_zh=f"{kind}价值{yuan(worth)}元超过限额{yuan(limit.value)}元",
                    article="57 art. 14",
                )
