"""Development assistance: for monitored people able to work, trained, placed in a post, or helped with interest [S 三(七)].

Who qualifies is what the programmes' definitions say (:mod:`ledger.programmes`): another category, or another
condition, is a definition and no release.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from ledger.assistance.acting import Acting, acting_for, require_owner, require_part, require_reach
from ledger.assistance.steps import EVERYBODY
from ledger.identification.refusals import ReasonNeeded
from ledger.ids import LoanId, PostId, TrainingId
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    Fen,
    HouseholdId,
    Known,
    Named,
    OrganisationId,
    PersonId,
)
from ledger.organisation.states import Organisation
from ledger.programmes.programme_book import Programmes
from ledger.programmes.programme_events import ProgrammeDefined
from ledger.registry.commands import known_household, not_in_future
from ledger.registry.states import Household, Membership, age_on
from ledger.standards.book import StandardBook, facts_for
from ledger.support.development_events import (
    DevelopmentEvent,
    LoanInterestPaid,
    LoanRegistered,
    PostEnded,
    PostKind,
    PostPlaced,
    TrainingCompleted,
    TrainingPlanned,
)
from ledger.support.development_refusals import (
    BadTerms,
    ContractNeeded,
    InterestOff,
    InterestPaidAlready,
    NotOngoing,
    PostHeld,
    TooYoung,
)
from ledger.support.development_states import Loan, PersonPosts, Post, Training
from ledger.support.people import people_facts, require_fit

TRAINING, POST, INTEREST = "kaifa_peixun", "kaifa_gangwei", "kaifa_tiexi"
YOUNGEST = 16
"""Fixed by law: nobody younger works [劳动法 art. 15]."""
RATE_LIMIT, PRINCIPAL_LIMIT = "loan_interest_bp", "loan_principal"
"""Dated parameters, where a place sets them: the most a rate (basis points) and a principal (fen) are subsidised for."""
DAYS_A_YEAR = 365


def interest(principal_fen: int, rate_bp: int, days: int) -> Fen:
    """Simple interest of some days in whole fen, part fen left out: principal × basis points ÷ 10,000 × days ÷ 365."""
    return Fen(principal_fen * rate_bp * days // (10_000 * DAYS_A_YEAR))


class PersonCommand(Command, frozen=True, kw_only=True):
    """Base of what begins for one person: by a department with a part in the programme, or by civil affairs for it."""

    ROLES: ClassVar = EVERYBODY
    household_id: HouseholdId
    person_id: PersonId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """Definitions, who acts, the household and the person, and whatever else the command names."""
        household = known.state(Household, self.household_id)
        facts = [Household.facts(self.household_id), Organisation.facts(context.actor.organisation_id), *people_facts(self.person_id)]  # fmt: skip
        if household.exists:
            facts += [Organisation.facts(household.organisation_id), *self.more(known)]
        return tuple(dict.fromkeys(facts))

    def more(self, known: Known) -> list[Facts]:
        """Further facts the decision needs."""
        return []

    def begin(
        self, known: Known, context: Context, programme: str, form: str, day: date, *, owner: bool = False
    ) -> dict[str, Any]:
        """The fields every event carries, once everything that must hold to begin holds."""
        household = known_household(known, self.household_id)
        defined = Programmes.of(known).get(programme, day)
        acting = reach(known, context, defined, household.organisation_id, owner=owner)
        require_fit(known, household, self.person_id, programme, form, day)
        require_of_age(household, self.person_id, day)
        return {
            "household_id": self.household_id, "person_id": self.person_id, "programme": programme,
            "organisation_id": OrganisationId(household.organisation_id), "named": defined.named,
            "department": acting.name,
        }  # fmt: skip


def reach(
    known: Known, context: Context, programme: ProgrammeDefined, organisation_id: str, *, owner: bool = False
) -> Acting:
    """Who acts: with a part in the programme (or owning it), and the household within reach.

    Raises ``NotItsProgramme``, ``NotTheOwner``, ``OutOfScope``.
    """
    acting = acting_for(known, context)
    (require_owner if owner else require_part)(acting, programme)
    require_reach(known, context, acting, organisation_id)
    return acting


def require_of_age(household: Household, person_id: str, day: date) -> None:
    """Raises :class:`TooYoung` for a child."""
    age = min(age_on(m.birth_date, day) for m in household.members if m.person_id == person_id)
    if age < YOUNGEST:
        raise TooYoung(age=age)


def check(*rules: tuple[bool, str, str]) -> None:
    """Raises :class:`BadTerms` for the first of the rules that is broken."""
    for broken, why, why_zh in rules:
        if broken:
            raise BadTerms(why=why, why_zh=why_zh)


def later(begun: DevelopmentEvent, acting: Acting) -> dict[str, Any]:
    """The fields of a later event about the same thing."""
    names = ("household_id", "person_id", "organisation_id", "programme", "named")
    return {name: getattr(begun, name) for name in names} | {"department": acting.name}


# --- training ---


class PlanTraining(PersonCommand, frozen=True, kw_only=True):
    """Agrees a training with a person able to work, before a job or for running something of their own."""

    course: str
    trainer: str
    employer: str | None = None
    from_date: date
    until_date: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        of = self.begin(known, context, TRAINING, "training", self.from_date)
        check(
            (not self.course.strip() or not self.trainer.strip(), "say what is taught and by whom", "须写明培训项目和机构"),
            (self.until_date < self.from_date, "it would end before it begins", "结束日期早于开始日期"),
        )  # fmt: skip
        note = Named(zh=f"{self.course}，{self.from_date}至{self.until_date}", en=f"{self.course}, {self.from_date} to {self.until_date}")  # fmt: skip
        yield TrainingPlanned(
            training_id=context.new_id(TrainingId), course=self.course, trainer=self.trainer, employer=self.employer,
            from_date=self.from_date, until_date=self.until_date, note=note, **of,
        )  # fmt: skip


class LaterCommand(Command, frozen=True, kw_only=True):
    """Base of commands about something begun for a person before."""

    ROLES: ClassVar = EVERYBODY

    def begun(self, known: Known) -> DevelopmentEvent | None:
        """How it began, None when it is unknown."""
        raise NotImplementedError

    def own(self) -> Facts:
        """What must be read to know it."""
        raise NotImplementedError

    def boundary(self, known: Known, context: Context) -> Boundary:
        """It, who acts, definitions, the household and person, and whatever else the command names."""
        begun = self.begun(known)
        facts = [self.own(), Organisation.facts(context.actor.organisation_id)]
        if begun is not None:
            facts += [
                Organisation.facts(begun.organisation_id), Household.facts(begun.household_id),
                *people_facts(begun.person_id), *self.more(known),
            ]  # fmt: skip
        return tuple(dict.fromkeys(facts))

    def more(self, known: Known) -> list[Facts]:
        """Further facts the decision needs."""
        return []

    def going_on(
        self, known: Known, context: Context, *, over: bool = False, owner: bool = False
    ) -> tuple[DevelopmentEvent, Acting]:
        """How it began, and who acts on it now. Raises ``NotOngoing`` for what is none or over."""
        begun = self.begun(known)
        if begun is None or over:
            raise NotOngoing(what="training, post or loan", what_zh="培训、岗位或贷款", key="")
        programme = Programmes.of(known).get(begun.programme, begun.occurred_on or context.today)
        return begun, reach(known, context, programme, begun.organisation_id, owner=owner)


class CompleteTraining(LaterCommand, frozen=True, kw_only=True):
    """A training is over: hours attended, passed or not, the certificate if there is one."""

    training_id: TrainingId
    completed_on: date
    hours: int
    passed: bool
    certificate: str | None = None

    def own(self) -> Facts:
        return Training.facts(self.training_id)

    def begun(self, known: Known) -> TrainingPlanned | None:
        return known.state(Training, self.training_id).begun

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        training = known.state(Training, self.training_id)
        begun, acting = self.going_on(known, context, over=training.over)
        not_in_future(self.completed_on, context.today, "completion on", "完成日期")
        died = known.state(Membership, begun.person_id).died_on
        check(
            (training.begun is not None and self.completed_on < training.begun.from_date, "it had not begun", "早于培训开始日期"),
            (died is not None and self.completed_on > died, f"the person died on {died}", f"该人员已于{died}死亡"),
            (self.hours < 0 or (self.passed and self.hours == 0), "nobody passes without an hour of it", "培训学时无效"),
        )  # fmt: skip
        note = Named(zh=f"{self.hours}学时，{'合格' if self.passed else '未合格'}", en=f"{self.hours} hours, {'passed' if self.passed else 'not passed'}")  # fmt: skip
        yield TrainingCompleted(
            training_id=self.training_id, hours=self.hours, passed=self.passed, certificate=self.certificate,
            note=note, occurred_on=self.completed_on, **later(begun, acting),
        )  # fmt: skip


# --- posts ---


class PlacePost(PersonCommand, frozen=True, kw_only=True):
    """Places a person able to work in a public-interest post, on a contract that says who pays which wage."""

    post_kind: PostKind
    employer: str
    paid_by: str
    contract: str
    wage_fen: Fen
    placed_on: date
    until_date: date | None = None

    def more(self, known: Known) -> list[Facts]:
        return [PersonPosts.facts(self.person_id)]

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        not_in_future(self.placed_on, context.today, "placement on", "上岗日期")
        of = self.begin(known, context, POST, "post", self.placed_on, owner=True)
        if not self.contract.strip():
            raise ContractNeeded
        check(
            (not self.employer.strip() or not self.paid_by.strip(), "say who employs and who pays", "须写明用人单位和工资发放单位"),
            (self.wage_fen <= 0, "a post without a wage", "工资须大于零"),
            (self.until_date is not None and self.until_date < self.placed_on, "it would end before it begins", "终止日期早于上岗日期"),
        )  # fmt: skip
        if known.state(PersonPosts, self.person_id).held(self.placed_on):
            raise PostHeld
        yield PostPlaced(
            post_id=context.new_id(PostId), post=self.post_kind, employer=self.employer, paid_by=self.paid_by,
            contract=self.contract, amount_fen=self.wage_fen, until_date=self.until_date, occurred_on=self.placed_on,
            note=Named(zh=f"月工资，{self.employer}", en=f"wage a month, {self.employer}"), **of,
        )  # fmt: skip


class EndPost(LaterCommand, frozen=True, kw_only=True):
    """Ends a post, with the reason."""

    post_id: PostId
    ended_on: date
    reason: str

    def own(self) -> Facts:
        return Post.facts(self.post_id)

    def begun(self, known: Known) -> PostPlaced | None:
        return known.state(Post, self.post_id).begun

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        post = known.state(Post, self.post_id)
        begun, acting = self.going_on(known, context, over=post.over)
        not_in_future(self.ended_on, context.today, "end on", "终止日期")
        if not self.reason.strip():
            raise ReasonNeeded
        check((self.ended_on < (begun.occurred_on or date.min), "it had not begun", "早于上岗日期"))
        yield PostEnded(
            post_id=self.post_id, why=self.reason, occurred_on=self.ended_on,
            note=Named(zh=f"原因：{self.reason}", en=f"reason: {self.reason}"), **later(begun, acting),
        )  # fmt: skip


# --- loans ---


class RegisterLoan(PersonCommand, frozen=True, kw_only=True):
    """Registers a micro-loan with its contract: principal, yearly rate in basis points, what for, from when to when."""

    lender: str
    contract: str
    principal_fen: Fen
    rate_bp: int
    used_for: str
    from_date: date
    until_date: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        not_in_future(self.from_date, context.today, "loan from", "贷款日期")
        of = self.begin(known, context, INTEREST, "loan_interest", self.from_date)
        if not self.contract.strip():
            raise ContractNeeded
        check(
            (not self.lender.strip() or not self.used_for.strip(), "say who lends and what for", "须写明贷款机构和用途"),
            (self.principal_fen <= 0, "a loan of nothing", "本金须大于零"),
            (not 0 < self.rate_bp <= 2_400, "a rate of 1 to 2,400 basis points", "年利率应为1至2400基点"),
            (self.until_date <= self.from_date, "it would end before it begins", "到期日期早于贷款日期"),
        )  # fmt: skip
        principal, rate = f"{self.principal_fen // 100}.{self.principal_fen % 100:02d}", f"{self.rate_bp // 100}.{self.rate_bp % 100:02d}%"  # fmt: skip
        yield LoanRegistered(
            loan_id=context.new_id(LoanId), lender=self.lender, contract=self.contract, principal_fen=self.principal_fen,
            rate_bp=self.rate_bp, used_for=self.used_for, from_date=self.from_date, until_date=self.until_date,
            note=Named(zh=f"本金{principal}元，年利率{rate}", en=f"principal {principal} yuan, {rate} a year"),
            occurred_on=self.from_date, **of,
        )  # fmt: skip


class PayLoanInterest(LaterCommand, frozen=True, kw_only=True):
    """Pays interest of a registered loan for some days that are over: never more than they come to, never twice."""

    loan_id: LoanId
    from_date: date
    until_date: date
    amount_fen: Fen

    def own(self) -> Facts:
        return Loan.facts(self.loan_id)

    def begun(self, known: Known) -> LoanRegistered | None:
        return known.state(Loan, self.loan_id).begun

    def more(self, known: Known) -> list[Facts]:
        begun = self.begun(known)
        lineage = known.state(Organisation, begun.organisation_id).lineage if begun is not None else ()
        return [f for name in (RATE_LIMIT, PRINCIPAL_LIMIT) for f in facts_for(name, INTEREST, lineage, None, None)]  # fmt: skip

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        loan = known.state(Loan, self.loan_id)
        begun, acting = self.going_on(known, context, owner=True)
        if not isinstance(begun, LoanRegistered):
            raise NotOngoing(what="loan", what_zh="贷款", key=self.loan_id)
        not_in_future(self.until_date, context.today, "interest until", "计息截止日期")
        check(
            (self.until_date < self.from_date, "it would end before it begins", "截止日期早于起始日期"),
            (self.from_date < begun.from_date or self.until_date > begun.until_date, "the loan did not run then", "不在贷款期内"),
        )  # fmt: skip
        household = known.state(Household, begun.household_id)
        require_fit(known, household, begun.person_id, INTEREST, "loan_interest", self.until_date)
        for earlier in loan.paid:
            if self.from_date <= earlier.until_date and earlier.from_date <= self.until_date:
                raise InterestPaidAlready(first=earlier.from_date, last=earlier.until_date)
        principal, rate = self._limits(known, begun)
        days = (self.until_date - self.from_date).days + 1
        most = interest(principal, rate, days)
        if not 0 < self.amount_fen <= most:
            raise InterestOff(days=days, most=most, asked=self.amount_fen)
        yield LoanInterestPaid(
            loan_id=self.loan_id, contract=begun.contract, principal_fen=principal, rate_bp=rate, from_date=self.from_date,
            until_date=self.until_date, amount_fen=self.amount_fen,
            note=Named(zh=f"{self.from_date}至{self.until_date}", en=f"{self.from_date} to {self.until_date}"),
            **later(begun, acting),
        )  # fmt: skip

    def _limits(self, known: Known, begun: LoanRegistered) -> tuple[Fen, int]:
        """Principal and rate interest is reckoned by: the loan's, or the most the place subsidises on the first day."""
        lineage = known.state(Organisation, begun.organisation_id).lineage
        book = StandardBook(known.events())
        rate = book.optional(RATE_LIMIT, INTEREST, lineage, self.from_date)
        principal = book.optional(PRINCIPAL_LIMIT, INTEREST, lineage, self.from_date)
        return (
            Fen(min(begun.principal_fen, principal.value) if principal else begun.principal_fen),
            min(begun.rate_bp, rate.value) if rate else begun.rate_bp,
        )
