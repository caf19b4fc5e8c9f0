"""Complaints are taken in from anyone, looked into by others than those complained of, and answered in term."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest

from ledger.complaints.events import (
    ComplaintAnswered,
    ComplaintChannel,
    ComplaintFinding,
    ComplaintInvestigated,
    ComplaintKind,
    ComplaintLodged,
    ComplaintRemedied,
)
from ledger.complaints.refusals import IdentityInClear, WordsMissing
from ledger.complaints.states import CaseComplaints, Complaint, HouseholdComplaints
from ledger.identification.procedure import AbortCase
from ledger.identification.refusals import CaseUnknown, EntitlementUnknown
from ledger.ids import ComplaintId, OperatorId
from ledger.kernel import (
    Actor,
    CaseId,
    Facts,
    HouseholdId,
    NotAllowed,
    OutOfScope,
    PaymentId,
    Role,
    RunId,
    tag,
    tags_of,
)
from ledger.organisation.refusals import OrganisationUnknown
from ledger.payments.events import PaymentInstructed
from ledger.redress.complaints import (
    AcknowledgeComplaint,
    AnswerComplaint,
    AssignComplaint,
    ExtendComplaint,
    InvestigateComplaint,
    RemedyComplaint,
    WithdrawComplaint,
)
from ledger.redress.lodging import LodgeComplaint
from ledger.redress.refusals import (
    ComplaintStage,
    ComplaintUnknown,
    Concerned,
    CorrectionUnknown,
    EvidenceMissing,
    NobodyToWithdraw,
    NoSuchEvents,
    NotAfter,
    NotAnsweredToSender,
    NothingComplainedOf,
    NotInCharge,
    NotOfHousehold,
    NotTheHandler,
    PaymentUnknown,
    TermTooLong,
)
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.refusals import BadDate, HouseholdUnknown
from ledger.standards.commands import SetStandard
from ledger.store.vault import DivisionKey
from tests.conftest import fresh_division
from tests.scenario import ADMIN, CLERK, DIVISION, OTHER, OTHER_CLERK, REGIMENT, REVIEWER, Scenario

AUDITOR = Actor(operator_id="auditor-1", organisation_id=DIVISION, role=Role.AUDITOR)
SECOND = Actor(operator_id="reviewer-2", organisation_id=DIVISION, role=Role.REVIEWER)
DAY = date(2026, 11, 2)
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def office(
    postgres_url: str, division_key: DivisionKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scenario]:
    """One division for all tests here: each brings a household of its own."""
    name = f"test_{os.getpid()}_complaints"
    with fresh_division(postgres_url, name, division_key, tmp_path_factory.mktemp(name)) as division:
        scenario = Scenario(division)
        scenario.standards()
        yield scenario


class Pending:
    """A household with an application at the end of its publicity."""

    def __init__(self, office: Scenario) -> None:
        self.office = office
        self.household, self.people = office.household(next(_numbers) * 3)
        self.case = office.opinion(self.household, self.people)

    def lodge(self, actor: Actor = CLERK, **fields: Any) -> ComplaintLodged:
        given: dict[str, Any] = {
            "organisation_id": DIVISION, "complaint_kind": ComplaintKind.REPORT, "channel": ComplaintChannel.HOTLINE,
            "complainant": "王五", "contact": "13900000000", "text": "邻居说他家有车", "case_id": self.case, "lodged_on": DAY,
        }  # fmt: skip
        made = self.office.do(LodgeComplaint, actor, **given | fields)
        (lodged,) = made.events
        assert isinstance(lodged, ComplaintLodged)
        return lodged

    def do(self, command: type[Any], lodged: ComplaintLodged, actor: Actor = AUDITOR, **fields: Any) -> Any:
        return self.office.do(command, actor, complaint_id=lodged.complaint_id, **fields)

    def investigated(
        self, finding: ComplaintFinding = ComplaintFinding.UPHELD, **fields: Any
    ) -> ComplaintLodged:
        lodged = self.lodge(**fields)
        self.do(AssignComplaint, lodged, handler="auditor-1", assigned_on=DAY)
        self.do(
            InvestigateComplaint,
            lodged,
            finding=finding,
            findings="名下有车",
            evidence=("询问笔录1号",),
            investigated_on=DAY,
        )
        return lodged

    def state(self, lodged: ComplaintLodged) -> Complaint:
        return self.office.ledger.read((Complaint.facts(lodged.complaint_id),)).state(
            Complaint, lodged.complaint_id
        )


@pytest.fixture
def pending(office: Scenario) -> Pending:
    return Pending(office)


def test_takes_a_complaint_in_from_anyone_and_seals_who_and_what(pending: Pending) -> None:
    """649 art. 63: anyone may complain; art. 61: who it was is kept secret, under a key of the complaint's own."""
    lodged = pending.lodge()
    stored = pending.office.ledger.read((Complaint.facts(lodged.complaint_id),)).recorded[0]
    raw = msgspec.json.encode(stored.event, enc_hook=lambda v: v.sealed)
    assert "王五".encode() not in raw
    assert "有车".encode() not in raw
    assert b"13900000000" not in raw
    assert stored.event.complainant.subject == f"person:{lodged.complaint_id}"  # type: ignore[attr-defined]
    assert not any(t.startswith("person:") for t in tags_of(lodged))
    assert (lodged.household_id, lodged.case_id) == (pending.household, pending.case)


def test_due_days_follow_the_law_until_the_division_sets_its_own(pending: Pending) -> None:
    """信访工作条例 art. 23, 34: acknowledged in 15 days, answered in 60; a local term in working days goes before it."""
    lodged = pending.lodge()
    assert (lodged.acknowledge_by, lodged.answer_by) == (date(2026, 11, 17), date(2027, 1, 1))
    assert ["art. 23" in t.basis for t in lodged.terms] == [True, False]
    pending.office.do(SetStandard, ADMIN, name="complaint_acknowledge_working_days", organisation_id=OTHER, value=5, unit="days",
                      from_date=date(2026, 1, 1), document="示范文件9号")  # fmt: skip
    local = pending.lodge(
        OTHER_CLERK, organisation_id=OTHER, case_id=None, subject_operator=OperatorId("clerk-9")
    )
    assert local.acknowledge_by == date(2026, 11, 9)  # five working days after Monday 2 November
    assert local.terms[0].working


def test_a_complaint_is_pending_about_the_case_until_it_is_answered(pending: Pending) -> None:
    """57 art. 20: while one is pending, named or anonymous, the county visits before it confirms."""

    def known(case: CaseId) -> CaseComplaints:
        return pending.office.ledger.read((CaseComplaints.facts(case),)).state(CaseComplaints, case)

    assert not known(pending.case).pending
    anonymous = pending.lodge(complainant=None, contact=None)
    assert anonymous.anonymous
    assert known(pending.case).open == (anonymous.complaint_id,)
    lodged = pending.investigated(case_id=None, household_id=pending.household)
    assert lodged.other_case_ids == (pending.case,)
    pending.do(AnswerComplaint, lodged, answer="属实，已通知", answered_on=DAY)
    assert known(pending.case).open == (anonymous.complaint_id,)
    household = pending.office.ledger.read((HouseholdComplaints.facts(pending.household),))
    assert household.state(HouseholdComplaints, pending.household).open == (anonymous.complaint_id,)


def test_a_complaint_about_an_officer_alone_is_on_no_chain(pending: Pending) -> None:
    """Whoever reads a chain must not learn from it that an officer was complained of."""
    alone = pending.lodge(
        case_id=None, household_id=pending.household, subject_operator=OperatorId("clerk-1")
    )
    assert (alone.household_id, alone.about_household, alone.other_case_ids) == (None, pending.household, ())
    assert not any(t.startswith(("household:", "case:")) for t in tags_of(alone))
    of_case = pending.lodge(subject_operator=OperatorId("clerk-1"))
    assert of_case.household_id == pending.household
    assert "operator:clerk-1" in tags_of(of_case)


def test_a_complaint_about_a_payment_names_who_prepared_its_run(office: Scenario) -> None:
    """57 art. 37: whoever acted in it does not look into it."""
    household, *_ = office.covered(next(_numbers) * 3)
    drawn = office.draw(office.fund())
    lines = office.ledger.read((Facts(types=(PaymentInstructed,), tags=(tag(RunId, drawn.header.run_id),)),))
    line = next(e for e in lines.events(PaymentInstructed) if e.household_id == household)
    (lodged,) = office.do(
        LodgeComplaint, CLERK, organisation_id=REGIMENT, complaint_kind=ComplaintKind.COMPLAINT, channel=ComplaintChannel.LETTER,
        complainant="李四", text="少发", payment_id=line.payment_id, lodged_on=DAY,
    ).events  # fmt: skip
    assert isinstance(lodged, ComplaintLodged)
    assert (lodged.household_id, lodged.concerned) == (household, ("clerk-1",))


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"case_id": None}, NothingComplainedOf),
        ({"case_id": CaseId("none")}, CaseUnknown),
        ({"case_id": None, "payment_id": PaymentId("none")}, PaymentUnknown),
        ({"case_id": None, "entitlement_id": "none"}, EntitlementUnknown),
        ({"case_id": None, "household_id": HouseholdId("none")}, HouseholdUnknown),
        ({"household_id": HouseholdId("another")}, NotOfHousehold),
        ({"organisation_id": "nowhere"}, OrganisationUnknown),
        ({"organisation_id": OTHER}, OutOfScope),
        ({"text": "  "}, WordsMissing),
        ({"lodged_on": date(2026, 11, 25)}, BadDate),
    ],
)
def test_refuses_a_complaint_that_cannot_be(
    pending: Pending, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    before = pending.office.ledger.recorder.head()
    with pytest.raises(refusal):
        pending.lodge(**wrong)
    assert pending.office.ledger.recorder.head() == before


def test_refuses_a_complaint_where_nobody_is_in_charge_of_it(pending: Pending) -> None:
    """649 art. 63: it is handled by whoever is in charge of the matter, or above."""
    with pytest.raises(NotInCharge):
        pending.lodge(OTHER_CLERK, organisation_id=OTHER)


def test_refuses_to_give_it_to_whoever_is_complained_of_or_acted_in_the_matter(pending: Pending) -> None:
    """57 art. 37, 649 art. 63: investigated by someone else."""
    lodged = pending.lodge(subject_operator=OperatorId("reviewer-1"))
    assert lodged.concerned == ("clerk-1",)
    for handler in ("reviewer-1", "clerk-1"):
        with pytest.raises(Concerned):
            pending.do(AssignComplaint, lodged, handler=handler, assigned_on=DAY)
    with pytest.raises(Concerned):
        pending.do(AcknowledgeComplaint, lodged, REVIEWER, acknowledged_on=DAY)
    with pytest.raises(Concerned):
        pending.do(ExtendComplaint, lodged, REVIEWER, answer_by=date(2027, 1, 20), reason="自己的事")
    pending.do(AssignComplaint, lodged, handler="auditor-1", assigned_on=DAY)
    assert pending.state(lodged).handler == "auditor-1"


def test_whoever_acts_in_the_case_after_the_complaint_may_not_handle_it_either(pending: Pending) -> None:
    """57 art. 37: who acted is looked up anew when it is assigned."""
    lodged = pending.lodge()
    pending.office.do(AbortCase, SECOND, case_id=pending.case, reason="不予配合")
    with pytest.raises(Concerned):
        pending.do(AssignComplaint, lodged, handler="reviewer-2", assigned_on=DAY)


def test_only_its_handler_investigates_and_by_documents(pending: Pending) -> None:
    """57 art. 37: real-name reports are checked one by one."""
    lodged = pending.lodge()
    found: dict[str, Any] = {
        "finding": ComplaintFinding.NOT_UPHELD,
        "findings": "不属实",
        "investigated_on": DAY,
    }
    with pytest.raises(ComplaintStage):
        pending.do(InvestigateComplaint, lodged, **found, evidence=("笔录",))
    pending.do(AssignComplaint, lodged, handler="auditor-1", assigned_on=DAY)
    with pytest.raises(NotTheHandler):
        pending.do(InvestigateComplaint, lodged, SECOND, **found, evidence=("笔录",))
    with pytest.raises(EvidenceMissing):
        pending.do(InvestigateComplaint, lodged, **found, evidence=(" ",))
    with pytest.raises(BadDate):
        pending.do(
            InvestigateComplaint, lodged, **found | {"investigated_on": date(2026, 11, 1)}, evidence=("笔录",)
        )
    made = pending.do(InvestigateComplaint, lodged, **found, evidence=("笔录",))
    assert isinstance(made.events[0], ComplaintInvestigated)
    assert pending.state(lodged).stage == "investigated"


def test_a_real_name_report_is_answered_to_whoever_made_it(pending: Pending) -> None:
    """57 art. 37: the result is told to the one who reported, after the check and not before."""
    lodged = pending.lodge()
    pending.do(AssignComplaint, lodged, handler="auditor-1", assigned_on=DAY)
    with pytest.raises(ComplaintStage):
        pending.do(AnswerComplaint, lodged, answer="不属实", answered_on=DAY)
    lodged = pending.investigated(ComplaintFinding.NOT_UPHELD)
    with pytest.raises(NotAnsweredToSender):
        pending.do(AnswerComplaint, lodged, answer="不属实", told=False, answered_on=DAY)
    with pytest.raises(NotTheHandler):
        pending.do(AnswerComplaint, lodged, SECOND, answer="不属实", answered_on=DAY)
    (answered,) = pending.do(AnswerComplaint, lodged, answer="不属实", answered_on=DAY).events
    assert isinstance(answered, ComplaintAnswered)
    assert (answered.told, answered.remedy_needed) == (True, False)
    assert pending.state(lodged).stage == "closed"


def test_an_upheld_complaint_stays_until_what_put_it_right_is_named(pending: Pending) -> None:
    """57 art. 39, 649 art. 66: upheld leads to correction, and the correcting events are linked."""
    lodged = pending.investigated()
    before = pending.office.do(
        DeclareCircumstances, CLERK, household_id=pending.household, declared_on=DAY, income=()
    )
    pending.do(AnswerComplaint, lodged, answer="属实，予以纠正", answered_on=DAY)
    assert pending.state(lodged).stage == "remedy_due"
    with pytest.raises(EvidenceMissing):
        pending.do(RemedyComplaint, lodged)
    with pytest.raises(CorrectionUnknown):
        pending.do(RemedyComplaint, lodged, correction_id="none")
    with pytest.raises(NoSuchEvents):
        pending.do(RemedyComplaint, lodged, remedy_commands=("none",))
    early = pending.office.ledger.read((Complaint.facts(lodged.complaint_id),)).recorded[0].event.command_id
    with pytest.raises(NotAfter):
        pending.do(RemedyComplaint, lodged, remedy_commands=(early,))
    (remedied,) = pending.do(RemedyComplaint, lodged, remedy_commands=(before.events[0].command_id,)).events
    assert isinstance(remedied, ComplaintRemedied)
    assert [(r.type, r.position) for r in remedied.remedies] == [("CircumstancesDeclared", before.position)]
    assert pending.state(lodged).stage == "closed"


def test_an_answer_after_its_term_is_recorded_as_what_it_is(pending: Pending) -> None:
    """A late answer is a fact: it is kept with its day, and the term it missed stays beside it."""
    lodged = pending.lodge(lodged_on=date(2026, 8, 3))
    assert lodged.answer_by == date(2026, 10, 2)
    pending.do(AssignComplaint, lodged, handler="auditor-1", assigned_on=DAY)
    pending.do(
        InvestigateComplaint,
        lodged,
        finding=ComplaintFinding.NOT_UPHELD,
        findings="无",
        evidence=("笔录",),
        investigated_on=DAY,
    )
    pending.do(AnswerComplaint, lodged, answer="不属实", answered_on=DAY)
    state = pending.state(lodged)
    assert state.answered is not None
    assert state.answer_by is not None
    assert state.answered.occurred_on > state.answer_by  # type: ignore[operator]


def test_the_term_is_extended_once_and_not_beyond_the_law(pending: Pending) -> None:
    """信访工作条例 art. 34: by 30 days at most, with the reason."""
    lodged = pending.lodge()
    for answer_by in (date(2027, 2, 1), date(2026, 12, 31)):
        with pytest.raises(TermTooLong):
            pending.do(ExtendComplaint, lodged, answer_by=answer_by, reason="情况复杂")
    with pytest.raises(IdentityInClear):
        pending.do(ExtendComplaint, lodged, answer_by=date(2027, 1, 31), reason="找13900000000核实")
    pending.do(ExtendComplaint, lodged, answer_by=date(2027, 1, 31), reason="情况复杂")
    assert pending.state(lodged).answer_by == date(2027, 1, 31)
    with pytest.raises(TermTooLong):
        pending.do(ExtendComplaint, lodged, answer_by=date(2027, 1, 31), reason="再延")


def test_only_a_named_complaint_can_be_taken_back_and_not_through_those_concerned(pending: Pending) -> None:
    """Nobody concerned may make a complaint go away."""
    lodged = pending.lodge()
    with pytest.raises(Concerned):
        pending.do(
            WithdrawComplaint,
            lodged,
            Actor(operator_id="clerk-1", organisation_id=DIVISION, role=Role.CLERK),
            reason="误会",
        )
    pending.do(WithdrawComplaint, lodged, reason="误会")
    assert pending.state(lodged).stage == "withdrawn"
    with pytest.raises(ComplaintStage):
        pending.do(AcknowledgeComplaint, lodged, acknowledged_on=DAY)
    with pytest.raises(NobodyToWithdraw):
        pending.do(WithdrawComplaint, pending.lodge(complainant=" ", contact=None), reason="误会")


def test_refuses_steps_out_of_scope_of_nothing_and_by_the_wrong_role(pending: Pending) -> None:
    lodged = pending.lodge()
    with pytest.raises(OutOfScope):
        pending.do(AcknowledgeComplaint, lodged, OTHER_CLERK, acknowledged_on=DAY)
    with pytest.raises(NotAllowed):
        pending.do(ExtendComplaint, lodged, CLERK, answer_by=date(2027, 1, 31), reason="情况复杂")
    with pytest.raises(ComplaintUnknown):
        pending.office.do(
            AcknowledgeComplaint, AUDITOR, complaint_id=ComplaintId("none"), acknowledged_on=DAY
        )
    pending.do(AcknowledgeComplaint, lodged, acknowledged_on=DAY)
    with pytest.raises(ComplaintStage):
        pending.do(AcknowledgeComplaint, lodged, acknowledged_on=DAY)
