"""Development assistance: for monitored people able to work, by the departments that own it, on contracts, never twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.assistance.refusals import NotADepartment, NotItsProgramme, NotQualified, NotTheOwner
from ledger.identification.refusals import ReasonNeeded
from ledger.ids import LoanId, TrainingId
from ledger.kernel import Fen, HouseholdId, NotAllowed, OutOfScope
from ledger.registry.changes import RecordDeath
from ledger.registry.refusals import BadDate, HouseholdUnknown, NotMember
from ledger.standards.commands import SetStandard
from ledger.support.development import (
    CompleteTraining,
    EndPost,
    PayLoanInterest,
    PlacePost,
    PlanTraining,
    RegisterLoan,
    interest,
)
from ledger.support.development_events import (
    LoanInterestPaid,
    LoanRegistered,
    PostKind,
    PostPlaced,
    TrainingPlanned,
)
from ledger.support.development_refusals import (
    BadTerms,
    ContractNeeded,
    InterestOff,
    InterestPaidAlready,
    NotOngoing,
    PostHeld,
    TooYoung,
)
from tests.ledger.departments import of, open_departments, person
from tests.ledger.monitored import monitored
from tests.scenario import ADMIN, CLERK, DIVISION, FINANCE, OTHER_CLERK, Scenario

TRAIN: dict[str, Any] = {
    "course": "电焊",
    "trainer": "示范技校",
    "from_date": date(2026, 10, 1),
    "until_date": date(2026, 10, 20),
}
PLACE: dict[str, Any] = {
    "post_kind": PostKind.FOREST, "employer": "一连", "paid_by": "师市财政", "contract": "示范岗1号", "wage_fen": Fen(90_000),
    "placed_on": date(2026, 10, 1),
}  # fmt: skip
BORROW: dict[str, Any] = {
    "lender": "示范农信社", "contract": "示范贷1号", "principal_fen": Fen(5_000_000), "rate_bp": 435, "used_for": "养羊",
    "from_date": date(2026, 9, 1), "until_date": date(2027, 8, 31),
}  # fmt: skip
NN, RS, CZ, JY = of("nn"), of("rs"), of("cz"), of("jy")


def who(pair: tuple[Any, Any]) -> dict[str, Any]:
    return {"household_id": pair[0], "person_id": pair[1]}


@pytest.mark.parametrize(
    ("principal", "rate", "days", "fen"),
    [
        (5_000_000, 435, 365, 217_500),  # 50,000 yuan at 4.35 % for a year: 2,175.00
        (5_000_000, 435, 30, 17_876),  # × 30 ÷ 365 = 178.767… yuan, part fen left out
        (5_000_000, 435, 1, 595),
        (100, 1, 1, 0),
    ],
)
def test_interest_is_simple_and_whole_fen(principal: int, rate: int, days: int, fen: int) -> None:
    """S 三(七) 贷款贴息, reckoned by hand."""
    assert interest(principal, rate, days) == fen


def test_interest_is_paid_on_a_contract_never_beyond_what_it_comes_to_and_never_twice(
    scenario: Scenario,
) -> None:
    """S 三(七), check 38: no development aid without a contract, or to somebody without labour ability."""
    open_departments(scenario, "nn", "cz", "jy")
    pair = monitored(scenario, 1)
    for fields, refusal in (
        ({"contract": " "}, ContractNeeded), ({"principal_fen": Fen(0)}, BadTerms), ({"rate_bp": 0}, BadTerms),
        ({"rate_bp": 2_401}, BadTerms), ({"lender": ""}, BadTerms), ({"until_date": date(2026, 9, 1)}, BadTerms),
        ({"from_date": date(2030, 1, 1)}, BadDate),
    ):  # fmt: skip
        head = scenario.ledger.recorder.head()
        with pytest.raises(refusal):
            scenario.do(RegisterLoan, NN, **who(pair), **BORROW | fields)
        assert scenario.ledger.recorder.head() == head
    made = scenario.do(RegisterLoan, NN, **who(pair), **BORROW)
    loan = next(e.loan_id for e in made.events if isinstance(e, LoanRegistered))
    pay: dict[str, Any] = {
        "loan_id": loan,
        "from_date": date(2026, 9, 1),
        "until_date": date(2026, 9, 30),
        "amount_fen": Fen(17_876),
    }
    for amount in (17_877, 0, -5):
        with pytest.raises(InterestOff):
            scenario.do(PayLoanInterest, CZ, **pay | {"amount_fen": Fen(amount)})
    with pytest.raises(NotTheOwner):
        scenario.do(PayLoanInterest, CLERK, **pay)  # civil affairs cooperates, and pays no interest
    with pytest.raises(NotItsProgramme):
        scenario.do(RegisterLoan, JY, **who(pair), **BORROW)
    with pytest.raises(NotAllowed):
        scenario.do(PayLoanInterest, FINANCE, **pay)
    with pytest.raises(NotOngoing):
        scenario.do(PayLoanInterest, CZ, **pay | {"loan_id": LoanId("none")})
    for days, refusal in (
        ((date(2026, 8, 31), date(2026, 9, 30)), BadTerms), ((date(2026, 9, 30), date(2026, 9, 1)), BadTerms),
        ((date(2026, 9, 1), date(2026, 12, 31)), BadDate),
    ):  # fmt: skip
        with pytest.raises(refusal):
            scenario.do(PayLoanInterest, CZ, **pay | {"from_date": days[0], "until_date": days[1]})
    (paid,) = scenario.do(PayLoanInterest, CZ, **pay).events
    assert isinstance(paid, LoanInterestPaid)
    assert (paid.department, paid.amount_fen, paid.rate_bp, paid.contract) == (
        "财政局",
        17_876,
        435,
        "示范贷1号",
    )
    with pytest.raises(InterestPaidAlready):
        scenario.do(
            PayLoanInterest,
            CZ,
            **pay | {"from_date": date(2026, 9, 30), "until_date": date(2026, 10, 1), "amount_fen": Fen(1)},
        )
    # A place may limit what it subsidises, from a day on and with its basis.
    for name, value in (("loan_interest_bp", 300), ("loan_principal", 3_000_000)):
        scenario.do(SetStandard, ADMIN, name=name, programme="kaifa_tiexi", organisation_id=DIVISION, value=value, unit="count",
                    from_date=date(2026, 10, 1), document="示范文件3号")  # fmt: skip
    october = pay | {"from_date": date(2026, 10, 1), "until_date": date(2026, 10, 31)}
    # 30,000 yuan × 3 % × 31 ÷ 365 = 76.438… yuan.
    with pytest.raises(InterestOff):
        scenario.do(PayLoanInterest, CZ, **october | {"amount_fen": Fen(7_644)})
    scenario.do(PayLoanInterest, CZ, **october | {"amount_fen": Fen(7_643)})
    scenario.do(
        RecordDeath, CLERK, household_id=pair[0], person_id=pair[1], died_on=date(2026, 11, 2), source="公安"
    )
    with pytest.raises(BadDate):
        scenario.do(
            PayLoanInterest,
            CZ,
            **pay | {"from_date": date(2026, 11, 1), "until_date": date(2026, 11, 5), "amount_fen": Fen(1)},
        )


@pytest.mark.parametrize("labour", ["none", None])
def test_refuses_somebody_without_labour_ability(scenario: Scenario, labour: str | None) -> None:
    """S 三(七), check 38: 有劳动能力的防止返贫监测对象."""
    open_departments(scenario, "nn", "rs")
    pair = who(monitored(scenario, 1, labour_ability=labour))
    for command, actor, fields in (
        (PlanTraining, RS, TRAIN),
        (PlacePost, RS, PLACE),
        (RegisterLoan, NN, BORROW),
    ):
        with pytest.raises(NotQualified):
            scenario.do(command, actor, **pair, **fields)


def test_refuses_who_is_not_monitored_who_is_a_child_and_who_is_none_of_the_household(
    scenario: Scenario,
) -> None:
    """S 三(七); 43 art. 5(二): nobody under 16."""
    open_departments(scenario, "rs")
    able = person(scenario, 1, labour_ability="full")
    for pair, refusal in (
        (able, NotQualified), (monitored(scenario, 2, category="dibao_bianyuan"), NotQualified),
        (monitored(scenario, 3, birth=date(2012, 1, 1)), TooYoung), ((able[0], monitored(scenario, 4)[1]), NotMember),
        ((HouseholdId("none"), able[1]), HouseholdUnknown),
    ):  # fmt: skip
        with pytest.raises(refusal):
            scenario.do(PlanTraining, RS, **who(pair), **TRAIN)
    with pytest.raises(OutOfScope):
        scenario.do(PlanTraining, OTHER_CLERK, **who(monitored(scenario, 5)), **TRAIN)


def test_a_training_is_planned_and_completed_once(scenario: Scenario) -> None:
    """S 三(七): 以用工企业为主体的岗前培训."""
    open_departments(scenario, "rs")
    pair = who(monitored(scenario, 1))
    for fields in ({"course": " "}, {"trainer": ""}, {"until_date": date(2026, 9, 30)}):
        with pytest.raises(BadTerms):
            scenario.do(PlanTraining, RS, **pair, **TRAIN | fields)
    made = scenario.do(PlanTraining, RS, **pair, employer="示范建工", **TRAIN)
    (planned,) = made.events
    assert isinstance(planned, TrainingPlanned)
    assert planned.department == "人力资源和社会保障局"
    done: dict[str, Any] = {
        "training_id": planned.training_id,
        "completed_on": date(2026, 10, 20),
        "hours": 80,
        "passed": True,
    }
    for fields, refusal in (
        ({"hours": 0}, BadTerms), ({"hours": -1, "passed": False}, BadTerms), ({"completed_on": date(2026, 9, 30)}, BadTerms),
        ({"completed_on": date(2030, 1, 1)}, BadDate), ({"training_id": TrainingId("none")}, NotOngoing),
    ):  # fmt: skip
        with pytest.raises(refusal):
            scenario.do(CompleteTraining, CLERK, **done | fields)
    with pytest.raises(NotADepartment):
        scenario.do(CompleteTraining, of("mz"), **done)
    scenario.do(CompleteTraining, RS, **done)
    with pytest.raises(NotOngoing):
        scenario.do(CompleteTraining, RS, **done)


def test_one_post_at_a_time_on_a_contract_with_who_pays(scenario: Scenario) -> None:
    """S 三(七): 护林、护路、保洁、保安等公益性岗位."""
    open_departments(scenario, "rs")
    pair = who(monitored(scenario, 1))
    for fields, refusal in (
        ({"contract": ""}, ContractNeeded), ({"wage_fen": Fen(0)}, BadTerms), ({"paid_by": " "}, BadTerms),
        ({"until_date": date(2026, 9, 1)}, BadTerms), ({"placed_on": date(2030, 1, 1)}, BadDate),
    ):  # fmt: skip
        with pytest.raises(refusal):
            scenario.do(PlacePost, RS, **pair, **PLACE | fields)
    (placed,) = scenario.do(PlacePost, RS, **pair, **PLACE).events
    assert isinstance(placed, PostPlaced)
    with pytest.raises(PostHeld):
        scenario.do(PlacePost, RS, **pair, **PLACE | {"placed_on": date(2026, 11, 1)})
    end: dict[str, Any] = {"post_id": placed.post_id, "ended_on": date(2026, 10, 31)}
    with pytest.raises(ReasonNeeded):
        scenario.do(EndPost, RS, reason=" ", **end)
    with pytest.raises(BadTerms):
        scenario.do(EndPost, RS, reason="离岗", **end | {"ended_on": date(2026, 9, 1)})
    scenario.do(EndPost, RS, reason="另有工作", **end)
    with pytest.raises(NotOngoing):
        scenario.do(EndPost, RS, reason="再次", **end)
    scenario.do(PlacePost, RS, **pair, **PLACE | {"placed_on": date(2026, 11, 1)})
