"""The log as auditors see it: events, checkpoints and proofs."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import strawberry
from strawberry.scalars import JSON

from graphql_api.context import Info, masked
from graphql_api.types.common import f
from ledger.kernel import EVENT_TYPES

if TYPE_CHECKING:
    from graphql_api.types.corrections import Correction


@strawberry.type(description="Who acted: the operator, where and in which role. 经办人。")
class ActorType:
    operator_id: str = f("The operator.", "经办人编号。")
    organisation_id: str = f("Their organisation.", "所属机构。")
    role: str | None = f("Their role.", "角色。")


@strawberry.type(
    name="Event", description="A sealed event as it stands in the log; personal data masked. 台账事件。"
)
class EventType:
    position: int = f("Position in the log: 1, 2, 3…", "在台账中的位置。")
    recorded_at: datetime = f("When it was recorded.", "登记时间。")
    type: str = f("What happened.", "事件类型。")
    title_zh: str = f("Its name in 中文.", "事件名称（中文）。")
    title_en: str = f("Its name in English.", "事件名称（英文）。")
    event_id: str = f("Its id.", "事件编号。")
    occurred_on: date | None = f("When it was so.", "发生日期。")
    actor: ActorType = f("Who acted.", "经办人。")
    command_id: str = f("The command it came from.", "来源命令。")
    basis: JSON | None = f("Document and rule it rests on.", "依据。")
    tags: list[str] = f("What it concerns.", "标签。")
    data: JSON = f("All it says, sealed text hidden.", "内容（个人信息已隐去）。")
    leaf_hash: str = f("Its leaf in the Merkle tree, hexadecimal.", "默克尔树叶哈希。")

    @strawberry.field(description="Corrections of it; the event itself stays as it is. 对其作出的更正。")
    async def corrections(
        self, info: Info
    ) -> list[Annotated[Correction, strawberry.lazy("graphql_api.types.corrections")]]:
        from graphql_api.types.corrections import corrections_at

        return await corrections_at(info, self.position)


def event_of(row: dict[str, Any]) -> EventType:
    """An event from a row of the log."""
    data = msgspec.json.decode(masked(bytes(row["data"]).decode()))
    cls = EVENT_TYPES.get(row["type"])
    titles = cls.TITLE if cls is not None else (row["type"], row["type"])
    actor = data.get("actor", {})
    return EventType(
        position=row["position"],
        recorded_at=row["recorded_at"],
        type=row["type"],
        title_zh=titles[0],
        title_en=titles[1],
        event_id=data.get("event_id", ""),
        occurred_on=date.fromisoformat(data["occurred_on"]) if data.get("occurred_on") else None,
        actor=ActorType(
            operator_id=actor.get("operator_id", ""),
            organisation_id=actor.get("organisation_id", ""),
            role=actor.get("role"),
        ),
        command_id=data.get("command_id", ""),
        basis=data.get("basis"),
        tags=row["tags"],
        data=data,
        leaf_hash=bytes(row["leaf_hash"]).hex(),
    )


@strawberry.type(description="A signed statement of the log's size and root (C2SP tlog-checkpoint). 检查点。")
class CheckpointType:
    origin: str = f("The log's name.", "台账名称。")
    size: int = f("How many events.", "事件数。")
    root: str = f("Root over them, hexadecimal.", "根哈希。")
    note: str = f("The signed note.", "已签名文本。")
    key: str = f("The verifier key that checks it.", "验证公钥。")


@strawberry.type(description="That an event is in the log (RFC 6962). 包含证明。")
class InclusionProof:
    position: int = f("The event's position.", "位置。")
    tree_size: int = f("The size of the tree it is proved in.", "树规模。")
    leaf_hash: str = f("The event's leaf, hexadecimal.", "叶哈希。")
    root: str = f("The root of that tree, hexadecimal.", "根哈希。")
    path: list[str] = f("The audit path, from the leaf up, hexadecimal.", "审计路径。")


@strawberry.type(description="That an earlier log is a prefix of a later one (RFC 6962). 一致性证明。")
class ConsistencyProof:
    from_size: int = f("The earlier size.", "较早规模。")
    to_size: int = f("The later size.", "较晚规模。")
    from_root: str = f("The earlier root, hexadecimal.", "较早根哈希。")
    to_root: str = f("The later root, hexadecimal.", "较晚根哈希。")
    path: list[str] = f("The proof, hexadecimal.", "证明。")
