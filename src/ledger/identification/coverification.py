"""Co-verification 异地协查: where people live apart from their hukou, the organisation there helps [57 art. 5, 15; 83 三(二)]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.identification.calendar import add_working_days
from ledger.identification.case import Case
from ledger.identification.case_events import CoVerificationAnswered, CoVerificationRequested
from ledger.identification.procedure_base import CaseCommand, in_order, sealed
from ledger.identification.procedure_inquiry import ACCEPTED
from ledger.identification.procedure_refusals import CoVerificationUnknown
from ledger.identification.refusals import CaseClosed, CaseUnknown, StepMissing
from ledger.ids import CoVerificationId
from ledger.kernel import Context, Event, Facts, Known, OrganisationId, Role
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.registry.refusals import SameOrganisation
from ledger.standards.book import StandardBook, facts_for

CO_VERIFICATION_DAYS = "co_verification_days"
"""Working days the asked organisation has: a local standard."""


class RequestCoVerification(CaseCommand, frozen=True, kw_only=True):
    """Asks the organisation where the people live, or where their hukou is, to find out what only it can [57 art. 15]."""

    asked_id: OrganisationId
    matters: tuple[str, ...]
    requested_on: date

    def more(self, case: Case, known: Known, context: Context) -> list[Facts]:
        lineage = self.organisation(case, known).lineage
        return [
            Organisation.facts(self.asked_id),
            *facts_for(CO_VERIFICATION_DAYS, None, lineage, None, None),
        ]

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(case, self.requested_on, context, ("the request", "协查请求"), ACCEPTED)
        require_open(known, self.asked_id, self.requested_on)
        if self.asked_id == case.organisation_id:
            raise SameOrganisation(organisation=self.asked_id)
        if not any(matter.strip() for matter in self.matters):
            raise StepMissing(
                step="the request", step_zh="协查", missing="what is asked", missing_zh="协查事项"
            )
        book, lineage = StandardBook(known.events()), self.organisation(case, known).lineage
        days = book.get(CO_VERIFICATION_DAYS, None, lineage, self.requested_on).value
        yield CoVerificationRequested(
            co_verification_id=context.new_id(CoVerificationId), asked_id=self.asked_id, matters=self.matters,
            due_on=add_working_days(self.requested_on, days), occurred_on=self.requested_on, **self.of(case, known),
        )  # fmt: skip


class AnswerCoVerification(CaseCommand, frozen=True, kw_only=True):
    """The asked organisation answers; it needs no other part in the case [57 art. 15]."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER})
    co_verification_id: CoVerificationId
    confirmed: bool
    findings: str | None = None
    answered_on: date

    def more(self, case: Case, known: Known, context: Context) -> list[Facts]:
        asked = case.file.co_verifications.get(self.co_verification_id)
        return [Organisation.facts(asked.asked_id)] if asked else []

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = known.state(Case, self.case_id)
        if not case.exists:
            raise CaseUnknown(case=self.case_id)
        asked = case.file.co_verifications.get(self.co_verification_id)
        if asked is None or asked.answered:
            raise CoVerificationUnknown(request=self.co_verification_id)
        require_scope(context.actor, known.state(Organisation, asked.asked_id))
        if not case.open:
            raise CaseClosed(status=case.status)
        in_order(case, self.answered_on, context, ("the answer", "协查答复"),
                 (CoVerificationRequested, "the request", "协查请求"))  # fmt: skip
        yield CoVerificationAnswered(
            co_verification_id=self.co_verification_id, asked_id=OrganisationId(asked.asked_id), confirmed=self.confirmed,
            findings=sealed(case, self.findings), occurred_on=self.answered_on, **self.of(case, known),
        )  # fmt: skip
