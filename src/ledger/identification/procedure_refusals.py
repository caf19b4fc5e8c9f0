"""Why a step of the full procedure is refused, or a decision blocked."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class DatesBackwards(Refused):
    """{step} on {day} would come before {other} on {before}.

    {step_zh}日期{day}早于{other_zh}日期{before}，程序次序颠倒。
    """

    ARTICLE: ClassVar = "57 art. 28"


class ListedOnly(Refused):
    """Category {category} has no procedure of its own: record it from the list that names it.

    {category}不设申请程序，请按名单登记。
    """

    ARTICLE: ClassVar = "S 一"


class NotListed(Refused):
    """Category {category} is not taken from a list: it has a procedure.

    {category}须按程序申请，不得按名单直接登记。
    """

    ARTICLE: ClassVar = "57 art. 28"


class KindUnknown(Refused):
    """Category {category} has no kind {kind}; known are: {known}.

    {category}没有类型{kind}，可选：{known}。
    """

    ARTICLE: ClassVar = "S 一"


class AuthorityNeeded(Refused):
    """Who acts on behalf of somebody else needs {what}.

    代为办理须有{what_zh}。
    """

    ARTICLE: ClassVar = "57 art. 6"


class SupplementOutstanding(Refused):
    """These are still owed: {missing}.

    尚缺材料：{missing}。
    """

    ARTICLE: ClassVar = "57 art. 10, 43 art. 12"


class NotOwed(Refused):
    """Nothing of the kind is owed or promised: {what}.

    未要求或未承诺该材料：{what}。
    """

    ARTICLE: ClassVar = "83 一(二)"


class NotCounty(Refused):
    """This is for an office above the town {organisation}, unless the power is devolved to it.

    此事项由{organisation}的上级民政部门办理，权限已下放的除外。
    """

    ARTICLE: ClassVar = "57 art. 2, 20"


class CountyVisitNeeded(Refused):
    """The county must visit the home first: {why}.

    县级民政部门须先入户调查：{why_zh}。
    """

    ARTICLE: ClassVar = "57 art. 20"


class RecheckNeeded(Refused):
    """The random re-check stands in the way: {why}.

    尚未完成随机抽查：{why_zh}。
    """

    ARTICLE: ClassVar = "43 art. 16"


class NothingToDraw(Refused):
    """No reported case waits for a draw in batch {batch}.

    批次{batch}没有待抽查的申请。
    """

    ARTICLE: ClassVar = "43 art. 16"


class ExtensionNotAllowed(Refused):
    """The time limit cannot be extended: {why}.

    不得延长办理期限：{why_zh}。
    """

    ARTICLE: ClassVar = "57 art. 22, 83 四(一)"


class ContactlessNotAllowed(Refused):
    """Without contact only by telephone or video, and only in a declared emergency.

    仅在宣布的重大突发事件中可用电话、视频等非接触方式。
    """

    ARTICLE: ClassVar = "57 art. 16"


class BadPath(Refused):
    """This path cannot be declared: {why}.

    不能启动该程序：{why_zh}。
    """

    ARTICLE: ClassVar = "57 art. 28"


class ShowsTooMuch(Refused):
    """What is posted shows the surname and ** only, not {shown}.

    公示只显示姓氏和**，不得为{shown}。
    """

    ARTICLE: ClassVar = "57 art. 24"


class ObligorUnknown(Refused):
    """There is no obligor {obligor} in this case.

    本申请没有法定义务人{obligor}。
    """


class NoObligors(Refused):
    """Category {category} asks for no legal obligors.

    {category}不核查法定义务人。
    """

    ARTICLE: ClassVar = "43 art. 4"


class ObligorsUndecided(Refused):
    """Legal obligors are not settled: {why}.

    法定义务人情况未核实：{why_zh}。
    """

    ARTICLE: ClassVar = "43 art. 8, 10"


class ChoseChildProgramme(Refused):
    """Person {person} chose the programme {programme}, and is not tekun.

    该未成年人已选择{programme}基本生活保障，不再认定为特困人员。
    """

    ARTICLE: ClassVar = "43 art. 9"


class NotMinor(Refused):
    """Person {person} is no minor on {day}.

    该人员在{day}不是未成年人。
    """

    ARTICLE: ClassVar = "43 art. 9"


class NotSinglePerson(Refused):
    """Person {person} cannot apply alone: {why}.

    该人员不能单独提出申请：{why_zh}。
    """

    ARTICLE: ClassVar = "57 art. 8"


class CoVerificationUnknown(Refused):
    """There is no open request for co-verification {request}.

    没有待答复的协查请求{request}。
    """


class BadRegistration(Refused):
    """The document cannot be registered: {why}.

    不能登记该材料：{why_zh}。
    """

    ARTICLE: ClassVar = "649 art. 66"
