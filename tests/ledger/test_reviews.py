"""Reviews 行政复议 and lawsuits 行政诉讼 of decisions: asked for in time, decided by others, carried out by named events."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from ledger.complaints.refusals import WordsMissing
from ledger.identification.changes import SuspendEntitlement
from ledger.identification.decisions import ConfirmCategory, NotifyRefusal, RefuseCategory
from ledger.identification.states import Case
from ledger.ids import LawsuitId, ReviewId
from ledger.kernel import CaseId, EntitlementId, Month, OutOfScope, PersonId
from ledger.redress.events import (
    JudgmentCarriedOut,
    LawsuitFiled,
    ReviewAccepted,
    ReviewCarriedOut,
    ReviewDecided,
    ReviewRequested,
    ReviewResult,
    ReviewServed,
)
from ledger.redress.lawsuits import CarryOutJudgment, ConcludeLawsuit, FileLawsuit
from ledger.redress.refusals import (
    AlreadyChallenged,
    EvidenceMissing,
    NoDecisionToReview,
    NoSuchEvents,
    NotAfter,
    NothingToCarryOut,
    NotTheApplicant,
    ReviewStage,
    ReviewTooLate,
    ReviewUnknown,
    TermTooLong,
)
from ledger.redress.reviews import (
    AcceptReview,
    CarryOutReview,
    DecideReview,
    DeclineReview,
    ExtendReview,
    RequestReview,
    ServeReview,
    WithdrawReview,
)
from ledger.redress.states import Lawsuit, Review
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.refusals import BadDate
from ledger.standards.commands import SetStandard
from ledger.store.vault import DivisionKey
from tests.conftest import fresh_division
from tests.scenario import ADMIN, CLERK, DIVISION, OTHER_CLERK, REVIEWER, Scenario

REFUSED, TOLD = date(2026, 9, 18), date(2026, 9, 21)
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def office(
    postgres_url: str, division_key: DivisionKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scenario]:
    """One division for all tests here: each brings a household of its own."""
    name = f"test_{os.getpid()}_reviews"
    with fresh_division(postgres_url, name, division_key, tmp_path_factory.mktemp(name)) as division:
        scenario = Scenario(division)
        scenario.standards()
        yield scenario


class Refused:
    """A household whose application was refused on 18 September and that was told on the 21st."""

    def __init__(self, office: Scenario) -> None:
        self.office = office
        self.household, self.people = office.household(next(_numbers) * 3)
        self.case: CaseId = office.opinion(self.household, self.people)
        self.decision = office.do(
            RefuseCategory,
            REVIEWER,
            case_id=self.case,
            decided_on=REFUSED,
            reason="收入超标",
            article="57 art. 4",
        )
        office.do(NotifyRefusal, REVIEWER, case_id=self.case, served_by="民政办", notified_on=TOLD)

    def request(self, **fields: Any) -> ReviewRequested:
        given: dict[str, Any] = {
            "household_id": self.household, "case_id": self.case, "applicant": self.people[0], "organ": "某市人民政府",
            "known_on": TOLD, "requested_on": date(2026, 10, 12), "grounds": "收入算错了",
        }  # fmt: skip
        (requested,) = self.office.do(RequestReview, CLERK, **given | fields).events
        assert isinstance(requested, ReviewRequested)
        return requested

    def decided(self, result: ReviewResult) -> ReviewId:
        review = self.request().review_id
        self.office.do(AcceptReview, CLERK, review_id=review, accepted_on=date(2026, 10, 14))
        self.office.do(DecideReview, REVIEWER, review_id=review, result=result, reason="认定事实不清", article="行政复议法 art. 64",
                       decision_number="复决〔2026〕1号", carry_out_by=date(2026, 12, 31), decided_on=date(2026, 11, 2))  # fmt: skip
        return review


@pytest.fixture
def refused(office: Scenario) -> Refused:
    return Refused(office)


def test_a_refused_applicant_may_ask_for_a_review_within_sixty_days_of_knowing(refused: Refused) -> None:
    """57 art. 38, 行政复议法 art. 20: 60 days from knowing of the decision; art. 30: examined in five."""
    requested = refused.request()
    assert requested.request_by == date(2026, 11, 20)
    assert requested.accept_by == date(2026, 10, 17)
    assert (requested.challenged.type, requested.challenged.position) == (
        "CategoryRefused",
        refused.decision.position,
    )
    assert [t.basis.rpartition("；")[2] for t in requested.terms] == ["art. 20", "art. 30"]
    assert requested.grounds.subject == f"person:{refused.people[0]}"


def test_refuses_a_review_after_the_term_unless_the_applicant_was_hindered(refused: Refused) -> None:
    """行政复议法 art. 20: the term stands still while a hindrance lasts."""
    late = {"requested_on": date(2026, 11, 21)}
    with pytest.raises(ReviewTooLate):
        refused.request(**late)
    with pytest.raises(BadDate):
        refused.request(**late, hindered_days=10)
    with pytest.raises(BadDate):
        refused.request(**late, hindered_days=-1, hindrance="住院")
    assert refused.request(**late, hindered_days=10, hindrance="住院").request_by == date(2026, 11, 30)


def test_the_term_of_a_review_is_a_dated_standard_with_its_basis(office: Scenario) -> None:
    """行政复议法 art. 20: a special law may give longer; the division records it with its basis."""
    case = Refused(office)
    office.do(SetStandard, ADMIN, name="review_request_days", organisation_id=DIVISION, value=90, unit="days",
              from_date=date(2026, 11, 22), document="示范文件11号")  # fmt: skip
    with pytest.raises(ReviewTooLate):
        case.request(requested_on=date(2026, 11, 21))
    assert case.request(requested_on=date(2026, 11, 22)).request_by == date(2026, 12, 20)


def test_a_decision_on_an_entitlement_or_of_any_command_may_be_reviewed(office: Scenario) -> None:
    """57 art. 32, 38: reductions and suspensions as well as refusals."""
    household, people, entitlement = office.covered(next(_numbers) * 3)
    suspended = office.do(SuspendEntitlement, REVIEWER, entitlement_id=entitlement, from_month=Month("2026-12"), reason="未申报",
                          article="57 art. 32")  # fmt: skip
    given: dict[str, Any] = {"household_id": household, "applicant": people[1], "organ": "某市人民政府",
                             "known_on": date(2026, 11, 24), "requested_on": date(2026, 11, 24), "grounds": "已申报"}  # fmt: skip
    (requested,) = office.do(RequestReview, CLERK, **given, entitlement_id=entitlement).events
    assert isinstance(requested, ReviewRequested)
    assert requested.challenged.type == "EntitlementSuspended"
    with pytest.raises(AlreadyChallenged):
        office.do(RequestReview, CLERK, **given, decision_command=suspended.events[0].command_id)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"applicant": PersonId("somebody")}, NotTheApplicant),
        ({"case_id": CaseId("none")}, NoDecisionToReview),
        ({"case_id": None, "entitlement_id": EntitlementId("none")}, NoDecisionToReview),
        ({"decision_command": "none"}, NoSuchEvents),
        ({"known_on": date(2026, 9, 20)}, BadDate),
        ({"requested_on": date(2026, 9, 20)}, BadDate),
        ({"requested_on": date(2026, 11, 25)}, BadDate),
        ({"grounds": ""}, WordsMissing),
        ({"organ": " "}, WordsMissing),
    ],
)
def test_refuses_a_review_that_cannot_be(
    refused: Refused, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    """57 art. 38: by someone the decision concerns, of a decision there is; known before it was told is a mistake."""
    before = refused.office.ledger.recorder.head()
    with pytest.raises(refusal):
        refused.request(**wrong)
    assert refused.office.ledger.recorder.head() == before


def test_the_organ_takes_it_up_extends_once_and_decides(refused: Refused) -> None:
    """行政复议法 art. 62: sixty days, thirty more at most."""
    review = refused.request().review_id
    with pytest.raises(ReviewStage):
        refused.office.do(DecideReview, REVIEWER, review_id=review, result=ReviewResult.UPHOLD, reason="正确", article="68",
                          decision_number="1", decided_on=date(2026, 10, 13))  # fmt: skip
    (accepted,) = refused.office.do(
        AcceptReview, CLERK, review_id=review, accepted_on=date(2026, 10, 14)
    ).events
    assert isinstance(accepted, ReviewAccepted)
    assert accepted.decide_by == date(2026, 12, 13)
    with pytest.raises(TermTooLong):
        refused.office.do(ExtendReview, CLERK, review_id=review, decide_by=date(2027, 1, 13), reason="复杂")
    refused.office.do(ExtendReview, CLERK, review_id=review, decide_by=date(2027, 1, 12), reason="复杂")
    with pytest.raises(TermTooLong):
        refused.office.do(ExtendReview, CLERK, review_id=review, decide_by=date(2027, 1, 20), reason="再延")
    (decided,) = refused.office.do(
        DecideReview, REVIEWER, review_id=review, result=ReviewResult.UPHOLD, reason="决定正确", article="行政复议法 art. 68",
        decision_number="复决2号", carry_out_by=date(2026, 12, 1), decided_on=date(2026, 11, 2),
    ).events  # fmt: skip
    assert isinstance(decided, ReviewDecided)
    assert (decided.department, decided.carry_out_by) == ("某市人民政府", None)
    with pytest.raises(NothingToCarryOut):
        refused.office.do(CarryOutReview, CLERK, review_id=review, remedy_commands=("x",))
    with pytest.raises(AlreadyChallenged):
        refused.request(requested_on=date(2026, 11, 3))


def test_an_annulled_decision_is_carried_out_by_events_that_came_after(refused: Refused) -> None:
    """行政复议法 art. 64, 77: what the review ordered is done, and the ledger says by which events."""
    review = refused.decided(ReviewResult.ORDER_ANEW)
    given = {"review_id": review}
    with pytest.raises(EvidenceMissing):
        refused.office.do(CarryOutReview, CLERK, **given, remedy_commands=())
    with pytest.raises(NotAfter):
        refused.office.do(
            CarryOutReview, CLERK, **given, remedy_commands=(refused.decision.events[0].command_id,)
        )
    case = refused.office.opinion(refused.household, refused.people)
    anew = refused.office.do(ConfirmCategory, REVIEWER, case_id=case, decided_on=date(2026, 11, 3))
    other = refused.office.household(next(_numbers) * 3 + 900)[0]
    foreign = refused.office.do(
        DeclareCircumstances, CLERK, household_id=other, declared_on=date(2026, 11, 3), income=()
    )
    with pytest.raises(NoSuchEvents):
        refused.office.do(CarryOutReview, CLERK, **given, remedy_commands=(foreign.events[0].command_id,))
    (done,) = refused.office.do(
        CarryOutReview, CLERK, **given, remedy_commands=(anew.events[0].command_id,)
    ).events
    assert isinstance(done, ReviewCarriedOut)
    assert [f.type for f in done.remedies] == ["CategoryConfirmed"]
    state = refused.office.ledger.read((Review.facts(review),)).state(Review, review)
    assert state.stage == "closed"


def test_service_begins_the_fifteen_days_to_go_to_court(refused: Refused) -> None:
    """行政诉讼法 art. 45."""
    review = refused.decided(ReviewResult.UPHOLD)
    with pytest.raises(BadDate):
        refused.office.do(ServeReview, CLERK, review_id=review, served_by="邮寄", served_on=date(2026, 11, 1))
    (served,) = refused.office.do(
        ServeReview, CLERK, review_id=review, served_by="邮寄", served_on=date(2026, 11, 4)
    ).events
    assert isinstance(served, ReviewServed)
    assert served.sue_by == date(2026, 11, 19)
    with pytest.raises(ReviewStage):
        refused.office.do(ServeReview, CLERK, review_id=review, served_by="邮寄", served_on=date(2026, 11, 5))


def test_a_review_may_be_declined_or_withdrawn_and_then_asked_for_anew(refused: Refused) -> None:
    """行政复议法 art. 30, 41."""
    first = refused.request().review_id
    refused.office.do(
        DeclineReview,
        CLERK,
        review_id=first,
        reason="不属于复议范围",
        article="art. 30",
        decided_on=date(2026, 10, 13),
    )
    second = refused.request(requested_on=date(2026, 10, 20)).review_id
    refused.office.do(WithdrawReview, CLERK, review_id=second, reason="和解", withdrawn_on=date(2026, 10, 21))
    for review in (first, second):
        with pytest.raises(ReviewStage):
            refused.office.do(AcceptReview, CLERK, review_id=review, accepted_on=date(2026, 10, 22))
    with pytest.raises(OutOfScope):
        refused.office.do(AcceptReview, OTHER_CLERK, review_id=first, accepted_on=date(2026, 10, 22))
    with pytest.raises(ReviewUnknown):
        refused.office.do(AcceptReview, CLERK, review_id=ReviewId("none"), accepted_on=date(2026, 10, 22))


def test_a_lawsuit_is_recorded_with_its_judgment_and_what_followed(refused: Refused) -> None:
    """57 art. 38, 649 art. 65: after a review or without one; nobody challenges one decision twice at once."""
    review = refused.decided(ReviewResult.UPHOLD)
    given: dict[str, Any] = {"household_id": refused.household, "applicant": refused.people[0], "case_id": refused.case,
                             "court": "某垦区人民法院", "docket": "（2026）兵0601行初7号", "filed_on": date(2026, 11, 10)}  # fmt: skip
    with pytest.raises(ReviewUnknown):
        refused.office.do(FileLawsuit, CLERK, **given, review_id=ReviewId("none"))
    (filed,) = refused.office.do(FileLawsuit, CLERK, **given, review_id=review).events
    assert isinstance(filed, LawsuitFiled)
    assert (filed.challenged.type, filed.department) == ("CategoryRefused", "某垦区人民法院")
    with pytest.raises(AlreadyChallenged):
        refused.office.do(FileLawsuit, CLERK, **given)
    lawsuit = filed.lawsuit_id
    with pytest.raises(ReviewStage):
        refused.office.do(CarryOutJudgment, REVIEWER, lawsuit_id=lawsuit, remedy_commands=("x",))
    refused.office.do(ConcludeLawsuit, REVIEWER, lawsuit_id=lawsuit, result=ReviewResult.ANNUL, judgment="（2026）兵0601行初7号",
                      carry_out_by=date(2026, 12, 31), concluded_on=date(2026, 11, 20))  # fmt: skip
    case = refused.office.opinion(refused.household, refused.people)
    made = refused.office.ledger.read((Case.facts(case),)).recorded[0].event
    (done,) = refused.office.do(
        CarryOutJudgment, REVIEWER, lawsuit_id=lawsuit, remedy_commands=(made.command_id,)
    ).events
    assert isinstance(done, JudgmentCarriedOut)
    assert refused.office.ledger.read((Lawsuit.facts(lawsuit),)).state(Lawsuit, lawsuit).stage == "closed"
    with pytest.raises(ReviewUnknown):
        refused.office.do(
            ConcludeLawsuit,
            REVIEWER,
            lawsuit_id=LawsuitId("none"),
            judgment="x",
            concluded_on=date(2026, 11, 20),
        )
