"""What may be done to an institution itself: registered, changed, given another account, closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from ledger.ids import InstitutionId
from ledger.institutions.events import (
    InstitutionAccountNominated,
    InstitutionChanged,
    InstitutionClosed,
    InstitutionRegistered,
    StayKind,
)
from ledger.institutions.refusals import BadInstitution, InstitutionInUse, InstitutionUnknown
from ledger.institutions.states import Institution
from ledger.kernel import (
    Actor,
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    Known,
    OrganisationId,
    PersonId,
    Private,
    Role,
    tag,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.registry.commands import not_in_future
from ledger.registry.events import PersonDied
from ledger.registry.identity import check_account
from ledger.registry.states import Membership


def check_institution(name: str, licence: str, beds: int, kinds: tuple[StayKind, ...]) -> None:
    """Raises ``BadInstitution`` for one without name, licence, beds or anybody it is for."""
    for wrong, why, why_zh in (
        (not name.strip(), "it needs a name", "须有名称"),
        (not licence.strip(), "it needs its licence", "须有登记或备案证号"),
        (beds < 1, "it needs a bed", "床位须至少1张"),
        (not kinds or len(set(kinds)) < len(kinds), "say for whom it is, each kind once", "须列明接收类型且不得重复"),
    ):  # fmt: skip
        if wrong:
            raise BadInstitution(why=why, why_zh=why_zh)


def deaths_of(people: Iterable[str]) -> list[Facts]:
    """What must be read to know which of these people died."""
    return [Facts(types=(PersonDied,), tags=(tag(PersonId, person),)) for person in sorted(set(people))]


def deaths_in(known: Known, people: Iterable[str]) -> dict[str, date | None]:
    """The day of death of each of these people, None while none is known."""
    return {person: known.state(Membership, person).died_on for person in people}


def most_residents(institution: Institution, day: date, deaths: Mapping[str, date | None]) -> tuple[int, date]:  # fmt: skip
    """The most people who stay at once on `day` or a later one, and when that is."""
    moments = [day, *(s.admitted_on for s in institution.stays.values() if s.admitted_on > day)]
    return max(
        ((len(institution.residents_on(moment, deaths)), moment) for moment in moments), key=lambda m: m[0]
    )


class InstitutionCommand(Command, frozen=True, kw_only=True):
    """Base of commands about one institution of the operator's organisation."""

    ROLES: ClassVar = frozenset({Role.REVIEWER, Role.CLERK})
    institution_id: InstitutionId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The institution and its organisation, and whatever else the command names."""
        institution = known.state(Institution, self.institution_id)
        facts = [Institution.facts(self.institution_id)]
        if institution.exists:
            facts += [Organisation.facts(institution.organisation_id), *self.more(institution, known)]
        return tuple(facts)

    def more(self, institution: Institution, known: Known) -> list[Facts]:
        """Further facts the decision needs."""
        return []

    def institution(self, known: Known, context: Context) -> Institution:
        """The institution, which must exist and be one of the operator's: in scope, or the institution they act for."""
        institution = known.state(Institution, self.institution_id)
        if not institution.exists:
            raise InstitutionUnknown(institution=self.institution_id)
        require_own(context.actor, institution, known)
        return institution

    def of(self, institution: Institution) -> dict[str, Any]:
        """The fields every event of the institution carries."""
        return {"institution_id": self.institution_id, "organisation_id": institution.organisation_id}


def require_own(actor: Actor, institution: Institution, known: Known) -> None:
    """Raises ``OutOfScope`` or ``InstitutionUnknown``: an institution's own operators know no other institution."""
    if actor.role is not Role.PROVIDER:
        require_scope(actor, known.state(Organisation, institution.organisation_id))
    elif actor.organisation_id != institution.id:
        raise InstitutionUnknown(institution=institution.id)


class RegisterInstitution(Command, frozen=True, kw_only=True):
    """Registers an institution of support: beds, licence, whom it is for, and its account [649 art. 19]."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    organisation_id: OrganisationId
    name: str
    licence: str
    beds: int
    stays: tuple[StayKind, ...]
    bank_code: str
    account: str
    account_holder: str
    account_key: str
    """Keyed hash of the account number, made where the command is received."""
    registered_on: date

    def boundary(self, known: Known, context: Context) -> Boundary:
        return (Organisation.facts(self.organisation_id),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        not_in_future(self.registered_on, context.today, "registration on", "登记日期")
        require_scope(context.actor, require_open(known, self.organisation_id, self.registered_on))
        check_institution(self.name, self.licence, self.beds, self.stays)
        check_account(self.account, self.bank_code)
        institution_id = context.new_id(InstitutionId)
        subject = tag(InstitutionId, institution_id)
        yield InstitutionRegistered(
            institution_id=institution_id, organisation_id=self.organisation_id, name=self.name, licence=self.licence,
            beds=self.beds, kinds=self.stays, bank_code=self.bank_code, account=Private(subject, self.account),
            account_holder=Private(subject, self.account_holder), account_key=self.account_key,
            occurred_on=self.registered_on,
        )  # fmt: skip


class ChangeInstitution(InstitutionCommand, frozen=True, kw_only=True):
    """Name, licence, beds and kinds of stay from a day on; never fewer beds than residents."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    name: str
    licence: str
    beds: int
    stays: tuple[StayKind, ...]
    changed_on: date

    def more(self, institution: Institution, known: Known) -> list[Facts]:
        return deaths_of(s.person_id for s in institution.stays.values() if s.until is None)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        institution = self.institution(known, context)
        not_in_future(self.changed_on, context.today, "change on", "变更日期")
        if not institution.open_on(self.changed_on):
            raise InstitutionUnknown(institution=self.institution_id)
        check_institution(self.name, self.licence, self.beds, self.stays)
        deaths = deaths_in(known, (s.person_id for s in institution.stays.values()))
        most, _ = most_residents(institution, self.changed_on, deaths)
        if most > self.beds:
            raise InstitutionInUse(residents=most)
        yield InstitutionChanged(
            name=self.name, licence=self.licence, beds=self.beds, kinds=self.stays, occurred_on=self.changed_on,
            **self.of(institution),
        )  # fmt: skip


class NominateInstitutionAccount(InstitutionCommand, frozen=True, kw_only=True):
    """The institution is paid to another account from a day on."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    bank_code: str
    account: str
    account_holder: str
    account_key: str
    """Keyed hash of the account number, made where the command is received."""
    nominated_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        institution = self.institution(known, context)
        not_in_future(self.nominated_on, context.today, "nomination on", "指定日期")
        check_account(self.account, self.bank_code)
        subject = tag(InstitutionId, self.institution_id)
        yield InstitutionAccountNominated(
            bank_code=self.bank_code, account=Private(subject, self.account),
            account_holder=Private(subject, self.account_holder), account_key=self.account_key,
            occurred_on=self.nominated_on, **self.of(institution),
        )  # fmt: skip


class CloseInstitution(InstitutionCommand, frozen=True, kw_only=True):
    """Closes an institution nobody stays in any more, with the reason."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    closed_on: date
    reason: str

    def more(self, institution: Institution, known: Known) -> list[Facts]:
        return deaths_of(s.person_id for s in institution.stays.values() if s.until is None)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        institution = self.institution(known, context)
        not_in_future(self.closed_on, context.today, "closing on", "注销日期")
        if not institution.open_on(self.closed_on) or institution.closed_on is not None:
            raise InstitutionUnknown(institution=self.institution_id)
        deaths = deaths_in(known, (s.person_id for s in institution.stays.values()))
        # Who leaves on the closing day has left; nobody may stay from it on.
        most, _ = most_residents(institution, self.closed_on, deaths)
        if most:
            raise InstitutionInUse(residents=most)
        yield InstitutionClosed(reason=self.reason, occurred_on=self.closed_on, **self.of(institution))
