"""What stands between a case and its confirmation: one computation for the decision's refusal and for ``case.blockers``.

Each obstacle is the refusal the decision would raise, so that nothing is told otherwise than it is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from ledger.complaints.states import CaseComplaints, HouseholdComplaints
from ledger.identification.amounts import Assessment
from ledger.identification.assess import assess
from ledger.identification.case import Case
from ledger.identification.case_events import CaseMeetingHeld, CaseRechecked, ReportedToCounty
from ledger.identification.events import (
    ApplicationAccepted,
    CheckAuthorised,
    FrozenFacts,
    HomeVisited,
    MeansChecked,
    OpinionGiven,
    SinglePerson,
)
from ledger.identification.exclusion import none_covered
from ledger.identification.procedure_base import is_devolved
from ledger.identification.procedure_county import not_publicised
from ledger.identification.procedure_inquiry import unsigned
from ledger.identification.procedure_publicity import open_questions
from ledger.identification.procedure_refusals import (
    CountyVisitNeeded,
    NotSinglePerson,
    ObligorsUndecided,
    RecheckNeeded,
    SupplementOutstanding,
)
from ledger.identification.refusals import NotEligible, StepMissing, WholeHouseholdOrNone
from ledger.identification.states import Cover
from ledger.kernel import Known, PersonId, Refused, add_months, month_of
from ledger.organisation.states import Organisation
from ledger.programmes.book import Categories
from ledger.programmes.events import CategoryDefined, CoverLevel, Rule, Step
from ledger.registry.refusals import NotMember
from ledger.registry.states import Household, age_on
from ledger.standards.book import StandardBook

ADULT_FROM = 18
STATUS = "dibao_bianyuan"
"""The status of the household that who applies alone for illness or disability lives in [57 art. 8]."""


class Weighed(NamedTuple):
    """What a case comes to: all that stands in its way, whom it counts, and what they are due."""

    obstacles: list[Refused]
    counted: tuple[PersonId, ...]
    assessed: Assessment | None


class Weighing(NamedTuple):
    """A case with everything it is weighed by: what was read, its definition, and the day."""

    case: Case
    known: Known
    definition: CategoryDefined
    day: date

    @property
    def household(self) -> Household:
        return self.known.state(Household, self.case.household_id)

    @property
    def lineage(self) -> tuple[str, ...]:
        return self.known.state(Organisation, self.case.organisation_id).lineage

    @property
    def devolved(self) -> bool:
        """Whether the town decides itself."""
        return is_devolved(self.known, self.case.category, self.lineage, self.day)


def steps_missing(weighing: Weighing) -> list[Refused]:
    """The steps of the definition that are not done, in order [57 art. 10–20, 43 art. 10–16]."""
    case, definition = weighing.case, weighing.definition
    asked = [step for step in definition.procedure.steps if step not in case.file.skipped]
    left = unsigned(case, weighing.household)
    needed: Sequence[tuple[bool, str, str, str]] = (
        (Step.ACCEPTANCE in asked and not case.done(ApplicationAccepted), "acceptance", "受理", "57 art. 10"),
        (Step.AUTHORISATION in asked and (bool(left) or not case.done(CheckAuthorised)),
         f"authorisation of the check by every adult ({len(left)} to sign)", f"全体成年成员授权核对（尚缺{len(left)}人）",
         "57 art. 9, 43 art. 10"),
        (Step.MEANS_CHECK in asked and not case.done(MeansChecked), "comparison report", "信息核对报告", "57 art. 17"),
        (Step.HOME_VISIT in asked and not case.done(HomeVisited),
         "home visit by two or more", "入户调查", "57 art. 16"),
        (Step.OPINION in asked and not case.done(OpinionGiven), "opinion", "初审意见", "57 art. 19"),
        (case.objection_open, "answer to the objection", "异议处理", "57 art. 19, 43 art. 15"),
        (not_publicised(case, definition), f"publicity of {definition.procedure.publicity_days} days",
         f"公示{definition.procedure.publicity_days}天", "57 art. 19, 43 art. 15"),
        (Step.OPINION in asked and not weighing.devolved and not case.after(ReportedToCounty, OpinionGiven),
         "report to the county", "报送县级民政部门", "57 art. 19, 43 art. 15"),
    )  # fmt: skip
    found: list[Refused] = [
        StepMissing(
            step="the decision", step_zh="审核确认", missing=english, missing_zh=chinese, article=article
        )
        for lacking, english, chinese, article in needed
        if lacking
    ]
    found += [
        StepMissing(
            step="the decision",
            step_zh="审核确认",
            missing=english,
            missing_zh=chinese,
            article="57 art. 15, 18",
        )
        for english, chinese in open_questions(case)
    ]
    if case.file.missing:
        found.append(SupplementOutstanding(missing="、".join(case.file.missing)))
    return found


def county_obstacles(weighing: Weighing) -> Iterator[Refused]:
    """What the county itself still has to do: visit, re-check, settle the obligors [57 art. 20, 43 art. 8, 16]."""
    case, procedure = weighing.case, weighing.definition.procedure
    visited = case.file.county_visit > 0
    if case.file.relatives and not visited:
        yield CountyVisitNeeded(
            why="a member is near kin of staff or the village committee",
            why_zh="成员系经办人员或村（居）委会成员近亲属",
        )
    lodged = pending_complaint(weighing)
    if lodged is not None and not county_visit_since(case, lodged):
        yield CountyVisitNeeded(
            why=f"a complaint of {lodged} is pending", why_zh=f"{lodged}的投诉举报尚未办结"
        )
    if procedure.recheck_permille and not weighing.devolved and case.done(ReportedToCounty):
        yield from _recheck(case)
    meeting = case.last(CaseMeetingHeld)
    if isinstance(meeting, CaseMeetingHeld) and not meeting.carried:
        yield NotEligible(why="the meeting on this case did not carry it", why_zh="一事一议未获通过")


def _recheck(case: Case) -> Iterator[Refused]:
    match case.file.recheck:
        case "undrawn":
            yield RecheckNeeded(why="the draw has not been made", why_zh="尚未抽取")
        case "drawn":
            yield RecheckNeeded(why="this case was drawn and not checked yet", why_zh="本案已抽中，尚未核实")
        case "not_upheld" if not case.after(OpinionGiven, CaseRechecked):
            yield RecheckNeeded(
                why="it did not uphold the opinion; a new one is needed",
                why_zh="抽查不支持初审意见，须重新提出",
            )


def pending_complaint(weighing: Weighing) -> date | None:
    """The latest day a complaint was lodged that is still pending about the case or its household, None without any."""
    days = [
        complaints.lodged[one].occurred_on or date.min
        for complaints in (
            weighing.known.state(CaseComplaints, weighing.case.id),
            weighing.known.state(HouseholdComplaints, weighing.case.household_id),
        )
        for one in complaints.open
    ]
    return max(days, default=None)


def county_visit_since(case: Case, day: date) -> bool:
    """Whether the county visited on the day or later."""
    return case.file.county_visit_on is not None and case.file.county_visit_on >= day


def check_obligors(weighing: Weighing, said: str | None) -> None:
    """Raises unless nobody is legally bound, or all who are were found unable to support [43 art. 4, 8, 10].

    `said` is what the decision states: ``none``, or ``unable`` of those who are parties to the case.
    """
    if not weighing.definition.procedure.obligor_check:
        return
    parties = weighing.case.file.obligors.values()
    able = [o for o in parties if o.able]
    if able or (not parties and said not in ("none", "unable")):
        raise NotEligible(
            why="legal obligors are able to support",
            why_zh="有具备履行义务能力的法定义务人",
            article="43 art. 4, 8",
        )
    open_ones = sum(o.able is None for o in parties)
    for wrong, why, why_zh in (
        (bool(parties) and said == "none", "some are parties to the case", "申请中已登记法定义务人"),
        (not parties and said == "unable", "none is named as a party", "未登记任何法定义务人"),
        (open_ones > 0, f"{open_ones} not authorised or not judged", f"{open_ones}人尚未授权或核查"),
    ):
        if wrong:
            raise ObligorsUndecided(why=why, why_zh=why_zh)


def check_alone(weighing: Weighing) -> None:
    """Raises ``NotSinglePerson`` unless the one who applies alone may: by status, disability, illness, work [57 art. 8; 83 一]."""
    ground = weighing.case.file.single_person
    if ground is None:
        return
    person = weighing.case.covered[0]
    member = weighing.household.member(person)
    if member is None:
        raise NotMember(person=person, day=weighing.day)
    facts = member.attributes
    severe = facts.disability_level in (1, 2)
    third = facts.disability_level == 3 and facts.disability_type in ("intellectual", "mental")
    in_status = any(
        category == STATUS
        for _, category in weighing.known.state(Cover, person).all_from(month_of(weighing.day))
    )
    needs_status = ground in (SinglePerson.SEVERE_DISABILITY, SinglePerson.MAJOR_ILLNESS)
    of_age = age_on(member.birth_date, weighing.day) >= ADULT_FROM
    for wrong, why, why_zh in (
        (needs_status and not in_status, "the household is not dibao_bianyuan", "所在家庭不是低保边缘家庭"),
        (ground == SinglePerson.SEVERE_DISABILITY and not (severe or third),
         "the disability is not of level 1–2, or 3 intellectual or mental", "不属一、二级残疾或三级智力、精神残疾"),
        (ground == SinglePerson.MAJOR_ILLNESS and facts.illness != "major",
         "no major illness is recognised", "未认定重特大疾病"),
        (ground == SinglePerson.ADULT_UNEMPLOYED_DISABLED and not (of_age and severe and facts.employment in (None, "", "none", "unemployed")),
         "they are not adult, without work and severely disabled", "不属成年无业重度残疾人"),
    ):  # fmt: skip
        if wrong:
            raise NotSinglePerson(person=person, why=why, why_zh=why_zh)


def counted(weighing: Weighing) -> tuple[PersonId, ...]:
    """Those of the application who are members still: who left or died is not counted [57 art. 7].

    Raises ``WholeHouseholdOrNone`` when someone lives there now whom the application does not cover: nobody enters
    without having applied, and a category of whole households leaves nobody out.
    """
    case = weighing.case
    here = {m.person_id for m in weighing.household.current()}
    staying = tuple(person for person in case.covered if person in here)
    if not staying:
        raise NotMember(person=next(iter(case.covered), "-"), day=weighing.day)
    whole = weighing.definition.cover_level is CoverLevel.HOUSEHOLD and case.file.single_person is None
    if whole and len(staying) != len(here):
        raise WholeHouseholdOrNone(count=len(staying), members=len(here))
    return staying


def assessed(weighing: Weighing, people: Sequence[str]) -> Assessment:
    """What those counted are due by the definition's rule and the standards in force on the day; nothing where it pays nothing."""
    household, definition = weighing.household, weighing.definition
    if definition.assessment is Rule.LISTED:
        declared = household.declared_on(weighing.day)
        frozen = FrozenFacts(
            members=len(people), income=declared.income if declared else (),
            property=declared.property if declared else (), area=household.area,
        )  # fmt: skip
        return Assessment((), frozen)
    case, book = weighing.case, StandardBook(weighing.known.events())
    found = assess(
        case.category, household, people, weighing.lineage, book, weighing.day, rule=definition.assessment,
        alone=case.file.single_person, applied_on=case.submitted_on,
    )  # fmt: skip
    return found if definition.pays else found._replace(amounts=())


def weigh(case: Case, known: Known, day: date, obligors: str | None) -> Weighed:
    """Everything that stands in the way of confirming a case on a day, and what it comes to when nothing does."""
    categories = Categories.of(known)
    weighing = Weighing(case, known, categories.get(case.category, case.submitted_on), day)
    obstacles = [*steps_missing(weighing), *county_obstacles(weighing)]
    people: tuple[PersonId, ...] = ()
    worth: list[Assessment] = []

    def count() -> None:
        nonlocal people
        people = counted(weighing)

    from_month = add_months(month_of(day), 1)
    checks: tuple[Callable[[], object], ...] = (
        lambda: categories.get(case.category, day),
        lambda: check_obligors(weighing, obligors),
        count,
        lambda: check_alone(weighing),
        lambda: none_covered(
            known,
            people,
            from_month,
            category=case.category,
            day=day,
            alone=case.file.single_person is not None,
        ),
        lambda: worth.append(assessed(weighing, people)) if people else None,
    )
    for check in checks:
        try:
            check()
        except Refused as refusal:
            obstacles.append(refusal)
    return Weighed(obstacles, people, worth[0] if worth else None)
