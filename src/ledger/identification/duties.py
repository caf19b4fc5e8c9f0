"""What is due next in a case, to whom and by when: from the case alone, whatever the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from ledger.identification.case import Case
from ledger.identification.case_events import (
    MeansCheckRequested,
    Path,
    PathDeclared,
    ReportedToCounty,
    ResultAnnounced,
)
from ledger.identification.events import (
    ApplicationAccepted,
    CategoryConfirmed,
    CategoryRefused,
    MeansChecked,
    ObjectionRaised,
    OpinionGiven,
    PublicityEnded,
    PublicityStarted,
    RefusalNotified,
    SupplementRequested,
)
from ledger.programmes.events import Step

WORDS: dict[str, tuple[str, str, str]] = {
    "case_supplement": ("申请人补正材料", "Supplements from the applicant", "57 art. 10"),
    "case_accept": ("审查材料并受理", "Look through the application and accept it", "57 art. 10"),
    "case_start": ("启动家庭经济状况调查", "Begin the investigation", "57 art. 15"),
    "case_means_check": ("反馈信息核对报告", "Answer the request for the means check", "57 art. 17"),
    "case_co_verification": ("答复异地协查", "Answer the co-verification", "57 art. 15"),
    "case_opinion": ("提出初审意见", "Give the town's opinion", "57 art. 19, 43 art. 13"),
    "case_objection": ("核查公示异议并重新提出意见", "Look into the objection and give a new opinion", "57 art. 19, 43 art. 15"),
    "case_publicise": ("公示初审意见", "Post the opinion", "57 art. 19, 43 art. 15"),
    "case_publicity_end": ("结束公示", "End the publicity", "57 art. 19, 43 art. 15"),
    "case_report": ("报送县级民政部门", "Report to the county", "57 art. 19, 43 art. 15"),
    "case_draw": ("随机抽取复核案件", "Draw the re-checks", "43 art. 16"),
    "case_recheck": ("抽查核实", "Check the drawn case again", "43 art. 16"),
    "case_county_visit": ("县级入户调查", "The county's home visit", "57 art. 20"),
    "case_decide": ("作出审核确认决定", "Decide on the case", "57 art. 20–22, 43 art. 16"),
    "case_notify": ("书面告知不予确认", "Tell the applicant of the refusal", "57 art. 21, 43 art. 18"),
    "case_announce": ("公布审核确认结果", "Make the result public", "57 art. 24, 43 art. 17"),
    "case_make_up": ("补办急难程序暂缓的步骤", "Make up the steps an emergency put off", "649 art. 48"),
}  # fmt: skip
"""Kind of duty → 中文, English, article."""


class Duty(NamedTuple):
    """One thing that is due: its kind, whose it is (role, organisation), by when, and since when."""

    kind: str
    subject_id: str
    organisation_id: str
    role: str
    due_on: date | None
    since: date | None


def duties(case: Case) -> list[Duty]:
    """Everything that is due in a case as it stands, each once."""
    return [
        Duty(kind, subject or case.id, organisation or case.organisation_id, role, due, since)
        for kind, role, due, since, subject, organisation in (*_town(case), *_county(case), *_after(case))
    ]


_Row = tuple[str, str, "date | None", "date | None", str, str]


def _row(
    kind: str, role: str, due: date | None, since: date | None, subject: str = "", organisation: str = ""
) -> _Row:
    return kind, role, due, since, subject, organisation


def _town(case: Case) -> Iterator[_Row]:
    file = case.file
    if not case.open:
        return
    accepted = case.day_of(ApplicationAccepted)
    if accepted is None:
        if file.missing:
            yield _row("case_supplement", "clerk", None, case.day_of(SupplementRequested))
        else:
            yield _row("case_accept", "clerk", None, case.submitted_on)
        return
    if file.started_on is None and not case.done(OpinionGiven):
        yield _row("case_start", "clerk", file.start_by, accepted)
    for request, asked in file.co_verifications.items():
        if not asked.answered:
            yield _row("case_co_verification", "clerk", asked.due_on, accepted, request, asked.asked_id)
    if case.objection_open:
        yield _row("case_objection", "clerk", file.objection_by, case.day_of(ObjectionRaised))
    elif not case.done(OpinionGiven):
        yield _row("case_opinion", "clerk", file.opinion_by or file.due_on, accepted)
    elif case.publicised:
        until = file.publicity_until
        due = until + timedelta(days=1) if until else None
        yield _row("case_publicity_end", "clerk", due, case.day_of(PublicityStarted))
    elif not publicity_over(case):
        yield _row("case_publicise", "clerk", None, case.day_of(OpinionGiven))
    elif not file.devolved and not case.after(ReportedToCounty, OpinionGiven):
        yield _row("case_report", "clerk", None, case.day_of(PublicityEnded) or case.day_of(OpinionGiven))


def publicity_over(case: Case) -> bool:
    """Whether no publicity is asked for any more."""
    return Step.PUBLICITY in case.file.skipped or case.publicity_ended(case.file.publicise_again)


def _county(case: Case) -> Iterator[_Row]:
    file = case.file
    if not case.open:
        return
    if case.after(MeansCheckRequested, MeansChecked):
        yield _row("case_means_check", "reviewer", file.check_by, case.day_of(MeansCheckRequested))
    reported = case.day_of(ReportedToCounty)
    if file.relatives and not file.county_visit:
        yield _row(
            "case_county_visit", "reviewer", file.county_by or file.due_on, reported or case.submitted_on
        )
    if case.objection_open or not case.done(OpinionGiven) or not publicity_over(case):
        return
    if file.devolved:
        yield _row("case_decide", "reviewer", file.due_on, case.day_of(PublicityEnded))
    if reported is None or not case.after(ReportedToCounty, OpinionGiven):
        return
    if file.recheck in ("undrawn", "drawn"):
        kind = "case_draw" if file.recheck == "undrawn" else "case_recheck"
        yield _row(kind, "reviewer", file.county_by, reported)
    due = min((d for d in (file.county_by, file.due_on) if d), default=None)
    yield _row("case_decide", "reviewer", due, reported)


def _after(case: Case) -> Iterator[_Row]:
    file = case.file
    owed = set(file.skipped) - set(file.made_up)
    if file.path == Path.EMERGENCY_PATH and owed and case.status in ("submitted", "confirmed"):
        yield _row("case_make_up", "clerk", file.follow_up_by, case.day_of(PathDeclared))
    if case.status == "refused" and not case.done(RefusalNotified):
        yield _row("case_notify", "clerk", file.notice_by, case.day_of(CategoryRefused))
    if case.status == "confirmed" and not case.done(ResultAnnounced):
        yield _row("case_announce", "clerk", None, case.day_of(CategoryConfirmed))
