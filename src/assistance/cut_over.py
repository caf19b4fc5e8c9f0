"""The cut-over: the day from which rosters of earlier cover are refused."""

from __future__ import annotations

from datetime import date

from assistance.wiring import Division
from ledger.organisation.refusals import OrganisationUnknown
from ledger.organisation.states import Organisation
from ledger.standards.book import StandardBook, facts_for
from ledger.standards.events import StandardSet


def cut_over_of(division: Division, organisation: str, *, otherwise: date | None = None) -> date:
    """The cut-over date in force, a parameter with its basis, or else the one given.

    Raises ``OrganisationUnknown``, ``NoBasis``, and ``NoStandard`` when there is neither.
    """
    known = division.ledger.read((Organisation.facts(organisation),))
    if not known.state(Organisation, organisation).exists:
        raise OrganisationUnknown(organisation=organisation)
    lineage = known.state(Organisation, organisation).lineage
    found = division.ledger.read(tuple(facts_for("cut_over", None, lineage, None, None)))
    book = StandardBook(found.events(StandardSet))
    if otherwise is not None and book.optional("cut_over", None, lineage, date.max) is None:
        return otherwise
    value = str(book.get("cut_over", None, lineage, date.max).value)
    return date(int(value[:4]), int(value[4:6]), int(value[6:]))
