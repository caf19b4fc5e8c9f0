"""Linshi_jiuzhu of the kind for spending 支出型临时救助: the conditions of [TA 二(一)]."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from ledger.identification.amounts.means import Means, check_property, income_of
from ledger.identification.amounts.members import counted_members
from ledger.identification.amounts.parameters import EDGE, HARDSHIP, RIGID, Terms
from ledger.identification.amounts.rigid import below_disposable, spends_above_share
from ledger.identification.amounts.working import Assessment, Sheet, divide
from ledger.identification.events import Category, CategoryCode
from ledger.identification.refusals import NotEligible
from ledger.registry.events import Area, CircumstancesDeclared
from ledger.registry.states import Member
from ledger.standards.book import StandardBook


def assess_hardship(
    members: Sequence[Member],
    declared: CircumstancesDeclared | None,
    area: Area,
    book: StandardBook,
    lineage: tuple[str, ...],
    day: date,
    *,
    statuses: Collection[CategoryCode] = (),
    applied_on: date | None = None,
) -> Assessment:
    """Whether necessary spending is more than the household can bear; no amount: that is by kind, degree and duration.

    Of a household in dibao or tekun only the spending is looked at [TA 二(二)].
    Raises ``NotEligible`` with the reason, ``NoStandard``, ``StandardExpired`` or ``NoBasis``.
    """
    terms = Terms(book, lineage, area, day, (HARDSHIP, RIGID, EDGE, Category.DIBAO))
    sheet = Sheet()
    counted = counted_members(members, day, sheet)
    if not counted:
        raise NotEligible(
            why="nobody is left to be counted", why_zh="家庭已无可计算的成员", article="57 art. 7"
        )
    left_out = [m for m in members if m not in counted]
    if {Category.DIBAO, Category.TEKUN} & set(statuses):
        means: Means = income_of(declared, counted, terms, sheet, left_out)
    else:
        means = below_disposable(counted, left_out, declared, terms, sheet, "TA 二(一)")
        check_property(declared, len(counted), terms, sheet, left_out=left_out)
    until = applied_on or (declared.occurred_on if declared else None) or day
    spends_above_share(counted, declared, means, until, terms, sheet, "TA 二(一)")
    return sheet.result(
        [m.person_id for m in counted], declared, area, divide(means.income, 12 * means.heads)
    )
