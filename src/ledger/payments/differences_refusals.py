"""Why what a late fact leads to is not opened."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Refused


class NothingToOpen(Refused):
    """Nothing is paid short or too much that is not open already: {open_fen} fen are under recovery, {pending_fen} wait for the bank.

    没有未处理的多发或少发金额：追缴中{open_fen}分，待银行回盘{pending_fen}分。
    """

    ARTICLE: ClassVar = "649 art. 68"


class EvidenceNeeded(Refused):
    """That something was kept back, or fraud, must rest on a document.

    认定未如实申报或骗取救助须有依据文件。
    """

    ARTICLE: ClassVar = "649 art. 68"
