"""What a department gave by its own record: reported once, on the household's chain, or as somebody unlisted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.assistance.events import AssistanceReported, UnlistedAidReported
from ledger.assistance.refusals import (
    AidExcluded,
    AidRepeated,
    BadFact,
    DisasterUnknown,
    NobodyNamed,
    NotItsProgramme,
    PersonUnlisted,
    RecordTaken,
)
from ledger.assistance.reporting import ReportAid
from ledger.assistance.states import Assistance
from ledger.identification.refusals import BadMonth
from ledger.kernel import Fen
from ledger.registry.changes import RecordDeath
from ledger.registry.refusals import BadDate, BadIdNumber
from tests.ledger.departments import facts, of, open_departments, person
from tests.scenario import CLERK, Scenario, id_number

PREMIUM: dict[str, Any] = {
    "id_number": id_number(1),
    "programme": "canbao_zizhu",
    "record_number": "YB-1",
    "form": "premium_fixed",
    "amount_fen": Fen(280_00),
    "delivered_on": date(2026, 10, 20),
    "facts": facts(insured_year="2027"),
}
STRANGER = id_number(999, date(1990, 1, 2))


@pytest.fixture
def s(scenario: Scenario) -> Scenario:
    open_departments(scenario, "yb", "wj", "jy", "yj")
    return scenario


def test_a_department_reports_what_it_gave_once(s: Scenario) -> None:
    """S 二(一): every department's aid joins the one chain; its own record number keeps it single."""
    household, who = person(s, 1)
    made = s.do(ReportAid, of("yb"), **PREMIUM)
    event = next(e for e in made.events if isinstance(e, AssistanceReported))
    assert (event.household_id, event.person_ids, event.department, event.year) == (
        household,
        (who,),
        "医疗保障局",
        2027,
    )
    head = s.ledger.recorder.head()
    with pytest.raises(RecordTaken):
        s.do(ReportAid, of("yb"), **PREMIUM)
    with pytest.raises(AidRepeated):
        s.do(ReportAid, of("yb"), **PREMIUM | {"record_number": "YB-2"})
    with pytest.raises(AidExcluded):
        s.do(ReportAid, of("wj"), **PREMIUM | {"record_number": "W-1", "form": "premium_full"})
    assert s.ledger.recorder.head() == head
    made = s.do(
        ReportAid,
        of("wj"),
        **PREMIUM | {"record_number": "W-1", "form": "premium_full", "overlap_reason": "待退回"},
    )
    assert next(e.overlaps for e in made.events if isinstance(e, AssistanceReported)) == (
        event.assistance_id,
    )


def test_somebody_no_household_knows_is_reported_as_unlisted_by_name_alone(s: Scenario) -> None:
    """S 三(二): departments aid people beyond the registered households."""
    with pytest.raises(PersonUnlisted):
        s.do(ReportAid, of("yb"), **PREMIUM | {"id_number": STRANGER})
    made = s.do(ReportAid, of("yb"), **PREMIUM | {"id_number": STRANGER, "unlisted_name": "某人"})
    event = next(e for e in made.events if isinstance(e, UnlistedAidReported))
    assert s.ledger.vault.lookup("id_number", STRANGER) == f"person:{event.person_id}"
    stored = s.ledger.read((Assistance.facts(event.assistance_id),))
    name = next(e.name for e in stored.events(UnlistedAidReported))
    assert name.text is None
    assert s.ledger.vault.open(str(name.sealed)) == "某人"


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"record_number": " "}, NobodyNamed),
        ({"id_number": "123"}, BadIdNumber),
        ({"id_number": id_number(1, date(2026, 8, 20)), "delivered_on": date(2026, 8, 19)}, BadDate),
        ({"delivered_on": date(2026, 12, 1)}, BadDate),
        ({"from_month": "2026-10"}, BadMonth),
        ({"facts": ()}, BadFact),
        ({"programme": "jiaoyu_jiuzhu"}, NotItsProgramme),
    ],
)
def test_refuses_a_report_that_cannot_be(
    s: Scenario, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    """§4: dates before birth; S 四(二): each department its own."""
    person(s, 1)
    head = s.ledger.recorder.head()
    with pytest.raises(refusal):
        s.do(ReportAid, of("yb"), **PREMIUM | wrong)
    assert s.ledger.recorder.head() == head


def test_refuses_a_report_after_death_and_for_a_disaster_nobody_declared(s: Scenario) -> None:
    """§4: dates after death; 649 art. 20: aid after a disaster needs one."""
    household, who = person(s, 1)
    with pytest.raises(DisasterUnknown):
        s.do(
            ReportAid,
            of("yj"),
            **PREMIUM | {"programme": "shouzai_jiuzhu", "form": "cash", "facts": facts(relief="winter")},
        )
    s.do(RecordDeath, CLERK, household_id=household, person_id=who, died_on=date(2026, 10, 10), source="公安")
    with pytest.raises(BadDate, match="after death"):
        s.do(ReportAid, of("yb"), **PREMIUM)
    s.do(ReportAid, of("yb"), **PREMIUM | {"delivered_on": date(2026, 10, 10)})
