"""Why a bulk subsidy is refused."""

from __future__ import annotations

from ledger.kernel import Refused


class RosterGrantedAlready(Refused):
    """This subsidy was granted already at {organisation} for {month}, by roster {roster}.

    {organisation}{month}的该项补贴已发放（名册{roster}），不得重复。
    """


class NobodyOnRoster(Refused):
    """Nobody at {organisation} was covered on {day} in the categories chosen.

    {day}{organisation}所选类别中无在册对象。
    """


class RosterDayInFuture(Refused):
    """A roster is frozen on a day that has come, not on {day}.

    名册冻结日{day}尚未到。
    """


class BadSubsidyAmount(Refused):
    """The amount is more than nothing, not {amount} fen.

    补贴金额须大于零，现为{amount}分。
    """


class SubsidyDocumentNeeded(Refused):
    """The document that grants the subsidy is needed.

    须有发放补贴的文件依据。
    """
