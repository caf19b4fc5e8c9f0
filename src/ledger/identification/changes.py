"""Later decisions about an entitlement 增发 减发 缓发 停发: each with reason, article and effective month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from ledger.identification.amounts import Assessment, standards_needed, tiers_of
from ledger.identification.assess import assess
from ledger.identification.events import (
    Amount,
    AmountAdjusted,
    Category,
    CategoryEnded,
    EntitlementResumed,
    EntitlementSuspended,
    EntitlementTransferred,
)
from ledger.identification.exclusion import exclusion_facts, none_covered
from ledger.identification.refusals import (
    BadMonth,
    EntitlementUnknown,
    NotActive,
    NothingChanges,
    ReasonNeeded,
)
from ledger.identification.states import Entitlement
from ledger.kernel import (
    Basis,
    Boundary,
    Command,
    Context,
    EntitlementId,
    Event,
    Facts,
    Known,
    Month,
    OrganisationId,
    PersonId,
    Role,
    add_months,
    first_day,
    month,
    month_of,
    months_between,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.programmes.book import Categories
from ledger.programmes.events import Rule
from ledger.registry.states import Household
from ledger.standards.book import StandardBook, facts_for


class EntitlementCommand(Command, frozen=True, kw_only=True):
    """Base of commands about one entitlement in the operator's scope."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    entitlement_id: EntitlementId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The entitlement, its household, its organisation, and whatever else the command names."""
        facts = [Entitlement.facts(self.entitlement_id)]
        entitlement = known.state(Entitlement, self.entitlement_id)
        if entitlement.exists:
            facts.append(Household.facts(entitlement.household_id))
            household = known.state(Household, entitlement.household_id)
            facts.append(Organisation.facts(self.place(entitlement)))
            if household.exists:
                facts.append(Organisation.facts(household.organisation_id))
            facts += self.more(entitlement, known, context)
        return tuple(dict.fromkeys(facts))

    def more(self, entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
        """Further facts the decision needs."""
        return []

    @staticmethod
    def place(entitlement: Entitlement) -> str:
        """The organisation that pays it now."""
        return entitlement.file.places[-1][1]

    def entitlement(self, known: Known, context: Context, *, ended: bool = False) -> Entitlement:
        """The entitlement, which must exist, be in scope and (unless said otherwise) not be ended."""
        found = known.state(Entitlement, self.entitlement_id)
        if not found.exists:
            raise EntitlementUnknown(entitlement=self.entitlement_id)
        require_scope(context.actor, known.state(Organisation, self.place(found)))
        if found.file.last_month is not None and not ended:
            raise NotActive(status="ended")
        return found

    def of(self, entitlement: Entitlement) -> dict[str, Any]:
        """The fields every event of the entitlement carries."""
        return {
            "entitlement_id": self.entitlement_id,
            "household_id": entitlement.household_id,
            "organisation_id": OrganisationId(self.place(entitlement)),
            "category": entitlement.category,
        }


def reasoned(reason: str, article: str) -> None:
    """Raises ``ReasonNeeded`` unless both are given [57 art. 32]."""
    if not reason.strip() or not article.strip():
        raise ReasonNeeded


def rule_of_definition(entitlement: Entitlement, known: Known, context: Context) -> Rule | None:
    """The rule by which the category is assessed, as its definition in force says."""
    definition = Categories.of(known).find(entitlement.category, context.today)
    return definition.assessment if definition is not None else None


class AdjustAmount(EntitlementCommand, frozen=True, kw_only=True):
    """Computes the amount anew from today's facts, each month from `from_month` by its own standards and ages [57 art. 31].

    An earlier `from_month` leaves months already run short or over; the next run pays what is short.
    """

    from_month: Month
    reason: str
    article: str

    def more(self, entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
        household = known.state(Household, entitlement.household_id)
        facts = exclusion_facts(known, [m.person_id for m in household.current()])
        organisation = known.state(Organisation, household.organisation_id)
        if organisation.exists:
            facts += standards_needed(
                entitlement.category, organisation.lineage, household.area, tiers_of(known),
                rule_of_definition(entitlement, known, context), alone=entitlement.file.single_person is not None,
            )  # fmt: skip
        return facts

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        reasoned(self.reason, self.article)
        from_month = month(self.from_month)
        if from_month < entitlement.first_month or from_month > add_months(month_of(context.today), 1):
            raise BadMonth(
                month=from_month, why="outside the entitlement's months", why_zh="不在该待遇的可调整月份内"
            )
        before = entitlement.file.counted
        counted = self._counted(entitlement, known)
        joining = [p for p in counted if p not in before]
        none_covered(known, joining, from_month, category=entitlement.category, but=self.entitlement_id)
        same_people = set(counted) == set(before)
        in_force: tuple[Amount, ...] | None = None
        for each, amounts in self._by_month(entitlement, counted, known, context, from_month):
            unchanged = same_people and amounts.amounts == entitlement.amounts_in(each)
            if amounts.amounts == in_force or (in_force is None and unchanged):
                continue
            yield AmountAdjusted(
                counted=counted,
                from_month=each,
                amounts=amounts.amounts,
                previous=entitlement.amounts_in(each),
                reason=self.reason,
                article=self.article,
                frozen=amounts.frozen,
                released=tuple(PersonId(p) for p in before if p not in counted) if in_force is None else (),
                basis=Basis(rule=self.article),
                **self.of(entitlement),
            )
            in_force = amounts.amounts
        if in_force is None:
            raise NothingChanges

    @staticmethod
    def _counted(entitlement: Entitlement, known: Known) -> tuple[PersonId, ...]:
        if entitlement.category == Category.DIBAO and entitlement.file.single_person is None:
            return tuple(m.person_id for m in known.state(Household, entitlement.household_id).current())
        return tuple(PersonId(p) for p in entitlement.file.counted)

    @staticmethod
    def _by_month(
        entitlement: Entitlement, counted: Sequence[str], known: Known, context: Context, from_month: Month
    ) -> list[tuple[Month, Assessment]]:
        """The amounts of every month from `from_month` to this one, or to the last one decided on already."""
        household = known.state(Household, entitlement.household_id)
        lineage = known.state(Organisation, household.organisation_id).lineage
        book = StandardBook(r.event for r in known.recorded)
        rule = rule_of_definition(entitlement, known, context)
        decided = max(term.from_month for term in entitlement.file.terms)
        until = max(from_month, month_of(context.today), decided)
        return [
            (
                each,
                assess(
                    entitlement.category,
                    household,
                    counted,
                    lineage,
                    book,
                    context.today,
                    first_day(each),
                    rule=rule,
                    alone=entitlement.file.single_person,
                    continuing=True,
                ),
            )
            for each in months_between(from_month, until)
        ]


class TransferEntitlement(EntitlementCommand, frozen=True, kw_only=True):
    """After a move, the household's new organisation pays from the month after the last month there [57 art. 5]."""

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        household = known.state(Household, entitlement.household_id)
        here = self.place(entitlement)
        if not household.moves or household.organisation_id == here:
            raise NothingChanges
        require_open(known, household.organisation_id, context.today)
        yield EntitlementTransferred(
            from_id=here,
            to_id=OrganisationId(household.organisation_id),
            from_month=add_months(household.moves[-1][0], 1),
            **self.of(entitlement),
        )


class SuspendEntitlement(EntitlementCommand, frozen=True, kw_only=True):
    """Stops payment from a month until resumed 缓发, with reason and article [57 art. 32]."""

    from_month: Month
    reason: str
    article: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        reasoned(self.reason, self.article)
        if any(s.resumed is None for s in entitlement.file.suspensions):
            raise NotActive(status="suspended")
        yield EntitlementSuspended(
            from_month=month(self.from_month),
            reason=self.reason,
            article=self.article,
            **self.of(entitlement),
        )


class ResumeEntitlement(EntitlementCommand, frozen=True, kw_only=True):
    """Resumes payment from a month, and says whether the suspended months are paid."""

    from_month: Month
    pay_suspended: bool
    reason: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        running = [s for s in entitlement.file.suspensions if s.resumed is None]
        if not running:
            raise NotActive(status="active")
        if month(self.from_month) < running[-1].from_month:
            raise BadMonth(month=self.from_month, why="before the suspension began", why_zh="早于暂停月份")
        yield EntitlementResumed(
            from_month=month(self.from_month),
            pay_suspended=self.pay_suspended,
            reason=self.reason,
            **self.of(entitlement),
        )


class EndCategory(EntitlementCommand, frozen=True, kw_only=True):
    """Ends cover 停发, with reason and article [57 art. 31–32, 43 art. 24].

    After the death of the last person covered the last payable month is the month of death plus the
    programme's dated parameter ``months_after_death``; for other reasons it is given. It may lie in
    the past when a fact became known late: what was paid beyond it is then to be recovered.
    """

    last_month: Month | None = None
    reason: str
    article: str

    def more(self, entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
        household = known.state(Household, entitlement.household_id)
        organisation = known.state(Organisation, household.organisation_id)
        if not organisation.exists:
            return []
        return facts_for("months_after_death", entitlement.category, organisation.lineage, None, None)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        reasoned(self.reason, self.article)
        last_month = month(self.last_month) if self.last_month else self._after_death(entitlement, known)
        if last_month > add_months(month_of(context.today), 6):
            raise BadMonth(month=last_month, why="more than six months ahead", why_zh="超过六个月之后")
        yield CategoryEnded(
            counted=tuple(PersonId(p) for p in entitlement.file.counted),
            last_month=max(last_month, add_months(entitlement.first_month, -1)),
            reason=self.reason,
            article=self.article,
            basis=Basis(rule=self.article),
            **self.of(entitlement),
        )

    def _after_death(self, entitlement: Entitlement, known: Known) -> Month:
        household = known.state(Household, entitlement.household_id)
        deaths: dict[str, date] = {m.person_id: m.died_on for m in household.members if m.died_on is not None}
        if any(person not in deaths for person in entitlement.file.counted):
            raise BadMonth(month="-", why="give the last payable month", why_zh="须给出末月")
        book = StandardBook(r.event for r in known.recorded)
        lineage = known.state(Organisation, household.organisation_id).lineage
        latest = max(deaths[person] for person in entitlement.file.counted)
        after = book.get("months_after_death", entitlement.category, lineage, latest)
        return add_months(month_of(latest), after.value)
