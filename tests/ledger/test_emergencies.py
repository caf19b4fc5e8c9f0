"""Emergencies: intake for anybody, grades, limits, aid in stages and in kind, paperwork on its own clock."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.emergency.aid import GiveEmergencyAid
from ledger.emergency.amounts import check_spending
from ledger.emergency.events import (
    AidForm,
    AidType,
    Approval,
    EmergencyAidGiven,
    EmergencyApproved,
    EmergencyGraded,
    EmergencyKind,
    EmergencyOutcome,
    EmergencyRegularised,
    FiledPaper,
    Grade,
    Paper,
    Supply,
)
from ledger.emergency.intake import Stricken
from ledger.emergency.paperwork import CloseEmergency, FilePaperwork, RecordEasing, RegulariseEmergency
from ledger.emergency.refusals import (
    AboveSmallAmount,
    AboveStandard,
    AboveTownLimit,
    BadAid,
    EasedTooLate,
    EmergencyIncomplete,
    EmergencyOver,
    EmergencyUnknown,
    LateWithoutReason,
    MeetingDoesNotAllow,
    MeetingWithoutQuorum,
    NotApproved,
    NotGraded,
    NothingGiven,
    PaperworkMissing,
    PaperworkWrong,
    ProcedureNeeded,
    ReportedAlready,
    SeveralHouseholds,
    SpendingNotEligible,
    StagesUsed,
    WrongGrade,
)
from ledger.identification.decisions import ConfirmCategory
from ledger.ids import EmergencyId
from ledger.kernel import Facts, Fen, OutOfScope, PersonId, Refused
from ledger.registry.changes import RecordDeath
from ledger.registry.events import (
    CircumstancesDeclared,
    HouseholdRegistered,
    IncomeLine,
    MemberJoined,
    PropertyLine,
)
from ledger.registry.refusals import (
    BadDate,
    BadIdNumber,
    DocumentNeeded,
    NotMember,
    PersonDeceased,
    PersonTwice,
)
from ledger.registry.states import Household
from ledger.standards.book import StandardBook
from ledger.standards.events import StandardSet
from ledger.standards.refusals import NoStandard
from tests.emergencies import DAY, UNKNOWN, Emergencies
from tests.scenario import CLERK, DIVISION, OTHER, OTHER_CLERK, REGIMENT, REVIEWER, Scenario, id_number


@pytest.fixture
def office(scenario: Scenario) -> Emergencies:
    made = Emergencies(scenario)
    made.standards()
    return made


def refuses(office: Emergencies, why: type[Refused], step: Any, match: str | None = None) -> None:
    """The step is refused with this rule, and nothing is recorded."""
    head = office.scenario.ledger.recorder.head()
    with pytest.raises(why, match=match):
        step()
    assert office.scenario.ledger.recorder.head() == head


# --- intake ---


def test_takes_in_a_registered_household_wherever_the_emergency_happens(office: Emergencies) -> None:
    """S 三(三): no hukou or residence is asked for; another regiment finds the household by the ID number."""
    household, people = office.scenario.household(1)
    found = office.reported(stricken=(Stricken(id_number=id_number(1)),), actor=OTHER_CLERK)
    assert (found.household_id, found.person_ids, found.organisation_id) == (household, (people[0],), OTHER)
    refuses(office, OutOfScope, lambda: office.grade(found.emergency_id))


def test_takes_in_people_registered_nowhere_and_finds_them_again(office: Emergencies) -> None:
    """S 三(三), 649 art. 50: they get a chain of their own at once, and the same one the next time."""
    made = office.report(stricken=(Stricken(id_number=id_number(91), name="过路人"),))
    home = next(e for e in made.events if isinstance(e, HouseholdRegistered))
    joined = next(e for e in made.events if isinstance(e, MemberJoined))
    assert (home.kind, home.organisation_id, joined.identity_known) == ("transient", REGIMENT, True)
    assert home.number.startswith("JN-")
    again = office.reported(stricken=(Stricken(id_number=id_number(91)),), happened_on=date(2026, 11, 9),
                            told_on=date(2026, 11, 9), actor=OTHER_CLERK)  # fmt: skip
    assert (again.household_id, again.person_ids) == (home.household_id, (joined.person_id,))
    assert again.unknown == ()


def test_takes_in_somebody_whose_identity_is_not_known(office: Emergencies) -> None:
    """649 art. 50–51: people without means are helped as they are found; who they are is asked later."""
    made = office.report(stricken=(UNKNOWN,), emergency_kind=EmergencyKind.STRANDED)
    joined = next(e for e in made.events if isinstance(e, MemberJoined))
    assert (joined.identity_known, joined.id_number, joined.birth_date) == (False, None, date(1960, 1, 1))
    assert office.state(made.events[-1].emergency_id).file.unknown == (joined.person_id,)  # type: ignore[attr-defined]


def test_refuses_reports_that_cannot_be_used(office: Emergencies) -> None:
    """S 三(三): bad input is told by field, and nothing is recorded."""
    household, people = office.scenario.household(1)
    office.scenario.household(11)
    office.scenario.do(
        RecordDeath,
        CLERK,
        household_id=household,
        person_id=people[1],
        died_on=date(2026, 10, 1),
        source="公安",
    )
    known = Stricken(id_number=id_number(1))
    wrong: tuple[tuple[type[Refused], str, dict[str, Any]], ...] = (
        (EmergencyIncomplete, "either a household", {}),
        (EmergencyIncomplete, "either a household", {"household": household, "stricken": (UNKNOWN,)}),
        (EmergencyIncomplete, "with their household", {"stricken": (UNKNOWN,), "person_ids": (people[0],)}),
        (EmergencyIncomplete, "say what happened", {"household": household, "what_happened": " "}),
        (EmergencyIncomplete, "needs a name", {"stricken": (Stricken(id_number=id_number(95)),)}),
        (EmergencyIncomplete, "sex and about when", {"stricken": (Stricken(name="无名"),)}),
        (BadIdNumber, "18 digits", {"stricken": (Stricken(id_number="65010", name="某"),)}),
        (PersonTwice, "", {"stricken": (known, known)}),
        (SeveralHouseholds, "2 households", {"stricken": (known, Stricken(id_number=id_number(11)))}),
        (SeveralHouseholds, "2 households", {"stricken": (known, UNKNOWN)}),
        (PersonDeceased, "", {"stricken": (Stricken(id_number=id_number(2, date(1981, 5, 17))),)}),
        (NotMember, "", {"household": household, "person_ids": (PersonId("nobody"),)}),
        (
            BadDate,
            "future",
            {"household": household, "happened_on": date(2027, 1, 1), "told_on": date(2027, 1, 1)},
        ),
        (BadDate, "before it happened", {"household": household, "told_on": date(2026, 11, 1)}),
        (OutOfScope, "", {"household": household, "organisation_id": OTHER}),
    )
    for why, match, fields in wrong:
        refuses(
            office, why, lambda fields=fields: office.report(fields.pop("household", None), **fields), match
        )


def test_refuses_the_same_event_for_the_same_household_twice(office: Emergencies) -> None:
    """649 art. 47, TA 二(三): one event is aided once; one that was not so may be told again."""
    household, _ = office.scenario.household(1)
    first = office.reported(household)
    refuses(office, ReportedAlready, lambda: office.report(household), first.emergency_id)
    office.reported(household, emergency_kind=EmergencyKind.ILLNESS)
    office.scenario.do(
        CloseEmergency,
        CLERK,
        emergency_id=first.emergency_id,
        outcome=EmergencyOutcome.NOT_SO,
        closing="误报",
        closed_on=DAY,
    )
    assert office.reported(household).emergency_id != first.emergency_id


# --- grading and limits ---


def test_grades_by_type_and_tier_times_dibao_times_people(office: Emergencies) -> None:
    """TA 二(三): 800 yuan × 3 × 2 people = 4800 yuan; the town's limit 800 × 4 = 3200; papers by the text."""
    household, _ = office.scenario.household(1)
    reported = office.reported(household)
    graded = office.grade(reported.emergency_id, Grade.HEAVY, 2).events[0]
    assert isinstance(graded, EmergencyGraded)
    assert (graded.standard_fen, graded.town_limit_fen, graded.people_counted, graded.paperwork_days) == (
        480_000,
        320_000,
        2,
        10,
    )
    assert [step.value for step in graded.working] == [80_000, 3_000, 240_000, 2, 480_000, 320_000]
    assert graded.papers == (
        Paper.RECIPIENT_REGISTERED,
        Paper.GROUNDS,
        Paper.AMOUNT_GIVEN,
        Paper.MATERIALS,
        Paper.HANDLER_SIGNATURE,
        Paper.SEAL,
    )
    assert {s.basis for s in graded.standards} == {"示范文件1号", "示范文件2号"}


def test_refuses_a_grade_that_is_none(office: Emergencies) -> None:
    """TA 二(一)–(三): types, grades and tiers are those of the place."""
    household, _ = office.scenario.household(1)
    emergency = office.reported(household).emergency_id
    for fields, match in (
        ({"grade": None}, "light or heavy"), ({"spending_fen": Fen(100)}, "no application"), ({"grounds": ""}, "say why"),
        ({"aid_type": AidType.SPENDING}, "light or heavy"),
    ):  # fmt: skip
        refuses(office, WrongGrade, lambda fields=fields: office.grade(emergency, **fields), match)
    refuses(office, NoStandard, lambda: office.grade(emergency, tier=7), "urgent-7")
    refuses(
        office, BadDate, lambda: office.grade(emergency, graded_on=date(2026, 11, 1)), "before it happened"
    )
    refuses(office, EmergencyUnknown, lambda: office.grade(EmergencyId("none")))
    refuses(office, NotGraded, lambda: office.approve(emergency, 100))


def test_a_light_emergency_is_aided_first_up_to_the_small_amount(office: Emergencies) -> None:
    """S 三(三) 小金额先行救助: 500 yuan without approval, however it is split; more needs approval."""
    household, _ = office.scenario.household(1)
    light = office.graded(household)
    office.give(light, 300)
    refuses(office, AboveSmallAmount, lambda: office.give(light, 201), "50000")
    office.give(light, 200)
    # Another emergency of the same household, within the window, is no way round the limit.
    second = office.graded(household, emergency_kind=EmergencyKind.ILLNESS)
    refuses(office, AboveSmallAmount, lambda: office.give(second, 1), "had 50000")
    office.approve(second.emergency_id, 400)
    given = office.give(second, 400).events[0]
    assert isinstance(given, EmergencyAidGiven)
    assert (given.stage, given.amount_fen) == (1, 40_000)


def test_a_heavy_emergency_is_aided_within_what_was_approved_and_in_its_stages(office: Emergencies) -> None:
    """TA 二(四) 一次审批、分阶段救助."""
    household, _ = office.scenario.household(1)
    heavy = office.graded(household, Grade.HEAVY, 2)
    refuses(office, NotApproved, lambda: office.give(heavy, 100), "approved: 0")
    office.approve(heavy.emergency_id, 3_000, stages=2)
    office.give(heavy, 1_000)
    refuses(office, NotApproved, lambda: office.give(heavy, 2_001), "100000 are given")
    office.give(heavy, 1_500)
    refuses(office, StagesUsed, lambda: office.give(heavy, 1), "2 stages")
    state = office.state(heavy.emergency_id)
    assert (state.given_fen, state.approved_fen, [g.stage for g in state.file.given]) == (
        250_000,
        300_000,
        [1, 2],
    )


def test_above_the_towns_limit_the_county_decides_however_it_is_split(office: Emergencies) -> None:
    """649 art. 48: the town approves small sums; grants of one household within the window count together."""
    household, _ = office.scenario.household(1)
    first = office.graded(household, Grade.HEAVY, 2)
    refuses(office, AboveTownLimit, lambda: office.approve(first.emergency_id, 3_201), "320000")
    made = office.approve(first.emergency_id, 2_000).events[0]
    assert isinstance(made, EmergencyApproved)
    assert (made.approved_by, made.window_fen) == (Approval.TOWN, 200_000)
    refuses(office, AboveTownLimit, lambda: office.approve(first.emergency_id, 1_201))
    second = office.graded(household, Grade.HEAVY, 2, emergency_kind=EmergencyKind.ILLNESS)
    refuses(office, AboveTownLimit, lambda: office.approve(second.emergency_id, 1_201), "With 200000")
    county = office.approve(second.emergency_id, 4_800, actor=REVIEWER).events[0]
    assert isinstance(county, EmergencyApproved)
    assert (county.approved_by, county.window_fen) == (Approval.COUNTY, 680_000)


def test_above_the_standard_a_meeting_decides_with_quorum_and_minutes(office: Emergencies) -> None:
    """TA 二(三), S 三(三) 一事一议."""
    household, _ = office.scenario.household(1)
    heavy = office.graded(household, Grade.HEAVY, 2)
    refuses(
        office, AboveStandard, lambda: office.approve(heavy.emergency_id, 4_801, actor=REVIEWER), "480000"
    )
    few = {"took_part": ("甲", "乙", "丙", "丁"), "in_favour": 4, "against": 0}
    refuses(
        office,
        MeetingWithoutQuorum,
        lambda: office.meeting(heavy.emergency_id, 6_000, **few),
        "5 of its members",
    )
    same = {"took_part": ("甲", "甲", "乙", "丙", "丁"), "in_favour": 4, "against": 0}
    refuses(
        office,
        MeetingWithoutQuorum,
        lambda: office.meeting(heavy.emergency_id, 6_000, **same),
        "4 were present",
    )
    refuses(
        office,
        MeetingWithoutQuorum,
        lambda: office.meeting(heavy.emergency_id, 6_000, in_favour=6),
        "7 voted",
    )
    refuses(office, DocumentNeeded, lambda: office.meeting(heavy.emergency_id, 6_000, document=" "))
    refuses(office, BadAid, lambda: office.meeting(heavy.emergency_id, 0), "voted on")
    lost = office.meeting(heavy.emergency_id, 6_000, in_favour=2, against=3)
    refuses(
        office,
        MeetingDoesNotAllow,
        lambda: office.approve(heavy.emergency_id, 6_000, meeting_id=lost),
        "not carry",
    )
    carried = office.meeting(heavy.emergency_id, 6_000)
    refuses(
        office,
        MeetingDoesNotAllow,
        lambda: office.approve(heavy.emergency_id, 6_001, meeting_id=carried),
        "less",
    )
    refuses(
        office,
        MeetingDoesNotAllow,
        lambda: office.approve(heavy.emergency_id, 1, meeting_id="none"),
        "not about",
    )
    made = office.approve(heavy.emergency_id, 6_000, meeting_id=carried).events[0]
    assert isinstance(made, EmergencyApproved)
    assert made.approved_by is Approval.MEETING


def test_aid_is_given_in_goods_and_by_handing_on(office: Emergencies) -> None:
    """TA 二(四): goods are listed with their worth; a handover names whom to and costs nothing."""
    household, people = office.scenario.household(1)
    light = office.graded(household)
    coal = Supply(item="取暖煤", quantity=1, measure_unit="吨", value_fen=Fen(20_000))
    quilt = Supply(item="棉被", quantity=2, measure_unit="床", value_fen=Fen(10_000))
    given = office.give(light, 0, supplies=(coal, quilt)).events[0]
    assert isinstance(given, EmergencyAidGiven)
    assert given.amount_fen == 30_000
    on = office.give(light, 0, form=AidForm.HANDOVER, supplies=(), handed_to="慈善会大病救助项目").events[0]
    assert isinstance(on, EmergencyAidGiven)
    assert (on.amount_fen, on.handed_to) == (None, "慈善会大病救助项目")
    fields = {"emergency_id": light.emergency_id, "recipient": people[0], "given_on": DAY}
    for wrong, match in (
        ({"form": AidForm.CASH}, "cash of nothing"), ({"form": AidForm.CASH, "amount_fen": Fen(100)}, "one imprest or one fund"),
        ({"form": AidForm.SUPPLIES}, "goods are named"), ({"form": AidForm.SUPPLIES, "supplies": (coal,), "amount_fen": Fen(1)}, "only cash"),
        ({"form": AidForm.SUPPLIES, "supplies": (Supply(item="", quantity=1, measure_unit="袋", value_fen=Fen(1)),)}, "without name"),
        ({"form": AidForm.HANDOVER}, "say to whom"), ({"form": AidForm.HANDOVER, "handed_to": "医保", "fund_id": "f"}, "costs nothing"),
        ({"form": AidForm.SUPPLIES, "supplies": (coal,), "fund_id": "f", "imprest_id": "i"}, "one source"),
    ):  # fmt: skip
        refuses(
            office,
            BadAid,
            lambda wrong=wrong: office.scenario.do(GiveEmergencyAid, CLERK, **fields | wrong),
            match,
        )
    refuses(office, NotMember, lambda: office.give(light, 1, recipient=PersonId("nobody")))
    refuses(office, BadAid, lambda: office.approve(light.emergency_id, 0), "positive")


# --- paperwork ---


def file(office: Emergencies, emergency: EmergencyId, *papers: Paper, day: date = DAY, **other: Any) -> None:
    filed = tuple(FiledPaper(paper=paper, reference="卷1") for paper in papers)
    office.scenario.do(FilePaperwork, CLERK, emergency_id=emergency, papers=filed, filed_on=day, **other)


def test_lists_exactly_what_is_missing_and_counts_working_days(office: Emergencies) -> None:
    """S 三(三), TA 二(二): two clocks. Light: 5 working days from Monday 2 November end on the 9th; heavy: 10 on the 16th."""
    household, _ = office.scenario.household(1)
    light, heavy = (
        office.graded(household),
        office.graded(household, Grade.HEAVY, 2, emergency_kind=EmergencyKind.ILLNESS),
    )
    assert office.state(light.emergency_id).missing == ()
    office.give(light, 100)
    office.approve(heavy.emergency_id, 1_000)
    office.give(heavy, 1_000)
    assert (office.state(light.emergency_id).due_on, office.state(light.emergency_id).missing) == (
        date(2026, 11, 9),
        (Paper.EXPLANATION,),
    )
    assert office.state(heavy.emergency_id).due_on == date(2026, 11, 16)
    file(
        office,
        heavy.emergency_id,
        Paper.RECIPIENT_REGISTERED,
        Paper.GROUNDS,
        Paper.AMOUNT_GIVEN,
        Paper.MATERIALS,
    )
    assert office.state(heavy.emergency_id).missing == (Paper.HANDLER_SIGNATURE, Paper.SEAL)
    done = {"emergency_id": heavy.emergency_id, "regularised_on": date(2026, 11, 10)}
    refuses(
        office,
        PaperworkMissing,
        lambda: office.scenario.do(RegulariseEmergency, CLERK, **done),
        "signature of the handler, seal",
    )
    closing = {
        "emergency_id": heavy.emergency_id,
        "outcome": EmergencyOutcome.AIDED,
        "closing": "办结",
        "closed_on": date(2026, 11, 10),
    }
    refuses(office, PaperworkMissing, lambda: office.scenario.do(CloseEmergency, CLERK, **closing), "seal")
    file(office, heavy.emergency_id, Paper.HANDLER_SIGNATURE, Paper.SEAL, day=date(2026, 11, 10))
    made = office.scenario.do(RegulariseEmergency, CLERK, **done).events[0]
    assert isinstance(made, EmergencyRegularised)
    assert (made.due_on, made.late) == (date(2026, 11, 16), False)
    office.scenario.do(CloseEmergency, CLERK, **closing)
    refuses(office, EmergencyOver, lambda: office.approve(heavy.emergency_id, 1))


def test_what_is_late_needs_a_reason(office: Emergencies) -> None:
    """S 三(三), check 23: overdue paperwork is taken, with why it is late."""
    household, _ = office.scenario.household(1)
    light = office.graded(household)
    office.give(light, 100)
    file(
        office,
        light.emergency_id,
        Paper.EXPLANATION,
        day=date(2026, 11, 20),
        explanation="火灾当日先行救助100元",
    )
    done = {"emergency_id": light.emergency_id, "regularised_on": date(2026, 11, 20)}
    refuses(
        office,
        LateWithoutReason,
        lambda: office.scenario.do(RegulariseEmergency, CLERK, **done),
        "2026-11-09",
    )
    made = office.scenario.do(RegulariseEmergency, CLERK, **done, late_reason="大雪封路").events[0]
    assert isinstance(made, EmergencyRegularised)
    assert (made.late, made.late_reason) == (True, "大雪封路")
    refuses(office, NothingGiven, lambda: office.scenario.do(RegulariseEmergency, CLERK, **done))


def test_the_clock_runs_from_the_day_the_worst_was_over_when_that_was_told_in_time(
    office: Emergencies,
) -> None:
    """S 三(三), TA 二(二): 在急难情况缓解后补齐; easing that is told when everything was due already moves nothing."""
    household, _ = office.scenario.household(1)
    first = office.reported(household, happened_on=date(2026, 11, 12), told_on=date(2026, 11, 12))
    office.grade(first.emergency_id, Grade.HEAVY, 2, graded_on=date(2026, 11, 12))
    easing = {"emergency_id": first.emergency_id, "eased_on": date(2026, 11, 23)}
    refuses(office, NothingGiven, lambda: office.scenario.do(RecordEasing, CLERK, **easing))
    office.approve(first.emergency_id, 500, decided_on=date(2026, 11, 12))
    office.give(first, 500, given_on=date(2026, 11, 12))
    assert office.state(first.emergency_id).due_on == date(2026, 11, 26)
    office.scenario.do(RecordEasing, CLERK, **easing)
    assert office.state(first.emergency_id).due_on == date(2026, 12, 7)
    late = office.graded(household, emergency_kind=EmergencyKind.OTHER)
    office.give(late, 100)
    refuses(
        office,
        EasedTooLate,
        lambda: office.scenario.do(RecordEasing, CLERK, **easing | {"emergency_id": late.emergency_id}),
        "2026-11-09",
    )


def test_refuses_papers_that_are_not_asked_for_or_there_already(office: Emergencies) -> None:
    """S 三(三): bad input about paperwork."""
    household, _ = office.scenario.household(1)
    light = office.graded(household)
    emergency = light.emergency_id
    refuses(
        office,
        PaperworkWrong,
        lambda: file(office, emergency, Paper.EXPLANATION, explanation="说明"),
        "no aid",
    )
    office.give(light, 100)
    refuses(office, PaperworkWrong, lambda: file(office, emergency, Paper.SEAL), "seal is not asked for")
    refuses(
        office, PaperworkWrong, lambda: file(office, emergency, Paper.EXPLANATION), "explanation is missing"
    )
    refuses(office, PaperworkWrong, lambda: file(office, emergency), "once")
    early = date(2026, 11, 2)
    file(office, emergency, Paper.EXPLANATION, explanation="说明", day=early)
    refuses(
        office,
        PaperworkWrong,
        lambda: file(office, emergency, Paper.EXPLANATION, explanation="说明"),
        "already",
    )
    other = office.reported(household, emergency_kind=EmergencyKind.OTHER)
    refuses(
        office,
        NothingGiven,
        lambda: office.scenario.do(
            CloseEmergency,
            CLERK,
            emergency_id=other.emergency_id,
            outcome=EmergencyOutcome.AIDED,
            closing="办结",
            closed_on=DAY,
        ),
    )


# --- 支出型 ---


def test_spending_type_aid_rests_on_the_full_procedure(office: Emergencies) -> None:
    """TA 二(一)–(二): income a head below last year's disposable income, property within limits, application confirmed,
    spending verified; the plan's own procedure, from application to confirmation, comes first."""
    scenario = office.scenario
    office.spending_category()
    household, people = scenario.household(1)
    emergency = office.reported(household, emergency_kind=EmergencyKind.SPENDING)
    case = scenario.opinion(household, people, "linshi_jiuzhu")  # type: ignore[arg-type]
    asked: dict[str, Any] = {
        "grade": None,
        "aid_type": AidType.SPENDING,
        "case_id": case,
        "spending_fen": Fen(3_000_000),
    }
    refuses(office, ProcedureNeeded, lambda: office.grade(emergency.emergency_id, **asked), "not confirmed")
    scenario.do(ConfirmCategory, REVIEWER, case_id=case, decided_on=date(2026, 9, 18))
    refuses(
        office,
        ProcedureNeeded,
        lambda: office.grade(emergency.emergency_id, **asked | {"spending_fen": None}),
        "verified",
    )
    other, _ = scenario.household(21)
    elsewhere = office.reported(other, emergency_kind=EmergencyKind.SPENDING)
    refuses(office, ProcedureNeeded, lambda: office.grade(elsewhere.emergency_id, **asked), "not confirmed")
    graded = office.grade(emergency.emergency_id, **asked).events[0]
    assert isinstance(graded, EmergencyGraded)
    assert (graded.standard_fen, graded.paperwork_days, graded.papers) == (320_000, None, ())
    refuses(office, NotApproved, lambda: office.give(emergency, 1))
    office.approve(emergency.emergency_id, 3_000)
    office.give(emergency, 3_000)
    assert (office.state(emergency.emergency_id).status, office.state(emergency.emergency_id).due_on) == (
        "aided",
        None,
    )
    scenario.do(
        CloseEmergency,
        CLERK,
        emergency_id=emergency.emergency_id,
        outcome=EmergencyOutcome.AIDED,
        closing="办结",
        closed_on=DAY,
    )


def test_refuses_spending_type_aid_above_its_lines(office: Emergencies) -> None:
    """TA 二(一): 8 million fen for two people is not below 4 million a head; property above the limit; nothing declared."""
    scenario = office.scenario
    household, _ = scenario.household(1)
    known = scenario.ledger.read((Household.facts(household), Facts(types=(StandardSet,))))
    book, lineage = StandardBook(known.events(StandardSet)), (DIVISION, REGIMENT)
    rich = {"income": (IncomeLine(kind="wage", annual_fen=Fen(8_000_000)),)}
    owner = {"income": (), "property": (PropertyLine(kind="deposit", value_fen=Fen(3_000_001)),)}
    edge = {
        "income": (IncomeLine(kind="wage", annual_fen=Fen(7_999_998)),),
        "property": (PropertyLine(kind="deposit", value_fen=Fen(3_000_000)),),
    }
    for declared, match in ((rich, "not below 4000000"), (owner, "above 3000000"), (edge, None)):
        events = [*known.events(HouseholdRegistered, MemberJoined), CircumstancesDeclared(
            household_id=household, organisation_id=REGIMENT, occurred_on=date(2026, 10, 1), **declared)]  # fmt: skip
        state = Household.fold(household, events)
        if match is None:
            check_spending(state, book, lineage, DAY)
            continue
        with pytest.raises(SpendingNotEligible, match=match):
            check_spending(state, book, lineage, DAY)
    with pytest.raises(SpendingNotEligible, match="nothing was declared"):
        check_spending(Household.fold(household, known.events(HouseholdRegistered)), book, lineage, DAY)
