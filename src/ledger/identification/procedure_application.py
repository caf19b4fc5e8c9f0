"""From an application to its acceptance: who applies for whom, what is missing, what is promised."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.identification.calendar import add_working_days
from ledger.identification.case import Case
from ledger.identification.case_events import (
    ChildProgramme,
    ChildProgrammeChosen,
    PromiseBroken,
    PromiseSigned,
    SupplementReceived,
)
from ledger.identification.events import (
    ApplicationAccepted,
    ApplicationSubmitted,
    CaseAborted,
    CaseEvent,
    CategoryCode,
    CategoryConfirmed,
    CategoryRefused,
    SinglePerson,
    SupplementRequested,
)
from ledger.identification.procedure_base import (
    CaseCommand,
    devolved_facts,
    in_order,
    is_devolved,
    name_of,
    sealed,
)
from ledger.identification.procedure_refusals import (
    AuthorityNeeded,
    ChoseChildProgramme,
    KindUnknown,
    ListedOnly,
    NotMinor,
    NotOwed,
    NotSinglePerson,
    SupplementOutstanding,
)
from ledger.identification.refusals import (
    ApplicationPending,
    OnePersonOnly,
    ReasonNeeded,
    StepDone,
    WholeHouseholdOrNone,
)
from ledger.ids import ContractId, ProviderId
from ledger.kernel import (
    Boundary,
    CaseId,
    Context,
    Event,
    Facts,
    HouseholdId,
    Known,
    OrganisationId,
    PersonId,
    Role,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.programmes.book import Categories, category_facts
from ledger.programmes.contract_events import ServiceKind
from ledger.programmes.contract_refusals import ContractUnknown
from ledger.programmes.contracts import Contract, require_contract
from ledger.programmes.events import CategoryDefined, CoverLevel, Rule
from ledger.registry.commands import STAFF, HouseholdCommand, known_household, not_in_future
from ledger.registry.refusals import BadDate, NotMember
from ledger.registry.states import Household, age_on

ADULT_FROM = 18


def child_facts(person: str) -> Facts:
    """What must be read to know whether a minor chose another programme."""
    return Facts(types=(ChildProgrammeChosen,), tags=(tag(PersonId, person),))


def check_kind(definition: CategoryDefined, kind: str | None) -> None:
    """Raises ``KindUnknown`` unless the kind is one of the category's; a category without kinds takes none."""
    codes = [k.code for k in definition.kinds]
    if (kind not in codes) if codes else bool(kind):
        raise KindUnknown(category=definition.code, kind=kind or "-", known=", ".join(codes) or "-")


def require_provider_or_scope(
    known: Known, context: Context, place: Organisation, contract_id: str | None, day: date
) -> None:
    """Staff must have the household in scope; a provider acts by its contract for applications, in force on the day."""
    if context.actor.role is not Role.PROVIDER:
        require_scope(context.actor, place)
        return
    if contract_id is None:
        raise ContractUnknown(contract="-")
    require_contract(known.state(Contract, contract_id), place, ServiceKind.APPLYING, day, context.actor)


class SubmitApplication(HouseholdCommand, frozen=True, kw_only=True):
    """A household applies through one of its members, or someone on its behalf [57 art. 4, 6; 43 art. 10].

    Whether a category takes in whole households or one person its definition says. A provider may hand it in
    by its contract for applications.
    """

    ROLES: ClassVar = STAFF | {Role.PROVIDER}
    category: CategoryCode
    applicant: PersonId
    covered: tuple[PersonId, ...]
    on_behalf_of: str | None = None
    authority: str | None = None
    category_kind: str | None = None
    single_person: SinglePerson | None = None
    lives_elsewhere: bool = False
    contract_id: ContractId | None = None
    submitted_on: date

    def more(self, known: Known, context: Context) -> Boundary:
        types = (ApplicationSubmitted, CaseAborted, CategoryConfirmed, CategoryRefused)
        facts = [
            Facts(types=types, tags=(tag(HouseholdId, self.household_id),)),
            category_facts(self.category),
        ]
        definition = Categories.of(known).find(self.category, self.submitted_on)
        if definition is not None and definition.assessment is Rule.TEKUN:
            facts += [child_facts(person) for person in self.covered]
        if self.contract_id is not None:
            facts.append(Contract.facts(self.contract_id))
        return tuple(facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = known_household(known, self.household_id)
        place = known.state(Organisation, household.organisation_id)
        require_provider_or_scope(known, context, place, self.contract_id, self.submitted_on)
        not_in_future(self.submitted_on, context.today, "application on", "申请日期")
        definition = Categories.of(known).get(self.category, self.submitted_on)
        if not definition.procedure.steps:
            raise ListedOnly(category=self.category)
        check_kind(definition, self.category_kind)
        if self.on_behalf_of and not (self.authority or "").strip():
            raise AuthorityNeeded(what="a power of attorney", what_zh="委托书")
        self._people(household, definition)
        self._children(known)
        self._none_pending(known)
        provider = context.actor.organisation_id if context.actor.role is Role.PROVIDER else None
        yield ApplicationSubmitted(
            case_id=context.new_id(CaseId), household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id), category=self.category, named=name_of(definition),
            person_id=self.applicant, covered=self.covered, on_behalf_of=self.on_behalf_of, authority=self.authority,
            provider_id=ProviderId(provider) if provider else None, contract_id=self.contract_id if provider else None,
            category_kind=self.category_kind, single_person=self.single_person, lives_elsewhere=self.lives_elsewhere,
            occurred_on=self.submitted_on,
        )  # fmt: skip

    def _people(self, household: Household, definition: CategoryDefined) -> None:
        """Who is named lives there; whole households apply whole, except one person for a reason of art. 8."""
        present = {m.person_id: m for m in household.current()}
        for person in (self.applicant, *self.covered):
            if person not in present:
                raise NotMember(person=person, day=self.submitted_on)
            if self.submitted_on < present[person].birth_date:
                raise BadDate(what="application on", what_zh="申请日期", day=self.submitted_on,
                              why="before birth", why_zh="早于出生日期")  # fmt: skip
        alone = definition.cover_level is CoverLevel.PERSON or self.single_person is not None
        if self.single_person is not None and definition.assessment is not Rule.DIBAO:
            raise NotSinglePerson(
                person=self.applicant, why="only dibao knows this", why_zh="仅低保可单独申请"
            )
        if alone and len(self.covered) != 1:
            raise OnePersonOnly(count=len(self.covered))
        if not alone and set(self.covered) != present.keys():
            raise WholeHouseholdOrNone(count=len(set(self.covered)), members=len(present))

    def _children(self, known: Known) -> None:
        for event in known.events(ChildProgrammeChosen):
            if event.person_id in self.covered:
                raise ChoseChildProgramme(person=event.person_id, programme=event.child_programme.value)

    def _none_pending(self, known: Known) -> None:
        pending: dict[str, ApplicationSubmitted] = {}
        for event in known.events(ApplicationSubmitted, CaseAborted, CategoryConfirmed, CategoryRefused):
            if isinstance(event, ApplicationSubmitted):
                pending[event.case_id] = event
            elif isinstance(event, CaseEvent):
                pending.pop(event.case_id, None)
        for event in pending.values():
            if event.category == self.category and set(event.covered) & set(self.covered):
                raise ApplicationPending(category=self.category)


class ChooseChildProgramme(HouseholdCommand, frozen=True, kw_only=True):
    """Records that a minor is kept as an orphan or de facto unsupported child, and so is not tekun [43 art. 9]."""

    person_id: PersonId
    child_programme: ChildProgramme
    document: str
    chosen_on: date

    def more(self, known: Known, context: Context) -> Boundary:
        return (child_facts(self.person_id),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.chosen_on, context.today, "choice on", "选择日期")
        member = household.member(self.person_id)
        if member is None:
            raise NotMember(person=self.person_id, day=self.chosen_on)
        if self.chosen_on < member.birth_date or age_on(member.birth_date, self.chosen_on) >= ADULT_FROM:
            raise NotMinor(person=self.person_id, day=self.chosen_on)
        if any(True for _ in known.events(ChildProgrammeChosen)):
            raise StepDone(step="the choice", step_zh="选择")
        yield ChildProgrammeChosen(
            household_id=self.household_id, organisation_id=OrganisationId(household.organisation_id), person_id=self.person_id,
            child_programme=self.child_programme, document=self.document, occurred_on=self.chosen_on,
        )  # fmt: skip


class RequestSupplement(CaseCommand, frozen=True, kw_only=True):
    """Tells once, completely, what is missing 一次性告知 [57 art. 10, 43 art. 12]."""

    missing: tuple[str, ...]
    requested_on: date | None = None

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, accepted=False)
        day = self.requested_on or context.today
        in_order(
            case, day, context, ("the request", "一次性告知"), (ApplicationSubmitted, "application", "申请")
        )
        if case.done(SupplementRequested) or case.done(ApplicationAccepted):
            raise StepDone(step="the request for supplements", step_zh="一次性告知补正")
        yield SupplementRequested(missing=self.missing, occurred_on=day, **self.of(case, known))


class ReceiveSupplement(CaseCommand, frozen=True, kw_only=True):
    """Records what came in of what had been asked for [57 art. 10]."""

    received: tuple[str, ...]
    received_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, accepted=False)
        in_order(
            case,
            self.received_on,
            context,
            ("the supplement", "补正"),
            (SupplementRequested, "the request", "一次性告知"),
        )
        unknown = [item for item in self.received if item not in case.file.missing]
        if unknown or not self.received:
            raise NotOwed(what="、".join(unknown) or "-")
        yield SupplementReceived(received=self.received, occurred_on=self.received_on, **self.of(case, known))


class SignPromise(CaseCommand, frozen=True, kw_only=True):
    """A signed promise stands in place of named proofs 告知承诺: they are owed no more [83 一(二)]."""

    person_id: PersonId
    proofs: tuple[str, ...]
    document: str
    signed_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, accepted=False)
        in_order(
            case,
            self.signed_on,
            context,
            ("the promise", "承诺"),
            (ApplicationSubmitted, "application", "申请"),
        )
        if known.state(Household, case.household_id).member(self.person_id) is None:
            raise NotMember(person=self.person_id, day=self.signed_on)
        if not self.proofs or not self.document.strip():
            raise AuthorityNeeded(what="a signed promise naming the proofs", what_zh="载明证明事项的承诺书")
        yield PromiseSigned(person_id=self.person_id, proofs=self.proofs, document=self.document,
                            occurred_on=self.signed_on, **self.of(case, known))  # fmt: skip


class RecordBrokenPromise(CaseCommand, frozen=True, kw_only=True):
    """Records that a promise was false: a breach; the proofs are owed again [83 一(二), 五(五)]."""

    person_id: PersonId
    proofs: tuple[str, ...]
    article: str
    findings: str | None = None
    found_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        # A promise may prove false long after the decision that relied on it.
        case = self.found(known, context)
        in_order(
            case, self.found_on, context, ("the breach", "失信认定"), (PromiseSigned, "the promise", "承诺")
        )
        unknown = [item for item in self.proofs if item not in case.file.promised]
        if unknown or not self.proofs:
            raise NotOwed(what="、".join(unknown) or "-")
        if not self.article.strip():
            raise ReasonNeeded
        yield PromiseBroken(person_id=self.person_id, proofs=self.proofs, article=self.article,
                            findings=sealed(case, self.findings), occurred_on=self.found_on, **self.of(case, known))  # fmt: skip


class AcceptApplication(CaseCommand, frozen=True, kw_only=True):
    """Accepts a complete application; what is due when, the category's definition says [57 art. 10, 15, 22; 43 art. 12–13]."""

    accepted_on: date

    def more(self, case: Case, known: Known, context: Context) -> list[Facts]:
        return devolved_facts(case.category, self.organisation(case, known).lineage)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, accepted=False)
        in_order(case, self.accepted_on, context, ("acceptance", "受理"), (ApplicationSubmitted, "application", "申请"),
                 (SupplementReceived, "the supplement", "补正"))  # fmt: skip
        if case.done(ApplicationAccepted):
            raise StepDone(step="acceptance", step_zh="受理")
        if case.file.missing:
            raise SupplementOutstanding(missing="、".join(case.file.missing))
        steps = self.definition(case, known).procedure
        lineage = self.organisation(case, known).lineage
        devolved = is_devolved(known, case.category, lineage, self.accepted_on)
        shorter = steps.devolved_days if devolved else None
        yield ApplicationAccepted(
            due_on=add_working_days(self.accepted_on, shorter or steps.total_days),
            start_by=add_working_days(self.accepted_on, steps.start_days),
            opinion_by=add_working_days(self.accepted_on, steps.town_days) if steps.town_days else None,
            publicise_again=steps.publicise_again,
            devolved=devolved,
            occurred_on=self.accepted_on,
            **self.of(case, known),
        )


class AbortCase(CaseCommand, frozen=True, kw_only=True):
    """Stops a case: withdrawn, or cooperation refused without good reason [57 art. 29]."""

    reason: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, accepted=False)
        yield CaseAborted(reason=self.reason, **self.of(case, known))
