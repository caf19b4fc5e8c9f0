"""Emergencies are told of, graded, aided and put on paper; imprests are spent and counted; the unknown are found out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ledger.emergency.aid import GiveEmergencyAid
from ledger.emergency.events import (
    AidForm,
    AidType,
    EmergencyKind,
    EmergencyMeetingHeld,
    EmergencyOutcome,
    EmergencyReported,
    FiledPaper,
    Grade,
    Reporter,
    Supply,
)
from ledger.emergency.grading import ApproveEmergencyAid, GradeEmergency, HoldEmergencyMeeting
from ledger.emergency.imprest_commands import (
    AdvanceImprest,
    OpenImprest,
    ReconcileImprest,
    ReplenishImprest,
    ReturnImprest,
)
from ledger.emergency.imprests import Imprest, last_day
from ledger.emergency.intake import ReportEmergency, Stricken
from ledger.emergency.paperwork import CloseEmergency, FilePaperwork, RecordEasing, RegulariseEmergency
from ledger.emergency.states import Emergency
from ledger.funds.commands import AllocateFund, ReceiveFund
from ledger.funds.events import FundReceived, Source
from ledger.funds.imprest_events import Difference, ImprestOpened
from ledger.kernel import Fen, Role
from ledger.registry.commands import NewMember
from ledger.registry.events import Area, MemberJoined, Relation, Sex
from ledger.registry.identifying import IdentifyPerson, WithdrawIdentification
from ledger.registry.identity_events import PersonIdentified
from ledger.standards.commands import SetStandard
from tests.emergencies import STANDARDS
from tests.projections.world import START

if TYPE_CHECKING:
    from tests.projections.histories import Life

TODAY = START.date()


class Office:
    """What happens at the office for emergencies of a life."""

    def __init__(self, life: Life) -> None:
        self.life, self.rng, self._receipts, self._ready = life, life.rng, 0, False

    def ready(self) -> None:
        """Standards of the place and a fund that pays, before the first emergency."""
        if self._ready:
            return
        self._ready = True
        for name, programme, area, tier, value, unit in STANDARDS:
            self.life.do(SetStandard, Role.ADMIN, name=name, programme=programme, organisation_id=self.life.division, area=area,
                         tier=tier, value=value, unit=unit, from_date=date(2026, 1, 1), document="示范文件2号")  # fmt: skip
        self.life.do(ReceiveFund, Role.FINANCE, name="临时救助", source=Source.DIVISION, year=2026, uses=("linshi_jiuzhu",),
                     amount_fen=Fen(900_000), document="财2号", received_on=date(2026, 8, 1))  # fmt: skip
        fund = next(e for e in reversed(self.life.events(FundReceived)) if e.uses == ("linshi_jiuzhu",))
        for unit in self.life.units:
            self.life.do(
                AllocateFund,
                Role.FINANCE,
                fund_id=fund.fund_id,
                organisation_id=unit,
                amount_fen=Fen(200_000),
                document="分2号",
            )
            self.life.do(OpenImprest, Role.FINANCE, organisation_id=unit, fund_id=fund.fund_id, ceiling_fen=Fen(100_000),
                         reconcile_days=5, document="备1号", opened_on=date(2026, 8, 1))  # fmt: skip

    def report(self) -> None:
        self.ready()
        household = self.life.household()
        day = self.life.day()
        who: dict[str, Any]
        match self.rng.randrange(3):
            case 0:
                who = {"household_id": household.id if household else None}
            case 1:
                who = {"stricken": (Stricken(id_number=self.rng.choice(self.life.numbers), name="过路人"),)}
            case _:
                who = {
                    "stricken": (Stricken(birth_date=date(1970, 1, 1), sex=Sex.MALE),)
                    * self.rng.randint(1, 2)
                }
        self.life.do(ReportEmergency, Role.CLERK, organisation_id=self.rng.choice(self.life.units), happened_on=day,
                     emergency_kind=self.rng.choice(list(EmergencyKind)), told_on=day, reporter_kind=self.rng.choice(list(Reporter)),
                     reporter=self.rng.choice((None, "某人")), what_happened="经过", happened_at="某地", area=self.rng.choice(list(Area)),
                     **who)  # fmt: skip
        if self.rng.random() < 0.7:
            for step in (self.grade, self.approve, self.give, self.give, self.file):
                step()

    def emergency(self) -> Emergency | None:
        """One of the last emergencies."""
        found = self.life.any(self.life.events(EmergencyReported)[-3:])
        return (
            None
            if found is None
            else self.life.read((Emergency.facts(found.emergency_id),)).state(Emergency, found.emergency_id)
        )

    def grade(self) -> None:
        if (emergency := self.emergency()) is not None:
            self.life.do(GradeEmergency, Role.CLERK, emergency_id=emergency.id, aid_type=AidType.URGENT, grounds="属实",
                         grade=self.rng.choice(list(Grade)), difficulty_tier=self.rng.randint(1, 2),
                         graded_on=emergency.file.happened_on)  # fmt: skip

    def approve(self) -> None:
        emergency = self.emergency()
        if emergency is None:
            return
        on = {"emergency_id": emergency.id}
        if self.rng.random() < 0.3:
            self.life.do(HoldEmergencyMeeting, Role.CLERK, took_part=tuple("甲乙丙丁戊"), in_favour=self.rng.randint(1, 5), against=0,
                         decided_fen=Fen(500_000), minutes_text="记录", document="纪要", held_on=emergency.file.happened_on, **on)  # fmt: skip
        meeting = self.life.any(
            [e for e in self.life.events(EmergencyMeetingHeld) if e.emergency_id == emergency.id]
        )
        self.life.do(ApproveEmergencyAid, self.rng.choice((Role.CLERK, Role.REVIEWER)), approved_fen=Fen(self.rng.randrange(1, 300_000)),
                     stages=self.rng.randint(1, 3), meeting_id=meeting.meeting_id if meeting else None,
                     decided_on=emergency.file.happened_on, **on)  # fmt: skip

    def give(self) -> None:
        emergency = self.emergency()
        if emergency is None:
            return
        amount, day = (
            Fen(self.rng.randrange(1, 30_000)),
            emergency.file.happened_on + timedelta(days=self.rng.randrange(3)),
        )
        here = [
            e for e in self.life.events(ImprestOpened) if e.organisation_id == emergency.file.organisation_id
        ]
        self._receipts += 1
        what: dict[str, Any]
        match self.rng.randrange(5):
            case 0 | 1 if here:
                what = {
                    "form": AidForm.CASH,
                    "amount_fen": amount,
                    "imprest_id": here[0].imprest_id,
                    "receipt_number": f"收{self._receipts}",
                }
            case 2 if here:
                what = {"form": AidForm.CASH, "amount_fen": amount, "fund_id": here[0].fund_id}
            case 3:
                what = {"form": AidForm.HANDOVER, "handed_to": "医疗救助"}
            case _:
                what = {
                    "form": AidForm.SUPPLIES,
                    "supplies": (Supply(item="面粉", quantity=2, measure_unit="袋", value_fen=amount),),
                }
        self.life.do(GiveEmergencyAid, Role.CLERK, emergency_id=emergency.id, given_on=min(day, TODAY),
                     recipient=self.rng.choice(emergency.file.person_ids), **what)  # fmt: skip

    def file(self) -> None:
        emergency = self.emergency()
        if emergency is None:
            return
        on: dict[str, Any] = {"emergency_id": emergency.id}
        if self.rng.random() < 0.3:
            self.life.do(RecordEasing, Role.CLERK, eased_on=TODAY, **on)
        missing = emergency.missing[: self.rng.choice((1, 9, 9))]
        self.life.do(FilePaperwork, Role.CLERK, papers=tuple(FiledPaper(paper=p, reference="卷1") for p in missing),
                     explanation="说明", filed_on=TODAY, **on)  # fmt: skip
        self.life.do(
            RegulariseEmergency,
            Role.CLERK,
            late_reason=self.rng.choice((None, "忙")),
            regularised_on=TODAY,
            **on,
        )
        if self.rng.random() < 0.5:
            self.life.do(
                CloseEmergency,
                Role.CLERK,
                outcome=self.rng.choice(list(EmergencyOutcome)),
                closing="办结",
                closed_on=TODAY,
                **on,
            )

    def cash(self) -> None:
        """Money in and out of an imprest, and a count."""
        opened = self.life.any(self.life.events(ImprestOpened))
        if opened is None:
            return
        on = {"imprest_id": opened.imprest_id}
        imprest = self.life.read((Imprest.facts(opened.imprest_id),)).state(Imprest, opened.imprest_id)
        amount, day = (
            Fen(self.rng.randrange(1, 60_000)),
            date(2026, self.rng.randint(8, 11), self.rng.randint(1, 20)),
        )
        totals = imprest.totals()
        if totals.spent > totals.replenished and self.rng.random() < 0.5:
            amount = Fen(self.rng.randint(1, totals.spent - totals.replenished))
            self.life.do(
                ReplenishImprest, Role.FINANCE, amount_fen=amount, document="单据", given_on=TODAY, **on
            )
        command = self.rng.choice((AdvanceImprest, AdvanceImprest, ReturnImprest))
        self.life.do(command, Role.FINANCE, amount_fen=amount, document="单据", given_on=day, **on)
        if self.rng.random() < 0.2:
            cash = max(imprest.totals(last_day(imprest.next_month)).cash - self.rng.choice((0, 100)), 0)
            short = imprest.totals(last_day(imprest.next_month)).cash - cash
            named = (Difference(amount_fen=Fen(short), reason="短缺"),) if short else ()
            self.life.do(ReconcileImprest, Role.REVIEWER, month=imprest.next_month, cash_fen=Fen(cash), differences=named,
                         document="盘点", **on)  # fmt: skip

    def identify(self) -> None:
        met = self.life.any([e for e in self.life.events(MemberJoined) if not e.identity_known])
        if met is None:
            return
        member = NewMember(id_number=self.rng.choice(self.life.numbers), name="查明", relation=Relation.OTHER)
        self.life.do(IdentifyPerson, Role.CLERK, household_id=met.household_id, person_id=met.person_id, known_person=member,
                     identified_on=TODAY, source="公安", document="函")  # fmt: skip
        found = self.life.any(self.life.events(PersonIdentified))
        if found is not None and self.rng.random() < 0.3:
            self.life.do(WithdrawIdentification, Role.CLERK, household_id=found.household_ids[0], person_id=found.person_id,
                         reason="有误", document="函")  # fmt: skip


def steps(life: Life) -> list[Callable[[], object]]:
    """What happens at the office for emergencies."""
    office = Office(life)
    return [
        office.report,
        office.report,
        office.grade,
        office.approve,
        office.give,
        office.file,
        office.cash,
        office.identify,
    ]
