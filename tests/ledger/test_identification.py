"""The procedure step by step: nothing is skipped, and what is decided follows from facts and standards."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest

from ledger.identification.calendar import add_working_days, is_working_day
from ledger.identification.decisions import NotifyRefusal, RefuseCategory, prior_cover
from ledger.identification.events import (
    ApplicationAccepted,
    Category,
    CategoryRefused,
    Component,
)
from ledger.identification.procedure import (
    AbortCase,
    AcceptApplication,
    AuthoriseCheck,
    EndPublicity,
    GiveOpinion,
    HoldAppraisal,
    RaiseObjection,
    RecordHomeVisit,
    RecordMeansCheck,
    ReportToCounty,
    RequestSupplement,
    StartPublicity,
    SubmitApplication,
)
from ledger.identification.refusals import (
    AfterCutOver,
    AlreadyCovered,
    ApplicationPending,
    CaseClosed,
    NoQuorum,
    NotEligible,
    OnePersonOnly,
    PublicityTooShort,
    ReasonNeeded,
    SamePersonDecides,
    StepDone,
    StepMissing,
    TwoVisitorsNeeded,
    WholeHouseholdOrNone,
)
from ledger.identification.states import Case
from ledger.kernel import Actor, CaseId, Fen, NotAllowed, OutOfScope, Role
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.events import Attributes, IncomeLine, Origin, PropertyLine
from ledger.registry.refusals import BadDate
from ledger.standards.commands import SetStandard
from ledger.standards.refusals import NoBasis, NoStandard
from tests.ledger.steps import DAY, confirm, submitted
from tests.scenario import ADMIN, CLERK, DIVISION, OTHER, REGIMENT, REVIEWER, Scenario

STEPS: list[tuple[type, dict[str, Any]]] = [
    (AcceptApplication, {"accepted_on": date(2026, 9, 4)}),
    (AuthoriseCheck, {"authorised_on": date(2026, 9, 4)}),
    (RecordMeansCheck, {"source": "x", "as_of": date(2026, 9, 7), "received_on": date(2026, 9, 7)}),
    (RecordHomeVisit, {"visitors": ("甲", "乙"), "signed": True, "visited_on": date(2026, 9, 8)}),
    (GiveOpinion, {"approve": True, "reason": "x", "given_on": date(2026, 9, 9)}),
    (StartPublicity, {"place": "x", "started_on": date(2026, 9, 10)}),
    (EndPublicity, {"ended_on": date(2026, 9, 17)}),
    (ReportToCounty, {"reported_on": date(2026, 9, 17)}),
]


@pytest.mark.parametrize("skipped", range(len(STEPS)), ids=[s[0].__name__ for s in STEPS])
def test_refuses_a_decision_with_any_step_skipped(scenario: Scenario, skipped: int) -> None:
    """57 art. 28: nobody enters without application, investigation and confirmation."""
    _, people, case = submitted(scenario)

    def every_other_step_then_confirm() -> None:
        for number, (command, fields) in enumerate(STEPS):
            more = {"authorised_by": tuple(people)} if command is AuthoriseCheck else {}
            if number != skipped:
                scenario.do(command, CLERK, case_id=case, **fields, **more)
        confirm(scenario, case)

    with pytest.raises(StepMissing):
        every_other_step_then_confirm()


def test_every_step_done_leads_to_a_confirmation_paid_from_the_month_after(scenario: Scenario) -> None:
    """57 art. 21: paid from the month after the decision; 23: the gap of all members."""
    house, people = scenario.household(1)
    confirmed = confirm(scenario, scenario.opinion(house, people))
    assert (confirmed.from_month, confirmed.counted) == ("2026-10", tuple(people))
    assert [(a.component, a.amount_fen) for a in confirmed.amounts] == [(Component.BASE, 110_000)]
    assert confirmed.frozen.per_capita_monthly_fen == 25_000
    assert {s.basis for s in confirmed.frozen.standards} == {"示范文件1号"}
    assert len(confirmed.frozen.evidence) == 9


def test_the_decision_is_due_in_thirty_working_days_of_the_adjusted_calendar(scenario: Scenario) -> None:
    """57 art. 22; Saturday 2026-10-10 is worked for the National Day holiday, 10-01 to 10-07 are free."""
    house, people, case = submitted(scenario)
    made = scenario.do(AcceptApplication, CLERK, case_id=case, accepted_on=date(2026, 9, 4))
    due = next(e.due_on for e in made.events if isinstance(e, ApplicationAccepted))
    assert due == add_working_days(date(2026, 9, 4), 30)
    assert not is_working_day(date(2026, 10, 1))
    assert not is_working_day(date(2026, 9, 5))
    assert is_working_day(date(2050, 9, 5))  # a Monday in a year without published holidays
    assert people
    assert house


def test_dibao_covers_the_whole_household_or_none(scenario: Scenario) -> None:
    """83 一(一)."""
    house, people = scenario.household(1)
    with pytest.raises(WholeHouseholdOrNone):
        scenario.do(SubmitApplication, CLERK, household_id=house, category=Category.DIBAO, applicant=people[0],
                    covered=(people[0],), submitted_on=date(2026, 9, 3))  # fmt: skip


def test_tekun_is_decided_for_one_person(scenario: Scenario) -> None:
    """43 art. 4."""
    house, people = scenario.household(1)
    with pytest.raises(OnePersonOnly):
        scenario.do(SubmitApplication, CLERK, household_id=house, category=Category.TEKUN, applicant=people[0],
                    covered=tuple(people), submitted_on=date(2026, 9, 3))  # fmt: skip


def test_refuses_a_second_application_while_one_is_handled(scenario: Scenario) -> None:
    house, people, case = submitted(scenario)
    again = {"household_id": house, "category": Category.DIBAO, "applicant": people[0], "covered": tuple(people),
             "submitted_on": date(2026, 9, 3)}  # fmt: skip
    with pytest.raises(ApplicationPending):
        scenario.do(SubmitApplication, CLERK, **again)
    scenario.do(AbortCase, CLERK, case_id=case, reason="撤回")
    scenario.do(SubmitApplication, CLERK, **again)
    with pytest.raises(CaseClosed):
        scenario.do(AcceptApplication, CLERK, case_id=case, accepted_on=date(2026, 9, 4))


def test_what_is_missing_is_told_once(scenario: Scenario) -> None:
    """57 art. 10."""
    _, _, case = submitted(scenario)
    scenario.do(RequestSupplement, CLERK, case_id=case, missing=("户口簿",))
    with pytest.raises(StepDone):
        scenario.do(RequestSupplement, CLERK, case_id=case, missing=("收入证明",))


@pytest.mark.parametrize(
    ("visitors", "signed"), [(("甲",), True), (("甲", "甲"), True), (("甲", "乙"), False)]
)
def test_refuses_a_visit_by_one_or_unsigned(
    scenario: Scenario, visitors: tuple[str, ...], signed: bool
) -> None:
    """57 art. 16."""
    _, _, case = submitted(scenario)
    scenario.do(AcceptApplication, CLERK, case_id=case, accepted_on=date(2026, 9, 4))
    with pytest.raises(TwoVisitorsNeeded):
        scenario.do(
            RecordHomeVisit,
            CLERK,
            case_id=case,
            visitors=visitors,
            signed=signed,
            visited_on=date(2026, 9, 8),
        )


def test_refuses_a_visit_before_acceptance_or_in_the_future(scenario: Scenario) -> None:
    _, _, case = submitted(scenario)
    scenario.do(AcceptApplication, CLERK, case_id=case, accepted_on=date(2026, 9, 4))
    for day, refusal in ((date(2026, 9, 3), StepMissing), (date(2026, 12, 1), BadDate)):
        with pytest.raises(refusal):
            scenario.do(
                RecordHomeVisit, CLERK, case_id=case, visitors=("甲", "乙"), signed=True, visited_on=day
            )


def test_refuses_a_publicity_of_six_days(scenario: Scenario) -> None:
    """57 art. 19, 43 art. 15."""
    house, people, case = submitted(scenario)
    for command, fields in STEPS[:6]:
        more = {"authorised_by": tuple(people)} if command is AuthoriseCheck else {}
        scenario.do(command, CLERK, case_id=case, **fields, **more)
    with pytest.raises(PublicityTooShort):
        scenario.do(EndPublicity, CLERK, case_id=case, ended_on=date(2026, 9, 16))
    scenario.do(EndPublicity, CLERK, case_id=case, ended_on=date(2026, 9, 17))
    assert house


def test_an_objection_needs_a_new_look_and_a_new_opinion(scenario: Scenario) -> None:
    """57 art. 19."""
    house, people = scenario.household(1)
    case = scenario.opinion(house, people)
    scenario.do(RaiseObjection, CLERK, case_id=case, raised_on=date(2026, 9, 17), text="有出租房屋")
    with pytest.raises(StepMissing):
        confirm(scenario, case)
    opinion = {"case_id": case, "approve": True, "reason": "经评议属实", "given_on": date(2026, 9, 18)}
    with pytest.raises(StepMissing):
        scenario.do(GiveOpinion, CLERK, **opinion)
    with pytest.raises(NoQuorum):
        scenario.do(
            HoldAppraisal, CLERK, case_id=case, present=4, in_favour=4, against=0, held_on=date(2026, 9, 18)
        )
    with pytest.raises(NoQuorum):
        scenario.do(
            HoldAppraisal, CLERK, case_id=case, present=7, in_favour=6, against=2, held_on=date(2026, 9, 18)
        )
    scenario.do(
        HoldAppraisal, CLERK, case_id=case, present=7, in_favour=6, against=1, held_on=date(2026, 9, 18)
    )
    scenario.do(GiveOpinion, CLERK, **opinion)
    with pytest.raises(StepMissing, match="report"):
        confirm(scenario, case)
    scenario.do(ReportToCounty, CLERK, case_id=case, reported_on=date(2026, 9, 18))
    assert confirm(scenario, case).category == Category.DIBAO


def test_tekun_is_publicised_again_after_an_objection(scenario: Scenario) -> None:
    """43 art. 15."""
    house, people = scenario.household(1, 1, births=(date(1950, 1, 1),), income=0)
    case = scenario.opinion(house, people, Category.TEKUN)
    scenario.do(RaiseObjection, CLERK, case_id=case, raised_on=date(2026, 9, 17))
    scenario.do(
        RecordHomeVisit, CLERK, case_id=case, visitors=("甲", "乙"), signed=True, visited_on=date(2026, 9, 18)
    )
    scenario.do(GiveOpinion, CLERK, case_id=case, approve=True, reason="x", given_on=date(2026, 9, 18))
    with pytest.raises(StepMissing, match="publicity"):
        confirm(scenario, case, date(2026, 9, 30), obligors="none")
    scenario.do(StartPublicity, CLERK, case_id=case, place="x", started_on=date(2026, 9, 19))
    scenario.do(EndPublicity, CLERK, case_id=case, ended_on=date(2026, 9, 26))
    scenario.do(ReportToCounty, CLERK, case_id=case, reported_on=date(2026, 9, 26))
    assert confirm(scenario, case, date(2026, 9, 30), obligors="none").from_month == "2026-10"


def test_refuses_confirmation_by_a_clerk_or_by_whoever_gave_the_opinion(scenario: Scenario) -> None:
    house, people = scenario.household(1)
    both = Actor(operator_id=CLERK.operator_id, organisation_id=DIVISION, role=Role.REVIEWER)
    case = scenario.opinion(house, people)
    with pytest.raises(NotAllowed):
        confirm(scenario, case, actor=CLERK)
    with pytest.raises(SamePersonDecides):
        confirm(scenario, case, actor=both)
    with pytest.raises(OutOfScope):
        confirm(scenario, case, actor=Actor(operator_id="r", organisation_id=OTHER, role=Role.REVIEWER))


def test_refuses_a_decision_dated_before_its_steps(scenario: Scenario) -> None:
    house, people = scenario.household(1)
    with pytest.raises(StepMissing):
        confirm(scenario, scenario.opinion(house, people), date(2026, 9, 16))


def test_a_person_covered_by_one_is_not_covered_by_another(scenario: Scenario) -> None:
    """649: dibao and tekun exclude each other for one person."""
    house, people, _ = scenario.covered(1, 1, births=(date(1950, 1, 1),), income=0)
    case = scenario.opinion(house, people, Category.TEKUN)
    with pytest.raises(AlreadyCovered):
        confirm(scenario, case, obligors="none")


def test_two_covers_decided_at_once_end_as_one(scenario: Scenario) -> None:
    house, people = scenario.household(1, 1, births=(date(1950, 1, 1),), income=0)
    cases = [scenario.opinion(house, people, category) for category in (Category.DIBAO, Category.TEKUN)]
    barrier, done = threading.Barrier(2), []

    def decide(case: CaseId) -> None:
        barrier.wait()
        try:
            done.append(confirm(scenario, case, obligors="none"))
        except AlreadyCovered as refusal:
            done.append(refusal)  # type: ignore[arg-type]

    threads = [threading.Thread(target=decide, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(type(item).__name__ for item in done) == ["AlreadyCovered", "CategoryConfirmed"]


def test_an_applicant_above_the_standard_is_refused_with_reason_and_told(scenario: Scenario) -> None:
    """57 art. 21: refusal within the same procedure, told in writing with the reason."""
    house, people = scenario.household(1, income=80_000 * 24)
    case = scenario.opinion(house, people)
    with pytest.raises(NotEligible, match="not below the standard"):
        confirm(scenario, case)
    with pytest.raises(ReasonNeeded):
        scenario.do(RefuseCategory, REVIEWER, case_id=case, decided_on=DAY, reason=" ", article="57 art. 21")
    made = scenario.do(
        RefuseCategory, REVIEWER, case_id=case, decided_on=DAY, reason="超标准", article="57 art. 21"
    )
    assert isinstance(made.events[0], CategoryRefused)
    scenario.do(NotifyRefusal, CLERK, case_id=case, served_by="某", notified_on=date(2026, 9, 21))
    with pytest.raises(StepDone):
        scenario.do(NotifyRefusal, CLERK, case_id=case, served_by="某", notified_on=date(2026, 9, 21))
    state = scenario.ledger.read((Case.facts(case),)).state(Case, case)
    assert state.status == "refused"


def test_property_above_the_limit_excludes(scenario: Scenario) -> None:
    """57 art. 14: exempt property does not count."""
    for n, exempt in ((1, False), (11, True)):
        house, people = scenario.household(n)
        line = PropertyLine(kind="vehicle", value_fen=Fen(4_000_001), exempt=exempt)
        scenario.do(DeclareCircumstances, CLERK, household_id=house, declared_on=date(2026, 9, 2), property=(line,),
                    income=(IncomeLine(kind="wage", annual_fen=Fen(600_000)),))  # fmt: skip
        case = scenario.opinion(house, people)
        if exempt:
            confirm(scenario, case)
        else:
            with pytest.raises(NotEligible, match="property"):
                confirm(scenario, case)


def test_refuses_to_compute_without_a_standard_or_with_one_that_has_no_basis(scenario: Scenario) -> None:
    with pytest.raises(NoBasis):
        scenario.do(SetStandard, ADMIN, name="standard", programme="dibao", organisation_id=DIVISION, area="urban",
                    value=1, unit="fen_per_month", from_date=date(2026, 1, 1))  # fmt: skip
    scenario.do(OpenOrganisation, ADMIN, organisation_id="e1", name="别的师", level=Level.DIVISION)
    theirs = Actor(operator_id="admin-9", organisation_id="e1", role=Role.ADMIN)
    scenario.do(
        OpenOrganisation, theirs, organisation_id="e1-1", name="别的团", level=Level.REGIMENT, parent_id="e1"
    )
    clerk = Actor(operator_id="c9", organisation_id="e1-1", role=Role.CLERK)
    house, people = scenario.household(1, clerk=clerk)
    case = scenario.opinion(house, people, clerk=clerk)
    with pytest.raises(NoStandard):
        confirm(scenario, case, actor=Actor(operator_id="r9", organisation_id="e1", role=Role.REVIEWER))


def test_the_nearest_organisations_latest_standard_holds(scenario: Scenario) -> None:
    for place, value, start in ((REGIMENT, 90_000, date(2026, 9, 1)), (REGIMENT, 95_000, date(2026, 9, 19)),
                                (OTHER, 10_000, date(2026, 1, 1))):  # fmt: skip
        scenario.do(SetStandard, ADMIN, name="standard", programme="dibao", organisation_id=place, area="urban",
                    value=value, unit="fen_per_month", from_date=start, document="示范2号")  # fmt: skip
    house, people = scenario.household(1)
    confirmed = confirm(scenario, scenario.opinion(house, people))
    assert confirmed.amounts[0].amount_fen == 90_000 * 2 - 50_000


def test_refuses_a_roster_after_the_cut_over(scenario: Scenario) -> None:
    """57 art. 28."""
    origin = Origin(file_name="f", file_hash="h", sheet="s", row=2, row_hash="r")
    given: dict[str, Any] = {
        "entitlement_id": "e", "household_id": "h", "organisation_id": REGIMENT, "category": Category.DIBAO, "counted": (),
        "from_month": "2026-09", "amounts": (), "decided_on": None, "decision_document": "x", "origin": origin,
        "cut_over": date(2026, 9, 1)}  # fmt: skip
    with pytest.raises(AfterCutOver):
        prior_cover(**given, today=date(2026, 9, 1))
    assert prior_cover(**given, today=date(2026, 8, 31)).origin == origin
    assert scenario


@pytest.mark.parametrize(
    ("attributes", "birth", "tier"),
    [
        (Attributes(self_care_failed=0), date(1950, 1, 1), 0),
        (Attributes(self_care_failed=1), date(1950, 1, 1), 30_000),
        (Attributes(self_care_failed=3), date(1950, 1, 1), 30_000),
        (Attributes(self_care_failed=4), date(1950, 1, 1), 60_000),
        (Attributes(self_care_failed=6), date(1950, 1, 1), 60_000),
        (Attributes(disability_type="mental", disability_level=3), date(1990, 1, 1), 0),
        (Attributes(disability_type="physical", disability_level=2), date(1990, 1, 1), 0),
        (Attributes(disability_type="physical", disability_level=3), date(1990, 1, 1), None),
        (Attributes(disability_type="visual", disability_level=2), date(1990, 1, 1), None),
        (Attributes(), date(1966, 9, 18), 0),
        (Attributes(), date(1966, 9, 19), None),
    ],
)
def test_tekun_by_age_disability_and_six_self_care_items(
    scenario: Scenario, attributes: Attributes, birth: date, tier: int | None
) -> None:
    """43 art. 5: 60 years of age, or these disabilities; art. 22: 0, 1–3 or 4–6 items failed."""
    house, people = scenario.household(1, 1, births=(birth,), income=0, attributes=attributes)
    case = scenario.opinion(house, people, Category.TEKUN)
    if tier is None:
        with pytest.raises(NotEligible, match="able to work"):
            confirm(scenario, case, obligors="none")
        return
    amounts = {a.component: a.amount_fen for a in confirm(scenario, case, obligors="none").amounts}
    assert amounts == {Component.BASE: 104_000} | ({Component.CARE: tier} if tier else {})


def test_tekun_needs_obligors_that_are_none_or_unable(scenario: Scenario) -> None:
    """43 art. 4, 8."""
    house, people = scenario.household(1, 1, births=(date(1950, 1, 1),), income=0)
    case = scenario.opinion(house, people, Category.TEKUN)
    with pytest.raises(NotEligible, match="obligors"):
        confirm(scenario, case)
    assert confirm(scenario, case, obligors="none").category == Category.TEKUN
