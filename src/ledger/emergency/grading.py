"""Grading an emergency, deciding on it one by one, and approving aid up to a total [TA 二(一)–(四); S 三(三); 649 art. 48]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from ledger.emergency.amounts import (
    Reckoned,
    aid_facts,
    check_spending,
    grading_facts,
    had_before,
    reckon,
    window_facts,
)
from ledger.emergency.events import (
    PROGRAMME,
    AidType,
    Approval,
    EmergencyApproved,
    EmergencyGraded,
    EmergencyMeetingHeld,
    Grade,
)
from ledger.emergency.refusals import (
    AboveStandard,
    AboveTownLimit,
    BadAid,
    EmergencyOver,
    EmergencyUnknown,
    MeetingDoesNotAllow,
    MeetingWithoutQuorum,
    NotGraded,
    ProcedureNeeded,
    WrongGrade,
)
from ledger.emergency.states import Emergency, HeldMeeting
from ledger.identification.amounts import used, yuan
from ledger.identification.events import CategoryConfirmed
from ledger.ids import EmergencyId, MeetingId
from ledger.kernel import (
    Basis,
    Boundary,
    CaseId,
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
    Private,
    Role,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.registry.commands import STAFF, not_in_future
from ledger.registry.refusals import BadDate, DocumentNeeded
from ledger.registry.states import Household
from ledger.standards.book import StandardBook, facts_for


class EmergencyCommand(Command, frozen=True, kw_only=True):
    """Base of every step of an emergency that is not closed, in the operator's scope."""

    ROLES: ClassVar = STAFF
    emergency_id: EmergencyId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The emergency and the organisation of its place, and whatever else the step names."""
        emergency = known.state(Emergency, self.emergency_id)
        facts = [Emergency.facts(self.emergency_id)]
        if emergency.exists:
            facts.append(Organisation.facts(emergency.file.organisation_id))
            place = known.state(Organisation, emergency.file.organisation_id)
            facts += self.more(emergency, place.lineage if place.exists else (), known)
        return tuple(facts)

    def more(self, emergency: Emergency, lineage: tuple[str, ...], known: Known) -> list[Facts]:
        """Further facts the step needs."""
        return []

    def emergency(
        self, known: Known, context: Context, day: date, what: str, what_zh: str, *, graded: bool = True
    ) -> Emergency:
        """The emergency, open, in scope and (unless said otherwise) graded, of a day not before it happened."""
        emergency = known.state(Emergency, self.emergency_id)
        if not emergency.exists:
            raise EmergencyUnknown(emergency=self.emergency_id)
        require_scope(context.actor, known.state(Organisation, emergency.file.organisation_id))
        if emergency.file.closed_on is not None:
            raise EmergencyOver(day=emergency.file.closed_on)
        not_in_future(day, context.today, what, what_zh)
        if day < emergency.file.happened_on:
            raise BadDate(
                what=what, what_zh=what_zh, day=day, why="before it happened", why_zh="早于急难发生日期"
            )
        if graded and emergency.file.aid_type is None:
            raise NotGraded
        return emergency

    def lineage(self, emergency: Emergency, known: Known) -> tuple[str, ...]:
        """The organisations whose standards hold at the place of the emergency."""
        return known.state(Organisation, emergency.file.organisation_id).lineage

    @staticmethod
    def of(emergency: Emergency) -> dict[str, Any]:
        """The fields every event of the emergency carries."""
        file = emergency.file
        return {
            "emergency_id": EmergencyId(emergency.id), "household_id": HouseholdId(file.household_id),
            "organisation_id": OrganisationId(file.organisation_id), "person_ids": tuple(map(PersonId, file.person_ids)),
        }  # fmt: skip


class GradeEmergency(EmergencyCommand, frozen=True, kw_only=True):
    """Says which type, grade and tier an emergency is; standard, limits and clock follow from the standards of the day.

    It may be graded anew until everything is on file. 支出型 names the application that went through the full procedure.
    """

    aid_type: AidType
    grade: Grade | None = None
    difficulty_tier: int
    case_id: CaseId | None = None
    spending_fen: Fen | None = None
    grounds: str
    graded_on: date

    def more(self, emergency: Emergency, lineage: tuple[str, ...], known: Known) -> list[Facts]:
        household = known.state(Household, emergency.file.household_id)
        facts = [Household.facts(emergency.file.household_id)]
        if household.exists:
            facts += grading_facts(lineage, household.area, self.aid_type, self.grade, self.difficulty_tier)
        if self.case_id is not None:
            facts.append(Facts(types=(CategoryConfirmed,), tags=(tag(CaseId, self.case_id),)))
        return facts

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        emergency = self.emergency(known, context, self.graded_on, "grading on", "分级日期", graded=False)
        self._check(emergency)
        household, lineage = (
            known.state(Household, emergency.file.household_id),
            self.lineage(emergency, known),
        )
        book = StandardBook(known.events(Event))
        if self.aid_type is AidType.SPENDING:
            self._through_procedure(emergency, known)
            check_spending(household, book, lineage, self.graded_on)
        count = len(emergency.file.person_ids)
        found = reckon(
            book,
            lineage,
            household.area,
            self.aid_type,
            self.grade,
            self.difficulty_tier,
            count,
            self.graded_on,
        )
        yield EmergencyGraded(
            aid_type=self.aid_type, grade=self.grade, tier=self.difficulty_tier, case_id=self.case_id,
            spending_fen=self.spending_fen, people_counted=count, standard_fen=found.standard_fen,
            small_limit_fen=found.small_limit_fen, town_limit_fen=found.town_limit_fen, paperwork_days=found.paperwork_days,
            papers=found.papers, standards=found.standards, working=found.working,
            grounds=Private(tag(HouseholdId, emergency.file.household_id), self.grounds), occurred_on=self.graded_on,
            basis=Basis(rule="TA 二(一), (三); S 三(三)"), note=self._note(found), **self.of(emergency),
        )  # fmt: skip

    def _check(self, emergency: Emergency) -> None:
        urgent = self.aid_type is AidType.URGENT
        checks = (
            (emergency.file.regularised_on is not None, "its paperwork is complete", "手续已补齐"),
            (urgent == (self.grade is None), "the urgent type alone is light or heavy", "急难型须区分轻重，支出型不分"),
            (urgent and (self.case_id is not None or self.spending_fen is not None),
             "the urgent type rests on no application", "急难型不需申请编号和支出金额"),
            (not self.grounds.strip(), "say why", "须写明理由"),
        )  # fmt: skip
        for wrong, why, why_zh in checks:
            if wrong:
                raise WrongGrade(why=why, why_zh=why_zh)

    def _through_procedure(self, emergency: Emergency, known: Known) -> None:
        """The household's application was accepted, checked, visited, publicised and confirmed [TA 二(二)]."""
        confirmed = [e for e in known.events(CategoryConfirmed) if e.case_id == self.case_id]
        ours = [
            e for e in confirmed if e.household_id == emergency.file.household_id and e.category == PROGRAMME
        ]
        if not ours:
            raise ProcedureNeeded(
                why="the household's application was not confirmed", why_zh="该户的申请尚未审核确认"
            )
        if not self.spending_fen or self.spending_fen <= 0:
            raise ProcedureNeeded(
                why="the necessary spending was not verified", why_zh="尚未核实生活必需支出"
            )

    def _note(self, found: Reckoned) -> Named:
        kinds = {
            Grade.LIGHT: ("急难型（较轻）", "urgent, light"),
            Grade.HEAVY: ("急难型（较重）", "urgent, heavy"),
            None: ("支出型", "spending"),
        }
        zh, en = kinds[self.grade]
        amount = yuan(found.standard_fen)
        return Named(
            zh=f"{zh}{self.difficulty_tier}档，标准{amount}元",
            en=f"{en}, tier {self.difficulty_tier}, standard {amount} yuan",
        )


class HoldEmergencyMeeting(EmergencyCommand, frozen=True, kw_only=True):
    """Records a meeting on this one matter 一事一议: who took part, the votes, what was voted on, the minutes [S 三(三); TA 二(三)]."""

    took_part: tuple[str, ...]
    in_favour: int
    against: int
    decided_fen: Fen
    minutes_text: str
    document: str
    held_on: date

    def more(self, emergency: Emergency, lineage: tuple[str, ...], known: Known) -> list[Facts]:
        return facts_for("meeting_quorum", PROGRAMME, lineage, None, None)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        emergency = self.emergency(known, context, self.held_on, "meeting on", "会议日期")
        if not self.document.strip() or not self.minutes_text.strip():
            raise DocumentNeeded
        if self.decided_fen <= 0:
            raise BadAid(why="the amount voted on is not positive", why_zh="表决金额须大于零")
        quorum = StandardBook(known.events(Event)).get(
            "meeting_quorum", PROGRAMME, self.lineage(emergency, known), self.held_on
        )
        present, votes = (
            len({one.strip() for one in self.took_part if one.strip()}),
            self.in_favour + self.against,
        )
        if present < quorum.value or votes > present or min(self.in_favour, self.against) < 0:
            raise MeetingWithoutQuorum(least=quorum.value, present=present, votes=votes)
        carried = 2 * self.in_favour > present
        yield EmergencyMeetingHeld(
            meeting_id=context.new_id(MeetingId), present=self.took_part, quorum=quorum.value, in_favour=self.in_favour,
            against=self.against, carried=carried, decided_fen=self.decided_fen,
            minutes=Private(tag(HouseholdId, emergency.file.household_id), self.minutes_text), occurred_on=self.held_on,
            basis=Basis(document=self.document, rule="S 三(三); TA 二(三)"),
            note=Named(zh=f"{yuan(self.decided_fen)}元，{'通过' if carried else '未通过'}",
                       en=f"{yuan(self.decided_fen)} yuan, {'carried' if carried else 'not carried'}"), **self.of(emergency),
        )  # fmt: skip


class ApproveEmergencyAid(EmergencyCommand, frozen=True, kw_only=True):
    """Approves aid up to a total, to be given in stages 一次审批、分阶段救助; the town up to its limit, above it the county or a meeting."""

    approved_fen: Fen
    stages: int = 1
    meeting_id: MeetingId | None = None
    decided_on: date

    def more(self, emergency: Emergency, lineage: tuple[str, ...], known: Known) -> list[Facts]:
        file = emergency.file
        return [*window_facts(lineage), *aid_facts(known, file.household_id, file.person_ids)]

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        emergency = self.emergency(known, context, self.decided_on, "approval on", "审批日期")
        if self.approved_fen <= 0 or self.stages < 1:
            raise BadAid(why="total and stages must be positive", why_zh="总额和期数须大于零")
        file = emergency.file
        window = StandardBook(known.events(Event)).get(
            "split_window", PROGRAMME, self.lineage(emergency, known), self.decided_on
        )
        before = had_before(
            known, emergency.id, file.household_id, file.person_ids, self.decided_on, window.value
        )
        total = emergency.approved_fen + self.approved_fen
        meeting = self._meeting(emergency, total)
        if total > file.standard_fen and meeting is None:
            raise AboveStandard(asked=total, limit=file.standard_fen)
        # What was given first, without approval, is part of the first total that is approved.
        own, mine = max(emergency.approved_fen, emergency.given_fen), max(total, emergency.given_fen)
        together = before.bound - own + mine
        town = context.actor.role is not Role.REVIEWER
        if town and meeting is None and together > file.town_limit_fen:
            raise AboveTownLimit(asked=self.approved_fen, before=together - self.approved_fen, since=before.since,
                                 limit=file.town_limit_fen)  # fmt: skip
        by = Approval.MEETING if meeting is not None else Approval.TOWN if town else Approval.COUNTY
        yield EmergencyApproved(
            approved_fen=self.approved_fen, stages=self.stages, approved_by=by, meeting_id=self.meeting_id,
            window_fen=Fen(together), standards=used(window), occurred_on=self.decided_on, basis=Basis(rule="649 art. 48; TA 二(二)–(四)"),
            note=Named(zh=f"批准{yuan(self.approved_fen)}元，分{self.stages}期", en=f"{yuan(self.approved_fen)} yuan in {self.stages} stages"),
            **self.of(emergency),
        )  # fmt: skip

    def _meeting(self, emergency: Emergency, total: int) -> HeldMeeting | None:
        if self.meeting_id is None:
            return None
        meeting = next((m for m in emergency.file.meetings if m.meeting_id == self.meeting_id), None)
        checks = (
            (meeting is None, "it was not about this emergency", "该会议未议此事项"),
            (meeting is not None and not meeting.carried, "it did not carry", "会议未通过"),
            (meeting is not None and meeting.decided_fen < total, "it decided on less", "会议决定的金额较低"),
            (meeting is not None and self.decided_on < meeting.day, "it was held later", "会议晚于审批日期"),
        )  # fmt: skip
        for wrong, why, why_zh in checks:
            if wrong:
                raise MeetingDoesNotAllow(why=why, why_zh=why_zh)
        return meeting
