"""The schema as committed: every type, field, argument, input and choice described in both languages; every command there."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    is_specified_scalar_type,
)

import ledger
from graphql_api import words
from graphql_api.export import sdl
from graphql_api.mutations.inputs import _enums, _inputs, shown_name
from graphql_api.mutations.root import COMMANDS
from ledger.kernel import Command
from ledger.payments.commands import SendRun

ROOT = Path(__file__).resolve().parents[2]
BUILT = build_schema(sdl())
CHINESE, ENGLISH = re.compile(r"[一-鿿]"), re.compile(r"[A-Za-z]")


def test_the_committed_schema_is_the_present_one() -> None:
    assert (ROOT / "schema.graphql").read_text(encoding="utf-8") == sdl()


def descriptions() -> Iterator[tuple[str, str | None]]:
    """Everything in the schema that can be described, with what is said of it."""
    for name, kind in BUILT.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        library_words = name == "Node"
        if not library_words:
            yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{name}.{key}", value.description) for key, value in kind.values.items())
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{name}.{key}", field.description) for key, field in kind.fields.items())
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for key, field in kind.fields.items():
                if key == "id" and (library_words or kind.interfaces):
                    continue  # the library's own words
                yield f"{name}.{key}", field.description
                yield from ((f"{name}.{key}({a})", v.description) for a, v in field.args.items())


def test_everything_in_the_schema_says_what_it_is_in_both_languages() -> None:
    said = list(descriptions())
    assert len(said) > 500
    assert [
        what for what, text in said if not (CHINESE.search(text or "") and ENGLISH.search(text or ""))
    ] == []


def test_no_description_is_left_over() -> None:
    assert set(words.COMMANDS) == {struct.__name__ for struct in _inputs}
    assert set(words.FIELDS) == {
        name for struct in _inputs for name in struct.__struct_fields__ if name != "account_key"
    }
    assert set(words.CHOICES) == {choice.name for kind in _enums for choice in kind}


def test_no_input_of_money_is_named_after_fen() -> None:
    assert not re.search(r"\b\w*[fF]en: Yuan", sdl())
    assert (shown_name("amount_fen"), shown_name("fen")) == ("amount", "fen")


def commands(cls: type[Command] = Command) -> set[type[Command]]:
    """Every command of the product: the leaves of the class tree."""
    for module in pkgutil.walk_packages(ledger.__path__, "ledger."):
        importlib.import_module(module.name)
    found = set()
    for child in cls.__subclasses__():
        if child.__module__.startswith("ledger."):
            found |= commands(child) or {child}
    return found


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def bulk_steps() -> set[str]:
    """Every bulk step of the product: what the services of the composition root do for an actor."""
    found = set()
    for name in (
        "bank_service",
        "payment_service",
        "roster_import",
        "late_facts",
        "report_import",
        "raising",
        "subsidies",
    ):
        module = importlib.import_module(f"assistance.{name}")
        for step, function in inspect.getmembers(module, inspect.isfunction):
            given = inspect.signature(function).parameters
            if function.__module__ == module.__name__ and not step.startswith("_") and "actor" in given:
                found.add(step)
    return found - {"record_run"}  # the second half of a reissue


def test_every_command_and_every_bulk_step_has_its_mutation() -> None:
    assert commands() - {SendRun} == set(COMMANDS)  # sending writes a file first: sendRun
    assert bulk_steps() == {
        "draw", "send", "reconcile", "reissue", "import_roster", "open_late_facts", "import_assistance",
        "propose_raise", "carry_out_raise", "grant_subsidy",
    }  # fmt: skip
    bulk = {step if "_" in step else f"{step}_run" for step in bulk_steps()}
    mutations = BUILT.mutation_type
    assert mutations is not None
    expected = {c.__name__[0].lower() + c.__name__[1:] for c in COMMANDS} | {camel(step) for step in bulk}
    assert set(mutations.fields) == expected


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.__name__)
def test_every_mutation_takes_an_idempotent_command_id_and_may_answer_with_a_refusal(
    command: type[Command],
) -> None:
    name = command.__name__
    assert BUILT.mutation_type is not None
    mutation = BUILT.mutation_type.fields[name[0].lower() + name[1:]]
    assert str(mutation.type) == "CommandResult!"
    given = BUILT.type_map[f"{name}Input"]
    assert isinstance(given, GraphQLInputObjectType)
    assert str(given.fields["commandId"].type) == "String!"
    assert all(role.value in (mutation.description or "") for role in command.ROLES)
