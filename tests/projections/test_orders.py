"""Orders inside one batch that a fold by event type gets wrong, one by one."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.kernel import Fen, HouseholdNumber, Month, Role, add_months
from ledger.payments.events import PaymentInstructed, RunAbandoned, RunDrawn
from ledger.registry.changes import DeclareCircumstances, MoveHousehold, RecordDeath
from ledger.registry.commands import JoinMember, LeaveMember, NewMember, RegisterHousehold
from ledger.registry.events import Area, HouseholdRegistered, IncomeLine, Relation
from tests.projections.folding import Log, differences
from tests.projections.histories import Life, id_number
from tests.projections.world import World

_numbers = itertools.count(1)
DAY = date(2026, 10, 1)


@pytest.fixture
def world() -> World:
    return World(random.Random(0), f"o{next(_numbers)}")


def member(n: int, relation: Relation = Relation.CHILD) -> NewMember:
    return NewMember(id_number=id_number(n, date(1980, 5, 17)), name=f"测试{n}", relation=relation)


def registered(world: World, *numbers: int, address: str | None = "某路1号") -> Any:
    """A household of these people, the first its head; its id and theirs."""
    members = tuple(member(n, Relation.CHILD if i else Relation.HEAD) for i, n in enumerate(numbers))
    made = world.do(RegisterHousehold, Role.CLERK, number=HouseholdNumber(f"{world.label}-{numbers[0]}"), address=address,
                    organisation_id=world.units[0], area=Area.URBAN, members=members, registered_on=DAY)  # fmt: skip
    assert made is not None
    assert isinstance(made[0], HouseholdRegistered)
    return made[0].household_id, [e.person_id for e in made[1:]]  # type: ignore[attr-defined]


def happens(world: World, command: Any, **fields: Any) -> None:
    assert world.do(command, Role.CLERK, **fields) is not None


def folded(log: Log, world: World, sql: str, *values: Any) -> Any:
    """The rows a query finds after folding everything at once, which must be those of folding one by one."""
    after, upto = log.append(world)
    one_by_one = log.fold("__one", after, range(after + 1, upto + 1))
    assert differences(one_by_one, log.fold("__batch", after, [upto])) == {}
    return log.connection.execute(sql.replace("@", "__batch").encode(), values).fetchall()


def move(world: World, household: Any, to: int, address: str | None, nth: int) -> None:
    happens(world, MoveHousehold, household_id=household, to_id=world.units[to], area=Area.RURAL, address=address,
            moved_on=DAY, last_month_here=add_months(Month("2026-05"), nth), transfer_letter="函")  # fmt: skip


def test_a_second_move_without_an_address_keeps_that_of_the_first(shared_log: Log, world: World) -> None:
    household, _ = registered(world, 1)
    move(world, household, 1, "新路2号", 0)
    move(world, household, 2, None, 1)
    rows = folded(
        shared_log,
        world,
        "SELECT organisation_id, address FROM households@ WHERE household_id = %s",
        household,
    )
    moved = next(r.event for r in world.recorded if type(r.event).__name__ == "HouseholdMoved")
    assert rows == [(world.units[2], moved.address.sealed)]  # type: ignore[attr-defined]


def test_who_leaves_returns_and_leaves_again_has_two_ended_stays(shared_log: Log, world: World) -> None:
    household, people = registered(world, 1, 2)
    for n in (1, 2):
        happens(world, LeaveMember, household_id=household, person_id=people[1], reason=f"why{n}",
                left_on=DAY + timedelta(days=n))  # fmt: skip
        if n == 1:
            happens(world, JoinMember, household_id=household, member=member(2), reason="return",
                    joined_on=DAY + timedelta(days=n))  # fmt: skip
    rows = folded(shared_log, world, "SELECT left_reason FROM household_members@ WHERE person_id = %s ORDER BY position",
                  people[1])  # fmt: skip
    assert rows == [("why1",), ("why2",)]


def test_who_moved_to_another_household_lives_there(shared_log: Log, world: World) -> None:
    here, people = registered(world, 1, 2)
    there, _ = registered(world, 3)
    happens(world, LeaveMember, household_id=here, person_id=people[1], reason="marriage", left_on=DAY)
    happens(world, JoinMember, household_id=there, member=member(2), reason="marriage", joined_on=DAY)
    rows = folded(shared_log, world, "SELECT household_id FROM people@ WHERE person_id = %s", people[1])
    assert rows == [(there,)]


def test_who_returned_and_died_lives_nowhere_and_is_dead(shared_log: Log, world: World) -> None:
    household, people = registered(world, 1, 2)
    happens(world, LeaveMember, household_id=household, person_id=people[1], reason="other", left_on=DAY)
    happens(world, JoinMember, household_id=household, member=member(2), reason="return", joined_on=DAY)
    happens(world, RecordDeath, household_id=household, person_id=people[1], died_on=DAY, source="公安")
    rows = folded(
        shared_log, world, "SELECT household_id, died_on FROM people@ WHERE person_id = %s", people[1]
    )
    assert rows == [(None, DAY)]


def test_a_household_whose_head_died_last_has_no_head(shared_log: Log, world: World) -> None:
    household, people = registered(world, 1)
    happens(world, RecordDeath, household_id=household, person_id=people[0], died_on=DAY, source="公安")
    happens(world, JoinMember, household_id=household, member=member(2), reason="return", joined_on=DAY)
    rows = folded(
        shared_log, world, "SELECT head_id, member_count FROM households@ WHERE household_id = %s", household
    )
    assert rows == [(None, 1)]


def test_a_head_who_left_and_returns_is_head_again_when_nobody_else_was_named(
    shared_log: Log, world: World
) -> None:
    household, people = registered(world, 1)
    happens(world, LeaveMember, household_id=household, person_id=people[0], reason="other", left_on=DAY)
    happens(world, JoinMember, household_id=household, member=member(1), reason="return", joined_on=DAY)
    rows = folded(shared_log, world, "SELECT head_id FROM households@ WHERE household_id = %s", household)
    assert rows == [(people[0],)]


def test_a_declaration_that_is_known_late_replaces_no_later_one(shared_log: Log, world: World) -> None:
    household, _ = registered(world, 1)
    for day, income in ((3, 300), (1, 100), (3, 333), (2, 200)):
        happens(world, DeclareCircumstances, household_id=household, declared_on=DAY + timedelta(days=day),
                income=(IncomeLine(kind="wage", annual_fen=Fen(income)),))  # fmt: skip
    rows = folded(
        shared_log, world, "SELECT income_annual_fen FROM households@ WHERE household_id = %s", household
    )
    assert rows == [(333,)]


@pytest.mark.parametrize("header", [RunDrawn, RunAbandoned])
def test_a_line_recorded_after_its_runs_header_is_not_in_force(shared_log: Log, header: Any) -> None:
    """Two who resumed one draw could once record a line behind the header: it was never committed on a fund."""
    life, late = next(
        (life, line)
        for seed in range(20)
        for life in [Life(random.Random(seed), f"late{header.__name__}{seed}").live(200)]
        for line in [r.event for r in life.recorded if isinstance(r.event, PaymentInstructed)]
        if any(isinstance(x.event, header) and x.event.run_id == line.run_id for x in life.recorded)
    )
    import msgspec

    life.append(msgspec.structs.replace(late, payment_id=f"late{header.__name__}", event_id=""))
    rows = folded(
        shared_log, life, "SELECT status FROM payments@ WHERE payment_id = %s", f"late{header.__name__}"
    )
    assert rows == [("drafted",)]
