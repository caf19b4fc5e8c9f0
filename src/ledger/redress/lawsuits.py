"""What may be recorded of lawsuits 行政诉讼 [57 art. 38, 649 art. 65]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from ledger.complaints.words import open_words, words
from ledger.ids import LawsuitId, ReviewId
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    Known,
    Named,
    Role,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.redress.challenges import RESULTS, ChallengeCommand, day_of, later_about
from ledger.redress.events import (
    WITHOUT_EFFECT,
    JudgmentCarriedOut,
    LawsuitConcluded,
    LawsuitFiled,
    ReviewResult,
)
from ledger.redress.matters import command_facts, followed
from ledger.redress.refusals import (
    ReviewStage,
    ReviewUnknown,
)
from ledger.redress.states import Lawsuit, Review


class FileLawsuit(ChallengeCommand, frozen=True, kw_only=True):
    """Records that someone the decision concerns went to court, after a review or without one [57 art. 38]."""

    review_id: ReviewId | None = None
    court: str
    docket: str
    filed_on: date

    def more(self, known: Known, context: Context) -> Boundary:
        facts = (Review.facts(self.review_id),) if self.review_id else ()
        return (*super().more(known, context), *facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        if self.review_id:
            review = known.state(Review, self.review_id)
            if review.requested is None or review.requested.household_id != self.household_id:
                raise ReviewUnknown(review=self.review_id)
        decision = self.challenged(known, household)
        court = open_words(self.court, "the court", "受诉法院")
        yield LawsuitFiled(
            lawsuit_id=context.new_id(LawsuitId), review_id=self.review_id, person_id=self.applicant,
            challenged=followed([decision])[0], court=court, docket=words(self.docket, "the docket number", "案号"),
            department=court, occurred_on=day_of(self.filed_on, decision.event.occurred_on or date.min, context, "filing on", "起诉日期"),
            **self.of(decision.event, household),
        )  # fmt: skip


class LawsuitCommand(Command, frozen=True, kw_only=True):
    """Base of what is recorded of a lawsuit later."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    lawsuit_id: LawsuitId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The lawsuit, the organisation whose decision it is, and whatever else the step names."""
        facts = [Lawsuit.facts(self.lawsuit_id)]
        filed = known.state(Lawsuit, self.lawsuit_id).filed
        if filed is not None:
            facts += [Organisation.facts(filed.organisation_id), *self.more(filed)]
        return tuple(facts)

    def more(self, filed: LawsuitFiled) -> list[Facts]:
        """Further facts the decision needs."""
        return []

    def lawsuit(self, known: Known, context: Context, stage: str) -> tuple[Lawsuit, LawsuitFiled]:
        """The lawsuit, which must be in scope and at this stage."""
        lawsuit = known.state(Lawsuit, self.lawsuit_id)
        if lawsuit.filed is None:
            raise ReviewUnknown(review=self.lawsuit_id)
        require_scope(context.actor, known.state(Organisation, lawsuit.filed.organisation_id))
        if lawsuit.stage != stage:
            raise ReviewStage(stage=lawsuit.stage)
        return lawsuit, lawsuit.filed

    @staticmethod
    def of(filed: LawsuitFiled) -> dict[str, Any]:
        """What every later event repeats of the first."""
        return {
            "lawsuit_id": filed.lawsuit_id, "review_id": filed.review_id, "household_id": filed.household_id,
            "organisation_id": filed.organisation_id, "case_id": filed.case_id, "entitlement_id": filed.entitlement_id,
        }  # fmt: skip


class ConcludeLawsuit(LawsuitCommand, frozen=True, kw_only=True):
    """Records the judgment; without a result the suit was taken back."""

    result: ReviewResult | None = None
    judgment: str
    carry_out_by: date | None = None
    concluded_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        lawsuit, filed = self.lawsuit(known, context, "filed")
        effect = self.result is not None and self.result not in WITHOUT_EFFECT
        yield LawsuitConcluded(
            result=self.result, judgment=words(self.judgment, "the number of the judgment", "裁判文书号"),
            carry_out_by=self.carry_out_by if effect else None,
            note=RESULTS[self.result] if self.result else Named(zh="撤诉", en="taken back"), department=filed.court,
            occurred_on=day_of(self.concluded_on, lawsuit.last_on, context, "the judgment on", "裁判日期"), **self.of(filed),
        )  # fmt: skip


class CarryOutJudgment(LawsuitCommand, frozen=True, kw_only=True):
    """Links the judgment to the commands that carried it out."""

    remedy_commands: tuple[str, ...]

    def more(self, filed: LawsuitFiled) -> list[Facts]:
        return command_facts(self.remedy_commands, filed.household_id)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        lawsuit, filed = self.lawsuit(known, context, "to_carry_out")
        later = later_about(known, self.remedy_commands, filed.household_id, lawsuit.concluded)
        yield JudgmentCarriedOut(remedies=followed(later), **self.of(filed))
