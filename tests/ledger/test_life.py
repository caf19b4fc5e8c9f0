"""What happens to cover while it lasts: reviews, tapering, notices, refused work, self-care, and the end that is posted first."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger.identification.changes import AdjustAmount, EndCategory, ResumeEntitlement, SuspendEntitlement
from ledger.identification.changes_care import AssessSelfCare, ReportSelfCare
from ledger.identification.changes_ending import (
    CloseEndingPublicity,
    InvestigateEnding,
    ObjectToEnding,
    OfferOtherAid,
    PostEnding,
    StartTaper,
)
from ledger.identification.changes_review import CompleteReview, ExtendReviewCycle, ServeNotice
from ledger.identification.changes_work import AcceptJob, OfferJob, ReduceOwnShare, RefuseJob, RestoreOwnShare
from ledger.identification.cut_off import DeclareCutOff, ReopenCutOff
from ledger.identification.events import AmountAdjusted, Category, CategoryEnded, Component
from ledger.identification.life_events import (
    EndCause,
    EndingPosted,
    JobOffered,
    JobRefused,
    NoticeMeans,
    NoticeServed,
    ReviewCompleted,
    ReviewOutcome,
    SelfCareAssessed,
    SelfCareItem,
    SelfCareReported,
    TaperStarted,
)
from ledger.identification.life_refusals import (
    AlreadyClosed,
    AssessorsNeeded,
    DecisionUnknown,
    EndingNotPosted,
    EndingStepMissing,
    JobOfferUnknown,
    NotAbleToWork,
    NothingToReopen,
    NotTapering,
    ReviewFindsChange,
    ReviewNotLater,
    ReviewOutcomeNotRecorded,
    ShareNotPermille,
    StillEntitledAsMinor,
    TaperTooLong,
    TooFewRefusals,
)
from ledger.identification.refusals import (
    BadMonth,
    NotActive,
    NothingChanges,
    PublicityTooShort,
    ReasonNeeded,
    StepDone,
)
from ledger.identification.states import Entitlement
from ledger.kernel import Actor, EntitlementId, Month, Role
from ledger.registry.changes import DeclareCircumstances, RecordDeath
from ledger.registry.circumstances import ChangeAttributes
from ledger.registry.events import Attributes
from ledger.registry.refusals import NegativeAmount, NotMember
from tests.scenario import CLERK, REGIMENT, REVIEWER, Scenario

WHY = {"reason": "情况变化", "article": "57 art. 31"}
OLD = (date(1950, 1, 1),)
DEPARTMENT = Actor(operator_id="hr-1", organisation_id=REGIMENT, role=Role.DEPARTMENT)


def of(scenario: Scenario, entitlement: EntitlementId) -> Entitlement:
    return scenario.ledger.read((Entitlement.facts(entitlement),)).state(Entitlement, entitlement)


# --- reviews ---


def test_a_review_is_due_after_a_year_and_after_half_a_year_where_somebody_can_work(
    scenario: Scenario,
) -> None:
    """57 art. 31: yearly; half-yearly where income is unsteady or somebody is able to work."""
    _, _, steady = scenario.covered(1)
    assert of(scenario, steady).file.review_by == date(2027, 9, 18)
    _, _, able = scenario.covered(11, attributes=Attributes(labour_ability="full"))
    assert of(scenario, able).file.review_by == date(2027, 3, 18)
    given = {"outcome": ReviewOutcome.UNCHANGED, "reviewed_on": date(2026, 11, 20)}
    made = scenario.do(CompleteReview, CLERK, entitlement_id=steady, **given).events[0]
    assert isinstance(made, ReviewCompleted)
    assert (made.months, made.review_by, made.unstable) == (12, date(2027, 11, 20), False)
    made = scenario.do(CompleteReview, CLERK, entitlement_id=steady, unsteady=True, **given).events[0]
    assert isinstance(made, ReviewCompleted)
    assert (made.months, made.review_by) == (6, date(2027, 5, 20))


def test_a_review_says_what_the_ledger_says(scenario: Scenario) -> None:
    """57 art. 31: nothing is called unchanged that changed, nor adjusted that was not; without change nothing is adjusted."""
    house, _, entitlement = scenario.covered(1)
    given = {"entitlement_id": entitlement, "reviewed_on": date(2026, 11, 20)}
    with pytest.raises(ReviewOutcomeNotRecorded):
        scenario.do(CompleteReview, CLERK, outcome=ReviewOutcome.ADJUSTED, **given)
    with pytest.raises(ReviewOutcomeNotRecorded):
        scenario.do(CompleteReview, CLERK, outcome=ReviewOutcome.ENDED, **given)
    scenario.do(CompleteReview, CLERK, outcome=ReviewOutcome.UNCHANGED, **given)
    with pytest.raises(NothingChanges):
        scenario.do(AdjustAmount, REVIEWER, entitlement_id=entitlement, from_month="2026-12", **WHY)
    scenario.do(DeclareCircumstances, CLERK, household_id=house, declared_on=date(2026, 11, 21), income=())
    with pytest.raises(ReviewFindsChange):
        scenario.do(CompleteReview, CLERK, outcome=ReviewOutcome.UNCHANGED, **given)
    scenario.do(AdjustAmount, REVIEWER, entitlement_id=entitlement, from_month="2026-11", **WHY)
    scenario.do(CompleteReview, CLERK, outcome=ReviewOutcome.ADJUSTED, **given)
    with pytest.raises(ReviewOutcomeNotRecorded):  # that adjustment belongs to the review before
        scenario.do(CompleteReview, CLERK, outcome=ReviewOutcome.ADJUSTED, **given)


def test_an_emergency_gives_a_review_more_time_never_less(scenario: Scenario) -> None:
    """57 art. 31: the term may be longer in a major emergency."""
    _, _, entitlement = scenario.covered(1)
    given = {"entitlement_id": entitlement, "reason": "重大突发事件", "article": "57 art. 31"}
    with pytest.raises(ReviewNotLater):
        scenario.do(ExtendReviewCycle, REVIEWER, review_by=date(2027, 9, 18), **given)
    scenario.do(ExtendReviewCycle, REVIEWER, review_by=date(2027, 12, 18), **given)
    assert of(scenario, entitlement).file.review_by == date(2027, 12, 18)


# --- tapering, suspension, notices ---


def test_tapering_pays_its_months_and_then_ends_by_itself(scenario: Scenario) -> None:
    """57 art. 33, 83 一(三): up to six months in principle; a document allows more."""
    _, people, entitlement = scenario.covered(1)
    full = of(scenario, entitlement).due(Month("2026-11"))[Component.BASE]
    given: dict[str, Any] = {
        "entitlement_id": entitlement,
        "from_month": "2026-12",
        "reason": "就业",
        "article": "57 art. 33",
    }
    with pytest.raises(TaperTooLong):
        scenario.do(StartTaper, REVIEWER, shares=(1000,) * 7, **given)
    with pytest.raises(TaperTooLong):
        scenario.do(StartTaper, REVIEWER, shares=(), **given)
    with pytest.raises(ShareNotPermille):
        scenario.do(StartTaper, REVIEWER, shares=(1001,), **given)
    with pytest.raises(BadMonth):
        scenario.do(StartTaper, REVIEWER, shares=(1000,), **(given | {"from_month": "2027-02"}))
    made = scenario.do(StartTaper, REVIEWER, shares=(1000, 1000, 500), **given).events[0]
    assert isinstance(made, TaperStarted)
    assert made.last_month == "2027-02"
    state = of(scenario, entitlement)
    assert state.status == "tapering"
    paid = [state.due(Month(m)).get(Component.BASE, 0) for m in ("2026-12", "2027-01", "2027-02", "2027-03")]
    assert paid == [full, full, full // 2, 0]
    with pytest.raises(NotActive):
        scenario.do(StartTaper, REVIEWER, shares=(1000,), **given)
    with pytest.raises(NotActive):
        scenario.do(AdjustAmount, REVIEWER, entitlement_id=entitlement, from_month="2026-12", **WHY)
    with pytest.raises(NotActive):  # by March 2027 it has ended by itself
        scenario.do(CompleteReview, CLERK, now=datetime(2027, 3, 2, tzinfo=UTC), entitlement_id=entitlement,
                    outcome=ReviewOutcome.UNCHANGED, reviewed_on=date(2027, 3, 1))  # fmt: skip
    assert people


def test_refuses_to_taper_what_does_not_and_takes_more_months_on_a_document(scenario: Scenario) -> None:
    """83 一(三): tapering is for dibao; in principle six months."""
    _, _, tekun = scenario.covered(1, 1, Category.TEKUN, births=OLD, income=0)
    given = {"from_month": "2026-12", "reason": "就业", "article": "57 art. 33"}
    with pytest.raises(NotTapering):
        scenario.do(StartTaper, REVIEWER, entitlement_id=tekun, shares=(1000,), **given)
    _, _, dibao = scenario.covered(11)
    scenario.do(
        StartTaper, REVIEWER, entitlement_id=dibao, shares=(1000,) * 8, approved_beyond="民政局文9号", **given
    )
    assert of(scenario, dibao).file.last_month == "2027-07"


def test_resuming_says_what_becomes_of_each_suspended_month(scenario: Scenario) -> None:
    """57 art. 32: paid, part paid or forfeited, with a reason."""
    _, _, entitlement = scenario.covered(1)
    scenario.do(SuspendEntitlement, REVIEWER, entitlement_id=entitlement, from_month="2026-10", **WHY)
    given: dict[str, Any] = {
        "entitlement_id": entitlement,
        "from_month": "2027-01",
        "pay_suspended": False,
        "reason": "已配合核查",
    }
    with pytest.raises(ReasonNeeded):
        scenario.do(ResumeEntitlement, REVIEWER, **(given | {"reason": " "}))
    with pytest.raises(BadMonth):
        scenario.do(ResumeEntitlement, REVIEWER, paid_months=("2027-01",), **given)
    scenario.do(ResumeEntitlement, REVIEWER, paid_months=("2026-12",), **given)
    state = of(scenario, entitlement)
    months = ("2026-10", "2026-11", "2026-12", "2027-01")
    assert [state.payable_in(Month(m)) for m in months] == [False, False, True, True]


def test_every_decision_is_told_once_with_its_reason(scenario: Scenario) -> None:
    """57 art. 32: a reduction, suspension or stop is told with its reasons."""
    _, _, entitlement = scenario.covered(1)
    made = scenario.do(SuspendEntitlement, REVIEWER, entitlement_id=entitlement, from_month="2026-12", **WHY)
    given = {"entitlement_id": entitlement, "served_how": NoticeMeans.LEFT_AT_HOME, "document": "告知〔2026〕3号",
             "served_on": date(2026, 11, 24), "taken_by": "某人"}  # fmt: skip
    with pytest.raises(DecisionUnknown):
        scenario.do(ServeNotice, CLERK, decision_event="none", **given)
    told = scenario.do(ServeNotice, CLERK, decision_event=made.events[0].event_id, **given).events[0]
    assert isinstance(told, NoticeServed)
    assert (told.change, told.effective_month, told.reason) == ("suspension", "2026-12", "情况变化")
    with pytest.raises(StepDone):
        scenario.do(ServeNotice, CLERK, decision_event=made.events[0].event_id, **given)


# --- endings ---


def test_a_late_fact_brings_an_end_forward_and_never_puts_it_off(scenario: Scenario) -> None:
    """57 art. 32: an end already decided is decided for an earlier month when a fact becomes known late."""
    _, _, entitlement = scenario.covered(1)
    scenario.do(EndCategory, REVIEWER, entitlement_id=entitlement, last_month="2026-11", **WHY)
    for later in ("2026-11", "2026-12"):
        with pytest.raises(NotActive):
            scenario.do(EndCategory, REVIEWER, entitlement_id=entitlement, last_month=later, **WHY)
    with pytest.raises(ReasonNeeded):
        scenario.do(
            EndCategory, REVIEWER, entitlement_id=entitlement, last_month="2026-10", reason="", article=""
        )
    made = scenario.do(EndCategory, REVIEWER, entitlement_id=entitlement, last_month="2026-10", **WHY).events[
        0
    ]
    assert isinstance(made, CategoryEnded)
    assert of(scenario, entitlement).file.last_month == "2026-10"


def test_the_end_of_tekun_is_posted_looked_into_posted_again_and_then_decided_from_the_next_month(
    scenario: Scenario,
) -> None:
    """43 art. 26: seven days; after an objection fifteen working days and a new posting; ended from the next month."""
    _, people, entitlement = scenario.covered(1, 1, Category.TEKUN, births=OLD, income=0)
    end: dict[str, Any] = {"entitlement_id": entitlement, "reason": "财产超标", "article": "43 art. 24"}
    with pytest.raises(EndingNotPosted):
        scenario.do(EndCategory, REVIEWER, **end)
    mine = {"entitlement_id": entitlement}
    with pytest.raises(EndingStepMissing):
        scenario.do(CloseEndingPublicity, CLERK, ended_on=date(2026, 11, 8), **mine)
    with pytest.raises(EndingStepMissing):
        scenario.do(
            InvestigateEnding, REVIEWER, stands=True, findings="-", investigated_on=date(2026, 11, 8), **mine
        )
    post = {
        "posted_at": "一连公示栏",
        "end_cause": EndCause.MEANS,
        "reason": "财产超标",
        "article": "43 art. 24",
    }
    scenario.do(PostEnding, CLERK, started_on=date(2026, 10, 12), **post, **mine)
    with pytest.raises(StepDone):
        scenario.do(PostEnding, CLERK, started_on=date(2026, 10, 12), **post, **mine)
    with pytest.raises(PublicityTooShort):
        scenario.do(CloseEndingPublicity, CLERK, ended_on=date(2026, 10, 18), **mine)
    made = scenario.do(ObjectToEnding, CLERK, text="无财产", raised_on=date(2026, 10, 14), **mine).events[0]
    assert made.decide_by == date(2026, 11, 4)  # type: ignore[attr-defined]
    with pytest.raises(EndingStepMissing):
        scenario.do(CloseEndingPublicity, CLERK, ended_on=date(2026, 10, 20), **mine)
    scenario.do(
        InvestigateEnding, REVIEWER, stands=True, findings="属实", investigated_on=date(2026, 10, 23), **mine
    )
    with pytest.raises(EndingNotPosted):
        scenario.do(EndCategory, REVIEWER, **end)
    again = scenario.do(PostEnding, CLERK, started_on=date(2026, 10, 26), **post, **mine).events[0]
    assert isinstance(again, EndingPosted)
    assert again.again
    scenario.do(CloseEndingPublicity, CLERK, ended_on=date(2026, 11, 2), **mine)
    offer: dict[str, Any] = {
        "person_id": people[0],
        "offered": ("dibao", "temporary_aid"),
        "wanted": True,
        **mine,
    }
    with pytest.raises(EndingStepMissing):
        scenario.do(OfferOtherAid, CLERK, **offer)
    ended = scenario.do(EndCategory, REVIEWER, end_cause=EndCause.MEANS, **end).events[0]
    assert isinstance(ended, CategoryEnded)
    assert (ended.last_month, ended.cause) == ("2026-11", "means")
    scenario.do(OfferOtherAid, CLERK, **offer)
    with pytest.raises(EndingStepMissing):
        scenario.do(OfferOtherAid, CLERK, **(offer | {"offered": ()}))


def test_a_death_needs_no_posting_and_a_minor_or_pupil_stays_in_tekun(scenario: Scenario) -> None:
    """43 art. 24, 26."""
    _, people, entitlement = scenario.covered(1, 1, Category.TEKUN, births=OLD, income=0)
    scenario.do(RecordDeath, CLERK, household_id=of(scenario, entitlement).household_id, person_id=people[0],
                died_on=date(2026, 11, 3), source="公安")  # fmt: skip
    ended = scenario.do(
        EndCategory, REVIEWER, entitlement_id=entitlement, reason="死亡", article="43 art. 24"
    ).events[0]
    assert ended.last_month == "2026-11"  # type: ignore[attr-defined]
    _, _, minor = scenario.covered(11, 1, Category.TEKUN, births=(date(2012, 1, 1),), income=0)
    with pytest.raises(StillEntitledAsMinor):
        scenario.do(EndCategory, REVIEWER, entitlement_id=minor, reason="成年", article="43 art. 24",
                    end_cause=EndCause.GROWN_UP)  # fmt: skip


# --- work ---


def offers(scenario: Scenario, person: str, count: int, **refusal: Any) -> list[JobRefused]:
    """Offers refused one after the other."""
    made = []
    for _ in range(count):
        offer = scenario.do(OfferJob, DEPARTMENT, person_id=person, introduced_by="人社局", work="保洁", suitable=refusal.get("suitable", True),
                            offered_on=date(2026, 11, 2)).events[0]  # fmt: skip
        assert isinstance(offer, JobOffered)
        refused = scenario.do(RefuseJob, DEPARTMENT, person_id=person, job_offer_id=offer.job_offer_id, reason_given="太远",
                              just_cause=refusal.get("just_cause", False), refused_on=date(2026, 11, 3)).events[0]  # fmt: skip
        assert isinstance(refused, JobRefused)
        made.append(refused)
    return made


def test_three_refusals_in_a_row_cost_the_own_share_and_nobody_elses(scenario: Scenario) -> None:
    """57 art. 34: three in a row, suitable work, without just cause; only the person's own share; anew after an acceptance."""
    _, people, entitlement = scenario.covered(1, attributes=Attributes(labour_ability="full"))
    reduce: dict[str, Any] = {"entitlement_id": entitlement, "person_id": people[0], "from_month": "2026-12",
                              "withheld_permille": 1000, "reason": "三次拒绝就业"}  # fmt: skip
    full = of(scenario, entitlement).due(Month("2026-12"))[Component.BASE]
    offers(scenario, people[0], 2)
    offers(scenario, people[0], 1, just_cause=True)
    assert offers(scenario, people[0], 1, suitable=False)[0].in_a_row == 2
    with pytest.raises(TooFewRefusals):
        scenario.do(ReduceOwnShare, REVIEWER, **reduce)
    assert offers(scenario, people[0], 1)[0].in_a_row == 3
    with pytest.raises(ShareNotPermille):
        scenario.do(ReduceOwnShare, REVIEWER, **(reduce | {"withheld_permille": 1001}))
    with pytest.raises(BadMonth):
        scenario.do(ReduceOwnShare, REVIEWER, **(reduce | {"from_month": "2027-02"}))
    with pytest.raises(NotMember):
        scenario.do(ReduceOwnShare, REVIEWER, **(reduce | {"person_id": "somebody"}))
    scenario.do(ReduceOwnShare, REVIEWER, **reduce)
    with pytest.raises(NothingChanges):
        scenario.do(ReduceOwnShare, REVIEWER, **reduce)
    state = of(scenario, entitlement)
    assert state.due(Month("2026-11"))[Component.BASE] == full
    assert state.due(Month("2026-12"))[Component.BASE] == full - full // 2
    offer = scenario.do(OfferJob, DEPARTMENT, person_id=people[0], introduced_by="人社局", work="保洁", suitable=True,
                        offered_on=date(2026, 11, 10)).events[0]  # fmt: skip
    accept = {"person_id": people[0], "job_offer_id": offer.job_offer_id, "accepted_on": date(2026, 11, 11)}  # type: ignore[attr-defined]
    scenario.do(AcceptJob, DEPARTMENT, **accept)
    with pytest.raises(JobOfferUnknown):
        scenario.do(AcceptJob, DEPARTMENT, **accept)
    assert offers(scenario, people[0], 1)[0].in_a_row == 1
    restore = {
        "entitlement_id": entitlement,
        "person_id": people[0],
        "from_month": "2026-12",
        "reason": "已就业",
    }
    scenario.do(RestoreOwnShare, REVIEWER, **restore)
    assert of(scenario, entitlement).due(Month("2026-12"))[Component.BASE] == full
    with pytest.raises(NothingChanges):
        scenario.do(RestoreOwnShare, REVIEWER, **restore)


def test_refuses_work_for_who_cannot_work(scenario: Scenario) -> None:
    """57 art. 34: it is for members who are able to work."""
    _, people, _ = scenario.covered(1, 1, births=OLD)
    with pytest.raises(NotAbleToWork):
        scenario.do(OfferJob, DEPARTMENT, person_id=people[0], introduced_by="人社局", work="保洁", suitable=True,
                    offered_on=date(2026, 11, 2))  # fmt: skip


# --- self-care ---


def test_self_care_is_assessed_by_two_item_by_item_and_the_care_amount_follows(scenario: Scenario) -> None:
    """43 art. 21–23: within ten working days of the report; 3 items not met are partial, 4 are none."""
    _, people, entitlement = scenario.covered(1, 1, Category.TEKUN, births=OLD, income=0)
    mine = {"entitlement_id": entitlement, "person_id": people[0]}
    told = scenario.do(ReportSelfCare, CLERK, reported_by="carer", told_on=date(2026, 11, 9), **mine).events[
        0
    ]
    assert isinstance(told, SelfCareReported)
    assert told.assess_by == date(2026, 11, 23)
    given = {"care_assessed_on": date(2026, 11, 16), "document": "评估表1号", **mine}
    with pytest.raises(AssessorsNeeded):
        scenario.do(AssessSelfCare, REVIEWER, failed=(), care_assessors=("甲", "甲 "), **given)
    for count, tier, care in ((3, "partial", 30_000), (4, "none", 60_000)):
        failed = tuple(SelfCareItem)[:count]
        made = scenario.do(
            AssessSelfCare, REVIEWER, failed=failed, care_assessors=("甲", "乙"), **given
        ).events
        assert isinstance(made[0], SelfCareAssessed)
        assert made[0].tier == tier
        assert isinstance(made[-1], AmountAdjusted)
        state = of(scenario, entitlement)
        assert state.due(Month("2026-12"))[Component.CARE] == care
        assert state.due(Month("2026-11")).get(Component.CARE, 0) == 0
    with pytest.raises(NotMember):
        scenario.do(ReportSelfCare, CLERK, reported_by="carer", told_on=date(2026, 11, 9),
                    **(mine | {"person_id": "somebody"}))  # fmt: skip


def test_a_certificate_and_a_birthday_change_the_supplement_from_their_month(scenario: Scenario) -> None:
    """57 art. 27: supplements follow each person's age and certificates, month by month."""
    house, people, entitlement = scenario.covered(1, 1, births=(date(1966, 12, 10),))
    scenario.do(ChangeAttributes, CLERK, household_id=house, person_id=people[0], document="残疾证",
                attributes=Attributes(disability_level=1), changed_on=date(2026, 10, 28))  # fmt: skip
    scenario.do(AdjustAmount, REVIEWER, entitlement_id=entitlement, from_month="2026-11", **WHY)
    assert of(scenario, entitlement).due(Month("2026-11"))[Component.SUPPLEMENT] == 8_000
    scenario.do(ChangeAttributes, CLERK, household_id=house, person_id=people[0], document="残疾证注销",
                attributes=Attributes(), changed_on=date(2026, 11, 20))  # fmt: skip
    late = datetime(2027, 1, 5, tzinfo=UTC)
    scenario.do(AdjustAmount, REVIEWER, now=late, entitlement_id=entitlement, from_month="2026-12", **WHY)
    state = of(scenario, entitlement)
    assert state.due(Month("2026-12")).get(Component.SUPPLEMENT, 0) == 0
    assert state.due(Month("2027-01"))[Component.SUPPLEMENT] == 6_000


# --- the month's changes ---


def test_an_organisation_hands_in_a_month_once_unless_it_is_sent_back(scenario: Scenario) -> None:
    """Each regiment hands in its changes, or none, by the cut-off of the month."""
    given: dict[str, Any] = {"organisation_id": REGIMENT, "month": "2026-11"}
    with pytest.raises(NothingToReopen):
        scenario.do(ReopenCutOff, REVIEWER, reason="漏报", **given)
    with pytest.raises(BadMonth):
        scenario.do(DeclareCutOff, CLERK, changes=0, **(given | {"month": "2026-12"}))
    with pytest.raises(NegativeAmount):
        scenario.do(DeclareCutOff, CLERK, changes=-1, **given)
    scenario.do(DeclareCutOff, CLERK, changes=0, **given)
    with pytest.raises(AlreadyClosed):
        scenario.do(DeclareCutOff, CLERK, changes=2, **given)
    with pytest.raises(ReasonNeeded):
        scenario.do(ReopenCutOff, REVIEWER, reason="", **given)
    scenario.do(ReopenCutOff, REVIEWER, reason="漏报", **given)
    scenario.do(DeclareCutOff, CLERK, changes=2, **given)
