"""Why what concerns an institution or a stay is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class InstitutionUnknown(Refused):
    """There is no open institution {institution}.

    没有在用的供养服务机构{institution}。
    """


class BadInstitution(Refused):
    """This is no institution: {why}.

    机构信息无效：{why_zh}。
    """


class InstitutionInUse(Refused):
    """{residents} people still stay in the institution.

    机构仍有{residents}人在院，不能注销或减少床位。
    """


class NoBedFree(Refused):
    """All {beds} beds are taken on {day}.

    {day}机构{beds}张床位已满。
    """


class NotTaken(Refused):
    """The institution does not take {kind}.

    机构不接收该类人员（{kind}）。
    """


class AgreementNeeded(Refused):
    """An admission needs the agreement it rests on.

    入住须有供养服务协议。
    """

    ARTICLE: ClassVar = "649 art. 19"


class EntitlementNeeded(Refused):
    """Who is supported in an institution needs a tekun entitlement in force: {why}.

    集中供养须有在享的特困供养待遇：{why_zh}。
    """

    ARTICLE: ClassVar = "649 art. 14, 19"


class StaysAlready(Refused):
    """The person stays in institution {institution} already.

    该人员在此期间已入住机构{institution}，不得同时入住两处。
    """


class StayUnknown(Refused):
    """There is no stay {stay} in this institution.

    该机构没有入住记录{stay}。
    """


class StayOver(Refused):
    """The stay ended on {day}.

    该人员已于{day}离院。
    """


class DiedThen(Refused):
    """The person died on {day}: the stay ends by that death on that day.

    该人员已于{day}死亡，须按死亡日期办理离院。
    """


class NoDeathKnown(Refused):
    """No death of the person is recorded on {day}.

    未登记该人员于{day}死亡。
    """


class OnLeave(Refused):
    """The resident is on leave since {day}.

    该人员自{day}起已请假外出。
    """


class NotOnLeave(Refused):
    """The resident is not on leave.

    该人员没有请假外出。
    """


class MonthNotOver(Refused):
    """{month} is not over; attendance is reported after its last day.

    {month}尚未结束，月末后方可报送在院天数。
    """


class AttendanceWrong(Refused):
    """The attendance of {month} cannot be so: {why}.

    {month}在院天数有误：{why_zh}。
    """

    ARTICLE: ClassVar = "43 art. 23; practice 集中供养"


class NothingReported(Refused):
    """Nothing is reported for {month} that was not confirmed already.

    {month}没有待确认的在院天数。
    """


class CorrectionNeedsReason(Refused):
    """The attendance of {month} is confirmed already; reporting it anew needs a reason.

    {month}在院天数已确认，重新报送须说明理由。
    """


class SameOperator(Refused):
    """Whoever reported the attendance cannot confirm it.

    报送在院天数的人不得确认。
    """
