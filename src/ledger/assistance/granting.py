"""The owner's grant: to whom, in which form, how much, for which time or need; and what it must not stand beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar, NamedTuple

from ledger.assistance.events import AssistanceGranted, OwnFact
from ledger.assistance.own_facts import checked_facts
from ledger.assistance.refusals import (
    AmountUnfit,
    DisasterUnknown,
    FormNotOffered,
    OffTheStandard,
    StageOutOfOrder,
)
from ledger.assistance.states import Aid, Assistance, Disaster, HouseholdAids, PersonAids
from ledger.assistance.steps import DECIDERS, StepCommand, not_before
from ledger.assistance.takers import (
    Taker,
    check_days,
    find_clash,
    refuse_clash,
    require_qualified,
)
from ledger.identification.calendar import add_working_days
from ledger.identification.refusals import BadMonth
from ledger.identification.states import Cover
from ledger.ids import DisasterId
from ledger.kernel import Context, Event, Facts, Fen, Known, Month, first_day, month, month_of
from ledger.organisation.states import Organisation
from ledger.programmes.programme_book import Programmes
from ledger.programmes.programme_events import AmountUse, FieldKind, ProgrammeDefined, Recurrence
from ledger.registry.commands import not_in_future
from ledger.registry.states import Household
from ledger.standards.book import StandardBook, facts_for
from ledger.standards.events import StandardSet


class Terms(NamedTuple):
    """What is given, as somebody asks for it: the form, amount, months, need and the programme's own facts."""

    form: str
    amount_fen: Fen | None
    from_month: Month | None
    last_month: Month | None
    need: str | None
    disaster_id: DisasterId | None
    facts: tuple[OwnFact, ...]


def check_form(
    programmes: Programmes, programme: ProgrammeDefined, form: str, amount_fen: int | None, day: date
) -> None:
    """Raises ``FormNotOffered``, ``FormUnknown``, ``AmountUnfit`` unless form and amount go together."""
    if form not in {offer.form for offer in programme.offers}:
        raise FormNotOffered(programme=programme.named.en, programme_zh=programme.named.zh, form=form)
    defined = programmes.form(form, day)
    why = amount_fault(defined.amount, amount_fen)
    if why is not None:
        raise AmountUnfit(form=defined.named.en, form_zh=defined.named.zh, why=why[0], why_zh=why[1])


def amount_fault(use: AmountUse, amount_fen: int | None) -> tuple[str, str] | None:
    """What is wrong with an amount given with a form, in English and 中文."""
    if use is AmountUse.NEEDED and (amount_fen is None or amount_fen <= 0):
        return "an amount above zero", "应为大于零的金额"
    if amount_fen is not None and (amount_fen < 0 or use is AmountUse.NONE):
        return "no amount with this form", "该形式不填金额"
    return None


def check_months(
    programme: ProgrammeDefined, terms: Terms, day: date, applied_on: date | None
) -> tuple[Month | None, Month | None]:
    """First and last month of a monthly aid; none of another. Raises ``BadMonth``."""
    if programme.recurrence is not Recurrence.MONTHLY:
        if terms.from_month or terms.last_month:
            raise BadMonth(
                month=terms.from_month or terms.last_month,
                why="the programme is not given by months",
                why_zh="该项目不按月发放",
            )
        return None, None
    begun = month_of(applied_on or day)
    first = month(terms.from_month) if terms.from_month else begun
    if first < begun or (programme.from_application and first != begun):
        raise BadMonth(
            month=first, why=f"it runs from the month of application, {begun}", why_zh=f"自申请之月{begun}起计发"
        )  # fmt: skip
    last = month(terms.last_month) if terms.last_month else None
    if last is not None and last < first:
        raise BadMonth(month=last, why="before the first", why_zh="早于起始月份")
    return first, last


def year_of(programme: ProgrammeDefined, facts: Iterable[OwnFact], day: date) -> int:
    """The year an aid counts for: what its own field of a year says, otherwise the year of its day."""
    years = {own.field for own in programme.fields if own.holds is FieldKind.YEAR}
    return next((int(f.content) for f in facts if f.field in years and f.content), day.year)


def require_disaster(
    known: Known, programme: ProgrammeDefined, disaster_id: str | None, lineage: tuple[str, ...], day: date
) -> None:
    """Raises ``DisasterUnknown`` unless the aid is for a declared disaster that struck there, if it is for one."""
    if not programme.disaster and disaster_id is None:
        return
    struck = disaster_id is not None and known.state(Disaster, disaster_id).strikes(lineage, day)
    if not struck or not programme.disaster:
        raise DisasterUnknown(disaster=disaster_id or "-")


class GrantAssistance(StepCommand, frozen=True, kw_only=True):
    """The owner grants an accepted assistance, to those who qualify and have nothing that excludes it."""

    ROLES: ClassVar = DECIDERS
    form: str
    amount_fen: Fen | None = None
    from_month: Month | None = None
    last_month: Month | None = None
    need: str | None = None
    disaster_id: DisasterId | None = None
    stages: int = 1
    facts: tuple[OwnFact, ...] = ()
    decided_on: date

    def more(self, known: Known, context: Context) -> Sequence[Facts]:
        file = known.state(Assistance, self.assistance_id).file
        needed: list[Facts] = [HouseholdAids.facts(file.household_id or "")]
        for person in file.person_ids:
            needed += [PersonAids.facts(person), Cover.facts(person)]
        if self.disaster_id is not None:
            needed.append(Disaster.facts(self.disaster_id))
        programme = Programmes.of(known).find(file.programme, self.decided_on)
        lineage = known.state(Organisation, file.organisation_id).lineage
        if programme is not None and programme.standard:
            for tier in (None, *(str(level) for level in (1, 2, 3, 4))):
                needed += facts_for(programme.standard, programme.code, lineage, None, tier)
        return needed

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, "accepted")
        self.owner(known, context, case)
        not_in_future(self.decided_on, context.today, "decision on", "决定日期")
        not_before(self.decided_on, case.file.accepted_on, "decision on", "决定日期")
        programmes = Programmes.of(known)
        programme = self.programme_of(known, case, self.decided_on)
        household = known.state(Household, case.file.household_id or "")
        lineage = known.state(Organisation, household.organisation_id).lineage
        takers = self.takers(known, case, self.decided_on)
        check_days(programme, takers, [(self.decided_on, "decision on", "决定日期")])
        terms = Terms(self.form, self.amount_fen, self.from_month, self.last_month, self.need, self.disaster_id, self.facts)  # fmt: skip
        first, last = check_months(programme, terms, self.decided_on, case.file.applied_on)
        amount, parameter = self._amount(known, programme, takers, lineage, first)
        check_form(programmes, programme, self.form, amount, self.decided_on)
        if self.stages < 1:
            raise StageOutOfOrder(stage=1, stages=self.stages, done=0)
        require_qualified(programme, self.form, takers, household.area.value, self.decided_on)
        require_disaster(known, programme, self.disaster_id, lineage, self.decided_on)
        facts = checked_facts(programme, self.form, self.facts, amount)
        year = year_of(programme, facts, self.decided_on)
        aid = Aid(self.assistance_id, programme.code, self.form, self.decided_on, first or month_of(self.decided_on),
                  last if first else month_of(self.decided_on), year, self.need, self.disaster_id, household.id)  # fmt: skip
        clash = find_clash(known, programmes, programme, aid, case.file.person_ids)
        if clash is not None:
            refuse_clash(programmes, programme, clash, self.decided_on)
        yield AssistanceGranted(
            form=self.form, note=programmes.form(self.form, self.decided_on).named, amount_fen=amount, from_month=first,
            last_month=last, year=year, need=self.need, disaster_id=self.disaster_id, stages=self.stages, facts=facts,
            parameter_id=parameter, due_on=add_working_days(self.decided_on, programme.feedback_days),
            occurred_on=self.decided_on, **self.of(known, context, case),
        )  # fmt: skip

    def _amount(
        self, known: Known, programme: ProgrammeDefined, takers: Sequence[Taker], lineage: tuple[str, ...],
        first: Month | None,
    ) -> tuple[Fen | None, str | None]:  # fmt: skip
        """The amount, and the standard that sets it where one does. Raises ``NoStandard``, ``OffTheStandard``."""
        if not programme.standard:
            return self.amount_fen, None
        book = StandardBook(known.events(StandardSet))
        day = max(self.decided_on, first_day(first)) if first else self.decided_on
        found: list[Any] = []
        for taker in takers:
            level = taker.attributes.disability_level
            tiered = level is not None and book.optional(programme.standard, programme.code, lineage, day, tier=str(level))  # fmt: skip
            found.append(tiered or book.get(programme.standard, programme.code, lineage, day))
        total = Fen(sum(standard.value for standard in found))
        if self.amount_fen is not None and self.amount_fen != total:
            raise OffTheStandard(standard=total, given=self.amount_fen)
        return total, found[0].parameter_id
