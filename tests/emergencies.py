"""Emergencies in a small division: standards of a place, and a way to give the commands."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.emergency.aid import GiveEmergencyAid
from ledger.emergency.events import (
    AidForm,
    AidType,
    EmergencyKind,
    EmergencyReported,
    Grade,
    Reporter,
    Supply,
)
from ledger.emergency.grading import ApproveEmergencyAid, GradeEmergency, HoldEmergencyMeeting
from ledger.emergency.imprest_commands import AdvanceImprest, OpenImprest
from ledger.emergency.intake import ReportEmergency, Stricken
from ledger.emergency.states import Emergency
from ledger.funds.imprest_events import ImprestOpened
from ledger.ids import EmergencyId, FundId, ImprestId, MeetingId
from ledger.kernel import Actor, Fen, HouseholdId, Named, OrganisationId, PersonId
from ledger.organisation.states import Organisation
from ledger.programmes.commands import DefineCategory
from ledger.programmes.events import CoverLevel, Rule
from ledger.registry.events import Sex
from ledger.standards.commands import SetStandard
from ledger.store.execute import Outcome
from tests.scenario import ADMIN, CLERK, DIVISION, FINANCE, REGIMENT, Scenario

STANDARDS = (
    ("aid_multiple", "linshi_jiuzhu", None, "urgent-1", 1_000, "permille"),
    ("aid_multiple", "linshi_jiuzhu", None, "urgent-2", 3_000, "permille"),
    ("aid_multiple", "linshi_jiuzhu", None, "spending-1", 2_000, "permille"),
    ("town_limit", "linshi_jiuzhu", None, None, 4_000, "permille"),
    ("small_amount", "linshi_jiuzhu", None, None, 50_000, "fen"),
    ("paperwork_days", "linshi_jiuzhu", None, "light", 5, "days"),
    ("paperwork_days", "linshi_jiuzhu", None, "heavy", 10, "days"),
    ("split_window", "linshi_jiuzhu", None, None, 90, "days"),
    ("meeting_quorum", "linshi_jiuzhu", None, None, 5, "count"),
    ("property_limit", "linshi_jiuzhu", None, None, 3_000_000, "fen"),
    ("disposable_income", None, "urban", None, 4_000_000, "fen_per_year"),
    ("disposable_income", None, "rural", None, 2_500_000, "fen_per_year"),
)
"""name, programme, area, tier, value, unit. With the scenario's dibao of 800 yuan a month: a town may approve 3200 yuan."""
DAY = date(2026, 11, 2)
"""A Monday."""


class Emergencies:
    """Gives the commands of emergencies with sensible fields, any of which a test may set otherwise."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def standards(self) -> None:
        for name, programme, area, tier, value, unit in STANDARDS:
            self.scenario.do(SetStandard, ADMIN, name=name, programme=programme, organisation_id=DIVISION, area=area, tier=tier,
                             value=value, unit=unit, from_date=date(2026, 1, 1), document="示范文件2号")  # fmt: skip

    def spending_category(self) -> None:
        """支出型临时救助 goes through the procedure of a category the division defined for it; no monthly amount follows."""
        self.scenario.do(
            DefineCategory, ADMIN, code="linshi_jiuzhu", named=Named(zh="支出型临时救助对象", en="spending-type temporary aid"),
            cover_level=CoverLevel.HOUSEHOLD, assessment=Rule.LISTED, pays=False, from_date=date(2026, 1, 1),
            document="民发〔2018〕23号",
        )  # fmt: skip

    def report(self, household: HouseholdId | None = None, *, actor: Actor = CLERK, **other: Any) -> Outcome:
        given: dict[str, Any] = {
            "organisation_id": OrganisationId(actor.organisation_id), "household_id": household,
            "emergency_kind": EmergencyKind.FIRE, "happened_on": DAY, "told_on": DAY, "reporter_kind": Reporter.NEIGHBOUR,
            "reporter": "邻居某某", "what_happened": "厨房失火，房屋受损", "happened_at": "某路1号",
        }  # fmt: skip
        return self.scenario.do(ReportEmergency, actor, **given | other)

    def reported(self, household: HouseholdId | None = None, **other: Any) -> EmergencyReported:
        return next(e for e in self.report(household, **other).events if isinstance(e, EmergencyReported))

    def grade(
        self,
        emergency: EmergencyId,
        grade: Grade | None = Grade.LIGHT,
        tier: int = 1,
        *,
        actor: Actor = CLERK,
        **other: Any,
    ) -> Outcome:
        given: dict[str, Any] = {
            "aid_type": AidType.URGENT, "grade": grade, "difficulty_tier": tier, "grounds": "损失较轻", "graded_on": DAY,
        }  # fmt: skip
        return self.scenario.do(GradeEmergency, actor, emergency_id=emergency, **given | other)

    def graded(
        self, household: HouseholdId | None = None, grade: Grade = Grade.LIGHT, tier: int = 1, **other: Any
    ) -> EmergencyReported:
        reported = self.reported(household, **other)
        self.grade(reported.emergency_id, grade, tier, actor=other.get("actor", CLERK))
        return reported

    def approve(self, emergency: EmergencyId, yuan: int, *, actor: Actor = CLERK, **other: Any) -> Outcome:
        given = {"approved_fen": Fen(yuan * 100), "decided_on": DAY}
        return self.scenario.do(ApproveEmergencyAid, actor, emergency_id=emergency, **given | other)

    def meeting(self, emergency: EmergencyId, yuan: int, **other: Any) -> MeetingId:
        given: dict[str, Any] = {
            "took_part": ("民政干部", "团领导", "连长", "社工", "居民代表"), "in_favour": 4, "against": 1,
            "decided_fen": Fen(yuan * 100), "minutes_text": "同意提高救助额度", "document": "会议纪要1号", "held_on": DAY,
        }  # fmt: skip
        made = self.scenario.do(HoldEmergencyMeeting, CLERK, emergency_id=emergency, **given | other)
        return MeetingId(made.events[0].meeting_id)  # type: ignore[attr-defined]

    def give(self, reported: EmergencyReported, yuan: int, *, actor: Actor = CLERK, **other: Any) -> Outcome:
        """Cash of an imprest or fund when one is named, otherwise goods."""
        cash = {"imprest_id", "fund_id"} & other.keys() or other.get("form") is AidForm.CASH
        what: dict[str, Any] = (
            {"form": AidForm.CASH, "amount_fen": Fen(yuan * 100)} if cash else {"form": AidForm.SUPPLIES}
        )
        given = {"recipient": PersonId(reported.person_ids[0]), "given_on": DAY}
        if not cash:
            what["supplies"] = (
                Supply(item="棉被", quantity=2, measure_unit="床", value_fen=Fen(yuan * 100)),
            )
        return self.scenario.do(
            GiveEmergencyAid, actor, emergency_id=reported.emergency_id, **what | given | other
        )

    def imprest(
        self, fund: FundId | None = None, yuan: int = 3_000, ceiling: int = 5_000, **other: Any
    ) -> tuple[ImprestId, FundId]:
        found = fund or self.scenario.fund(2_000_000, uses=("linshi_jiuzhu",))
        made = self.scenario.do(OpenImprest, FINANCE, **{
            "organisation_id": REGIMENT, "fund_id": found, "ceiling_fen": Fen(ceiling * 100), "reconcile_days": 5,
            "document": "备用金1号", "opened_on": date(2026, 10, 1)} | other)  # fmt: skip
        imprest = next(e.imprest_id for e in made.events if isinstance(e, ImprestOpened))
        if yuan:
            self.scenario.do(AdvanceImprest, FINANCE, imprest_id=imprest, amount_fen=Fen(yuan * 100), document="拨款1号",
                             given_on=date(2026, 10, 2))  # fmt: skip
        return imprest, found

    def state(self, emergency: EmergencyId) -> Emergency:
        known = self.scenario.ledger.read((Emergency.facts(emergency), Organisation.facts(REGIMENT)))
        return known.state(Emergency, emergency)


UNKNOWN = Stricken(birth_date=date(1960, 1, 1), sex=Sex.MALE)
