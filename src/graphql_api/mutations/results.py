"""What a mutation answers: recorded, or refused with the rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
import strawberry

from graphql_api.types.common import about, f, say
from ledger.kernel import Event, Refused, tags_of
from ledger.store.failures import Busy, words_of
from ledger.store.vault import Erased, SealedTextAltered, WrongDivisionKey


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
    def id_of(
        self, kind: Annotated[str, about("household, person, case, entitlement, fund, run…", "类型。")]
    ) -> str | None:
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
    """A refusal, a bad value, an erased key or too many conflicts, as the caller sees them.

    What is wrong with this server's keys or log is no refusal: it is raised on.
    """
    if isinstance(error, WrongDivisionKey | SealedTextAltered):
        raise error
    if isinstance(error, Refused):
        return Refusal(
            code=error.code, message_en=error.english, message_zh=error.chinese, article=error.ARTICLE or None
        )
    if isinstance(error, Busy | Erased):
        english, chinese = words_of(type(error))
        return Refusal(code=type(error).__name__, message_en=english, message_zh=chinese, article=None)
    return Refusal(code="BadInput", message_en=str(error), message_zh=f"输入无效：{error}", article=None)


EXPECTED = (Refused, Busy, Erased, msgspec.ValidationError, ValueError)


def subjects_of(events: Sequence[Event]) -> list[SubjectId]:
    """Everything the events carry as tags, each once."""
    tags = dict.fromkeys(t for e in events for t in tags_of(e) if not t.startswith("command:"))
    return [SubjectId(kind=kind, id=rest) for kind, _, rest in (t.partition(":") for t in tags)]
