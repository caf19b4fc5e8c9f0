"""Purchased services: by contract and need, rendered plausibly, paid only as accepted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.assistance.refusals import NotQualified
from ledger.identification.refusals import ReasonNeeded
from ledger.ids import ContractId, ServiceId
from ledger.kernel import Actor, Facts, Fen, NotAllowed, OutOfScope, Role
from ledger.programmes.contract_events import ServiceKind
from ledger.programmes.contract_refusals import ContractUnknown, OutsideContract
from ledger.programmes.contracts import EndContract
from ledger.registry.changes import RecordDeath
from ledger.registry.refusals import BadDate, NotMember
from ledger.support.services import AcceptService, DeclineService, RecordService, SettleService, StopService
from ledger.support.services_events import AcceptedBy, ServiceSettled
from ledger.support.services_refusals import (
    BadPlan,
    BeyondCeiling,
    NothingAccepted,
    NotWhatWasAccepted,
    OutsidePlan,
    SameHand,
    ServiceUnknown,
    VisitImplausible,
    VisitUnknown,
)
from tests.ledger.departments import person
from tests.ledger.stations import VISIT, accept, contract, planned, rendered
from tests.ledger.test_contracts import WORKER
from tests.scenario import CLERK, FINANCE, OTHER_CLERK, REVIEWER, Scenario

SETTLE: dict[str, Any] = {"until_date": date(2026, 10, 31), "invoice": "示范发票1号"}
ACCEPT: dict[str, Any] = {"accepted_by": AcceptedBy.OFFICE, "accepted_on": date(2026, 10, 20)}


def test_a_service_is_settled_at_the_contracts_price_for_accepted_visits_only(scenario: Scenario) -> None:
    """S 三(四); check 17: nothing is paid without accepted service."""
    house, people, _ = scenario.covered(1)
    service = planned(scenario, contract(scenario), house, people[0])
    first, second = rendered(scenario, service), rendered(scenario, service, rendered_on=date(2026, 10, 15))
    with pytest.raises(NothingAccepted):
        scenario.do(SettleService, FINANCE, service_id=service, claimed_fen=Fen(6_000), **SETTLE)
    accept(scenario, service, first)
    for claimed in (6_000, 2_999):
        with pytest.raises(NotWhatWasAccepted):
            scenario.do(SettleService, FINANCE, service_id=service, claimed_fen=Fen(claimed), **SETTLE)
    with pytest.raises(NotWhatWasAccepted):
        scenario.do(
            SettleService, FINANCE, service_id=service, claimed_fen=Fen(3_000), **SETTLE | {"invoice": " "}
        )
    same = Actor(operator_id=CLERK.operator_id, organisation_id=CLERK.organisation_id, role=Role.FINANCE)
    with pytest.raises(SameHand):
        scenario.do(SettleService, same, service_id=service, claimed_fen=Fen(3_000), **SETTLE)
    made = scenario.do(SettleService, FINANCE, service_id=service, claimed_fen=Fen(3_000), **SETTLE)
    (settled,) = made.events
    assert isinstance(settled, ServiceSettled)
    assert (settled.visits, settled.amount_fen, settled.household_id) == ((first,), 3_000, house)
    with pytest.raises(NothingAccepted):
        scenario.do(SettleService, FINANCE, service_id=service, claimed_fen=Fen(3_000), **SETTLE)
    scenario.do(
        DeclineService,
        CLERK,
        service_id=service,
        visit=second,
        reason="未助浴",
        declined_on=date(2026, 10, 20),
    )
    with pytest.raises(VisitUnknown):
        accept(scenario, service, second)
    with pytest.raises(NothingAccepted):
        scenario.do(SettleService, FINANCE, service_id=service, claimed_fen=Fen(3_000), **SETTLE)


def test_a_contract_is_never_paid_beyond_its_ceiling(scenario: Scenario) -> None:
    """649 art. 65: the ceiling holds over all services of the contract together."""
    house, people, _ = scenario.covered(1)
    under = contract(scenario, ceiling_fen=Fen(5_000))
    one, two = (planned(scenario, under, house, p) for p in people)
    for service, worker in ((one, "甲"), (two, "乙")):
        accept(scenario, service, rendered(scenario, service, worker=worker))
    scenario.do(SettleService, FINANCE, service_id=one, claimed_fen=Fen(3_000), **SETTLE)
    with pytest.raises(BeyondCeiling):
        scenario.do(SettleService, FINANCE, service_id=two, claimed_fen=Fen(3_000), **SETTLE)


def test_refuses_a_plan_outside_the_contract_or_for_somebody_it_is_not_for(scenario: Scenario) -> None:
    """S 三(四): for people of low income, after their needs were assessed, by what is contracted."""
    house, people, _ = scenario.covered(1)
    under = contract(scenario)
    for fields, refusal in (
        ({"service": ServiceKind.APPLYING}, OutsideContract), ({"until_date": date(2027, 1, 1)}, OutsideContract),
        ({"from_date": date(2026, 8, 31)}, OutsideContract), ({"needs": " "}, BadPlan), ({"per_month": 0}, BadPlan),
        ({"per_month": 94}, BadPlan), ({"from_date": date(2026, 12, 1), "until_date": date(2026, 11, 1)}, BadPlan),
        ({"under": ContractId("none")}, ContractUnknown),
    ):  # fmt: skip
        head = scenario.ledger.recorder.head()
        given = {"under": under} | fields
        with pytest.raises(refusal):
            planned(scenario, given.pop("under"), house, people[0], **given)  # type: ignore[arg-type]
        assert scenario.ledger.recorder.head() == head
    with pytest.raises(NotQualified):
        planned(scenario, under, *person(scenario, 71))
    with pytest.raises(NotMember):
        planned(scenario, under, house, person(scenario, 72)[1])
    with pytest.raises(OutOfScope):
        planned(scenario, under, *scenario.covered(81, clerk=OTHER_CLERK)[:1], people[0])


def test_a_provider_records_its_own_plausible_visits_and_nothing_else(scenario: Scenario) -> None:
    """Check 31; S 二(三): within the contract's and the plan's time, nobody at two places at once, not after a death."""
    house, people, _ = scenario.covered(1)
    under = contract(scenario)
    service, other = (planned(scenario, under, house, p, per_month=4) for p in people)
    rendered(scenario, service)
    for fields, why in (
        ({"from_time": "10:00", "until_time": "11:00"}, "overlaps"), ({"from_time": "9:00"}, "no time"),
        ({"until_time": "25:00"}, "no time"), ({"from_time": "14:00", "until_time": "14:02"}, "lasted 2 minutes"),
        ({"from_time": "14:00", "until_time": "13:00"}, "lasted -60"), ({"worker": " "}, "who was there"), ({"done": ""}, "what was done"),
    ):  # fmt: skip
        with pytest.raises(VisitImplausible, match=why):
            rendered(scenario, service, **fields)
    with pytest.raises(VisitImplausible, match="overlaps"):
        rendered(scenario, other, from_time="10:00", until_time="11:00")  # the same worker elsewhere
    rendered(scenario, other, from_time="10:00", until_time="11:00", worker="另一人")
    for day, refusal in (
        (date(2030, 1, 1), BadDate),
        (date(2026, 9, 30), OutsidePlan),
        (date(2026, 8, 30), OutsideContract),
    ):
        with pytest.raises(refusal):
            rendered(scenario, service, rendered_on=day)
    stranger = Actor(operator_id="worker-9", organisation_id="p-other", role=Role.PROVIDER)
    with pytest.raises(ServiceUnknown):
        scenario.do(RecordService, stranger, service_id=service, **VISIT)
    with pytest.raises(ServiceUnknown):
        scenario.do(RecordService, WORKER, service_id=ServiceId("none"), **VISIT)
    with pytest.raises(NotAllowed):
        scenario.do(RecordService, CLERK, service_id=service, **VISIT)
    with pytest.raises(NotAllowed):
        scenario.do(AcceptService, WORKER, service_id=service, visit="x", **ACCEPT)
    with pytest.raises(OutOfScope):
        scenario.do(AcceptService, OTHER_CLERK, service_id=service, visit="x", **ACCEPT)
    scenario.do(
        RecordDeath, CLERK, household_id=house, person_id=people[1], died_on=date(2026, 10, 12), source="公安"
    )
    with pytest.raises(VisitImplausible, match="died"):
        rendered(scenario, other, rendered_on=date(2026, 10, 13))


def test_no_more_visits_than_planned_and_none_after_the_end(scenario: Scenario) -> None:
    house, people, _ = scenario.covered(1)
    under = contract(scenario)
    service = planned(scenario, under, house, people[0])
    visit = rendered(scenario, service)
    rendered(scenario, service, rendered_on=date(2026, 10, 9))
    with pytest.raises(OutsidePlan, match="2 visits of 2026-10"):
        rendered(scenario, service, rendered_on=date(2026, 10, 10))
    with pytest.raises(VisitImplausible, match="was on"):
        scenario.do(
            AcceptService,
            CLERK,
            service_id=service,
            visit=visit,
            **ACCEPT | {"accepted_on": date(2026, 10, 7)},
        )
    # A visit that was not as agreed may be made up for.
    with pytest.raises(ReasonNeeded):
        scenario.do(
            DeclineService, CLERK, service_id=service, visit=visit, reason=" ", declined_on=date(2026, 10, 9)
        )
    scenario.do(
        DeclineService, CLERK, service_id=service, visit=visit, reason="未到场", declined_on=date(2026, 10, 9)
    )
    rendered(scenario, service, rendered_on=date(2026, 10, 10))
    stop: dict[str, Any] = {"service_id": service, "ended_on": date(2026, 10, 31)}
    with pytest.raises(ReasonNeeded):
        scenario.do(StopService, CLERK, reason="", **stop)
    scenario.do(StopService, CLERK, reason="入住机构", **stop)
    for ended in (date(2026, 10, 31), date(2026, 9, 1)):
        with pytest.raises(OutsidePlan):
            scenario.do(StopService, CLERK, reason="再次", **stop | {"ended_on": ended})
    with pytest.raises(OutsidePlan, match="not on 2026-11-01"):
        rendered(scenario, service, rendered_on=date(2026, 11, 1))
    other = planned(scenario, under, house, people[1])
    scenario.do(EndContract, REVIEWER, contract_id=under, ended_on=date(2026, 10, 31), reason="违约")
    with pytest.raises(OutsideContract):
        rendered(scenario, other, rendered_on=date(2026, 11, 1))


def test_a_visit_after_a_death_known_later_is_not_paid(scenario: Scenario) -> None:
    house, people, _ = scenario.covered(1)
    service = planned(scenario, contract(scenario), house, people[1])
    accept(scenario, service, rendered(scenario, service))
    scenario.do(
        RecordDeath, CLERK, household_id=house, person_id=people[1], died_on=date(2026, 10, 1), source="公安"
    )
    with pytest.raises(VisitImplausible, match="died"):
        scenario.do(SettleService, FINANCE, service_id=service, claimed_fen=Fen(3_000), **SETTLE)
    assert not list(scenario.ledger.read((Facts(types=(ServiceSettled,), tags=()),)).events())
