"""Institutions are opened, changed and closed; people come and go, are away, and their days are signed for and confirmed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.identification.states import Entitlement
from ledger.institutions.attendance import ConfirmAttendance, ReportAttendance
from ledger.institutions.commands import (
    ChangeInstitution,
    CloseInstitution,
    NominateInstitutionAccount,
    RegisterInstitution,
)
from ledger.institutions.events import (
    DaysPresent,
    DischargeReason,
    InstitutionRegistered,
    LeaveReason,
    ResidentAdmitted,
    StayKind,
)
from ledger.institutions.states import Institution
from ledger.institutions.stays import AdmitResident, DischargeResident, EndLeave, StartLeave
from ledger.kernel import Month, Role
from ledger.registry.events import PersonDied
from tests.projections.world import START

if TYPE_CHECKING:
    from tests.projections.histories import Life

BED = {"name": "某敬老院", "licence": "证1号", "stays": tuple(StayKind)}
ACCOUNT = {"bank_code": "102881002345", "account_holder": "某敬老院"}


class Homes:
    """What happens in the institutions of a life."""

    def __init__(self, life: Life) -> None:
        self.life, self.rng = life, life.rng

    def open(self) -> None:
        number = f"1234567{self.rng.randrange(10, 99)}"
        self.life.do(RegisterInstitution, Role.REVIEWER, organisation_id=self.rng.choice(self.life.units), account=number,
                     account_key=number[::-1], beds=self.rng.randint(1, 2), registered_on=date(2026, 8, 1), **BED, **ACCOUNT)  # fmt: skip

    def change(self) -> None:
        home = self.life.any(self.life.events(InstitutionRegistered))
        if home is None:
            return
        of = {"institution_id": home.institution_id}
        match self.rng.randrange(6):
            case 0:
                self.life.do(CloseInstitution, Role.REVIEWER, closed_on=self.life.day(), reason="合并", **of)
            case 1 | 2:
                number = f"7654321{self.rng.randrange(10, 99)}"
                self.life.do(NominateInstitutionAccount, Role.REVIEWER, account=number, account_key=number[::-1],
                             nominated_on=self.life.day(), **of, **ACCOUNT)  # fmt: skip
            case _:
                beds = self.rng.randint(1, 3)
                self.life.do(
                    ChangeInstitution, Role.REVIEWER, beds=beds, changed_on=self.life.day(), **of, **BED
                )

    def admit(self) -> None:
        home, household = self.life.any(self.life.events(InstitutionRegistered)), self.life.household()
        if home is None or household is None or (member := self.life.any(household.current())) is None:
            return
        cover = self.life.entitlement()
        own = cover is not None and cover.household_id == household.id and cover.category == "tekun"
        self.life.do(AdmitResident, Role.CLERK, household_id=household.id, person_id=member.person_id,
                     institution_id=home.institution_id, stay=StayKind.TEKUN if own else self.rng.choice(list(StayKind)[1:]),
                     entitlement_id=cover.id if own and isinstance(cover, Entitlement) else None, agreement="协议1号",
                     admitted_on=self.life.day())  # fmt: skip

    def stay(self) -> None:
        """Somebody goes away, comes back, or leaves for good."""
        admitted = self.life.any(self.life.events(ResidentAdmitted))
        if admitted is None:
            return
        of: dict[str, Any] = {"stay_id": admitted.stay_id}
        day = self.life.day()
        match self.rng.randrange(5):
            case 0 | 1:
                self.life.do(
                    StartLeave, Role.CLERK, from_day=day, away_for=self.rng.choice(list(LeaveReason)), **of
                )
                if self.rng.random() < 0.6:
                    self.life.do(EndLeave, Role.CLERK, back_on=self.life.day(), **of)
            case 2:
                self.life.do(EndLeave, Role.CLERK, back_on=day, **of)
            case _ if self.rng.random() < 0.5:
                died = next(
                    (
                        e.occurred_on
                        for e in self.life.events(PersonDied)
                        if e.person_id == admitted.person_id
                    ),
                    None,
                )
                why = DischargeReason.DEATH if died else self.rng.choice(list(DischargeReason))
                self.life.do(DischargeResident, Role.CLERK, discharged_on=died or day, left_for=why, **of)
            case _:
                return

    def attend(self) -> None:
        """A month is signed for and, by somebody else, confirmed."""
        made = self.life.any(self.life.events(InstitutionRegistered))
        if made is None:
            return
        home = self.life.read((Institution.facts(made.institution_id),)).state(
            Institution, made.institution_id
        )
        month = Month(f"2026-{self.rng.choice((9, 10)):02d}")
        deaths = {e.person_id: e.occurred_on for e in self.life.events(PersonDied)}
        present = tuple(
            DaysPresent(
                stay_id=s.stay_id, days=self.rng.choice((0, s.days_in(month, deaths.get(s.person_id))))
            )
            for s in home.residents_in(month, deaths)
        )
        of = {"institution_id": home.id, "month": month}
        self.life.do(ReportAttendance, Role.CLERK, present_days=present, signed_by="院长",
                     reason=self.rng.choice((None, "漏报")), **of)  # fmt: skip
        if self.rng.random() < 0.9:
            self.life.do(ConfirmAttendance, Role.REVIEWER, **of)


def steps(life: Life) -> list[Callable[[], object]]:
    """What happens in institutions, now and then."""
    homes = Homes(life)
    assert START.year == 2026  # the months signed for are over by then
    return [homes.open, homes.change, homes.admit, homes.admit, homes.admit, homes.stay, homes.stay, homes.attend, homes.attend]  # fmt: skip
