"""The demo's emergencies: a light and a heavy one, one after the full procedure, somebody unknown found out later, paperwork
that is overdue, and a regiment's imprest with a month that was counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from assistance.generator.people import Inventor
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
    Paper,
    Reporter,
    Supply,
)
from ledger.emergency.grading import ApproveEmergencyAid, GradeEmergency, HoldEmergencyMeeting
from ledger.emergency.imprest_commands import AdvanceImprest, OpenImprest, ReconcileImprest, ReplenishImprest
from ledger.emergency.intake import ReportEmergency, Stricken
from ledger.emergency.paperwork import CloseEmergency, FilePaperwork, RecordEasing, RegulariseEmergency
from ledger.funds.commands import AllocateFund, ReceiveFund
from ledger.funds.events import FundReceived, Source
from ledger.funds.imprest_events import ImprestOpened
from ledger.identification.decisions import ConfirmCategory
from ledger.identification.events import ApplicationSubmitted
from ledger.identification.procedure import (
    AcceptApplication,
    AuthoriseCheck,
    EndPublicity,
    GiveOpinion,
    RecordHomeVisit,
    RecordMeansCheck,
    ReportToCounty,
    StartPublicity,
    SubmitApplication,
)
from ledger.ids import FundId, ImprestId
from ledger.kernel import Actor, Fen, HouseholdId, HouseholdNumber, Month, Named, OrganisationId, PersonId
from ledger.programmes.commands import DefineCategory
from ledger.programmes.events import CoverLevel, Rule
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.commands import NewMember, RegisterHousehold
from ledger.registry.events import Area, HouseholdRegistered, IncomeLine, MemberJoined, Relation, Sex
from ledger.registry.identifying import IdentifyPerson
from ledger.standards.commands import SetStandard

if TYPE_CHECKING:
    from assistance.demo import Demo

Bar = Callable[[str, int | None], Callable[[int], object]]
PROGRAMME = "linshi_jiuzhu"
DOCUMENT = "示范临时救助办法1号"
STANDARDS = (
    ("aid_multiple", PROGRAMME, None, "urgent-1", 1_000, "permille"),
    ("aid_multiple", PROGRAMME, None, "urgent-2", 3_000, "permille"),
    ("aid_multiple", PROGRAMME, None, "spending-1", 4_000, "permille"),
    ("town_limit", PROGRAMME, None, None, 6_000, "permille"),
    ("small_amount", PROGRAMME, None, None, 50_000, "fen"),
    ("paperwork_days", PROGRAMME, None, "light", 5, "days"),
    ("paperwork_days", PROGRAMME, None, "heavy", 10, "days"),
    ("split_window", PROGRAMME, None, None, 90, "days"),
    ("meeting_quorum", PROGRAMME, None, None, 5, "count"),
    ("property_limit", PROGRAMME, None, None, 6_000_000, "fen"),
    ("disposable_income", None, "urban", None, 4_500_000, "fen_per_year"),
    ("disposable_income", None, "rural", None, 2_800_000, "fen_per_year"),
)


class Story:
    """One regiment's emergencies in October and November."""

    def __init__(self, demo: Demo, unit: str, progress: Callable[[int], object]) -> None:
        self.demo, self.unit, self.clerk = demo, OrganisationId(unit), demo.clerk(unit)
        self.inventor = Inventor(47, date(2026, 10, 1))
        self._progress, self._count = progress, 0

    def do(self, label: str, command: type[Any], day: date, actor: Actor | None = None, **fields: Any) -> Any:
        made = self.demo.do(f"emergency/{label}", command, actor or self.clerk, day, **fields)
        self._count += 1
        self._progress(self._count)
        return made

    def household(self, label: str, day: date) -> tuple[HouseholdId, list[PersonId]]:
        """A household of the regiment that had nothing before."""
        family = self.inventor.household(f"{self.unit}7{label}", f"{self.unit}-c1", "城镇")
        members = tuple(
            NewMember(id_number=p.id_number, name=p.name, relation=Relation.OTHER if n else Relation.HEAD)
            for n, p in enumerate(family.people)
        )
        made = self.do(f"{label}/register", RegisterHousehold, day, number=HouseholdNumber(family.number), organisation_id=self.unit,
                       area=Area.URBAN, address=family.address, consent_on=day, members=members)  # fmt: skip
        home = next(e.household_id for e in made.events if isinstance(e, HouseholdRegistered))
        self.do(f"{label}/declare", DeclareCircumstances, day, household_id=home, declared_on=day,
                income=(IncomeLine(kind="wage", annual_fen=Fen(2_400_000)),))  # fmt: skip
        return home, [e.person_id for e in made.events if isinstance(e, MemberJoined)]

    def report(self, label: str, day: date, kind: EmergencyKind, what: str, **who: Any) -> EmergencyReported:
        made = self.do(f"{label}/report", ReportEmergency, day, organisation_id=self.unit, emergency_kind=kind, happened_on=day,
                       told_on=day, reporter_kind=Reporter.COMPANY_WORKER, what_happened=what, happened_at="连队居民点", **who)  # fmt: skip
        return next(e for e in made.events if isinstance(e, EmergencyReported))

    def step(
        self,
        label: str,
        command: type[Any],
        met: EmergencyReported,
        day: date,
        actor: Actor | None = None,
        **fields: Any,
    ) -> Any:
        return self.do(label, command, day, actor, emergency_id=met.emergency_id, **fields)

    def grade(self, label: str, met: EmergencyReported, grade: Grade, tier: int, day: date) -> None:
        self.step(f"{label}/grade", GradeEmergency, met, day, aid_type=AidType.URGENT, grade=grade, difficulty_tier=tier,
                  grounds="经实地查看", graded_on=day)  # fmt: skip

    def file(self, label: str, met: EmergencyReported, day: date, *papers: Paper) -> None:
        filed = tuple(FiledPaper(paper=paper, reference=f"急难卷〔2026〕{label}") for paper in papers)
        self.step(
            f"{label}/file",
            FilePaperwork,
            met,
            day,
            papers=filed,
            explanation="先行救助情况说明",
            filed_on=day,
        )

    # --- what happens ---

    def parameters(self) -> None:
        day = date(2026, 8, 20)
        division = self.demo.admin.organisation_id
        for name, programme, area, tier, value, unit in STANDARDS:
            self.do(f"standard/{name}/{tier}/{area}", SetStandard, day, self.demo.admin, name=name, programme=programme, area=area,
                    tier=tier, organisation_id=division, value=value, unit=unit, from_date=date(2026, 1, 1), document=DOCUMENT)  # fmt: skip
        self.do("category", DefineCategory, day, self.demo.admin, code=PROGRAMME, assessment=Rule.LISTED, pays=False,
                named=Named(zh="支出型临时救助对象", en="spending-type temporary aid"), cover_level=CoverLevel.HOUSEHOLD,
                from_date=date(2026, 1, 1), document=DOCUMENT)  # fmt: skip

    def imprest(self) -> tuple[ImprestId, FundId]:
        """20,000 yuan of a fund for temporary aid, of which the regiment keeps 5,000 in hand."""
        day, finance = date(2026, 9, 28), self.demo.finance
        made = self.do("fund", ReceiveFund, day, finance, name="师市临时救助资金", source=Source.DIVISION, year=2026, uses=(PROGRAMME,),
                       amount_fen=Fen(2_000_000), document="示范财社〔2026〕47号", received_on=day)  # fmt: skip
        fund = next(e.fund_id for e in made.events if isinstance(e, FundReceived))
        self.do("fund/allocate", AllocateFund, day, finance, fund_id=fund, organisation_id=self.unit, amount_fen=Fen(2_000_000),
                document="示范分配47号")  # fmt: skip
        opened = self.do("imprest/open", OpenImprest, date(2026, 10, 1), finance, organisation_id=self.unit, fund_id=fund,
                         ceiling_fen=Fen(500_000), reconcile_days=5, document="示范备用金1号", opened_on=date(2026, 10, 1))  # fmt: skip
        imprest = next(e.imprest_id for e in opened.events if isinstance(e, ImprestOpened))
        self.do("imprest/advance", AdvanceImprest, date(2026, 10, 8), finance, imprest_id=imprest, amount_fen=Fen(500_000),
                document="示范拨款1号", given_on=date(2026, 10, 8))  # fmt: skip
        return imprest, fund

    def light(self, imprest: ImprestId) -> None:
        """A kitchen fire: 400 yuan at once, explained four days later, closed."""
        day, (home, people) = date(2026, 10, 13), self.household("01", date(2026, 10, 9))
        met = self.report("light", day, EmergencyKind.FIRE, "厨房失火，炊具和被褥受损", household_id=home)
        self.grade("light", met, Grade.LIGHT, 1, day)
        self.step("light/give", GiveEmergencyAid, met, day, form=AidForm.CASH, amount_fen=Fen(40_000), recipient=people[0],
                  imprest_id=imprest, receipt_number="收2026-001", given_on=day)  # fmt: skip
        done = day + timedelta(days=3)
        self.file("light", met, done, Paper.EXPLANATION)
        self.step("light/complete", RegulariseEmergency, met, done, regularised_on=done)
        self.step(
            "light/close",
            CloseEmergency,
            met,
            done,
            outcome=EmergencyOutcome.AIDED,
            closing="生活恢复正常",
            closed_on=done,
        )

    def heavy(self, imprest: ImprestId, fund: FundId) -> None:
        """A traffic accident: a meeting allows more than the standard, given in two stages and in supplies; signed within the clock."""
        day, (home, people) = date(2026, 10, 20), self.household("02", date(2026, 10, 9))
        met = self.report(
            "heavy", day, EmergencyKind.TRAFFIC, "主要劳动力遭遇交通事故住院", household_id=home
        )
        self.grade("heavy", met, Grade.HEAVY, 2, day)
        total = Fen(1_000_000)
        held = self.step("heavy/meeting", HoldEmergencyMeeting, met, day, took_part=("分管领导", "民政办主任", "连队书记", "社会工作者", "居民代表"),
                         in_favour=5, against=0, decided_fen=total, minutes_text="同意先行救助一万元，分两期", document="示范纪要1号",
                         held_on=day)  # fmt: skip
        meeting = next(e.meeting_id for e in held.events if isinstance(e, EmergencyMeetingHeld))
        self.step(
            "heavy/approve",
            ApproveEmergencyAid,
            met,
            day,
            approved_fen=total,
            stages=3,
            meeting_id=meeting,
            decided_on=day,
        )
        self.step("heavy/give/1", GiveEmergencyAid, met, day, form=AidForm.CASH, amount_fen=Fen(200_000), recipient=people[0],
                  imprest_id=imprest, receipt_number="收2026-002", given_on=day)  # fmt: skip
        self.step("heavy/give/2", GiveEmergencyAid, met, day, form=AidForm.SUPPLIES, recipient=people[0], given_on=day,
                  supplies=(Supply(item="取暖煤", quantity=1, measure_unit="吨", value_fen=Fen(90_000)),))  # fmt: skip
        self.step(
            "heavy/on",
            GiveEmergencyAid,
            met,
            day,
            form=AidForm.HANDOVER,
            handed_to="医疗救助",
            recipient=people[0],
            given_on=day,
        )
        later = date(2026, 10, 27)
        self.step("heavy/give/3", GiveEmergencyAid, met, later, form=AidForm.CASH, amount_fen=Fen(500_000), recipient=people[0],
                  fund_id=fund, given_on=later)  # fmt: skip
        self.step("heavy/eased", RecordEasing, met, later, eased_on=later)
        done = date(2026, 11, 5)
        self.file("heavy", met, done, Paper.RECIPIENT_REGISTERED, Paper.GROUNDS, Paper.AMOUNT_GIVEN, Paper.MATERIALS,
                  Paper.HANDLER_SIGNATURE, Paper.SEAL)  # fmt: skip
        self.step("heavy/complete", RegulariseEmergency, met, done, regularised_on=done)

    def unknown(self, imprest: ImprestId) -> None:
        """Somebody without papers is found in the cold and helped; three weeks later it is known who it is."""
        day = date(2026, 10, 26)
        met = self.report("unknown", day, EmergencyKind.STRANDED, "夜间在车站发现，无证件，神志不清",
                          stricken=(Stricken(birth_date=date(1958, 1, 1), sex=Sex.MALE),))  # fmt: skip
        self.grade("unknown", met, Grade.LIGHT, 1, day)
        self.step("unknown/give", GiveEmergencyAid, met, day, form=AidForm.CASH, amount_fen=Fen(30_000), recipient=met.person_ids[0],
                  imprest_id=imprest, receipt_number="收2026-003", given_on=day)  # fmt: skip
        self.file("unknown", met, day + timedelta(days=2), Paper.EXPLANATION)
        self.step(
            "unknown/complete",
            RegulariseEmergency,
            met,
            day + timedelta(days=2),
            regularised_on=day + timedelta(days=2),
        )
        who = self.inventor.person("户主", 66, 70)
        known = NewMember(id_number=who.id_number, name=who.name, relation=Relation.HEAD)
        self.do("unknown/identify", IdentifyPerson, date(2026, 11, 16), household_id=met.household_id, person_id=met.person_ids[0],
                known_person=known, identified_on=date(2026, 11, 16), source="公安人像比对", document="示范协查函1号")  # fmt: skip

    def overdue(self) -> None:
        """Aid given at the beginning of November of which nothing is on paper yet: signatures and seal are missing, overdue."""
        day, (home, people) = date(2026, 11, 2), self.household("03", date(2026, 10, 9))
        met = self.report("overdue", day, EmergencyKind.ILLNESS, "家庭成员突发脑出血", household_id=home)
        self.grade("overdue", met, Grade.HEAVY, 2, day)
        self.step("overdue/approve", ApproveEmergencyAid, met, day, approved_fen=Fen(200_000), decided_on=day)
        self.step("overdue/give", GiveEmergencyAid, met, day, form=AidForm.SUPPLIES, recipient=people[0], given_on=day,
                  supplies=(Supply(item="护理用品", quantity=1, measure_unit="套", value_fen=Fen(80_000)),))  # fmt: skip
        self.file(
            "overdue", met, date(2026, 11, 6), Paper.RECIPIENT_REGISTERED, Paper.GROUNDS, Paper.AMOUNT_GIVEN
        )

    def spending(self, fund: FundId) -> None:
        """School and treatment cost more than a household can bear: the full procedure first, then aid."""
        first, (home, people) = date(2026, 10, 12), self.household("04", date(2026, 10, 9))
        made = self.do("spending/submit", SubmitApplication, first, household_id=home, category=PROGRAMME, applicant=people[0],
                       covered=tuple(people), submitted_on=first)  # fmt: skip
        case = next(e.case_id for e in made.events if isinstance(e, ApplicationSubmitted))
        on = [first + timedelta(days=n) for n in range(30)]
        for name, command, day, fields in (
            ("accept", AcceptApplication, on[1], {"accepted_on": on[1]}),
            ("authorise", AuthoriseCheck, on[1], {"authorised_by": tuple(people), "authorised_on": on[1]}),
            ("check", RecordMeansCheck, on[4], {"source": "师市居民家庭经济状况核对中心", "as_of": on[2], "received_on": on[4],
                                                "report": "核对2026-临1"}),
            ("visit", RecordHomeVisit, on[4], {"visitors": (f"clerk-{self.unit}", f"worker-{self.unit}"), "signed": True, "visited_on": on[4]}),
            ("opinion", GiveOpinion, on[7], {"approve": True, "reason": "必需支出超出家庭承受能力", "given_on": on[7]}),
            ("publicity", StartPublicity, on[7], {"place": "社区公示栏", "started_on": on[7], "shown_name": "某**"}),
            ("publicity-end", EndPublicity, on[14], {"ended_on": on[14]}),
            ("county", ReportToCounty, on[14], {"reported_on": on[14]}),
        ):  # fmt: skip
            self.do(f"spending/{name}", command, day, case_id=case, **fields)
        self.do(
            "spending/confirm", ConfirmCategory, on[17], self.demo.reviewer, case_id=case, decided_on=on[17]
        )
        met = self.report(
            "spending", on[18], EmergencyKind.SPENDING, "子女就学和成员透析支出突增", household_id=home
        )
        self.step("spending/grade", GradeEmergency, met, on[18], aid_type=AidType.SPENDING, difficulty_tier=1, case_id=case,
                  spending_fen=Fen(4_800_000), grounds="支出凭据已核实", graded_on=on[18])  # fmt: skip
        self.step(
            "spending/approve",
            ApproveEmergencyAid,
            met,
            on[18],
            self.demo.reviewer,
            approved_fen=Fen(300_000),
            decided_on=on[18],
        )
        self.step("spending/give", GiveEmergencyAid, met, on[19], form=AidForm.CASH, amount_fen=Fen(300_000), recipient=people[0],
                  fund_id=fund, given_on=on[19])  # fmt: skip
        self.step(
            "spending/close",
            CloseEmergency,
            met,
            on[22],
            outcome=EmergencyOutcome.AIDED,
            closing="救助到位",
            closed_on=on[22],
        )

    def month_end(self, imprest: ImprestId) -> None:
        """October's receipts are made up for, the cash is counted by somebody who gave none out."""
        self.do("imprest/replenish", ReplenishImprest, date(2026, 10, 30), self.demo.finance, imprest_id=imprest,
                amount_fen=Fen(270_000), document="示范报账1号", given_on=date(2026, 10, 30))  # fmt: skip
        self.do("imprest/count", ReconcileImprest, date(2026, 11, 3), self.demo.reviewer, imprest_id=imprest, month=Month("2026-10"),
                cash_fen=Fen(500_000), document="示范盘点1号")  # fmt: skip


def emergencies(demo: Demo, units: Sequence[str], bar: Bar) -> None:
    """The emergencies of the first unit."""
    story = Story(demo, units[0], bar("emergencies 急难与备用金", None))
    if demo.done("emergency/imprest/count"):
        return
    story.parameters()
    imprest, fund = story.imprest()
    story.light(imprest)
    story.heavy(imprest, fund)
    story.unknown(imprest)
    story.spending(fund)
    story.overdue()
    story.month_end(imprest)
