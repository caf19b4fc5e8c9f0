"""Why words that are kept are refused."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class WordsMissing(Refused):
    """{what} must be said in words.

    须写明{what_zh}。
    """


class IdentityInClear(Refused):
    """{what} may not hold a number that identifies somebody (an ID, account or telephone number).

    {what_zh}中不得写身份证号、账号或电话号码。
    """

    ARTICLE: ClassVar = "649 art. 61"
