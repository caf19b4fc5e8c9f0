"""The demo's departments: each programme of the plan given to some household by its owner, and two departments' files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from assistance.report_import import ReportImport, import_assistance
from ledger.assistance.delivering import DeliverAssistance, ReportAssistance
from ledger.assistance.disasters import AssessHousing, DeclareDisaster
from ledger.assistance.events import AssistanceReferred, DangerLevel, DisasterDeclared, Outcome, OwnFact
from ledger.assistance.granting import GrantAssistance
from ledger.assistance.steps import AcceptAssistance, ReferAssistance
from ledger.identification.listed import RecordListed
from ledger.ids import DisasterId
from ledger.kernel import (
    Actor,
    CommandId,
    Facts,
    Fen,
    HouseholdId,
    Named,
    OrganisationId,
    PersonId,
    Role,
    tag,
)
from ledger.programmes.programme_book import Programmes
from ledger.programmes.programme_events import FieldKind, Recurrence
from ledger.registry.changes import RecordDeath
from ledger.registry.events import PersonDied
from ledger.standards.commands import SetStandard
from projections.runner import Runner

if TYPE_CHECKING:
    from assistance.demo import Demo

ASKED, ACCEPTED, GRANTED, GIVEN, REPORTED = (
    date(2026, 10, 9),
    date(2026, 10, 12),
    date(2026, 10, 16),
    date(2026, 11, 10),
    date(2026, 11, 16),
)
EACH = 3
"""Households that get each programme."""
LOW, DIBAO = "e.category IN ('dibao', 'tekun')", "e.category = 'dibao'"
DISABLED = "(p.attributes->>'disability_level')::integer IN (1, 2)"
OLD = "p.birth_date < '1965-01-01'"
ABLE = "p.attributes->>'labour_ability' IN ('full', 'partial') AND p.birth_date BETWEEN '1970-01-01' AND '2005-01-01'"


class Given(NamedTuple):
    """One programme as the demo gives it: to whom (SQL), by which department, in which form, how much, with which facts."""

    programme: str
    who: str
    by: str
    form: str
    amount: int | None = None
    facts: tuple[tuple[str, str | int], ...] = ()


GIFTS = (
    Given("yiliao_jiuzhu", DIBAO, "d06-yb", "settlement", 2_600_00, (
        ("treatment", "inpatient"), ("hospital", "示范师医院"), ("total_cost", 18_000_00), ("basic_insurance", 11_400_00), ("major_insurance", 2_000_00),
        ("medical_aid", 2_600_00), ("own_payment", 2_000_00))),
    Given("jibing_yingji", DIBAO, "d06-wj", "settlement", 3_200_00, (("hospital", "示范师医院"), ("identity_known", "yes"))),
    Given("zhufang_jiuzhu", f"{DIBAO} AND h.area = 'urban'", "d06-zj", "rent_subsidy", 4_800_00, (("lease", "租2026-1"),)),
    Given("zhufang_jiuzhu", f"{DIBAO} AND h.area = 'rural'", "d06-zj", "house_repair", 20_000_00, (("danger_level", "d"), ("repair_mode", "rebuild"))),
    Given("jiuye_jiuzhu", f"{DIBAO} AND {ABLE}", "d06-rs", "training_subsidy", 1_500_00, (("course", "家政服务"),)),
    Given("shouzai_jiuzhu", f"{DIBAO} AND h.area = 'rural'", "d06-yj", "cash", 1_000_00, (("relief", "emergency"), ("damage", "light"))),
    Given("dongji_qunuan", DIBAO, "d06", "cash", 800_00, (("season", "2026"),)),
    Given("jizhong_zhaohu", "e.category = 'tekun' AND (p.attributes->>'self_care_failed')::integer > 0 AND p.birth_date < '1966-01-01'", "d06", "care", 1_200_00,
          (("institution", "示范养老院"),)),
    Given("canji_shenghuo_butie", f"{DIBAO} AND {DISABLED}", "d06", "subsidy", None, (("certificate", "yes"),)),
    Given("canji_huli_butie", f"{DIBAO} AND {DISABLED}", "d06", "subsidy", None, (("certificate", "yes"),)),
    Given("canji_tuoyang", f"{DIBAO} AND {DISABLED}", "d06", "service", None, (("mode", "day"),)),
    Given("wuzhangai_gaizao", f"{LOW} AND {DISABLED} AND {OLD}", "d06", "works", 3_000_00, (("works", "坡道扶手"),)),
    Given("fuzhu_qiju", f"{LOW} AND {DISABLED}", "d06", "device", 900_00, (("device", "轮椅"), ("count", "1"))),
    Given("kaifa_peixun", f"{DIBAO} AND {ABLE}", "d06-rs", "training", None, (("course", "种植技术"),)),
    Given("kaifa_gangwei", f"{DIBAO} AND {ABLE}", "d06-nn", "post", None, (("post", "forest"), ("contract", "岗2026-1"))),
    Given("kaifa_tiexi", f"{DIBAO} AND {ABLE}", "d06-nn", "loan_interest", 350_00, (("contract", "贷2026-1"),)),
)  # fmt: skip


def departments(
    demo: Demo, units: Sequence[str], bar: Callable[[str, int | None], Callable[[int], object]]
) -> None:
    """Standards of the two subsidies, a disaster, each programme by its owner, a funeral, and two files."""
    progress = bar("departments 部门救助", len(GIFTS) * EACH + 3)
    for programme, tier, value in (
        ("canji_shenghuo_butie", None, 110_00),
        ("canji_huli_butie", "1", 120_00),
        ("canji_huli_butie", "2", 100_00),
    ):
        demo.do(f"standard/subsidy/{programme}/{tier}", SetStandard, demo.admin, date(2026, 8, 20), name="subsidy", programme=programme,
                organisation_id="d06", tier=tier, value=value, unit="fen_per_month", from_date=date(2026, 1, 1), document="示范参数（非正式文件）第2号")  # fmt: skip
    snow = _disaster(demo, units)
    with Runner(demo.division.url, demo.division.schema) as runner:
        runner.catch_up()
    done = 0
    for number, gift in enumerate(GIFTS):
        for household, unit, person in _chosen(demo, gift.who, EACH, 40 * number):
            _give(demo, f"department/{number}/{household}", gift, household, unit, person, snow)
            done += 1
            progress(done)
    _funeral(demo)
    for count, (code, name) in enumerate(
        (("d06-yb", "d06-yb-资助参保2027.xlsx"), ("d06-jy", "d06-jy-教育救助2026.xlsx")), 1
    ):
        from assistance.demo import at

        asked = ReportImport(demo.examples / "reports" / name, accept_valid=True)
        report = import_assistance(demo.division, asked, _operator(code), at(date(2026, 11, 18)))
        if not (report.taken or report.duplicate):
            raise RuntimeError(f"{name}: {report.problems[:1]}")
        progress(done + 1 + count)


def _operator(place: str) -> Actor:
    role = Role.REVIEWER if place == "d06" else Role.DEPARTMENT
    return Actor(operator_id=f"{place}-operator", organisation_id=place, role=role)


def _chosen(demo: Demo, who: str, count: int, skip: int) -> list[tuple[str, str, str]]:
    """Households (with unit and a person) that fit, other ones for each programme where there are enough."""
    with demo.division.database.connection() as connection:
        sql = (
            "SELECT DISTINCT ON (h.number) h.household_id, h.organisation_id, p.person_id, h.number FROM entitlements e"
            " JOIN households h USING (household_id) JOIN people p ON p.person_id = ANY (e.counted)"
            f" WHERE e.status = 'active' AND p.died_on IS NULL AND p.birth_date < '2026-09-01'"
            f" AND p.household_id = h.household_id AND {who} ORDER BY h.number, p.person_id"
        )
        rows = connection.execute(sql.encode()).fetchall()
    start = skip % max(len(rows) - count, 1)
    return [(household, unit, person) for household, unit, person, _ in rows[start : start + count]]


def _disaster(demo: Demo, units: Sequence[str]) -> DisasterId:
    made = demo.do("department/snow", DeclareDisaster, _operator("d06-yj"), date(2026, 10, 9), organisation_ids=tuple(map(OrganisationId, units)),
                   kind="雪灾", named=Named(zh="2026年10月雪灾", en="snow of October 2026"), struck_on=date(2026, 10, 6))  # fmt: skip
    return next(e.disaster_id for e in made.events if isinstance(e, DisasterDeclared))


def _give(
    demo: Demo, label: str, gift: Given, household: str, unit: str, person: str, snow: DisasterId
) -> None:
    """One programme through its whole life: referred, accepted, granted, delivered, reported back."""
    owner, clerk = _operator(gift.by), demo.clerk(unit)
    if gift.programme.startswith("kaifa"):
        demo.do(f"{label}/listed", RecordListed, clerk, ASKED, household_id=HouseholdId(household), category="fangfanpin", department="农业农村局",
                category_kind="bianyuan_yizhipin", covered=tuple(_members(demo, household)), list_document="示范监测名单1号", listed_on=date(2026, 9, 10))  # fmt: skip
    if gift.form == "house_repair":
        demo.do(
            f"{label}/home",
            AssessHousing,
            owner,
            ASKED,
            household_id=HouseholdId(household),
            danger=DangerLevel.D,
            assessed_on=ASKED,
        )
    made = demo.do(f"{label}/refer", ReferAssistance, clerk, ASKED, household_id=HouseholdId(household), person_ids=(PersonId(person),),
                   programme=gift.programme, department_id=OrganisationId(gift.by), reason="入户走访发现符合条件", referred_on=ASKED)  # fmt: skip
    case = next(e.assistance_id for e in made.events if isinstance(e, AssistanceReferred))
    demo.do(f"{label}/accept", AcceptAssistance, owner, ACCEPTED, assistance_id=case, accepted_on=ACCEPTED)
    programme = Programmes(()).get(gift.programme, GRANTED)
    fields = {own.field: own.holds for own in programme.fields}
    facts = tuple(
        OwnFact(field=field, amount_fen=Fen(int(value))) if fields[field] is FieldKind.AMOUNT else OwnFact(field=field, content=str(value))
        for field, value in gift.facts
    )  # fmt: skip
    more: dict[str, Any] = {"disaster_id": snow} if programme.disaster else {}
    demo.do(f"{label}/grant", GrantAssistance, owner, GRANTED, assistance_id=case, form=gift.form, facts=facts, decided_on=GRANTED,
            amount_fen=None if gift.amount is None else Fen(gift.amount), **more)  # fmt: skip
    of = "2026-10" if programme.recurrence is Recurrence.MONTHLY else None
    demo.do(
        f"{label}/deliver", DeliverAssistance, owner, GIVEN, assistance_id=case, month=of, delivered_on=GIVEN
    )
    demo.do(
        f"{label}/report",
        ReportAssistance,
        owner,
        REPORTED,
        assistance_id=case,
        outcome=Outcome.GIVEN,
        reported_on=REPORTED,
    )


def _members(demo: Demo, household: str) -> list[PersonId]:
    with demo.division.database.connection() as connection:
        rows = connection.execute(
            "SELECT person_id FROM people WHERE household_id = %s ORDER BY person_id", (household,)
        ).fetchall()
    return [PersonId(person) for (person,) in rows]


def _funeral(demo: Demo) -> None:
    """Somebody of a dibao household died in October, and the funeral is paid for."""
    household, unit, person = (
        _dead(demo)
        or _chosen(demo, f"{DIBAO} AND {OLD} AND h.member_count > 2 AND h.head_id <> p.person_id", 1, 777)[0]
    )
    died, asked = date(2026, 10, 20), date(2026, 10, 23)
    demo.do("department/funeral/death", RecordDeath, demo.clerk(unit), asked, household_id=HouseholdId(household), person_id=PersonId(person),
            died_on=died, source="殡仪馆")  # fmt: skip
    label, owner = "department/funeral", _operator("d06")
    made = demo.do(f"{label}/refer", ReferAssistance, demo.clerk(unit), asked, household_id=HouseholdId(household), person_ids=(PersonId(person),),
                   programme="binzang_jiuzhu", department_id=OrganisationId("d06"), reason="低保对象身故", referred_on=asked)  # fmt: skip
    case = next(e.assistance_id for e in made.events if isinstance(e, AssistanceReferred))
    demo.do(f"{label}/accept", AcceptAssistance, owner, asked, assistance_id=case, accepted_on=asked)
    demo.do(f"{label}/grant", GrantAssistance, owner, date(2026, 10, 26), assistance_id=case, form="fee_waiver", amount_fen=Fen(1_500_00),
            facts=(OwnFact(field="burial", content="cremation"),), decided_on=date(2026, 10, 26))  # fmt: skip
    demo.do(
        f"{label}/deliver",
        DeliverAssistance,
        owner,
        date(2026, 10, 28),
        assistance_id=case,
        delivered_on=date(2026, 10, 28),
    )


def _dead(demo: Demo) -> tuple[str, str, str] | None:
    """Who it was, when the story is told again."""
    own = Facts(tags=(tag(CommandId, demo.command_id("department/funeral/death")),))
    died = next(demo.ledger.read((own,)).events(PersonDied), None)
    return None if died is None else (died.household_id, died.organisation_id, died.person_id)
