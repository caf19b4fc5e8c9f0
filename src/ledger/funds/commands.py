"""What may be done with funds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.funds.events import FundAllocated, FundReceived, Source
from ledger.funds.refusals import BadAmount, FundUnknown, NoUses, Overallocated
from ledger.funds.states import Fund
from ledger.kernel import Boundary, Command, Context, Event, Fen, FundId, Known, OrganisationId, Role
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.registry.commands import not_in_future


class ReceiveFund(Command, frozen=True, kw_only=True):
    """Records money that arrived, with the programmes it may pay [649 art. 5]."""

    ROLES: ClassVar = frozenset({Role.FINANCE})
    name: str
    source: Source
    year: int
    uses: tuple[str, ...]
    amount_fen: Fen
    document: str
    received_on: date

    def boundary(self, known: Known, context: Context) -> Boundary:
        return ()

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        if self.amount_fen <= 0:
            raise BadAmount(amount=self.amount_fen)
        if not self.uses:
            raise NoUses
        not_in_future(self.received_on, context.today, "receipt on", "到账日期")
        yield FundReceived(
            fund_id=context.new_id(FundId),
            name=self.name,
            source=self.source,
            year=self.year,
            uses=self.uses,
            amount_fen=self.amount_fen,
            document=self.document,
            occurred_on=self.received_on,
        )


class AllocateFund(Command, frozen=True, kw_only=True):
    """Gives part of a fund to an organisation, by whoever holds the fund; never more than is left [649 art. 65]."""

    ROLES: ClassVar = frozenset({Role.FINANCE})
    fund_id: FundId
    organisation_id: OrganisationId
    amount_fen: Fen
    document: str

    def boundary(self, known: Known, context: Context) -> Boundary:
        facts = [Fund.facts(self.fund_id), Organisation.facts(self.organisation_id)]
        fund = known.state(Fund, self.fund_id)
        if fund.exists and fund.held_by != self.organisation_id:
            facts.append(Organisation.facts(fund.held_by))
        return tuple(facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        fund = known.state(Fund, self.fund_id)
        if not fund.exists:
            raise FundUnknown(fund=self.fund_id)
        require_scope(context.actor, known.state(Organisation, fund.held_by))
        require_scope(context.actor, require_open(known, self.organisation_id, context.today))
        if self.amount_fen <= 0:
            raise BadAmount(amount=self.amount_fen)
        if self.amount_fen > fund.unallocated:
            raise Overallocated(left=fund.unallocated, asked=self.amount_fen)
        yield FundAllocated(
            fund_id=self.fund_id,
            organisation_id=self.organisation_id,
            amount_fen=self.amount_fen,
            document=self.document,
        )
