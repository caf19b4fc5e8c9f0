"""The demo's money: funds received and allocated, three months paid by unit and programme, returned lines paid again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from assistance.bank import Layout, simulate_bank
from assistance.bank_service import lines_of, reconcile, reissue, send
from assistance.payment_service import DrawRun, draw
from ledger.funds.commands import AllocateFund, ReceiveFund
from ledger.funds.events import FundReceived, Source
from ledger.kernel import Fen, FundId, Month, OrganisationId, RunId, derived_id
from ledger.payments.commands import ApproveRun, ReviewRun
from ledger.payments.events import PaymentReturned, RunDrawn
from ledger.payments.refusals import NothingDue
from projections.runner import Runner

if TYPE_CHECKING:
    from assistance.demo import Demo

PROGRAMMES = ("dibao", "tekun")
FUNDS = (
    ("central", "中央财政困难群众救助补助资金", Source.CENTRAL, 55),
    ("corps", "兵团财政困难群众救助补助资金", Source.CORPS, 45),
    ("division", "师市配套救助资金", Source.DIVISION, 20),
)
"""(label, name, source, percent of three months' need)."""


def fund_division(demo: Demo, units: Sequence[str], progress: Callable[[int], object]) -> None:
    """Receives three funds and gives each unit its part, by what its households are due in three months."""
    with Runner(demo.division.url, demo.division.schema) as runner:
        runner.catch_up()
        rows = runner.connection.execute(
            "SELECT organisation_id, sum(total_fen)::bigint FROM entitlements GROUP BY 1"
        )
        need = {unit: int(total) * 3 for unit, total in rows.fetchall()}
    if demo.done(f"allocate/division/{units[-1]}"):
        return
    day = date(2026, 8, 28)
    for label, name, source, percent in FUNDS:
        shares = {unit: need.get(unit, 0) * percent // 100 for unit in units}
        made = demo.do(f"fund/{label}", ReceiveFund, demo.finance, day, name=name, source=source, year=2026,
                       uses=PROGRAMMES, amount_fen=Fen(-(-sum(need.values()) * (percent + 5) // 100 // 10_000_000) * 10_000_000),
                       document=f"示范财社〔2026〕{percent}号", received_on=day)  # fmt: skip
        fund = next(e.fund_id for e in made.events if isinstance(e, FundReceived))
        for count, unit in enumerate(units, 1):
            demo.do(f"allocate/{label}/{unit}", AllocateFund, demo.finance, day, fund_id=fund,
                    organisation_id=OrganisationId(unit), amount_fen=Fen(shares[unit]), document="示范分配1号")  # fmt: skip
            progress(count)


def funds(demo: Demo) -> tuple[FundId, ...]:
    """The demo's funds in the order they are used."""
    return tuple(FundId(derived_id(demo.command_id(f"fund/{label}"), "fund/")) for label, *_ in FUNDS)


def days(month: Month) -> tuple[date, date]:
    """The days a month's run is prepared and answered."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, 5), date(year, number, 9)


def pay_month(demo: Demo, units: Sequence[str], month: Month, progress: Callable[[int], object]) -> None:
    """Draws, reviews, approves, sends and reconciles every unit's run of every programme."""
    prepared, answered = days(month)
    for count, (unit, programme) in enumerate(((u, p) for u in units for p in PROGRAMMES), 1):
        label = f"run/{month}/{unit}/{programme}"
        command = DrawRun(demo.command_id(label), OrganisationId(unit), programme, month, funds(demo))
        from assistance.demo import at

        try:
            header = draw(demo.division, command, demo.clerk(unit), at(prepared)).header
        except NothingDue:
            continue
        through_the_bank(demo, label, header, prepared, answered)
        progress(count)


def through_the_bank(demo: Demo, label: str, header: RunDrawn, prepared: date, answered: date) -> None:
    """Reviews, approves and sends a run, and reconciles what the simulated bank answers."""
    from assistance.demo import at

    demo.do(
        f"{label}/review",
        ReviewRun,
        demo.reviewer,
        prepared,
        run_id=header.run_id,
        roster_hash=header.roster_hash,
    )
    approver = demo.finance
    demo.do(
        f"{label}/approve",
        ApproveRun,
        approver,
        prepared,
        run_id=header.run_id,
        roster_hash=header.roster_hash,
    )
    path = send(demo.division, demo.command_id(f"{label}/send"), header.run_id, demo.finance, at(prepared))
    returned = path.with_name(f"{path.stem}-回盘{path.suffix}")
    every = 160 if "reissue" not in label else 1 << 62
    simulate_bank(Layout.load("csv_gb18030"), path, returned, every=every)
    reconcile(demo.division, header.run_id, returned, demo.finance, at(answered))


def reissue_month(demo: Demo, units: Sequence[str], month: Month, progress: Callable[[int], object]) -> None:
    """Gives the households of returned lines another account and pays the lines again."""
    from assistance.demo_life import new_account

    for count, (unit, programme) in enumerate(((u, p) for u in units for p in PROGRAMMES), 1):
        label = f"run/{month}/{unit}/{programme}"
        again = demo.command_id(f"{label}/reissue")
        run_id = RunId(derived_id(demo.command_id(label), "run/0"))
        _, _, known = lines_of(demo.division, run_id)
        returned = list(known.events(PaymentReturned))
        progress(count)
        if not returned:
            continue
        prepared, answered = (
            date(int(month[:4]), int(month[5:]), 16),
            date(int(month[:4]), int(month[5:]), 20),
        )
        for line in returned:
            new_account(demo, unit, line, prepared)
        from assistance.demo import at

        header = reissue(demo.division, again, run_id, funds(demo), demo.clerk(unit), at(prepared)).header
        through_the_bank(demo, f"{label}/reissue", header, prepared, answered)
