"""Why a step of charity is refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class NoConsent(Refused):
    """The household has not agreed, or agrees no longer, that its needs are published and passed to donors.

    该家庭未同意（或已撤回同意）公开求助需求并转介捐赠人。
    """

    ARTICLE: ClassVar = "649 art. 61, S 三(六)"


class ConsentStands(Refused):
    """The household's consent stands already.

    该家庭的同意仍有效。
    """


class NeedUnknown(Refused):
    """There is no need {need}.

    没有慈善需求{need}。
    """


class NeedClosed(Refused):
    """The need was withdrawn, or its time is over.

    该慈善需求已撤回或已过期。
    """


class NeedPublishedAlready(Refused):
    """The household's need for {reference} is published already.

    该家庭就{reference}的需求已发布，不得重复。
    """

    ARTICLE: ClassVar = "649 art. 5, S 二(一)"


class NeedCovered(Refused):
    """Of the need {left} are left, public aid of {public} taken into account: {asked} would cover it twice.

    该需求扣除公共救助{public}后仅余{left}，{asked}将重复救助。
    """

    ARTICLE: ClassVar = "S 二(一), check 37"


class BadNeed(Refused):
    """The need or offer cannot be: {why}.

    该需求或意向无效：{why_zh}。
    """


class DonorUnknown(Refused):
    """There is no donor {donor}.

    没有捐赠人{donor}。
    """


class DonorExists(Refused):
    """This donor is registered already: {donor}.

    该捐赠人已登记：{donor}。
    """


class BadDonor(Refused):
    """The donor cannot be registered: {why}.

    捐赠人无法登记：{why_zh}。
    """


class OfferUnknown(Refused):
    """There is no offer {offer}.

    没有捐赠意向{offer}。
    """


class OfferClosed(Refused):
    """The offer was withdrawn, or its time is over.

    该捐赠意向已撤回或已过期。
    """


class OfferDoesNotFit(Refused):
    """The offer does not fit the need: {why}.

    捐赠意向与需求不符：{why_zh}。
    """


class OfferSpent(Refused):
    """Of the offer {left} are left, not {asked}.

    该意向仅余{left}，不足{asked}。
    """


class MatchUnknown(Refused):
    """There is no match {match}.

    没有慈善对接{match}。
    """


class MatchClosed(Refused):
    """The match was cancelled, or all of it was delivered.

    该对接已取消或已全部到户。
    """


class MoreThanAgreed(Refused):
    """{left} of the match are still to be delivered, not {asked}.

    该对接尚余{left}未到户，不足{asked}。
    """


class ReceiptMissing(Refused):
    """Money and goods are delivered with the number of the donation receipt.

    资金和物资到户须登记公益事业捐赠票据号。
    """

    ARTICLE: ClassVar = "649 art. 53, S 三(六)"


class ReceiptUsed(Refused):
    """Receipt {receipt} is registered for another donation already.

    票据{receipt}已登记于其他捐赠。
    """
