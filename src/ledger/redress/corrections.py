"""What may be done about errors 容错纠错: corrected by further events, assessed by others, exempted or not [57 art. 39, S 四(三)]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.complaints.events import ComplaintLodged
from ledger.complaints.states import Complaint
from ledger.complaints.words import open_words, words
from ledger.ids import ComplaintId, CorrectionId, OperatorId
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    HouseholdId,
    Known,
    Named,
    OrganisationId,
    Private,
    Recorded,
    Role,
    UnitId,
    tag,
    tags_of,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.redress.events import (
    CorrectionMade,
    ErrorAssessed,
    ExemptionGranted,
    FoundBy,
    Grounds,
    HeldAccountable,
    Measure,
)
from ledger.redress.matters import command_facts, followed, must_follow, recorded_by, recorded_on
from ledger.redress.refusals import (
    AlreadyDecidedOn,
    ComplaintUnknown,
    CorrectionUnknown,
    EvidenceMissing,
    GroundsMissing,
    NotAssessed,
    NotCorrectedInTime,
    NotTheirError,
    OwnError,
    TwoAssessorsNeeded,
)
from ledger.redress.states import Correction
from ledger.redress.terms import CORRECTION, due, term_on, terms_needed
from ledger.registry.commands import not_in_future
from ledger.registry.refusals import BadDate
from ledger.registry.states import Household
from ledger.standards.book import StandardBook

GROUNDS = {
    "public_spirited": ("they acted in good faith", "秉持公心"),
    "duty_done": ("they did their duty", "履职尽责"),
    "objective_cause": ("the cause lay outside", "因客观原因"),
}


class MakeCorrection(Command, frozen=True, kw_only=True):
    """Says which events were wrong, what is right, and which events corrected them; the originals stay as they are.

    `wrong_commands` recorded the error (`wrong_events` names some of their events alone), `correcting_commands`
    put it right. Where it concerns one household only their events about it count.
    """

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.DEPARTMENT, Role.ADMIN})
    organisation_id: OrganisationId
    household_id: HouseholdId | None = None
    complaint_id: ComplaintId | None = None
    wrong_commands: tuple[str, ...]
    wrong_events: tuple[str, ...] = ()
    correcting_commands: tuple[str, ...]
    wrong: str
    right: str
    cause: str
    found_by: FoundBy
    found_by_operator: str | None = None
    discovered_on: date

    def boundary(self, known: Known, context: Context) -> Boundary:
        facts = [
            Organisation.facts(self.organisation_id),
            *command_facts((*self.wrong_commands, *self.correcting_commands), self.household_id),
        ]
        if self.household_id:
            facts.append(Household.facts(self.household_id))
        if self.complaint_id:
            facts.append(Facts(types=(ComplaintLodged,), tags=(tag(ComplaintId, self.complaint_id),)))
        facts += [Organisation.facts(place) for place in _places(known, self.wrong_commands)]
        return tuple(dict.fromkeys(facts))

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        require_scope(context.actor, require_open(known, self.organisation_id, context.today))
        if not self.wrong_commands or not self.correcting_commands:
            raise EvidenceMissing
        if self.complaint_id and not known.state(Complaint, self.complaint_id).exists:
            raise ComplaintUnknown(complaint=self.complaint_id)
        originals = recorded_by(
            known, self.wrong_commands, what="that was wrong", what_zh="被更正事项", household_id=self.household_id,
            event_ids=self.wrong_events,
        )  # fmt: skip
        correctives = recorded_by(
            known,
            self.correcting_commands,
            what="that corrects it",
            what_zh="纠正事项",
            household_id=self.household_id,
        )
        must_follow(correctives, max(r.position for r in originals))
        for place in _places(known, self.wrong_commands):
            require_scope(context.actor, known.state(Organisation, place))
        yield self._made(context, originals, correctives)

    def _made(
        self, context: Context, originals: list[Recorded], correctives: list[Recorded]
    ) -> CorrectionMade:
        corrected_on = max(recorded_on(r) for r in correctives)
        not_in_future(self.discovered_on, context.today, "discovery on", "发现日期")
        # Some errors are older than their record: nothing is discovered before it was so.
        first = min(min(recorded_on(r), r.event.occurred_on or recorded_on(r)) for r in originals)
        if not first <= self.discovered_on <= corrected_on:
            raise BadDate(
                what="discovery on", what_zh="发现日期", day=self.discovered_on,
                why=f"it lies between the error ({first}) and its correction ({corrected_on})",
                why_zh=f"应在差错登记（{first}）与纠正（{corrected_on}）之间",
            )  # fmt: skip
        correction = context.new_id(CorrectionId)
        key = tag(HouseholdId, self.household_id) if self.household_id else f"person:{correction}"
        count = len(originals)
        operators = dict.fromkeys(
            OperatorId(r.event.actor.operator_id) for r in originals if r.event.actor.operator_id
        )
        return CorrectionMade(
            correction_id=correction, organisation_id=self.organisation_id, household_id=self.household_id,
            complaint_id=self.complaint_id, originals=followed(originals), correctives=followed(correctives),
            corrected_operators=tuple(operators), wrong=Private(key, words(self.wrong, "what was wrong", "差错内容")),
            right=Private(key, words(self.right, "what is right", "正确内容")), cause=open_words(self.cause, "the cause", "差错原因"),
            found_by=self.found_by, found_by_operator=self.found_by_operator or None, discovered_on=self.discovered_on,
            corrected_on=corrected_on, note=Named(zh=f"更正{count}项登记", en=f"{count} corrected"),
        )  # fmt: skip


def _places(known: Known, commands: tuple[str, ...]) -> list[str]:
    """The organisations that what these commands recorded concerns."""
    kinds = tuple(tag(kind, "") for kind in (OrganisationId, UnitId))
    tags = (t for r in known.recorded if r.event.command_id in commands for t in tags_of(r.event))
    return list(dict.fromkeys(t.partition(":")[2] for t in tags if t.startswith(kinds)))


class ErrorCommand(Command, frozen=True, kw_only=True):
    """Base of what others decide about who made an error; whoever made it decides nothing."""

    ROLES: ClassVar = frozenset({Role.REVIEWER, Role.AUDITOR})
    correction_id: CorrectionId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The correction, its organisation, and the term of a timely correction there."""
        facts = [Correction.facts(self.correction_id)]
        made = known.state(Correction, self.correction_id).made
        if made is not None:
            facts.append(Organisation.facts(made.organisation_id))
            organisation = known.state(Organisation, made.organisation_id)
            if organisation.exists:
                facts += terms_needed((CORRECTION,), organisation.lineage)
        return tuple(facts)

    def correction(self, known: Known, context: Context) -> tuple[Correction, CorrectionMade]:
        """The correction, which must be in scope and not of the operator's own error."""
        correction = known.state(Correction, self.correction_id)
        if correction.made is None:
            raise CorrectionUnknown(correction=self.correction_id)
        require_scope(context.actor, known.state(Organisation, correction.made.organisation_id))
        if context.actor.operator_id in correction.made.corrected_operators:
            raise OwnError(operator=context.actor.operator_id)
        return correction, correction.made


class AssessError(ErrorCommand, frozen=True, kw_only=True):
    """Two or more, none of whom made the error, assess it together [S 四(三) 三个区分开来]."""

    assessors: tuple[OperatorId, ...]
    grounds: Grounds
    opinion: str
    minutes: str
    assessment_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        correction, made = self.correction(known, context)
        if correction.assessed is not None:
            raise AlreadyDecidedOn(operator=", ".join(made.corrected_operators))
        assessors = tuple(dict.fromkeys(a for a in self.assessors if a.strip()))
        for assessor in assessors:
            if assessor in made.corrected_operators:
                raise OwnError(operator=assessor)
        if len(assessors) < 2 or context.actor.operator_id not in assessors:
            raise TwoAssessorsNeeded(count=len(assessors))
        not_in_future(self.assessment_on, context.today, "assessment on", "评估日期")
        if self.assessment_on < made.corrected_on:
            raise BadDate(
                what="assessment on",
                what_zh="评估日期",
                day=self.assessment_on,
                why="before the correction",
                why_zh="早于纠正日期",
            )
        yield ErrorAssessed(
            correction_id=made.correction_id, organisation_id=made.organisation_id, assessors=assessors, grounds=self.grounds,
            opinion=open_words(self.opinion, "the opinion", "评估意见"), minutes=words(self.minutes, "the minutes", "评估记录"),
            occurred_on=self.assessment_on,
        )  # fmt: skip


class OutcomeCommand(ErrorCommand, frozen=True, kw_only=True):
    """Base of the decisions on one operator after the assessment."""

    operator_id: OperatorId
    reason: str
    decision_number: str
    decided_on: date

    def open_for(self, known: Known, context: Context) -> tuple[ErrorAssessed, CorrectionMade]:
        """The assessment and the correction, nothing being decided on this operator yet."""
        correction, made = self.correction(known, context)
        if self.operator_id not in made.corrected_operators:
            raise NotTheirError(operator=self.operator_id)
        if self.operator_id in correction.outcomes:
            raise AlreadyDecidedOn(operator=self.operator_id)
        if correction.assessed is None:
            raise NotAssessed
        not_in_future(self.decided_on, context.today, "the decision on", "决定日期")
        if correction.assessed.occurred_on and self.decided_on < correction.assessed.occurred_on:
            raise BadDate(
                what="the decision on",
                what_zh="决定日期",
                day=self.decided_on,
                why="before the assessment",
                why_zh="早于评估日期",
            )
        return correction.assessed, made


class GrantExemption(OutcomeCommand, frozen=True, kw_only=True):
    """Exempts who made an error: in good faith, duty done, the cause outside, and corrected in time [57 art. 39]."""

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        assessed, made = self.open_for(known, context)
        for name, (english, chinese) in GROUNDS.items():
            if not getattr(assessed.grounds, name):
                raise GroundsMissing(missing=english, missing_zh=chinese)
        lineage = known.state(Organisation, made.organisation_id).lineage
        term = term_on(CORRECTION, StandardBook(r.event for r in known.recorded), lineage, made.discovered_on)
        latest = due(term, made.discovered_on)
        if made.corrected_on > latest:
            raise NotCorrectedInTime(
                discovered=made.discovered_on, corrected=made.corrected_on, latest=latest
            )
        yield ExemptionGranted(
            correction_id=made.correction_id, organisation_id=made.organisation_id, operator_id=self.operator_id,
            discovered_on=made.discovered_on, corrected_on=made.corrected_on, in_time_until=latest, term=term,
            reason=open_words(self.reason, "the reason", "理由"),
            decision_number=words(self.decision_number, "the number of the decision", "决定文号"), occurred_on=self.decided_on,
        )  # fmt: skip


class HoldAccountable(OutcomeCommand, frozen=True, kw_only=True):
    """Holds who made an error to account, with measure and article [57 art. 39, 649 art. 66]."""

    measure: Measure
    article: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        _, made = self.open_for(known, context)
        yield HeldAccountable(
            correction_id=made.correction_id, organisation_id=made.organisation_id, operator_id=self.operator_id,
            measure=self.measure, reason=open_words(self.reason, "the reason", "理由"),
            article=words(self.article, "the article", "依据条款"),
            decision_number=words(self.decision_number, "the number of the decision", "决定文号"), occurred_on=self.decided_on,
        )  # fmt: skip
