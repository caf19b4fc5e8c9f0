"""What can happen to one assistance 救助: applied for or referred, decided by its owner, delivered, reported back, ended."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

import msgspec

from ledger.ids import AssistanceId, DisasterId
from ledger.kernel import (
    Event,
    Fen,
    FileHash,
    HouseholdId,
    ImportId,
    Month,
    Named,
    OrganisationId,
    PersonId,
    Private,
)


class Outcome(StrEnum):
    """What a department reports back 反馈结果: given, given in part, or not given."""

    GIVEN = "given"
    PARTLY = "partly"
    NOT_GIVEN = "not_given"


class DangerLevel(StrEnum):
    """How safe a home is 房屋危险性等级: A and B are safe, C is dangerous in part, D as a whole."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"


class OwnFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of the programme's own facts: an amount in fen, or anything else as text."""

    field: str
    content: str | None = None
    amount_fen: Fen | None = None


class ReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """Where a reported aid came from: sheet and row of a file, and a keyed hash of what the row said."""

    sheet: str
    row: int
    row_key: str


class AssistanceEvent(Event, frozen=True, kw_only=True):
    """Base of every step of an assistance; never stored itself."""

    assistance_id: AssistanceId
    household_id: HouseholdId
    organisation_id: OrganisationId
    """The regiment or street in charge of the household."""
    person_ids: tuple[PersonId, ...]
    """For whom."""
    programme: str
    named: Named
    department: str
    """Who acted: a department's name, or 民政."""
    department_id: str
    """The organisation that handles it: a department, or the division for civil affairs."""


class AssistanceApplied(AssistanceEvent, frozen=True, kw_only=True):
    """Someone applied, or a clerk did so for them; `due_on` is the last day to accept or refuse."""

    TITLE: ClassVar = ("申请专项救助", "Assistance applied for")

    on_behalf_of: str | None = None
    note: Named | None = None
    due_on: date


class AssistanceReferred(AssistanceEvent, frozen=True, kw_only=True):
    """It was referred 转办 to a department that owns the programme; `due_on` is the last day to accept or refuse."""

    TITLE: ClassVar = ("转办", "Referred")

    note: Named
    reason: str
    due_on: date


class AssistanceAccepted(AssistanceEvent, frozen=True, kw_only=True):
    """The owner accepted it; `due_on` is the last day to decide."""

    TITLE: ClassVar = ("受理专项救助", "Assistance accepted")

    due_on: date


class AssistanceGranted(AssistanceEvent, frozen=True, kw_only=True):
    """The owner granted it: in which form, how much, for which time or need; `due_on` is the last day to report back."""

    TITLE: ClassVar = ("准予救助", "Assistance granted")

    form: str
    note: Named
    """The form's name."""
    amount_fen: Fen | None = None
    """A month where it is given monthly, otherwise in all."""
    from_month: Month | None = None
    last_month: Month | None = None
    year: int | None = None
    need: str | None = None
    """What one event it is for: a bill, a case; the same need is not covered twice."""
    disaster_id: DisasterId | None = None
    stages: int = 1
    facts: tuple[OwnFact, ...] = ()
    parameter_id: str | None = None
    """The standard that set the amount."""
    due_on: date


class AssistanceRefused(AssistanceEvent, frozen=True, kw_only=True):
    """The owner refused it, with reason and article."""

    TITLE: ClassVar = ("不予救助", "Assistance refused")

    reason: str
    article: str
    note: Named


class AssistanceDelivered(AssistanceEvent, frozen=True, kw_only=True):
    """A stage of it was handed over; the last one completes it."""

    TITLE: ClassVar = ("救助到位", "Assistance delivered")

    stage: int
    final: bool
    month: Month | None = None
    amount_fen: Fen | None = None
    note: Named


class AssistanceReported(AssistanceEvent, frozen=True, kw_only=True):
    """A department reported back 反馈: on a case, or what it gave by its own record, singly or from a file.

    A report of its own is no procedure and never looks like one: it carries the department's record number.
    """

    TITLE: ClassVar = ("部门反馈", "Department reported")

    outcome: Outcome
    form: str | None = None
    note: Named | None = None
    amount_fen: Fen | None = None
    from_month: Month | None = None
    last_month: Month | None = None
    year: int | None = None
    need: str | None = None
    disaster_id: DisasterId | None = None
    facts: tuple[OwnFact, ...] = ()
    record_number: str | None = None
    import_id: ImportId | None = None
    origin: ReportRow | None = None
    overlaps: tuple[str, ...] = ()
    """Aids it overlaps with, recorded all the same for a stated reason."""
    reason: str | None = None


class UnlistedAidReported(Event, frozen=True, kw_only=True):
    """A department reported what it gave to someone no household here has as a member."""

    TITLE: ClassVar = ("部门反馈（未登记人员）", "Department reported, person unlisted")

    assistance_id: AssistanceId
    organisation_id: OrganisationId
    """The department."""
    person_id: PersonId
    name: Private
    id_number: Private
    programme: str
    named: Named
    department: str
    department_id: str
    form: str
    note: Named | None = None
    amount_fen: Fen | None = None
    from_month: Month | None = None
    last_month: Month | None = None
    year: int | None = None
    need: str | None = None
    facts: tuple[OwnFact, ...] = ()
    record_number: str
    import_id: ImportId | None = None
    origin: ReportRow | None = None


class AssistanceEnded(AssistanceEvent, frozen=True, kw_only=True):
    """It is over: withdrawn, completed, or given until `last_month`."""

    TITLE: ClassVar = ("救助终止", "Assistance ended")

    last_month: Month | None = None
    withdrawn: bool = False
    """Nothing of it was given."""
    reason: str
    note: Named


class ReportsBegun(Event, frozen=True, kw_only=True):
    """A department began to hand in a file; what is recorded of it counts from the first row, and a closing follows."""

    TITLE: ClassVar = ("开始导入部门反馈", "Reports begun")

    import_id: ImportId
    file_hash: FileHash
    organisation_id: OrganisationId
    file_name: str
    rows: int


class ReportsImported(Event, frozen=True, kw_only=True):
    """The closing header of a department's file: what was in it and what was taken."""

    TITLE: ClassVar = ("部门反馈导入", "Reports imported")

    import_id: ImportId
    file_hash: FileHash
    organisation_id: OrganisationId
    file_name: str
    programmes: tuple[str, ...]
    rows: int
    recorded: int
    repeated: int
    """Rows reported before, in another file or singly."""
    unlisted: int
    rejected: int
    amount_fen: Fen


class DisasterDeclared(Event, frozen=True, kw_only=True):
    """A disaster 灾害事件 struck these organisations on `occurred_on` [649 art. 22–23]."""

    TITLE: ClassVar = ("认定灾害事件", "Disaster declared")

    disaster_id: DisasterId
    organisation_ids: tuple[OrganisationId, ...]
    kind: str
    named: Named
    ended_on: date | None = None


class HousingAssessed(Event, frozen=True, kw_only=True):
    """The home of a household was assessed 房屋安全鉴定; C and D are unsafe."""

    TITLE: ClassVar = ("房屋安全鉴定", "Home assessed")

    household_id: HouseholdId
    organisation_id: OrganisationId
    danger: DangerLevel
    named: Named
    department: str
    department_id: str
    note: Named
