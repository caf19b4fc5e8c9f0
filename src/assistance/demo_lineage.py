"""The demo's households that change: one splits, two become one, and what became known late is opened in money."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from assistance.late_facts import OpenLateFacts, open_late_facts
from ledger.identification.changes import AdjustAmount, EndCategory
from ledger.identification.refusals import NotEligible, NothingChanges
from ledger.kernel import (
    CommandId,
    EntitlementId,
    Event,
    Facts,
    Fen,
    HouseholdId,
    HouseholdNumber,
    Month,
    OrganisationId,
    PersonId,
    tag,
)
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.events import Area, CircumstancesDeclared, IncomeLine, Relation
from ledger.registry.lineage import MergeHouseholds, Relative
from ledger.registry.lineage_events import HouseholdsMerged, HouseholdSplit
from ledger.registry.lineage_split import SplitHousehold
from projections.runner import Runner

if TYPE_CHECKING:
    from assistance.demo import Demo

Bar = Callable[[str, int | None], Callable[[int], object]]
CHANGED, KNOWN = date(2026, 11, 18), date(2026, 11, 23)
SINCE = Month("2026-12")


def story(demo: Demo, units: Sequence[str], bar: Bar) -> None:
    """Goes on where it was cut off: whom a step chose is read from what it recorded."""
    progress = bar("households that change 分户并户与迟知事实", 4)
    for count, step in enumerate((_split, _merge, _late_income, _late_facts), 1):
        step(demo)
        progress(count)


def _rows(demo: Demo, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with Runner(demo.division.url, demo.division.schema) as runner:
        runner.catch_up()
        return runner.connection.execute(sql.encode(), values).fetchall()


def _done(demo: Demo, label: str) -> Sequence[Event]:
    """What a step recorded, nothing when it was not taken yet."""
    known = demo.ledger.read((Facts(tags=(tag(CommandId, demo.command_id(label)),)),))
    return [r.event for r in known.recorded]


def _covered(demo: Demo, members: int, most: int, among: str) -> list[tuple[Any, ...]]:
    """Households of so many with dibao alone: (household, organisation, number, area, head), those of a unit together."""
    return _rows(
        demo,
        "SELECT h.household_id, h.organisation_id, h.number, h.area, h.head_id FROM households h"
        " JOIN entitlements e USING (household_id) WHERE e.status = 'active' AND e.origin = 'prior' AND e.category = 'dibao'"
        " AND h.member_count = %s AND right(h.number, 1) = %s ORDER BY h.organisation_id, h.number LIMIT %s",
        members, among, most,
    )  # fmt: skip


def _entitlement(demo: Demo, household: str) -> EntitlementId:
    return EntitlementId(
        _rows(demo, "SELECT entitlement_id FROM entitlements WHERE household_id = %s", household)[0][0]
    )


def _adjust(demo: Demo, label: str, household: str, month: Month, reason: str) -> None:
    """The amount of a household's entitlement anew, or its end when it is due nothing any more."""
    entitlement = _entitlement(demo, household)
    why = {"entitlement_id": entitlement, "reason": reason, "article": "57 art. 31"}
    try:
        demo.do(label, AdjustAmount, demo.reviewer, KNOWN, from_month=month, **why)
    except NotEligible:
        demo.do(f"{label}/end", EndCategory, demo.reviewer, KNOWN, last_month=Month("2026-11"), **why)
    except NothingChanges:
        return


def _split(demo: Demo) -> None:
    """A grown-up child and a grandchild set up a household of their own; the old one's cover is adjusted."""
    label = "lineage/split"
    made = _done(demo, label)
    if not made:
        household, unit, number, area, head = _covered(demo, 4, 1, "4")[0]
        people = _rows(demo, "SELECT person_id FROM household_members WHERE household_id = %s AND left_on IS NULL AND"
                             " person_id <> %s ORDER BY position DESC LIMIT 2", household, head)  # fmt: skip
        leaving = tuple(
            Relative(person_id=PersonId(p), relation=Relation.OTHER if n else Relation.HEAD)
            for n, (p,) in enumerate(people)
        )
        made = demo.do(label, SplitHousehold, demo.clerk(unit), CHANGED, household_id=HouseholdId(household), leaving=leaving,
                       number=HouseholdNumber(f"{number}-F1"), area=Area(area), address="示范连队新建住房1号", split_on=CHANGED,
                       document="户口簿分户记录〔2026〕1号").events  # fmt: skip
    split = next(e for e in made if isinstance(e, HouseholdSplit))
    _adjust(demo, f"{label}/adjust", split.from_id, SINCE, "分户，保障人口减少")


def _merge(demo: Demo) -> None:
    """Two covered households become one: the cover of the one ends, the other's is adjusted for all."""
    label = "lineage/merge"
    made = _done(demo, label)
    if not made:
        rows = _covered(demo, 2, 20, "6")
        one, other = next((a, b) for a, b in itertools.pairwise(rows) if a[1] == b[1])
        made = demo.do(label, MergeHouseholds, demo.clerk(one[1]), CHANGED, household_id=HouseholdId(one[0]),
                       absorbed_id=HouseholdId(other[0]), merged_on=CHANGED, document="户口簿并户记录〔2026〕1号").events  # fmt: skip
    merged = next(e for e in made if isinstance(e, HouseholdsMerged))
    demo.do(f"{label}/end", EndCategory, demo.reviewer, KNOWN, entitlement_id=_entitlement(demo, merged.absorbed_id),
            last_month=Month("2026-11"), reason="家庭并入他户", article="57 art. 31")  # fmt: skip
    _adjust(demo, f"{label}/adjust", merged.survivor_id, SINCE, "并户，保障人口增加")


def _late_income(demo: Demo) -> None:
    """Income fell on 8 October, the household says so on 23 November: October and November are made up for."""
    label = "lineage/income"
    made = _done(demo, label)
    if not made:
        household, unit, *_ = _covered(demo, 3, 1, "7")[0]
        income = _rows(demo, "SELECT income_annual_fen FROM households WHERE household_id = %s", household)[
            0
        ][0]
        lower = Fen(income // 200 * 100)
        made = demo.do(label, DeclareCircumstances, demo.clerk(unit), KNOWN, household_id=HouseholdId(household),
                       declared_on=date(2026, 10, 8), income=(IncomeLine(kind="wage", annual_fen=lower),)).events  # fmt: skip
    declared = next(e for e in made if isinstance(e, CircumstancesDeclared))
    _adjust(demo, f"{label}/adjust", declared.household_id, Month("2026-10"), "收入下降，自发生当月起调整")


def _late_facts(demo: Demo) -> None:
    """What the late death and the late income mean in money is opened, for every unit concerned."""
    from assistance.demo import at

    rows = _rows(
        demo,
        "SELECT DISTINCT e.organisation_id, e.category FROM late_facts l JOIN entitlements e USING (household_id)"
        " WHERE e.category IN ('dibao', 'tekun') ORDER BY 1, 2",
    )
    for unit, programme in rows:
        asked = OpenLateFacts(demo.command_id(f"lineage/late/{unit}/{programme}"), OrganisationId(unit), programme,
                              Month("2026-11"))  # fmt: skip
        open_late_facts(demo.division, asked, demo.reviewer, at(KNOWN))
