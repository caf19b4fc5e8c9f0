"""Why something in the life of an entitlement is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class EndingNotPosted(Refused):
    """An intended end of this category is posted for {days} days first, and the posting closed.

    拟终止须先公示{days}天，公示期满无异议方可作出终止决定。
    """

    ARTICLE: ClassVar = "43 art. 26"


class EndingStepMissing(Refused):
    """This is not possible yet: {missing} is missing.

    尚不能办理：缺少{missing_zh}。
    """

    ARTICLE: ClassVar = "43 art. 26–27"


class StillEntitledAsMinor(Refused):
    """Cover goes on until 18, and at school after it; aged {age}, schooling {schooling}.

    未成年特困人员可继续享有至18周岁，仍在校就读的可继续享有：现年{age}岁，就读情况{schooling}。
    """

    ARTICLE: ClassVar = "43 art. 24"


class NotTapering(Refused):
    """Category {category} does not taper.

    {category}不适用渐退。
    """

    ARTICLE: ClassVar = "83 一(三)"


class TaperTooLong(Refused):
    """Tapering lasts 1 to {most} months in principle, not {months}, unless a document allows more.

    渐退期原则上为1至{most}个月，本次{months}个月；确需延长须有批准文件。
    """

    ARTICLE: ClassVar = "83 一(三)"


class ShareNotPermille(Refused):
    """A share is given in permille, 0 to 1000, not {share}.

    比例以千分数给出（0至1000），现为{share}。
    """


class ReviewOutcomeNotRecorded(Refused):
    """A review that {outcome} the amount is recorded after that decision.

    核查结果为“{outcome_zh}”的，须先作出相应决定。
    """

    ARTICLE: ClassVar = "57 art. 31"


class ReviewFindsChange(Refused):
    """The facts known today give another amount than the one in force: adjust it first.

    按现有情况核算的金额与现行金额不同，须先办理调整。
    """

    ARTICLE: ClassVar = "57 art. 31"


class ReviewNotLater(Refused):
    """The longer term {review_by} is not after the present one, {now}.

    延长后的期限{review_by}不晚于现期限{now}。
    """

    ARTICLE: ClassVar = "57 art. 31"


class DecisionUnknown(Refused):
    """Event {decision} is no decision about this entitlement that is told.

    事件{decision}不是该待遇须送达的决定。
    """

    ARTICLE: ClassVar = "57 art. 32"


class JobOfferUnknown(Refused):
    """The person has no open job offer {offer}.

    该人员没有待答复的工作介绍{offer}。
    """


class NotAbleToWork(Refused):
    """The person is not of working age or not able to work.

    该人员不在劳动年龄或无劳动能力。
    """

    ARTICLE: ClassVar = "57 art. 34"


class TooFewRefusals(Refused):
    """Suitable work was refused without just cause {count} times in a row, not 3.

    无正当理由连续拒绝接受介绍的工作{count}次，未达3次。
    """

    ARTICLE: ClassVar = "57 art. 34"


class AssessorsNeeded(Refused):
    """Self-care is assessed by two or more people; {count} named.

    生活自理能力评估须二人以上，现有{count}人。
    """

    ARTICLE: ClassVar = "43 art. 21"


class AlreadyClosed(Refused):
    """The changes of {month} were handed in already.

    {month}月度变动已上报。
    """


class NothingToReopen(Refused):
    """The changes of {month} were not handed in yet.

    {month}月度变动尚未上报。
    """


class RaiseUnknown(Refused):
    """There is no rise {rise}.

    没有提标方案{rise}。
    """


class RaiseNotReady(Refused):
    """The rise is {status}; it must be {needed} for this.

    提标方案状态为{status}，须为{needed}。
    """


class SamePersonRaises(Refused):
    """Who proposed or reviewed a rise does not take its next step.

    提出或审核提标方案的人不得办理下一环节。
    """


class RosterDiffers(Refused):
    """The list is {expected}, not {given}.

    名单哈希为{expected}，与所给的{given}不符。
    """


class NothingToRaise(Refused):
    """No household of {programme} at {organisation} gets another amount from {month}.

    {organisation}自{month}起没有需要调整的{programme}家庭。
    """
