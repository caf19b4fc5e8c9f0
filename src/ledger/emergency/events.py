"""What can happen in an emergency 急难: reported, graded, aided at once, put on paper afterwards [S 三(三); TA; 649 art. 47–51]."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

import msgspec

from ledger.identification.events import StandardUsed, Step
from ledger.ids import EmergencyId, ImprestId, MeetingId
from ledger.kernel import CaseId, Event, Fen, FundId, HouseholdId, Named, OrganisationId, PersonId, Private

PROGRAMME = "linshi_jiuzhu"
"""The programme all of this is 临时救助."""


class EmergencyKind(StrEnum):
    """What happened 急难情形 [TA 二(一); 649 art. 47, 50]."""

    FIRE = "fire"
    TRAFFIC = "traffic"
    ACCIDENT = "accident"
    ILLNESS = "illness"
    STRANDED = "stranded"
    """Without means, wandering or begging 生活无着的流浪、乞讨."""
    SPENDING = "spending"
    """Necessary spending on school or treatment that rose beyond the household's means."""
    OTHER = "other"


class Reporter(StrEnum):
    """Who told of it 报告人 [649 art. 51, 60; S 二(三)]."""

    VICTIM = "victim"
    NEIGHBOUR = "neighbour"
    COMPANY_WORKER = "company_worker"
    POLICE = "police"
    HOSPITAL_STAFF = "hospital_staff"
    OTHER = "other"


class AidType(StrEnum):
    """急难型 is aided first; 支出型 goes through the full procedure [TA 二(一)–(二)]."""

    URGENT = "urgent"
    SPENDING = "spending"


class Grade(StrEnum):
    """How severe an urgent emergency is 困难程度 [S 三(三)]."""

    LIGHT = "light"
    """A small amount first, explained afterwards 小金额先行救助."""
    HEAVY = "heavy"
    """Aid first with simplified steps, registered and signed afterwards 先行救助."""


class Approval(StrEnum):
    """Who approved 审批主体 [649 art. 48; S 三(三)]."""

    TOWN = "town"
    COUNTY = "county"
    MEETING = "meeting"
    """一事一议."""


class AidForm(StrEnum):
    """How aid is given 救助方式 [TA 二(四)]."""

    CASH = "cash"
    SUPPLIES = "supplies"
    HANDOVER = "handover"
    """Handed on to another programme, department or charity 转介服务."""


class Paper(StrEnum):
    """What is to be on file afterwards 事后补充的材料和手续 [S 三(三); TA 二(二)]."""

    EXPLANATION = "explanation"
    """补充说明."""
    RECIPIENT_REGISTERED = "recipient_registered"
    """登记救助对象."""
    GROUNDS = "grounds"
    """救助事由."""
    AMOUNT_GIVEN = "amount_given"
    """救助金额."""
    MATERIALS = "materials"
    """相关材料."""
    RECIPIENT_SIGNATURE = "recipient_signature"
    HANDLER_SIGNATURE = "handler_signature"
    """经办人签字."""
    HEAD_SIGNATURE = "head_signature"
    """负责人签字."""
    SEAL = "seal"
    """盖章."""


class EmergencyOutcome(StrEnum):
    """How an emergency ended 办结情况."""

    AIDED = "aided"
    WITHDRAWN = "withdrawn"
    NOT_SO = "not_so"
    """It had not happened, or not as told."""


class EmergencyEvent(Event, frozen=True, kw_only=True):
    """Base of what happens in one emergency; never stored itself."""

    emergency_id: EmergencyId
    household_id: HouseholdId
    organisation_id: OrganisationId
    """Where it happened: neither hukou nor residence matter [S 三(三)]."""
    person_ids: tuple[PersonId, ...]
    """Whom it hit."""
    programme: str = PROGRAMME


class EmergencyReported(EmergencyEvent, frozen=True, kw_only=True):
    """It happened on `occurred_on`, and was told on `reported_on`."""

    TITLE: ClassVar = ("急难报告", "Emergency reported")

    kind: EmergencyKind
    reported_on: date
    reporter_kind: Reporter
    reporter: Private | None = None
    place: Private | None = None
    account: Private
    """What happened, in words."""
    unknown: tuple[str, ...] = ()
    """Those of the people who they are is not known."""
    note: Named | None = None


class EmergencyGraded(EmergencyEvent, frozen=True, kw_only=True):
    """Its type, grade and tier, and what follows from the standards of that day."""

    TITLE: ClassVar = ("急难分级", "Emergency graded")

    aid_type: AidType
    grade: Grade | None = None
    """None for 支出型."""
    tier: int
    """Of difficulty 档次, as the place has set them."""
    case_id: CaseId | None = None
    """The application, for 支出型."""
    spending_fen: Fen | None = None
    """The necessary spending that was verified, for 支出型 [TA 二(二)]."""
    people_counted: int
    standard_fen: Fen
    """The most by the standard: monthly dibao × multiple of the tier × people."""
    small_limit_fen: Fen | None = None
    town_limit_fen: Fen
    paperwork_days: int | None = None
    papers: tuple[Paper, ...] = ()
    standards: tuple[StandardUsed, ...]
    working: tuple[Step, ...]
    grounds: Private
    note: Named | None = None


class EmergencyMeetingHeld(EmergencyEvent, frozen=True, kw_only=True):
    """A meeting decided this one matter 一事一议; it carried with more than half of those present."""

    TITLE: ClassVar = ("一事一议会议", "Emergency meeting held")

    meeting_id: MeetingId
    present: tuple[str, ...]
    """Who took part, as the minutes name their posts."""
    quorum: int
    in_favour: int
    against: int
    carried: bool
    decided_fen: Fen
    """What was voted on."""
    minutes: Private
    note: Named | None = None


class EmergencyApproved(EmergencyEvent, frozen=True, kw_only=True):
    """Aid up to a total was approved, to be given in stages 一次审批、分阶段救助 [TA 二(四)]."""

    TITLE: ClassVar = ("临时救助审批", "Emergency aid approved")

    approved_fen: Fen
    stages: int
    approved_by: Approval
    meeting_id: MeetingId | None = None
    window_fen: Fen
    """What the household had in the window, this approval included."""
    standards: tuple[StandardUsed, ...]
    note: Named | None = None


class Supply(msgspec.Struct, frozen=True, kw_only=True):
    """Things given, and their worth altogether."""

    item: str
    quantity: int
    measure_unit: str
    value_fen: Fen


class EmergencyAidGiven(EmergencyEvent, frozen=True, kw_only=True):
    """Aid was handed over: cash, goods, or a handover to somebody who can help further."""

    TITLE: ClassVar = ("给予临时救助", "Emergency aid given")

    form: AidForm
    amount_fen: Fen | None = None
    supplies: tuple[Supply, ...] = ()
    handed_to: str | None = None
    """The programme, department or charity it was handed on to."""
    recipient: str
    """Who of the household took it."""
    stage: int
    imprest_id: ImprestId | None = None
    fund_id: FundId | None = None
    receipt: str | None = None
    note: Named | None = None


class EmergencyEased(EmergencyEvent, frozen=True, kw_only=True):
    """The worst is over from `occurred_on`: what is left to put on paper is due from here [S 三(三); TA 二(二)]."""

    TITLE: ClassVar = ("急难情况缓解", "Emergency eased")


class FiledPaper(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is on file now, and where."""

    paper: Paper
    reference: str


class PaperworkFiled(EmergencyEvent, frozen=True, kw_only=True):
    """Some of what was left to put on paper is on file."""

    TITLE: ClassVar = ("补充材料和手续", "Paperwork filed")

    papers: tuple[FiledPaper, ...]
    explanation: Private | None = None


class EmergencyRegularised(EmergencyEvent, frozen=True, kw_only=True):
    """Everything is on file and signed; after `due_on` only with the reason why it is late."""

    TITLE: ClassVar = ("急难救助手续补齐", "Emergency regularised")

    due_on: date | None = None
    late: bool = False
    late_reason: str | None = None


class EmergencyClosed(EmergencyEvent, frozen=True, kw_only=True):
    """The matter is closed."""

    TITLE: ClassVar = ("急难办结", "Emergency closed")

    outcome: EmergencyOutcome
    closing: str
    """Why, in a word; nothing about a person."""
