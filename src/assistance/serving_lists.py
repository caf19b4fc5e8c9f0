"""The API's way to rises of standards and bulk subsidies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from assistance.raising import ProposeRaise, carry_out_raise, propose_raise
from assistance.subsidies import grant_subsidy
from assistance.wiring import Division
from graphql_api.ports import BulkOutcome
from ledger.assistance.bulk import Subsidy
from ledger.assistance.bulk_events import SubsidyKind, SubsidyUnit
from ledger.ids import RaiseId
from ledger.kernel import Actor, CommandId, Fen, OrganisationId, month


class ListSteps:
    """The steps that freeze a list and carry it out."""

    def __init__(self, division: Division) -> None:
        self._division = division

    def propose_raise(
        self, command_id: str, organisation_id: str, programme: str, from_month: str, reason: str, article: str, actor: Actor
    ) -> BulkOutcome:  # fmt: skip
        """Lists a rise; tells how many households, refusals and sums, and the hash to review by."""
        asked = ProposeRaise(
            CommandId(command_id),
            OrganisationId(organisation_id),
            programme,
            month(from_month),
            reason,
            article,
        )
        result = propose_raise(self._division, asked, actor, datetime.now(UTC))
        header = result.header
        told = (
            f"{header.households} households 户, left out 未调整 {header.left_out}, rescreened 重新筛查 {header.rescreened},"
            f" roster 名册 {header.roster_hash}"
        )
        return BulkOutcome(result.position, "raise", header.raise_id, told, result.duplicate)

    def carry_out_raise(self, raise_id: str, actor: Actor) -> BulkOutcome:
        """Carries out an approved rise; tells how many households were adjusted."""
        result = carry_out_raise(self._division, RaiseId(raise_id), actor, datetime.now(UTC))
        told = f"adjusted 已调整 {result.adjusted}, left out 未调整 {result.left_out}"
        return BulkOutcome(result.position, "raise", raise_id, told, result.duplicate)

    def grant_subsidy(
        self, command_id: str, organisation_id: str, subsidy: str, on: date, of: str, unit: str, each_fen: int,
        categories: Sequence[str], document: str, actor: Actor,
    ) -> BulkOutcome:  # fmt: skip
        """Freezes and awards a roster; tells how many people and its hash."""
        asked = Subsidy(
            OrganisationId(organisation_id), SubsidyKind(subsidy), on, month(of), SubsidyUnit(unit), Fen(each_fen),
            tuple(categories), document,
        )  # fmt: skip
        result = grant_subsidy(self._division, CommandId(command_id), asked, actor, datetime.now(UTC))
        header = result.header
        told = (
            f"{header.households} households 户, {header.people} people 人, roster 名册 {header.roster_hash}"
        )
        return BulkOutcome(result.position, "roster", header.roster_ids[0], told, result.duplicate)
