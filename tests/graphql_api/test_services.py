"""Contracts, services and development assistance in one request; a provider sees its own, and no more."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.kernel import Fen, Role
from ledger.support.development import PayLoanInterest, PlacePost, PlanTraining, RegisterLoan
from ledger.support.development_events import LoanRegistered
from ledger.support.services import SettleService
from tests.graphql_api.conftest import Api
from tests.graphql_api.fragments import due
from tests.ledger.departments import of, open_departments
from tests.ledger.monitored import monitored
from tests.ledger.stations import accept, contract, planned, rendered
from tests.ledger.test_contracts import PROVIDER
from tests.ledger.test_development import BORROW, PLACE, TRAIN, who
from tests.scenario import FINANCE, OTHER, REGIMENT

SERVICES = """query($p: String) { contracts { nodes { name ceiling settled left prices { service price } } }
  services { nodes { serviceId service name(purpose: $p) needs(purpose: $p) visits { status rendered: renderedOn done(purpose: $p) } } } }"""
DEVELOPMENT = """{ trainings { nodes { course department completedOn } } posts { nodes { post wage paidBy department } }
  loans { nodes { contract principal rateBp interest { fromDate amount department } } } }"""
CHAIN = "query($h: String!) { household(id: $h) { chain(first: 50) { nodes { kind programme department amount summary } } } }"


@pytest.mark.records
async def test_a_provider_sees_its_own_contract_and_people_and_nothing_else(api: Api) -> None:
    """S 二(三), 三(四): limited to its own contract's people and facts."""
    s = api.scenario
    service = planned(s, contract(s), api.household, api.people[0])
    visit = rendered(s, service)
    accept(s, service, visit)
    rendered(s, service, rendered_on=date(2026, 10, 15))
    s.do(
        SettleService,
        FINANCE,
        service_id=service,
        claimed_fen=Fen(3_000),
        until_date=date(2026, 10, 31),
        invoice="票1",
    )
    theirs = planned(s, contract(s, provider_id="p-other"), api.household, api.people[1])
    api.catch_up()
    both = await api.data(SERVICES, Role.CLERK)
    assert len(both["contracts"]["nodes"]) == len(both["services"]["nodes"]) == 2
    assert "助浴" not in str(both)
    mine = await api.data(SERVICES, Role.PROVIDER, organisation=PROVIDER, p="服务安排")
    (held,), (served,) = mine["contracts"]["nodes"], mine["services"]["nodes"]
    assert (held["settled"], held["left"]) == ("30.00", "970.00")
    assert (served["name"], served["needs"]) == ("测试1", "行动不便，需助浴")
    assert [v["status"] for v in served["visits"]] == ["settled", "rendered"]
    assert theirs not in str(mine)
    assert await api.refused(CHAIN, Role.PROVIDER, organisation=PROVIDER, h=api.household) == "OUT_OF_SCOPE"
    for organisation in (OTHER, "p-nobody"):
        role = Role.CLERK if organisation == OTHER else Role.PROVIDER
        none = await api.data(SERVICES, role, organisation=organisation)
        assert none == {"contracts": {"nodes": []}, "services": {"nodes": []}}
    chain = (await api.data(CHAIN, h=api.household))["household"]["chain"]["nodes"]
    told = [(n["kind"], n["programme"], n["amount"]) for n in chain if n["kind"].startswith("Service")]
    assert told[0] == ("ServicePlanned", "fuwu_jiuzhu", None)
    assert ("ServiceSettled", "fuwu_jiuzhu", "30.00") in told
    settled = next(n for n in chain if n["kind"] == "ServiceSettled")
    assert settled["summary"] == "服务结算：照料服务，30.00元，1次"
    (task,) = due(s, "services", date(2026, 11, 24))
    assert (task["kind"], task["subject_id"], str(task["due_on"])) == (
        "service_acceptance",
        service,
        "2026-10-31",
    )


@pytest.mark.records
async def test_development_assistance_is_listed_and_on_the_chain_with_its_department(api: Api) -> None:
    """S 三(七): 农业农村局、财政局、人社局 each on the one chain."""
    s = api.scenario
    open_departments(s, "nn", "rs", "cz")
    pair = monitored(s, 61)
    s.do(PlanTraining, of("rs"), **who(pair), **TRAIN)
    s.do(PlacePost, of("rs"), **who(pair), **PLACE)
    made = s.do(RegisterLoan, of("nn"), **who(pair), **BORROW)
    loan = next(e.loan_id for e in made.events if isinstance(e, LoanRegistered))
    s.do(
        PayLoanInterest,
        of("cz"),
        loan_id=loan,
        from_date=date(2026, 9, 1),
        until_date=date(2026, 9, 30),
        amount_fen=Fen(17_876),
    )
    api.catch_up()
    found = await api.data(DEVELOPMENT, Role.CLERK)
    assert [n["department"] for n in found["trainings"]["nodes"]] == ["人力资源和社会保障局"]
    assert found["posts"]["nodes"][0]["wage"] == "900.00"
    assert found["loans"]["nodes"][0]["interest"] == [
        {"fromDate": "2026-09-01", "amount": "178.76", "department": "财政局"}
    ]
    assert all(
        part["nodes"] == [] for part in (await api.data(DEVELOPMENT, Role.CLERK, organisation=OTHER)).values()
    )
    chain = (await api.data(CHAIN, Role.CLERK, h=pair[0]))["household"]["chain"]["nodes"]
    told = {n["kind"]: (n["programme"], n["department"], n["amount"]) for n in chain}
    assert told["LoanInterestPaid"] == ("kaifa_tiexi", "财政局", "178.76")
    assert told["LoanRegistered"] == ("kaifa_tiexi", "农业农村局", None)
    assert told["PostPlaced"] == ("kaifa_gangwei", "人力资源和社会保障局", "900.00")
    (task,) = due(s, "development", date(2026, 11, 24))
    assert (task["kind"], task["organisation_id"], str(task["due_on"])) == (
        "training_result",
        REGIMENT,
        "2026-10-20",
    )
