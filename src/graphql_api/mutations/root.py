"""One mutation a command: idempotent by ``commandId``, refusals typed, the position it was recorded at."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import anyio.to_thread
import msgspec
import strawberry
from strawberry.tools import create_type

from graphql_api.context import Info
from graphql_api.errors import forbidden
from graphql_api.mutations.inputs import input_of, to_struct
from graphql_api.types.common import f, say
from ledger.funds import commands as funds
from ledger.identification import changes as entitlement_changes
from ledger.identification import decisions, procedure
from ledger.kernel import Command, Event, Refused, tags_of
from ledger.organisation import commands as organisation
from ledger.payments import commands as payments
from ledger.registry import changes as registry_changes
from ledger.registry import commands as registry
from ledger.registry.changes import NominateAccount
from ledger.standards import commands as standards
from ledger.store.execute import Busy

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


@strawberry.type(description="Something a command made or concerned. 命令产生或涉及的对象。")
class SubjectId:
    kind: str = f("household, person, case, entitlement, fund, run…", "类型。")
    id: str = f("Its id.", "编号。")


@strawberry.type(description="The command was recorded. 已登记。")
class Recorded:
    position: int = f(
        "The position it was recorded at; give it as X-Wait-For to read your own write.", "登记位置。"
    )
    duplicate: bool = f("Whether the same command was recorded before.", "是否为重复命令。")
    event_types: list[str] = f("What was recorded.", "登记的事件。")
    subjects: list[SubjectId] = f("What it made or concerned.", "涉及对象。")
    message: str | None = f("More to know.", "说明。")

    @strawberry.field(description="The id of the first subject of a kind. 某类对象的编号。")
    def id_of(self, kind: str) -> str | None:
        return next((s.id for s in self.subjects if s.kind == kind), None)


@strawberry.type(description="A rule was broken; nothing was recorded. 不符合规则，未作登记。")
class Refusal:
    code: str = f("The rule's name.", "规则代码。")
    message_en: str = f("The rule in English.", "英文说明。")
    message_zh: str = f("The rule in 中文.", "中文说明。")
    article: str | None = f("The article it comes from.", "依据条款。")


CommandResult = Annotated[
    Recorded | Refusal,
    strawberry.union(
        "CommandResult", description=say("Recorded, or refused with the rule.", "登记结果或不予办理的规则。")
    ),
]


def refusal_of(error: Exception) -> Refusal:
    """A refusal, a bad value or too many conflicts, as the caller sees them."""
    if isinstance(error, Refused):
        return Refusal(
            code=error.code, message_en=error.english, message_zh=error.chinese, article=error.ARTICLE or None
        )
    if isinstance(error, Busy):
        words = (type(error).__doc__ or "").strip().splitlines()
        lines = [line.strip() for line in words if line.strip()]
        return Refusal(code=type(error).__name__, message_en=lines[0], message_zh=lines[-1], article=None)
    return Refusal(code="BadInput", message_en=str(error), message_zh=f"输入无效：{error}", article=None)


EXPECTED = (Refused, Busy, msgspec.ValidationError, ValueError)


def subjects_of(events: Sequence[Event]) -> list[SubjectId]:
    """Everything the events carry as tags, each once."""
    tags = dict.fromkeys(t for e in events for t in tags_of(e) if not t.startswith("command:"))
    return [SubjectId(kind=kind, id=rest) for kind, _, rest in (t.partition(":") for t in tags)]


def _mutation(command: type[Command]) -> Any:
    given = input_of(command)

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

    resolve.__annotations__ = {"info": Info, "input": given, "return": CommandResult}
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", command.__name__).lower()
    resolve.__name__ = name
    said = " ".join((command.__doc__ or "").strip().split("\n\n")[0].split())
    roles = ", ".join(sorted(role.value for role in command.ROLES))
    return strawberry.mutation(resolver=resolve, name=None, description=f"{said} 角色: {roles}。")


async def _bulk(info: Info, call: Callable[..., tuple[int, str, str]], *arguments: Any) -> Recorded | Refusal:
    try:
        position, run_id, message = await anyio.to_thread.run_sync(
            lambda: call(*arguments, info.context.viewer)
        )
    except EXPECTED as error:
        return refusal_of(error)
    return Recorded(
        position=position,
        duplicate=False,
        event_types=[],
        subjects=[SubjectId(kind="run", id=run_id)],
        message=message,
    )


def _port(info: Info) -> Any:
    assert info.context.viewer
    port = info.context.services.payments
    if port is None:
        raise forbidden("This server does not handle runs.", "本服务不办理发放。")
    return port


@strawberry.type
class RunMutations:
    """The bulk steps of runs."""

    @strawberry.mutation(description="Draws a month's run of a programme and organisation. 编制发放批次。")
    async def draw_run(
        self,
        info: Info,
        command_id: str,
        organisation_id: str,
        programme: str,
        month: str,
        fund_ids: list[str],
    ) -> CommandResult:
        return await _bulk(info, _port(info).draw, command_id, organisation_id, programme, month, fund_ids)

    @strawberry.mutation(description="Writes an approved run's bank file and records it sent. 送银行。")
    async def send_run(
        self, info: Info, command_id: str, run_id: str, layout: str = "csv_gb18030"
    ) -> CommandResult:
        return await _bulk(info, _port(info).send, command_id, run_id, layout)

    @strawberry.mutation(description="Records a bank's return file, given in base64. 回盘对账。")
    async def reconcile_run(
        self, info: Info, run_id: str, file_name: str, content: str, layout: str = "csv_gb18030"
    ) -> CommandResult:
        try:
            raw = base64.b64decode(content, validate=True)
        except binascii.Error:
            return refusal_of(ValueError("content is not base64 内容不是 base64 编码"))
        return await _bulk(info, _port(info).reconcile, run_id, file_name, raw, layout)

    @strawberry.mutation(description="Draws a correcting run for returned lines. 退回重发。")
    async def reissue_run(
        self, info: Info, command_id: str, run_id: str, fund_ids: list[str]
    ) -> CommandResult:
        return await _bulk(info, _port(info).reissue, command_id, run_id, fund_ids)


_Commands = create_type("CommandMutations", [_mutation(command) for command in COMMANDS])


@strawberry.type(name="Mutation", description="What may be done: one mutation a command. 变更。")
class Mutation(_Commands, RunMutations):  # type: ignore[misc, valid-type]
    pass
