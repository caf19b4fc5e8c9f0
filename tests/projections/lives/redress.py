"""Complaints are lodged, handled and answered; decisions are challenged; errors are corrected, assessed and judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from ledger.complaints import events as c
from ledger.complaints.states import Complaint
from ledger.identification.events import (
    CategoryConfirmed,
    CategoryEnded,
    CategoryRefused,
    EntitlementSuspended,
)
from ledger.ids import OperatorId, OrganisationId
from ledger.kernel import HouseholdId, PersonId, Role
from ledger.redress import complaints, corrections, lawsuits, lodging, reviews
from ledger.redress import events as r
from ledger.redress.states import Correction, Lawsuit, Review
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.states import Household
from ledger.standards.commands import SetStandard

if TYPE_CHECKING:
    from tests.projections.histories import Life

DECISIONS = (CategoryConfirmed, CategoryRefused, CategoryEnded, EntitlementSuspended)


class Redress:
    """What may happen, one step a method."""

    def __init__(self, life: Life) -> None:
        self.life = life
        life.do(SetStandard, Role.ADMIN, name="error_correction_days", organisation_id=life.division, value=30, unit="days",
                from_date=date(2026, 1, 1), document="示范文件")  # fmt: skip

    def declares(self, household_id: str) -> bool:
        """Something is put right about a household: it declares its circumstances; whether that was recorded."""
        made = self.life.do(DeclareCircumstances, Role.CLERK, household_id=HouseholdId(household_id),
                            declared_on=self.life.today, income=())  # fmt: skip
        return bool(made)

    def lodge(self) -> None:
        life = self.life
        household = life.household()
        if household is None:
            return
        decision = life.any([e for e in life.events(*DECISIONS) if e.household_id == household.id])
        anonymous = life.rng.random() < 0.3
        life.do(lodging.LodgeComplaint, Role.CLERK, organisation_id=OrganisationId(household.organisation_id),
                complaint_kind=life.rng.choice(list(c.ComplaintKind)), channel=life.rng.choice(list(c.ComplaintChannel)),
                complainant=None if anonymous else "某人", contact=None, text="优亲厚友", household_id=household.id,
                case_id=getattr(decision, "case_id", None), lodged_on=life.today,
                subject_operator=life.rng.choice((None, OperatorId("clerk-9"))))  # fmt: skip

    def handle(self) -> None:
        life = self.life
        made = life.any(life.events(c.ComplaintLodged)[-4:])
        if made is None:
            return
        of = {"complaint_id": made.complaint_id}
        if life.rng.random() < 0.1:
            life.do(complaints.WithdrawComplaint, Role.AUDITOR, **of, reason="误会")
        life.do(complaints.AcknowledgeComplaint, Role.CLERK, **of, acknowledged_on=life.today)
        life.do(complaints.AssignComplaint, Role.CLERK, **of, handler="auditor-1", assigned_on=life.today)
        if life.rng.random() < 0.2:
            answer_by = made.answer_by.replace(day=min(made.answer_by.day + 2, 28))
            life.do(complaints.ExtendComplaint, Role.REVIEWER, **of, answer_by=answer_by, reason="情况复杂")
        life.do(complaints.InvestigateComplaint, Role.AUDITOR, **of, finding=life.rng.choice(list(c.ComplaintFinding)),
                findings="已核查", evidence=("核查笔录",), investigated_on=life.today)  # fmt: skip
        if life.rng.random() < 0.7:
            life.do(complaints.AnswerComplaint, Role.AUDITOR, **of, answer="已处理", answered_on=life.today)
        state = life.read((Complaint.facts(made.complaint_id),)).state(Complaint, made.complaint_id)
        if state.remedy_due and made.household_id and self.declares(made.household_id):
            command = life.recorded[-1].event.command_id
            life.do(complaints.RemedyComplaint, Role.AUDITOR, **of, remedy_commands=(command,))

    def challenge(self) -> None:
        life = self.life
        decision = life.any(life.events(*DECISIONS)[-4:])
        if decision is None:
            return
        household = life.read((Household.facts(decision.household_id),)).state(
            Household, decision.household_id
        )
        day = decision.occurred_on or life.today
        given = {"household_id": HouseholdId(decision.household_id), "applicant": PersonId(household.members[0].person_id),
                 "decision_command": decision.command_id}  # fmt: skip
        if life.rng.random() < 0.3:
            life.do(
                lawsuits.FileLawsuit,
                Role.CLERK,
                **given,
                court="某法院",
                docket="行初1号",
                filed_on=max(day, life.today),
            )
        else:
            life.do(reviews.RequestReview, Role.CLERK, **given, organ="某市人民政府", known_on=life.today,
                    requested_on=life.today, grounds="不服", hindered_days=life.rng.choice((0, 3)), hindrance="住院")  # fmt: skip

    def review(self) -> None:
        life = self.life
        made = life.any(life.events(r.ReviewRequested)[-3:])
        if made is None:
            return
        of, today = {"review_id": made.review_id}, life.today
        chance = life.rng.random()
        if chance < 0.1:
            life.do(reviews.DeclineReview, Role.CLERK, **of, reason="超期", article="20", decided_on=today)
        elif chance < 0.2:
            life.do(reviews.WithdrawReview, Role.CLERK, **of, reason="撤回", withdrawn_on=today)
        life.do(reviews.AcceptReview, Role.CLERK, **of, accepted_on=today)
        state = life.read((Review.facts(made.review_id),)).state(Review, made.review_id)
        if state.decide_by is not None and life.rng.random() < 0.3:
            life.do(
                reviews.ExtendReview,
                Role.CLERK,
                **of,
                decide_by=state.decide_by.replace(day=28),
                reason="复杂",
            )
        life.do(reviews.DecideReview, Role.REVIEWER, **of, result=life.rng.choice(list(r.ReviewResult)), reason="理由",
                article="64", decision_number="复决1号", carry_out_by=date(2027, 1, 1), decided_on=today)  # fmt: skip
        life.do(reviews.ServeReview, Role.CLERK, **of, served_by="邮寄", served_on=today)
        if self.declares(made.household_id):
            life.do(
                reviews.CarryOutReview,
                Role.CLERK,
                **of,
                remedy_commands=(life.recorded[-1].event.command_id,),
            )

    def sue(self) -> None:
        life = self.life
        made = life.any(life.events(r.LawsuitFiled)[-3:])
        if made is None:
            return
        of = {"lawsuit_id": made.lawsuit_id}
        life.do(lawsuits.ConcludeLawsuit, Role.REVIEWER, **of, result=life.rng.choice((None, *r.ReviewResult)),
                judgment="判1号", carry_out_by=date(2027, 1, 1), concluded_on=life.today)  # fmt: skip
        state = life.read((Lawsuit.facts(made.lawsuit_id),)).state(Lawsuit, made.lawsuit_id)
        if state.stage == "to_carry_out" and self.declares(made.household_id):
            life.do(lawsuits.CarryOutJudgment, Role.REVIEWER, **of,
                    remedy_commands=(life.recorded[-1].event.command_id,))  # fmt: skip

    def correct(self) -> None:
        life = self.life
        household = life.household()
        if household is None or not self.declares(household.id):
            return
        wrong = life.recorded[-1].event.command_id
        if not self.declares(household.id):
            return
        life.do(corrections.MakeCorrection, Role.CLERK, organisation_id=OrganisationId(household.organisation_id),
                household_id=life.rng.choice((None, HouseholdId(household.id))), wrong_commands=(wrong,),
                correcting_commands=(life.recorded[-1].event.command_id,), wrong="收入录错", right="按工资单更正", cause="笔误",
                found_by=life.rng.choice(list(r.FoundBy)), discovered_on=life.today)  # fmt: skip

    def judge(self) -> None:
        life = self.life
        made = life.any(life.events(r.CorrectionMade)[-3:])
        if made is None:
            return
        good = life.rng.random() < 0.7
        of = {"correction_id": made.correction_id}
        life.do(corrections.AssessError, Role.AUDITOR, **of, assessors=(OperatorId("auditor-1"), OperatorId("auditor-2")),
                grounds=r.Grounds(public_spirited=True, duty_done=good, objective_cause=True), opinion="评估意见",
                minutes="记录1号", assessment_on=life.today)  # fmt: skip
        state = life.read((Correction.facts(made.correction_id),)).state(Correction, made.correction_id)
        decided = {"operator_id": made.corrected_operators[0], "reason": "理由", "decision_number": "决1号",
                   "decided_on": life.today}  # fmt: skip
        if state.assessed is not None and state.assessed.grounds.duty_done:
            life.do(corrections.GrantExemption, Role.REVIEWER, **of, **decided)
        else:
            life.do(corrections.HoldAccountable, Role.REVIEWER, **of, **decided, measure=life.rng.choice(list(r.Measure)),
                    article="57 art. 39")  # fmt: skip


def steps(life: Life) -> list[Callable[[], object]]:
    """The steps of redress."""
    redress = Redress(life)
    return [redress.lodge, redress.handle, redress.handle, redress.challenge, redress.review, redress.sue, redress.correct,
            redress.judge]  # fmt: skip
