"""What a household or person is due under a category: the one entry to every rule of assessment. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from datetime import date

from ledger.identification.amounts.dibao import assess_dibao
from ledger.identification.amounts.edge import assess_edge, flat
from ledger.identification.amounts.members import counted_members
from ledger.identification.amounts.parameters import Terms, rule_of
from ledger.identification.amounts.rigid import assess_rigid
from ledger.identification.amounts.single import assess_single
from ledger.identification.amounts.tekun import assess_tekun
from ledger.identification.amounts.working import Assessment, Sheet
from ledger.identification.events import CategoryCode
from ledger.identification.refusals import NotEligible
from ledger.programmes.events import Rule
from ledger.registry.events import CircumstancesDeclared
from ledger.registry.refusals import NotMember
from ledger.registry.states import Household, Member
from ledger.standards.book import StandardBook


def assess(
    category: CategoryCode,
    household: Household,
    covered: Sequence[str],
    lineage: tuple[str, ...],
    book: StandardBook,
    day: date,
    rules_on: date | None = None,
    *,
    rule: Rule | None = None,
    alone: str | None = None,
    obligors: str | None = None,
    continuing: bool = False,
    statuses: Collection[CategoryCode] = (),
    applied_on: date | None = None,
    declared: CircumstancesDeclared | None = None,
) -> Assessment:
    """The amounts for those covered, by category: facts as of `day`; standards, ages and certificates as of `rules_on`.

    `rule`: by which its definition assesses it; `alone`: the ground on which one person stands alone 单人保; `obligors`:
    what was found of who must support (``none``, ``unable``, ``able``); `continuing`: covered by it already; `statuses`:
    the categories the household is in; `declared`: another declaration than the one on record.
    Raises ``NotEligible``, ``NoStandard``, ``StandardExpired``, ``NoBasis``, ``NotMember``.
    """
    rules_on = rules_on or day
    present = [as_of(m, rules_on) for m in household.present(day)]
    members = [m for m in present if m.person_id in set(covered)]
    if len(members) != len(set(covered)):
        raise NotMember(person="?", day=day)
    if not members:
        raise NotEligible(
            why="nobody is left to be counted", why_zh="家庭已无可计算的成员", article="57 art. 7"
        )
    declared, area = declared or household.declared_on(day), household.area
    if alone is not None:
        return assess_single(alone, members[0], present, declared, area, book, lineage, rules_on)
    by = rule_of(category, rule)
    if by is Rule.TEKUN:
        heads = len(counted_members(present, rules_on))
        return assess_tekun(
            members[0], declared, heads, area, book, lineage, rules_on, category, obligors=obligors,
            continuing=continuing,
        )  # fmt: skip
    if by is Rule.INCOME_LINE:
        return assess_edge(members, declared, area, book, lineage, rules_on, category)
    if by is Rule.RIGID_SPENDING:
        return assess_rigid(
            members,
            declared,
            area,
            book,
            lineage,
            rules_on,
            category,
            statuses=statuses,
            applied_on=applied_on,
        )
    if by is Rule.LISTED:
        sheet = Sheet()
        flat(category, len(members), Terms.of(category, by, book, lineage, area, rules_on), sheet)
        return sheet.result([m.person_id for m in members], declared, area, None)
    return assess_dibao(members, declared, area, book, lineage, rules_on, category)


def as_of(member: Member, day: date) -> Member:
    """The member as the rules see them on a day: with what was so then."""
    return dataclasses.replace(member, attributes=member.attributes_on(day))
