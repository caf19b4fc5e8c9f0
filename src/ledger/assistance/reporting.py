"""What a department gave by its own record: checked as far as the ledger can know, and reported once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, ClassVar, NamedTuple

from ledger.assistance.acting import acting_for, require_part, require_reach
from ledger.assistance.events import AssistanceReported, Outcome, OwnFact, UnlistedAidReported
from ledger.assistance.granting import check_form, require_disaster, year_of
from ledger.assistance.own_facts import checked_facts
from ledger.assistance.refusals import NobodyNamed, PersonUnlisted, RecordTaken
from ledger.assistance.states import Aid, Assistance, Disaster, HouseholdAids, PersonAids
from ledger.assistance.steps import said
from ledger.assistance.takers import Clash, day_fault, find_clash, refuse_clash
from ledger.identification.refusals import BadMonth
from ledger.identification.states import Cover
from ledger.ids import AssistanceId, DisasterId
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    Fen,
    HouseholdId,
    Known,
    Month,
    OrganisationId,
    PersonId,
    Private,
    Role,
    derived_id,
    month,
    month_of,
    tag,
)
from ledger.organisation.events import Level
from ledger.organisation.states import Organisation
from ledger.programmes.programme_book import ALL_PROGRAMMES, Programmes
from ledger.programmes.programme_events import ProgrammeDefined, Recurrence
from ledger.registry.commands import not_in_future
from ledger.registry.events import MemberJoined
from ledger.registry.identity import check_id_number, mask_id
from ledger.registry.refusals import BadDate
from ledger.registry.states import Household, Membership


class Given(NamedTuple):
    """What was given, as a department says."""

    form: str
    amount_fen: Fen | None
    given_on: date
    from_month: Month | None = None
    last_month: Month | None = None
    need: str | None = None
    disaster_id: DisasterId | None = None
    facts: tuple[OwnFact, ...] = ()


class Checked(NamedTuple):
    """The same as it is recorded: months, year and facts in their one form."""

    fields: dict[str, Any]
    aid: Aid


def record_id(department_id: str, programme: str, record_number: str) -> AssistanceId:
    """The id of what a department recorded under a number of its own: the same record is the same assistance."""
    return AssistanceId(derived_id(department_id, f"record/{programme}/{record_number}"))


def check_given(
    programmes: Programmes, programme: ProgrammeDefined, given: Given, assistance_id: str, today: date
) -> Checked:
    """Everything about a report that can be known without knowing the person. Raises the refusals of a grant."""
    not_in_future(given.given_on, today, "given on", "发放日期")
    check_form(programmes, programme, given.form, given.amount_fen, given.given_on)
    first, last = _months(programme, given)
    facts = checked_facts(programme, given.form, given.facts, given.amount_fen)
    year = year_of(programme, facts, given.given_on)
    monthly = first or month_of(given.given_on)
    aid = Aid(assistance_id, programme.code, given.form, given.given_on, monthly, last or monthly, year, given.need, given.disaster_id)  # fmt: skip
    fields = {
        "form": given.form, "note": programmes.form(given.form, given.given_on).named, "amount_fen": given.amount_fen, "from_month": first,
        "last_month": last, "year": year, "need": given.need, "facts": facts, "occurred_on": given.given_on,
    }  # fmt: skip
    return Checked(fields, aid)


def _months(programme: ProgrammeDefined, given: Given) -> tuple[Month | None, Month | None]:
    """What is reported monthly is over: without a last month it was one month's. Raises ``BadMonth``."""
    if programme.recurrence is not Recurrence.MONTHLY:
        if given.from_month or given.last_month:
            raise BadMonth(
                month=given.from_month or given.last_month,
                why="the programme is not given by months",
                why_zh="该项目不按月发放",
            )
        return None, None
    first = month(given.from_month) if given.from_month else month_of(given.given_on)
    last = month(given.last_month) if given.last_month else first
    if last < first:
        raise BadMonth(month=last, why="before the first", why_zh="早于起始月份")
    return first, last


def check_life(programme: ProgrammeDefined, born: date | None, died: date | None, day: date) -> None:
    """Raises ``BadDate`` for a day before birth or after death."""
    why = day_fault(programme, born, died, day)
    if why is not None:
        raise BadDate(what="given on", what_zh="发放日期", day=day, why=why[0], why_zh=why[1])


def household_of(known: Known, person: str) -> str | None:
    """The household a person lives in; of somebody who died, the one they died in."""
    membership = known.state(Membership, person)
    if membership.household_id is not None or membership.died_on is None:
        return membership.household_id
    return next((e.household_id for e in reversed(list(known.events(MemberJoined))) if e.person_id == person), None)  # fmt: skip


class ReportAid(Command, frozen=True, kw_only=True):
    """A department reports what it gave to one person, by its own record number: each record once."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER, Role.DEPARTMENT})
    id_number: str
    programme: str
    record_number: str
    form: str
    amount_fen: Fen | None = None
    delivered_on: date
    from_month: Month | None = None
    last_month: Month | None = None
    need: str | None = None
    disaster_id: DisasterId | None = None
    facts: tuple[OwnFact, ...] = ()
    unlisted_name: str | None = None
    overlap_reason: str | None = None

    def id_numbers(self) -> tuple[str, ...]:
        return (self.id_number,)

    def boundary(self, known: Known, context: Context) -> Boundary:
        """Definitions, who acts, the record, the person, their household and what they have."""
        person = context.people[self.id_number]
        facts: list[Facts] = [
            *ALL_PROGRAMMES, Organisation.facts(context.actor.organisation_id), Membership.facts(person), PersonAids.facts(person),
            Cover.facts(person), Assistance.facts(self._assistance_id(known, context)),
        ]  # fmt: skip
        if self.disaster_id is not None:
            facts.append(Disaster.facts(self.disaster_id))
        household_id = household_of(known, person)
        if household_id is not None:
            facts += [Household.facts(household_id), HouseholdAids.facts(household_id)]
            household = known.state(Household, household_id)
            facts += [Organisation.facts(household.organisation_id)] if household.exists else []
        return tuple(facts)

    def _assistance_id(self, known: Known, context: Context) -> AssistanceId:
        actor = known.state(Organisation, context.actor.organisation_id)
        handler = actor.id if actor.level is Level.DEPARTMENT else actor.lineage[0]
        return record_id(handler, self.programme, self.record_number)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        acting = acting_for(known, context)
        programmes = Programmes.of(known)
        programme = programmes.get(self.programme, self.delivered_on)
        require_part(acting, programme)
        if not self.record_number.strip():
            raise NobodyNamed(why="the record has no number", why_zh="未填记录号")
        born, _ = check_id_number(self.id_number)
        assistance_id = self._assistance_id(known, context)
        if known.state(Assistance, assistance_id).exists:
            raise RecordTaken(record=self.record_number)
        given = Given(self.form, self.amount_fen, self.delivered_on, self.from_month, self.last_month, self.need, self.disaster_id, self.facts)  # fmt: skip
        checked = check_given(programmes, programme, given, assistance_id, context.today)
        person = context.people[self.id_number]
        check_life(programme, born, known.state(Membership, person).died_on, self.delivered_on)
        common = {
            "assistance_id": assistance_id, "programme": programme.code, "named": programme.named, "department": acting.name,
            "department_id": acting.organisation_id, "record_number": self.record_number, **checked.fields,
        }  # fmt: skip
        household_id = household_of(known, person)
        if household_id is None:
            yield self._unlisted(person, acting.organisation_id, common)
            return
        household = known.state(Household, household_id)
        require_reach(known, context, acting, household.organisation_id)
        lineage = known.state(Organisation, household.organisation_id).lineage
        require_disaster(known, programme, self.disaster_id, lineage, self.delivered_on)
        aid = checked.aid._replace(household_id=household_id)
        yield from self._listed(known, programmes, programme, aid, person, household, common)

    def _unlisted(self, person: PersonId, department_id: str, common: dict[str, Any]) -> Event:
        if not (self.unlisted_name or "").strip():
            raise PersonUnlisted(masked=mask_id(self.id_number))
        subject = tag(PersonId, person)
        return UnlistedAidReported(
            person_id=person, organisation_id=OrganisationId(department_id), name=Private(subject, self.unlisted_name),
            id_number=Private(subject, self.id_number), **common,
        )  # fmt: skip

    def _listed(
        self, known: Known, programmes: Programmes, programme: ProgrammeDefined, aid: Aid, person: PersonId,
        household: Household, common: dict[str, Any],
    ) -> Iterator[Event]:  # fmt: skip
        clash: Clash | None = find_clash(known, programmes, programme, aid, [person])
        reason = (self.overlap_reason or "").strip() or None
        if clash is not None and reason is None:
            refuse_clash(programmes, programme, clash, self.delivered_on)
        if clash is not None and reason is not None:
            common = common | {"overlaps": (clash.assistance_id or clash.other,), "reason": reason, "note": said(reason)}  # fmt: skip
        yield AssistanceReported(
            household_id=HouseholdId(household.id), organisation_id=OrganisationId(household.organisation_id),
            person_ids=(person,), outcome=Outcome.GIVEN, disaster_id=self.disaster_id, **common,
        )  # fmt: skip
