"""Definitions of programmes 救助项目, of their forms 救助形式 and of what excludes what 互斥: a new one needs no release."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

import msgspec

from ledger.ids import DefinitionId
from ledger.kernel import Event, Named
from ledger.programmes.events import CoverLevel, Kind

PROGRAMMES = DefinitionId("programmes")
"""The tag all definitions of programmes share."""
FORMS = DefinitionId("forms")
"""The tag all definitions of forms share."""
EXCLUSIONS = DefinitionId("exclusions")
"""The tag all definitions of exclusions share."""


class Recurrence(StrEnum):
    """How often a programme is given in one form: once, each month, once a year, or once for each event 发放频次."""

    ONCE = "once"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    PER_EVENT = "per_event"


class AmountUse(StrEnum):
    """Whether a form is given with an amount of money 金额要求."""

    NEEDED = "needed"
    POSSIBLE = "possible"
    NONE = "none"


class FieldKind(StrEnum):
    """What a programme's own field holds 字段类型."""

    AMOUNT = "amount"
    NUMBER = "number"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    CHOICE = "choice"
    YES_NO = "yes_no"
    TEXT = "text"
    """A short text that identifies nobody: a school, a hospital, a contract number."""


class Within(StrEnum):
    """When two aids exclude each other: in one month, one year, for one need, or whenever 互斥期间."""

    SAME_MONTH = "same_month"
    SAME_YEAR = "same_year"
    SAME_NEED = "same_need"
    AT_ALL = "at_all"


class Who(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who may get it: all that is stated must hold; what is left empty is not asked."""

    categories: tuple[str, ...] = ()
    """In one of these categories."""
    disability_levels: tuple[int, ...] = ()
    disability_types: tuple[str, ...] = ()
    illnesses: tuple[str, ...] = ()
    labour: tuple[str, ...] = ()
    """full, partial, none."""
    schooling: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    """urban or rural: where the household stands."""
    age_from: int | None = None
    age_to: int | None = None
    """The last completed year of age that is still taken in."""
    self_care_failed_from: int | None = None
    """At least so many of the six self-care items fail 失能."""


class Offer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One form a programme is given in, and who may get it in this form (any of these; nobody named: as the programme says)."""

    form: str
    who: tuple[Who, ...] = ()


class OwnField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of the programme's own 项目字段: its name, what it holds, and for which forms it must or may be given."""

    field: str
    named: Named
    holds: FieldKind
    required: bool = True
    choices: tuple[Kind, ...] = ()
    forms: tuple[str, ...] = ()
    """For these forms alone; for every form when empty."""


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts among the own fields that must add up: the total is the sum of its parts 分项合计."""

    total: str
    parts: tuple[str, ...]
    given: str | None = None
    """The part that is this aid's own amount."""


class ProgrammeDefined(Event, frozen=True, kw_only=True):
    """A programme 救助项目 is what this says from `from_date` on, on the basis in the envelope.

    The latest definition not after a day holds on that day; one with `until_date` before it ends the programme.
    """

    TITLE: ClassVar = ("救助项目定义", "Programme defined")

    definition_ids: tuple[DefinitionId, ...]
    """``programme/<code>``, and the tag all programmes share."""
    code: str
    named: Named
    owners: tuple[str, ...]
    """Codes of the departments that decide on it 责任部门; ``mz`` is civil affairs, the division and its units."""
    cooperating: tuple[str, ...] = ()
    """Codes of the departments that help with it 配合部门."""
    offers: tuple[Offer, ...]
    cover_level: CoverLevel
    who: tuple[Who, ...] = ()
    """Any one of these suffices; anybody when empty."""
    recurrence: Recurrence
    fields: tuple[OwnField, ...] = ()
    sums: tuple[Sum, ...] = ()
    disaster: bool = False
    """Whether it is given for a declared disaster."""
    after_death: bool = False
    """Whether it is for someone who died: then it is given after the death, otherwise never."""
    standard: str | None = None
    """The parameter that sets the amount, where the amount is not the department's to judge."""
    from_application: bool = False
    """Whether a monthly aid runs from the month of application."""
    answer_days: int = 10
    """Working days to accept or refuse what was applied for or referred."""
    feedback_days: int = 20
    """Working days from the grant to the report of what was given."""
    from_date: date
    until_date: date | None = None


class FormDefined(Event, frozen=True, kw_only=True):
    """A form 救助形式 in which aid is given, from `from_date` on, on the basis in the envelope."""

    TITLE: ClassVar = ("救助形式定义", "Form defined")

    definition_ids: tuple[DefinitionId, ...]
    """``form/<code>``, and the tag all forms share."""
    code: str
    named: Named
    amount: AmountUse
    from_date: date
    until_date: date | None = None


class ExclusionDefined(Event, frozen=True, kw_only=True):
    """Aids that exclude each other 互斥规则, from `from_date` on, on the basis in the envelope.

    Each of `aids` is a programme, a programme in one form (``programme/form``), or a category; any two of them exclude
    each other, for a person or for a household.
    """

    TITLE: ClassVar = ("互斥规则定义", "Exclusion defined")

    definition_ids: tuple[DefinitionId, ...]
    """``exclusion/<code>``, and the tag all exclusions share."""
    code: str
    named: Named
    aids: tuple[str, ...]
    cover_level: CoverLevel
    within: Within
    from_date: date
    until_date: date | None = None
