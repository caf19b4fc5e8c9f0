"""Why a visit is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class VisitNotOpen(Refused):
    """There is no planned visit {visit} of this household that waits to be made.

    该家庭没有待办的走访{visit}。
    """


class NoVisitors(Refused):
    """A visit needs its visitors, each named once, and what they found.

    走访须写明走访人员（不得重复）和走访情况。
    """

    ARTICLE: ClassVar = "S 二(三)"


class NobodyLivesThere(Refused):
    """Nobody lived in the household on {day}.

    {day}该家庭没有在册成员。
    """
