"""Terms 期限 of redress: a division's own where it set one, else the statutory one, each with its basis."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from ledger.complaints.events import TermUsed
from ledger.identification.calendar import add_working_days
from ledger.kernel import Facts
from ledger.standards.book import StandardBook, facts_for
from ledger.standards.refusals import NoStandard

PETITIONS = "信访工作条例（2022年5月1日起施行）"
RECONSIDERATION = "中华人民共和国行政复议法（2023年修订，2024年1月1日起施行）"
LITIGATION = "中华人民共和国行政诉讼法（2017年修正）"


class Statutory(NamedTuple):
    """A term the law sets, in calendar days, with its article."""

    days: int
    basis: str


ACKNOWLEDGE = "complaint_acknowledge"
ANSWER = "complaint_answer"
EXTENSION = "complaint_extension"
REQUEST = "review_request"
ACCEPT = "review_accept"
DECIDE = "review_decide"
REVIEW_EXTENSION = "review_extension"
SUE_AFTER_REVIEW = "lawsuit_after_review"
CORRECTION = "error_correction"
"""From the day an error was discovered to the day it was corrected: only a local rule sets it [S 四(三)]."""

STATUTORY: dict[str, Statutory] = {
    ACKNOWLEDGE: Statutory(15, f"{PETITIONS}；art. 23"),
    ANSWER: Statutory(60, f"{PETITIONS}；art. 34"),
    EXTENSION: Statutory(30, f"{PETITIONS}；art. 34"),
    REQUEST: Statutory(60, f"{RECONSIDERATION}；art. 20"),
    ACCEPT: Statutory(5, f"{RECONSIDERATION}；art. 30"),
    DECIDE: Statutory(60, f"{RECONSIDERATION}；art. 62"),
    REVIEW_EXTENSION: Statutory(30, f"{RECONSIDERATION}；art. 62"),
    SUE_AFTER_REVIEW: Statutory(15, f"{LITIGATION}；art. 45"),
}
"""What holds until a division records a standard of its own."""


def names_of(term: str) -> tuple[str, str]:
    """The standards that set a term: in working days, and in calendar days."""
    return f"{term}_working_days", f"{term}_days"


def terms_needed(terms: Iterable[str], lineage: tuple[str, ...]) -> list[Facts]:
    """What must be read to know these terms at an organisation."""
    return [
        facts
        for term in terms
        for name in names_of(term)
        for facts in facts_for(name, None, lineage, None, None)
    ]


def term_on(term: str, book: StandardBook, lineage: tuple[str, ...], day: date) -> TermUsed:
    """The term in force on a day: one in working days before one in calendar days, a local one before the statutory.

    Raises ``NoStandard`` where neither the place nor the law has one, ``NoBasis`` for one that rests on nothing.
    """
    working, calendar = names_of(term)
    for name in (working, calendar):
        found = book.optional(name, None, lineage, day)
        if found is not None:
            return TermUsed(name=name, days=found.value, working=name == working, basis=found.basis)
    statutory = STATUTORY.get(term)
    if statutory is None:
        raise NoStandard(name=calendar, programme="-", organisation=lineage[-1], area="-", tier="-", day=day)
    return TermUsed(name=calendar, days=statutory.days, working=False, basis=statutory.basis)


def due(term: TermUsed, start: date) -> date:
    """The last day of a term that began on `start`; that day itself does not count."""
    return add_working_days(start, term.days) if term.working else start + timedelta(days=term.days)
