"""Providers are contracted now and then, and some contracts end early."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from ledger.ids import ProviderId
from ledger.kernel import Fen, Role
from ledger.programmes.contract_events import Price, ProviderContracted, ServiceKind
from ledger.programmes.contracts import ContractProvider, EndContract

if TYPE_CHECKING:
    from tests.projections.histories import Life


def steps(life: Life) -> list[Callable[[], object]]:
    """A contract is signed, or ended."""

    def sign() -> None:
        day = life.day()
        prices = tuple(Price(service=s, price_fen=Fen(life.rng.randrange(1, 90))) for s in ServiceKind)
        life.do(ContractProvider, Role.REVIEWER, provider_id=ProviderId(f"{life.label}-q{life.rng.randrange(2)}"),
                organisation_id=life.rng.choice([*life.units, life.division]), name="某社工站", prices=prices, ceiling_fen=Fen(500),
                from_date=day, until_date=day + timedelta(days=365), document="合同1号")  # fmt: skip

    def end() -> None:
        contract = life.any(life.events(ProviderContracted))
        if contract is not None and life.rng.random() < 0.5:
            life.do(
                EndContract,
                Role.REVIEWER,
                contract_id=contract.contract_id,
                ended_on=life.day(),
                reason="提前终止",
            )

    return [sign, end]
