"""Contracts with providers: what makes one, and what it allows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.ids import ContractId, ProviderId
from ledger.kernel import Actor, Fen, NotAllowed, OutOfScope, Role
from ledger.organisation.states import Organisation
from ledger.programmes.contract_events import Price, ProviderContracted, ServiceKind
from ledger.programmes.contract_refusals import BadContract, ContractOver, ContractUnknown, OutsideContract
from ledger.programmes.contracts import Contract, ContractProvider, EndContract, require_contract
from tests.scenario import CLERK, DIVISION, OTHER, REGIMENT, REVIEWER, Scenario

PROVIDER = ProviderId("p-station")
WORKER = Actor(operator_id="worker-1", organisation_id=PROVIDER, role=Role.PROVIDER)
STATION: dict[str, Any] = {
    "provider_id": PROVIDER, "organisation_id": REGIMENT, "name": "示范社工站", "ceiling_fen": Fen(100_000),
    "prices": (Price(service=ServiceKind.VISITING, price_fen=Fen(3_000)),), "from_date": date(2026, 9, 1),
    "until_date": date(2026, 12, 31), "document": "示范合同1号",
}  # fmt: skip


def contracted(scenario: Scenario, **other: Any) -> ContractId:
    made = scenario.do(ContractProvider, REVIEWER, **STATION | other)
    return next(e.contract_id for e in made.events if isinstance(e, ProviderContracted))


def test_a_contract_allows_its_services_in_its_time_at_its_organisation(scenario: Scenario) -> None:
    """S 二(三): services are bought from others, who follow families up and help them to apply."""
    contract_id = contracted(scenario)
    known = scenario.ledger.read(
        (Contract.facts(contract_id), Organisation.facts(REGIMENT), Organisation.facts(OTHER))
    )
    contract, here = known.state(Contract, contract_id), known.state(Organisation, REGIMENT)
    day = date(2026, 10, 1)
    require_contract(contract, here, ServiceKind.VISITING, day, WORKER)
    require_contract(contract, here, ServiceKind.VISITING, day, CLERK)
    with pytest.raises(OutsideContract, match="not for applying"):
        require_contract(contract, here, ServiceKind.APPLYING, day, WORKER)
    with pytest.raises(OutsideContract, match="not on 2027-01-01"):
        require_contract(contract, here, ServiceKind.VISITING, date(2027, 1, 1), WORKER)
    with pytest.raises(OutOfScope):
        require_contract(contract, known.state(Organisation, OTHER), ServiceKind.VISITING, day, WORKER)
    stranger = Actor(operator_id="worker-9", organisation_id="p-other", role=Role.PROVIDER)
    for wrong, actor in ((contract, stranger), (Contract("none"), WORKER)):
        with pytest.raises(ContractUnknown):
            require_contract(wrong, here, ServiceKind.VISITING, day, actor)


def test_a_contract_that_ended_early_allows_nothing_after(scenario: Scenario) -> None:
    contract_id = contracted(scenario)
    scenario.do(EndContract, REVIEWER, contract_id=contract_id, ended_on=date(2026, 10, 31), reason="违约")
    known = scenario.ledger.read((Contract.facts(contract_id), Organisation.facts(REGIMENT)))
    with pytest.raises(OutsideContract):
        require_contract(known.state(Contract, contract_id), known.state(Organisation, REGIMENT), ServiceKind.VISITING,
                         date(2026, 11, 1), WORKER)  # fmt: skip
    with pytest.raises(ContractOver):
        scenario.do(EndContract, REVIEWER, contract_id=contract_id, ended_on=date(2026, 10, 1), reason="再次")


def test_refuses_what_is_no_contract(scenario: Scenario) -> None:
    """Bad input: each is told what is wrong, and nothing is recorded."""
    price = STATION["prices"][0]
    for wrong, why in (
        ({"name": " "}, "provider with a name"), ({"provider_id": ProviderId(DIVISION)}, "no provider"),
        ({"document": ""}, "document"), ({"until_date": date(2026, 8, 31)}, "before it begins"),
        ({"prices": ()}, "no service"), ({"prices": (price, price)}, "two prices"),
        ({"prices": (Price(service=ServiceKind.NURSING, price_fen=Fen(-1)),)}, "negative"), ({"ceiling_fen": Fen(0)}, "ceiling"),
    ):  # fmt: skip
        head = scenario.ledger.recorder.head()
        with pytest.raises(BadContract, match=why):
            scenario.do(ContractProvider, REVIEWER, **STATION | wrong)
        assert scenario.ledger.recorder.head() == head
    with pytest.raises(NotAllowed):
        scenario.do(ContractProvider, CLERK, **STATION)
    with pytest.raises(ContractUnknown):
        scenario.do(
            EndContract, REVIEWER, contract_id=ContractId("none"), ended_on=date(2026, 10, 1), reason="x"
        )
    contract = contracted(scenario)
    with pytest.raises(BadContract, match="before it begins"):
        scenario.do(EndContract, REVIEWER, contract_id=contract, ended_on=date(2026, 8, 1), reason="x")
