"""Why a run, or a step of one, is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class RunUnknown(Refused):
    """There is no run {run}.

    没有发放批次{run}。
    """


class BeyondAllocation(Refused):
    """The run needs {needed} fen and only {available} are available to {organisation}.

    本批次需{needed}分，{organisation}可用资金仅{available}分。
    """

    ARTICLE: ClassVar = "649 art. 65"


class UseExcluded(Refused):
    """Fund {fund} may not pay {programme}; its uses are {uses}.

    资金{fund}不得用于{programme}，其用途为：{uses}。
    """

    ARTICLE: ClassVar = "649 art. 5, S 四(三)"


class NothingDue(Refused):
    """Nothing is due that is not in a run already: {programme} {month} at {organisation}; {overpaid_fen} fen were overpaid, {accountless} entitlements have no account.

    {organisation}{month}的{programme}没有应发未编制的金额；多发{overpaid_fen}分，无账户{accountless}户。
    """


class MonthNotOpen(Refused):
    """{month} cannot be drawn yet; the latest month open is {latest}.

    {month}尚不能编制，目前可编制至{latest}。
    """


class SecondRegularLine(Refused):
    """{month} {component} of entitlement {entitlement} has its regular line already.

    该待遇{month}的{component}已有正常发放明细，不得重复发放。
    """


class WrongStatus(Refused):
    """The run is {status}; it must be {needed} first.

    批次状态为{status}，须先{needed}。
    """


class SamePersonTwice(Refused):
    """Whoever {done} the run cannot {asked} it.

    已{done}该批次的人不得再{asked}。
    """


class RosterChanged(Refused):
    """The roster hash given is not that of the run.

    所附名册哈希与批次不符。
    """


class NothingToReissue(Refused):
    """The run has no returned line that was not reissued.

    该批次没有待重发的退回明细。
    """


class WrongReturnFile(Refused):
    """The return file is not one of this run: {why}.

    回盘文件不属于本批次：{why_zh}。
    """
