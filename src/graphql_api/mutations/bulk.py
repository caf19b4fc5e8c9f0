"""Mutations that record many events at once: a month's runs from drawing to reconciliation, and rosters."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import anyio.to_thread
import strawberry

from graphql_api.context import Info
from graphql_api.errors import forbidden
from graphql_api.mutations.results import (
    EXPECTED,
    CommandResult,
    Recorded,
    Refusal,
    SubjectId,
    refusal_of,
)
from graphql_api.ports import BulkOutcome, BulkPort, RosterOutcome
from graphql_api.scalars import Month
from graphql_api.types.common import about, f, say

A = TypeVar("A")
COMMAND_ID = Annotated[
    str, about("A UUID; the same command given twice is recorded once.", "命令编号，重复提交只登记一次。")
]
ORGANISATION_ID = Annotated[str, about("The organisation.", "机构编号。")]
RUN_ID = Annotated[str, about("The run.", "发放批次编号。")]
FUND_IDS = Annotated[list[str], about("The funds that pay, in this order.", "支付资金编号，按序使用。")]
LAYOUT = Annotated[str, about("The bank's layout: csv_gb18030, xlsx.", "银行文件格式。")]
FILE_NAME = Annotated[str, about("The file's name.", "文件名。")]
CONTENT = Annotated[str, about("The file in base64.", "文件内容（base64）。")]


@strawberry.type(name="RosterProblem", description="One thing wrong with a roster. 名册问题。")
class ProblemType:
    sheet: str = f("The sheet.", "工作表。")
    row: int = f("The row; 0 speaks of the sheet or file as a whole.", "行号，0指整表或整个文件。")
    column: str = f("The column.", "列。")
    value: str = f("What it holds; identity masked.", "现值（身份信息已隐去）。")
    expected_en: str = f("What was expected, in English.", "应为（英文）。")
    expected_zh: str = f("What was expected, in 中文.", "应为（中文）。")


@strawberry.type(
    description="What became of a roster: recorded, seen before, or not recorded and why. 名册导入结果。"
)
class RosterReport:
    position: int = f("The position it was recorded at; 0 when it was not.", "登记位置，未登记为0。")
    file_hash: str = f("SHA-256 of the file.", "文件哈希。")
    recorded: bool = f("Whether it was recorded now.", "本次是否登记。")
    duplicate: bool = f("Whether the same file was recorded before.", "是否已导入过。")
    rows: int = f("Rows read.", "读取行数。")
    households: int = f("Households recorded.", "登记家庭数。")
    people: int = f("People recorded.", "登记人数。")
    rejected: int = f("Households with something wrong.", "有问题的家庭数。")
    problems: list[ProblemType] = f("Everything wrong.", "全部问题。")


ImportResult = Annotated[
    RosterReport | Refusal,
    strawberry.union(
        "ImportResult",
        description=say(
            "What became of the roster, or the rule that refused it.", "导入结果或不予办理的规则。"
        ),
    ),
]


def report_of(outcome: RosterOutcome) -> RosterReport:
    """What a roster import answers."""
    problems = [ProblemType(**problem._asdict()) for problem in outcome.problems]
    return RosterReport(**{**outcome._asdict(), "problems": problems})


def recorded_of(outcome: BulkOutcome) -> Recorded:
    """What a step of a run answers."""
    return Recorded(
        position=outcome.position,
        duplicate=outcome.duplicate,
        event_types=[],
        subjects=[SubjectId(kind=outcome.kind, id=outcome.subject_id)],
        message=outcome.message,
    )


async def _run(
    info: Info, call: Callable[..., Any], answer: Callable[[Any], A], *arguments: Any
) -> A | Refusal:
    """Does a bulk step beside the event loop, as the viewer."""
    viewer = info.context.viewer
    try:
        return answer(await anyio.to_thread.run_sync(lambda: call(*arguments, viewer)))
    except EXPECTED as error:
        return refusal_of(error)


def _port(info: Info) -> BulkPort:
    info.context.signed_in()
    port = info.context.services.bulk
    if port is None:
        raise forbidden("This server does not handle runs and rosters.", "本服务不办理发放与名册导入。")
    return port


def _bytes(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("content is not base64 内容不是 base64 编码") from None


@strawberry.type
class BulkMutations:
    """The bulk steps."""

    @strawberry.mutation(
        description="Draws a month's run of a programme and organisation. 编制发放批次。Roles 角色: clerk, reviewer."
    )
    async def draw_run(
        self, info: Info, command_id: COMMAND_ID, organisation_id: ORGANISATION_ID,
        programme: Annotated[str, about("dibao or tekun.", "救助项目。")],
        month: Annotated[Month, about("The month to pay.", "发放月份。")], fund_ids: FUND_IDS,
    ) -> CommandResult:  # fmt: skip
        call = _port(info).draw
        return await _run(info, call, recorded_of, command_id, organisation_id, programme, month, fund_ids)

    @strawberry.mutation(
        description="Writes an approved run's bank file and records it sent. 送银行。Roles 角色: finance."
    )
    async def send_run(
        self, info: Info, command_id: COMMAND_ID, run_id: RUN_ID, layout: LAYOUT = "csv_gb18030"
    ) -> CommandResult:
        return await _run(info, _port(info).send, recorded_of, command_id, run_id, layout)

    @strawberry.mutation(
        description="Records a bank's return file; the file is its own command id: the same one twice changes nothing."
        " 回盘对账，同一文件只登记一次。Roles 角色: finance."
    )
    async def reconcile_run(
        self,
        info: Info,
        run_id: RUN_ID,
        file_name: FILE_NAME,
        content: CONTENT,
        layout: LAYOUT = "csv_gb18030",
    ) -> CommandResult:
        try:
            raw = _bytes(content)
        except ValueError as error:
            return refusal_of(error)
        return await _run(info, _port(info).reconcile, recorded_of, run_id, file_name, raw, layout)

    @strawberry.mutation(
        description="Draws a correcting run for returned lines. 退回重发。Roles 角色: clerk, reviewer."
    )
    async def reissue_run(
        self, info: Info, command_id: COMMAND_ID, run_id: RUN_ID, fund_ids: FUND_IDS
    ) -> CommandResult:
        return await _run(info, _port(info).reissue, recorded_of, command_id, run_id, fund_ids)

    @strawberry.mutation(
        description="Opens what an organisation's months were paid too much or short by what is known now: recoveries and"
        " back-pay. 处理一个机构的多发少发。Roles 角色: reviewer."
    )
    async def open_late_facts(
        self, info: Info, command_id: COMMAND_ID, organisation_id: ORGANISATION_ID,
        programme: Annotated[str, about("The programme.", "救助项目。")],
        upto: Annotated[Month, about("Months up to this one.", "截至月份。")],
        cause: Annotated[str, about("no_fault, undeclared, fraud.", "多发原因。")] = "no_fault",
        document: Annotated[str | None, about("What blame rests on.", "依据文件。")] = None,
    ) -> CommandResult:  # fmt: skip
        call = _port(info).open_late_facts
        return await _run(
            info, call, recorded_of, command_id, organisation_id, programme, upto, cause, document
        )

    @strawberry.mutation(
        description="Checks a roster of earlier cover and records it; the same file twice records nothing new."
        " 导入存量名册，同一文件只登记一次。Roles 角色: clerk, reviewer."
    )
    async def import_roster(
        self, info: Info, file_name: FILE_NAME, content: CONTENT, organisation_id: ORGANISATION_ID,
        first_month: Annotated[Month, about("The first month this ledger pays the cover.", "本台账起发月份。")],
        accept_valid: Annotated[
            bool, about("Take the good households alone when others have problems.", "仅导入无问题的家庭。")
        ] = False,
    ) -> ImportResult:  # fmt: skip
        try:
            raw = _bytes(content)
        except ValueError as error:
            return refusal_of(error)
        call = _port(info).import_roster
        return await _run(info, call, report_of, file_name, raw, organisation_id, first_month, accept_valid)
