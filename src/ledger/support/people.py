"""Whom support may go to: a living member of a household who qualifies by the programme's definition."""

from __future__ import annotations

from datetime import date

from ledger.assistance.takers import check_days, require_qualified, takers_of
from ledger.identification.states import Cover
from ledger.kernel import Facts, Known, PersonId
from ledger.programmes.programme_book import ALL_PROGRAMMES, Programmes
from ledger.programmes.programme_events import ProgrammeDefined
from ledger.registry.states import Household, Membership


def people_facts(person_id: str) -> tuple[Facts, ...]:
    """What must be read to know whether a person qualifies for a programme."""
    return (*ALL_PROGRAMMES, Cover.facts(person_id), Membership.facts(person_id))


def require_fit(
    known: Known, household: Household, person_id: PersonId, programme: str, form: str, day: date
) -> ProgrammeDefined:
    """The programme, for which the person qualifies on a day.

    Raises ``ProgrammeUnknown``, ``NotMember``, ``BadDate`` (before birth, after death) or ``NotQualified``.
    """
    defined = Programmes.of(known).get(programme, day)
    takers = takers_of(known, household, (person_id,), day)
    check_days(defined, takers, [(day, "support on", "帮扶日期")])
    require_qualified(defined, form, takers, household.area.value, day)
    return defined
