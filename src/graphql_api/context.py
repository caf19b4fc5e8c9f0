"""What every resolver is given: who asks, for what purpose, and batch loading of whatever it needs."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any, TypeAlias

import anyio.to_thread
import psycopg
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from strawberry.dataloader import DataLoader
from strawberry.types import Info as StrawberryInfo

from graphql_api.errors import bad_input, forbidden, unauthenticated
from graphql_api.ports import BulkPort, CheckpointPort, ReadingsPort
from ledger.kernel import Actor, Role
from ledger.store.execute import Ledger

Row = dict[str, Any]
SEALED = re.compile(r"1\|(?:person|household|institution):[^|\"]*\|[^|\"]*\|[^|\"]*\|[A-Za-z0-9_=-]+")
MASK = "***"
ERASED = "[erased 已销毁]"
"""Stands for text whose key was dropped after the statutory period."""
LONGEST_PURPOSE = 200
IDENTITY = re.compile(r"\d{15}")
"""What an ID or account number looks like in a text."""


def within(column: str, parameter: str) -> str:
    """SQL: the organisation in a column is the one a parameter names, or stands below it."""
    return (
        f"{column} IN (SELECT o.organisation_id FROM organisations o"
        f" WHERE o.organisation_id = %({parameter})s OR o.path @> ARRAY[%({parameter})s::text])"
    )


def in_scope(column: str) -> str:
    """The scope condition on a column; the statement's parameters need ``scope``."""
    return within(column, "scope")


ACCOUNTS = """
    SELECT a.*, lead(a.nominated_on) OVER (PARTITION BY a.household_id ORDER BY a.nominated_on, a.position) AS until,
        p.payments, p.paid_fen
    FROM (SELECT *, lead(position) OVER (PARTITION BY household_id, account_key ORDER BY position) AS next FROM household_accounts
          WHERE household_id = ANY(%(keys)s)) a
    CROSS JOIN LATERAL (SELECT count(*)::int AS payments, coalesce(sum(p.amount_fen), 0)::bigint AS paid_fen FROM payments p
        WHERE p.household_id = a.household_id AND p.account_key = a.account_key AND p.status = 'settled'
          AND p.instructed_position > a.position AND (a.next IS NULL OR p.instructed_position < a.next)) p
    ORDER BY a.nominated_on, a.position"""
"""Accounts with until when each was the one, and what was paid to it."""

PEOPLE_SEEN = f"""
    WITH stays AS (
        SELECT m.*, {in_scope("h.organisation_id")} AS now,
            (SELECT max(l.until_position) FROM household_places l WHERE l.household_id = m.household_id
             AND l.until_position > m.position AND {in_scope("l.organisation_id")}) AS place_until,
            lead(m.position) OVER (PARTITION BY m.person_id ORDER BY m.position) AS next_stay
        FROM household_members m JOIN households h USING (household_id) WHERE m.person_id = ANY(%(keys)s)
    ), seen AS (
        SELECT DISTINCT ON (person_id) *, now AND next_stay IS NULL AS here FROM stays
        WHERE now OR place_until IS NOT NULL ORDER BY person_id, position DESC
    )
    SELECT p.person_id, p.birth_date, p.sex, CASE WHEN s.here THEN p.household_id END AS household_id,
        CASE WHEN s.here THEN p.name ELSE s.name END AS name, CASE WHEN s.here THEN p.id_number ELSE s.id_number END AS id_number,
        CASE WHEN s.here THEN p.phone ELSE s.phone END AS phone,
        CASE WHEN s.here THEN p.attributes ELSE s.attributes END AS attributes,
        CASE WHEN s.here THEN p.died_on END AS died_on, p.position,
        CASE WHEN NOT s.here THEN least(CASE WHEN NOT s.now THEN s.place_until END, s.next_stay) END AS until
    FROM seen s JOIN people p USING (person_id)"""


@dataclass
class Services:
    """What one application shares between requests."""

    pool: AsyncConnectionPool[Any]
    ledger: Ledger
    readings: ReadingsPort
    bulk: BulkPort | None = None
    checkpoint: CheckpointPort | None = None


@dataclass
class Context:
    """One request."""

    services: Services
    actor: Actor | None
    failure: Exception | None = None
    purpose: str | None = None
    statements: list[str] = field(default_factory=list)
    """SQL this request ran, for tests and metrics."""
    _loaders: dict[str, DataLoader[Any, Any]] = field(default_factory=dict)

    @property
    def viewer(self) -> Actor:
        """Who asks. Raises ``ApiError`` when nobody is signed in."""
        if self.failure is not None:
            raise self.failure
        if self.actor is None:
            raise unauthenticated()
        return self.actor

    def signed_in(self) -> None:
        """Refuses whoever is nobody. Never by ``assert``: those are gone under ``python -O``."""
        if not self.viewer.operator_id:
            raise unauthenticated()

    def require(self, *roles: Role) -> Actor:
        """Who asks, in one of these roles."""
        if self.viewer.role not in roles:
            raise forbidden()
        return self.viewer

    @property
    def scope(self) -> str:
        """The organisation the viewer stands for: all of it and below is seen.

        Who acts for a provider or an institution stands for no organisation of the ledger's, whatever the token names:
        they see what their contract or institution gives them, by questions of their own.
        """
        return "" if self.viewer.role is Role.PROVIDER else self.viewer.organisation_id

    async def rows(self, sql: str, **parameters: Any) -> list[Row]:
        """The rows of one read."""
        self.statements.append(sql)
        for _ in range(self.services.pool.max_size + 1):
            async with self.services.pool.connection() as connection:
                try:
                    cursor = connection.cursor(row_factory=dict_row)
                    await cursor.execute(sql.encode(), parameters, prepare=True)
                    found: list[Row] = await cursor.fetchall()
                    return found
                except psycopg.errors.FeatureNotSupported:
                    # A view was built anew with other columns; what was prepared for the old one is of no more use.
                    await connection.close()
        raise psycopg.OperationalError("the views keep changing")

    async def row(self, sql: str, **parameters: Any) -> Row | None:
        """The first row of one read, or None."""
        found = await self.rows(sql, **parameters)
        return found[0] if found else None

    # --- batch loading ---

    def batch(
        self, name: str, load: Callable[[Context, list[Any]], Awaitable[list[Any]]]
    ) -> DataLoader[Any, Any]:
        """This request's loader of a name: what is asked for together is read by `load` at once."""
        found = self._loaders.get(name)
        if found is None:
            found = self._loaders[name] = DataLoader(lambda keys: load(self, keys))
        return found

    async def _by(self, sql: str, key: str, keys: Sequence[str], **parameters: Any) -> list[Row | None]:
        found = {row[key]: row for row in await self.rows(sql, keys=list(keys), **parameters)}
        return [found.get(item) for item in keys]

    async def _groups(self, sql: str, key: str, keys: Sequence[str]) -> list[list[Row]]:
        groups: dict[str, list[Row]] = {item: [] for item in keys}
        for row in await self.rows(sql, keys=list(keys)):
            groups[row[key]].append(row)
        return [groups[item] for item in keys]

    @cached_property
    def organisations(self) -> DataLoader[str, Row | None]:
        async def load(keys: list[str]) -> list[Row | None]:
            return await self._by(
                "SELECT * FROM organisations WHERE organisation_id = ANY(%(keys)s)", "organisation_id", keys
            )

        return DataLoader(load)

    @cached_property
    def people(self) -> DataLoader[str, Row | None]:
        """People of a household in scope; who is elsewhere now as they were when they last lived in one that is, or was.

        `until` is the position of the log up to which the viewer may know of them, None for all of it.
        """

        async def load(keys: list[str]) -> list[Row | None]:
            return await self._by(PEOPLE_SEEN, "person_id", keys, scope=self.scope)

        return DataLoader(load)

    @cached_property
    def households(self) -> DataLoader[str, Row | None]:
        """Households in scope."""

        async def load(keys: list[str]) -> list[Row | None]:
            sql = f"SELECT * FROM households WHERE household_id = ANY(%(keys)s) AND {in_scope('organisation_id')}"
            return await self._by(sql, "household_id", keys, scope=self.scope)

        return DataLoader(load)

    @cached_property
    def members(self) -> DataLoader[str, list[Row]]:
        async def load(keys: list[str]) -> list[list[Row]]:
            return await self._groups(
                "SELECT * FROM household_members WHERE household_id = ANY(%(keys)s) ORDER BY position",
                "household_id",
                keys,
            )

        return DataLoader(load)

    @cached_property
    def accounts(self) -> DataLoader[str, list[Row]]:
        async def load(keys: list[str]) -> list[list[Row]]:
            return await self._groups(
                ACCOUNTS,
                "household_id",
                keys,
            )

        return DataLoader(load)

    @cached_property
    def entitlements(self) -> DataLoader[str, list[Row]]:
        async def load(keys: list[str]) -> list[list[Row]]:
            return await self._groups(
                "SELECT * FROM entitlements WHERE household_id = ANY(%(keys)s) ORDER BY entitlement_id",
                "household_id",
                keys,
            )

        return DataLoader(load)

    @cached_property
    def events(self) -> DataLoader[int, Row | None]:
        async def load(keys: list[int]) -> list[Row | None]:
            rows = await self.rows(
                "SELECT position, recorded_at, type, tags, data, leaf_hash FROM events WHERE position = ANY(%(keys)s)",
                keys=keys,
            )
            found = {row["position"]: row for row in rows}
            return [found.get(key) for key in keys]

        return DataLoader(load)

    # --- personal data ---

    async def private(self, sealed: str | None, name: str, purpose: str | None) -> str | None:
        """The text of a sealed field for someone with a purpose, and the reading recorded; a mask otherwise.

        None when there is no text; ``ERASED`` when its key was dropped after the statutory period.
        """
        if sealed is None:
            return None
        stated = (purpose or self.purpose or "").strip()
        if len(stated) > LONGEST_PURPOSE:
            raise bad_input("The purpose is too long.", "查阅目的过长。")
        if IDENTITY.search(stated):
            # Purposes are kept as they are given, for ever.
            raise bad_input(
                "The purpose must not hold an ID or account number.", "查阅目的中不得写身份证号或账号。"
            )
        if len(stated) < 2 or self.viewer.role is Role.ADMIN:
            return MASK
        text: str | None = await self.batch("texts", _open).load((sealed, name, stated))
        return text


async def _open(context: Context, keys: list[tuple[str, str, str]]) -> list[str]:
    """Opens sealed texts: one reading recorded per request and purpose, before anything is handed out."""
    viewer, at = context.viewer, datetime.now(UTC)
    for purpose in dict.fromkeys(key[2] for key in keys):
        mine = [key for key in keys if key[2] == purpose]
        subjects = sorted({key[0].split("|", 2)[1] for key in mine})
        fields = sorted({key[1] for key in mine})
        await anyio.to_thread.run_sync(
            context.services.readings.record, viewer, subjects, fields, purpose, at
        )
    return await anyio.to_thread.run_sync(
        partial(context.services.ledger.vault.open_many, [key[0] for key in keys], erased=ERASED)
    )


Info: TypeAlias = StrawberryInfo[Context, None]


def masked(data: str) -> str:
    """Event data with every sealed text hidden."""
    return SEALED.sub(MASK, data)
