"""The vault: one key for a subject however many make it at once, erased for good, in files nobody else reads."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from eventsourcing.persistence import IntegrityError
from psycopg import sql

from ledger.kernel import Context, Event, Facts, Known, PersonId
from ledger.registry.events import MemberJoined
from ledger.store.appending import VaultWrites
from ledger.store.checkpoint import Signer
from ledger.store.database import Database
from ledger.store.execute import Ledger
from ledger.store.group_commit import Request, _commit
from ledger.store.vault import DivisionKey, Erased, Vault, WrongDivisionKey
from tests.store.test_execute import CLERK, NOW, Join, join
from tests.store.writers import event, processes

SECRET = bytes(range(32))


@pytest.fixture
def other(postgres_url: str, schema: str, division_key: DivisionKey) -> Iterator[Ledger]:
    """A second process's ledger over the same log, with a cache of its own."""
    database = Database(postgres_url, schema, max_size=4)
    opened = Ledger.open(database, division_key)
    yield opened
    opened.close()
    database.close()


def member(ledger: Ledger, household: str = "h1") -> MemberJoined:
    event = ledger.read((Facts(types=(MemberJoined,), tags=(f"household:{household}",)),)).recorded[0].event
    assert isinstance(event, MemberJoined)
    return event


# --- several at once ---


def join_the_same_person(url: str, schema: str, process: int, answers: Any) -> None:
    database = Database(url, schema, max_size=4)
    ledger = Ledger.open(database, DivisionKey(SECRET))
    people = []
    for n in range(10):
        command = join(process * 100 + n, person=str(n), household=f"h{process}-{n}")
        joined = ledger.execute(command, CLERK, NOW).events[0]
        assert isinstance(joined, MemberJoined)
        people.append(joined.person_id)
    ledger.close()
    database.close()
    answers.put(people)


def test_processes_that_meet_one_person_at_once_agree_on_who_it_is_and_on_the_key(
    ledger: Ledger, database: Database, postgres_url: str, schema: str
) -> None:
    """Three processes, the same ten new ID numbers in the same order."""
    with processes(join_the_same_person, [(postgres_url, schema, n) for n in range(1, 4)]) as answers:
        people = [answers.get(timeout=60) for _ in range(3)]
    assert people[0] == people[1] == people[2]
    assert len(set(people[0])) == 10
    with database.connection() as connection:
        assert connection.execute("SELECT count(*) FROM vault_keys").fetchone() == (10,)
        assert connection.execute("SELECT count(*) FROM vault_lookups").fetchone() == (10,)
    for process in range(1, 4):
        for n in range(10):
            sealed = member(ledger, f"h{process}-{n}").name.sealed or ""
            assert ledger.vault.open(sealed) == f"张{n}"


def test_an_identity_belongs_to_one_subject_only(ledger: Ledger, database: Database) -> None:
    digest = ledger.vault.digest("id_number", "650103199001010001")
    ledger.recorder.append_sealed(
        [event("one")], None, VaultWrites(lookups=[("id_number", digest, "person:1")])
    )
    for count in (1, 60):  # group commit and COPY
        with pytest.raises(IntegrityError):
            ledger.recorder.append_sealed(
                [event(f"two-{n}") for n in range(count)],
                None,
                VaultWrites(lookups=[("id_number", digest, "person:2")]),
            )
    assert ledger.recorder.head() == 1
    assert ledger.vault.lookup("id_number", "650103199001010001") == "person:1"
    other_kind = VaultWrites(lookups=[("phone", digest, "person:2")])
    assert ledger.recorder.append_sealed([event("three")], None, other_kind).last == 2


# --- erasing ---


def test_a_key_erased_by_another_process_opens_nothing_here(ledger: Ledger, other: Ledger) -> None:
    ledger.execute(join(1), CLERK, NOW)
    joined = member(other)
    sealed = joined.name.sealed or ""
    assert other.vault.open(sealed) == "张1"  # and the key is cached there now
    assert ledger.vault.erase(f"person:{joined.person_id}")
    with pytest.raises(Erased):
        other.vault.open(sealed)
    assert other.vault.open_many([sealed], erased="erased") == ["erased"]


def test_one_erased_subject_does_not_keep_the_others_from_being_read(ledger: Ledger) -> None:
    for n in (1, 2):
        ledger.execute(join(n, person=str(n), household=f"h{n}"), CLERK, NOW)
    gone, kept = member(ledger, "h1"), member(ledger, "h2")
    ledger.vault.erase(f"person:{gone.person_id}")
    assert ledger.vault.open_many([gone.name.sealed or "", kept.name.sealed or ""], erased="–") == [
        "–",
        "张2",
    ]


class JoinAgain(Join, frozen=True, kw_only=True):
    """Adds a person whose id is known already, to see what becomes of their name."""

    person_id: PersonId

    def id_numbers(self) -> tuple[str, ...]:
        return ()

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        known_person = {self.id_number: self.person_id}
        return super().decide(known, msgspec.structs.replace(context, people=known_person))


def join_again(number: int, person_id: PersonId) -> JoinAgain:
    first = join(number, household=f"h{number}")
    return JoinAgain(
        command_id=first.command_id,
        household_id=first.household_id,
        id_number=first.id_number,
        name=first.name,
        person_id=person_id,
    )


def test_a_key_erased_by_another_process_seals_nothing_here(
    ledger: Ledger, other: Ledger, database: Database
) -> None:
    """Text sealed under a cached key that is gone could never be read again: it is refused, not lost."""
    first = ledger.execute(join(1), CLERK, NOW).events[0]
    assert isinstance(first, MemberJoined)
    other.execute(join_again(2, first.person_id), CLERK, NOW)  # the key is cached there now
    ledger.vault.erase(f"person:{first.person_id}")
    with pytest.raises(Erased):
        other.execute(join_again(3, first.person_id), CLERK, NOW)
    assert ledger.recorder.head() == 2
    with database.connection() as connection:
        stored = connection.execute("SELECT wrapped, erased_at IS NOT NULL FROM vault_keys").fetchall()
    assert stored == [(b"", True)]


def test_a_bulk_append_under_an_erased_key_is_refused_whole(ledger: Ledger, other: Ledger) -> None:
    first = ledger.execute(join(1), CLERK, NOW).events[0]
    assert isinstance(first, MemberJoined)
    again = join_again(2, first.person_id)
    other.execute(again, CLERK, NOW)
    ledger.vault.erase(f"person:{first.person_id}")
    context = Context(actor=CLERK, now=NOW, command_id=join(3).command_id)
    events = [event for _ in range(60) for event in again.decide(Known(), context)]
    for refusal in (IntegrityError, Erased):  # found at the append first, and known from then on
        with pytest.raises(refusal):
            other.append_bulk(events, actor=CLERK, now=NOW, command_id=context.command_id)
    assert ledger.recorder.head() == 2


def test_an_erased_key_cannot_be_made_anew(ledger: Ledger, database: Database) -> None:
    ledger.execute(join(1), CLERK, NOW)
    subject = f"person:{member(ledger).person_id}"
    ledger.vault.erase(subject)
    with pytest.raises(IntegrityError):
        ledger.recorder.append_sealed([event("x")], None, VaultWrites(keys=[(subject, "file", b"new key")]))
    with pytest.raises(Erased):
        ledger.vault.keys_for([subject], VaultWrites())
    assert not ledger.vault.erase(subject)  # nothing left to erase


def test_an_erasure_waits_for_an_append_that_uses_the_key(ledger: Ledger, database: Database) -> None:
    ledger.execute(join(1), CLERK, NOW)
    subject = f"person:{member(ledger).person_id}"
    erasing = threading.Thread(target=ledger.vault.erase, args=(subject,))
    with database.connection() as slow, slow.transaction():
        _commit(slow, [Request([event("sealed under it")], None, VaultWrites(used=[subject]))])
        erasing.start()
        erasing.join(0.3)
        assert erasing.is_alive()
    erasing.join(30)
    with pytest.raises(Erased):
        ledger.vault.keys_for([subject], VaultWrites())


def test_nothing_personal_is_stored_in_the_clear_anywhere(
    ledger: Ledger, postgres_url: str, schema: str
) -> None:
    """Every column of every table of the schema, as text."""
    command = join(1)
    ledger.execute(command, CLERK, NOW)
    with psycopg.connect(postgres_url) as connection:
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
        connection.execute("SET bytea_output TO escape")
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'", (schema,)
        ).fetchall()
        rows = [
            row[0]
            for (table,) in tables
            for row in connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
        ]
    everything = "\n".join(rows)
    assert len(rows) > 5
    assert "MemberJoined" in everything
    assert command.id_number not in everything
    escaped = "".join(f"\\{byte:03o}" for byte in "张1".encode()[:3])
    for form in ("张1", escaped, escaped.replace("\\", "\\\\")):
        assert form not in everything


# --- key files ---


@pytest.mark.parametrize("load", [DivisionKey.load, lambda path: Signer.load(path, "log")])
def test_a_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path, load: Callable[[Path], Any]) -> None:
    path = tmp_path / "keys" / "secret"
    load(path)
    content = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(bytes.fromhex(content.strip())) == 32
    load(path)
    assert path.read_text() == content
    assert [p.name for p in path.parent.iterdir()] == ["secret"]


def test_those_who_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    for attempt in range(20):
        barrier, digests = threading.Barrier(6), []

        def load(path: Path, barrier: threading.Barrier, digests: list[bytes]) -> None:
            barrier.wait()
            digests.append(DivisionKey.load(path).digest("kind", "text"))

        arguments = (tmp_path / f"key{attempt}", barrier, digests)
        threads = [threading.Thread(target=load, args=arguments) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert (len(digests), len(set(digests))) == (6, 1)


@pytest.mark.parametrize("content", ["", "abc", "00" * 31, "zz" * 32])
def test_refuses_a_key_file_that_holds_no_key(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"."):
        DivisionKey.load(path)
    assert path.read_text() == content


def test_another_division_key_opens_nothing_and_finds_nobody(ledger: Ledger, database: Database) -> None:
    ledger.execute(join(1), CLERK, NOW)
    stranger = Vault(database, DivisionKey(bytes(32)))
    assert stranger.lookup("id_number", join(1).id_number) is None
    with pytest.raises(WrongDivisionKey, match="person:"):
        stranger.open(member(ledger).name.sealed or "")
