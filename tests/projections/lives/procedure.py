"""Cases take the rarer steps of the full procedure, lists come in, documents are filed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ledger.identification import coverification, decisions, documents, listed, obligors
from ledger.identification import procedure_application as application
from ledger.identification import procedure_county as county
from ledger.identification import procedure_inquiry as inquiry
from ledger.identification import procedure_limits as limits
from ledger.identification import procedure_publicity as publicity
from ledger.identification.case import Case
from ledger.identification.case_events import ChildProgramme, Extension, ObligorMeans, Path
from ledger.identification.events import ApplicationSubmitted, Category
from ledger.kernel import FileHash, Month, PersonId, Role
from ledger.programmes.events import Step

if TYPE_CHECKING:
    from tests.projections.histories import Life

KINDS = ("tuopin_buwending", "bianyuan_yizhipin", "tufa_kunnan")


def steps(life: Life) -> list[Callable[[], object]]:
    """Whole cases with rarer steps, to their decision and what follows it; lists and papers."""
    return [
        *[lambda: _whole(life, Category.DIBAO)] * 2,
        lambda: _whole(life, Category.TEKUN),
        lambda: _listed(life),
        lambda: _document(life),
        lambda: _child(life),
    ]


def _whole(life: Life, category: Category) -> None:
    """A case from application to decision, with an obligor and a re-check where there must be, and what comes after."""
    household = life.household()
    if household is None or not household.current():
        return
    people = tuple(m.person_id for m in household.current())
    day = max(date(2026, 9, 1), *(m.joined_on for m in household.current()))
    covered = people if category is Category.DIBAO else people[:1]
    made = life.do(application.SubmitApplication, Role.CLERK, household_id=household.id, category=category,
                   applicant=people[0], covered=covered, submitted_on=day)  # fmt: skip
    case = next((e.case_id for e in made or () if isinstance(e, ApplicationSubmitted)), None)
    if case is None or life.rng.random() < 0.2:
        return
    if life.rng.random() < 0.5:
        life.do(
            application.RequestSupplement, Role.CLERK, case_id=case, missing=("户口簿",), requested_on=day
        )
        life.do(
            application.ReceiveSupplement,
            Role.CLERK,
            case_id=case,
            received=("户口簿",),
            received_on=life.today,
        )
        day = life.today
    later = [min(day + timedelta(days=n), life.today) for n in range(13)]
    life.do(application.AcceptApplication, Role.CLERK, case_id=case, accepted_on=later[1])
    life.do(inquiry.AuthoriseCheck, Role.CLERK, case_id=case, authorised_by=covered, authorised_on=later[1])
    _some(life, case, day, later, people[0])
    if category is Category.TEKUN:
        _obligor(life, case, later[1])
    _to_the_county(life, case, category, later)
    decided = {"case_id": case, "decided_on": life.today}
    if life.rng.random() < 0.6:
        life.do(decisions.ConfirmCategory, Role.REVIEWER, obligors="unable", **decided)
        life.do(county.AnnounceResult, Role.CLERK, case_id=case, place="公示栏", announced_on=life.today)
    else:
        life.do(decisions.RefuseCategory, Role.REVIEWER, reason="超标", article="57", **decided)
        life.do(
            decisions.NotifyRefusal, Role.REVIEWER, case_id=case, served_by="直接送达", notified_on=life.today
        )
    life.do(
        limits.MakeUpStep, Role.CLERK, case_id=case, step=Step.PUBLICITY, document="补1", done_on=life.today
    )


def _to_the_county(life: Life, case: str, category: str, later: list[date]) -> None:
    visit = {"visitors": ("甲", "乙"), "signed": True}
    life.do(
        inquiry.RecordMeansCheck,
        Role.CLERK,
        case_id=case,
        source="核对中心",
        as_of=later[4],
        received_on=later[4],
    )
    life.do(inquiry.RecordHomeVisit, Role.CLERK, case_id=case, visited_on=later[4], **visit)
    life.do(publicity.GiveOpinion, Role.CLERK, case_id=case, approve=True, reason="符合", given_on=later[5])
    life.do(
        publicity.StartPublicity,
        Role.CLERK,
        case_id=case,
        place="公示栏",
        shown_name="某**",
        started_on=later[5],
    )
    life.do(publicity.EndPublicity, Role.CLERK, case_id=case, ended_on=later[12])
    life.do(county.ReportToCounty, Role.CLERK, case_id=case, reported_on=later[12])
    if life.rng.random() < 0.5:
        life.do(
            inquiry.RecordHomeVisit,
            Role.REVIEWER,
            case_id=case,
            by_county=True,
            visited_on=life.today,
            **visit,
        )
    if category == Category.TEKUN:
        life.do(county.DrawRechecks, Role.REVIEWER, organisation_id=life.division, category=category,
                of_month=Month(f"{later[12]:%Y-%m}"))  # fmt: skip
        life.do(county.RecordRecheck, Role.REVIEWER, case_id=case, visitors=("丙", "丁"), upheld=life.rng.random() < 0.8,
                findings="核", rechecked_on=life.today)  # fmt: skip


def _some(life: Life, case: str, submitted: date, day: list[date], first: PersonId) -> None:
    """Some of the rarer steps, in order."""
    role: dict[type[Any], Role] = {limits.DeclarePath: Role.REVIEWER}
    ways: dict[type[Any], dict[str, Any]] = {
        application.SignPromise: {"person_id": first, "proofs": ("收入证明",), "document": "诺1", "signed_on": submitted},
        application.RecordBrokenPromise: {"person_id": first, "proofs": ("收入证明",), "article": "83", "findings": "不实",
                                          "found_on": day[3]},
        limits.DeclarePath: {"path": life.rng.choice(list(Path)), "skipped": (Step.PUBLICITY,), "reason": "急", "article": "649",
                             "approver": "boss", "document": "批1", "declared_on": day[2]},
        limits.ExtendDeadline: {"extension": Extension.HARD_TO_INVESTIGATE, "reason": "难", "extended_on": day[3]},
        inquiry.RequestMeansCheck: {"requested_of": "核对中心", "requested_on": day[2]},
        inquiry.RecordMeansCheck: {"source": "核对中心", "as_of": day[2], "received_on": day[2]},
        inquiry.DisputeMeansCheck: {"evidence": ("流水",), "text": "不对", "disputed_on": day[3]},
        inquiry.AskNeighbours: {"visitors": ("甲", "乙"), "asked": 3, "findings": "属实", "asked_on": day[3]},
        inquiry.SendLetter: {"requested_of": "学校", "about": "在读", "sent_on": day[2]},
        inquiry.RecordLetterAnswer: {"requested_of": "学校", "findings": "在读", "received_on": day[4]},
        inquiry.FileNearRelative: {"person_id": first, "kinship": "弟", "official": "某某", "post": "民政干事", "filed_on": day[2]},
        coverification.RequestCoVerification: {"asked_id": life.rng.choice(life.units), "matters": ("居住",), "requested_on": day[2]},
        county.HoldCaseMeeting: {"present": 7, "in_favour": 6, "against": 1, "decision": "同意", "minutes": "纪1", "held_on": day[4]},
    }  # fmt: skip
    for step, fields in ways.items():
        if life.rng.random() < 0.4:
            life.do(step, role.get(step, Role.CLERK), case_id=case, **fields)
    for request in _now(life, case).file.co_verifications:
        if life.rng.random() < 0.7:
            life.do(coverification.AnswerCoVerification, Role.CLERK, case_id=case, co_verification_id=request,
                    confirmed=True, findings="属实", answered_on=day[5])  # fmt: skip


def _now(life: Life, case_id: str) -> Case:
    return life.read((Case.facts(case_id),)).state(Case, case_id)


def _obligor(life: Life, case: str, day: date) -> None:
    life.do(obligors.NameObligor, Role.CLERK, case_id=case, name="某子", kinship="子", named_on=day)
    for obligor in _now(life, case).file.obligors:
        life.do(
            obligors.AuthoriseObligor,
            Role.CLERK,
            case_id=case,
            obligor_id=obligor,
            document="授1",
            authorised_on=day,
        )
        life.do(obligors.RecordObligorMeans, Role.CLERK, case_id=case, obligor_id=obligor, recorded_on=day,
                means=ObligorMeans(tekun=life.rng.random() < 0.7))  # fmt: skip


def _listed(life: Life) -> None:
    household = life.household()
    if household is not None and household.current():
        covered = tuple(m.person_id for m in household.current())
        life.do(listed.RecordListed, Role.CLERK, household_id=household.id, category="fangfanpin", covered=covered,
                category_kind=life.rng.choice(KINDS), department="农业农村", list_document="名1", listed_on=life.day())  # fmt: skip


def _document(life: Life) -> None:
    case = life.case()
    if case is not None:
        life.do(documents.RegisterDocument, Role.CLERK, household_id=case.household_id, case_id=case.id,
                document_kind=life.rng.choice(("application", "identity")), file_hash=FileHash("ab" * 32), location="柜1", pages=2)  # fmt: skip


def _child(life: Life) -> None:
    household = life.household()
    for member in household.current() if household else ():
        life.do(application.ChooseChildProgramme, Role.CLERK, household_id=household.id if household else "",
                person_id=member.person_id, child_programme=ChildProgramme.ORPHAN, document="孤1", chosen_on=date(2016, 1, 1))  # fmt: skip
