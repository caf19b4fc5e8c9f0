"""Why a contract with a provider is refused, or does not allow what is asked."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class BadContract(Refused):
    """This is no contract: {why}.

    合同内容无效：{why_zh}。
    """


class ContractUnknown(Refused):
    """There is no contract {contract}.

    没有购买服务合同{contract}。
    """


class ContractOver(Refused):
    """The contract has ended already: its last day is {day}.

    合同已终止，最后一日为{day}。
    """


class OutsideContract(Refused):
    """The contract does not allow this: {why}.

    不在合同范围内：{why_zh}。
    """

    ARTICLE: ClassVar = "S 二(三), 三(四)"
