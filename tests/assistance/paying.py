"""A month paid for tests: drawn, reviewed, approved, sent and answered by the bank."""

from __future__ import annotations

from assistance.bank import Layout, simulate_bank
from assistance.bank_service import reconcile, send
from ledger.kernel import FundId, OrganisationId, RunId
from ledger.payments.commands import ApproveRun, ReviewRun
from tests.scenario import CLERK, FINANCE, NOW, REGIMENT, REVIEWER, Scenario

NEVER = 1 << 62


def pay(
    scenario: Scenario,
    fund: FundId,
    of: str,
    programme: str = "dibao",
    *,
    place: OrganisationId = REGIMENT,
    every: int = NEVER,
) -> RunId:
    """Pays a month; the bank sends back every so many lines."""
    run = scenario.draw(
        fund, of, programme=programme, organisation=place, actor=CLERK if place == REGIMENT else REVIEWER
    ).header
    reviewer = (
        REVIEWER
        if place == REGIMENT
        else REVIEWER.__class__(
            operator_id="reviewer-2", organisation_id=REVIEWER.organisation_id, role=REVIEWER.role
        )
    )
    scenario.do(ReviewRun, reviewer, run_id=run.run_id, roster_hash=run.roster_hash)
    scenario.do(ApproveRun, FINANCE, run_id=run.run_id, roster_hash=run.roster_hash)
    path = send(scenario.division, scenario.command_id(), run.run_id, FINANCE, NOW)
    returned = path.with_name(f"return-{run.run_id}-{path.name}")
    simulate_bank(Layout.load("csv_gb18030"), path, returned, every=every)
    reconcile(scenario.division, run.run_id, returned, FINANCE, NOW)
    return run.run_id
