"""Services are planned, rendered visit by visit, accepted or not, settled, and sometimes stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ledger.ids import ProviderId
from ledger.kernel import Fen, Role
from ledger.programmes.contract_events import Price, ProviderContracted, ServiceKind
from ledger.programmes.contracts import ContractProvider
from ledger.support.services import (
    AcceptService,
    DeclineService,
    PlanService,
    RecordService,
    SettleService,
    StopService,
)
from ledger.support.services_events import AcceptedBy, ServicePlanned
from ledger.support.services_states import Service

if TYPE_CHECKING:
    from tests.projections.histories import Life


class Stations:
    """What a provider with a contract of the whole division does."""

    def __init__(self, life: Life) -> None:
        self.life, self.rng = life, life.rng

    def plan(self) -> None:
        life = self.life
        wide = [c for c in life.events(ProviderContracted) if c.organisation_id == life.division]
        if not wide:
            prices = tuple(Price(service=s, price_fen=Fen(40)) for s in ServiceKind)
            life.do(ContractProvider, Role.REVIEWER, provider_id=ProviderId(f"{life.label}-q0"), organisation_id=life.division,
                    name="某社工站", prices=prices, ceiling_fen=Fen(200), from_date=date(2026, 8, 1),
                    until_date=date(2027, 7, 31), document="合同2号")  # fmt: skip
        contract, cover = life.any(wide), life.entitlement()
        if contract is None or cover is None or not cover.file.counted:
            return
        life.do(PlanService, Role.CLERK, household_id=cover.household_id, person_id=self.rng.choice(cover.file.counted),
                contract_id=contract.contract_id, service=self.rng.choice(list(ServiceKind)), per_month=self.rng.randint(1, 3),
                from_date=date(2026, 10, 1), until_date=date(2026, 12, 31), needs="行动不便")  # fmt: skip

    def service(self) -> Service | None:
        made = self.life.any(self.life.events(ServicePlanned))
        return (
            None
            if made is None
            else self.life.read((Service.facts(made.service_id),)).state(Service, made.service_id)
        )

    def render(self) -> None:
        service = self.service()
        if service is None or service.plan is None:
            return
        if self.rng.random() < 0.05:
            self.life.do(
                StopService, Role.CLERK, service_id=service.id, ended_on=self.life.day(), reason="不再需要"
            )
            return
        hour = self.rng.randrange(8, 17)
        self.life.do(RecordService, Role.PROVIDER, at=service.plan.provider_id, service_id=service.id, worker=self.rng.choice(("甲", "乙")),
                  rendered_on=self.life.today - timedelta(days=self.rng.randrange(50)), from_time=f"{hour:02d}:00",
                  until_time=f"{hour:02d}:45", done="打扫")  # fmt: skip

    def answer(self) -> None:
        service = self.service()
        if service is None:
            return
        for visit in service.visits.values():
            if self.rng.random() < 0.2:
                self.life.do(DeclineService, Role.CLERK, service_id=service.id, visit=visit.visit, reason="未到场",
                             declined_on=self.life.today)  # fmt: skip
            else:
                self.life.do(AcceptService, Role.CLERK, service_id=service.id, visit=visit.visit,
                             accepted_by=self.rng.choice(list(AcceptedBy)), accepted_on=self.life.today)  # fmt: skip
        accepted = sum(v.status == "accepted" for v in service.visits.values())
        self.life.do(SettleService, Role.FINANCE, service_id=service.id, until_date=self.life.today,
                     claimed_fen=Fen(40 * accepted), invoice="发票1号")  # fmt: skip


def steps(life: Life) -> list[Callable[[], object]]:
    """Services, often enough for all of it to happen."""
    station = Stations(life)
    return [
        station.plan,
        station.plan,
        station.render,
        station.render,
        station.render,
        station.answer,
        station.answer,
    ]
