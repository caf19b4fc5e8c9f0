"""What may happen to a household later: a new head, a move, a death, new circumstances, another account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.kernel import (
    Basis,
    Boundary,
    Context,
    Event,
    Fen,
    HouseholdId,
    Known,
    Month,
    OrganisationId,
    PersonId,
    Private,
    month,
    tag,
)
from ledger.organisation.states import Organisation, require_open
from ledger.registry.commands import (
    HouseholdCommand,
    not_before_registration,
    not_in_future,
    require_company,
    succession,
)
from ledger.registry.events import (
    AccountNominated,
    Area,
    CircumstancesDeclared,
    Discretion,
    HeadChanged,
    HouseholdMoved,
    IncomeLine,
    PersonDied,
    PropertyLine,
    SpendingLine,
    SupportLine,
)
from ledger.registry.identity import check_account
from ledger.registry.refusals import (
    BadDate,
    BadDeclaration,
    NegativeAmount,
    NoAuthority,
    NotMember,
    PersonDeceased,
    SameOrganisation,
)
from ledger.registry.states import Membership

SPENDING_KINDS = frozenset({"living", "medical", "education", "rehabilitation", "other"})
"""The five lines of rigid spending [RG art. 5]."""
DISCRETIONS = frozenset({"support", "labour"})
"""What may be judged in a single case [83 一(一)]."""


class ChangeHead(HouseholdCommand, frozen=True, kw_only=True):
    """Another member becomes the head 户主变更."""

    person_id: PersonId
    changed_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.changed_on, context.today, "change on", "变更日期")
        member = household.member(self.person_id)
        if member is None or self.changed_on < member.joined_on:
            raise NotMember(person=self.person_id, day=self.changed_on)
        yield HeadChanged(
            household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id),
            person_id=self.person_id,
            previous_head=household.head(),
            occurred_on=self.changed_on,
        )


class MoveHousehold(HouseholdCommand, frozen=True, kw_only=True):
    """The household moves to another organisation: last month here, first month there 户口迁移."""

    to_id: OrganisationId
    company_id: str | None = None
    area: Area
    address: str | None = None
    moved_on: date
    last_month_here: Month
    transfer_letter: str

    def more(self, known: Known, context: Context) -> Boundary:
        places = [self.to_id, *([self.company_id] if self.company_id is not None else [])]
        return tuple(Organisation.facts(place) for place in places)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.moved_on, context.today, "move on", "迁移日期")
        not_before_registration(household, self.moved_on, "move on", "迁移日期")
        require_open(known, self.to_id, self.moved_on)
        require_company(known, self.company_id, self.to_id, self.moved_on)
        if self.to_id == household.organisation_id:
            raise SameOrganisation(organisation=self.to_id)
        if household.moves and month(self.last_month_here) <= household.moves[-1][0]:
            raise BadDate(
                what="last month here", what_zh="迁出地末月", day=self.last_month_here, why="before the last move",
                why_zh="早于上次迁移",
            )  # fmt: skip
        yield HouseholdMoved(
            household_id=self.household_id,
            organisation_ids=(OrganisationId(household.organisation_id), self.to_id),
            from_id=household.organisation_id,
            to_id=self.to_id,
            company_id=self.company_id,
            area=self.area,
            last_month_here=month(self.last_month_here),
            address=Private(tag(HouseholdId, self.household_id), self.address) if self.address else None,
            occurred_on=self.moved_on,
            basis=Basis(document=self.transfer_letter),
        )


class RecordDeath(HouseholdCommand, frozen=True, kw_only=True):
    """A member's death becomes known, from a source; a head is replaced at once while others remain."""

    person_id: PersonId
    died_on: date
    source: str
    new_head: PersonId | None = None

    def more(self, known: Known, context: Context) -> Boundary:
        return (Membership.facts(self.person_id),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.died_on, context.today, "death on", "死亡日期")
        already = known.state(Membership, self.person_id)
        if already.died_on is not None:
            raise PersonDeceased(person=self.person_id, day=already.died_on)
        member = household.member(self.person_id)
        if member is None:
            raise NotMember(person=self.person_id, day=self.died_on)
        if self.died_on < member.birth_date:
            raise BadDate(
                what="death on", what_zh="死亡日期", day=self.died_on, why="before birth", why_zh="早于出生"
            )
        yield PersonDied(
            household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id),
            person_id=self.person_id,
            source=self.source,
            occurred_on=self.died_on,
        )
        yield from succession(household, self.person_id, self.new_head, self.died_on)


def check_lines(declared: DeclareCircumstances) -> None:
    """Raises ``NegativeAmount``, or ``BadDeclaration`` for a line that cannot be so. A business may have lost money."""
    for amount in (
        *(line.annual_fen for line in declared.income if line.kind != "business"),
        *(line.value_fen for line in declared.property),
        *(
            fen
            for line in declared.spending
            for fen in (line.spent_fen, line.covered_fen, line.public_rate_fen or 0)
        ),
        *(fen for line in declared.support for fen in (line.annual_fen or 0, line.payer_income_fen or 0)),
        declared.deductions_fen,
    ):
        if amount < 0:
            raise NegativeAmount(amount=amount)
    kinds = {line.kind for line in declared.spending} - SPENDING_KINDS
    if kinds:
        raise BadDeclaration(
            field="spending.kind", expected=", ".join(sorted(SPENDING_KINDS)), given=", ".join(sorted(kinds))
        )
    for support in declared.support:
        if support.payer_members < 1 or support.supported < 1:
            raise BadDeclaration(field="support.payer_members, support.supported", expected="≥ 1", given="0")
    for judged in declared.discretions:
        if judged.what not in DISCRETIONS:
            raise BadDeclaration(
                field="discretions.what", expected=", ".join(sorted(DISCRETIONS)), given=judged.what
            )
        if not judged.reason.strip() or not judged.judged_by.strip():
            raise BadDeclaration(
                field="discretions.reason, discretions.judged_by", expected="both 二者", given="-"
            )


class DeclareCircumstances(HouseholdCommand, frozen=True, kw_only=True):
    """The household declares income, property and spending as of a day [57 art. 13–14, 30]."""

    declared_on: date
    income: tuple[IncomeLine, ...]
    property: tuple[PropertyLine, ...] = ()
    deductions_fen: Fen = Fen(0)
    spending: tuple[SpendingLine, ...] = ()
    support: tuple[SupportLine, ...] = ()
    discretions: tuple[Discretion, ...] = ()

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.declared_on, context.today, "declaration on", "申报日期")
        check_lines(self)
        yield CircumstancesDeclared(
            household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id),
            income=self.income,
            property=self.property,
            deductions_fen=self.deductions_fen,
            spending=self.spending,
            support=self.support,
            discretions=self.discretions,
            occurred_on=self.declared_on,
        )


class NominateAccount(HouseholdCommand, frozen=True, kw_only=True):
    """The household's money goes to this account from a day on [57 art. 25–26]."""

    payee_id: PersonId
    payee_kind: str = "member"
    authority: str | None = None
    bank_code: str
    account: str
    account_holder: str
    account_key: str
    """Keyed hash of the account number, made where the command is received."""
    nominated_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.nominated_on, context.today, "nomination on", "指定日期")
        check_account(self.account, self.bank_code)
        if self.payee_kind == "member":
            if household.member(self.payee_id) is None:
                raise NotMember(person=self.payee_id, day=self.nominated_on)
        elif not self.authority:
            raise NoAuthority
        subject = tag(PersonId, self.payee_id)
        yield AccountNominated(
            household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id),
            person_id=self.payee_id,
            payee_kind=self.payee_kind,
            authority=self.authority,
            bank_code=self.bank_code,
            account=Private(subject, self.account),
            account_holder=Private(subject, self.account_holder),
            account_key=self.account_key,
            occurred_on=self.nominated_on,
        )
