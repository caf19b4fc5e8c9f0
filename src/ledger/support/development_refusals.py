"""Why development assistance is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class TooYoung(Refused):
    """At {age} nobody works: development assistance begins at 16.

    年仅{age}周岁，未满16周岁不得安排就业或贷款。
    """

    ARTICLE: ClassVar = "43 art. 5(二); 劳动法 art. 15"


class BadTerms(Refused):
    """It cannot be so: {why}.

    内容无效：{why_zh}。
    """

    ARTICLE: ClassVar = "S 三(七)"


class ContractNeeded(Refused):
    """Development assistance of this kind needs a contract.

    该项帮扶须有合同。
    """

    ARTICLE: ClassVar = "S 三(七)"


class NotOngoing(Refused):
    """There is no ongoing {what} {key}.

    没有进行中的{what_zh}{key}。
    """


class PostHeld(Refused):
    """The person holds a public-interest post already.

    该人员已在公益性岗位，不得同时安置两个岗位。
    """


class InterestPaidAlready(Refused):
    """Interest from {first} to {last} was paid already.

    {first}至{last}的利息已贴息，不得重复。
    """


class InterestOff(Refused):
    """Interest for {days} days comes to at most {most} fen, not {asked}.

    {days}天最多贴息{most}分，不是{asked}分。
    """

    ARTICLE: ClassVar = "S 三(七)"
