"""Why a command about an emergency or an imprest is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class EmergencyUnknown(Refused):
    """There is no emergency {emergency}.

    没有急难事项{emergency}。
    """


class EmergencyOver(Refused):
    """The emergency was closed on {day}.

    该急难事项已于{day}办结。
    """


class EmergencyIncomplete(Refused):
    """The report cannot be used: {why}.

    急难报告无法登记：{why_zh}。
    """

    ARTICLE: ClassVar = "S 三(三)"


class SeveralHouseholds(Refused):
    """The people named live in {count} households: report each household by itself.

    所列人员分属{count}个家庭，应分户报告。
    """


class ReportedAlready(Refused):
    """This {kind} of {day} was reported for this household already, as {emergency}.

    该户{day}的此项急难已报告（{emergency}），同一事项不得重复救助。
    """

    ARTICLE: ClassVar = "TA 二(二)"


class NotGraded(Refused):
    """The emergency must be graded first.

    须先确定急难类型和程度。
    """

    ARTICLE: ClassVar = "TA 二(一), (三)"


class WrongGrade(Refused):
    """It cannot be graded like this: {why}.

    不能如此分级：{why_zh}。
    """

    ARTICLE: ClassVar = "TA 二(一)–(三); S 三(三)"


class ProcedureNeeded(Refused):
    """Spending-type aid needs the full procedure: {why}.

    支出型临时救助须严格执行申请、受理、审核、审批程序：{why_zh}。
    """

    ARTICLE: ClassVar = "TA 二(二)"


class SpendingNotEligible(Refused):
    """Not within the conditions of spending-type aid: {why}.

    不符合支出型临时救助条件：{why_zh}。
    """

    ARTICLE: ClassVar = "TA 二(一)"


class AboveStandard(Refused):
    """{asked} fen is above the standard of {limit} fen for this type, tier and household; a meeting may decide more.

    {asked}分超过该类型、档次和家庭人口对应的标准{limit}分；重大生活困难须一事一议。
    """

    ARTICLE: ClassVar = "TA 二(三)"


class AboveTownLimit(Refused):
    """With {before} fen of the same household since {since}, {asked} fen is above the town's limit of {limit} fen: the county or a meeting decides.

    该户自{since}起已有{before}分，加上{asked}分超过团场（镇）街道审批额度{limit}分，须由师市民政部门审批或一事一议。
    """

    ARTICLE: ClassVar = "649 art. 48; TA 二(二)"


class AboveSmallAmount(Refused):
    """Given first without approval is at most {limit} fen, and this household had {before} since {since}: {asked} more needs approval.

    先行救助的小金额上限为{limit}分，该户自{since}起已给予{before}分，再给予{asked}分须经审批。
    """

    ARTICLE: ClassVar = "S 三(三)"


class NotApproved(Refused):
    """{asked} fen are not within what was approved: {approved} fen, of which {given} are given.

    {asked}分超出已批准额度：批准{approved}分，已给予{given}分。
    """

    ARTICLE: ClassVar = "TA 二(四)"


class StagesUsed(Refused):
    """The approval allows {stages} stages, and all were given.

    审批为分{stages}期救助，已全部给予。
    """

    ARTICLE: ClassVar = "TA 二(四)"


class BadAid(Refused):
    """This is no aid: {why}.

    救助内容无效：{why_zh}。
    """

    ARTICLE: ClassVar = "TA 二(四)"


class MeetingWithoutQuorum(Refused):
    """A meeting needs {least} of its members and no more votes than people: {present} were present, {votes} voted.

    一事一议会议至少须{least}人到会，且表决票数不得多于到会人数：到会{present}人，表决{votes}票。
    """

    ARTICLE: ClassVar = "S 三(三)"


class MeetingDoesNotAllow(Refused):
    """The meeting named does not allow this: {why}.

    该会议决定不支持此项审批：{why_zh}。
    """

    ARTICLE: ClassVar = "S 三(三)"


class PaperworkMissing(Refused):
    """Still missing: {missing}.

    尚缺：{missing_zh}。
    """

    ARTICLE: ClassVar = "S 三(三); TA 二(二)"


class PaperworkWrong(Refused):
    """This cannot be filed: {why}.

    该材料不能登记：{why_zh}。
    """

    ARTICLE: ClassVar = "S 三(三)"


class LateWithoutReason(Refused):
    """It was due on {due}: say why it is late.

    应于{due}前补齐，逾期须说明原因。
    """

    ARTICLE: ClassVar = "S 三(三)"


class EasedTooLate(Refused):
    """What was left to put on paper was due on {due}; easing that is recorded afterwards moves nothing.

    补齐手续的期限{due}已过，不得再以急难缓解日期顺延。
    """

    ARTICLE: ClassVar = "S 三(三)"


class NothingGiven(Refused):
    """No aid was given, so there is nothing to {what}.

    尚未给予救助，无须{what_zh}。
    """


class ImprestUnknown(Refused):
    """There is no imprest {imprest} at this place.

    本机构没有备用金{imprest}。
    """


class BadImprest(Refused):
    """This is no imprest: {why}.

    备用金设立内容无效：{why_zh}。
    """


class AboveCeiling(Refused):
    """The imprest may hold {ceiling} fen; with {cash} in hand {asked} more is too much.

    备用金限额为{ceiling}分，现有{cash}分，不能再拨入{asked}分。
    """

    ARTICLE: ClassVar = "TA 三(三)"


class AllocationShort(Refused):
    """{asked} fen are needed, and only {available} of the fund are available to {organisation}.

    需{asked}分，{organisation}在该资金中可用{available}分。
    """

    ARTICLE: ClassVar = "649 art. 65"


class ImprestShort(Refused):
    """There are {cash} fen in hand, {asked} cannot be spent or returned.

    备用金余额{cash}分，不足{asked}分。
    """

    ARTICLE: ClassVar = "TA 三(三); 649 art. 65"


class ReceiptNeeded(Refused):
    """Money of the imprest is given out against a receipt of its own: {why}.

    备用金支出须逐笔取得收据：{why_zh}。
    """

    ARTICLE: ClassVar = "TA 三(三)"


class NothingToReplenish(Refused):
    """Receipts of {open} fen are not made up for yet, {asked} is more.

    尚未补足的收据为{open}分，不能补足{asked}分。
    """

    ARTICLE: ClassVar = "TA 三(三)"


class MonthReconciled(Refused):
    """{month} was reconciled already; nothing more is dated into it.

    {month}备用金已核对，不得再登记该月及以前的收支。
    """

    ARTICLE: ClassVar = "TA 三(三)"


class MonthNotOver(Refused):
    """{month} is not over yet, or not the next to reconcile ({next}).

    {month}尚未结束，或不是下一个应核对的月份（{next}）。
    """


class DifferenceUnexplained(Refused):
    """{difference} fen differ from the count, of which {named} are explained.

    账实差额{difference}分，已说明{named}分，须逐项说明。
    """

    ARTICLE: ClassVar = "TA 三(三)"


class SpenderReconciles(Refused):
    """Who gave out money of this month may not reconcile it.

    当月经手支出的人员不得核对本月备用金。
    """
