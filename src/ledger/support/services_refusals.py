"""Why what concerns a service is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class ServiceUnknown(Refused):
    """There is no service {service}.

    没有服务{service}。
    """


class BadPlan(Refused):
    """A service cannot be planned so: {why}.

    服务计划无效：{why_zh}。
    """

    ARTICLE: ClassVar = "S 三(四)"


class OutsidePlan(Refused):
    """The plan does not hold for this visit: {why}.

    不在服务计划内：{why_zh}。
    """

    ARTICLE: ClassVar = "S 三(四)"


class VisitImplausible(Refused):
    """The visit cannot have been so: {why}.

    服务记录不合理：{why_zh}。
    """


class VisitUnknown(Refused):
    """There is no visit {visit} of this service that waits for acceptance.

    该服务没有待验收的服务记录{visit}。
    """


class NothingAccepted(Refused):
    """No accepted visit of this service is left to settle.

    该服务没有已验收未结算的服务记录。
    """

    ARTICLE: ClassVar = "S 三(四); 649 art. 65"


class NotWhatWasAccepted(Refused):
    """The provider asks for {claimed} fen; {visits} accepted visits come to {due}.

    服务机构申请结算{claimed}分，已验收{visits}次应为{due}分。
    """

    ARTICLE: ClassVar = "S 三(四); 649 art. 65"


class BeyondCeiling(Refused):
    """With this the contract would come to {total} fen; its ceiling is {ceiling}.

    本次结算后合同累计{total}分，超过合同总价上限{ceiling}分。
    """

    ARTICLE: ClassVar = "649 art. 65"


class SameHand(Refused):
    """Whoever accepted a visit cannot settle it.

    验收人不得办理结算。
    """
