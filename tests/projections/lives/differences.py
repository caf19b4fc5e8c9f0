"""Facts become known late: recoveries are opened, and cancelled again by what is known later still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from ledger.identification.changes import ResumeEntitlement, SuspendEntitlement
from ledger.kernel import Role
from ledger.payments.differences_commands import OpenDifferences
from ledger.payments.differences_events import RecoveryCause
from ledger.payments.events import PaymentSettled
from ledger.standards.commands import SetStandard

if TYPE_CHECKING:
    from tests.projections.histories import Life


def steps(life: Life) -> list[Callable[[], object]]:
    """What is open is opened; a suspension known late and its end, each with what it leads to."""
    rng = life.rng

    def opened(entitlement: str) -> None:
        life.do(
            OpenDifferences,
            Role.REVIEWER,
            entitlement_id=entitlement,
            cause=rng.choice(list(RecoveryCause)),
            document="报告",
        )

    def deadline() -> None:
        for programme in ("dibao", "tekun"):
            life.do(SetStandard, Role.ADMIN, name="recovery_days", programme=programme, organisation_id=life.division,
                    value=rng.choice((15, 30)), unit="days", from_date=date(2026, 1, 1), document="示范文件")  # fmt: skip

    def some() -> None:
        if (entitlement := life.entitlement()) is not None:
            opened(entitlement.id)

    def late() -> None:
        line = life.any(life.events(PaymentSettled))
        if line is None:
            return
        deadline()
        why = {"entitlement_id": line.entitlement_id, "reason": "核查"}
        life.do(SuspendEntitlement, Role.REVIEWER, from_month=line.month, article="57 art. 32", **why)
        opened(line.entitlement_id)
        if rng.random() < 0.7:
            life.do(
                ResumeEntitlement,
                Role.REVIEWER,
                from_month=line.month,
                pay_suspended=rng.random() < 0.7,
                **why,
            )
            opened(line.entitlement_id)

    return [some, late, late]
