"""What a run is planned from: entitlements, what was paid, and accounts, all as of one position of the views."""

from __future__ import annotations

from typing import NamedTuple

from assistance.wiring import Division
from ledger.identification.states import Entitlement
from ledger.kernel import Month
from ledger.payments.draw import Paid, Payee, Slot
from projections.runner import Runner


class Rows(NamedTuple):
    """As of `position` of the log."""

    position: int
    entitlements: list[Entitlement]
    paid: dict[Slot, Paid]
    payees: dict[str, Payee]


def read_rows(division: Division, organisation_id: str, programme: str, month: Month) -> Rows:
    """Catches the views up and reads what a run of this organisation, programme and month needs.

    A view that lags costs the catching up, never a wrong payment: the run's header is recorded only
    if nothing relevant landed after `position`.
    """
    with Runner(division.url, division.schema) as runner:
        runner.catch_up()
        connection = runner.connection
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            row = connection.execute(
                "SELECT min(position) FROM view_positions WHERE suffix = '' AND view IN ('entitlements', 'payments',"
                " 'households')"
            ).fetchone()
            states = connection.execute(
                "SELECT state::text FROM entitlements WHERE category = %s AND organisation_ids @> ARRAY[%s]"
                " ORDER BY entitlement_id",
                (programme, organisation_id),
            ).fetchall()
            entitlements = [Entitlement.from_json(text) for (text,) in states]
            slots = connection.execute(
                "SELECT p.entitlement_id, p.month, p.component, coalesce(sum(p.amount_fen) FILTER (WHERE p.status <>"
                " 'reissued'), 0)::bigint, bool_or(p.cause = 'regular')"
                " FROM payments p JOIN entitlements e USING (entitlement_id)"
                " WHERE e.category = %s AND e.organisation_ids @> ARRAY[%s]"
                " AND p.status IN ('instructed', 'settled', 'returned', 'reissued') GROUP BY 1, 2, 3",
                (programme, organisation_id),
            ).fetchall()
            payees = connection.execute(
                # Without a head the beneficiary is whoever lived there last: back-pay after a death.
                "SELECT DISTINCT ON (h.household_id) h.household_id, coalesce(h.head_id, (SELECT m.person_id"
                " FROM household_members m WHERE m.household_id = h.household_id"
                " ORDER BY m.left_on DESC NULLS FIRST, m.position DESC LIMIT 1), ''), a.payee_id, a.bank_code,"
                " a.account, a.account_holder, a.account_key"
                " FROM entitlements e JOIN households h USING (household_id)"
                " LEFT JOIN household_accounts a USING (household_id)"
                " WHERE e.category = %s AND e.organisation_ids @> ARRAY[%s]"
                " ORDER BY h.household_id, a.nominated_on DESC NULLS LAST, a.position DESC",
                (programme, organisation_id),
            ).fetchall()
    return Rows(
        position=row[0] if row is not None else 0,
        entitlements=entitlements,
        paid={(e, m, c): Paid(net, regular) for e, m, c, net, regular in slots},
        payees={household: Payee(*rest) for household, *rest in payees},
    )
