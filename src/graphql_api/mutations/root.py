"""One mutation a command: idempotent by ``commandId``, refusals typed, the position it was recorded at."""

from __future__ import annotations

import re
from typing import Annotated, Any

import anyio.to_thread
import strawberry
from strawberry.tools import create_type

from graphql_api.context import Info
from graphql_api.mutations.bulk import BulkMutations
from graphql_api.mutations.files import FileMutations
from graphql_api.mutations.frozen_lists import FrozenListMutations
from graphql_api.mutations.inputs import input_of, sentence, to_struct
from graphql_api.mutations.results import EXPECTED, CommandResult, Recorded, refusal_of, subjects_of
from graphql_api.mutations.shown import shown_name
from graphql_api.words import COMMANDS as CALLED
from ledger.areas import import_areas
from ledger.identification.procedure import StartPublicity
from ledger.kernel import Command
from ledger.payments.commands import SendRun


def _commands(cls: type[Command] = Command) -> list[type[Command]]:
    """Every command of the ledger's areas: the leaves of the class tree, in the order their modules are walked."""
    found = []
    for child in cls.__subclasses__():
        if child.__module__.startswith("ledger."):
            found += _commands(child) or [child]
    return list(dict.fromkeys(found))


import_areas()
COMMANDS: tuple[type[Command], ...] = tuple(
    sorted((c for c in _commands() if c is not SendRun), key=lambda c: (c.__module__, c.__name__))
)
"""Each is a mutation; a run is sent by writing its file first (``sendRun``)."""


def _mutation(command: type[Command]) -> Any:
    given: Any = input_of(command)

    async def resolve(info: Info, input: Any) -> Any:
        viewer, services = info.context.viewer, info.context.services
        try:
            extra: dict[str, Any] = {}
            if "account_key" in command.__struct_fields__:
                extra["account_key"] = services.ledger.vault.digest("account", input.account).hex()
            if command is StartPublicity and input.shown_name is None:
                extra["shown_name"] = await shown_name(info, input.case_id)
            made = to_struct(command, input, **extra)
            outcome = await anyio.to_thread.run_sync(services.ledger.execute, made, viewer)
        except EXPECTED as error:
            return refusal_of(error)
        return Recorded(
            position=outcome.position,
            duplicate=outcome.duplicate,
            event_types=[type(e).__name__ for e in outcome.events],
            subjects=subjects_of(outcome.events),
            message=None,
        )

    described: Any = Annotated[given, strawberry.argument(description="What is asked for. 命令内容。")]
    resolve.__annotations__ = {"info": Info, "input": described, "return": CommandResult}
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", command.__name__).lower()
    resolve.__name__ = name
    roles = ", ".join(sorted(role.value for role in command.ROLES))
    said = f"{sentence(command)} {CALLED[command.__name__]}。Roles 角色: {roles}."
    return strawberry.mutation(resolver=resolve, name=None, description=said)


_Commands = create_type("CommandMutations", [_mutation(command) for command in COMMANDS])


@strawberry.type(name="Mutation", description="What may be done: one mutation a command. 变更。")
class Mutation(_Commands, BulkMutations, FrozenListMutations, FileMutations):  # type: ignore[misc, valid-type]
    pass
