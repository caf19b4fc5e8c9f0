"""The command line as a whole: help in both languages, exit codes, one JSON object, words instead of tracebacks."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import click
import psycopg
import pytest
from psycopg import sql

from assistance.cli import main
from ledger.store.migrate import migrate
from projections.definition import ORDER
from tests.assistance.commands import Done, Office


@pytest.fixture
def office(postgres_url: str, schema: str, tmp_path: Path) -> Iterator[Office]:
    """An empty, migrated division."""
    migrate(postgres_url, f"{schema}_readings")
    yield Office(tmp_path / "data", schema, postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(f"{schema}_readings")))


def commands(
    group: click.Group = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize(
    ("path", "command"), commands(), ids=lambda x: " ".join(x) if isinstance(x, tuple) else ""
)
def test_every_command_and_option_says_what_it_is_in_both_languages(
    path: tuple[str, ...], command: click.Command
) -> None:
    told = [command.help, command.get_short_help_str()]
    told += [o.help for o in command.params if isinstance(o, click.Option)]
    for text in told:
        assert text, path
        assert re.search("[A-Za-z]{3}", text), (path, text)
        assert re.search("[一-鿿]", text), (path, text)


def test_every_command_the_issue_names_is_there() -> None:
    there = {" ".join(path) for path, _ in commands()}
    steps = {f"payments {step}" for step in ("draw", "review", "approve", "send", "reconcile", "reissue")}
    assert {"run", "serve", "migrate", "import roster", "rebuild", "verify", "token", "demo", "project", "lag",
            "checkpoint", "backup", "restore", "erase", *steps} <= there  # fmt: skip


def clear(done: Done, code: int) -> None:
    """Refused in words: the exit code, something said, no traceback."""
    assert done.code == code, done
    assert "Traceback" not in done.err
    assert re.search("[一-鿿]", done.err + done.out)


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "--bogus"),
        ("bogus",),
        ("payments", "draw"),
        ("payments", "draw", "--operator", "a", "--organisation", "b", "--programme", "dibao", "--month", "2026-13", "--fund", "x"),
        ("token", "--role", "king", "--organisation", "x"),
        ("rebuild", "nope"),
        ("rebuild", "--as-of", "2026-01-01"),
        ("rebuild", "--as-of", "2000-01-01", "--into", "old"),
        ("rebuild", "--as-of", "2026-01-01", "--into", "Ünschön"),
        ("rebuild", "--drop", "there_is_none"),
        ("rebuild", "--drop", "next"),
        ("rebuild", "payments", "--drop", "old"),
        ("verify", "--checkpoint", "LICENSE"),
        ("--schema", "no-good", "lag"),
        ("--schema", "there_is_none", "verify"),
        ("import", "roster", "there-is-none.xlsx", "--operator", "a", "--organisation", "b", "--first-month", "2026-09"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_use_is_told_with_code_2_and_one_object(office: Office, words: tuple[str, ...]) -> None:
    done = office.do("--json", *words)
    clear(done, 2)
    assert done.facts["error"]


def test_a_mistyped_schema_is_told_with_those_there_are_and_makes_nothing(
    office: Office, postgres_url: str
) -> None:
    done = office.do("--schema", "mistyped", "verify")
    clear(done, 2)
    assert office.schema in done.err
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'mistyped'").fetchone() is None


@pytest.mark.parametrize("command", ["migrate", "serve", "project"])
def test_an_unreachable_database_is_told_with_code_3(tmp_path: Path, command: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        office = Office(
            tmp_path, url=f"postgresql://someone:s3cret@127.0.0.1:{free.getsockname()[1]}/nowhere"
        )
        words = (command, "--port", "0") if command == "serve" else (command,)
        done = office.process("--json", *words)
    clear(done, 3)
    assert done.facts["error"] == "OperationalError"
    assert "s3cret" not in done.out + done.err


def test_a_url_that_is_none_is_wrong_use(tmp_path: Path) -> None:
    clear(Office(tmp_path, url="no url at all").do("lag"), 2)


def test_a_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    clear(Office(tmp_path / "file").do("lag"), 3)


def test_verify_rebuild_lag_checkpoint_answer_with_one_object_each(office: Office) -> None:
    assert office.do("rebuild", "--json").facts == {"position": 0}
    assert office.do("lag", "--json", "--at-most", "0").facts["head"] == 0
    assert set(office.do("checkpoint", "--json").facts) == {"note", "key"}
    facts = office.do("--json", "verify").facts
    assert (facts["equal"], facts["events"], len(facts["views"])) == (True, 0, len(ORDER))


def test_lag_without_views_fails_a_health_check(office: Office) -> None:
    done = office.do("lag", "--at-most", "10")
    assert done.code == 1


def test_migrate_twice_applies_nothing_the_second_time_and_makes_the_keys(office: Office) -> None:
    assert list(office.process("migrate", "--json").facts["applied"].values()) == [[], []]
    keys = {path.name: path.stat().st_mode & 0o777 for path in (office.data / "keys").iterdir()}
    assert keys == {"division.key": 0o600, "log.key": 0o600, "token.key": 0o600}


def test_a_token_names_operator_role_and_organisation(office: Office) -> None:
    import jwt

    made = office.do(
        "token", "--role", "auditor", "--organisation", "d06", "--operator", "王审计", "--json"
    ).facts
    claims = jwt.decode(made["token"], options={"verify_signature": False})
    assert (claims["sub"], claims["role"], claims["organisation"]) == ("王审计", "auditor", "d06")


def test_a_port_in_use_is_told_before_anything_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        office = Office(tmp_path / "data")
        for command in ("run", "serve"):
            done = office.do(command, "--port", str(taken.getsockname()[1]), "--json")
            clear(done, 3)
            assert done.facts["error"] == "PortTaken"
    assert not (tmp_path / "data").exists()


def test_run_refuses_to_mix_the_demo_into_other_data(office: Office, postgres_url: str) -> None:
    from ledger.store.database import Database
    from ledger.store.execute import Ledger
    from ledger.store.vault import DivisionKey
    from tests.scenario import ADMIN, DIVISION, NOW

    database = Database(postgres_url, office.schema)
    ledger = Ledger.open(database, DivisionKey.load(office.data / "keys" / "division.key"))
    from ledger.kernel import CommandId
    from ledger.organisation.commands import OpenOrganisation
    from ledger.organisation.events import Level

    command = CommandId("01939000-0000-7000-8000-000000000001")
    ledger.execute(
        OpenOrganisation(command_id=command, organisation_id=DIVISION, name="某师", level=Level.DIVISION),
        ADMIN,
        NOW,
    )
    head = ledger.recorder.head()
    for words in (("run", "--port", "0"), ("demo",)):
        done = office.do(*words, "--json")
        clear(done, 1)
        assert done.facts["error"] == "OtherData"
    assert ledger.recorder.head() == head
    ledger.close()
    database.close()
