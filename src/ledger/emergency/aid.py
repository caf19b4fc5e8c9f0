"""Giving aid: a small amount first, what was approved in stages, in cash, in goods, or by handing on [S 三(三); TA 二(四)]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.emergency.amounts import aid_facts, had_before, window_facts
from ledger.emergency.events import PROGRAMME, AidForm, EmergencyAidGiven, Grade, Supply
from ledger.emergency.grading import EmergencyCommand
from ledger.emergency.imprest_commands import require_fund, require_open_day
from ledger.emergency.imprests import Imprest
from ledger.emergency.refusals import (
    AboveSmallAmount,
    BadAid,
    ImprestShort,
    ImprestUnknown,
    NotApproved,
    ReceiptNeeded,
    StagesUsed,
)
from ledger.emergency.states import Emergency
from ledger.funds.imprest_events import AidCommitted, ImprestSpent
from ledger.ids import ImprestId
from ledger.kernel import Basis, Context, Event, Facts, Fen, FundId, Known, Named, OrganisationId, PersonId
from ledger.payments.states import SpentFund
from ledger.registry.refusals import NotMember, PersonDeceased
from ledger.registry.states import Membership
from ledger.standards.book import StandardBook

FORMS = {
    AidForm.CASH: ("现金", "cash"),
    AidForm.SUPPLIES: ("实物", "goods"),
    AidForm.HANDOVER: ("转介服务", "handed on"),
}


class GiveEmergencyAid(EmergencyCommand, frozen=True, kw_only=True):
    """Hands aid over: first a small amount for a light emergency, otherwise within what was approved and in its stages.

    Cash comes from the imprest, against a receipt, or is bound on a fund and paid by finance; goods state what they are
    worth; who is handed on goes to another programme, department or charity.
    """

    form: AidForm
    amount_fen: Fen = Fen(0)
    """Of cash; the worth of goods is that of the things."""
    supplies: tuple[Supply, ...] = ()
    handed_to: str | None = None
    recipient: PersonId
    imprest_id: ImprestId | None = None
    fund_id: FundId | None = None
    receipt_number: str | None = None
    given_on: date

    def more(self, emergency: Emergency, lineage: tuple[str, ...], known: Known) -> list[Facts]:
        file = emergency.file
        facts = [
            *window_facts(lineage),
            *aid_facts(known, file.household_id, file.person_ids),
            Membership.facts(self.recipient),
        ]
        if self.imprest_id is not None:
            facts.append(Imprest.facts(self.imprest_id))
        if self.fund_id is not None:
            facts.append(SpentFund.facts(self.fund_id))
        return facts

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        emergency = self.emergency(known, context, self.given_on, "aid on", "救助日期")
        self._check()
        file = emergency.file
        if self.recipient not in file.person_ids:
            raise NotMember(person=self.recipient, day=self.given_on)
        died_on = known.state(Membership, self.recipient).died_on
        if died_on is not None and died_on < self.given_on:
            raise PersonDeceased(person=self.recipient, day=died_on)
        amount = self.worth
        if self.form is not AidForm.HANDOVER:
            self._within(emergency, amount, known)
        zh, en = FORMS[self.form]
        yield EmergencyAidGiven(
            form=self.form, amount_fen=Fen(amount) if amount else None, supplies=self.supplies, handed_to=self.handed_to,
            recipient=self.recipient, stage=emergency.times + 1,
            imprest_id=self.imprest_id, fund_id=self.fund_id, receipt=self.receipt_number, occurred_on=self.given_on,
            basis=Basis(rule="S 三(三); TA 二(四)"), note=Named(zh=zh, en=en), **self.of(emergency),
        )  # fmt: skip
        yield from self._money(emergency, amount, known, context)

    @property
    def worth(self) -> int:
        """What is given, in fen."""
        return (
            sum(one.value_fen for one in self.supplies)
            if self.form is AidForm.SUPPLIES
            else int(self.amount_fen)
        )

    def _check(self) -> None:
        cash, goods, on = (self.form is form for form in (AidForm.CASH, AidForm.SUPPLIES, AidForm.HANDOVER))
        sources = (self.imprest_id is not None) + (self.fund_id is not None)
        checks = (
            (not cash and self.amount_fen != 0, "only cash is an amount; goods state what they are worth", "仅现金填写金额，实物填写价值"),
            (cash and self.amount_fen <= 0, "cash of nothing", "现金金额须大于零"),
            (goods != bool(self.supplies), "goods are named, each with its worth", "实物须逐项列明及其价值"),
            (any(not g.item.strip() or g.quantity <= 0 or g.value_fen < 0 for g in self.supplies),
             "a thing without name or number, or of negative worth", "实物名称、数量或价值无效"),
            (on != bool((self.handed_to or "").strip()), "say to whom somebody is handed on", "转介须写明转介对象"),
            (cash and sources != 1, "cash comes from one imprest or one fund", "现金须来自一项备用金或一项资金"),
            (sources > 1, "it comes from one source", "只能有一个资金来源"),
            (on and sources > 0, "to hand on costs nothing", "转介不使用资金"),
        )  # fmt: skip
        for wrong, why, why_zh in checks:
            if wrong:
                raise BadAid(why=why, why_zh=why_zh)

    def _within(self, emergency: Emergency, amount: int, known: Known) -> None:
        """Within what was approved; before any approval a small amount, for a light emergency, however it is split."""
        file = emergency.file
        if file.approvals:
            if emergency.given_fen + amount > emergency.approved_fen:
                raise NotApproved(asked=amount, approved=emergency.approved_fen, given=emergency.given_fen)
            if emergency.times - file.given_first >= emergency.stages:
                raise StagesUsed(stages=emergency.stages)
            return
        if file.grade is not Grade.LIGHT or file.small_limit_fen is None:
            raise NotApproved(asked=amount, approved=0, given=emergency.given_fen)
        window = StandardBook(known.events(Event)).get(
            "split_window", PROGRAMME, self.lineage(emergency, known), self.given_on
        )
        before = had_before(
            known, emergency.id, file.household_id, file.person_ids, self.given_on, window.value
        )
        if before.unapproved + amount > file.small_limit_fen:
            raise AboveSmallAmount(
                limit=file.small_limit_fen, before=before.unapproved, since=before.since, asked=amount
            )

    def _money(self, emergency: Emergency, amount: int, known: Known, context: Context) -> Iterable[Event]:
        place = OrganisationId(emergency.file.organisation_id)
        if self.fund_id is not None:
            require_fund(known, self.fund_id, place, amount)
            yield AidCommitted(
                emergency_id=self.emergency_id, fund_id=self.fund_id, organisation_id=place, programme=PROGRAMME,
                amount_fen=Fen(amount), occurred_on=self.given_on,
            )  # fmt: skip
        if self.imprest_id is None:
            return
        imprest = known.state(Imprest, self.imprest_id)
        if not imprest.exists or imprest.file.organisation_id != place:
            raise ImprestUnknown(imprest=self.imprest_id)
        require_open_day(imprest, self.given_on, context.today)
        receipt = (self.receipt_number or "").strip()
        if not receipt:
            raise ReceiptNeeded(why="none was named", why_zh="未填写收据编号")
        if receipt in imprest.receipts():
            raise ReceiptNeeded(why=f"{receipt} was used before", why_zh=f"收据{receipt}已使用")
        cash = imprest.cash_since(self.given_on)
        if amount > cash:
            raise ImprestShort(cash=cash, asked=amount)
        yield ImprestSpent(
            imprest_id=self.imprest_id, fund_id=FundId(imprest.file.fund_id), organisation_id=place,
            emergency_id=self.emergency_id, programme=PROGRAMME, amount_fen=Fen(amount), receipt=receipt,
            occurred_on=self.given_on,
        )  # fmt: skip
