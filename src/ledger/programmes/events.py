"""Definitions 定义: what a category is, from when, on what basis. Adding one needs no release."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

import msgspec

from ledger.ids import DefinitionId
from ledger.kernel import Event, Named

CATEGORIES = DefinitionId("categories")
"""The tag all definitions of categories share."""


class CoverLevel(StrEnum):
    """Whom a category takes in: whole households, or single people 对象层级."""

    HOUSEHOLD = "household"
    PERSON = "person"


class Step(StrEnum):
    """A step of the procedure a category asks for before it is decided 审核确认程序."""

    ACCEPTANCE = "acceptance"
    AUTHORISATION = "authorisation"
    MEANS_CHECK = "means_check"
    HOME_VISIT = "home_visit"
    OPINION = "opinion"
    PUBLICITY = "publicity"


class Rule(StrEnum):
    """Which rule of assessment decides on a category and its amount (:mod:`ledger.identification.amounts`)."""

    DIBAO = "dibao"
    TEKUN = "tekun"
    INCOME_LINE = "income_line"
    """Income per head below a permille of the dibao standard, property within limits 低保边缘."""
    RIGID_SPENDING = "rigid_spending"
    """Income below last year's disposable income, rigid spending above a share of it 刚性支出."""
    LISTED = "listed"
    """Named by another department's list, or judged case by case; no amount follows 防止返贫监测, 其他困难."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind within a category 类型, for instance of monitored people; or of document."""

    code: str
    named: Named


class Procedure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The figures and steps of a category's procedure; days are working days unless they say otherwise."""

    steps: tuple[Step, ...] = tuple(Step)
    start_days: int = 3
    """To begin the investigation after acceptance, and the check after it was asked for [57 art. 15, 17]."""
    town_days: int | None = None
    """From acceptance to the town's opinion, where the text sets it [43 art. 13]."""
    county_days: int = 10
    """From the report to the county's opinion [57 art. 20]."""
    total_days: int = 30
    """From acceptance to the decision [57 art. 22]."""
    devolved_days: int | None = 20
    """The same where the power to confirm is devolved to the town [83 四(一)]."""
    extended_days: int = 45
    """The same in special cases, with a reason [57 art. 22, 83 四(一)]."""
    notice_days: int = 3
    """To tell an applicant of a refusal [57 art. 21]."""
    publicity_days: int = 7
    """Calendar days the opinion is posted [57 art. 19]."""
    publicise_again: bool = False
    """Whether a new opinion after an objection is posted again [43 art. 15]."""
    reinvestigation_days: int = 15
    """From an objection to the new opinion [43 art. 15]."""
    recheck_permille: int = 0
    """The least share of reported cases that are checked at random [43 art. 16]."""
    obligor_check: bool = False
    """Whether legal obligors are parties with authorisation and means [43 art. 4, 8, 10]."""
    ending_publicised: bool = False
    """Whether an end is posted before it is decided [43 art. 26]."""
    review_months: int = 12
    unstable_review_months: int = 6
    """Where income is unstable or somebody is able to work [57 art. 31]."""
    taper_months: int = 0
    """The most months of tapering 渐退 [83 一(三)]."""
    valid_months: int | None = None
    """After which a confirmation expires [RG art. 10]."""
    documents: tuple[Kind, ...] = ()
    """The documents a complete file holds [57 art. 9–10, 43 art. 10]."""


def procedure_figures(procedure: Procedure) -> dict[str, Any]:
    """Every figure of a procedure by name, defaults included."""
    return {name: msgspec.to_builtins(getattr(procedure, name)) for name in procedure.__struct_fields__}


class CategoryDefined(Event, frozen=True, kw_only=True):
    """A category 对象类别 is what this says from `from_date` on, on the basis in the envelope.

    The latest definition not after a day holds on that day; one with `until_date` before it ends the category.
    """

    TITLE: ClassVar = ("对象类别定义", "Category defined")

    definition_ids: tuple[DefinitionId, ...]
    """``category/<code>``, and the tag all categories share."""
    code: str
    named: Named
    cover_level: CoverLevel
    assessment: Rule
    pays: bool
    """Whether a monthly entitlement follows from a confirmation."""
    procedure: Procedure = Procedure()
    kinds: tuple[Kind, ...] = ()
    excludes: tuple[str, ...] = ()
    """Codes of categories nobody may be in at the same time."""
    from_date: date
    until_date: date | None = None
