"""One mutation a command: idempotent by ``commandId``, refusals typed, the position it was recorded at."""

from __future__ import annotations

import re
from typing import Annotated, Any

import anyio.to_thread
import strawberry
from strawberry.tools import create_type

from graphql_api.context import Info
from graphql_api.mutations.bulk import BulkMutations
from graphql_api.mutations.inputs import input_of, sentence, to_struct
from graphql_api.mutations.results import EXPECTED, CommandResult, Recorded, refusal_of, subjects_of
from graphql_api.mutations.words import COMMANDS as CALLED
from ledger.funds import commands as funds
from ledger.identification import changes as entitlement_changes
from ledger.identification import decisions, procedure
from ledger.kernel import Command
from ledger.organisation import commands as organisation
from ledger.payments import commands as payments
from ledger.registry import changes as registry_changes
from ledger.registry import commands as registry
from ledger.registry.changes import NominateAccount
from ledger.standards import commands as standards

COMMANDS: tuple[type[Command], ...] = (
    organisation.OpenOrganisation, organisation.RenameOrganisation, organisation.CloseOrganisation,
    standards.SetStandard,
    registry.RegisterHousehold, registry.JoinMember, registry.LeaveMember,
    registry_changes.ChangeHead, registry_changes.MoveHousehold, registry_changes.RecordDeath,
    registry_changes.DeclareCircumstances, registry_changes.NominateAccount,
    procedure.SubmitApplication, procedure.RequestSupplement, procedure.AcceptApplication, procedure.AuthoriseCheck,
    procedure.RecordMeansCheck, procedure.RecordHomeVisit, procedure.HoldAppraisal, procedure.GiveOpinion,
    procedure.StartPublicity, procedure.RaiseObjection, procedure.EndPublicity, procedure.AbortCase,
    decisions.ConfirmCategory, decisions.RefuseCategory, decisions.NotifyRefusal,
    entitlement_changes.AdjustAmount, entitlement_changes.TransferEntitlement, entitlement_changes.SuspendEntitlement,
    entitlement_changes.ResumeEntitlement, entitlement_changes.EndCategory,
    funds.ReceiveFund, funds.AllocateFund,
    payments.ReviewRun, payments.ApproveRun,
)  # fmt: skip


def _mutation(command: type[Command]) -> Any:
    given: Any = input_of(command)

    async def resolve(info: Info, input: Any) -> Any:
        viewer, services = info.context.viewer, info.context.services
        try:
            extra = {}
            if command is NominateAccount:
                extra["account_key"] = services.ledger.vault.digest("account", input.account).hex()
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
class Mutation(_Commands, BulkMutations):  # type: ignore[misc, valid-type]
    pass
