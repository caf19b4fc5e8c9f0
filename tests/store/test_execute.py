"""The path of a command, on a real log: once and only once, conflicts retried, people resolved, text sealed."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import ClassVar

import pytest

from ledger.kernel import (
    Actor,
    Boundary,
    Command,
    CommandId,
    CommandIdReused,
    Context,
    Event,
    Facts,
    HouseholdId,
    Known,
    NotAllowed,
    OrganisationId,
    PersonId,
    Private,
    Refused,
    Role,
    tag,
)
from ledger.registry.events import MemberJoined, Relation, Sex
from ledger.store.database import Database
from ledger.store.execute import Ledger
from ledger.store.vault import DivisionKey, Erased, SealedTextAltered

CLERK = Actor(operator_id="op-1", organisation_id="r1", role=Role.CLERK)
NOW = datetime(2026, 10, 8, 2, 0, tzinfo=UTC)


class TooMany(Refused):
    """The household has {count} members already.

    该家庭已有{count}名成员。
    """


class Join(Command, frozen=True, kw_only=True):
    """Adds one person to a household of at most three, enough to try the path."""

    ROLES: ClassVar = frozenset({Role.CLERK})
    household_id: HouseholdId
    id_number: str
    name: str

    def id_numbers(self) -> tuple[str, ...]:
        return (self.id_number,)

    def boundary(self, known: Known, context: Context) -> Boundary:
        return (Facts(types=(MemberJoined,), tags=(tag(HouseholdId, self.household_id),)),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        count = len(list(known.events(MemberJoined)))
        if count >= 3:
            raise TooMany(count=count)
        person = context.people[self.id_number]
        yield MemberJoined(
            household_id=self.household_id,
            organisation_id=OrganisationId("r1"),
            person_id=person,
            relation=Relation.CHILD,
            name=Private(tag(PersonId, person), self.name),
            birth_date=date(2010, 5, 1),
            sex=Sex.FEMALE,
        )


def join(number: int, person: str = "1", household: str = "h1") -> Join:
    return Join(
        command_id=CommandId(f"0192f0c1-2345-7abc-8def-{number:012d}"),
        household_id=HouseholdId(household),
        id_number=f"65010319900101{person:0>4}",
        name=f"张{person}",
    )


def test_a_command_given_twice_is_recorded_once_and_answers_the_same(ledger: Ledger) -> None:
    first = ledger.execute(join(1), CLERK, NOW)
    again = ledger.execute(join(1), CLERK, NOW)
    assert (again.position, again.duplicate) == (first.position, True)
    assert [e.event_id for e in again.events] == [e.event_id for e in first.events]
    assert ledger.recorder.head() == 1


def test_refuses_a_command_id_used_for_another_content(ledger: Ledger) -> None:
    ledger.execute(join(1), CLERK, NOW)
    with pytest.raises(CommandIdReused):
        ledger.execute(join(1, person="2"), CLERK, NOW)
    assert ledger.recorder.head() == 1


def test_refuses_a_role_that_may_not_give_the_command(ledger: Ledger) -> None:
    auditor = Actor(operator_id="a", organisation_id="d", role=Role.AUDITOR)
    with pytest.raises(NotAllowed):
        ledger.execute(join(1), auditor, NOW)


def test_a_refusal_is_not_remembered(ledger: Ledger) -> None:
    for n in range(3):
        ledger.execute(join(n, person=str(n)), CLERK, NOW)
    with pytest.raises(TooMany, match="3 members"):
        ledger.execute(join(9, person="9"), CLERK, NOW)
    assert ledger.recorder.head() == 3


def test_one_id_number_is_one_person(ledger: Ledger) -> None:
    one = ledger.execute(join(1, household="h1"), CLERK, NOW).events[0]
    two = ledger.execute(join(2, household="h2"), CLERK, NOW).events[0]
    assert isinstance(one, MemberJoined)
    assert isinstance(two, MemberJoined)
    assert one.person_id == two.person_id


def test_a_rule_holds_however_many_ask_at_once(ledger: Ledger) -> None:
    """Twelve at once for three places: exactly three are recorded."""
    barrier = threading.Barrier(12)
    recorded, refused = [], []

    def ask(n: int) -> None:
        barrier.wait()
        try:
            recorded.append(ledger.execute(join(n, person=str(n)), CLERK, NOW))
        except TooMany as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(recorded), len(refused), ledger.recorder.head()) == (3, 9, 3)


def test_the_same_id_number_first_seen_twice_at_once_is_one_person(ledger: Ledger) -> None:
    barrier = threading.Barrier(6)
    people = []

    def ask(n: int) -> None:
        barrier.wait()
        event = ledger.execute(join(n, person="7", household=f"h{n}"), CLERK, NOW).events[0]
        assert isinstance(event, MemberJoined)
        people.append(event.person_id)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(people) == 6
    assert len(set(people)) == 1


def test_private_text_is_sealed_in_the_log_and_opened_by_the_vault(
    ledger: Ledger, database: Database
) -> None:
    ledger.execute(join(1), CLERK, NOW)
    with database.connection() as connection:
        row = connection.execute("SELECT data FROM events WHERE position = 1").fetchone()
    assert row is not None
    stored = bytes(row[0])
    assert "张1".encode() not in stored
    event = ledger.read((Facts(tags=("household:h1",)),)).recorded[0].event
    assert isinstance(event, MemberJoined)
    assert event.name.text is None
    assert ledger.vault.open(event.name.sealed or "") == "张1"


def test_sealed_text_cannot_be_moved_to_another_event_or_altered(ledger: Ledger) -> None:
    ledger.execute(join(1), CLERK, NOW)
    event = ledger.read((Facts(tags=("household:h1",)),)).recorded[0].event
    assert isinstance(event, MemberJoined)
    sealed = event.name.sealed or ""
    version, subject, event_id, field, body = sealed.split("|")
    for forged in (
        "|".join([version, subject, event_id[:-1] + ("0" if event_id[-1] != "0" else "1"), field, body]),
        "|".join([version, subject, event_id, "phone", body]),
        "|".join([version, subject, event_id, field, ("B" if body[0] != "B" else "C") + body[1:]]),
    ):
        with pytest.raises(SealedTextAltered, match="altered"):
            ledger.vault.open(forged)


def test_erasing_a_person_makes_the_text_unreadable_and_leaves_the_log_alone(
    ledger: Ledger, database: Database, division_key: DivisionKey
) -> None:
    ledger.execute(join(1), CLERK, NOW)
    event = ledger.read((Facts(tags=("household:h1",)),)).recorded[0].event
    assert isinstance(event, MemberJoined)
    assert ledger.vault.erase(f"person:{event.person_id}")
    with pytest.raises(Erased):
        ledger.vault.open(event.name.sealed or "")
    assert ledger.vault.lookup("id_number", join(1).id_number) is None
    assert ledger.recorder.head() == 1


def test_the_digest_of_a_command_gives_nothing_away_without_the_key(ledger: Ledger) -> None:
    stored = ledger.execute(join(1), CLERK, NOW).events[0]
    other = DivisionKey(bytes(32))
    assert len(stored.command_digest) == 32
    assert stored.command_digest != other.digest("Join", "x").hex()[:32]
