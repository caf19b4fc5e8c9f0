"""Errors are corrected by further events, assessed by others, and exempted only when corrected in time [57 art. 39, S 四(三)]."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ledger.complaints.events import (
    ComplaintChannel,
    ComplaintFinding,
    ComplaintKind,
    ComplaintLodged,
    ComplaintRemedied,
)
from ledger.complaints.refusals import IdentityInClear, WordsMissing
from ledger.ids import ComplaintId, CorrectionId, OperatorId
from ledger.kernel import CHINA, Actor, Fen, HouseholdId, OutOfScope, Role
from ledger.redress.complaints import AnswerComplaint, AssignComplaint, InvestigateComplaint, RemedyComplaint
from ledger.redress.corrections import AssessError, GrantExemption, HoldAccountable, MakeCorrection
from ledger.redress.events import CorrectionMade, ExemptionGranted, FoundBy, Grounds, HeldAccountable, Measure
from ledger.redress.lodging import LodgeComplaint
from ledger.redress.matters import command_facts
from ledger.redress.refusals import (
    AlreadyDecidedOn,
    ComplaintUnknown,
    CorrectionUnknown,
    EvidenceMissing,
    GroundsMissing,
    NoSuchEvents,
    NotAfter,
    NotAssessed,
    NotCorrectedInTime,
    NotTheirError,
    OwnError,
    TwoAssessorsNeeded,
)
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.events import IncomeLine
from ledger.registry.refusals import BadDate
from ledger.standards.commands import SetStandard
from ledger.standards.refusals import NoStandard
from ledger.store.vault import DivisionKey
from tests.conftest import fresh_division
from tests.scenario import ADMIN, CLERK, DIVISION, OTHER, OTHER_CLERK, REGIMENT, REVIEWER, Scenario

AUDITOR = Actor(operator_id="auditor-1", organisation_id=DIVISION, role=Role.AUDITOR)
GOOD = Grounds(public_spirited=True, duty_done=True, objective_cause=True)
_numbers = itertools.count(1)


def now() -> datetime:
    """The real time: whether a correction was timely is told by the ledger's own clock."""
    return datetime.now(UTC)


def today() -> date:
    return now().astimezone(CHINA).date()


@pytest.fixture(scope="module")
def office(
    postgres_url: str, division_key: DivisionKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scenario]:
    """One division for all tests here: five days are in time there."""
    name = f"test_{os.getpid()}_corrections"
    with fresh_division(postgres_url, name, division_key, tmp_path_factory.mktemp(name)) as division:
        scenario = Scenario(division)
        scenario.standards()
        scenario.do(SetStandard, ADMIN, name="error_correction_days", organisation_id=DIVISION, value=5, unit="days",
                    from_date=date(2026, 1, 1), document="示范容错办法")  # fmt: skip
        yield scenario


class Wrong:
    """A household whose income a clerk recorded with a nought too many, and that another command put right."""

    def __init__(self, office: Scenario, clerk: Actor = CLERK) -> None:
        self.office, self.clerk = office, clerk
        self.household, _ = office.household(next(_numbers) * 3, clerk=clerk)
        self.error, self.remedy = (self.declare(6_000_000), self.declare(600_000))

    def declare(self, income: int) -> str:
        made = self.office.do(
            DeclareCircumstances, self.clerk, now(), household_id=self.household, declared_on=date(2026, 11, 2),
            income=(IncomeLine(kind="wage", annual_fen=Fen(income)),),
        )  # fmt: skip
        return made.events[0].command_id

    def make(self, actor: Actor | None = None, **fields: Any) -> CorrectionMade:
        given: dict[str, Any] = {
            "organisation_id": self.clerk.organisation_id, "household_id": self.household, "wrong_commands": (self.error,),
            "correcting_commands": (self.remedy,), "wrong": "年收入录为6万元", "right": "应为6千元", "cause": "录入笔误",
            "found_by": FoundBy.SELF, "discovered_on": today(),
        }  # fmt: skip
        (made,) = self.office.do(MakeCorrection, actor or self.clerk, now(), **given | fields).events
        assert isinstance(made, CorrectionMade)
        return made

    def assess(self, made: CorrectionMade, actor: Actor = AUDITOR, **fields: Any) -> None:
        given: dict[str, Any] = {
            "assessors": (OperatorId("auditor-1"), OperatorId("auditor-2")), "grounds": GOOD, "opinion": "属无心之失",
            "minutes": "评估记录1号", "assessment_on": today(),
        }  # fmt: skip
        self.office.do(AssessError, actor, now(), correction_id=made.correction_id, **given | fields)

    def exempt(self, made: CorrectionMade, actor: Actor = REVIEWER, **fields: Any) -> ExemptionGranted:
        given: dict[str, Any] = {"operator_id": OperatorId(self.clerk.operator_id), "reason": "及时纠正",
                                 "decision_number": "免1号", "decided_on": today()}  # fmt: skip
        (granted,) = self.office.do(
            GrantExemption, actor, now(), correction_id=made.correction_id, **given | fields
        ).events
        assert isinstance(granted, ExemptionGranted)
        return granted


@pytest.fixture
def wrong(office: Scenario) -> Wrong:
    return Wrong(office)


def test_a_correction_names_both_sides_and_the_original_stays_as_it_was(wrong: Wrong) -> None:
    """S 四(三): the original event stays readable beside what corrects it."""
    before = wrong.office.ledger.read(original(wrong.error)).recorded[0]
    made = wrong.make()
    assert [o.type for o in made.originals] == ["CircumstancesDeclared"]
    assert made.originals[0].position == before.position < made.correctives[0].position
    assert made.corrected_operators == ("clerk-1",)
    assert made.wrong.subject == f"household:{wrong.household}"
    assert wrong.office.ledger.read(original(wrong.error)).recorded[0] == before


def original(command: str) -> Any:
    return tuple(command_facts((command,), None))


def test_an_error_corrected_in_time_is_exempted_after_two_others_assessed_it(wrong: Wrong) -> None:
    """57 art. 39: in good faith, duty done, the cause outside, corrected in time."""
    made = wrong.make()
    wrong.assess(made)
    granted = wrong.exempt(made)
    assert granted.in_time_until == today() + timedelta(days=5)
    assert granted.term.basis == "示范容错办法"
    with pytest.raises(AlreadyDecidedOn):
        wrong.exempt(made)
    with pytest.raises(AlreadyDecidedOn):
        wrong.assess(made)


def test_refuses_an_exemption_without_timely_correction(wrong: Wrong) -> None:
    """57 art. 39, check 34: discovered weeks ago and corrected today is not in time; it may be held accountable."""
    made = wrong.make(discovered_on=today() - timedelta(days=6))
    wrong.assess(made)
    with pytest.raises(NotCorrectedInTime):
        wrong.exempt(made)
    (held,) = wrong.office.do(
        HoldAccountable, REVIEWER, now(), correction_id=made.correction_id, operator_id=OperatorId("clerk-1"), measure=Measure.TALK,
        reason="未及时纠正", article="57 art. 39", decision_number="责1号", decided_on=today(),
    ).events  # fmt: skip
    assert isinstance(held, HeldAccountable)
    with pytest.raises(AlreadyDecidedOn):
        wrong.exempt(made)


def test_what_is_in_time_is_a_local_dated_standard(office: Scenario) -> None:
    """S 四(三): the nearest organisation's rule holds."""
    here = Wrong(office, OTHER_CLERK)
    office.do(SetStandard, ADMIN, name="error_correction_working_days", organisation_id=OTHER, value=0, unit="days",
              from_date=date(2026, 1, 1), document="三坪容错细则")  # fmt: skip
    made = here.make(discovered_on=today() - timedelta(days=1))
    here.assess(made)
    with pytest.raises(NotCorrectedInTime):  # five days at the division, none here
        here.exempt(made)


@pytest.mark.parametrize("ground", ["public_spirited", "duty_done", "objective_cause"])
def test_refuses_an_exemption_whose_grounds_are_missing(wrong: Wrong, ground: str) -> None:
    """S 四(三) 三个区分开来: each of the three must have been found."""
    made = wrong.make()
    with pytest.raises(NotAssessed):
        wrong.exempt(made)
    found = {name: name != ground for name in ("public_spirited", "duty_done", "objective_cause")}
    wrong.assess(made, grounds=Grounds(**found))
    with pytest.raises(GroundsMissing):
        wrong.exempt(made)


def test_whoever_made_the_error_neither_assesses_nor_decides(wrong: Wrong) -> None:
    """S 四(三): assessed by at least two others."""
    made = wrong.make()
    mine = Actor(operator_id="clerk-1", organisation_id=DIVISION, role=Role.REVIEWER)
    with pytest.raises(OwnError):
        wrong.assess(made, mine)
    with pytest.raises(OwnError):
        wrong.assess(made, assessors=(OperatorId("auditor-1"), OperatorId("clerk-1")))
    for assessors in (("auditor-1",), ("auditor-1", "auditor-1"), ("auditor-2", "auditor-3")):
        with pytest.raises(TwoAssessorsNeeded):
            wrong.assess(made, assessors=tuple(OperatorId(a) for a in assessors))
    wrong.assess(made)
    with pytest.raises(OwnError):
        wrong.exempt(made, mine)
    with pytest.raises(NotTheirError):
        wrong.exempt(made, operator_id=OperatorId("clerk-7"))


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"wrong_commands": ()}, EvidenceMissing),
        ({"correcting_commands": ()}, EvidenceMissing),
        ({"wrong_commands": ("none",)}, NoSuchEvents),
        ({"wrong_events": ("none",)}, NoSuchEvents),
        ({"household_id": HouseholdId("none")}, NoSuchEvents),
        ({"complaint_id": ComplaintId("none")}, ComplaintUnknown),
        ({"wrong": " "}, WordsMissing),
        ({"cause": "误录650103198005170011"}, IdentityInClear),
        ({"discovered_on": date(2026, 11, 1)}, BadDate),
        ({"organisation_id": OTHER}, OutOfScope),
    ],
)
def test_refuses_a_correction_that_cannot_be(
    wrong: Wrong, given: dict[str, Any], refusal: type[Exception]
) -> None:
    before = wrong.office.ledger.recorder.head()
    with pytest.raises(refusal):
        wrong.make(**given)
    assert wrong.office.ledger.recorder.head() == before


def test_what_corrects_comes_after_what_was_wrong(wrong: Wrong) -> None:
    """An error is corrected by a further event, never by an earlier one."""
    with pytest.raises(NotAfter):
        wrong.make(wrong_commands=(wrong.remedy,), correcting_commands=(wrong.error,))
    with pytest.raises(BadDate):
        wrong.make(discovered_on=today() + timedelta(days=1))


def test_refuses_to_correct_what_another_organisation_recorded(wrong: Wrong) -> None:
    """Scope: a regiment corrects its own, the division any of its regiments'."""
    with pytest.raises(OutOfScope):
        wrong.make(OTHER_CLERK, organisation_id=OTHER)
    made = wrong.make(REVIEWER, organisation_id=DIVISION)
    assert made.organisation_id == DIVISION
    with pytest.raises(OutOfScope):
        wrong.assess(made, Actor(operator_id="auditor-1", organisation_id=REGIMENT, role=Role.AUDITOR))
    with pytest.raises(CorrectionUnknown):
        wrong.office.do(AssessError, AUDITOR, correction_id=CorrectionId("none"), assessors=(), grounds=GOOD, opinion="x",
                        minutes="x", assessment_on=today())  # fmt: skip


def test_an_upheld_complaint_ends_in_the_correction_it_led_to(wrong: Wrong) -> None:
    """57 art. 37, 39: upheld, corrected, and each names the other."""
    lodged = wrong.office.do(
        LodgeComplaint, CLERK, now(), organisation_id=DIVISION, complaint_kind=ComplaintKind.APPEAL, channel=ComplaintChannel.IN_PERSON,
        complainant="赵六", text="收入写错", household_id=wrong.household, lodged_on=today(),
    ).events[0]  # fmt: skip
    assert isinstance(lodged, ComplaintLodged)
    of = {"complaint_id": lodged.complaint_id}
    wrong.office.do(
        AssignComplaint, AUDITOR, now(), **of, handler=OperatorId("auditor-1"), assigned_on=today()
    )
    wrong.office.do(InvestigateComplaint, AUDITOR, now(), **of, finding=ComplaintFinding.UPHELD, findings="确系笔误",
                    evidence=("工资单",), investigated_on=today())  # fmt: skip
    wrong.office.do(AnswerComplaint, AUDITOR, now(), **of, answer="已更正", answered_on=today())
    made = wrong.make(complaint_id=lodged.complaint_id, found_by=FoundBy.COMPLAINT)
    (remedied,) = wrong.office.do(
        RemedyComplaint, AUDITOR, now(), **of, correction_id=made.correction_id
    ).events
    assert isinstance(remedied, ComplaintRemedied)
    assert (remedied.correction_id, made.complaint_id) == (made.correction_id, lodged.complaint_id)


def test_no_exemption_where_no_rule_says_what_is_in_time(scenario: Scenario) -> None:
    """A parameter without a basis computes nothing: no local term, no exemption."""
    here = Wrong(scenario)
    made = here.make()
    here.assess(made)
    with pytest.raises(NoStandard):
        here.exempt(made)
