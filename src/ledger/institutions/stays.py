"""Admission, leave and discharge: at most one stay at a time, never more people than beds, nobody after death."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from ledger.identification.events import Category
from ledger.identification.states import Entitlement
from ledger.ids import InstitutionId, StayId
from ledger.institutions.commands import deaths_in, deaths_of, most_residents, require_own
from ledger.institutions.events import (
    DischargeReason,
    LeaveEnded,
    LeaveReason,
    LeaveStarted,
    ResidentAdmitted,
    ResidentDischarged,
    StayKind,
)
from ledger.institutions.refusals import (
    AgreementNeeded,
    DiedThen,
    EntitlementNeeded,
    InstitutionUnknown,
    NoBedFree,
    NoDeathKnown,
    NotOnLeave,
    NotTaken,
    OnLeave,
    StayOver,
    StaysAlready,
    StayUnknown,
)
from ledger.institutions.states import Institution, PersonStays, Span, Stay
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    EntitlementId,
    Event,
    Known,
    Named,
    OrganisationId,
    OutOfScope,
    PersonId,
    Role,
    month_of,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.registry.commands import HouseholdCommand, not_in_future
from ledger.registry.refusals import BadDate, NotMember, PersonDeceased
from ledger.registry.states import Membership

PROGRAMMES = {
    StayKind.TEKUN: ("tekun", Named(zh="特困人员集中供养", en="tekun in an institution")),
    StayKind.ELDERS: ("jizhong_zhaohu", Named(zh="经济困难失能老年人集中照护", en="care of unable elders in an institution")),
    StayKind.DISABLED: ("canji_tuoyang", Named(zh="残疾人托养照护", en="care of disabled people")),
    StayKind.DAY_CARE: ("canji_tuoyang", Named(zh="日间照料", en="day care")),
}  # fmt: skip
"""The programme a stay belongs to, and what it is called."""
REASONS = {
    DischargeReason.DEATH: Named(zh="死亡", en="death"),
    DischargeReason.OWN_WISH: Named(zh="本人选择离院", en="own wish"),
    DischargeReason.TRANSFER: Named(zh="转院", en="transfer"),
    DischargeReason.COVER_ENDED: Named(zh="保障终止", en="cover ended"),
    DischargeReason.OTHER: Named(zh="其他原因", en="other reason"),
}


class AdmitResident(HouseholdCommand, frozen=True, kw_only=True):
    """Admits a member of a household to an institution, on an agreement; tekun with the entitlement it is paid from."""

    institution_id: InstitutionId
    person_id: PersonId
    stay: StayKind
    entitlement_id: EntitlementId | None = None
    agreement: str
    admitted_on: date

    def more(self, known: Known, context: Context) -> Boundary:
        institution = known.state(Institution, self.institution_id)
        facts = [Institution.facts(self.institution_id), Membership.facts(self.person_id), PersonStays.facts(self.person_id)]  # fmt: skip
        if self.entitlement_id is not None:
            facts.append(Entitlement.facts(self.entitlement_id))
        if institution.exists and self._most(institution, {})[0] >= institution.beds_on(self.admitted_on):
            # Full as far as discharges were recorded: who died has left all the same.
            facts += deaths_of(s.person_id for s in institution.stays.values() if s.until is None)
        return tuple(facts)

    def _most(self, institution: Institution, deaths: dict[str, date | None]) -> tuple[int, date]:
        return most_residents(institution, self.admitted_on, deaths)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        day = self.admitted_on
        not_in_future(day, context.today, "admission on", "入住日期")
        life = known.state(Membership, self.person_id)
        if life.died_on is not None:
            raise PersonDeceased(person=self.person_id, day=life.died_on)
        member = household.member(self.person_id)
        if member is None:
            raise NotMember(person=self.person_id, day=day)
        if day < member.birth_date:
            raise BadDate(
                what="admission on", what_zh="入住日期", day=day, why="before birth", why_zh="早于出生"
            )
        if not self.agreement.strip():
            raise AgreementNeeded
        self._entitled(known)
        for span in known.state(PersonStays, self.person_id).stays.values():
            if span.until is None or span.until > day:
                raise StaysAlready(institution=span.institution_id)
        institution = self._institution(known)
        programme, named = PROGRAMMES[self.stay]
        name = institution.name_on(day)
        yield ResidentAdmitted(
            stay_id=context.new_id(StayId), institution_id=self.institution_id, household_id=self.household_id,
            person_id=self.person_id, organisation_id=OrganisationId(household.organisation_id), programme=programme,
            named=named, kind=self.stay, entitlement_id=self.entitlement_id, agreement=self.agreement,
            note=Named(zh=f"入住{name}", en=f"at {name}"), occurred_on=day,
        )  # fmt: skip

    def _institution(self, known: Known) -> Institution:
        """The institution, which must be open, take such people and have a bed free from the day on."""
        institution = known.state(Institution, self.institution_id)
        if not institution.open_on(self.admitted_on) or institution.closed_on is not None:
            raise InstitutionUnknown(institution=self.institution_id)
        if not institution.takes(self.stay, self.admitted_on):
            raise NotTaken(kind=self.stay.value)
        deaths = deaths_in(known, (s.person_id for s in institution.stays.values()))
        most, when = self._most(institution, deaths)
        beds = min(institution.beds_on(self.admitted_on), institution.beds_on(when))
        if most >= beds:
            raise NoBedFree(beds=beds, day=when)
        return institution

    def _entitled(self, known: Known) -> None:
        """Tekun brings an entitlement in force that covers the person; nobody else brings one."""
        if self.stay is not StayKind.TEKUN:
            if self.entitlement_id is not None:
                raise EntitlementNeeded(why="only tekun brings one along", why_zh="仅集中供养须关联待遇")
            return
        if self.entitlement_id is None:
            raise EntitlementNeeded(why="none is named", why_zh="未填写待遇编号")
        entitlement = known.state(Entitlement, self.entitlement_id)
        for wrong, why, why_zh in (
            (not entitlement.exists or entitlement.category != Category.TEKUN, "it is none of tekun", "不是特困供养待遇"),
            (entitlement.household_id != self.household_id or self.person_id not in entitlement.file.counted,
             "it does not cover this person", "该待遇未包含此人"),
            (entitlement.file.last_month is not None and entitlement.file.last_month < month_of(self.admitted_on),
             "it has ended", "该待遇已终止"),
        ):  # fmt: skip
            if wrong:
                raise EntitlementNeeded(why=why, why_zh=why_zh)


class StayCommand(Command, frozen=True, kw_only=True):
    """Base of commands about one stay, by its household's or institution's organisation, or by the institution itself."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER, Role.PROVIDER})
    stay_id: StayId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The stay, its person, its institution, and the organisations of both."""
        facts = [Stay.facts(self.stay_id)]
        span = known.state(Stay, self.stay_id).span
        if span is not None:
            facts += [Institution.facts(span.institution_id), Organisation.facts(span.organisation_id), *deaths_of([span.person_id])]  # fmt: skip
            institution = known.state(Institution, span.institution_id)
            if institution.exists:
                facts.append(Organisation.facts(institution.organisation_id))
        return tuple(dict.fromkeys(facts))

    def stay(self, known: Known, context: Context) -> tuple[Stay, Span]:
        """The stay, which must not be over, and be the operator's to handle."""
        stay = known.state(Stay, self.stay_id)
        span = stay.span
        if span is None:
            raise StayUnknown(stay=self.stay_id)
        institution = known.state(Institution, span.institution_id)
        try:
            require_own(context.actor, institution, known)
        except OutOfScope:
            require_scope(context.actor, known.state(Organisation, span.organisation_id))
        except InstitutionUnknown:
            raise StayUnknown(stay=self.stay_id) from None
        if span.until is not None:
            raise StayOver(day=span.until)
        return stay, span

    def died_on(self, known: Known, span: Span) -> date | None:
        """The day the resident died, None while no death is known."""
        return known.state(Membership, span.person_id).died_on


def of(span: Span) -> dict[str, Any]:
    """The fields every event of a stay carries."""
    names = ("stay_id", "institution_id", "household_id", "person_id", "organisation_id", "programme", "named")  # fmt: skip
    return {name: getattr(span, name) for name in names}


class StartLeave(StayCommand, frozen=True, kw_only=True):
    """A resident goes away for a while: the first day that is no day of presence."""

    away_for: LeaveReason
    from_day: date
    expected_on: date | None = None

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        stay, span = self.stay(known, context)
        not_in_future(self.from_day, context.today, "leave from", "外出日期")
        if stay.away_since is not None:
            raise OnLeave(day=stay.away_since)
        died = self.died_on(known, span)
        if died is not None and self.from_day > died:
            raise DiedThen(day=died)
        last = max((leave.back_on for leave in stay.leaves if leave.back_on), default=span.admitted_on)
        if self.from_day < last:
            raise BadDate(
                what="leave from", what_zh="外出日期", day=self.from_day, why="before the resident was there", why_zh="早于在院日期"
            )  # fmt: skip
        if self.expected_on is not None and self.expected_on < self.from_day:
            raise BadDate(
                what="return on", what_zh="预计返院日期", day=self.expected_on, why="before the leave", why_zh="早于外出日期"
            )  # fmt: skip
        yield LeaveStarted(
            away_for=self.away_for, expected_on=self.expected_on, occurred_on=self.from_day, **of(span)
        )


class EndLeave(StayCommand, frozen=True, kw_only=True):
    """The resident is back: a day of presence again."""

    back_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        stay, span = self.stay(known, context)
        not_in_future(self.back_on, context.today, "return on", "返院日期")
        if stay.away_since is None:
            raise NotOnLeave
        died = self.died_on(known, span)
        if died is not None and self.back_on > died:
            raise DiedThen(day=died)
        if self.back_on < stay.away_since:
            raise BadDate(
                what="return on",
                what_zh="返院日期",
                day=self.back_on,
                why="before the leave",
                why_zh="早于外出日期",
            )
        yield LeaveEnded(occurred_on=self.back_on, **of(span))


class DischargeResident(StayCommand, frozen=True, kw_only=True):
    """Ends a stay with the reason; a death ends it on its own day and for no other reason."""

    left_for: DischargeReason
    discharged_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        _, span = self.stay(known, context)
        not_in_future(self.discharged_on, context.today, "discharge on", "离院日期")
        if self.discharged_on < span.admitted_on:
            raise BadDate(
                what="discharge on", what_zh="离院日期", day=self.discharged_on, why="before the admission", why_zh="早于入住日期"
            )  # fmt: skip
        died, dead = self.died_on(known, span), self.left_for is DischargeReason.DEATH
        if died is not None and (self.discharged_on > died or (dead and self.discharged_on != died)):
            raise DiedThen(day=died)
        if dead and died is None:
            raise NoDeathKnown(day=self.discharged_on)
        yield ResidentDischarged(
            left_for=self.left_for, note=REASONS[self.left_for], occurred_on=self.discharged_on, **of(span)
        )
