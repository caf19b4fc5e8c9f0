"""Why a step of an assistance is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class AssistanceUnknown(Refused):
    """There is no assistance {assistance}.

    没有救助事项{assistance}。
    """


class NotADepartment(Refused):
    """{organisation} is no department of this division: an operator of a department acts for one.

    {organisation}不是本师市的部门，部门经办人须属于某一部门。
    """


class NotTheOwner(Refused):
    """{department} does not own the programme {programme}; it belongs to {owners}.

    {department}不是“{programme_zh}”的责任部门，责任部门为{owners_zh}。
    """

    ARTICLE: ClassVar = "S 三, 四(二)"


class NotItsProgramme(Refused):
    """{department} neither owns nor helps with the programme {programme}.

    {department}既非“{programme_zh}”的责任部门，也非配合部门。
    """

    ARTICLE: ClassVar = "S 三, 四(二)"


class HandledElsewhere(Refused):
    """This assistance is handled by {department}.

    该救助事项由{department}办理。
    """


class WrongStage(Refused):
    """The assistance is {status}, so this cannot be done.

    该救助事项状态为{status}，不能办理此步骤。
    """


class NobodyNamed(Refused):
    """It is named for nobody: {why}.

    未指明救助对象：{why_zh}。
    """


class NotQualified(Refused):
    """The programme {programme} is not for them: {why}.

    不符合“{programme_zh}”的对象条件：{why_zh}。
    """

    ARTICLE: ClassVar = "S 三"


class FormNotOffered(Refused):
    """The programme {programme} is not given as {form}.

    “{programme_zh}”没有救助形式{form}。
    """


class BadFact(Refused):
    """{field}: {why}.

    项目字段“{field_zh}”：{why_zh}。
    """


class AidExcluded(Refused):
    """Excluded by {other} ({within}): {rule}.

    与{other_zh}不得同时享受（{within_zh}）：{rule_zh}。
    """

    ARTICLE: ClassVar = "S 二(一); 649 art. 9, 14, 32"


class AidRepeated(Refused):
    """{programme} was given in this form already ({within}).

    已享受过“{programme_zh}”同一形式的救助（{within_zh}），不得重复。
    """

    ARTICLE: ClassVar = "S 二(一)"


class AlreadyAsked(Refused):
    """An application or referral for {programme} is being handled already.

    已有正在办理的“{programme_zh}”申请或转办。
    """


class DisasterUnknown(Refused):
    """There is no declared disaster {disaster} that struck this household's organisation by then.

    没有在该日之前发生且涉及该家庭所在机构的灾害事件{disaster}。
    """

    ARTICLE: ClassVar = "649 art. 20–25"


class OffTheStandard(Refused):
    """The standard in force is {standard} fen a month, not {given}.

    现行标准为每月{standard}分，而非{given}分。
    """


class StageOutOfOrder(Refused):
    """Stage {stage} cannot be delivered: {done} of {stages} are.

    第{stage}期不能发放：共{stages}期，已发放{done}期。
    """


class MoreThanGranted(Refused):
    """{given} fen would be more than the {granted} fen granted.

    {given}分超过准予的{granted}分。
    """


class PersonUnlisted(Refused):
    """{masked} is a member of no household here; report them as unlisted, with their name.

    {masked}不是任何在册家庭的成员；如确需登记，请按未登记人员上报并填写姓名。
    """


class RecordTaken(Refused):
    """Record {record} of the department was reported before, otherwise.

    部门记录{record}此前已上报，且内容不同。
    """


class AmountUnfit(Refused):
    """{form} goes with {why}.

    救助形式“{form_zh}”：{why_zh}。
    """
