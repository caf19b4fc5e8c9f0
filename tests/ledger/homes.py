"""Building blocks of tests about institutions: one with beds, people in tekun, admissions and signed months."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.identification.events import Category
from ledger.ids import InstitutionId, StayId
from ledger.institutions.attendance import ConfirmAttendance, ReportAttendance
from ledger.institutions.commands import RegisterInstitution
from ledger.institutions.events import DaysPresent, InstitutionRegistered, ResidentAdmitted, StayKind
from ledger.institutions.stays import AdmitResident
from ledger.kernel import Actor, EntitlementId, HouseholdId, PersonId, Role
from ledger.standards.commands import SetStandard
from tests.scenario import ADMIN, CLERK, DIVISION, REGIMENT, REVIEWER, Scenario, account_number

OTHER_REVIEWER = Actor(operator_id="reviewer-2", organisation_id=REGIMENT, role=Role.REVIEWER)
ELDER = date(1950, 3, 1)
HOME: dict[str, Any] = {
    "organisation_id": REGIMENT, "name": "示范敬老院", "licence": "示范证1号", "beds": 2, "stays": tuple(StayKind),
    "bank_code": "102881002345", "account": account_number(900), "account_holder": "示范敬老院",
    "account_key": "home-key", "registered_on": date(2026, 9, 1),
}  # fmt: skip


def home(scenario: Scenario, **other: Any) -> InstitutionId:
    made = scenario.do(RegisterInstitution, REVIEWER, **HOME | other)
    return next(e.institution_id for e in made.events if isinstance(e, InstitutionRegistered))


def elder(scenario: Scenario, n: int) -> tuple[HouseholdId, PersonId, EntitlementId]:
    """Somebody of 76 in tekun, urban, base 1,040.00 and no care, paid from October."""
    house, people, entitlement = scenario.covered(n, 1, Category.TEKUN, births=(ELDER,), income=0)
    return house, people[0], entitlement


def admit(
    scenario: Scenario, institution: InstitutionId, who: tuple[HouseholdId, PersonId, EntitlementId], **other: Any
) -> StayId:  # fmt: skip
    house, person, entitlement = who
    fields: dict[str, Any] = {
        "institution_id": institution, "household_id": house, "person_id": person, "entitlement_id": entitlement,
        "stay": StayKind.TEKUN, "agreement": "示范协议1号", "admitted_on": date(2026, 10, 1),
    }  # fmt: skip
    made = scenario.do(AdmitResident, CLERK, **fields | other)
    return next(e.stay_id for e in made.events if isinstance(e, ResidentAdmitted))


def attended(
    scenario: Scenario,
    institution: InstitutionId,
    month: str,
    days: dict[StayId, int],
    reason: str | None = None,
) -> None:
    """A month signed for by one and confirmed by another."""
    present = tuple(DaysPresent(stay_id=stay, days=n) for stay, n in days.items())
    scenario.do(ReportAttendance, CLERK, institution_id=institution, month=month, present_days=present,
                signed_by="院长某", reason=reason)  # fmt: skip
    scenario.do(ConfirmAttendance, OTHER_REVIEWER, institution_id=institution, month=month)


def pocket_money(scenario: Scenario, fen: int = 10_000, full_days: int | None = None) -> None:
    """The parameters of sharing a month, each with its basis."""
    for name, value, unit in (
        ("pocket_money", fen, "fen_per_month"),
        ("institution_full_days", full_days, "days"),
    ):
        if value is not None:
            scenario.do(SetStandard, ADMIN, name=name, programme="tekun", organisation_id=DIVISION, value=value, unit=unit,
                        from_date=date(2026, 1, 1), document="示范文件2号")  # fmt: skip
