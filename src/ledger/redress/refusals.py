"""Why a step of a complaint, a review or a correction is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class ComplaintUnknown(Refused):
    """There is no complaint {complaint}.

    没有投诉举报{complaint}。
    """


class PaymentUnknown(Refused):
    """There is no payment {payment}.

    没有发放明细{payment}。
    """


class NothingComplainedOf(Refused):
    """A complaint is about a case, a payment, an entitlement, a household or an officer: none is named.

    投诉举报须指明所涉申请、发放、待遇、家庭或经办人员。
    """

    ARTICLE: ClassVar = "649 art. 63"


class NotInCharge(Refused):
    """{organisation} is not in charge of what is complained of; hand it to {subject} or to an organisation above it.

    {organisation}不负责所投诉事项，应由{subject}或其上级办理。
    """


class ComplaintStage(Refused):
    """The complaint is {stage}: this cannot be done.

    该投诉举报现处于{stage}阶段，不能办理此事项。
    """

    ARTICLE: ClassVar = "57 art. 37"


class Concerned(Refused):
    """Operator {operator} is complained of or acted in the matter, and may not handle the complaint.

    {operator}为被投诉人或曾经办该事项，应当回避。
    """

    ARTICLE: ClassVar = "649 art. 63, 57 art. 37"


class NotTheHandler(Refused):
    """Only {handler}, to whom it is assigned, may do this.

    该事项由承办人{handler}办理。
    """


class EvidenceMissing(Refused):
    """An investigation names the documents it rests on.

    核查须列明证据材料。
    """

    ARTICLE: ClassVar = "57 art. 37"


class NotAnsweredToSender(Refused):
    """A real-name report is answered to whoever made it.

    实名举报应当向举报人反馈核查处理结果。
    """

    ARTICLE: ClassVar = "57 art. 37"


class NobodyToWithdraw(Refused):
    """An anonymous complaint has nobody who could withdraw it; it is investigated.

    匿名投诉举报无人可撤回，应予核查。
    """


class TermTooLong(Refused):
    """The term may be extended once, to {latest} at most.

    期限只可延长一次，最迟至{latest}。
    """


class NoSuchEvents(Refused):
    """Nothing {what} was recorded by command {command}.

    命令{command}没有登记{what_zh}。
    """


class NotOfHousehold(Refused):
    """The {what} named is of another household than {household}.

    所指{what_zh}不属于家庭{household}。
    """


class NotAfter(Refused):
    """What puts something right is recorded after it: command {command} was before.

    纠正须在其后作出：命令{command}登记在先。
    """


class ReviewUnknown(Refused):
    """There is no review or lawsuit {review}.

    没有行政复议或行政诉讼{review}。
    """


class NotTheApplicant(Refused):
    """A review is asked for by someone the decision concerns: {person} is none of them.

    行政复议由对决定不服的申请人或家庭成员提出：{person}不在其列。
    """

    ARTICLE: ClassVar = "57 art. 38, 649 art. 65"


class NoDecisionToReview(Refused):
    """There is no such decision on {subject} that could be reviewed.

    {subject}没有可复议的决定。
    """

    ARTICLE: ClassVar = "57 art. 38"


class ReviewTooLate(Refused):
    """The term ended on {latest}: {days} days from knowing of the decision ({basis}).

    期限已于{latest}届满：自知道该决定之日起{days}日（{basis}）。
    """

    ARTICLE: ClassVar = "行政复议法 art. 20"


class AlreadyChallenged(Refused):
    """The decision is under review or before a court already ({review}).

    该决定已在复议或诉讼中（{review}）。
    """

    ARTICLE: ClassVar = "行政复议法 art. 29"


class ReviewStage(Refused):
    """The review is {stage}: this cannot be done.

    该复议（诉讼）现处于{stage}阶段，不能办理此事项。
    """


class NothingToCarryOut(Refused):
    """The outcome upheld the decision: nothing is to be carried out.

    原决定得到维持，没有需要履行的事项。
    """


class CorrectionUnknown(Refused):
    """There is no correction {correction}.

    没有更正{correction}。
    """


class TwoAssessorsNeeded(Refused):
    """An error is assessed by two or more, whoever records it among them; {count} named.

    容错评估须由二人以上进行并包括登记人，现有{count}人。
    """

    ARTICLE: ClassVar = "S 四(三)"


class OwnError(Refused):
    """Operator {operator} made the error and may neither assess it nor decide on it.

    {operator}为差错当事人，不得参与评估和认定。
    """

    ARTICLE: ClassVar = "S 四(三)"


class NotAssessed(Refused):
    """The error was not assessed yet.

    该差错尚未评估。
    """

    ARTICLE: ClassVar = "S 四(三)"


class GroundsMissing(Refused):
    """No exemption: the assessment did not find that {missing}.

    不能免责：评估未认定{missing_zh}。
    """

    ARTICLE: ClassVar = "57 art. 39, S 四(三)"


class NotCorrectedInTime(Refused):
    """No exemption without timely correction: discovered on {discovered}, corrected on {corrected}, in time until {latest}.

    未及时纠正不得免责：{discovered}发现，{corrected}纠正，时限至{latest}。
    """

    ARTICLE: ClassVar = "57 art. 39, S 四(三)"


class NotTheirError(Refused):
    """Operator {operator} recorded none of what was corrected.

    被更正事项并非{operator}经办。
    """


class AlreadyDecidedOn(Refused):
    """It was decided already for operator {operator}.

    已对{operator}作出认定。
    """
