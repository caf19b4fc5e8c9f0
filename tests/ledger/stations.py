"""Building blocks of tests about purchased services: a provider's contract, and services under it."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.ids import ContractId, ServiceId
from ledger.kernel import Fen
from ledger.programmes.contract_events import Price, ServiceKind
from ledger.support.services import AcceptService, PlanService, RecordService
from ledger.support.services_events import AcceptedBy, ServicePlanned, ServiceRendered
from tests.ledger.test_contracts import WORKER, contracted
from tests.scenario import CLERK, Scenario

PRICES = (
    Price(service=ServiceKind.NURSING, price_fen=Fen(3_000)),
    Price(service=ServiceKind.VISITING, price_fen=Fen(1_000)),
)
PLAN: dict[str, Any] = {
    "service": ServiceKind.NURSING, "per_month": 2, "from_date": date(2026, 10, 1), "until_date": date(2026, 12, 31),
    "needs": "行动不便，需助浴",
}  # fmt: skip
VISIT: dict[str, Any] = {
    "worker": "某护理员", "rendered_on": date(2026, 10, 8), "from_time": "09:00", "until_time": "10:30", "done": "助浴",
}  # fmt: skip


def contract(scenario: Scenario, **other: Any) -> ContractId:
    return contracted(scenario, prices=PRICES, **other)


def planned(scenario: Scenario, under: ContractId, household: Any, person: Any, **other: Any) -> ServiceId:
    made = scenario.do(
        PlanService, CLERK, household_id=household, person_id=person, contract_id=under, **PLAN | other
    )
    return next(e.service_id for e in made.events if isinstance(e, ServicePlanned))


def rendered(scenario: Scenario, service: ServiceId, **other: Any) -> str:
    made = scenario.do(RecordService, WORKER, service_id=service, **VISIT | other)
    return next(e.visit for e in made.events if isinstance(e, ServiceRendered))


def accept(scenario: Scenario, service: ServiceId, visit: str) -> None:
    scenario.do(AcceptService, CLERK, service_id=service, visit=visit, accepted_by=AcceptedBy.BENEFICIARY,
                accepted_on=date(2026, 10, 20))  # fmt: skip
