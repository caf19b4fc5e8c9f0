"""What may be recorded of reviews 行政复议 [57 art. 38, 649 art. 65, 行政复议法]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar

from ledger.complaints.words import open_words, words
from ledger.identification.events import (
    RefusalNotified,
)
from ledger.ids import ReviewId
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    Known,
    PersonId,
    Private,
    Role,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.redress.challenges import RESULTS, ChallengeCommand, day_of, later_about
from ledger.redress.events import (
    WITHOUT_EFFECT,
    ReviewAccepted,
    ReviewCarriedOut,
    ReviewDecided,
    ReviewExtended,
    ReviewNotAccepted,
    ReviewRequested,
    ReviewResult,
    ReviewServed,
    ReviewWithdrawn,
)
from ledger.redress.matters import command_facts, followed
from ledger.redress.refusals import (
    AlreadyChallenged,
    NothingToCarryOut,
    ReviewStage,
    ReviewTooLate,
    ReviewUnknown,
    TermTooLong,
)
from ledger.redress.states import Challenges, Review
from ledger.redress.terms import (
    ACCEPT,
    DECIDE,
    REQUEST,
    REVIEW_EXTENSION,
    SUE_AFTER_REVIEW,
    due,
    term_on,
    terms_needed,
)
from ledger.registry.commands import STAFF
from ledger.registry.refusals import BadDate
from ledger.standards.book import StandardBook


class RequestReview(ChallengeCommand, frozen=True, kw_only=True):
    """Someone the decision concerns asks for its review, within the term from knowing of it [行政复议法 art. 20].

    The term stands still while they were hindered, `hindered_days` in all, for the reason in `hindrance`.
    """

    organ: str
    known_on: date
    requested_on: date
    grounds: str
    hindered_days: int = 0
    hindrance: str | None = None

    def terms(self, lineage: tuple[str, ...]) -> list[Facts]:
        return terms_needed((REQUEST, ACCEPT), lineage)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        decision = self.challenged(known, household)
        if decision.event.event_id in known.state(Challenges, self.household_id).reviewed:
            raise AlreadyChallenged(review=decision.event.event_id)
        told = [e for e in known.events(RefusalNotified) if e.case_id == self.case_id and e.occurred_on]
        first = max(e.occurred_on or date.min for e in (decision.event, *told))
        day_of(self.known_on, first, context, "knowing of it on", "知道决定的日期")
        day_of(self.requested_on, self.known_on, context, "the request on", "申请复议日期")
        lineage = known.state(Organisation, household.organisation_id).lineage
        book = StandardBook(r.event for r in known.recorded)
        request, accept = (term_on(t, book, lineage, self.requested_on) for t in (REQUEST, ACCEPT))
        if self.hindered_days < 0 or (self.hindered_days and not (self.hindrance or "").strip()):
            raise BadDate(
                what="hindrance of days", what_zh="耽误天数", day=self.hindered_days,
                why="it needs a reason and may not be negative", why_zh="须说明事由且不得为负",
            )  # fmt: skip
        latest = due(request, self.known_on) + timedelta(days=self.hindered_days)
        if self.requested_on > latest:
            raise ReviewTooLate(latest=latest, days=request.days, basis=request.basis)
        yield ReviewRequested(
            review_id=context.new_id(ReviewId), person_id=self.applicant, challenged=followed([decision])[0],
            organ=open_words(self.organ, "the organ of review", "复议机关"), known_on=self.known_on, request_by=latest,
            accept_by=due(accept, self.requested_on),
            grounds=Private(tag(PersonId, self.applicant), words(self.grounds, "the grounds", "复议理由")),
            hindered_days=self.hindered_days, hindrance=self.hindrance or None, terms=(request, accept),
            occurred_on=self.requested_on, **self.of(decision.event, household),
        )  # fmt: skip


class ReviewCommand(Command, frozen=True, kw_only=True):
    """Base of every further step of a review, recorded in the operator's scope."""

    ROLES: ClassVar = STAFF
    review_id: ReviewId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The review, the organisation whose decision it is, and whatever else the step names."""
        facts = [Review.facts(self.review_id)]
        requested = known.state(Review, self.review_id).requested
        if requested is not None:
            facts.append(Organisation.facts(requested.organisation_id))
            organisation = known.state(Organisation, requested.organisation_id)
            facts += self.more(requested, organisation.lineage if organisation.exists else ())
        return tuple(facts)

    def more(self, requested: ReviewRequested, lineage: tuple[str, ...]) -> list[Facts]:
        """Further facts the decision needs."""
        return []

    def review(self, known: Known, context: Context, *stages: str) -> tuple[Review, ReviewRequested]:
        """The review, which must be in scope and at one of these stages."""
        review = known.state(Review, self.review_id)
        if review.requested is None:
            raise ReviewUnknown(review=self.review_id)
        require_scope(context.actor, known.state(Organisation, review.requested.organisation_id))
        if review.stage not in stages:
            raise ReviewStage(stage=review.stage)
        return review, review.requested

    @staticmethod
    def of(requested: ReviewRequested, *, by_organ: bool = True) -> dict[str, Any]:
        """What every later event repeats of the request."""
        return {
            "review_id": requested.review_id, "household_id": requested.household_id,
            "organisation_id": requested.organisation_id, "case_id": requested.case_id,
            "entitlement_id": requested.entitlement_id, "department": requested.organ if by_organ else None,
        }  # fmt: skip

    @staticmethod
    def lineage(known: Known, requested: ReviewRequested) -> tuple[str, ...]:
        """The organisations whose standards hold."""
        return known.state(Organisation, requested.organisation_id).lineage


class AcceptReview(ReviewCommand, frozen=True, kw_only=True):
    """Records that the organ took the review up [行政复议法 art. 30]."""

    accepted_on: date

    def more(self, requested: ReviewRequested, lineage: tuple[str, ...]) -> list[Facts]:
        return terms_needed((DECIDE,), lineage)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        review, requested = self.review(known, context, "requested")
        day = day_of(self.accepted_on, review.last_on, context, "acceptance on", "受理日期")
        book = StandardBook(r.event for r in known.recorded)
        term = term_on(DECIDE, book, self.lineage(known, requested), day)
        yield ReviewAccepted(decide_by=due(term, day), term=term, occurred_on=day, **self.of(requested))


class DeclineReview(ReviewCommand, frozen=True, kw_only=True):
    """Records that the organ did not take it up, and why [行政复议法 art. 30]."""

    reason: str
    article: str
    decided_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        review, requested = self.review(known, context, "requested")
        yield ReviewNotAccepted(
            reason=open_words(self.reason, "the reason", "理由"), article=words(self.article, "the article", "依据条款"),
            occurred_on=day_of(self.decided_on, review.last_on, context, "the decision on", "决定日期"), **self.of(requested),
        )  # fmt: skip


class ExtendReview(ReviewCommand, frozen=True, kw_only=True):
    """Records that the organ extended its term, once [行政复议法 art. 62]."""

    decide_by: date
    reason: str

    def more(self, requested: ReviewRequested, lineage: tuple[str, ...]) -> list[Facts]:
        return terms_needed((REVIEW_EXTENSION,), lineage)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        review, requested = self.review(known, context, "accepted")
        term = term_on(
            REVIEW_EXTENSION,
            StandardBook(r.event for r in known.recorded),
            self.lineage(known, requested),
            context.today,
        )
        before = review.decide_by or context.today
        latest = due(term, before)
        if review.extended or not before < self.decide_by <= latest:
            raise TermTooLong(latest=latest)
        reason = open_words(self.reason, "the reason", "延期理由")
        yield ReviewExtended(decide_by=self.decide_by, reason=reason, term=term, **self.of(requested))


class WithdrawReview(ReviewCommand, frozen=True, kw_only=True):
    """Records that the applicant took the request back."""

    reason: str
    withdrawn_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        review, requested = self.review(known, context, "requested", "accepted")
        yield ReviewWithdrawn(
            reason=open_words(self.reason, "the reason", "撤回理由"),
            occurred_on=day_of(self.withdrawn_on, review.last_on, context, "the withdrawal on", "撤回日期"),
            **self.of(requested, by_organ=False),
        )  # fmt: skip


class DecideReview(ReviewCommand, frozen=True, kw_only=True):
    """Records what the organ decided; unless the decision stands, what must follow is due by `carry_out_by`."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    result: ReviewResult
    reason: str
    article: str
    decision_number: str
    carry_out_by: date | None = None
    decided_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        review, requested = self.review(known, context, "accepted")
        yield ReviewDecided(
            result=self.result, reason=open_words(self.reason, "the reason", "理由"),
            article=words(self.article, "the article", "依据条款"),
            decision_number=words(self.decision_number, "the number of the decision", "决定文号"),
            carry_out_by=None if self.result in WITHOUT_EFFECT else self.carry_out_by, note=RESULTS[self.result],
            occurred_on=day_of(self.decided_on, review.last_on, context, "the decision on", "决定日期"), **self.of(requested),
        )  # fmt: skip


class ServeReview(ReviewCommand, frozen=True, kw_only=True):
    """Records that the decision was served on the applicant; the term to go to court begins."""

    served_by: str
    served_on: date

    def more(self, requested: ReviewRequested, lineage: tuple[str, ...]) -> list[Facts]:
        return terms_needed((SUE_AFTER_REVIEW,), lineage)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        review, requested = self.review(known, context, "to_carry_out", "closed")
        if review.decided is None or review.served:
            raise ReviewStage(stage="served")
        day = day_of(
            self.served_on, review.decided.occurred_on or date.min, context, "service on", "送达日期"
        )
        term = term_on(
            SUE_AFTER_REVIEW,
            StandardBook(r.event for r in known.recorded),
            self.lineage(known, requested),
            day,
        )
        served_by = open_words(self.served_by, "who served it", "送达人")
        yield ReviewServed(
            served_by=served_by, sue_by=due(term, day), term=term, occurred_on=day, **self.of(requested)
        )


class CarryOutReview(ReviewCommand, frozen=True, kw_only=True):
    """Links the decision of the review to the commands that carried it out."""

    remedy_commands: tuple[str, ...]

    def more(self, requested: ReviewRequested, lineage: tuple[str, ...]) -> list[Facts]:
        return command_facts(self.remedy_commands, requested.household_id)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        state = known.state(Review, self.review_id)
        if state.decided is not None and state.decided.result in WITHOUT_EFFECT:
            raise NothingToCarryOut
        review, requested = self.review(known, context, "to_carry_out")
        later = later_about(known, self.remedy_commands, requested.household_id, review.decided)
        yield ReviewCarriedOut(remedies=followed(later), **self.of(requested, by_organ=False))
