"""What may be done about a complaint 投诉, report 举报 or appeal 申诉 [649 art. 63, 57 art. 36–37]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from ledger.complaints.events import (
    ComplaintAcknowledged,
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintExtended,
    ComplaintFinding,
    ComplaintInvestigated,
    ComplaintLodged,
    ComplaintRemedied,
    ComplaintWithdrawn,
)
from ledger.complaints.states import Complaint
from ledger.complaints.words import open_words, words
from ledger.ids import ComplaintId, CorrectionId, OperatorId
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    Known,
    Named,
    Private,
    Role,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.redress.events import CorrectionMade
from ledger.redress.lodging import complaint_key
from ledger.redress.matters import (
    Matter,
    command_facts,
    find,
    followed,
    matter_facts,
    must_follow,
    position_of,
    recorded_by,
)
from ledger.redress.refusals import (
    ComplaintStage,
    ComplaintUnknown,
    Concerned,
    CorrectionUnknown,
    EvidenceMissing,
    NobodyToWithdraw,
    NotAnsweredToSender,
    NotTheHandler,
    TermTooLong,
)
from ledger.redress.terms import EXTENSION, due, term_on, terms_needed
from ledger.registry.commands import not_in_future
from ledger.registry.refusals import BadDate
from ledger.standards.book import StandardBook

FINDINGS = {
    ComplaintFinding.UPHELD: Named(zh="属实", en="upheld"),
    ComplaintFinding.PARTLY_UPHELD: Named(zh="部分属实", en="partly upheld"),
    ComplaintFinding.NOT_UPHELD: Named(zh="不属实", en="not upheld"),
}


class ComplaintCommand(Command, frozen=True, kw_only=True):
    """Base of every step of a complaint in the operator's scope; whoever is complained of takes none."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER, Role.AUDITOR})
    complaint_id: ComplaintId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The complaint, where it is handled, and whatever else the step names."""
        facts = [Complaint.facts(self.complaint_id)]
        lodged = known.state(Complaint, self.complaint_id).lodged
        if lodged is not None:
            facts.append(Organisation.facts(lodged.organisation_id))
            facts += self.more(lodged, known)
        return tuple(facts)

    def more(self, lodged: ComplaintLodged, known: Known) -> list[Facts]:
        """Further facts the decision needs."""
        return []

    def complaint(self, known: Known, context: Context, *stages: str) -> tuple[Complaint, ComplaintLodged]:
        """The complaint, which must be at one of these stages, in scope and not about the operator."""
        complaint = known.state(Complaint, self.complaint_id)
        lodged = complaint.lodged
        if lodged is None:
            raise ComplaintUnknown(complaint=self.complaint_id)
        require_scope(context.actor, known.state(Organisation, lodged.organisation_id))
        if lodged.subject_operator == context.actor.operator_id:
            raise Concerned(operator=context.actor.operator_id)
        if complaint.stage not in stages:
            raise ComplaintStage(stage=complaint.stage)
        return complaint, lodged

    def on(self, day: date, complaint: Complaint, context: Context) -> date:
        """The day of the step: not in the future, not before the step before it."""
        not_in_future(day, context.today, "this step on", "办理日期")
        if day < complaint.last_on:
            raise BadDate(
                what="this step on", what_zh="办理日期", day=day,
                why=f"the step before was on {complaint.last_on}", why_zh=f"前一步骤在{complaint.last_on}",
            )  # fmt: skip
        return day

    def handled(self, complaint: Complaint, context: Context) -> None:
        """Raises ``NotTheHandler`` for anyone but the one it is assigned to."""
        if complaint.handler != context.actor.operator_id:
            raise NotTheHandler(handler=complaint.handler or "-")

    @staticmethod
    def of(lodged: ComplaintLodged) -> dict[str, Any]:
        """What every later event repeats of the first."""
        return {
            "complaint_id": lodged.complaint_id, "organisation_id": lodged.organisation_id,
            "household_id": lodged.household_id, "case_id": lodged.case_id, "other_case_ids": lodged.other_case_ids,
        }  # fmt: skip


class AcknowledgeComplaint(ComplaintCommand, frozen=True, kw_only=True):
    """Tells whoever complained that it is being handled; of an anonymous complaint the file says so."""

    acknowledged_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        complaint, lodged = self.complaint(known, context, "lodged", "assigned", "investigated")
        if complaint.acknowledged_on is not None:
            raise ComplaintStage(stage="acknowledged")
        day = self.on(self.acknowledged_on, complaint, context)
        yield ComplaintAcknowledged(told=not lodged.anonymous, occurred_on=day, **self.of(lodged))


class AssignComplaint(ComplaintCommand, frozen=True, kw_only=True):
    """Gives it to someone who is neither complained of nor acted in the matter; may be given to another later."""

    handler: OperatorId
    assigned_on: date

    def more(self, lodged: ComplaintLodged, known: Known) -> list[Facts]:
        return matter_facts(_matter(lodged), known)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        complaint, lodged = self.complaint(
            known, context, "lodged", "acknowledged", "assigned", "investigated"
        )
        handler = OperatorId(words(self.handler, "who is to handle it", "承办人"))
        found = find(_matter(lodged), known)
        concerned = complaint.concerned | (found.operators if found else frozenset())
        if handler in concerned:
            raise Concerned(operator=handler)
        yield ComplaintAssigned(
            handler=handler, concerned=tuple(sorted(concerned)), occurred_on=self.on(self.assigned_on, complaint, context),
            **self.of(lodged),
        )  # fmt: skip


def _matter(lodged: ComplaintLodged) -> Matter:
    return Matter(
        lodged.case_id,
        lodged.entitlement_id,
        lodged.payment_id,
        lodged.household_id or lodged.about_household,
    )


class InvestigateComplaint(ComplaintCommand, frozen=True, kw_only=True):
    """Records what its handler found, and by which documents [57 art. 37]."""

    finding: ComplaintFinding
    findings: str
    evidence: tuple[str, ...]
    investigated_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        complaint, lodged = self.complaint(known, context, "assigned", "investigated")
        self.handled(complaint, context)
        evidence = tuple(item.strip() for item in self.evidence if item.strip())
        if not evidence:
            raise EvidenceMissing
        yield ComplaintInvestigated(
            finding=self.finding, findings=Private(complaint_key(lodged.complaint_id), words(self.findings, "the findings", "核查情况")),
            evidence=evidence, note=FINDINGS[self.finding], occurred_on=self.on(self.investigated_on, complaint, context),
            **self.of(lodged),
        )  # fmt: skip


class ExtendComplaint(ComplaintCommand, frozen=True, kw_only=True):
    """Extends the term for the answer, once, with a reason; approved by someone other than the handler."""

    ROLES: ClassVar = frozenset({Role.REVIEWER, Role.AUDITOR})
    answer_by: date
    reason: str

    def more(self, lodged: ComplaintLodged, known: Known) -> list[Facts]:
        organisation = known.state(Organisation, lodged.organisation_id)
        return terms_needed((EXTENSION,), organisation.lineage) if organisation.exists else []

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        complaint, lodged = self.complaint(
            known, context, "lodged", "acknowledged", "assigned", "investigated"
        )
        if context.actor.operator_id in complaint.concerned | {complaint.handler}:
            raise Concerned(operator=context.actor.operator_id)
        book = StandardBook(r.event for r in known.recorded)
        lineage = known.state(Organisation, lodged.organisation_id).lineage
        latest = due(term_on(EXTENSION, book, lineage, context.today), lodged.answer_by)
        if complaint.extensions or not lodged.answer_by < self.answer_by <= latest:
            raise TermTooLong(latest=latest)
        yield ComplaintExtended(
            answer_by=self.answer_by,
            reason=open_words(self.reason, "the reason", "延期理由"),
            **self.of(lodged),
        )


class AnswerComplaint(ComplaintCommand, frozen=True, kw_only=True):
    """Answers it with what was found; a named complaint is answered to whoever lodged it [57 art. 37].

    An upheld one stays with its handler until what must be put right is, unless `remedy_needed` is false.
    """

    answer: str
    told: bool = True
    remedy_needed: bool = True
    answered_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        complaint, lodged = self.complaint(known, context, "investigated")
        self.handled(complaint, context)
        finding = complaint.finding or ComplaintFinding.NOT_UPHELD
        if not lodged.anonymous and not self.told:
            raise NotAnsweredToSender
        yield ComplaintAnswered(
            finding=finding, answer=Private(complaint_key(lodged.complaint_id), words(self.answer, "the answer", "答复内容")),
            told=not lodged.anonymous, remedy_needed=self.remedy_needed and finding is not ComplaintFinding.NOT_UPHELD,
            note=FINDINGS[finding], occurred_on=self.on(self.answered_on, complaint, context), **self.of(lodged),
        )  # fmt: skip


class RemedyComplaint(ComplaintCommand, frozen=True, kw_only=True):
    """Links an upheld complaint to what put it right: a correction, or the commands that did."""

    correction_id: CorrectionId | None = None
    remedy_commands: tuple[str, ...] = ()

    def more(self, lodged: ComplaintLodged, known: Known) -> list[Facts]:
        facts = command_facts(self.remedy_commands, lodged.household_id)
        if self.correction_id:
            facts.append(Facts(types=(CorrectionMade,), tags=(tag(CorrectionId, self.correction_id),)))
        return facts

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        _, lodged = self.complaint(known, context, "remedy_due")
        corrections = [e for e in known.events(CorrectionMade) if e.correction_id == self.correction_id]
        if self.correction_id and not corrections:
            raise CorrectionUnknown(correction=self.correction_id)
        if not corrections and not self.remedy_commands:
            raise EvidenceMissing
        later = recorded_by(
            known,
            self.remedy_commands,
            what="that put it right",
            what_zh="纠正事项",
            household_id=lodged.household_id,
        )
        must_follow(later, position_of(known, lodged))
        yield ComplaintRemedied(correction_id=self.correction_id, remedies=followed(later), **self.of(lodged))


class WithdrawComplaint(ComplaintCommand, frozen=True, kw_only=True):
    """Records that whoever lodged it took it back, before it was answered; nobody can for an anonymous one."""

    reason: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        complaint, lodged = self.complaint(
            known, context, "lodged", "acknowledged", "assigned", "investigated"
        )
        if lodged.anonymous:
            raise NobodyToWithdraw
        if context.actor.operator_id in complaint.concerned:
            raise Concerned(operator=context.actor.operator_id)
        yield ComplaintWithdrawn(reason=open_words(self.reason, "the reason", "撤回理由"), **self.of(lodged))
