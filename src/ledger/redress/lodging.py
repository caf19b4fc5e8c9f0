"""How a complaint 投诉, report 举报 or appeal 申诉 is taken in [649 art. 63, 57 art. 36]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.complaints.events import (
    ComplaintChannel,
    ComplaintKind,
    ComplaintLodged,
)
from ledger.complaints.words import words
from ledger.ids import ComplaintId, OperatorId
from ledger.kernel import (
    Basis,
    Boundary,
    CaseId,
    Command,
    Context,
    EntitlementId,
    Event,
    HouseholdId,
    Known,
    Named,
    OrganisationId,
    PaymentId,
    Private,
    Refused,
    Role,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.redress.matters import Found, Matter, find, matter_facts
from ledger.redress.refusals import (
    NothingComplainedOf,
    NotInCharge,
)
from ledger.redress.terms import ACKNOWLEDGE, ANSWER, due, term_on, terms_needed
from ledger.registry.commands import not_in_future
from ledger.standards.book import StandardBook

KINDS = {
    ComplaintKind.COMPLAINT: Named(zh="投诉", en="complaint"),
    ComplaintKind.REPORT: Named(zh="举报", en="report"),
    ComplaintKind.APPEAL: Named(zh="申诉", en="appeal"),
}


class LodgeComplaint(Command, frozen=True, kw_only=True):
    """Records what anyone, named or not, complains about: a case, payment, entitlement, household or officer.

    Without `complainant` it is anonymous. What is told of an officer alone is on no household's chain.
    """

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER, Role.AUDITOR, Role.DEPARTMENT})
    organisation_id: OrganisationId
    complaint_kind: ComplaintKind
    channel: ComplaintChannel
    complainant: str | None = None
    contact: str | None = None
    text: str
    case_id: CaseId | None = None
    payment_id: PaymentId | None = None
    entitlement_id: EntitlementId | None = None
    household_id: HouseholdId | None = None
    subject_operator: OperatorId | None = None
    lodged_on: date

    @property
    def matter(self) -> Matter:
        return Matter(self.case_id, self.entitlement_id, self.payment_id, self.household_id)

    def boundary(self, known: Known, context: Context) -> Boundary:
        facts = [Organisation.facts(self.organisation_id), *matter_facts(self.matter, known)]
        organisation = known.state(Organisation, self.organisation_id)
        if organisation.exists:
            facts += terms_needed((ACKNOWLEDGE, ANSWER), organisation.lineage)
            if context.actor.organisation_id not in organisation.lineage:
                facts.append(Organisation.facts(context.actor.organisation_id))
        found = _found_quietly(self.matter, known)
        if found is not None:
            facts.append(Organisation.facts(found.organisation_id))
        return tuple(facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        organisation = require_open(known, self.organisation_id, context.today)
        # A complaint may be handed upwards: who takes it in need not be in charge of it.
        if organisation.id not in known.state(Organisation, context.actor.organisation_id).lineage:
            require_scope(context.actor, organisation)
        not_in_future(self.lodged_on, context.today, "complaint on", "投诉日期")
        found = find(self.matter, known)
        if found is None and not self.subject_operator:
            raise NothingComplainedOf
        if (
            found is not None
            and organisation.id not in known.state(Organisation, found.organisation_id).lineage
        ):
            raise NotInCharge(organisation=organisation.id, subject=found.organisation_id)
        yield self._lodged(known, context, organisation, found)

    def _lodged(
        self, known: Known, context: Context, organisation: Organisation, found: Found | None
    ) -> Event:
        complaint = context.new_id(ComplaintId)
        key = complaint_key(complaint)
        named = bool((self.complainant or "").strip())
        book = StandardBook(r.event for r in known.recorded)
        terms = tuple(term_on(t, book, organisation.lineage, self.lodged_on) for t in (ACKNOWLEDGE, ANSWER))
        # Of an officer alone nothing goes on a chain: whoever reads it would learn of the complaint.
        alone = bool(self.subject_operator) and not (self.case_id or self.payment_id or self.entitlement_id)
        household = HouseholdId(found.household_id) if found and not alone else None
        open_cases = found.open_cases if found and household else ()
        return ComplaintLodged(
            complaint_id=complaint, organisation_id=OrganisationId(organisation.id), household_id=household,
            case_id=self.case_id, other_case_ids=tuple(case for case in open_cases if case != self.case_id),
            note=KINDS[self.complaint_kind], kind=self.complaint_kind, channel=self.channel, anonymous=not named,
            complainant=Private(key, (self.complainant or "").strip()) if named else None,
            contact=Private(key, self.contact.strip()) if self.contact and self.contact.strip() else None,
            text=Private(key, words(self.text, "what is complained of", "投诉举报内容")),
            payment_id=self.payment_id, entitlement_id=self.entitlement_id, subject_operator=self.subject_operator,
            about_household=found.household_id if found and alone else None,
            concerned=tuple(sorted(found.operators)) if found else (),
            acknowledge_by=due(terms[0], self.lodged_on), answer_by=due(terms[1], self.lodged_on), terms=terms,
            occurred_on=self.lodged_on, basis=Basis(rule="649 art. 63; 57 art. 36"),
        )  # fmt: skip


def _found_quietly(matter: Matter, known: Known) -> Found | None:
    """What is known of a matter so far; a boundary is asked before everything was read."""
    try:
        return find(matter, known)
    except Refused:
        return None  # told when it is decided


def complaint_key(complaint_id: str) -> str:
    """The key that seals everything private in one complaint: its own, so that no person's file leads to it."""
    return f"person:{complaint_id}"
