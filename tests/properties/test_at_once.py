"""Refused under concurrency: two processes' worth of ledgers, each with its own pool, asked at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from assistance.bank_service import reissue
from assistance.payment_service import DrawRun, draw
from assistance.roster_import import RosterImport, import_roster
from assistance.wiring import Division
from ledger.funds.commands import AllocateFund
from ledger.funds.refusals import Overallocated
from ledger.identification.changes import EndCategory
from ledger.identification.decisions import ConfirmCategory
from ledger.identification.events import Category, CategoryConfirmed, PriorCoverRecorded
from ledger.identification.refusals import AfterCutOver, AlreadyCovered
from ledger.identification.states import Cover
from ledger.kernel import (
    Actor,
    Basis,
    Command,
    CommandId,
    Facts,
    Fen,
    FundId,
    Month,
    Refused,
    Role,
    RunId,
    tag,
)
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.payments.commands import ApproveRun, ReviewRun
from ledger.payments.events import PaymentInstructed, RunApproved, RunDrawn, RunReviewed
from ledger.payments.refusals import (
    BeyondAllocation,
    NothingDue,
    NothingToReissue,
    SamePersonTwice,
    UseExcluded,
    WrongStatus,
)
from ledger.payments.states import SpentFund
from ledger.registry.commands import JoinMember, NewMember
from ledger.registry.events import MemberJoined, Relation
from ledger.registry.refusals import AlreadyMember
from ledger.standards.book import parameter_id
from ledger.standards.commands import SetStandard
from ledger.standards.events import StandardSet
from ledger.standards.refusals import NoBasis
from ledger.store.database import Database
from ledger.store.execute import Busy, Ledger
from ledger.store.vault import DivisionKey
from tests.assistance.test_roster import rows, workbook
from tests.scenario import ADMIN, CLERK, DIVISION, FINANCE, NOW, REGIMENT, REVIEWER, Scenario, id_number

Asked = Callable[[Division], object]


@pytest.fixture
def second(scenario: Scenario, postgres_url: str, division_key: DivisionKey) -> Iterator[Division]:
    """The same division once more: no lock, no group commit and no cache of the first is shared with it."""
    database = Database(postgres_url, scenario.division.schema, min_size=1, max_size=4)
    ledger = Ledger.open(database, division_key)
    first = scenario.division
    yield Division(first.settings, postgres_url, database, ledger, first.readings)
    ledger.close()
    database.close()


def at_once(scenario: Scenario, second: Division, *asked: Asked) -> list[object]:
    """What each answered or was refused with, asked through the two divisions by turns, all at one moment."""
    barrier = threading.Barrier(len(asked))
    answers: list[object] = [None] * len(asked)

    def ask(number: int, one: Asked) -> None:
        barrier.wait(60)
        try:
            answers[number] = one((scenario.division, second)[number % 2])
        except (Refused, Busy) as refusal:
            answers[number] = refusal

    threads = [threading.Thread(target=ask, args=item) for item in enumerate(asked)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def kinds(answers: list[object]) -> Counter[str]:
    return Counter(type(answer).__name__ for answer in answers)


def give(scenario: Scenario, command: type[Command], actor: Actor, **fields: Any) -> Asked:
    made = command(command_id=scenario.command_id(), **fields)
    return lambda division: division.ledger.execute(made, actor, NOW)


def drawing(scenario: Scenario, fund: FundId, of: str = "2026-10", programme: str = "dibao") -> Asked:
    command = DrawRun(scenario.command_id(), REGIMENT, programme, Month(of), (fund,))
    return lambda division: draw(division, command, CLERK, NOW)


@pytest.mark.parametrize("known_before", [False, True])
def test_a_person_in_one_household(scenario: Scenario, second: Division, known_before: bool) -> None:
    """57 art. 7."""
    houses = [scenario.household(n, 1)[0] for n in (1, 11, 21, 31)]
    person = NewMember(id_number=id_number(77), name="某", relation=Relation.OTHER)
    if known_before:
        from ledger.registry.commands import LeaveMember

        made = scenario.do(JoinMember, CLERK, household_id=houses[0], member=person, reason="other", joined_on=date(2026, 9, 1))  # fmt: skip
        scenario.do(LeaveMember, CLERK, household_id=houses[0], person_id=made.events[0].person_id, reason="other",  # type: ignore[attr-defined]
                    left_on=date(2026, 9, 2))  # fmt: skip
    asked = [
        give(
            scenario,
            JoinMember,
            CLERK,
            household_id=house,
            member=person,
            reason="other",
            joined_on=date(2026, 9, 3),
        )
        for house in houses
    ]
    answers = at_once(scenario, second, *asked)
    assert kinds(answers) == {"Outcome": 1, AlreadyMember.__name__: 3}
    joined = scenario.ledger.read((Facts((MemberJoined,)),))
    assert sum(e.reason == "other" for e in joined.events(MemberJoined)) == 1 + known_before


def test_a_person_under_one_basic_living_cover(scenario: Scenario, second: Division) -> None:
    """649 art. 9, 14."""
    house, people = scenario.household(1, 1, births=(date(1950, 1, 1),), income=0)
    asked = [
        give(scenario, ConfirmCategory, REVIEWER, case_id=scenario.opinion(house, people, category),
             decided_on=date(2026, 9, 18), obligors="none")
        for category in (Category.DIBAO, Category.TEKUN)
    ]  # fmt: skip
    assert kinds(at_once(scenario, second, *asked)) == {"Outcome": 1, AlreadyCovered.__name__: 1}
    state = scenario.ledger.read((Cover.facts(people[0]),)).state(Cover, people[0])
    assert len(state.covers) == 1


def test_no_more_than_the_allocation_is_committed(scenario: Scenario, second: Division) -> None:
    """649 art. 65: dibao and tekun draw on one fund that holds enough for one of them."""
    scenario.covered(1)
    scenario.covered(11, 1, Category.TEKUN, births=(date(1950, 1, 1),), income=0)
    fund = scenario.fund(allocated=110_000)
    answers = at_once(scenario, second, drawing(scenario, fund), drawing(scenario, fund, programme="tekun"))
    assert kinds(answers) == {"DrawResult": 1, BeyondAllocation.__name__: 1}
    state = scenario.ledger.read((SpentFund.facts(fund),)).state(SpentFund, fund)
    assert state.available(REGIMENT) >= 0


def test_no_more_than_was_received_is_allocated(scenario: Scenario, second: Division) -> None:
    fund = scenario.fund(1000, 400)
    asked = [
        give(
            scenario,
            AllocateFund,
            FINANCE,
            fund_id=fund,
            organisation_id=REGIMENT,
            amount_fen=Fen(400),
            document="x",
        )
        for _ in range(4)
    ]
    assert kinds(at_once(scenario, second, *asked)) == {"Outcome": 1, Overallocated.__name__: 3}


def test_one_regular_line_of_a_month_and_component(scenario: Scenario, second: Division) -> None:
    for n in (1, 11):
        scenario.covered(n)
    fund = scenario.fund()
    answers = at_once(
        scenario, second, *(drawing(scenario, fund, of) for of in ("2026-10", "2026-11", "2026-11"))
    )
    assert kinds(answers)["DrawResult"] >= 1
    assert set(kinds(answers)) <= {"DrawResult", NothingDue.__name__, "Busy"}
    headers = {e.run_id for e in scenario.ledger.read((Facts((RunDrawn,)),)).events(RunDrawn)}
    lines = list(scenario.ledger.read((Facts((PaymentInstructed,)),)).events(PaymentInstructed))
    slots = Counter((n.entitlement_id, n.month, n.component) for n in lines if n.run_id in headers)
    assert set(slots.values()) == {1}


def test_the_same_draw_asked_for_twice_is_one_run_for_both(scenario: Scenario, second: Division) -> None:
    """Whoever comes second is given the run of the first, not told that nothing is due any more."""
    for n in (1, 11, 21):
        scenario.covered(n)
    fund = scenario.fund()
    for of in ("2026-10", "2026-11", "2026-12"):
        command = DrawRun(scenario.command_id(), REGIMENT, "dibao", Month(of), (fund,))

        def ask(division: Division, command: DrawRun = command) -> object:
            return draw(division, command, CLERK, NOW).header

        answers = at_once(scenario, second, *[ask] * 4)
        assert len({header.run_id for header in answers}) == 1  # type: ignore[attr-defined]
    lines = scenario.ledger.read((Facts((PaymentInstructed,)),)).recorded
    assert len(lines) == 9


def test_nothing_is_drawn_for_a_month_ended_meanwhile(scenario: Scenario, second: Division) -> None:
    """Whichever is first: an end recorded before the header is one the run has obeyed."""
    _, _, gone = scenario.covered(1)
    scenario.covered(11)
    fund = scenario.fund()
    ending = give(scenario, EndCategory, REVIEWER, entitlement_id=gone, last_month="2026-09", reason="x", article="57 art. 31")  # fmt: skip
    drawn, ended = at_once(scenario, second, drawing(scenario, fund), ending)
    assert kinds([drawn, ended]) == {"DrawResult": 1, "Outcome": 1}
    before = ended.position < drawn.position  # type: ignore[attr-defined]
    assert drawn.header.lines == (1 if before else 2)  # type: ignore[attr-defined]


def test_one_operator_on_one_side(scenario: Scenario, second: Division) -> None:
    """Reviewing and approving by one operator at once: at most one of the two."""
    scenario.covered(1)
    run = scenario.draw(scenario.fund()).header
    both = {role: Actor(operator_id="x", organisation_id=DIVISION, role=role) for role in Role}
    given = {"run_id": run.run_id, "roster_hash": run.roster_hash}
    answers = at_once(
        scenario, second,
        give(scenario, ReviewRun, both[Role.REVIEWER], **given), give(scenario, ApproveRun, both[Role.FINANCE], **given),
    )  # fmt: skip
    assert kinds(answers)["Outcome"] == 1
    assert isinstance(answers[1], SamePersonTwice | WrongStatus)
    known = scenario.ledger.read((Facts((RunReviewed, RunApproved), (tag(RunId, run.run_id),)),))
    assert len(known.recorded) == 1


def test_a_parameter_that_loses_its_basis_computes_nothing(scenario: Scenario, second: Division) -> None:
    """Whichever is first: recorded before the confirmation, the confirmation is refused."""
    house, people = scenario.household(1)
    case = scenario.opinion(house, people)
    bare = StandardSet(
        parameter_id=parameter_id("standard", "dibao", DIVISION, "urban"), name="standard", programme="dibao",
        applies_to=DIVISION, area="urban", value=1, unit="fen_per_month", from_date=date(2026, 9, 1), basis=Basis(),
    )  # fmt: skip
    confirming = give(scenario, ConfirmCategory, REVIEWER, case_id=case, decided_on=date(2026, 9, 18))
    command = CommandId(scenario.command_id())
    confirmed, bared = at_once(
        scenario, second, confirming,
        lambda division: division.ledger.append_bulk([bare], actor=REVIEWER, now=NOW, command_id=command),
    )  # fmt: skip
    made = list(scenario.ledger.read((Facts((CategoryConfirmed,)),)).recorded)
    if isinstance(confirmed, NoBasis):
        assert made == []
    else:
        assert made[0].position < bared.first  # type: ignore[attr-defined]
    with pytest.raises(NoBasis):
        scenario.covered(11)


def test_returned_lines_are_paid_again_once(scenario: Scenario, second: Division) -> None:
    from tests.assistance.test_run_steps import answered, approved, send

    for n in (1, 11):
        scenario.covered(n)
    fund = scenario.fund()
    run_id = approved(scenario, scenario.draw(fund).header)
    path = send(scenario.division, scenario.command_id(), run_id, FINANCE, NOW)
    answered(scenario, run_id, path, (0, 1))

    def again(command: CommandId) -> Asked:
        return lambda division: reissue(division, command, run_id, (fund,), CLERK, NOW)

    answers = at_once(scenario, second, *(again(scenario.command_id()) for _ in range(3)))
    assert kinds(answers)["DrawResult"] == 1
    assert all(isinstance(a, NothingToReissue | Busy) or type(a).__name__ == "DrawResult" for a in answers)


def test_no_programme_is_paid_from_a_fund_of_other_uses(scenario: Scenario, second: Division) -> None:
    """649 art. 5: asked together with a draw the fund may pay, and by both at once."""
    scenario.covered(1)
    scenario.covered(11, 1, Category.TEKUN, births=(date(1950, 1, 1),), income=0)
    fund = scenario.fund(uses=("tekun",))
    asked = [drawing(scenario, fund, programme=name) for name in ("dibao", "tekun", "dibao")]
    assert kinds(at_once(scenario, second, *asked)) == {"DrawResult": 1, UseExcluded.__name__: 2}
    headers = list(scenario.ledger.read((Facts((RunDrawn,)),)).events(RunDrawn))
    assert [header.programme for header in headers] == ["tekun"]


def test_no_roster_is_taken_after_a_cut_over_set_meanwhile(
    scenario: Scenario, second: Division, tmp_path: Any
) -> None:
    """57 art. 28: whichever is first, no cover is recorded after the cut-over that refuses it."""
    early = NOW.replace(month=8, day=25)
    scenario.do(OpenOrganisation, ADMIN, early, organisation_id="c1", name="一连", level=Level.COMPANY,
                parent_id=REGIMENT, opened_on=date(2026, 1, 1))  # fmt: skip
    path = workbook(tmp_path / "r.xlsx", rows(2))
    asked = RosterImport(path, REGIMENT, Month("2026-09"))
    closing = give(scenario, SetStandard, ADMIN, name="cut_over", organisation_id=DIVISION, value=20_260_801,
                   unit="date", from_date=date(2026, 1, 1), document="示范4号")  # fmt: skip
    taken, closed = at_once(
        scenario, second,
        lambda division: import_roster(division, asked, CLERK, early, cut_over=date(2026, 9, 1)), closing,
    )  # fmt: skip
    covered = scenario.ledger.read((Facts((PriorCoverRecorded,)),)).recorded
    assert all(cover.position < closed.position for cover in covered)  # type: ignore[attr-defined]
    assert bool(covered) is not isinstance(taken, AfterCutOver | Busy)
    with pytest.raises(AfterCutOver):
        import_roster(second, RosterImport(workbook(tmp_path / "s.xlsx", rows(3)), REGIMENT, Month("2026-09")), CLERK,
                      early, cut_over=date(2026, 9, 1))  # fmt: skip
