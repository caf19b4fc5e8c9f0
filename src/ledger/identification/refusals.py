"""Why a step of identification, or a later decision about an entitlement, is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class CaseUnknown(Refused):
    """There is no case {case}.

    没有申请{case}。
    """


class EntitlementUnknown(Refused):
    """There is no entitlement {entitlement}.

    没有保障待遇{entitlement}。
    """


class StepMissing(Refused):
    """{step} is not possible yet: {missing} is missing.

    尚不能进行{step_zh}：缺少{missing_zh}。
    """

    ARTICLE: ClassVar = "57 art. 28"


class StepDone(Refused):
    """{step} was done already.

    {step_zh}已办理。
    """


class CaseClosed(Refused):
    """The case is closed: {status}.

    该申请已办结（{status}）。
    """


class ApplicationPending(Refused):
    """An application of this household for {category} is being handled already.

    该家庭已有正在办理的{category}申请。
    """


class AlreadyCovered(Refused):
    """Person {person} is in a category already that excludes this one ({category}).

    该人员已属{category}，与本类别互斥，不得重复认定。
    """

    ARTICLE: ClassVar = "649 art. 9, 14"


class WholeHouseholdOrNone(Refused):
    """This covers the whole household or none of it; {count} of {members} members were named.

    以家庭为单位认定，不得仅将个别成员纳入：{members}人中只列{count}人。
    """

    ARTICLE: ClassVar = "83 一(一)"


class OnePersonOnly(Refused):
    """This is decided for one person at a time, not {count}.

    本类别按人认定，本次列{count}人。
    """

    ARTICLE: ClassVar = "43 art. 4"


class TwoVisitorsNeeded(Refused):
    """A home visit is made and signed by two or more; {count} named, signed: {signed}.

    入户调查须二人以上并签字，现有{count}人，签字：{signed}。
    """

    ARTICLE: ClassVar = "57 art. 16"


class PublicityTooShort(Refused):
    """The publicity lasts {days} days; it started on {started} and cannot end before {until}.

    公示期为{days}天，自{started}起，{until}之前不得结束。
    """

    ARTICLE: ClassVar = "57 art. 19, 43 art. 15"


class SamePersonDecides(Refused):
    """The one who gave the opinion cannot confirm it.

    提出初审意见的人不得作出审核确认。
    """


class NotEligible(Refused):
    """Not eligible: {why}. Refuse the application with this reason.

    不符合条件：{why_zh}。请以此理由不予确认。
    """


class NoQuorum(Refused):
    """An appraisal or meeting needs at least {least} present; {present} were, and {votes} voted.

    民主评议（会议）到会人数不足：至少{least}人，到会{present}人，表决{votes}人。
    """


class AfterCutOver(Refused):
    """Rosters of earlier cover are accepted until {cut_over}; nobody enters without procedure afterwards.

    存量名册只接收至{cut_over}；此后未经申请、调查、审核确认程序不得纳入。
    """

    ARTICLE: ClassVar = "57 art. 28"


class NotActive(Refused):
    """The entitlement is {status}, so this cannot be done.

    该待遇状态为{status}，不能办理。
    """


class NothingChanges(Refused):
    """The amount stays as it is.

    金额没有变化。
    """

    ARTICLE: ClassVar = "57 art. 31"


class BadMonth(Refused):
    """Month {month} is impossible: {why}.

    月份{month}无效：{why_zh}。
    """


class ReasonNeeded(Refused):
    """A reason and an article are needed.

    须说明理由和依据条款。
    """

    ARTICLE: ClassVar = "57 art. 32"
