"""Departments and their programmes: who may do what, for whom, on which days, and what excludes what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from assistance.wiring import Division
from ledger.assistance.delivering import DeliverAssistance, EndAssistance, ReportAssistance
from ledger.assistance.disasters import AssessHousing, DeclareDisaster
from ledger.assistance.events import (
    AssistanceDelivered,
    AssistanceGranted,
    AssistanceReferred,
    DangerLevel,
    DisasterDeclared,
    HousingAssessed,
    Outcome,
    OwnFact,
)
from ledger.assistance.refusals import (
    AidExcluded,
    AidRepeated,
    AlreadyAsked,
    AmountUnfit,
    AssistanceUnknown,
    BadFact,
    DisasterUnknown,
    FormNotOffered,
    HandledElsewhere,
    MoreThanGranted,
    NobodyNamed,
    NotADepartment,
    NotItsProgramme,
    NotQualified,
    NotTheOwner,
    OffTheStandard,
    StageOutOfOrder,
    WrongStage,
)
from ledger.assistance.steps import (
    AcceptAssistance,
    ApplyAssistance,
    ForwardAssistance,
    ReferAssistance,
    RefuseAssistance,
)
from ledger.identification.events import Category
from ledger.identification.refusals import BadMonth, ReasonNeeded
from ledger.ids import AssistanceId, DisasterId
from ledger.kernel import Actor, Fen, HouseholdId, Named, NotAllowed, OutOfScope, PersonId, Role
from ledger.registry.changes import RecordDeath
from ledger.registry.events import Area, Attributes
from ledger.registry.refusals import BadDate, HouseholdUnknown, NegativeAmount, NotMember
from ledger.standards.commands import SetStandard
from ledger.standards.refusals import NoStandard
from ledger.store.vault import DivisionKey
from tests.conftest import fresh_division
from tests.ledger.departments import accepted, asked, facts, grant, of, open_departments, person, place, state
from tests.scenario import ADMIN, CLERK, DIVISION, OTHER, OTHER_CLERK, REGIMENT, REVIEWER, Scenario

STUDENT = {"school_year": "2026", "stage": "high_school"}
COSTS = {
    "treatment": "inpatient", "hospital": "师医院", "total_cost": 1_000_00, "basic_insurance": 600_00, "major_insurance": 100_00,
    "medical_aid": 200_00, "own_payment": 100_00,
}  # fmt: skip


class Small:
    """One division for all tests here: each takes people of its own."""

    def __init__(self, division: Division) -> None:
        self.scenario = Scenario(division)
        self.scenario.standards()
        open_departments(self.scenario)
        self.do = self.scenario.do
        self._first = 0

    def next(self) -> int:
        self._first += 10
        return self._first

    def dibao(self, count: int = 1, **attributes: Any) -> tuple[HouseholdId, list[PersonId]]:
        made = self.scenario.covered(self.next(), count, attributes=Attributes(**attributes))
        return made[0], made[1]

    def tekun(self, **attributes: Any) -> tuple[HouseholdId, list[PersonId]]:
        kept: dict[str, Any] = {
            "births": (date(1950, 1, 1),),
            "attributes": Attributes(self_care_failed=0, **attributes),
        }
        made = self.scenario.covered(self.next(), 1, Category.TEKUN, **kept)
        return made[0], made[1]

    def person(self, **more: Any) -> tuple[HouseholdId, list[PersonId]]:
        household, who = person(self.scenario, self.next(), **more)
        return household, [who]


@pytest.fixture(scope="module")
def small(
    postgres_url: str, division_key: DivisionKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Small]:
    with fresh_division(
        postgres_url, "test_departments", division_key, tmp_path_factory.mktemp("d")
    ) as division:
        yield Small(division)


@pytest.fixture
def s(small: Small) -> Scenario:
    return small.scenario


def unchanged(scenario: Scenario, head: int) -> None:
    assert scenario.ledger.recorder.head() == head


# --- the way of a case ---


def test_a_case_goes_from_referral_to_feedback_each_step_by_its_department(small: Small, s: Scenario) -> None:
    """S 二(一): pushed to the department that owns it, decided there, handed over, reported back, on one chain."""
    household, people = small.dibao(schooling="high_school")
    case = asked(s, household, people, "jiaoyu_jiuzhu", "jy", refer=True)
    s.do(AcceptAssistance, of("jy"), assistance_id=case, accepted_on=date(2026, 10, 9))
    grant(s, case, of("jy"), "grant", 2_000_00, facts=facts(**STUDENT), stages=2)
    for amount in (800_00, 1_200_00):
        s.do(
            DeliverAssistance,
            of("jy"),
            assistance_id=case,
            amount_fen=Fen(amount),
            delivered_on=date(2026, 11, 2),
        )
    s.do(ReportAssistance, of("jy"), assistance_id=case, outcome=Outcome.GIVEN, reported_on=date(2026, 11, 3))
    file = state(s, case).file
    assert (file.status, file.delivered_fen, file.year) == ("reported", 2_000_00, 2026)
    s.do(EndAssistance, of("jy"), assistance_id=case, reason="已办结", ended_on=date(2026, 11, 4))
    assert state(s, case).file.status == "ended"
    events = list(s.ledger.read(((state(s, case).facts(case)),)).events())
    assert [type(e).__name__ for e in events] == [
        "AssistanceReferred", "AssistanceAccepted", "AssistanceGranted", "AssistanceDelivered", "AssistanceDelivered",
        "AssistanceReported", "AssistanceEnded",
    ]  # fmt: skip
    assert [e.department for e in events if isinstance(e, AssistanceReferred | AssistanceGranted)] == [
        "民政",
        "教育局",
    ]
    assert [e.final for e in events if isinstance(e, AssistanceDelivered)] == [False, True]


def test_a_referral_is_due_in_working_days_and_may_be_passed_on(small: Small, s: Scenario) -> None:
    """S 三(二): two departments own aid for medical costs; ten working days skip the holiday of October."""
    household, people = small.dibao()
    case = asked(s, household, people, "yiliao_jiuzhu", "yb", on=date(2026, 9, 29), refer=True)
    assert state(s, case).file.due_on == date(2026, 10, 19)
    s.do(
        ForwardAssistance,
        of("yb"),
        assistance_id=case,
        department_id=place("wj"),
        reason="属疾病应急",
        referred_on=date(2026, 10, 8),
    )
    assert state(s, case).file.department_id == place("wj")
    with pytest.raises(HandledElsewhere):
        s.do(AcceptAssistance, of("yb"), assistance_id=case, accepted_on=date(2026, 10, 9))
    s.do(AcceptAssistance, of("wj"), assistance_id=case, accepted_on=date(2026, 10, 9))


def test_refuses_steps_that_are_skipped_or_taken_twice(small: Small, s: Scenario) -> None:
    """S 三: nothing is granted that was not accepted, nothing delivered that was not granted."""
    household, people = small.dibao(schooling="college")
    case = asked(s, household, people, "jiaoyu_jiuzhu", "jy")
    head = s.ledger.recorder.head()
    with pytest.raises(WrongStage, match="applied"):
        grant(s, case, of("jy"), "grant", 1, facts=facts(**STUDENT))
    with pytest.raises(WrongStage):
        s.do(DeliverAssistance, of("jy"), assistance_id=case, delivered_on=date(2026, 10, 9))
    with pytest.raises(WrongStage):
        s.do(
            ReportAssistance,
            of("jy"),
            assistance_id=case,
            outcome=Outcome.GIVEN,
            reported_on=date(2026, 10, 9),
        )
    with pytest.raises(AlreadyAsked):
        asked(s, household, people, "jiaoyu_jiuzhu", "jy", refer=True)
    unchanged(s, head)
    s.do(
        RefuseAssistance,
        of("jy"),
        assistance_id=case,
        reason="非在籍",
        article="S 三(二)",
        decided_on=date(2026, 10, 9),
    )
    with pytest.raises(WrongStage, match="refused"):
        s.do(AcceptAssistance, of("jy"), assistance_id=case, accepted_on=date(2026, 10, 9))
    asked(s, household, people, "jiaoyu_jiuzhu", "jy")  # a refusal does not bar another application


def test_refuses_a_refusal_and_an_end_without_a_reason(small: Small, s: Scenario) -> None:
    """57 art. 21 by analogy: whoever is refused is told why."""
    household, people = small.dibao()
    case = asked(s, household, people, "yiliao_jiuzhu", "yb")
    with pytest.raises(ReasonNeeded):
        s.do(
            RefuseAssistance,
            of("yb"),
            assistance_id=case,
            reason=" ",
            article="S",
            decided_on=date(2026, 10, 9),
        )
    with pytest.raises(ReasonNeeded):
        s.do(EndAssistance, of("yb"), assistance_id=case, reason="", ended_on=date(2026, 10, 9))
    with pytest.raises(ReasonNeeded):
        s.do(ReferAssistance, CLERK, household_id=household, person_ids=tuple(people), programme="dongji_qunuan", department_id=DIVISION,
             reason="", referred_on=date(2026, 10, 9))  # fmt: skip


# --- who may do it ---


def test_refuses_a_referral_to_a_department_that_does_not_own_the_programme(
    small: Small, s: Scenario
) -> None:
    """S 三, 四(二): aid for education is the education bureau's, whoever else helps."""
    household, people = small.dibao(schooling="college")
    head = s.ledger.recorder.head()
    with pytest.raises(NotTheOwner, match="education"):
        asked(s, household, people, "jiaoyu_jiuzhu", "zj", refer=True)
    with pytest.raises(NotTheOwner):
        asked(s, household, people, "jiaoyu_jiuzhu", "mz", refer=True)
    case = asked(s, household, people, "canji_tuoyang", "mz")
    with pytest.raises(NotTheOwner):
        s.do(
            ForwardAssistance,
            REVIEWER,
            assistance_id=case,
            department_id=place("cl"),
            reason="x",
            referred_on=date(2026, 10, 9),
        )
    assert s.ledger.recorder.head() == head + 1


def test_a_department_acts_in_every_regiment_on_its_programmes_and_on_no_others(
    small: Small, s: Scenario
) -> None:
    """S 二(一): departments work across regiments, each on its own."""
    household, people = small.person(clerk=OTHER_CLERK, schooling="college")
    with pytest.raises(NotItsProgramme):
        asked(s, household, people, "jiaoyu_jiuzhu", "jy", by=of("zj"))
    case = asked(s, household, people, "jiaoyu_jiuzhu", "jy", by=of("jy"))
    with pytest.raises(NotItsProgramme):
        s.do(AcceptAssistance, of("zj"), assistance_id=case, accepted_on=date(2026, 10, 9))
    with pytest.raises(OutOfScope):
        s.do(
            EndAssistance,
            Actor(operator_id="x", organisation_id=REGIMENT, role=Role.REVIEWER),
            assistance_id=case,
            reason="x",
            ended_on=date(2026, 10, 9),
        )
    with pytest.raises(NotTheOwner):  # civil affairs helps, but does not decide
        s.do(AcceptAssistance, OTHER_CLERK, assistance_id=case, accepted_on=date(2026, 10, 9))
    s.do(AcceptAssistance, of("jy"), assistance_id=case, accepted_on=date(2026, 10, 9))


def test_a_cooperating_department_delivers_and_reports_but_does_not_decide(small: Small, s: Scenario) -> None:
    """S 三(五): the federation of disabled people does the works, civil affairs grants them."""
    household, people = small.dibao(disability_level=2, disability_type="physical")
    case = accepted(s, household, people, "wuzhangai_gaizao", "mz", owner=REVIEWER)
    with pytest.raises(NotTheOwner):
        grant(s, case, of("cl"), "works", facts=facts(works="坡道"))
    grant(s, case, REVIEWER, "works", facts=facts(works="坡道", checked_on="2026-10-12"))
    s.do(DeliverAssistance, of("cl"), assistance_id=case, delivered_on=date(2026, 10, 20))
    s.do(
        ReportAssistance, of("cl"), assistance_id=case, outcome=Outcome.GIVEN, reported_on=date(2026, 10, 21)
    )


def test_refuses_a_department_that_is_none_and_a_role_that_does_not_decide(small: Small, s: Scenario) -> None:
    """S 四(二): an operator of a department belongs to one."""
    household, people = small.dibao()
    case = asked(s, household, people, "dongji_qunuan", "mz")
    with pytest.raises(NotADepartment):
        s.do(AcceptAssistance, of("mz"), assistance_id=case, accepted_on=date(2026, 10, 9))
    s.do(AcceptAssistance, CLERK, assistance_id=case, accepted_on=date(2026, 10, 9))
    with pytest.raises(NotAllowed):
        grant(s, case, CLERK, "cash", 100, facts=facts(season="2026"))
    with pytest.raises(AssistanceUnknown):
        grant(s, AssistanceId("nothing"), REVIEWER, "cash", 100)
    with pytest.raises(HouseholdUnknown):
        asked(s, HouseholdId("nothing"), people, "dongji_qunuan", "mz")


# --- for whom, in which form ---


@pytest.mark.parametrize(
    ("who", "programme", "code", "form", "given"),
    [
        ({}, "jiaoyu_jiuzhu", "jy", "grant", STUDENT),  # nobody who does not go to school
        ({"schooling": "high_school"}, "jiaoyu_jiuzhu", "jy", "work_study", STUDENT),  # a post for students of a college
        ({"disability_level": 3, "disability_type": "physical"}, "canji_huli_butie", "mz", "subsidy", {"certificate": "是"}),
        ({}, "canji_shenghuo_butie", "mz", "subsidy", {"certificate": "是"}),
        ({}, "wuzhangai_gaizao", "mz", "works", {"works": "扶手"}),
        ({"labour_ability": "none"}, "jiuye_jiuzhu", "rs", "post", {}),
        ({}, "zhufang_jiuzhu", "zj", "house_repair", {"danger_level": "d", "repair_mode": "rebuild"}),  # urban
        ({}, "canbao_zizhu", "yb", "premium_full", {"insured_year": "2027"}),  # in full for tekun alone
        ({"labour_ability": "full"}, "kaifa_gangwei", "nn", "post", {"post": "road", "contract": "岗1号"}),  # monitored people alone
    ],
)  # fmt: skip
def test_refuses_a_grant_to_whom_the_programme_is_not_for(
    small: Small,
    s: Scenario,
    who: dict[str, Any],
    programme: str,
    code: str,
    form: str,
    given: dict[str, str],
) -> None:
    """S 三: each programme is for whom the plan says; 国发〔2015〕52号: care for levels 1 and 2, living for dibao."""
    household, people = small.dibao(**who)
    _subsidies(s)
    owner = REVIEWER if code == "mz" else of(code)
    case = accepted(s, household, people, programme, code, owner=owner)
    head = s.ledger.recorder.head()
    amount = None if form in ("post", "subsidy", "works") else 100_00
    with pytest.raises(NotQualified):
        grant(s, case, owner, form, amount, facts=facts(**given))
    unchanged(s, head)


def _subsidies(s: Scenario) -> None:
    for programme, tier, value in (
        ("canji_shenghuo_butie", None, 110_00), ("canji_huli_butie", "1", 120_00), ("canji_huli_butie", "2", 100_00), ("canji_huli_butie", None, 90_00),
    ):  # fmt: skip
        s.do(SetStandard, ADMIN, name="subsidy", programme=programme, organisation_id=DIVISION, tier=tier, value=value, unit="fen_per_month",
             from_date=date(2026, 1, 1), document="示范")  # fmt: skip


def test_somebody_outside_every_category_may_have_what_asks_for_none(small: Small, s: Scenario) -> None:
    """国发〔2015〕52号 二(二): the care subsidy asks for the level of disability, not for the income."""
    _subsidies(s)
    household, people = small.person(disability_level=1, disability_type="physical")
    case = accepted(s, household, people, "canji_huli_butie", "mz", owner=REVIEWER)
    grant(s, case, REVIEWER, "subsidy", facts=facts(certificate="yes"))
    assert state(s, case).file.amount_fen == 120_00
    assert state(s, case).file.from_month == "2026-10"


def test_a_household_has_heating_when_one_of_those_named_is_of_low_income(small: Small, s: Scenario) -> None:
    """S 三(五): heating is a household's."""
    household, people = small.tekun()
    case = accepted(s, household, people, "dongji_qunuan", "mz", owner=REVIEWER)
    grant(s, case, REVIEWER, "cash", 800_00, facts=facts(season="2026"))
    outside, others = small.person()
    case = accepted(s, outside, others, "dongji_qunuan", "mz", owner=REVIEWER)
    with pytest.raises(NotQualified):
        grant(s, case, REVIEWER, "cash", 800_00, facts=facts(season="2026"))


@pytest.mark.parametrize(
    ("form", "amount", "refusal"),
    [("cash", 100, FormNotOffered), ("settlement", None, AmountUnfit), ("settlement", 0, AmountUnfit), ("settlement", -1, AmountUnfit)],
)  # fmt: skip
def test_refuses_a_form_it_is_not_given_in_and_an_amount_that_does_not_go_with_it(
    small: Small, s: Scenario, form: str, amount: int | None, refusal: type[Exception]
) -> None:
    """S 三(二): medical costs are settled, in money."""
    household, people = small.dibao()
    case = accepted(s, household, people, "yiliao_jiuzhu", "yb")
    with pytest.raises(refusal):
        grant(s, case, of("yb"), form, amount, facts=facts(**COSTS))


def test_refuses_an_amount_for_a_post(small: Small, s: Scenario) -> None:
    """S 三(二): a post is no money."""
    household, people = small.dibao(labour_ability="full")
    case = accepted(s, household, people, "jiuye_jiuzhu", "rs")
    with pytest.raises(AmountUnfit):
        grant(s, case, of("rs"), "post", 100)
    grant(s, case, of("rs"), "post")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"total_cost": 999_99}, "sum of its parts"),
        ({"medical_aid": 100_00, "own_payment": 200_00}, "amount granted"),
        ({"treatment": "dental"}, "one of"),
        ({"hospital": ""}, "must be given"),
        ({"hospital": "张三13800138000"}, "telephone"),
        ({"basic_insurance": -1, "own_payment": 700_01}, "not negative"),
        ({"basic_insurance": "600"}, "amount is expected"),
        ({"ward": "3"}, "no such fact"),
    ],
)  # fmt: skip
def test_refuses_costs_that_do_not_add_up_and_facts_the_programme_does_not_know(
    small: Small, s: Scenario, change: dict[str, Any], why: str
) -> None:
    """649 art. 29(二), 31: basic insurance, major-illness insurance, medical aid and the patient share the costs."""
    household, people = small.dibao()
    case = accepted(s, household, people, "yiliao_jiuzhu", "yb")
    head = s.ledger.recorder.head()
    with pytest.raises(BadFact, match=why):
        grant(s, case, of("yb"), "settlement", 200_00, need="结1", facts=facts(**COSTS | change))
    unchanged(s, head)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"school_year": "26"}, "year like"), ({"school_year": "2026", "stage": 5}, "not an amount"),
        ({"stage": "小学"}, "one of"),
    ],
)  # fmt: skip
def test_refuses_facts_in_another_form_than_theirs(
    small: Small, s: Scenario, given: dict[str, Any], why: str
) -> None:
    household, people = small.dibao(schooling="college")
    case = accepted(s, household, people, "jiaoyu_jiuzhu", "jy")
    with pytest.raises(BadFact, match=why):
        grant(s, case, of("jy"), "grant", 100, facts=facts(**STUDENT | given))
    with pytest.raises(BadFact, match="twice"):
        grant(
            s,
            case,
            of("jy"),
            "grant",
            100,
            facts=(*facts(**STUDENT), OwnFact(field="stage", content="college")),
        )


def test_a_choice_is_taken_by_its_name_and_kept_by_its_code(small: Small, s: Scenario) -> None:
    household, people = small.dibao(schooling="college")
    case = accepted(s, household, people, "jiaoyu_jiuzhu", "jy")
    grant(
        s,
        case,
        of("jy"),
        "student_loan",
        8_000_00,
        facts=facts(school_year="2026", stage="普通高等教育", contract="贷2026-1"),
    )
    assert {f["field"]: f.get("content") for f in state(s, case).file.facts}["stage"] == "college"


# --- days ---


def test_refuses_days_before_birth_in_the_future_and_before_the_step_before(
    small: Small, s: Scenario
) -> None:
    """§4: dates before birth are refused; steps follow each other."""
    household, people = small.dibao()
    child, born = small.person(birth=date(2026, 8, 20))
    with pytest.raises(BadDate, match="before birth"):
        asked(s, child, born, "yiliao_jiuzhu", "yb", on=date(2026, 8, 19))
    with pytest.raises(BadDate, match="future"):
        asked(s, household, people, "yiliao_jiuzhu", "yb", on=date(2026, 12, 1))
    case = asked(s, household, people, "yiliao_jiuzhu", "yb", on=date(2026, 10, 8))
    with pytest.raises(BadDate, match="before 2026-10-08"):
        s.do(AcceptAssistance, of("yb"), assistance_id=case, accepted_on=date(2026, 10, 7))
    with pytest.raises(NotMember):
        asked(s, household, born, "yiliao_jiuzhu", "yb")
    with pytest.raises(NobodyNamed):
        asked(s, household, people * 2, "yiliao_jiuzhu", "yb")


def test_refuses_aid_after_death_and_a_funeral_before_it(small: Small, s: Scenario) -> None:
    """S 三(五): funeral aid is for someone who died, everything else is not."""
    household, people = small.dibao(2)
    case = accepted(s, household, people[1:], "yiliao_jiuzhu", "yb", on=date(2026, 10, 8))
    with pytest.raises(BadDate, match="known death"):
        asked(s, household, people[1:], "binzang_jiuzhu", "mz", on=date(2026, 10, 12))
    s.do(
        RecordDeath,
        CLERK,
        household_id=household,
        person_id=people[1],
        died_on=date(2026, 10, 10),
        source="公安",
    )
    with pytest.raises(BadDate, match="after death"):
        grant(s, case, of("yb"), "settlement", 200_00, on=date(2026, 10, 12), facts=facts(**COSTS))
    grant(s, case, of("yb"), "settlement", 200_00, on=date(2026, 10, 10), facts=facts(**COSTS))
    with pytest.raises(BadDate, match="known death"):
        asked(s, household, people[1:], "binzang_jiuzhu", "mz", on=date(2026, 10, 9))
    funeral = accepted(
        s, household, people[1:], "binzang_jiuzhu", "mz", owner=REVIEWER, on=date(2026, 10, 12)
    )
    grant(s, funeral, REVIEWER, "fee_waiver", 1_200_00)


# --- what excludes what ---


def test_refuses_either_disability_subsidy_to_somebody_in_tekun(small: Small, s: Scenario) -> None:
    """国发〔2015〕52号 三(三): who is in tekun has neither subsidy."""
    _subsidies(s)
    household, people = small.tekun(disability_level=1, disability_type="physical")
    case = accepted(s, household, people, "canji_huli_butie", "mz", owner=REVIEWER)
    head = s.ledger.recorder.head()
    with pytest.raises(AidExcluded, match="same month"):
        grant(s, case, REVIEWER, "subsidy", facts=facts(certificate="是"))
    unchanged(s, head)


def test_refuses_a_public_rental_home_and_a_rent_subsidy_to_one_household(small: Small, s: Scenario) -> None:
    """649 art. 38: one or the other, whoever of the household asks."""
    household, people = small.dibao(2)
    first = accepted(s, household, people[:1], "zhufang_jiuzhu", "zj")
    grant(s, first, of("zj"), "public_rental")
    second = accepted(s, household, people[1:], "zhufang_jiuzhu", "zj")
    with pytest.raises(AidExcluded, match="rent subsidy"):
        grant(s, second, of("zj"), "rent_subsidy", 300_00)
    s.do(EndAssistance, of("zj"), assistance_id=first, reason="未入住", ended_on=date(2026, 10, 12))
    grant(s, second, of("zj"), "rent_subsidy", 300_00)  # the first was never given


def test_refuses_the_same_need_twice_by_the_same_and_by_another_fund(small: Small, s: Scenario) -> None:
    """649 art. 32: the emergency fund and medical aid do not both pay one bill."""
    household, people = small.dibao()
    case = accepted(s, household, people, "yiliao_jiuzhu", "yb")
    grant(s, case, of("yb"), "settlement", 200_00, need="住院号77", facts=facts(**COSTS))
    again = accepted(s, household, people, "yiliao_jiuzhu", "yb", on=date(2026, 10, 13))
    with pytest.raises(AidRepeated, match="same need"):
        grant(
            s,
            again,
            of("yb"),
            "settlement",
            200_00,
            need="住院号77",
            on=date(2026, 10, 14),
            facts=facts(**COSTS),
        )
    fund = accepted(s, household, people, "jibing_yingji", "wj")
    with pytest.raises(AidExcluded, match="same need"):
        grant(
            s,
            fund,
            of("wj"),
            "settlement",
            50_00,
            need="住院号77",
            facts=facts(hospital="师医院", identity_known="是"),
        )
    grant(
        s,
        fund,
        of("wj"),
        "settlement",
        50_00,
        need="住院号78",
        facts=facts(hospital="师医院", identity_known="是"),
    )


def test_refuses_a_yearly_aid_twice_in_its_year_and_grants_the_next_year(small: Small, s: Scenario) -> None:
    """S 三(二): the premium of an insured year is paid once."""
    household, people = small.dibao()
    for year, refusal in (("2026", None), ("2026", AidRepeated), ("2027", None)):
        case = accepted(s, household, people, "canbao_zizhu", "yb")
        given: dict[str, Any] = {"on": date(2026, 10, 12), "facts": facts(insured_year=year)}
        if refusal is None:
            grant(s, case, of("yb"), "premium_fixed", 280_00, **given)
        else:
            with pytest.raises(refusal, match="same year"):
                grant(s, case, of("yb"), "premium_fixed", 280_00, **given)
            s.do(EndAssistance, of("yb"), assistance_id=case, reason="重复", ended_on=date(2026, 10, 12))


# --- monthly aid ---


def test_a_subsidy_follows_its_standard_from_the_month_of_application_and_is_given_month_by_month(
    small: Small, s: Scenario
) -> None:
    """国发〔2015〕52号: from the month of application; the amount is the standard's, by level."""
    household, people = small.dibao(disability_level=2, disability_type="physical")
    other, others = small.dibao(disability_level=3, disability_type="physical")
    _subsidies(s)
    case = accepted(s, household, people, "canji_huli_butie", "mz", owner=REVIEWER)
    with pytest.raises(OffTheStandard):
        grant(s, case, REVIEWER, "subsidy", 99_00, facts=facts(certificate="是"))
    with pytest.raises(BadMonth):
        grant(s, case, REVIEWER, "subsidy", facts=facts(certificate="是"), from_month="2026-11")
    grant(s, case, REVIEWER, "subsidy", facts=facts(certificate="是"))
    s.do(DeliverAssistance, CLERK, assistance_id=case, month="2026-10", delivered_on=date(2026, 11, 10))
    for wrong in ("2026-10", "2026-09", None):
        with pytest.raises(BadMonth):
            s.do(DeliverAssistance, CLERK, assistance_id=case, month=wrong, delivered_on=date(2026, 11, 10))
    with pytest.raises(MoreThanGranted):
        s.do(
            DeliverAssistance,
            CLERK,
            assistance_id=case,
            month="2026-11",
            amount_fen=Fen(100_01),
            delivered_on=date(2026, 11, 11),
        )
    with pytest.raises(BadMonth, match="delivered"):
        s.do(
            EndAssistance,
            REVIEWER,
            assistance_id=case,
            reason="x",
            last_month="2026-09",
            ended_on=date(2026, 11, 12),
        )
    s.do(
        EndAssistance,
        REVIEWER,
        assistance_id=case,
        reason="证件注销",
        last_month="2026-11",
        ended_on=date(2026, 11, 12),
    )
    assert (state(s, case).file.delivered_fen, state(s, case).file.last_month) == (100_00, "2026-11")
    living = accepted(s, other, others, "canji_shenghuo_butie", "mz", owner=REVIEWER)
    grant(s, living, REVIEWER, "subsidy", facts=facts(certificate="是"))
    assert state(s, living).file.amount_fen == 110_00


def test_refuses_a_subsidy_without_a_standard(scenario: Scenario) -> None:
    """§4: a parameter that is not set computes nothing."""
    household, who = person(scenario, 900, disability_level=1)
    case = accepted(scenario, household, [who], "canji_huli_butie", "mz", owner=REVIEWER)
    with pytest.raises(NoStandard):
        grant(scenario, case, REVIEWER, "subsidy", facts=facts(certificate="是"))


def test_refuses_months_for_what_is_not_given_by_months(small: Small, s: Scenario) -> None:
    household, people = small.dibao()
    case = accepted(s, household, people, "yiliao_jiuzhu", "yb")
    with pytest.raises(BadMonth):
        grant(s, case, of("yb"), "settlement", 200_00, from_month="2026-10", facts=facts(**COSTS))
    grant(s, case, of("yb"), "settlement", 200_00, facts=facts(**COSTS), stages=2)
    with pytest.raises(BadMonth):
        s.do(
            DeliverAssistance, of("yb"), assistance_id=case, month="2026-10", delivered_on=date(2026, 10, 20)
        )
    with pytest.raises(StageOutOfOrder):
        s.do(DeliverAssistance, of("yb"), assistance_id=case, stage=2, delivered_on=date(2026, 10, 20))
    with pytest.raises(NegativeAmount):
        s.do(
            DeliverAssistance,
            of("yb"),
            assistance_id=case,
            amount_fen=Fen(-1),
            delivered_on=date(2026, 10, 20),
        )
    s.do(
        DeliverAssistance,
        of("yb"),
        assistance_id=case,
        amount_fen=Fen(150_00),
        delivered_on=date(2026, 10, 20),
    )
    with pytest.raises(MoreThanGranted):
        s.do(
            DeliverAssistance,
            of("yb"),
            assistance_id=case,
            amount_fen=Fen(50_01),
            delivered_on=date(2026, 10, 20),
        )


# --- disasters and homes ---


def test_aid_after_a_disaster_is_for_those_it_struck(small: Small, s: Scenario) -> None:
    """649 art. 20–25: aid is tied to the disaster that struck there, and not before it did."""
    made = s.do(
        DeclareDisaster,
        of("yj"),
        organisation_ids=(REGIMENT,),
        kind="风雪",
        named=Named(zh="十月雪灾", en="snow in October"),
        struck_on=date(2026, 10, 9),
    )
    snow = next(e.disaster_id for e in made.events if isinstance(e, DisasterDeclared))
    household, people = small.dibao()
    given: dict[str, Any] = {"facts": facts(relief="emergency")}
    case = accepted(s, household, people, "shouzai_jiuzhu", "yj")
    for wrong in (None, DisasterId("nothing")):
        with pytest.raises(DisasterUnknown):
            grant(s, case, of("yj"), "cash", 500_00, disaster_id=wrong, **given)
    with pytest.raises(DisasterUnknown):
        grant(s, case, of("yj"), "cash", 500_00, on=date(2026, 10, 8), disaster_id=snow, **given)
    grant(s, case, of("yj"), "cash", 500_00, disaster_id=snow, **given)
    again = accepted(s, household, people, "shouzai_jiuzhu", "yj")
    with pytest.raises(AidRepeated, match="same need"):
        grant(s, again, of("yj"), "cash", 1_00, disaster_id=snow, **given)
    elsewhere, others = small.person(clerk=OTHER_CLERK)
    spared = accepted(s, elsewhere, others, "shouzai_jiuzhu", "yj", by=OTHER_CLERK)
    with pytest.raises(DisasterUnknown):
        grant(s, spared, of("yj"), "cash", 500_00, disaster_id=snow, **given)


def test_refuses_a_disaster_by_a_department_that_does_not_aid_after_disasters(
    small: Small, s: Scenario
) -> None:
    """S 三(二): disasters are the emergency bureau's to declare."""
    fields: dict[str, Any] = {
        "organisation_ids": (OTHER,),
        "kind": "洪水",
        "named": Named(zh="洪水", en="flood"),
        "struck_on": date(2026, 7, 1),
    }
    with pytest.raises(NotTheOwner):
        s.do(DeclareDisaster, of("jy"), **fields)
    with pytest.raises(NobodyNamed):
        s.do(DeclareDisaster, of("yj"), **fields | {"organisation_ids": ()})
    with pytest.raises(BadDate):
        s.do(DeclareDisaster, of("yj"), **fields | {"ended_on": date(2026, 6, 30)})
    with pytest.raises(OutOfScope):
        s.do(DeclareDisaster, Actor(operator_id="r", organisation_id=REGIMENT, role=Role.REVIEWER), **fields)


def test_a_home_is_assessed_by_those_who_help_with_housing(small: Small, s: Scenario) -> None:
    """S 三(二): unsafe homes in the countryside are repaired; that they are unsafe is found first."""
    household, people = small.person(area=Area.RURAL)
    made = s.do(
        AssessHousing, of("zj"), household_id=household, danger=DangerLevel.D, assessed_on=date(2026, 10, 8)
    )
    assert next(e.note.zh for e in made.events if isinstance(e, HousingAssessed)) == "D级（整体危险）"
    with pytest.raises(NotItsProgramme):
        s.do(
            AssessHousing,
            of("jy"),
            household_id=household,
            danger=DangerLevel.A,
            assessed_on=date(2026, 10, 8),
        )
    with pytest.raises(HouseholdUnknown):
        s.do(
            AssessHousing,
            of("zj"),
            household_id=HouseholdId("x"),
            danger=DangerLevel.A,
            assessed_on=date(2026, 10, 8),
        )
    assert people


# --- feedback ---


def test_refuses_feedback_of_more_than_was_granted_or_of_nothing_without_a_reason(
    small: Small, s: Scenario
) -> None:
    """S 二(一): what became of it is told, and why if it did not."""
    household, people = small.dibao()
    case = accepted(s, household, people, "yiliao_jiuzhu", "yb")
    grant(s, case, of("yb"), "settlement", 200_00, facts=facts(**COSTS))
    day = date(2026, 10, 20)
    with pytest.raises(MoreThanGranted):
        s.do(
            ReportAssistance,
            of("yb"),
            assistance_id=case,
            outcome=Outcome.GIVEN,
            amount_fen=Fen(200_01),
            reported_on=day,
        )
    with pytest.raises(NegativeAmount):
        s.do(
            ReportAssistance,
            of("yb"),
            assistance_id=case,
            outcome=Outcome.GIVEN,
            amount_fen=Fen(-1),
            reported_on=day,
        )
    with pytest.raises(ReasonNeeded):
        s.do(ReportAssistance, of("yb"), assistance_id=case, outcome=Outcome.NOT_GIVEN, reported_on=day)
    s.do(
        ReportAssistance,
        of("yb"),
        assistance_id=case,
        outcome=Outcome.NOT_GIVEN,
        reason="账户注销",
        reported_on=day,
    )


def test_the_same_application_given_twice_is_one(small: Small, s: Scenario) -> None:
    household, people = small.dibao()
    command = ApplyAssistance(command_id=s.command_id(), household_id=household, person_ids=tuple(people), programme="dongji_qunuan",
                              department_id=DIVISION, applied_on=date(2026, 10, 8))  # fmt: skip
    first = s.ledger.execute(command, CLERK)
    again = s.ledger.execute(command, CLERK)
    assert (again.duplicate, again.position) == (True, first.position)
