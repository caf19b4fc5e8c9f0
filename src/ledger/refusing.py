"""Refusals: a rule of the ledger would be broken, so nothing is recorded. The docstring is the message."""

from __future__ import annotations

from typing import ClassVar


class Refused(Exception):
    """The rule was broken and nothing was recorded.

    规则不允许，未作任何登记。
    """

    ARTICLE: ClassVar[str] = ""
    """The article the rule comes from, for instance ``57 art. 28``; empty for the ledger's own rules."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.english)

    @classmethod
    def _lines(cls) -> list[str]:
        return [line.strip() for line in (cls.__doc__ or "").strip().splitlines() if line.strip()]

    @property
    def code(self) -> str:
        """The refusal's name, stable for programs: the class name."""
        return type(self).__name__

    @property
    def english(self) -> str:
        """The message in English, its ``{facts}`` filled in."""
        return self._fill(self._lines()[0])

    @property
    def chinese(self) -> str:
        """The message in 中文, its ``{facts}`` filled in."""
        return self._fill(self._lines()[-1])

    def _fill(self, line: str) -> str:
        return line.format_map(_Blank(self.facts))


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


class NotAllowed(Refused):
    """A {role} may not do this.

    {role}角色无权办理此事项。
    """


class OutOfScope(Refused):
    """{organisation} is not within the operator's organisation.

    {organisation}不在经办人所属机构范围内。
    """


class CommandIdReused(Refused):
    """Command id {command_id} was already used with another content.

    命令编号 {command_id} 已用于其他内容。
    """


class UnusableValue(Refused):
    """A value cannot be kept: {why}.

    所给的值无法登记：{why_zh}。
    """


LARGEST = 10**13
"""The largest number a command may hold: 100 billion yuan in fen, so that sums of millions fit 64 bits."""


def check_values(value: object) -> None:
    """Refuses text and numbers that the log or a view could not hold, wherever they stand in a command's content."""
    if isinstance(value, dict):
        for item in value.values():
            check_values(item)
    elif isinstance(value, list | tuple):
        for item in value:
            check_values(item)
    elif isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise UnusableValue(why="text holds characters that are none", why_zh="文本含无效字符")
    elif isinstance(value, int) and abs(value) > LARGEST:
        raise UnusableValue(why="a number is too large", why_zh="数值过大")
