"""The last bed and a month's attendance, asked for at one moment: exactly one is had."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistance.wiring import Division
from ledger.institutions.attendance import ConfirmAttendance, ReportAttendance
from ledger.institutions.events import AttendanceConfirmed, DaysPresent, ResidentAdmitted, StayKind
from ledger.institutions.refusals import NoBedFree, StaysAlready
from ledger.institutions.stays import AdmitResident
from ledger.kernel import Actor, Command, Facts, Role
from ledger.store.execute import Outcome
from tests.ledger.homes import admit, elder, home
from tests.properties.test_at_once import Asked, at_once
from tests.properties.test_at_once import second as second  # a fixture
from tests.scenario import CLERK, NOW, REGIMENT, Scenario


def asked(scenario: Scenario, command: type[Command], actor: Actor, **fields: Any) -> Asked:
    made = command(command_id=scenario.command_id(), **fields)
    return lambda division: division.ledger.execute(made, actor, NOW)


def test_the_last_bed_is_had_once(scenario: Scenario, second: Division) -> None:
    """Four ask for the two beds of a home, one of them a person who is asked for twice."""
    place, other = home(scenario), home(scenario)
    people = [elder(scenario, n) for n in (1, 2, 3)]
    fields: dict[str, Any] = {"stay": StayKind.TEKUN, "agreement": "协议", "admitted_on": date(2026, 10, 1)}
    answers = at_once(scenario, second, *(
        asked(scenario, AdmitResident, CLERK, institution_id=where, household_id=h, person_id=p, entitlement_id=e, **fields)
        for where, (h, p, e) in (*((place, who) for who in people), (other, people[0]))
    ))  # fmt: skip
    admitted = list(
        scenario.ledger.read((Facts(types=(ResidentAdmitted,), tags=()),)).events(ResidentAdmitted)
    )
    assert sum(isinstance(a, Outcome) for a in answers) == len(admitted)
    assert sum(e.institution_id == place for e in admitted) == 2
    assert len({e.person_id for e in admitted}) == len(admitted)
    assert {type(a) for a in answers if not isinstance(a, Outcome)} <= {NoBedFree, StaysAlready}


def test_a_month_is_confirmed_once(scenario: Scenario, second: Division) -> None:
    place = home(scenario)
    stay = admit(scenario, place, elder(scenario, 1))
    scenario.do(ReportAttendance, CLERK, institution_id=place, month="2026-10", signed_by="院长",
                present_days=(DaysPresent(stay_id=stay, days=31),))  # fmt: skip
    reviewers = [Actor(operator_id=f"reviewer-{n}", organisation_id=REGIMENT, role=Role.REVIEWER) for n in range(4)]  # fmt: skip
    answers = at_once(scenario, second, *(
        asked(scenario, ConfirmAttendance, who, institution_id=place, month="2026-10") for who in reviewers
    ))  # fmt: skip
    assert sorted(type(a).__name__ for a in answers) == ["NothingReported"] * 3 + ["Outcome"]
    confirmed = list(scenario.ledger.read((Facts(types=(AttendanceConfirmed,), tags=()),)).events())
    assert len(confirmed) == 1
