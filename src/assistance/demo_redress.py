"""The demo's complaints, reviews, an error put right in time, and charity: what else happens to those who applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ledger.complaints.events import ComplaintChannel, ComplaintFinding, ComplaintKind
from ledger.identification.events import ApplicationSubmitted
from ledger.ids import DocumentId, OperatorId
from ledger.kernel import (
    CHINA,
    Actor,
    CaseId,
    Command,
    CommandId,
    Facts,
    Fen,
    HouseholdId,
    OrganisationId,
    PersonId,
    Role,
    tag,
)
from ledger.redress.complaints import (
    AcknowledgeComplaint,
    AnswerComplaint,
    AssignComplaint,
    InvestigateComplaint,
)
from ledger.redress.corrections import AssessError, GrantExemption, MakeCorrection
from ledger.redress.events import FoundBy, Grounds, ReviewResult
from ledger.redress.lawsuits import FileLawsuit
from ledger.redress.lodging import LodgeComplaint
from ledger.redress.reviews import AcceptReview, DecideReview, RequestReview, ServeReview
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.events import IncomeLine
from ledger.standards.commands import SetStandard
from ledger.support.charity_donors import CommendDonor, MakeOffer, RegisterDonor
from ledger.support.charity_events import DonationForm, DonorClass, NeedKind
from ledger.support.charity_matches import AgreeMatch, DeliverDonation
from ledger.support.charity_needs import GiveCharityConsent, PublishNeed

if TYPE_CHECKING:
    from assistance.demo import Demo

Bar = Callable[[str, int | None], Callable[[int], object]]
DIVISION = OrganisationId("d06")
AUDITOR = Actor(operator_id="auditor-1", organisation_id=DIVISION, role=Role.AUDITOR)
REFUSED = (7, 23, 39)
"""Applications above the standard: these were refused."""
HELPED = (2, 11, 20, 29, 38, 47)
"""Applications whose households agree to be helped."""
DONORS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("firm", {"donor_class": DonorClass.ENTERPRISE, "title": "示范食品有限公司", "credit_code": "91110000600037341L"}),
    ("trust", {"donor_class": DonorClass.TRUST, "title": "示范助困慈善信托", "credit_code": "91110000600037341L", "filing_number": "示范备〔2026〕1号"}),
    ("person", {"donor_class": DonorClass.INDIVIDUAL, "donor_name": "好心人", "contact": "经社区联系"}),
)  # fmt: skip
LAST_DAY = date(2026, 11, 24)


class Applied(NamedTuple):
    """Who applied, and what it became."""

    household: HouseholdId
    case: CaseId
    unit: str
    person: PersonId


def _applied(demo: Demo, number: int) -> Applied:
    """The application of a number."""
    command = tag(CommandId, demo.command_id(f"application/{number}/submit"))
    event = demo.ledger.read((Facts(types=(ApplicationSubmitted,), tags=(command,)),)).recorded[0].event
    if not isinstance(event, ApplicationSubmitted):
        raise TypeError(f"application {number} was not submitted")
    return Applied(event.household_id, event.case_id, event.organisation_id, event.person_id)


def redress(demo: Demo, units: Sequence[str], bar: Bar) -> None:
    """Complaints of every kind, reviews of refusals, an error put right in time."""
    progress = bar("complaints and reviews 投诉举报与复议", 4)
    _answered(demo, 0)
    progress(1)
    _open(demo, units)
    progress(2)
    for n, number in enumerate(REFUSED):
        _review(demo, number, decided=n > 0, sued=n == 2)
    progress(3)
    _error(demo, units[0])
    progress(4)


def _answered(demo: Demo, number: int) -> None:
    """A real-name report about a confirmed case, checked and answered: it was not so [57 art. 37]."""
    applied, label = _applied(demo, number), "complaint/answered"
    made = demo.do(f"{label}/lodge", LodgeComplaint, demo.clerk(applied.unit), date(2026, 10, 9), organisation_id=DIVISION,
                   complaint_kind=ComplaintKind.REPORT, channel=ComplaintChannel.HOTLINE, complainant="邻居某某", contact="由热线转达",
                   text="反映该户有车", case_id=applied.case, lodged_on=date(2026, 10, 9))  # fmt: skip
    of = {"complaint_id": next(e.complaint_id for e in made.events)}  # type: ignore[attr-defined]
    demo.do(
        f"{label}/acknowledge",
        AcknowledgeComplaint,
        AUDITOR,
        date(2026, 10, 12),
        **of,
        acknowledged_on=date(2026, 10, 12),
    )
    demo.do(
        f"{label}/assign",
        AssignComplaint,
        AUDITOR,
        date(2026, 10, 12),
        **of,
        handler=OperatorId("auditor-1"),
        assigned_on=date(2026, 10, 12),
    )
    demo.do(f"{label}/investigate", InvestigateComplaint, AUDITOR, date(2026, 10, 20), **of, finding=ComplaintFinding.NOT_UPHELD,
            findings="车辆属借用，非该户所有", evidence=("车辆登记查询结果", "入户核查笔录"), investigated_on=date(2026, 10, 20))  # fmt: skip
    demo.do(
        f"{label}/answer",
        AnswerComplaint,
        AUDITOR,
        date(2026, 10, 22),
        **of,
        answer="经核查不属实",
        answered_on=date(2026, 10, 22),
    )


def _open(demo: Demo, units: Sequence[str]) -> None:
    """Three still open: anonymous about a case, named about an officer, an appeal that is overdue to be acknowledged."""
    first, second = _applied(demo, 1), _applied(demo, 3)
    given: tuple[tuple[str, date, str, dict[str, Any]], ...] = (
        ("anonymous", date(2026, 11, 18), first.unit,
         {"complaint_kind": ComplaintKind.REPORT, "channel": ComplaintChannel.LETTER, "case_id": first.case, "text": "反映家庭收入不实"}),
        ("officer", date(2026, 11, 19), units[1],
         {"complaint_kind": ComplaintKind.COMPLAINT, "channel": ComplaintChannel.ONLINE, "complainant": "某居民",
          "subject_operator": OperatorId(f"clerk-{units[1]}"), "text": "反映办事拖延"}),
        ("appeal", date(2026, 10, 28), second.unit,
         {"complaint_kind": ComplaintKind.APPEAL, "channel": ComplaintChannel.IN_PERSON, "complainant": "户主本人",
          "household_id": second.household, "text": "认为保障金额偏低"}),
    )  # fmt: skip
    for name, day, unit, fields in given:
        demo.do(
            f"complaint/{name}",
            LodgeComplaint,
            demo.clerk(unit),
            day,
            organisation_id=DIVISION,
            lodged_on=day,
            **fields,
        )


def _review(demo: Demo, number: int, *, decided: bool, sued: bool) -> None:
    """A refused applicant asks for a review: one is being looked at, two were upheld, of which one went to court."""
    applied, label = _applied(demo, number), f"review/{number}"
    asked, known, clerk = date(2026, 10, 15), date(2026, 9, 30), demo.clerk(applied.unit)
    made = demo.do(f"{label}/request", RequestReview, clerk, asked, household_id=applied.household, case_id=applied.case,
                   applicant=applied.person, organ="示范市人民政府", known_on=known, requested_on=asked, grounds="认为收入核算有误")  # fmt: skip
    of = {"review_id": next(e.review_id for e in made.events)}  # type: ignore[attr-defined]
    demo.do(f"{label}/accept", AcceptReview, clerk, date(2026, 10, 19), **of, accepted_on=date(2026, 10, 19))
    if not decided:
        return
    demo.do(f"{label}/decide", DecideReview, demo.reviewer, date(2026, 11, 10), **of, result=ReviewResult.UPHOLD,
            reason="核算符合规定", article="行政复议法 art. 68", decision_number=f"示范复决〔2026〕{number}号", decided_on=date(2026, 11, 10))  # fmt: skip
    demo.do(
        f"{label}/serve",
        ServeReview,
        clerk,
        date(2026, 11, 12),
        **of,
        served_by="邮寄送达",
        served_on=date(2026, 11, 12),
    )
    if sued:
        demo.do(f"{label}/sue", FileLawsuit, clerk, date(2026, 11, 20), household_id=applied.household, case_id=applied.case,
                applicant=applied.person, review_id=of["review_id"], court="示范垦区人民法院", docket="（2026）示范行初1号",
                filed_on=date(2026, 11, 20))  # fmt: skip


def _error(demo: Demo, unit: str) -> None:
    """An income with a nought too many, put right at once and exempted: in time by the ledger's own clock [S 四(三)]."""
    today = datetime.now(UTC).astimezone(CHINA).date()
    if today < LAST_DAY:
        return  # this machine's clock is before the demo's days: nothing can be in time yet
    applied, clerk, label = _applied(demo, 5), demo.clerk(_applied(demo, 5).unit), "error"
    demo.do(f"{label}/standard", SetStandard, demo.admin, LAST_DAY, name="error_correction_days", organisation_id=DIVISION, value=5,
            unit="days", from_date=date(2026, 1, 1), document="示范容错纠错办法")  # fmt: skip
    for name, income in (("wrong", 6_000_000), ("right", 600_000)):
        demo.do(f"{label}/{name}", DeclareCircumstances, clerk, LAST_DAY, household_id=applied.household, declared_on=LAST_DAY,
                income=(IncomeLine(kind="wage", annual_fen=Fen(income)),))  # fmt: skip
    _once(demo, f"{label}/made", MakeCorrection, clerk, organisation_id=OrganisationId(applied.unit), household_id=applied.household,
          wrong_commands=(demo.command_id(f"{label}/wrong"),), correcting_commands=(demo.command_id(f"{label}/right"),),
          wrong="年工资收入多录一个零", right="应为六千元", cause="录入笔误", found_by=FoundBy.SELF, discovered_on=today)  # fmt: skip
    made = (
        demo.ledger.read((Facts(tags=(tag(CommandId, demo.command_id(f"{label}/made")),)),)).recorded[0].event
    )
    of = {"correction_id": made.correction_id}  # type: ignore[attr-defined]
    _once(demo, f"{label}/assessed", AssessError, AUDITOR, **of, assessors=(OperatorId("auditor-1"), OperatorId("reviewer-2")),
          grounds=Grounds(public_spirited=True, duty_done=True, objective_cause=True), opinion="无心之失，已及时纠正",
          minutes="示范评估记录1号", assessment_on=today)  # fmt: skip
    _once(demo, f"{label}/exempt", GrantExemption, demo.reviewer, **of, operator_id=OperatorId(clerk.operator_id),
          reason="秉持公心、及时纠正", decision_number="示范免责1号", decided_on=today)  # fmt: skip


def _once(demo: Demo, label: str, command: type[Command], actor: Actor, **fields: Any) -> None:
    """Gives a command as of now, unless it was given before: its days are those of the first time."""
    if not demo.done(label):
        demo.ledger.execute(command(command_id=demo.command_id(label), **fields), actor)


def charity(demo: Demo, units: Sequence[str], bar: Bar) -> None:
    """Six households agree to be helped; an enterprise, a trust and a person give; four needs are met, one in part."""
    progress = bar("charity 慈善帮扶", len(HELPED))
    day, offers = date(2026, 10, 12), []
    for name, fields in DONORS:
        made = demo.do(
            f"charity/donor/{name}", RegisterDonor, demo.reviewer, day, organisation_id=DIVISION, **fields
        )
        donor = next(e.donor_id for e in made.events)  # type: ignore[attr-defined]
        offered = demo.do(f"charity/offer/{name}", MakeOffer, demo.reviewer, day, donor_id=donor, donation_form=DonationForm.MONEY,
                          value_fen=Fen(5_000_000), gift_agreement=f"示范捐赠协议-{name}")  # fmt: skip
        offers.append((donor, next(e.offer_id for e in offered.events)))  # type: ignore[attr-defined]
    kinds = (NeedKind.MEDICAL, NeedKind.SCHOOL, NeedKind.LIVING)
    for n, number in enumerate(HELPED):
        applied, clerk, label = (
            _applied(demo, number),
            demo.clerk(_applied(demo, number).unit),
            f"charity/{number}",
        )
        of = {"household_id": applied.household}
        demo.do(
            f"{label}/consent",
            GiveCharityConsent,
            clerk,
            day,
            **of,
            person_id=applied.person,
            document=f"同意书{number}",
            consented_on=day,
        )
        need = demo.do(f"{label}/need", PublishNeed, clerk, day, **of, need_kind=kinds[n % 3], donation_form=DonationForm.MONEY,
                       cost_fen=Fen(300_000 + 50_000 * n), need_reference=f"示范事项{number}")  # fmt: skip
        progress(n + 1)
        if n >= 4:
            continue  # two wait for a donor
        agreed = demo.do(f"{label}/match", AgreeMatch, clerk, date(2026, 10, 20), need_id=next(e.need_id for e in need.events),  # type: ignore[attr-defined]
                         offer_id=offers[n % 3][1], agreed_fen=Fen(300_000))  # fmt: skip
        demo.do(f"{label}/delivered", DeliverDonation, clerk, date(2026, 11, 3), match_id=next(e.match_id for e in agreed.events),  # type: ignore[attr-defined]
                amount_fen=Fen(300_000 if n else 200_000), receipt=DocumentId(f"示范票据{number:04d}"), received_by=applied.person,
                acceptance=f"签收单{number}", delivered_on=date(2026, 11, 3))  # fmt: skip
    demo.do("charity/commended", CommendDonor, demo.reviewer, date(2026, 11, 20), donor_id=offers[0][0], honour="爱心企业", year=2026,
            document="示范表扬〔2026〕1号")  # fmt: skip
