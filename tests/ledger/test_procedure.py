"""The full procedure: who may apply how, what stands in for what, and what each step needs before it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.identification.calendar import add_working_days
from ledger.identification.case import Case
from ledger.identification.case_events import (
    ChildProgramme,
    DeadlineExtended,
    Extension,
    MeansCheckRequested,
    Path,
    PathDeclared,
    PromiseBroken,
)
from ledger.identification.coverification import AnswerCoVerification, RequestCoVerification
from ledger.identification.decisions import ConfirmCategory
from ledger.identification.documents import RegisterDocument
from ledger.identification.events import (
    ApplicationAccepted,
    ApplicationSubmitted,
    Category,
    PublicityStarted,
)
from ledger.identification.procedure import (
    AcceptApplication,
    AuthoriseCheck,
    EndPublicity,
    GiveOpinion,
    HoldAppraisal,
    RaiseObjection,
    RecordHomeVisit,
    RecordMeansCheck,
    ReportToCounty,
    RequestSupplement,
    StartPublicity,
    SubmitApplication,
)
from ledger.identification.procedure_application import (
    ChooseChildProgramme,
    ReceiveSupplement,
    RecordBrokenPromise,
    SignPromise,
)
from ledger.identification.procedure_inquiry import (
    AskNeighbours,
    DisputeMeansCheck,
    RecordLetterAnswer,
    RequestMeansCheck,
    SendLetter,
)
from ledger.identification.procedure_limits import DeclarePath, ExtendDeadline, MakeUpStep
from ledger.identification.procedure_refusals import (
    AuthorityNeeded,
    BadPath,
    BadRegistration,
    ChoseChildProgramme,
    ContactlessNotAllowed,
    CoVerificationUnknown,
    DatesBackwards,
    ExtensionNotAllowed,
    KindUnknown,
    NotCounty,
    NotMinor,
    NotOwed,
    ShowsTooMuch,
    SupplementOutstanding,
)
from ledger.identification.refusals import CaseClosed, NoQuorum, StepDone, StepMissing, TwoVisitorsNeeded
from ledger.kernel import Actor, CaseId, FileHash, Named, OutOfScope, Role
from ledger.organisation.refusals import OrganisationUnknown
from ledger.programmes.commands import DefineCategory
from ledger.programmes.contract_events import Price, ProviderContracted, ServiceKind
from ledger.programmes.contract_refusals import ContractUnknown, OutsideContract
from ledger.programmes.contracts import ContractProvider
from ledger.programmes.events import CoverLevel, Kind, Procedure, Rule, Step
from ledger.registry.refusals import BadDate, SameOrganisation, TooManyMembers
from ledger.standards.commands import SetStandard
from ledger.standards.refusals import NoStandard
from tests.ledger.steps import DAY, confirm, submitted
from tests.scenario import (
    ADMIN,
    CLERK,
    DIVISION,
    OTHER,
    OTHER_CLERK,
    REGIMENT,
    REVIEWER,
    Scenario,
)

TOWN_REVIEWER = Actor(operator_id="town-1", organisation_id=REGIMENT, role=Role.REVIEWER)
PROVIDER = Actor(operator_id="worker-1", organisation_id="provider-1", role=Role.PROVIDER)
HASH = FileHash("0f" * 32)


def on(day: int) -> date:
    """A day of September 2026."""
    return date(2026, 9, day)


def accepted(scenario: Scenario, first: int = 1, **household: Any) -> tuple[Any, list[Any], CaseId]:
    """A case accepted on 2026-09-04 whose adults authorised the check."""
    house, people, case = submitted(scenario, first, **household)
    scenario.do(AcceptApplication, CLERK, case_id=case, accepted_on=on(4))
    scenario.do(AuthoriseCheck, CLERK, case_id=case, authorised_by=tuple(people), authorised_on=on(4))
    return house, people, case


def state(scenario: Scenario, case: str) -> Case:
    return scenario.ledger.read((Case.facts(case),)).state(Case, case)


def nothing_recorded(
    scenario: Scenario,
    refusal: Any,
    command: Any,
    actor: Actor = CLERK,
    match: str | None = None,
    **fields: Any,
) -> None:
    """The command is refused, with its article where the rule has one, and the log does not grow."""
    head = scenario.ledger.recorder.head()
    with pytest.raises(refusal, match=match):
        scenario.do(command, actor, **fields)
    assert scenario.ledger.recorder.head() == head


def visit(scenario: Scenario, case: CaseId, day: int = 8, **fields: Any) -> None:
    scenario.do(
        RecordHomeVisit, CLERK, case_id=case, visitors=("甲", "乙"), signed=True, visited_on=on(day), **fields
    )


def checked(scenario: Scenario, case: CaseId, day: int = 7) -> None:
    scenario.do(RecordMeansCheck, CLERK, case_id=case, source="核对中心", as_of=on(day), received_on=on(day))


def opined(scenario: Scenario, case: CaseId, day: int = 9, **fields: Any) -> None:
    scenario.do(GiveOpinion, CLERK, case_id=case, approve=True, reason="符合", given_on=on(day), **fields)


# --- application ---


def test_refuses_an_application_on_behalf_without_power_of_attorney(scenario: Scenario) -> None:
    """57 art. 6: who applies for others has their power of attorney."""
    house, people = scenario.household(1)
    given = {"household_id": house, "category": "dibao", "applicant": people[0], "covered": tuple(people),
             "submitted_on": on(3), "on_behalf_of": "一连连队"}  # fmt: skip
    nothing_recorded(scenario, AuthorityNeeded, SubmitApplication, **given)
    made = scenario.do(SubmitApplication, CLERK, **given, authority="委托书1号")
    assert made.events[0].authority == "委托书1号"  # type: ignore[attr-defined]


def test_a_provider_applies_and_files_by_its_contract_and_does_nothing_else(scenario: Scenario) -> None:
    """S 二(三): purchased services; the contract's organisation, service and days bound what a provider may do."""
    made = scenario.do(ContractProvider, REVIEWER, provider_id="provider-1", organisation_id=REGIMENT, name="某社工站",
                       prices=(Price(service=ServiceKind.APPLYING, price_fen=0),), ceiling_fen=1, from_date=on(1),
                       until_date=date(2026, 12, 31), document="合1")  # fmt: skip
    contract = next(e.contract_id for e in made.events if isinstance(e, ProviderContracted))
    house, people = scenario.household(1)
    given = {"household_id": house, "category": "dibao", "applicant": people[0], "covered": tuple(people)}
    nothing_recorded(scenario, ContractUnknown, SubmitApplication, PROVIDER, **given, submitted_on=on(3))
    nothing_recorded(scenario, OutsideContract, SubmitApplication, PROVIDER, **given, contract_id=contract,
                     submitted_on=date(2026, 8, 31))  # fmt: skip
    done = scenario.do(SubmitApplication, PROVIDER, **given, contract_id=contract, submitted_on=on(3))
    application = next(e for e in done.events if isinstance(e, ApplicationSubmitted))
    assert (application.provider_id, application.contract_id) == ("provider-1", contract)
    paper = {"document_kind": "application", "file_hash": HASH, "location": "柜1", "contract_id": contract}
    scenario.do(RegisterDocument, PROVIDER, household_id=house, case_id=application.case_id, **paper)
    other, _ = scenario.household(51, clerk=OTHER_CLERK)
    nothing_recorded(scenario, OutOfScope, RegisterDocument, PROVIDER, household_id=other, **paper)
    for command in (AcceptApplication, RecordHomeVisit, GiveOpinion, ConfirmCategory):
        assert Role.PROVIDER not in command.ROLES


def test_what_is_missing_is_owed_until_it_comes_in_or_is_promised(scenario: Scenario) -> None:
    """57 art. 10: told once, accepted when complete; 83 一(二): a signed promise stands in for a proof."""
    _, people, case = submitted(scenario)
    scenario.do(RequestSupplement, CLERK, case_id=case, missing=("户口簿", "收入证明"))
    nothing_recorded(scenario, SupplementOutstanding, AcceptApplication, case_id=case, accepted_on=on(4))
    nothing_recorded(
        scenario,
        NotOwed,
        ReceiveSupplement,
        case_id=case,
        received=("房产证",),
        received_on=date(2026, 11, 24),
    )
    scenario.do(ReceiveSupplement, CLERK, case_id=case, received=("户口簿",), received_on=date(2026, 11, 24))
    promise = {"case_id": case, "person_id": people[0], "signed_on": on(4)}
    nothing_recorded(scenario, AuthorityNeeded, SignPromise, **promise, proofs=(), document="诺1")
    scenario.do(SignPromise, CLERK, **promise, proofs=("收入证明",), document="诺1")
    scenario.do(AcceptApplication, CLERK, case_id=case, accepted_on=date(2026, 11, 24))
    assert state(scenario, case).stage == "accepted"


def test_a_false_promise_is_a_breach_and_its_proof_is_owed_again(scenario: Scenario) -> None:
    """83 一(二), 五(五)."""
    _, people, case = submitted(scenario)
    scenario.do(
        SignPromise,
        CLERK,
        case_id=case,
        person_id=people[0],
        proofs=("收入证明",),
        document="诺1",
        signed_on=on(3),
    )
    broken = {"case_id": case, "person_id": people[0], "article": "83 五(五)", "found_on": on(20)}
    nothing_recorded(scenario, NotOwed, RecordBrokenPromise, **broken, proofs=("房产证",))
    made = scenario.do(RecordBrokenPromise, CLERK, **broken, proofs=("收入证明",), findings="有隐瞒工资")
    assert isinstance(made.events[0], PromiseBroken)
    assert state(scenario, case).file.breaches == 1
    assert state(scenario, case).file.promised == ()


def test_a_minor_kept_by_the_orphans_programme_is_not_tekun(scenario: Scenario) -> None:
    """43 art. 9: the minor who chose the programme for orphans is identified as tekun no more."""
    house, people = scenario.household(1, 2, births=(date(1960, 1, 1), date(2015, 1, 1)))
    chosen = {
        "household_id": house,
        "child_programme": ChildProgramme.ORPHAN,
        "document": "孤1",
        "chosen_on": on(2),
    }
    nothing_recorded(scenario, NotMinor, ChooseChildProgramme, person_id=people[0], **chosen)
    scenario.do(ChooseChildProgramme, CLERK, person_id=people[1], **chosen)
    nothing_recorded(scenario, StepDone, ChooseChildProgramme, person_id=people[1], **chosen)
    nothing_recorded(scenario, ChoseChildProgramme, SubmitApplication, household_id=house, category=Category.TEKUN,
                     applicant=people[1], covered=(people[1],), submitted_on=on(3))  # fmt: skip


def test_refuses_dates_before_birth_after_death_and_a_household_of_fifty(scenario: Scenario) -> None:
    """57 art. 7: who applies is alive, born, and of a household a registration can hold."""
    house, people = scenario.household(1, 2, births=(date(1960, 1, 1), date(2026, 8, 1)))
    nothing_recorded(scenario, BadDate, SubmitApplication, match="before birth", household_id=house, category="dibao",
                     applicant=people[0], covered=tuple(people), submitted_on=date(2026, 7, 1))  # fmt: skip
    with pytest.raises(TooManyMembers):
        scenario.household(100, 50)


# --- investigation ---


def test_every_adult_authorises_the_check_and_a_guardian_by_a_document(scenario: Scenario) -> None:
    """57 art. 9: the members who live together authorise the check of their means."""
    births = (date(1970, 1, 1), date(1975, 1, 1), date(2015, 1, 1))
    _, people, case = submitted(scenario, count=3, births=births)
    scenario.do(AcceptApplication, CLERK, case_id=case, accepted_on=on(4))
    scenario.do(AuthoriseCheck, CLERK, case_id=case, authorised_by=(people[0],), authorised_on=on(4))
    report = {"case_id": case, "source": "x", "as_of": on(7), "received_on": on(7)}
    nothing_recorded(scenario, StepMissing, RecordMeansCheck, match="1 to sign", **report)
    guarded = {
        "case_id": case,
        "authorised_by": (people[0],),
        "signed_for": (people[1],),
        "authorised_on": on(5),
    }
    nothing_recorded(scenario, AuthorityNeeded, AuthoriseCheck, **guarded)
    scenario.do(AuthoriseCheck, CLERK, **guarded, document="监护1")
    scenario.do(RecordMeansCheck, CLERK, **report)


def test_the_investigation_begins_within_three_working_days_and_when_it_did_is_known(
    scenario: Scenario,
) -> None:
    """57 art. 15, 17: three working days to begin, and three for the check that was asked for."""
    _, _, case = accepted(scenario)
    assert state(scenario, case).file.start_by == add_working_days(on(4), 3) == on(9)
    assert state(scenario, case).file.started_on is None
    made = scenario.do(RequestMeansCheck, CLERK, case_id=case, requested_of="县核对中心", requested_on=on(8))
    assert isinstance(made.events[0], MeansCheckRequested)
    assert made.events[0].due_on == on(11)
    assert state(scenario, case).file.started_on == on(8)


def test_who_disagrees_with_the_check_is_looked_at_again(scenario: Scenario) -> None:
    """57 art. 18: the applicant brings evidence, the town looks again before it gives its opinion."""
    _, _, case = accepted(scenario)
    nothing_recorded(
        scenario, StepMissing, DisputeMeansCheck, case_id=case, evidence=("x",), disputed_on=on(7)
    )
    checked(scenario, case)
    visit(scenario, case)
    nothing_recorded(
        scenario, AuthorityNeeded, DisputeMeansCheck, case_id=case, evidence=(), disputed_on=on(9)
    )
    scenario.do(
        DisputeMeansCheck, CLERK, case_id=case, evidence=("银行流水",), text="已还清", disputed_on=on(9)
    )
    opinion = {"case_id": case, "approve": True, "reason": "x", "given_on": on(10)}
    nothing_recorded(scenario, StepMissing, GiveOpinion, match="objection to the check", **opinion)
    checked(scenario, case, 10)
    scenario.do(GiveOpinion, CLERK, **opinion)


def test_a_visit_without_contact_only_in_a_declared_emergency(scenario: Scenario) -> None:
    """57 art. 16: by telephone or video when a grave emergency happens, else at the home, the member present signing."""
    _, people, case = accepted(scenario)
    given = {
        "case_id": case,
        "visitors": ("甲", "乙"),
        "signed": True,
        "visited_on": on(8),
        "contactless": "video",
    }
    nothing_recorded(scenario, ContactlessNotAllowed, RecordHomeVisit, **given)
    nothing_recorded(scenario, ContactlessNotAllowed, AskNeighbours, case_id=case, visitors=("甲", "乙"), asked=2,
                     contactless="telephone", asked_on=on(8))  # fmt: skip
    path_standards(scenario)
    declare(scenario, case, Path.EMERGENCY_PATH, (Step.PUBLICITY,))
    made = scenario.do(RecordHomeVisit, CLERK, **given)
    assert (made.events[0].contactless, made.events[0].person_id) == ("video", people[0])  # type: ignore[attr-defined]


def test_neighbours_are_asked_by_two_and_letters_answered(scenario: Scenario) -> None:
    """57 art. 16: each group has two or more; units are asked by letter."""
    _, _, case = accepted(scenario)
    nothing_recorded(
        scenario,
        TwoVisitorsNeeded,
        AskNeighbours,
        case_id=case,
        visitors=("甲", " 甲 "),
        asked=2,
        asked_on=on(8),
    )
    nothing_recorded(
        scenario, StepMissing, AskNeighbours, case_id=case, visitors=("甲", "乙"), asked=0, asked_on=on(8)
    )
    scenario.do(
        AskNeighbours, CLERK, case_id=case, visitors=("甲", "乙"), asked=2, findings="属实", asked_on=on(8)
    )
    answer = {"case_id": case, "requested_of": "学校", "received_on": on(10)}
    nothing_recorded(scenario, StepMissing, RecordLetterAnswer, **answer)
    scenario.do(SendLetter, CLERK, case_id=case, requested_of="学校", about="在读", sent_on=on(9))
    nothing_recorded(scenario, DatesBackwards, RecordLetterAnswer, **(answer | {"received_on": on(8)}))
    scenario.do(RecordLetterAnswer, CLERK, **answer, findings="在读")


def test_where_people_live_apart_from_their_hukou_the_other_organisation_answers(scenario: Scenario) -> None:
    """57 art. 5, 15; 83 三(二): the organisation where they live helps; the opinion waits for it."""
    _, _, case = accepted(scenario)
    asked = {"case_id": case, "matters": ("实际居住",), "requested_on": on(7)}
    nothing_recorded(scenario, SameOrganisation, RequestCoVerification, asked_id=REGIMENT, **asked)
    nothing_recorded(scenario, OrganisationUnknown, RequestCoVerification, asked_id="nowhere", **asked)
    nothing_recorded(
        scenario, StepMissing, RequestCoVerification, asked_id=OTHER, **(asked | {"matters": (" ",)})
    )
    request = scenario.do(RequestCoVerification, CLERK, asked_id=OTHER, **asked).events[0].co_verification_id  # type: ignore[attr-defined]
    checked(scenario, case)
    visit(scenario, case)
    nothing_recorded(
        scenario,
        StepMissing,
        GiveOpinion,
        match="co-verification",
        case_id=case,
        approve=True,
        reason="x",
        given_on=on(9),
    )
    answer = {
        "case_id": case,
        "co_verification_id": request,
        "confirmed": True,
        "findings": "属实",
        "answered_on": on(9),
    }
    nothing_recorded(scenario, OutOfScope, AnswerCoVerification, **answer)
    nothing_recorded(
        scenario,
        CoVerificationUnknown,
        AnswerCoVerification,
        OTHER_CLERK,
        **(answer | {"co_verification_id": "x"}),
    )
    scenario.do(AnswerCoVerification, OTHER_CLERK, **answer)
    nothing_recorded(scenario, CoVerificationUnknown, AnswerCoVerification, OTHER_CLERK, **answer)
    opined(scenario, case)


# --- opinion, publicity ---


@pytest.mark.parametrize(
    ("step", "day"), [("accept", 2), ("report", 3), ("opinion", 7), ("publicity", 8), ("end", 9)]
)
def test_refuses_days_that_run_backwards(scenario: Scenario, step: str, day: int) -> None:
    """57 art. 28: no step of the procedure before the one it follows; nothing is recorded."""
    _, people, case = submitted(scenario)
    ways: list[tuple[str, Any, dict[str, Any]]] = [
        ("accept", AcceptApplication, {"accepted_on": on(4)}),
        ("authorise", AuthoriseCheck, {"authorised_by": tuple(people), "authorised_on": on(4)}),
        ("report", RecordMeansCheck, {"source": "x", "as_of": on(day), "received_on": on(7)}),
        ("visit", RecordHomeVisit, {"visitors": ("甲", "乙"), "signed": True, "visited_on": on(8)}),
        ("opinion", GiveOpinion, {"approve": True, "reason": "x", "given_on": on(9)}),
        ("publicity", StartPublicity, {"place": "x", "started_on": on(10)}),
        ("end", EndPublicity, {"ended_on": on(17)}),
    ]
    for name, command, fields in ways:
        if name == step:
            key = next(k for k in fields if k.endswith("_on") and k != "as_of")
            refusals = (DatesBackwards, StepMissing) if step != "end" else (Exception,)
            nothing_recorded(scenario, refusals, command, case_id=case, **(fields | {key: on(day)}))
            return
        scenario.do(command, CLERK, case_id=case, **(fields | ({"as_of": on(5)} if name == "report" else {})))


def test_what_is_posted_shows_a_surname_and_nothing_more_and_never_changes(scenario: Scenario) -> None:
    """57 art. 19, 24; 83 四(二): name masked, members, amount; frozen in the event as it was posted."""
    _, _, case = accepted(scenario)
    checked(scenario, case)
    visit(scenario, case)
    from ledger.identification.events import Amount, Component

    opined(scenario, case, proposed=(Amount(component=Component.BASE, amount_fen=110_000),))
    posted = {"case_id": case, "place": "一连公示栏", "started_on": on(10)}
    for shown in ("张三", "张三**", "**", "1**", "张** 650103"):
        nothing_recorded(scenario, ShowsTooMuch, StartPublicity, **posted, shown_name=shown)
    made = scenario.do(StartPublicity, CLERK, **posted, shown_name="张**")
    started = next(e for e in made.events if isinstance(e, PublicityStarted))
    assert started.shown is not None
    assert (started.shown.name, started.shown.members, started.shown.amount_fen) == ("张**", 2, 110_000)
    assert started.until == on(16)


def test_an_appraisal_needs_the_quorum_of_the_standard_in_force(scenario: Scenario) -> None:
    """57 art. 19: the quorum is a dated local standard; without votes that can be there is no appraisal."""
    scenario.do(SetStandard, ADMIN, name="appraisal_quorum", organisation_id=REGIMENT, value=9, unit="count",
                from_date=on(15), document="示范2号")  # fmt: skip
    _, _, case = accepted(scenario)
    held = {"case_id": case, "in_favour": 5, "against": 1}
    scenario.do(HoldAppraisal, CLERK, **held, present=6, held_on=on(14))
    nothing_recorded(scenario, NoQuorum, HoldAppraisal, **held, present=6, held_on=on(15))
    nothing_recorded(
        scenario, NoQuorum, HoldAppraisal, case_id=case, present=9, in_favour=-1, against=1, held_on=on(15)
    )
    nothing_recorded(
        scenario, NoQuorum, HoldAppraisal, case_id=case, present=9, in_favour=9, against=1, held_on=on(15)
    )


def test_an_objection_may_be_named_or_anonymous_and_is_due_in_fifteen_working_days(
    scenario: Scenario,
) -> None:
    """43 art. 15; 57 art. 19: objections are looked into; the one in a posted opinion keeps it from going up."""
    house, people = scenario.household(1)
    case = scenario.opinion(house, people)
    made = scenario.do(RaiseObjection, CLERK, case_id=case, text="有车", objector="某邻居", raised_on=on(17))
    assert made.events[0].due_on == add_working_days(on(17), 15)  # type: ignore[attr-defined]
    assert "某邻居" not in repr(made.events[0])
    nothing_recorded(scenario, StepMissing, ReportToCounty, case_id=case, reported_on=on(18))


# --- time limits and paths ---


def path_standards(scenario: Scenario) -> None:
    for name, tier, value in (("path_days", "simplified_path", 5), ("path_days", "emergency_path", 3),
                              ("path_follow_up_days", "emergency_path", 10)):  # fmt: skip
        scenario.do(SetStandard, ADMIN, name=name, programme="dibao", organisation_id=DIVISION, tier=tier, value=value,
                    unit="days", from_date=date(2026, 1, 1), document="示范3号")  # fmt: skip


def declare(
    scenario: Scenario, case: CaseId, path: Path, skipped: tuple[Step, ...], **fields: Any
) -> PathDeclared:
    given = {
        "reason": "房屋倒塌",
        "article": "649 art. 48",
        "approver": "局长",
        "document": "批1",
        "declared_on": on(5),
    } | fields
    made = scenario.do(DeclarePath, REVIEWER, case_id=case, path=path, skipped=skipped, **given)
    return next(e for e in made.events if isinstance(e, PathDeclared))


def test_the_simplified_path_is_declared_first_and_has_a_clock_of_its_own(scenario: Scenario) -> None:
    """57 art. 28: a step is left out only on a declared path; its days are a local standard."""
    _, _, case = accepted(scenario)
    with pytest.raises(NoStandard):
        declare(scenario, case, Path.SIMPLIFIED_PATH, (Step.PUBLICITY,))
    path_standards(scenario)
    for wrong in (
        {"skipped": (Step.AUTHORISATION,)},
        {"skipped": ()},
        {"approver": "reviewer-1"},
        {"document": ""},
    ):
        with pytest.raises(BadPath):
            declare(scenario, case, **({"path": Path.SIMPLIFIED_PATH, "skipped": (Step.PUBLICITY,)} | wrong))  # type: ignore[arg-type]
    nothing_recorded(scenario, NotCounty, DeclarePath, TOWN_REVIEWER, case_id=case, path=Path.SIMPLIFIED_PATH,
                     skipped=(Step.PUBLICITY,), reason="x", article="x", approver="b", document="x", declared_on=on(5))  # fmt: skip
    declared = declare(scenario, case, Path.SIMPLIFIED_PATH, (Step.PUBLICITY, Step.HOME_VISIT))
    assert (declared.due_on, declared.follow_up_on) == (on(11), None)
    with pytest.raises(BadPath, match="already"):
        declare(scenario, case, Path.SIMPLIFIED_PATH, (Step.PUBLICITY,))
    nothing_recorded(
        scenario, StepMissing, GiveOpinion, case_id=case, approve=True, reason="x", given_on=on(9)
    )
    checked(scenario, case)
    opined(scenario, case)
    scenario.do(ReportToCounty, CLERK, case_id=case, reported_on=on(9))
    assert confirm(scenario, case, on(10)).category == "dibao"


def test_what_an_emergency_puts_off_is_made_up_by_its_day(scenario: Scenario) -> None:
    """649 art. 48: aid first, the paper afterwards; what was put off stays due after the decision."""
    path_standards(scenario)
    _, _, case = accepted(scenario)
    declared = declare(scenario, case, Path.EMERGENCY_PATH, (Step.HOME_VISIT, Step.PUBLICITY))
    assert (declared.due_on, declared.follow_up_on) == (on(9), add_working_days(on(5), 10))
    checked(scenario, case)
    opined(scenario, case)
    scenario.do(ReportToCounty, CLERK, case_id=case, reported_on=on(9))
    confirm(scenario, case, on(10))
    nothing_recorded(
        scenario, BadPath, MakeUpStep, case_id=case, step=Step.MEANS_CHECK, document="x", done_on=on(14)
    )
    nothing_recorded(
        scenario, StepMissing, MakeUpStep, case_id=case, step=Step.PUBLICITY, document=" ", done_on=on(14)
    )
    scenario.do(MakeUpStep, CLERK, case_id=case, step=Step.HOME_VISIT, document="表1", done_on=on(14))
    nothing_recorded(
        scenario, StepDone, MakeUpStep, case_id=case, step=Step.HOME_VISIT, document="表1", done_on=on(14)
    )
    assert state(scenario, case).file.made_up == (Step.HOME_VISIT,)


def test_the_time_limit_is_extended_once_to_forty_five_days_for_a_reason_of_the_text(
    scenario: Scenario,
) -> None:
    """57 art. 22; 83 四(一): objection, living apart from the hukou, applied elsewhere, hard to investigate."""
    _, _, case = accepted(scenario)
    extend = {"case_id": case, "reason": "核查困难", "extended_on": on(20)}
    for extension in (Extension.OBJECTION_RAISED, Extension.LIVES_ELSEWHERE):
        nothing_recorded(scenario, ExtensionNotAllowed, ExtendDeadline, **extend, extension=extension)
    nothing_recorded(scenario, ExtensionNotAllowed, ExtendDeadline, match="ran out", extension=Extension.HARD_TO_INVESTIGATE,
                     **(extend | {"extended_on": date(2026, 11, 20)}))  # fmt: skip
    made = scenario.do(ExtendDeadline, CLERK, **extend, extension=Extension.HARD_TO_INVESTIGATE)
    assert next(e.due_on for e in made.events if isinstance(e, DeadlineExtended)) == add_working_days(
        on(4), 45
    )
    nothing_recorded(
        scenario, ExtensionNotAllowed, ExtendDeadline, **extend, extension=Extension.HARD_TO_INVESTIGATE
    )


def test_where_the_power_is_devolved_the_town_confirms_itself_in_twenty_working_days(
    scenario: Scenario,
) -> None:
    """57 art. 2; 83 四(一): 20 working days, no report to the county; elsewhere the county confirms."""
    house, people = scenario.household(1)
    case = scenario.opinion(house, people)
    nothing_recorded(scenario, NotCounty, ConfirmCategory, TOWN_REVIEWER, case_id=case, decided_on=DAY)
    scenario.do(SetStandard, ADMIN, name="confirmation_devolved", programme="dibao", organisation_id=REGIMENT, value=1,
                unit="count", from_date=on(1), document="示范4号")  # fmt: skip
    _, people, case = submitted(scenario, 11)
    made = scenario.do(AcceptApplication, CLERK, case_id=case, accepted_on=on(4))
    assert next(e.due_on for e in made.events if isinstance(e, ApplicationAccepted)) == add_working_days(
        on(4), 20
    )
    scenario.do(AuthoriseCheck, CLERK, case_id=case, authorised_by=tuple(people), authorised_on=on(4))
    checked(scenario, case)
    visit(scenario, case)
    opined(scenario, case)
    scenario.do(StartPublicity, CLERK, case_id=case, place="x", started_on=on(10))
    scenario.do(EndPublicity, CLERK, case_id=case, ended_on=on(17))
    assert confirm(scenario, case, actor=TOWN_REVIEWER).from_month == "2026-10"


def test_a_category_of_the_divisions_own_goes_by_its_own_definition(scenario: Scenario) -> None:
    """S 一: a category is data: its level, kinds, steps and days come from its definition, and it is confirmed as a status."""
    scenario.do(DefineCategory, ADMIN, code="kunjing_laoren", named=Named(zh="困境老人", en="elders in difficulty"),
                cover_level=CoverLevel.PERSON, assessment=Rule.LISTED, from_date=on(1), document="示范5号",
                procedure=Procedure(steps=(Step.ACCEPTANCE, Step.OPINION, Step.PUBLICITY), publicity_days=3, total_days=10),
                kinds=(Kind(code="dugu", named=Named(zh="独居", en="living alone")),))  # fmt: skip
    house, people = scenario.household(1)
    given = {
        "household_id": house,
        "category": "kunjing_laoren",
        "applicant": people[0],
        "covered": (people[0],),
        "submitted_on": on(3),
    }
    nothing_recorded(scenario, KindUnknown, SubmitApplication, **given, category_kind="x")
    nothing_recorded(scenario, KindUnknown, SubmitApplication, **given)
    made = scenario.do(SubmitApplication, CLERK, **given, category_kind="dugu")
    case = next(e.case_id for e in made.events if isinstance(e, ApplicationSubmitted))
    made = scenario.do(AcceptApplication, CLERK, case_id=case, accepted_on=on(4))
    assert made.events[0].due_on == add_working_days(on(4), 10)  # type: ignore[attr-defined]
    opined(scenario, case, 4)
    scenario.do(StartPublicity, CLERK, case_id=case, place="x", started_on=on(4))
    scenario.do(EndPublicity, CLERK, case_id=case, ended_on=on(7))
    scenario.do(ReportToCounty, CLERK, case_id=case, reported_on=on(7))
    confirmed = confirm(scenario, case, on(8))
    assert (confirmed.amounts, confirmed.category_kind, confirmed.named) == (
        (),
        "dugu",
        Named(zh="困境老人", en="elders in difficulty"),
    )


# --- after the decision, papers ---


def test_refuses_a_visit_dated_after_the_decision(scenario: Scenario) -> None:
    """57 art. 16, 28: the investigation comes before the decision."""
    house, people = scenario.household(1)
    case = scenario.opinion(house, people)
    confirm(scenario, case)
    nothing_recorded(
        scenario,
        CaseClosed,
        RecordHomeVisit,
        case_id=case,
        visitors=("甲", "乙"),
        signed=True,
        visited_on=on(20),
    )


@pytest.mark.parametrize(
    "wrong",
    [{"file_hash": "XYZ"}, {"document_kind": " "}, {"location": ""}, {"pages": 0}, {"case_id": "other"}],
)
def test_a_document_is_filed_by_type_hash_and_where_its_paper_lies(
    scenario: Scenario, wrong: dict[str, Any]
) -> None:
    """649 art. 66: records are kept; each names its type, SHA-256 and place."""
    house, _, case = submitted(scenario)
    paper: dict[str, Any] = {"household_id": house, "document_kind": "identity", "file_hash": HASH, "location": "3柜2格",
                             "pages": 2, "case_id": case}  # fmt: skip
    if wrong.get("case_id"):
        _, _, wrong["case_id"] = submitted(scenario, 11)
    nothing_recorded(scenario, BadRegistration, RegisterDocument, **(paper | wrong))
    scenario.do(RegisterDocument, CLERK, **paper)
    assert state(scenario, case).file.document_kinds == ("identity",)
