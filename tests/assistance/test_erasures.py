"""Erased is erased: by the command line, in words, recorded, and no backup brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from assistance.erasures import BadErasureList, note, read_list
from ledger.kernel import Facts, HouseholdId, PersonId, tag
from ledger.registry.events import MemberJoined
from ledger.store.database import Database
from ledger.store.execute import ID_NUMBER, Ledger
from ledger.store.vault import DivisionKey, Erased
from ledger.store.verify import verify_log
from ledger.supervision.events import PersonalDataErased
from tests.assistance.commands import Done, Office
from tests.scenario import DIVISION, Scenario, id_number

WHO = ("--operator", "admin-1", "--organisation", DIVISION, "--document", "销毁批文1号", "--yes", "--json")


@pytest.fixture
def office(scenario: Scenario, tmp_path: Path, division_key: DivisionKey) -> Office:
    """An office on the scenario's division."""
    data = tmp_path / "data"
    (data / "keys").mkdir(parents=True)
    (data / "keys" / "division.key").write_text(bytes(range(32)).hex() + "\n")
    return Office(data, scenario.division.schema, scenario.division.url)


@pytest.fixture
def elsewhere(office: Office) -> Iterator[Office]:
    """The same office's empty schema to restore into."""
    other = Office(office.data, f"{office.schema}_r", office.url)
    yield other
    with psycopg.connect(str(office.url), autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        for name in (other.schema, f"{other.schema}_readings"):
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def erase(office: Office, *subjects: str) -> Done:
    return office.do("erase", *subjects, *WHO)


def name_of(ledger: Ledger, person: PersonId) -> str:
    known = ledger.read((Facts(types=(MemberJoined,), tags=(tag(PersonId, person),)),))
    return ledger.vault.open(next(known.events(MemberJoined)).name.sealed or "")


def listed(office: Office) -> list[str]:
    return read_list(office.data / "keys" / "erased.txt")


def test_who_is_erased_is_unreadable_listed_and_recorded_and_the_log_stands(
    office: Office, scenario: Scenario
) -> None:
    household, people = scenario.household(1)
    subjects = [tag(PersonId, people[1]), tag(HouseholdId, household)]
    done = erase(office, *subjects)
    assert (done.code, done.facts["erased"]) == (0, subjects)
    with pytest.raises(Erased):
        name_of(scenario.ledger, people[1])
    assert name_of(scenario.ledger, people[0]) == "测试1"
    assert scenario.ledger.vault.lookup(ID_NUMBER, id_number(2)) is None
    assert listed(office) == subjects
    assert (office.data / "keys" / "erased.txt").stat().st_mode & 0o777 == 0o600
    readings = scenario.division.readings._ledger
    (event,) = readings.read((Facts(types=(PersonalDataErased,)),)).events(PersonalDataErased)
    assert (event.person_ids, event.household_ids) == ((people[1],), (household,))
    assert event.actor.operator_id == "admin-1"
    assert event.basis is not None
    assert event.basis.document == "销毁批文1号"
    assert verify_log(scenario.division.database).differences == []
    again = erase(office, *subjects)  # nothing is left to erase, and nothing more is said of it
    assert (again.code, again.facts["erased"], listed(office)) == (0, [], subjects)
    assert len(readings.read((Facts(types=(PersonalDataErased,)),)).recorded) == 1


def test_an_erasure_that_names_nobody_known_erases_nobody(office: Office, scenario: Scenario) -> None:
    _, people = scenario.household(1)
    for wrong in ("person:nobody", people[0], "household:", "x"):
        done = erase(office, tag(PersonId, people[0]), wrong)
        assert (done.code, done.facts["error"]) == (2, "NoSuchSubject")
        assert "未作任何销毁" in done.facts["zh"]
    assert name_of(scenario.ledger, people[0]) == "测试1"
    assert not (office.data / "keys" / "erased.txt").exists()


def test_nothing_is_erased_without_a_yes(office: Office, scenario: Scenario) -> None:
    _, people = scenario.household(1)
    done = office.do("erase", tag(PersonId, people[0]), *(word for word in WHO if word != "--yes"))
    assert done.code == 130
    assert done.facts["error"] == "Aborted"
    assert name_of(scenario.ledger, people[0]) == "测试1"


def test_an_older_backup_brings_nobody_back(
    office: Office, elsewhere: Office, scenario: Scenario, tmp_path: Path, division_key: DivisionKey
) -> None:
    """Erased on the command line, erased by a program, and known only from another list: each is erased again."""
    people = [scenario.household(n, 1)[1][0] for n in (1, 11, 21, 31)]
    assert office.do("backup", str(tmp_path / "old"), "--json").facts["erasures"] == 0
    erase(office, tag(PersonId, people[0]))
    scenario.ledger.vault.erase(tag(PersonId, people[1]))
    assert (
        office.do("backup", str(tmp_path / "new"), "--json").facts["erasures"] == 2
    )  # it finds them in the vault
    assert listed(office) == [tag(PersonId, p) for p in people[:2]]
    (tmp_path / "more.txt").write_text(
        f"\ufeff# from the paper file\n{tag(PersonId, people[2])}\tx\n\n", encoding="utf-8"
    )
    done = elsewhere.do("restore", str(tmp_path / "old"), "--erased", str(tmp_path / "more.txt"), "--json")
    assert (done.code, done.facts["erased_again"], done.facts["erasures"]) == (0, 3, 3)
    database = Database(scenario.division.url, elsewhere.schema, max_size=2)
    ledger = Ledger.open(database, division_key)
    for person in people[:3]:
        with pytest.raises(Erased):
            name_of(ledger, person)
    assert name_of(ledger, people[3]) == "测试31"
    assert ledger.vault.lookup_many(ID_NUMBER, [id_number(n) for n in (1, 11, 21)]) == {}
    assert verify_log(database).differences == []
    ledger.close()
    database.close()


def test_restoring_without_any_list_says_what_that_means(
    office: Office, elsewhere: Office, scenario: Scenario, tmp_path: Path
) -> None:
    scenario.household(1)
    office.do("backup", str(tmp_path / "b"))
    assert not (office.data / "keys" / "erased.txt").exists()
    done = elsewhere.do("restore", str(tmp_path / "b"))
    assert done.code == 0
    assert "未找到销毁清单" in done.err.replace("\n", "")


def test_a_list_that_is_none_restores_nothing(office: Office, elsewhere: Office, tmp_path: Path) -> None:
    office.do("backup", str(tmp_path / "b"))
    (tmp_path / "list.txt").write_text("person:1\n张三\n", encoding="utf-8")
    done = elsewhere.do("restore", str(tmp_path / "b"), "--erased", str(tmp_path / "list.txt"), "--json")
    assert (done.code, done.facts["error"]) == (2, "BadErasureList")
    assert "line 2" in done.facts["en"]
    assert elsewhere.do("lag").code == 2  # there is no such division


def test_a_list_is_added_to_and_read_as_it_was_written(tmp_path: Path) -> None:
    path, at = tmp_path / "keys" / "erased.txt", datetime(2026, 11, 25, 3, tzinfo=UTC)
    assert note(path, {}) == 0
    assert not path.exists()
    assert note(path, {"person:1": at}) == 1
    assert note(path, {"person:1": at, "household:2": at}) == 2
    assert read_list(path) == ["person:1", "household:2"]
    assert path.read_text(encoding="utf-8").count("person:1") == 1
    (tmp_path / "gbk.txt").write_bytes("人员:1".encode("gb18030"))
    with pytest.raises(BadErasureList):
        read_list(tmp_path / "gbk.txt")
