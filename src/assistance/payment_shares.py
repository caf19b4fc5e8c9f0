"""Months a run shares with institutions: stays in tekun, confirmed attendance, accounts and what each was paid so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from assistance.wiring import Division
from ledger.ids import InstitutionId
from ledger.institutions.dues import Rules, Sojourn, months_shared, rules_needed, share_of
from ledger.institutions.events import (
    AttendanceConfirmed,
    AttendanceCorrected,
    InstitutionAccountNominated,
    ResidentAdmitted,
    ResidentDischarged,
)
from ledger.kernel import Boundary, Facts, Month, first_day, tag
from ledger.organisation.states import Organisation
from ledger.payments.shares import Payee, Share
from ledger.standards.book import StandardBook
from projections.definition import Connection

ABOUT_STAYS = (ResidentAdmitted, ResidentDischarged, AttendanceConfirmed, AttendanceCorrected)
"""What of a stay changes how a month is shared."""

STAYS = """
SELECT s.stay_id, s.entitlement_id, s.person_id, s.household_id, s.institution_id, s.admitted_on, s.until_date, p.died_on,
       a.bank_code, a.account, a.account_holder, a.account_key
FROM stays s JOIN entitlements e USING (entitlement_id) JOIN people p ON p.person_id = s.person_id
LEFT JOIN LATERAL (SELECT * FROM institution_accounts x WHERE x.institution_id = s.institution_id
                   ORDER BY x.nominated_on DESC, x.position DESC LIMIT 1) a ON true
WHERE s.kind = 'tekun' AND e.category = %s AND e.organisation_ids @> ARRAY[%s] ORDER BY s.admitted_on, s.position
"""
PAID = """
SELECT p.entitlement_id, p.payee_id, p.month, p.component, sum(p.amount_fen)::bigint
FROM payments p WHERE p.entitlement_id = ANY(%s) AND p.payee_id IN (SELECT institution_id FROM institutions)
AND p.status IN ('instructed', 'settled', 'returned') GROUP BY 1, 2, 3, 4
"""
# The latest account the person draws from themselves; no institution's: pocket money is the person's own.
OWN = """
SELECT DISTINCT ON (a.payee_id) a.payee_id, a.household_id, a.bank_code, a.account, a.account_holder, a.account_key
FROM household_accounts a WHERE a.household_id = ANY(%s) AND a.payee_id = ANY(%s)
AND a.account_key NOT IN (SELECT account_key FROM institution_accounts)
ORDER BY a.payee_id, a.nominated_on DESC, a.position DESC
"""


Row = tuple[Any, ...]


class Shared(NamedTuple):
    """How months are shared, and what must not have changed since it was read."""

    shares: dict[tuple[str, Month], Share]
    facts: Boundary


def read_shares(
    division: Division,
    connection: Connection,
    asked: tuple[str, str],
    payees: Mapping[str, Payee],
    upto: Month,
) -> Shared:
    """Every shared month, up to one, of the entitlements of a programme and organisation; nothing without residents."""
    rows = connection.execute(STAYS.encode(), asked).fetchall()
    if not rows:
        return Shared({}, ())
    stays, people, deaths = _sojourns(connection, rows)
    programme, organisation_id = asked
    lineage = (
        division.ledger.read((Organisation.facts(organisation_id),))
        .state(Organisation, organisation_id)
        .lineage
    )
    needed = rules_needed(programme, lineage)
    book = StandardBook(division.ledger.read(needed).events())
    own = _own(connection, rows, payees)
    shares = {}
    for entitlement, mine in stays.items():
        died_on, person = deaths[entitlement], people[entitlement]
        for month in months_shared(mine, died_on, upto):
            rules = Rules.on(book, programme, lineage, first_day(month))
            shares[entitlement, month] = share_of(month, mine, died_on, rules, own.get(person))
    accounts = tuple(
        Facts(types=(InstitutionAccountNominated,), tags=(tag(InstitutionId, institution),))
        for institution in sorted({row[4] for row in rows})
    )
    return Shared(shares, (*accounts, *needed))


def _sojourns(
    connection: Connection, rows: list[Row]
) -> tuple[dict[str, list[Sojourn]], dict[str, str], dict[str, date | None]]:
    """Stays, the person and their death, by entitlement."""
    confirmed: dict[str, dict[str, int]] = defaultdict(dict)
    for stay, month, days in connection.execute(
        "SELECT stay_id, month, days FROM attendance WHERE stay_id = ANY(%s)", ([row[0] for row in rows],)
    ):
        confirmed[stay][month] = days
    paid: dict[tuple[str, str], dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for entitlement, payee_id, month, component, amount in connection.execute(
        PAID.encode(), ([row[1] for row in rows],)
    ):
        paid[entitlement, payee_id][month][component] = amount
    stays: dict[str, list[Sojourn]] = defaultdict(list)
    people: dict[str, str] = {}
    deaths: dict[str, date | None] = {}
    for stay, entitlement, person, _, institution, admitted, until, died, *account in rows:
        payee = Payee(person, institution, *account)
        stays[entitlement].append(
            Sojourn(payee, admitted, until, confirmed[stay], paid[entitlement, institution])
        )
        people[entitlement], deaths[entitlement] = person, died
    return stays, people, deaths


def _own(connection: Connection, rows: list[Row], payees: Mapping[str, Payee]) -> dict[str, Payee]:
    """The account pocket money goes to, by person: the person's own, else the household's unless it is an institution's."""
    keys = {row[11] for row in rows}
    own = {}
    for row in rows:
        payee = payees.get(row[3])
        if payee is not None:
            own[row[2]] = Payee(payee.beneficiary_id) if payee.account_key in keys else payee
    found = connection.execute(OWN.encode(), ([row[3] for row in rows], [row[2] for row in rows]))
    for person, household, *account in found.fetchall():
        beneficiary = payees[household].beneficiary_id if household in payees else person
        own[person] = Payee(beneficiary, person, *account)
    return own
