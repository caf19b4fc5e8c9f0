"""What a run is planned from: entitlements, what was paid, accounts and deaths, all as of one position of the views."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from assistance.payment_shares import ABOUT_STAYS, read_shares
from assistance.wiring import Division
from ledger.identification.states import Entitlement
from ledger.kernel import Boundary, EntitlementId, Facts, HouseholdId, Month, add_months, month_of, tag
from ledger.organisation.states import Organisation
from ledger.payments.draw import Paid, Payee, Slot
from ledger.payments.shares import Share
from ledger.registry.events import AccountNominated, HouseholdMoved, PersonDied
from ledger.registry.lineage_events import HouseholdMergeWithdrawn, HouseholdsMerged
from ledger.standards.book import StandardBook, facts_for
from projections.definition import Connection
from projections.runner import Runner

ABOUT_HOUSEHOLDS = (
    AccountNominated,
    HouseholdMoved,
    PersonDied,
    HouseholdsMerged,
    HouseholdMergeWithdrawn,
    *ABOUT_STAYS,
)
"""What of a household changes whom and where a run pays."""


class Rows(NamedTuple):
    """As of `position` of the log."""

    position: int
    entitlements: list[Entitlement]
    paid: dict[Slot, Paid]
    payees: dict[str, Payee]
    last_payable: dict[str, Month]
    """Last payable month of entitlements all of whose people have died."""
    recovering: frozenset[str]
    """Entitlements of which months are under recovery."""
    elsewhere: Boundary
    """Facts about entitlements and households whose decisions may carry another organisation: they moved; and what
    months shared with institutions follow from."""
    shares: dict[tuple[str, Month], Share]
    """Months in an institution, by entitlement and month."""


def read_rows(division: Division, organisation_id: str, programme: str, upto: Month) -> Rows:
    """Catches the views up and reads what a run of this organisation and programme needs, months up to one.

    A view that lags costs the catching up, never a wrong payment: the run's header is recorded only
    if nothing relevant landed after `position`.
    """
    asked = (programme, organisation_id)
    with Runner(division.url, division.schema) as runner:
        runner.catch_up()
        connection = runner.connection
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            row = connection.execute(
                "SELECT min(position) FROM view_positions WHERE suffix = '' AND view IN ('entitlements', 'payments',"
                " 'households', 'institutions', 'recoveries')"
            ).fetchone()
            states = connection.execute(
                "SELECT state::text FROM entitlements WHERE category = %s AND organisation_ids @> ARRAY[%s]"
                " ORDER BY entitlement_id",
                asked,
            ).fetchall()
            paid, payees, deaths = (
                _paid(connection, asked),
                _payees(connection, asked),
                _deaths(connection, asked),
            )
            shared = read_shares(division, connection, asked, payees, upto)
            recovering = connection.execute(
                "SELECT DISTINCT entitlement_id FROM recoveries WHERE status <> 'cancelled' AND programme = %s"
                " AND organisation_id = %s", asked,
            ).fetchall()  # fmt: skip
            moved = connection.execute(
                "SELECT e.entitlement_id, e.household_id FROM entitlements e JOIN households h USING (household_id)"
                " WHERE e.category = %s AND e.organisation_ids @> ARRAY[%s]"
                " AND (cardinality(e.organisation_ids) > 1 OR h.organisation_id <> %s)",
                (*asked, organisation_id),
            ).fetchall()
    return Rows(
        position=row[0] if row is not None else 0,
        entitlements=[Entitlement.from_json(text) for (text,) in states],
        paid=paid,
        payees=payees,
        last_payable=_last_payable(division, organisation_id, programme, deaths),
        shares=shared.shares,
        recovering=frozenset(entitlement for (entitlement,) in recovering),
        elsewhere=(*shared.facts, *(facts for entitlement, household in moved for facts in (
            Facts(types=Entitlement.FOLDS, tags=(tag(EntitlementId, entitlement),)),
            Facts(types=ABOUT_HOUSEHOLDS, tags=(tag(HouseholdId, household),)),
        ))),
    )  # fmt: skip


def _paid(connection: Connection, asked: tuple[str, str]) -> dict[Slot, Paid]:
    """What was instructed and not replaced by a line paid again, by entitlement, month and component."""
    rows = connection.execute(
        "SELECT p.entitlement_id, p.month, p.component, coalesce(sum(p.amount_fen) FILTER (WHERE p.status <>"
        " 'reissued'), 0)::bigint, bool_or(p.cause = 'regular'), coalesce(sum(p.amount_fen) FILTER (WHERE p.status ="
        " 'returned'), 0)::bigint"
        " FROM payments p JOIN entitlements e USING (entitlement_id)"
        " WHERE e.category = %s AND e.organisation_ids @> ARRAY[%s]"
        " AND p.status IN ('instructed', 'settled', 'returned', 'reissued') GROUP BY 1, 2, 3",
        asked,
    ).fetchall()
    return {(e, m, c): Paid(*rest) for e, m, c, *rest in rows}


def _payees(connection: Connection, asked: tuple[str, str]) -> dict[str, Payee]:
    """Head and account of every household, by household."""
    rows = connection.execute(
        # Without a head the beneficiary is whoever lived there last: back-pay after a death.
        # A household that was taken into another is paid where that one is.
        "SELECT DISTINCT ON (e.household_id) e.household_id, coalesce(h.head_id, (SELECT m.person_id"
        " FROM household_members m WHERE m.household_id = h.household_id"
        " ORDER BY m.left_on DESC NULLS FIRST, m.position DESC LIMIT 1), ''), a.payee_id, a.bank_code,"
        " a.account, a.account_holder, a.account_key"
        " FROM entitlements e JOIN households o USING (household_id)"
        " JOIN households h ON h.household_id = coalesce(o.lives_on_as, o.household_id)"
        " LEFT JOIN household_accounts a ON a.household_id = h.household_id"
        " WHERE e.category = %s AND e.organisation_ids @> ARRAY[%s]"
        " ORDER BY e.household_id, a.nominated_on DESC NULLS LAST, a.position DESC",
        asked,
    ).fetchall()
    return {household: Payee(*rest) for household, *rest in rows}


def _deaths(connection: Connection, asked: tuple[str, str]) -> dict[str, date]:
    """The last death of entitlements nobody of whom is alive."""
    rows = connection.execute(
        "SELECT e.entitlement_id, max(p.died_on) FROM entitlements e CROSS JOIN LATERAL unnest(e.counted) c(person_id)"
        " JOIN people p ON p.person_id = c.person_id"
        " WHERE e.category = %s AND e.organisation_ids @> ARRAY[%s]"
        " GROUP BY 1 HAVING bool_and(p.died_on IS NOT NULL)",
        asked,
    ).fetchall()
    return dict(rows)


def _last_payable(
    division: Division, organisation_id: str, programme: str, deaths: dict[str, date]
) -> dict[str, Month]:
    """By the dated parameter ``months_after_death``; the month of death itself where none is set."""
    if not deaths:
        return {}
    known = division.ledger.read((Organisation.facts(organisation_id),))
    lineage = known.state(Organisation, organisation_id).lineage
    wanted = tuple(facts_for("months_after_death", programme, lineage, None, None))
    book = StandardBook(division.ledger.read(wanted).events())
    last = {}
    for entitlement, died_on in deaths.items():
        after = book.optional("months_after_death", programme, lineage, died_on)
        last[entitlement] = add_months(month_of(died_on), after.value if after is not None else 0)
    return last
