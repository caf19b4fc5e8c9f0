"""Why a command about a fund is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class FundUnknown(Refused):
    """There is no fund {fund}.

    没有资金{fund}。
    """


class Overallocated(Refused):
    """Only {left} fen of the fund are left to allocate, not {asked}.

    该资金可分配余额为{left}分，不足{asked}分。
    """

    ARTICLE: ClassVar = "649 art. 65"


class BadAmount(Refused):
    """An amount of {amount} fen is not positive.

    金额须大于零。
    """


class NoUses(Refused):
    """A fund must name the programmes it may pay.

    资金须注明用途。
    """
