"""The demo's support: two institutions paid from confirmed attendance, a provider's services, earning of one's own, visits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from assistance.generator.people import Inventor
from ledger.identification.listed import RecordListed
from ledger.ids import ContractId, InstitutionId, LoanId, ProviderId, ServiceId, StayId
from ledger.institutions.attendance import ConfirmAttendance, ReportAttendance
from ledger.institutions.commands import RegisterInstitution
from ledger.institutions.events import DaysPresent, LeaveReason, StayKind
from ledger.institutions.stays import AdmitResident, EndLeave, StartLeave
from ledger.kernel import (
    Actor,
    EntitlementId,
    Fen,
    HouseholdId,
    Month,
    OrganisationId,
    PersonId,
    Role,
    derived_id,
)
from ledger.programmes.contract_events import Price, ServiceKind
from ledger.programmes.contracts import ContractProvider
from ledger.standards.commands import SetStandard
from ledger.support.development import (
    CompleteTraining,
    PayLoanInterest,
    PlacePost,
    PlanTraining,
    RegisterLoan,
    interest,
)
from ledger.support.development_events import PostKind
from ledger.support.services import AcceptService, PlanService, RecordService, SettleService
from ledger.support.services_events import AcceptedBy
from ledger.support.visits import PlanVisit, RecordVisit
from ledger.support.visits_events import PriorityGroup
from projections.runner import Runner

if TYPE_CHECKING:
    from assistance.demo import Demo

HOMES, RESIDENTS = 2, 3
PROVIDER = ProviderId("shequ-station")
BASIS = "示范参数（非正式文件）第2号"
OPENED = date(2026, 9, 1)
CONFIRMED = {
    Month("2026-10"): (Month("2026-09"), date(2026, 10, 2)),
    Month("2026-11"): (Month("2026-10"), date(2026, 11, 3)),
}
"""Before the run of a month is drawn, the month before is signed for and confirmed."""


def _rows(demo: Demo, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with Runner(demo.division.url, demo.division.schema) as runner:
        runner.catch_up()
        return runner.connection.execute(sql.encode(), parameters).fetchall()


def _made(demo: Demo, label: str, kind: Callable[[str], Any], name: str) -> Any:
    """The id a step of the story made."""
    return kind(derived_id(demo.command_id(label), f"{name}/"))


# --- institutions ---


def open_homes(demo: Demo, units: Sequence[str]) -> None:
    """Two institutions, each with three people in tekun from September on; how much pocket money is, and from how many days on a month is whole."""
    from assistance.demo import DIVISION

    for name, value, unit in (
        ("pocket_money", 10_000, "fen_per_month"),
        ("institution_full_days", 25, "days"),
    ):
        demo.do(f"standard/{name}", SetStandard, demo.admin, OPENED, name=name, programme="tekun", organisation_id=DIVISION,
                value=value, unit=unit, from_date=date(2026, 1, 1), document=BASIS)  # fmt: skip
    for number, unit in enumerate(units[:HOMES]):
        account = Inventor(700 + number, OPENED).account()
        demo.do(f"home/{number}", RegisterInstitution, demo.reviewer, OPENED, organisation_id=OrganisationId(unit),
                name=f"示范第{number + 1}供养服务中心", licence=f"示范养证{number + 1}号", beds=20, stays=tuple(StayKind),
                bank_code="102881002345", account=account, account_holder=f"示范第{number + 1}供养服务中心",
                account_key=demo.ledger.vault.digest("account", account).hex(), registered_on=OPENED)  # fmt: skip
        if demo.done(f"home/{number}/{RESIDENTS - 1}"):
            continue
        found = _rows(demo, "SELECT e.entitlement_id, e.household_id, e.counted[1] FROM entitlements e JOIN households h"
                      " USING (household_id) WHERE e.category = 'tekun' AND e.status = 'active' AND e.organisation_id = %s"
                      " AND e.origin = 'prior' ORDER BY h.number DESC LIMIT %s", unit, RESIDENTS)  # fmt: skip
        for n, (entitlement, household, person) in enumerate(found):
            demo.do(f"home/{number}/{n}", AdmitResident, demo.clerk(unit), OPENED, household_id=HouseholdId(household),
                    institution_id=_made(demo, f"home/{number}", InstitutionId, "institution"), person_id=PersonId(person),
                    stay=StayKind.TEKUN, entitlement_id=EntitlementId(entitlement), agreement=f"示范供养协议{number}-{n}",
                    admitted_on=OPENED)  # fmt: skip


def confirm_homes(demo: Demo, units: Sequence[str], month: Month) -> None:
    """The month before is signed for by each institution and confirmed by its organisation; one resident was away for a while."""
    if month not in CONFIRMED:
        return
    over, day = CONFIRMED[month]
    whole = 30 if over == "2026-09" else 31
    for number, unit in enumerate(units[:HOMES]):
        home = _made(demo, f"home/{number}", InstitutionId, "institution")
        stays = [_made(demo, f"home/{number}/{n}", StayId, "stay") for n in range(RESIDENTS)]
        keeper = Actor(operator_id=f"keeper-{number}", organisation_id=home, role=Role.PROVIDER)
        away = 0
        if over == "2026-10":
            away = 10
            demo.do(f"home/{number}/leave", StartLeave, keeper, date(2026, 10, 12), stay_id=stays[0], away_for=LeaveReason.FAMILY,
                    from_day=date(2026, 10, 12))  # fmt: skip
            demo.do(
                f"home/{number}/back",
                EndLeave,
                keeper,
                date(2026, 10, 22),
                stay_id=stays[0],
                back_on=date(2026, 10, 22),
            )
        present = tuple(DaysPresent(stay_id=s, days=whole - (0 if n else away)) for n, s in enumerate(stays))
        demo.do(f"home/{number}/{over}", ReportAttendance, keeper, day, institution_id=home, month=over, present_days=present,
                signed_by="示范院长")  # fmt: skip
        demo.do(
            f"home/{number}/{over}/confirmed",
            ConfirmAttendance,
            demo.clerk(unit),
            day,
            institution_id=home,
            month=over,
        )


# --- what else is given ---


def support(
    demo: Demo, units: Sequence[str], bar: Callable[[str, int | None], Callable[[int], object]]
) -> None:
    """A provider's services, a training, a post and a loan of monitored people, and visits."""
    if demo.done("support/end"):
        return
    progress = bar("services, development, visits 服务、开发式帮扶、走访", 3)
    _services(demo, units[0])
    progress(1)
    _development(demo, units[1])
    progress(2)
    _visits(demo, units[2])
    progress(3)


def _services(demo: Demo, unit: str) -> None:
    """Care for two people: planned, rendered four times, accepted but for one, settled."""
    prices = (Price(service=ServiceKind.NURSING, price_fen=Fen(6_000)), Price(service=ServiceKind.VISITING, price_fen=Fen(2_000)))  # fmt: skip
    demo.do("provider", ContractProvider, demo.reviewer, date(2026, 10, 1), provider_id=PROVIDER, organisation_id=OrganisationId(unit),
            name="示范社会工作服务站", prices=prices, ceiling_fen=Fen(2_000_000), from_date=date(2026, 10, 1),
            until_date=date(2027, 9, 30), document="示范购买服务合同〔2026〕1号")  # fmt: skip
    contract = _made(demo, "provider", ContractId, "contract")
    worker = Actor(operator_id="worker-1", organisation_id=PROVIDER, role=Role.PROVIDER)
    people = _rows(demo, "SELECT e.household_id, e.counted[1] FROM entitlements e JOIN households h USING (household_id)"
                   " JOIN people p ON p.person_id = e.counted[1] AND p.household_id = e.household_id WHERE e.category = 'dibao' AND e.status = 'active'"
                   " AND e.organisation_id = %s AND p.died_on IS NULL ORDER BY h.number DESC LIMIT 2", unit)  # fmt: skip
    for n, (household, person) in enumerate(people):
        demo.do(f"service/{n}", PlanService, demo.clerk(unit), date(2026, 10, 5), household_id=HouseholdId(household),
                person_id=PersonId(person), contract_id=contract, service=ServiceKind.NURSING, per_month=4,
                from_date=date(2026, 10, 8), until_date=date(2027, 3, 31), needs="行动不便，独自在家")  # fmt: skip
        service = _made(demo, f"service/{n}", ServiceId, "service")
        for day in (9, 16, 23, 30):
            label = f"service/{n}/{day}"
            demo.do(label, RecordService, worker, date(2026, 10, day), service_id=service, worker=f"示范护理员{n + 1}",
                    rendered_on=date(2026, 10, day), from_time="09:30", until_time="11:00", done="助浴、打扫")  # fmt: skip
            visit = derived_id(demo.command_id(label), "service/visit")
            if day != 30:
                demo.do(f"{label}/accepted", AcceptService, demo.clerk(unit), date(2026, 10, day), service_id=service, visit=visit,
                        accepted_by=AcceptedBy.BENEFICIARY, accepted_on=date(2026, 10, day))  # fmt: skip
        demo.do(f"service/{n}/settled", SettleService, demo.finance, date(2026, 11, 4), service_id=service, until_date=date(2026, 10, 31),
                claimed_fen=Fen(18_000), invoice=f"示范发票{n + 1}号")  # fmt: skip


def _development(demo: Demo, unit: str) -> None:
    """Three monitored people: one trained, one placed in a post, one helped with the interest of a loan."""
    people = _rows(demo, "SELECT DISTINCT ON (h.number) h.household_id, p.person_id FROM households h JOIN people p USING (household_id)"
                   " WHERE h.organisation_id = %s AND p.attributes->>'labour_ability' = 'full' AND p.died_on IS NULL"
                   " AND p.birth_date BETWEEN '1976-01-01' AND '2005-01-01' AND NOT EXISTS (SELECT 1 FROM household_chain c"
        " WHERE c.household_id = h.household_id AND c.kind = 'CategoryListed')"
                   " ORDER BY h.number, p.person_id LIMIT 3", unit)  # fmt: skip
    departments = {
        c: Actor(operator_id=f"{c}-1", organisation_id=f"d06-{c}", role=Role.DEPARTMENT)
        for c in ("nn", "rs", "cz")
    }
    of = []
    for n, (household, person) in enumerate(people):
        demo.do(f"listed/{n}", RecordListed, demo.clerk(unit), date(2026, 9, 10), household_id=HouseholdId(household), category="fangfanpin",
                category_kind="tufa_kunnan", covered=tuple(PersonId(p) for (p,) in _rows(
                    demo, "SELECT person_id FROM people WHERE household_id = %s AND died_on IS NULL ORDER BY person_id", household)),
                department="农业农村局", list_document="示范名单〔2026〕1号", listed_on=date(2026, 9, 10))  # fmt: skip
        of.append({"household_id": HouseholdId(household), "person_id": PersonId(person)})
    demo.do("training", PlanTraining, departments["rs"], date(2026, 10, 8), course="电焊", trainer="示范技工学校", employer="示范建工",
            from_date=date(2026, 10, 9), until_date=date(2026, 10, 28), **of[0])  # fmt: skip
    demo.do("training/done", CompleteTraining, departments["rs"], date(2026, 10, 29), completed_on=date(2026, 10, 28), hours=96,
            training_id=derived_id(demo.command_id("training"), "training/"), passed=True, certificate="示范证书1号")  # fmt: skip
    demo.do("post", PlacePost, departments["rs"], date(2026, 10, 12), post_kind=PostKind.FOREST, employer="示范连队", paid_by="师市财政",
            contract="示范岗位协议1号", wage_fen=Fen(120_000), placed_on=date(2026, 10, 12), until_date=date(2027, 10, 11), **of[1])  # fmt: skip
    demo.do("loan", RegisterLoan, departments["nn"], date(2026, 10, 10), lender="示范农村信用社", contract="示范贷款合同1号",
            principal_fen=Fen(5_000_000), rate_bp=345, used_for="养羊", from_date=date(2026, 10, 1), until_date=date(2027, 9, 30),
            **of[2])  # fmt: skip
    demo.do("loan/interest", PayLoanInterest, departments["cz"], date(2026, 11, 5), loan_id=_made(demo, "loan", LoanId, "loan"),
            from_date=date(2026, 10, 1), until_date=date(2026, 10, 31), amount_fen=interest(5_000_000, 345, 31))  # fmt: skip


def _visits(demo: Demo, unit: str) -> None:
    """Six families visited, three more planned."""
    rows = _rows(demo, "SELECT household_id FROM households WHERE organisation_id = %s AND member_count > 0 ORDER BY number DESC LIMIT 9", unit)  # fmt: skip
    groups = list(PriorityGroup)
    for n, (household,) in enumerate(rows):
        of = {"household_id": HouseholdId(household), "group": groups[n % len(groups)]}
        if n < 6:
            demo.do(f"visit/{n}", RecordVisit, demo.clerk(unit), date(2026, 11, 10), visited_on=date(2026, 11, 10),
                    visitors=(f"clerk-{unit}", f"worker-{unit}"), findings="生活困难，需进一步了解", needed=("linshi_jiuzhu",) if n == 3 else (),
                    **of)  # fmt: skip
        else:
            demo.do(f"visit/{n}" if n < len(rows) - 1 else "support/end", PlanVisit, demo.clerk(unit), date(2026, 11, 20),
                    due_on=date(2026, 12, 10), **of)  # fmt: skip
