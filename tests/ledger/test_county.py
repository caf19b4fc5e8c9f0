"""At the county: obligors, re-checks, visits that must be, meetings, exclusion, lists, and what blocks a case."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest

from ledger.complaints.events import ComplaintChannel, ComplaintKind, ComplaintLodged
from ledger.identification.case_events import CategoryListed, ObligorMeans, RecheckDrawn, ReportedToCounty
from ledger.identification.decisions import ConfirmCategory, RefuseCategory
from ledger.identification.events import Category, SinglePerson
from ledger.identification.exclusion import excluded
from ledger.identification.listed import RecordListed
from ledger.identification.obligors import AuthoriseObligor, NameObligor, RecordObligorMeans, judge
from ledger.identification.procedure import (
    AbortCase,
    AnnounceResult,
    DrawRechecks,
    RecordHomeVisit,
    RecordRecheck,
    ReportToCounty,
    SubmitApplication,
)
from ledger.identification.procedure_county import HoldCaseMeeting, draw, seed_of
from ledger.identification.procedure_inquiry import FileNearRelative
from ledger.identification.procedure_refusals import (
    CountyVisitNeeded,
    KindUnknown,
    ListedOnly,
    NoObligors,
    NotCounty,
    NothingToDraw,
    NotListed,
    NotSinglePerson,
    ObligorsUndecided,
    ObligorUnknown,
    RecheckNeeded,
)
from ledger.identification.refusals import (
    AlreadyCovered,
    NoQuorum,
    NotEligible,
    OnePersonOnly,
    StepDone,
    StepMissing,
    WholeHouseholdOrNone,
)
from ledger.identification.requirements import weigh
from ledger.identification.states import Case, Cover, Entitlement
from ledger.kernel import Actor, Basis, CaseId, Context, Known, Month, Private, Role
from ledger.programmes.book import Categories
from ledger.programmes.refusals import CategoryUnknown
from ledger.registry.events import Attributes
from ledger.registry.refusals import BadDate
from ledger.standards.book import StandardBook, parameter_id
from ledger.standards.events import StandardSet
from ledger.standards.refusals import NoStandard
from tests.ledger.steps import DAY, confirm, submitted
from tests.ledger.test_procedure import accepted, checked, nothing_recorded, on, opined, visit
from tests.scenario import CLERK, DIVISION, NOW, REGIMENT, REVIEWER, Scenario

COUNTY = Actor(operator_id="reviewer-2", organisation_id=DIVISION, role=Role.REVIEWER)
OLD = (date(1950, 1, 1),)
LINEAGE = (DIVISION, REGIMENT)


def book(income: int = 3_600_000, limit: int = 3_000_000) -> StandardBook:
    """The two lines the grounds rest on."""
    return StandardBook(
        StandardSet(parameter_id=parameter_id(name, None, DIVISION), name=name, applies_to=DIVISION, value=value, unit="fen",
                    from_date=date(2026, 1, 1), basis=Basis(document="示范"))
        for name, value in (("disposable_income", income), ("low_income_property_limit", limit))
    )  # fmt: skip


# --- obligors ---

POOR = {"income_fen": 3_599_999, "property_fen": 3_000_000}


@pytest.mark.parametrize(
    ("means", "article"),
    [
        (ObligorMeans(tekun=True), "43 art. 8(一)"),
        (ObligorMeans(dibao=True, birth_date=date(1966, 9, 18)), "43 art. 8(二)"),
        (ObligorMeans(dibao=True, birth_date=date(1966, 9, 19)), None),
        (ObligorMeans(dibao=True), None),
        (ObligorMeans(birth_date=date(1956, 9, 18), **POOR), "43 art. 8(三)"),
        (ObligorMeans(birth_date=date(1956, 9, 19), **POOR), None),
        (ObligorMeans(birth_date=date(1956, 9, 18), income_fen=3_600_000, property_fen=0), None),
        (ObligorMeans(birth_date=date(1956, 9, 18), income_fen=0, property_fen=3_000_001), None),
        (ObligorMeans(birth_date=date(1956, 9, 18)), None),
        (ObligorMeans(disability_level=2, **POOR), "43 art. 8(四)"),
        (ObligorMeans(disability_level=3, disability_type="mental", **POOR), "43 art. 8(四)"),
        (ObligorMeans(disability_level=3, disability_type="physical", **POOR), None),
        (ObligorMeans(in_prison=True, property_fen=1), "43 art. 8(五)"),
        (ObligorMeans(declared_missing=True, property_fen=3_000_001), None),
        (ObligorMeans(no_civil_capacity=True, property_fen=0), "43 art. 8(五)"),
        (ObligorMeans(provincial_rule="省规第3条"), "43 art. 8(六)"),
        (ObligorMeans(), None),
    ],
)
def test_an_obligor_is_unable_by_one_of_six_grounds_only(means: ObligorMeans, article: str | None) -> None:
    """43 art. 8: what is not known of income or property proves nothing."""
    found = judge(means, book(), LINEAGE, DAY)
    assert (found.able, found.article) == ((True, "43 art. 8") if article is None else (False, article))


def test_a_ground_that_rests_on_a_line_needs_the_line() -> None:
    """43 art. 8(三)–(五): a parameter that is not set decides nothing."""
    with pytest.raises(NoStandard):
        judge(ObligorMeans(in_prison=True, property_fen=0), StandardBook(()), LINEAGE, DAY)


def test_tekun_waits_until_every_obligor_authorised_and_was_judged_unable(scenario: Scenario) -> None:
    """43 art. 4, 8, 10: parties inside or outside any household, authorised, judged; one able ends it."""
    house, people = scenario.household(1, 1, births=OLD, income=0)
    case = scenario.opinion(house, people, Category.TEKUN)
    nothing_recorded(
        scenario,
        ObligorsUndecided,
        ConfirmCategory,
        REVIEWER,
        case_id=case,
        decided_on=DAY,
        obligors="unable",
    )
    named = {"case_id": case, "name": "某子", "kinship": "子", "named_on": on(17)}
    obligor = scenario.do(NameObligor, CLERK, **named).events[0].obligor_id  # type: ignore[attr-defined]
    given = {"case_id": case, "obligor_id": obligor}
    recorded = {"means": ObligorMeans(tekun=True), "recorded_on": on(17)}
    nothing_recorded(scenario, StepMissing, RecordObligorMeans, **given, **recorded)
    nothing_recorded(
        scenario,
        ObligorUnknown,
        AuthoriseObligor,
        case_id=case,
        obligor_id="x",
        document="授",
        authorised_on=on(17),
    )
    scenario.do(AuthoriseObligor, CLERK, **given, document="授1", authorised_on=on(17))
    for said in ("none", "unable", None):
        nothing_recorded(
            scenario,
            ObligorsUndecided,
            ConfirmCategory,
            REVIEWER,
            case_id=case,
            decided_on=DAY,
            obligors=said,
        )
    scenario.do(RecordObligorMeans, CLERK, **given, means=ObligorMeans(), recorded_on=on(17))
    nothing_recorded(
        scenario, NotEligible, ConfirmCategory, REVIEWER, match="obligors", case_id=case, decided_on=DAY
    )
    nothing_recorded(
        scenario,
        BadDate,
        RecordObligorMeans,
        **given,
        means=ObligorMeans(birth_date=on(18)),
        recorded_on=on(17),
    )
    made = scenario.do(RecordObligorMeans, CLERK, **given, **recorded)
    assert (made.events[0].able, made.events[0].article) == (False, "43 art. 8(一)")  # type: ignore[attr-defined]
    assert confirm(scenario, case, obligors="unable").category == "tekun"
    _, _, dibao = submitted(scenario, 11)
    nothing_recorded(scenario, NoObligors, NameObligor, **(named | {"case_id": dibao}))


# --- re-check, county visit, meeting ---


def reported(scenario: Scenario, first: int) -> CaseId:
    """A tekun case at the county, in no draw yet."""
    house, people = scenario.household(first, 1, births=OLD, income=0)
    made = scenario.do(SubmitApplication, CLERK, household_id=house, category="tekun", applicant=people[0],
                       covered=(people[0],), submitted_on=on(3))  # fmt: skip
    case: CaseId = made.events[0].case_id  # type: ignore[attr-defined]
    from ledger.identification.procedure import (
        AcceptApplication,
        AuthoriseCheck,
        EndPublicity,
        StartPublicity,
    )

    scenario.do(AcceptApplication, CLERK, case_id=case, accepted_on=on(4))
    scenario.do(AuthoriseCheck, CLERK, case_id=case, authorised_by=(people[0],), authorised_on=on(4))
    checked(scenario, case)
    visit(scenario, case)
    opined(scenario, case)
    scenario.do(StartPublicity, CLERK, case_id=case, place="x", started_on=on(10))
    scenario.do(EndPublicity, CLERK, case_id=case, ended_on=on(17))
    scenario.do(ReportToCounty, CLERK, case_id=case, reported_on=on(17))
    return case


def test_a_third_of_a_batch_is_drawn_by_a_seed_anyone_can_repeat_and_checked_before_it_is_confirmed(
    scenario: Scenario,
) -> None:
    """43 art. 16: not less than 30 % at random; neither the cases nor the seed are the drawer's to choose."""
    cases = [reported(scenario, n) for n in (1, 2, 3, 4)]
    batch: dict[str, Any] = {
        "organisation_id": REGIMENT,
        "category": "tekun",
        "of_month": Month("2026-09"),
        "drawn_on": on(18),
    }
    nothing_recorded(
        scenario,
        RecheckNeeded,
        ConfirmCategory,
        REVIEWER,
        case_id=cases[0],
        decided_on=on(21),
        obligors="none",
    )
    nothing_recorded(
        scenario, NothingToDraw, DrawRechecks, REVIEWER, **(batch | {"of_month": Month("2026-08")})
    )
    nothing_recorded(
        scenario,
        NotCounty,
        DrawRechecks,
        Actor(operator_id="t", organisation_id=REGIMENT, role=Role.REVIEWER),
        **batch,
    )
    scenario.do(AbortCase, CLERK, case_id=cases.pop(), reason="撤回")
    drawn = next(
        e for e in scenario.do(DrawRechecks, REVIEWER, **batch).events if isinstance(e, RecheckDrawn)
    )
    assert set(drawn.case_ids) == set(cases)
    assert len(drawn.drawn) == 1  # 30 % of three, rounded up
    reports = [e for r in scenario.ledger.read(tuple(Case.facts(c) for c in cases)).recorded
               if isinstance(e := r.event, ReportedToCounty)]  # fmt: skip
    assert (
        drawn.seed
        == hashlib.sha256("\n".join(r.event_id for r in reports).encode()).hexdigest()
        == seed_of(reports)
    )
    assert draw(drawn.seed, drawn.case_ids, drawn.permille) == drawn.drawn
    nothing_recorded(scenario, NothingToDraw, DrawRechecks, REVIEWER, **batch)
    chosen = drawn.drawn[0]
    spared = next(c for c in cases if c != chosen)
    assert confirm(scenario, spared, on(21), obligors="none").category == "tekun"
    nothing_recorded(
        scenario,
        RecheckNeeded,
        ConfirmCategory,
        REVIEWER,
        match="drawn",
        case_id=chosen,
        decided_on=on(21),
        obligors="none",
    )
    recheck = {"case_id": chosen, "visitors": ("丙", "丁"), "rechecked_on": on(19)}
    nothing_recorded(
        scenario,
        StepMissing,
        RecordRecheck,
        COUNTY,
        **(recheck | {"case_id": next(c for c in cases if c not in (chosen, spared))}),
        upheld=True,
    )
    scenario.do(RecordRecheck, COUNTY, **recheck, upheld=False)
    nothing_recorded(
        scenario,
        RecheckNeeded,
        ConfirmCategory,
        REVIEWER,
        match="uphold",
        case_id=chosen,
        decided_on=on(21),
        obligors="none",
    )
    scenario.do(RecordRecheck, COUNTY, **recheck, upheld=True)
    assert confirm(scenario, chosen, on(21), obligors="none").category == "tekun"


@pytest.mark.parametrize("count", range(1, 21))
def test_a_draw_is_never_less_than_thirty_in_a_hundred(count: int) -> None:
    """43 art. 16."""
    cases = [f"case-{n}" for n in range(count)]
    found = draw("seed", cases, 300)
    assert len(found) * 1000 >= 300 * count > (len(found) - 1) * 1000
    assert set(found) <= set(cases)
    assert len(set(found)) == len(found)
    assert draw("other", cases, 1000) != cases or count < 5


def test_near_kin_of_staff_are_confirmed_only_after_the_countys_visit(scenario: Scenario) -> None:
    """57 art. 11, 20: filed apart, and visited by the county itself."""
    house, people = scenario.household(1)
    case = scenario.opinion(house, people)
    scenario.do(FileNearRelative, CLERK, case_id=case, person_id=people[1], kinship="弟", official="某干事", post="民政干事",
                filed_on=on(17))  # fmt: skip
    nothing_recorded(scenario, CountyVisitNeeded, ConfirmCategory, REVIEWER, case_id=case, decided_on=DAY)
    by_county = {
        "case_id": case,
        "visitors": ("丙", "丁"),
        "signed": True,
        "by_county": True,
        "visited_on": on(17),
    }
    nothing_recorded(scenario, NotCounty, RecordHomeVisit, **by_county)
    visit(scenario, case, 17)
    nothing_recorded(scenario, CountyVisitNeeded, ConfirmCategory, REVIEWER, case_id=case, decided_on=DAY)
    scenario.do(RecordHomeVisit, COUNTY, **by_county)
    assert confirm(scenario, case).category == "dibao"


def lodge(scenario: Scenario, label: str, house: str, case: str | None, day: date) -> None:
    """A complaint, named or anonymous, as the office for complaints records it."""
    complaint = ComplaintLodged(
        complaint_id=f"c-{label}", organisation_id=REGIMENT, household_id=house, case_id=case, kind=ComplaintKind.REPORT,
        channel=ComplaintChannel.HOTLINE, anonymous=True, text=Private(f"household:{house}", "有房"),
        acknowledge_by=day, answer_by=day, occurred_on=day,
    )  # fmt: skip
    scenario.ledger.append_bulk([complaint], actor=CLERK, now=NOW, command_id=scenario.command_id())


@pytest.mark.parametrize("about_case", [True, False])
def test_a_pending_complaint_forces_the_countys_visit_after_it(scenario: Scenario, about_case: bool) -> None:
    """57 art. 20: about the case or its household, named or anonymous; a visit from before does not answer it."""
    house, people = scenario.household(1)
    case = scenario.opinion(house, people)
    by_county = {"case_id": case, "visitors": ("丙", "丁"), "signed": True, "by_county": True}
    scenario.do(RecordHomeVisit, COUNTY, **by_county, visited_on=on(16))
    lodge(scenario, "1", house, case if about_case else None, on(17))
    nothing_recorded(
        scenario,
        CountyVisitNeeded,
        ConfirmCategory,
        REVIEWER,
        match="complaint",
        case_id=case,
        decided_on=DAY,
    )
    scenario.do(RecordHomeVisit, COUNTY, **by_county, visited_on=on(17))
    assert confirm(scenario, case).category == "dibao"


def test_a_meeting_on_one_case_needs_quorum_minutes_and_a_majority(scenario: Scenario) -> None:
    """S 二(四): 一事一议 with quorum by the standard in force; what it does not carry is not confirmed."""
    house, people = scenario.household(1)
    case = scenario.opinion(house, people)
    held = {"case_id": case, "decision": "同意", "minutes": "纪要1", "held_on": on(17)}
    nothing_recorded(scenario, NoQuorum, HoldCaseMeeting, **held, present=4, in_favour=4, against=0)
    nothing_recorded(
        scenario, StepMissing, HoldCaseMeeting, **(held | {"minutes": ""}), present=5, in_favour=4, against=0
    )
    scenario.do(HoldCaseMeeting, CLERK, **held, present=6, in_favour=3, against=3)
    nothing_recorded(
        scenario, NotEligible, ConfirmCategory, REVIEWER, match="meeting", case_id=case, decided_on=DAY
    )
    scenario.do(HoldCaseMeeting, CLERK, **held, present=6, in_favour=4, against=2)
    assert confirm(scenario, case).category == "dibao"


def test_a_confirmation_is_made_public_once_with_members_and_amount(scenario: Scenario) -> None:
    """57 art. 24."""
    house, people = scenario.household(1)
    case = scenario.opinion(house, people)
    confirm(scenario, case)
    made = scenario.do(AnnounceResult, CLERK, case_id=case, place="一连公示栏", announced_on=on(21)).events[0]
    assert (made.person_id, made.members, made.amount_fen) == (people[0], 2, 110_000)  # type: ignore[attr-defined]
    nothing_recorded(scenario, StepDone, AnnounceResult, case_id=case, place="x", announced_on=on(21))


def test_a_refusal_is_due_to_be_told_in_three_working_days(scenario: Scenario) -> None:
    """57 art. 21; 43 art. 18."""
    house, people = scenario.household(1)
    case = scenario.opinion(house, people)
    made = scenario.do(
        RefuseCategory, REVIEWER, case_id=case, decided_on=DAY, reason="超标准", article="57 art. 21"
    )
    assert made.events[0].notice_by == date(2026, 9, 22)  # type: ignore[attr-defined]  # Sunday the 20th is worked


# --- exclusion, lists, one person alone ---


def listed(scenario: Scenario, house: str, people: list[Any], **fields: Any) -> CategoryListed:
    given = {"household_id": house, "category": "fangfanpin", "category_kind": "tufa_kunnan", "covered": tuple(people),
             "department": "农业农村", "list_document": "名单1号", "listed_on": on(10)} | fields  # fmt: skip
    made = scenario.do(RecordListed, CLERK, **given)
    return next(e for e in made.events if isinstance(e, CategoryListed))


def test_a_list_gives_a_status_whose_kind_the_definition_knows(scenario: Scenario) -> None:
    """S 一; 39: 防止返贫监测 comes from another department's list, in one of three kinds, and pays nothing."""
    house, people = scenario.household(1)
    for wrong, refusal in (({"category_kind": "x"}, KindUnknown), ({"category_kind": None}, KindUnknown), ({"category": "nie"}, CategoryUnknown),
                           ({"category": "dibao", "category_kind": None}, NotListed), ({"covered": (people[0],)}, WholeHouseholdOrNone)):  # fmt: skip
        with pytest.raises(refusal):  # type: ignore[arg-type]
            listed(scenario, house, people, **wrong)
    nothing_recorded(scenario, ListedOnly, SubmitApplication, household_id=house, category="fangfanpin", applicant=people[0],
                     covered=tuple(people), submitted_on=on(3))  # fmt: skip
    made = listed(scenario, house, people)
    held = scenario.ledger.read((Entitlement.facts(made.entitlement_id),)).state(
        Entitlement, made.entitlement_id
    )
    assert (held.origin, held.status, held.first_month, held.due(Month("2026-12"))) == (
        "listed",
        "active",
        "2026-10",
        {},
    )
    with pytest.raises(AlreadyCovered):
        listed(scenario, house, people)
    assert confirm(scenario, scenario.opinion(house, people)).category == "dibao"  # it excludes nothing


@pytest.mark.parametrize(
    ("mine", "alone", "other", "theirs_alone", "clash"),
    [
        ("dibao", False, "tekun", False, True),
        ("tekun", False, "dibao", False, True),
        ("dibao", False, "dibao", False, True),
        ("dibao", True, "dibao", False, True),
        ("dibao", False, "dibao_bianyuan", False, True),
        ("dibao", True, "dibao_bianyuan", False, False),
        ("dibao_bianyuan", False, "dibao", True, False),
        ("dibao", True, "gangxing_zhichu", False, False),
        ("dibao", True, "tekun", False, True),
        ("tekun", False, "dibao_bianyuan", False, True),
        ("gangxing_zhichu", False, "dibao_bianyuan", False, True),
        ("fangfanpin", False, "dibao", False, False),
        ("qita_kunnan", False, "fangfanpin", False, False),
    ],
)
def test_what_excludes_what_follows_from_the_definitions(
    mine: str, alone: bool, other: str, theirs_alone: bool, clash: bool
) -> None:
    """57 art. 8; 83 一(四); RG art. 4: who is in dibao alone stands beside the household's unpaid status."""
    categories = Categories(())
    found = excluded(categories.get(mine, DAY), alone, other, categories.find(other, DAY), theirs_alone)
    assert found is clash


def test_one_person_applies_alone_only_for_a_reason_of_the_text(scenario: Scenario) -> None:
    """57 art. 8; 83 一(一): disability of the household's dibao_bianyuan member; an adult without work, severely disabled."""
    severe = Attributes(disability_type="physical", disability_level=1)
    house, people = scenario.household(1, 2, attributes=severe, income=0)
    given = {"household_id": house, "applicant": people[0], "covered": (people[0],), "submitted_on": on(3)}
    nothing_recorded(scenario, NotSinglePerson, SubmitApplication, **given, category="dibao_bianyuan",
                     single_person=SinglePerson.SEVERE_DISABILITY)  # fmt: skip
    nothing_recorded(scenario, OnePersonOnly, SubmitApplication, **(given | {"covered": tuple(people)}), category="dibao",
                     single_person=SinglePerson.SEVERE_DISABILITY)  # fmt: skip
    case = alone(scenario, house, people, SinglePerson.SEVERE_DISABILITY)
    nothing_recorded(
        scenario,
        NotSinglePerson,
        ConfirmCategory,
        REVIEWER,
        match="dibao_bianyuan",
        case_id=case,
        decided_on=DAY,
    )
    scenario.do(AbortCase, CLERK, case_id=case, reason="改变理由")
    case = alone(scenario, house, people, SinglePerson.ADULT_UNEMPLOYED_DISABLED)
    confirmed = confirm(scenario, case)
    assert (confirmed.single_person, confirmed.counted) == (
        SinglePerson.ADULT_UNEMPLOYED_DISABLED,
        (people[0],),
    )
    cover = scenario.ledger.read((Cover.facts(people[0]),)).state(Cover, people[0])
    assert cover.single == {confirmed.entitlement_id}


def alone(scenario: Scenario, house: str, people: list[Any], why: SinglePerson) -> CaseId:
    """A case of one person in a household, taken to the county."""
    from ledger.identification.procedure import (
        AcceptApplication,
        AuthoriseCheck,
        EndPublicity,
        StartPublicity,
    )

    made = scenario.do(SubmitApplication, CLERK, household_id=house, category="dibao", applicant=people[0], covered=(people[0],),
                       single_person=why, submitted_on=on(3))  # fmt: skip
    case: CaseId = made.events[0].case_id  # type: ignore[attr-defined]
    scenario.do(AcceptApplication, CLERK, case_id=case, accepted_on=on(4))
    scenario.do(AuthoriseCheck, CLERK, case_id=case, authorised_by=(people[0],), authorised_on=on(4))
    checked(scenario, case)
    visit(scenario, case)
    opined(scenario, case)
    scenario.do(StartPublicity, CLERK, case_id=case, place="x", started_on=on(10))
    scenario.do(EndPublicity, CLERK, case_id=case, ended_on=on(17))
    scenario.do(ReportToCounty, CLERK, case_id=case, reported_on=on(17))
    return case


# --- what blocks a case ---


def obstacles(scenario: Scenario, case: str, day: date = DAY) -> list[str]:
    """What stands in the way, by the decision's own computation."""
    facts = (Case.facts(case),)
    known = scenario.ledger.read(facts)
    while True:
        found = state_facts(known, case, day)
        if set(found) <= set(facts):
            return [type(r).__name__ for r in weigh(known.state(Case, case), known, day, None).obstacles]
        facts = tuple(dict.fromkeys((*facts, *found)))
        known = scenario.ledger.read(facts)


def state_facts(known: Known, case: str, day: date) -> list[Any]:
    context = Context(actor=REVIEWER, now=NOW, command_id="x")  # type: ignore[arg-type]
    command = ConfirmCategory(command_id="x", case_id=case, decided_on=day)  # type: ignore[arg-type]
    return list(command.boundary(known, context))


def test_what_blocks_a_case_is_what_its_decision_is_refused_for(scenario: Scenario) -> None:
    """57 art. 28: the obstacles are told in the order of the procedure, the first of them is the refusal."""
    _, _, case = accepted(scenario)
    found = obstacles(scenario, case)
    assert found[:5] == ["StepMissing"] * 5  # check, visit, opinion, publicity, report
    with pytest.raises(StepMissing, match="comparison report"):
        confirm(scenario, case)
    house, people = scenario.household(11)
    ready = scenario.opinion(house, people)
    assert obstacles(scenario, ready) == []
    lodge(scenario, "2", house, ready, on(17))
    assert obstacles(scenario, ready) == ["CountyVisitNeeded"]
