"""Words that are kept: never empty, and unsealed ones without a number that identifies somebody."""

from __future__ import annotations

import re

from ledger.complaints.refusals import IdentityInClear, WordsMissing

NUMBER = re.compile(r"\d{7,}")
"""A run of digits long enough to identify somebody: telephone, account and ID numbers."""


def words(text: str, what: str, what_zh: str) -> str:
    """The text without blanks around it. Raises ``WordsMissing`` when nothing is left."""
    if not text.strip():
        raise WordsMissing(what=what, what_zh=what_zh)
    return text.strip()


def open_words(text: str, what: str, what_zh: str) -> str:
    """Words that are kept unsealed. Raises ``WordsMissing``, or ``IdentityInClear`` when they hold a long number."""
    said = words(text, what, what_zh)
    if NUMBER.search(said):
        raise IdentityInClear(what=what, what_zh=what_zh)
    return said
