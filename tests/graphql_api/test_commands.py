"""Every command, through its mutation, in every role, with plausible and with hostile values: a typed answer always."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    build_schema,
)

from graphql_api.export import sdl
from graphql_api.mutations.root import COMMANDS
from ledger.kernel import Command, Role
from tests.graphql_api.conftest import Api
from tests.scenario import OTHER, REGIMENT

pytestmark = pytest.mark.records

RESULT = "{ __typename ... on Recorded { position } ... on Refusal { code messageEn messageZh } }"
SCHEMA = build_schema(sdl())
PLAUSIBLE = {
    "String": "x",
    "Date": "2026-11-01",
    "Month": "2026-11",
    "Yuan": "1.00",
    "Int": 1,
    "Boolean": True,
}


def value(schema: GraphQLSchema, kind: Any, scalars: dict[str, Any], depth: int = 0) -> Any:
    """A value of a type: every required field given, every optional one as well."""
    if isinstance(kind, GraphQLNonNull):
        return value(schema, kind.of_type, scalars, depth)
    if isinstance(kind, GraphQLList):
        return [value(schema, kind.of_type, scalars, depth)]
    if isinstance(kind, GraphQLInputObjectType):
        return {name: value(schema, field.type, scalars, depth + 1) for name, field in kind.fields.items()}
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    return scalars[kind.name]


def mutation(command: type[Command]) -> tuple[str, str]:
    name = command.__name__[0].lower() + command.__name__[1:]
    return name, f"mutation($input: {command.__name__}Input!) {{ {name}(input: $input) {RESULT} }}"


def given(command: type[Command], scalars: dict[str, Any], number: int) -> dict[str, Any]:
    made: dict[str, Any] = value(SCHEMA, SCHEMA.type_map[f"{command.__name__}Input"], scalars)
    return made | {"commandId": f"0199c000-0000-7000-8000-{number:012d}"}


async def test_every_command_is_refused_to_every_role_that_may_not_give_it(api: Api) -> None:
    head = api.scenario.ledger.recorder.head()
    for number, command in enumerate(COMMANDS):
        name, query = mutation(command)
        for role in set(Role) - command.ROLES:
            answer = (await api.data(query, role, input=given(command, PLAUSIBLE, number)))[name]
            assert answer.get("code") == "NotAllowed", (command, role)
    assert api.scenario.ledger.recorder.head() == head


async def test_every_bulk_step_is_refused_to_every_role_that_may_not_do_it(api: Api) -> None:
    fund = api.scenario.fund()
    run = api.scenario.draw(fund).header.run_id
    head = api.scenario.ledger.recorder.head()
    may = {
        f'drawRun(commandId: "c", organisationId: "{REGIMENT}", programme: "dibao", month: "2026-11", fundIds: ["{fund}"])':
            {Role.CLERK, Role.REVIEWER},
        f'sendRun(commandId: "c", runId: "{run}")': {Role.FINANCE},
        f'reconcileRun(runId: "{run}", fileName: "r.csv", content: "YQ==")': {Role.FINANCE},
        f'reissueRun(commandId: "c", runId: "{run}", fundIds: ["{fund}"])': {Role.CLERK, Role.REVIEWER},
    }  # fmt: skip
    for step, roles in may.items():
        for role in set(Role) - roles:
            answer = await api.data(f"mutation {{ it: {step} {RESULT} }}", role, organisation=REGIMENT)
            assert answer["it"].get("code") == "NotAllowed", (step, role)
    assert api.scenario.ledger.recorder.head() == head


async def test_a_run_of_another_organisation_is_not_touched_and_no_account_of_it_is_written(api: Api) -> None:
    run = api.scenario.draw(api.scenario.fund()).header.run_id
    for step in (
        f'sendRun(commandId: "c", runId: "{run}")',
        f'reconcileRun(runId: "{run}", fileName: "r.csv", content: "YQ==")',
    ):
        answer = await api.data(f"mutation {{ it: {step} {RESULT} }}", Role.FINANCE, organisation=OTHER)
        assert answer["it"]["__typename"] == "Refusal"
    assert not list(api.scenario.division.settings.files_folder.glob("**/*"))
    answer = await api.data(
        f'mutation {{ it: reissueRun(commandId: "c", runId: "{run}", fundIds: []) {RESULT} }}',
        Role.CLERK,
        organisation=OTHER,
    )
    assert answer["it"]["code"] == "OutOfScope"


HOSTILE = {
    "empty": "",
    "long": "长" * 20_000,
    "sql": "'; DROP TABLE events; --",
    "nul": "a\x00b",
    "format": "%s %(x)s {x} {0.__class__}",
    "sealed": "1|person:x|y|z|AAAA",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_text_in_any_command_gets_a_typed_answer_and_breaks_no_view(
    api: Api, text: str
) -> None:
    for number, command in enumerate(COMMANDS):
        name, query = mutation(command)
        for index, role in enumerate(command.ROLES):
            sent = given(command, {**PLAUSIBLE, "String": text}, 1000 * (index + 1) + number)
            result = await api.ask(query, role, input=sent)
            shown = str(result)
            assert "errors" not in result, (command, result)
            assert "Traceback" not in shown, command
            assert result["data"][name]["__typename"] in ("Recorded", "Refusal")
    api.catch_up()
    health = await api.client.get("/health")
    assert health.json()["stale"] == []


async def test_extreme_amounts_and_days_get_a_typed_answer(api: Api) -> None:
    extremes = [{"Yuan": "99999999999999999999"}, {"Yuan": "-1"}, {"Yuan": "1e3"}, {"Int": -2147483648}, {"Int": 2147483647},
                {"Date": "0001-01-01"}, {"Date": "9999-12-31"}, {"Month": "0001-01"}, {"Month": "9999-12"}]  # fmt: skip
    for turn, extreme in enumerate(extremes):
        for number, command in enumerate(COMMANDS):
            name, query = mutation(command)
            role = min(command.ROLES)
            sent = given(command, {**PLAUSIBLE, **extreme}, 100_000 * (turn + 1) + number)
            for key in sent.keys() & {"householdId", "caseId", "entitlementId", "organisationId"}:
                sent[key] = {"householdId": api.household, "entitlementId": api.entitlement}.get(
                    key, REGIMENT
                )
            result = await api.ask(query, role, input=sent)
            assert "errors" not in result, (command, extreme, result)
            assert result["data"][name]["__typename"] in ("Recorded", "Refusal")
    api.catch_up()
    assert (await api.client.get("/health")).json()["stale"] == []
