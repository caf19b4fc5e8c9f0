"""Files of departments: what they gave, row by row."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graphql_api.context import Info
from graphql_api.mutations.bulk import CONTENT, FILE_NAME, ProblemType, _bytes, _port, _run
from graphql_api.mutations.results import Refusal, refusal_of
from graphql_api.ports import FileOutcome
from graphql_api.scalars import Yuan, yuan
from graphql_api.types.common import about, f, say


@strawberry.type(
    description="What became of a department's file: recorded, seen before, or not recorded and why. 部门反馈导入结果。"
)
class FileReport:
    position: int = f("The position it was recorded at; 0 when it was not.", "登记位置，未登记为0。")
    file_hash: str = f("SHA-256 of the file.", "文件哈希。")
    recorded: bool = f("Whether it was recorded now, to its end.", "本次是否登记完毕。")
    duplicate: bool = f("Whether the same file was recorded before.", "是否已导入过。")
    rows: int = f("Rows read.", "读取行数。")
    taken: int = f("Rows of the file that are recorded.", "已登记行数。")
    resumed: int = f(
        "Of these, rows an earlier, interrupted try had recorded.", "其中此前中断时已登记的行数。"
    )
    repeated: int = f("Rows reported before by record number.", "按记录号此前已上报的行数。")
    unlisted: int = f("People no household here knows.", "未登记人员数。")
    overlapping: int = f("Rows recorded beside what excludes them.", "因故并存的行数。")
    rejected: int = f("Rows with something wrong.", "有问题的行数。")
    amount: Yuan = f("What the recorded rows come to.", "已登记金额合计。")
    problems: list[ProblemType] = f("Everything wrong.", "全部问题。")


FileResult = Annotated[
    FileReport | Refusal,
    strawberry.union(
        "FileResult",
        description=say(
            "What became of the file, or the rule that refused it.", "导入结果或不予办理的规则。"
        ),
    ),
]


def file_report_of(outcome: FileOutcome) -> FileReport:
    """What the import of a department's file answers."""
    given = outcome._asdict()
    given["problems"] = [ProblemType(**problem._asdict()) for problem in outcome.problems]
    return FileReport(amount=yuan(given.pop("amount_fen")), **given)


@strawberry.type
class FileMutations:
    """Files handed in."""

    @strawberry.mutation(
        description="Checks what the viewer's department gave and records it: the same file, and the same record number,"
        " twice records nothing new. 导入部门反馈，同一文件、同一记录号只登记一次。Roles 角色: department, clerk, reviewer."
    )
    async def import_assistance(
        self, info: Info, file_name: FILE_NAME, content: CONTENT,
        accept_valid: Annotated[bool, about("Take the good rows alone when others have problems.", "仅导入无问题的行。")] = False,
        take_unlisted: Annotated[bool, about("Record people no household here knows, by name.", "登记未在册人员。")] = False,
        overlap_reason: Annotated[str | None, about("Record what overlaps with other aid, for this reason.", "登记并存救助的理由。")] = None,
    ) -> FileResult:  # fmt: skip
        try:
            raw = _bytes(content)
        except ValueError as error:
            return refusal_of(error)
        call = _port(info).import_assistance
        return await _run(
            info, call, file_report_of, file_name, raw, accept_valid, take_unlisted, overlap_reason
        )
