"""What can happen to an institution of support 供养服务机构 and to those who stay there [649 art. 19; S 三(五)]."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

import msgspec

from ledger.ids import AttendanceId, InstitutionId, StayId
from ledger.kernel import EntitlementId, Event, HouseholdId, Month, Named, OrganisationId, PersonId, Private


class StayKind(StrEnum):
    """Why somebody stays: tekun in an institution, elders, disabled people day and night, or by day 入住类型."""

    TEKUN = "tekun"
    """Supported in an institution 集中供养 [649 art. 19]: the institution is paid from confirmed attendance."""
    ELDERS = "elders"
    """Elders in poverty who cannot look after themselves 集中照护 [S 三(五)]."""
    DISABLED = "disabled"
    """Disabled people looked after 残疾人托养 [S 三(五)]."""
    DAY_CARE = "day_care"
    """Looked after by day 日间照料 [S 三(五)]."""


class LeaveReason(StrEnum):
    """Why a resident is away for a while 外出原因."""

    FAMILY = "family"
    HOSPITAL = "hospital"
    OTHER = "other"


class DischargeReason(StrEnum):
    """Why a stay ended 离院原因."""

    DEATH = "death"
    OWN_WISH = "own_wish"
    """To be supported at home: the form is one's own choice [649 art. 19]."""
    TRANSFER = "transfer"
    COVER_ENDED = "cover_ended"
    OTHER = "other"


class InstitutionEvent(Event, frozen=True, kw_only=True):
    """Base of what happens to an institution itself; never stored itself."""

    institution_id: InstitutionId
    organisation_id: OrganisationId
    """The organisation in charge of it."""


class InstitutionRegistered(InstitutionEvent, frozen=True, kw_only=True):
    """An institution is known: beds, licence, whom it takes, and the account it is paid to.

    An account of an institution identifies nobody, but nobody need see it either: it is sealed under the
    institution's own key.
    """

    TITLE: ClassVar = ("供养服务机构登记", "Institution registered")

    name: str
    licence: str
    beds: int
    kinds: tuple[StayKind, ...]
    bank_code: str
    account: Private
    account_holder: Private
    account_key: str


class InstitutionChanged(InstitutionEvent, frozen=True, kw_only=True):
    """Name, licence, beds and kinds of stay from `occurred_on` on."""

    TITLE: ClassVar = ("供养服务机构变更", "Institution changed")

    name: str
    licence: str
    beds: int
    kinds: tuple[StayKind, ...]


class InstitutionAccountNominated(InstitutionEvent, frozen=True, kw_only=True):
    """The institution is paid to this account from `occurred_on` on."""

    TITLE: ClassVar = ("供养服务机构指定账户", "Institution's account nominated")

    bank_code: str
    account: Private
    account_holder: Private
    account_key: str


class InstitutionClosed(InstitutionEvent, frozen=True, kw_only=True):
    """Nobody stays there after `occurred_on`."""

    TITLE: ClassVar = ("供养服务机构注销", "Institution closed")

    reason: str


class StayEvent(Event, frozen=True, kw_only=True):
    """Base of what happens to somebody's stay; never stored itself. The organisation is that of the household."""

    stay_id: StayId
    institution_id: InstitutionId
    household_id: HouseholdId
    person_id: PersonId
    organisation_id: OrganisationId
    programme: str
    named: Named


class ResidentAdmitted(StayEvent, frozen=True, kw_only=True):
    """A person stays from `occurred_on` on, as an agreement says; who is in tekun brings the entitlement along."""

    TITLE: ClassVar = ("入住供养服务机构", "Resident admitted")

    kind: StayKind
    entitlement_id: EntitlementId | None = None
    agreement: str
    note: Named


class LeaveStarted(StayEvent, frozen=True, kw_only=True):
    """The resident is away from `occurred_on` on, that day included."""

    TITLE: ClassVar = ("请假外出", "Leave started")

    away_for: LeaveReason
    expected_on: date | None = None
    """When they mean to be back."""


class LeaveEnded(StayEvent, frozen=True, kw_only=True):
    """The resident is back: `occurred_on` is a day of presence again."""

    TITLE: ClassVar = ("销假返院", "Leave ended")


class ResidentDischarged(StayEvent, frozen=True, kw_only=True):
    """The stay ends: the night before `occurred_on` was the last one, after a death the day itself."""

    TITLE: ClassVar = ("离开供养服务机构", "Resident discharged")

    left_for: DischargeReason
    note: Named


class DaysPresent(msgspec.Struct, frozen=True, kw_only=True):
    """How many days of a month somebody was present."""

    stay_id: str
    days: int


class AttendanceReported(InstitutionEvent, frozen=True, kw_only=True):
    """The institution signs for the days everybody was present in a month; nothing follows until it is confirmed."""

    TITLE: ClassVar = ("机构报送在院天数", "Attendance reported")

    attendance_id: AttendanceId
    month: Month
    present: tuple[DaysPresent, ...]
    signed_by: str
    """Who signed for the institution."""
    reason: str | None = None
    """Why it is reported anew after it was confirmed."""


class StayAttendance(StayEvent, frozen=True, kw_only=True):
    """Base of the days of one resident in one month; never stored itself."""

    attendance_id: AttendanceId
    month: Month
    days: int
    note: Named


class AttendanceConfirmed(StayAttendance, frozen=True, kw_only=True):
    """The organisation confirms what the institution signed for: somebody else than who reported it."""

    TITLE: ClassVar = ("确认在院天数", "Attendance confirmed")


class AttendanceCorrected(StayAttendance, frozen=True, kw_only=True):
    """What was confirmed of a month was wrong: these are the days, with the reason; the first figure stays readable."""

    TITLE: ClassVar = ("更正在院天数", "Attendance corrected")

    previous_days: int
    reason: str
