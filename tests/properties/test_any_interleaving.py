"""Any interleaving of commands keeps person-uniqueness, funds at zero or above, and every run conserved.

Commands of every kind in any order, by anyone, one at a time or several at one moment through two ledgers with pools
of their own. A refusal is an answer; any other error is a defect. After every step the log is folded by the test's own
``Books``, which know no rule of the areas but the promises; at the end the log verifies and every view is what it says.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import threading
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from psycopg import sql

import assistance.run_recording as recording
from assistance.readings import Readings
from assistance.settings import Settings
from assistance.wiring import Division
from ledger.identification.events import Category
from ledger.kernel import Refused
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.store.database import Database
from ledger.store.execute import Busy, Ledger
from ledger.store.migrate import migrate
from ledger.store.vault import DivisionKey
from ledger.store.verify import verify_log
from projections.runner import Runner
from projections.verify import verify_views
from tests.properties.books import Books
from tests.properties.office import Asked, CutOff, NothingThere, Office, Picks
from tests.scenario import ADMIN, CLERK, OTHER_CLERK, REGIMENT, Scenario

HOUSEHOLDS = (
    Office.register,
    Office.join,
    Office.leave,
    Office.die,
    Office.move,
    Office.declare,
    Office.nominate,
)
CASES = (
    Office.advance,
    Office.change,
    Office.apply,
    Office.change,
    Office.roster,
    Office.conclude,
    Office.repeat,
)
MONEY = (
    Office.draw,
    Office.draw,
    Office.receive,
    Office.reissue,
    Office.draw,
    Office.allocate,
    Office.reissue,
)
STEPS = (Office.onward, Office.sign, Office.answer, Office.onward, Office.send)
SETTLED = (
    ((0, 1), CLERK, Category.DIBAO),
    ((2,), CLERK, Category.TEKUN),
    ((3, 4), OTHER_CLERK, Category.DIBAO),
)
NUMBERS = st.lists(st.integers(0, 11), min_size=4, max_size=12)


class World:
    """What all examples share: the server, a folder, one log of readings, and what was answered in all."""

    def __init__(self, url: str, folder: Path, readings: Readings) -> None:
        self.url, self.folder, self.readings = url, folder, readings
        self.numbers = itertools.count(1)
        self.answers: Counter[str] = Counter()


class Interleaving(RuleBasedStateMachine):
    """One division, in a schema of its own, twice open."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.stack = contextlib.ExitStack()
        self.number = next(world.numbers)
        name = f"any_{os.getpid()}_{self.number}"
        migrate(world.url, name)
        self.stack.callback(self._drop, name)
        own = Settings(data=world.folder / name, schema_name=name)
        own.data.mkdir()
        self.divisions = [self._open(own, name) for _ in range(2)]
        scenario = Scenario(self.divisions[0])
        scenario.standards()
        scenario.do(OpenOrganisation, ADMIN, organisation_id="c1", name="一连", level=Level.COMPANY,
                    parent_id=REGIMENT, opened_on=date(2026, 1, 1))  # fmt: skip
        self.books = Books()
        self.office = Office(scenario, self.books)
        self.turn, self.shift = itertools.count(), itertools.count()
        self.told: list[str] = []

    def _open(self, own: Settings, name: str) -> Division:
        database = Database(self.world.url, name, min_size=1, max_size=4)
        self.stack.callback(database.close)
        ledger = Ledger.open(database, DivisionKey(bytes(range(32))))
        self.stack.callback(ledger.close)
        return Division(own, self.world.url, database, ledger, self.world.readings)

    def _drop(self, name: str) -> None:
        with psycopg.connect(self.world.url, autocommit=True) as connection:
            connection.execute("SET client_min_messages = warning")
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))

    # --- asking ---

    def ask(self, *making: Callable[[], Asked]) -> None:
        """Asks all at one moment, of the two ledgers by turns; then reads what the log says now."""
        asked = []
        for make in making:
            with contextlib.suppress(NothingThere):
                asked.append(make())
        answers: list[object] = [None] * len(asked)

        def one(at: int, turn: int, barrier: threading.Barrier) -> None:
            barrier.wait(60)
            try:
                answers[at] = asked[at](self.divisions[turn % 2])
            except BaseException as error:
                answers[at] = error

        barrier = threading.Barrier(max(len(asked), 1))
        threads = [
            threading.Thread(target=one, args=(at, next(self.turn), barrier)) for at in range(1, len(asked))
        ]
        for thread in threads:
            thread.start()
        if asked:
            one(0, next(self.turn), barrier)
        for thread in threads:
            thread.join(120)
        self.told.append(" | ".join(f"{type(a).__name__} {str(a)[:150]}" for a in answers))
        self.world.answers.update(type(answer).__name__ for answer in answers)
        try:
            for answer in answers:
                if isinstance(answer, BaseException) and not isinstance(answer, Refused | Busy | CutOff):
                    raise answer
            self.books.read(self.divisions[0].ledger)
        except BaseException as error:
            error.add_note("\n".join(["answered before:", *self.told[-20:]]))
            raise

    def given(
        self, kinds: tuple[Callable[[Office, Picks], Asked], ...], numbers: list[int]
    ) -> Callable[[], Asked]:
        # Shifted by the number of the step, so that the simplest of examples and repeated ones vary as well.
        shift = next(self.shift)
        kind, *rest = (number + shift for number in numbers)
        make = kinds[kind % len(kinds)]
        return lambda: make(self.office, Picks(rest))

    @initialize(settled=st.integers(1, 3))
    def some_households_covered_and_a_fund(self, settled: int) -> None:
        for numbers, clerk, category in SETTLED[:settled]:
            for make in self.office.settle(numbers, clerk, category):
                self.ask(make)
        self.ask(lambda: self.office.receive(Picks([0, 2])))
        self.ask(lambda: self.office.allocate(Picks([0, 0])))
        self.ask(lambda: self.office.allocate(Picks([0, 1])))

    @rule(numbers=NUMBERS)
    def something_about_a_household(self, numbers: list[int]) -> None:
        self.ask(self.given(HOUSEHOLDS, numbers))

    @rule(numbers=NUMBERS)
    def something_about_a_case_or_cover(self, numbers: list[int]) -> None:
        self.ask(self.given(CASES, numbers))

    @rule(numbers=NUMBERS)
    def something_about_money(self, numbers: list[int]) -> None:
        self.ask(self.given(MONEY, numbers))

    @rule(first=NUMBERS, second=NUMBERS, third=NUMBERS)
    def a_run_taken_on(self, first: list[int], second: list[int], third: list[int]) -> None:
        for numbers in (first, second, third):
            self.ask(self.given((Office.onward,), numbers))

    @rule(first=NUMBERS, second=NUMBERS)
    def the_same_kind_at_once(self, first: list[int], second: list[int]) -> None:
        kinds = (*HOUSEHOLDS, *CASES, *MONEY, *STEPS)
        self.ask(self.given(kinds, first), self.given(kinds, [first[0], *second]))

    @rule(first=NUMBERS, second=NUMBERS, third=NUMBERS)
    def anything_at_once(self, first: list[int], second: list[int], third: list[int]) -> None:
        self.ask(
            self.given(HOUSEHOLDS + CASES, first), self.given(MONEY, second), self.given(CASES + STEPS, third)
        )

    @rule(draws=NUMBERS, other=NUMBERS)
    def one_run_drawn_by_two_while_things_change(self, draws: list[int], other: list[int]) -> None:
        shifted = [number + next(self.shift) for number in draws]
        twice = [lambda: self.office.draw(Picks(shifted))] * 2
        self.ask(*twice, self.given((Office.change, Office.die, Office.change, Office.nominate), other))

    # --- at the end ---

    def teardown(self) -> None:
        try:
            if self.books.position:
                division = self.divisions[0]
                assert verify_log(division.database).differences == []
                with Runner(division.url, division.schema) as runner:
                    runner.catch_up()
                    self._views_say_the_same(runner)
                if self.number % 3 == 0:  # as long as ten steps
                    assert [r.view for r in verify_views(division.url, division.schema) if not r.equal] == []
        finally:
            self.stack.close()

    def _views_say_the_same(self, runner: Runner) -> None:
        def rows(query: str) -> Any:
            return {
                row[0] if len(row) == 2 else row[:-1]: row[-1] for row in runner.connection.execute(query)
            }

        books = self.books
        assert set(rows("SELECT view, status FROM view_positions").values()) == {"live"}
        assert rows("SELECT household_id, organisation_id FROM households") == books.place
        assert rows("SELECT person_id, household_id FROM people WHERE household_id IS NOT NULL") == books.home
        assert rows("SELECT person_id, died_on FROM people WHERE died_on IS NOT NULL") == books.died
        assert rows("SELECT entitlement_id, state FROM entitlements") == {
            e: json.loads(books.entitlement(e).to_json()) for e in books.decisions
        }
        assert (
            rows("SELECT payment_id, status FROM payments WHERE status NOT IN ('drafted', 'void')")
            == books.status
        )
        drawn = {r: kept for r, kept in books.runs.items() if kept.header is not None}
        assert rows(
            "SELECT run_id, settled, settled_fen, returned, returned_fen, status FROM payment_runs"
        ) == {
            (r, kept.settled, kept.settled_fen, kept.returned, kept.returned_fen): kept.status
            for r, kept in drawn.items()
        }
        assert rows("SELECT fund_id, organisation_id, ARRAY[allocated_fen, committed_fen, paid_fen, returned_fen]"
                    " FROM fund_balances WHERE organisation_id <> ''") == {
            key: [part.allocated, part.committed, part.paid, part.returned] for key, part in books.parts.items()
        }  # fmt: skip
        assert runner.connection.execute("SELECT coalesce(sum(amount_fen), 0) FROM postings").fetchone() == (
            0,
        )


@pytest.fixture
def world(postgres_url: str, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(recording, "CHUNK", 1)  # so that two who draw at once meet between the lines
    return World(postgres_url, tmp_path, Readings(ledger))


def test_any_interleaving_of_commands_keeps_what_is_promised(world: World) -> None:
    run_state_machine_as_test(
        lambda: Interleaving(world),
        settings=settings(
            derandomize=True, deadline=None, max_examples=12, stateful_step_count=45,
            # Nothing is made smaller: every try takes a division of its own, and what was answered is told.
            phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )  # fmt: skip
    # Not vacuously: what is to be kept was at stake.
    assert world.answers.keys() >= {
        "Outcome", "DrawResult", "ReconcileReport", "ImportReport", "AlreadyMember", "AlreadyCovered", "NothingDue",
        "WrongStatus", "OutOfScope",
    }  # fmt: skip
    assert min(world.answers["DrawResult"], world.answers["ReconcileReport"]) >= 5
