"""A household chain built by the library's own projection runner: one event, one transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from eventsourcing.dcb.api import DCBEvent
from eventsourcing.dcb.application import DCBApplication
from eventsourcing.dcb.domain import Tagged
from eventsourcing.dcb.persistence import DCBMapper
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection
from psycopg.sql import SQL

from ledger.kernel import Event
from ledger.store.mapper import Mapper
from projections.definition import render, views

CHAIN = "household_chain"
COLUMNS = (
    "household_id", "position", "person_ids", "programme", "department", "kind", "occurred_on", "recorded_at", "amount_fen",
    "operator_id", "operator_organisation_id", "operator_role", "organisation_id", "case_id", "entitlement_id", "run_id",
    "payment_id", "event_id", "summary_zh", "summary_en",
)  # fmt: skip
INSERT = f"INSERT INTO {CHAIN} ({', '.join(COLUMNS)}) VALUES ({', '.join(f'%({c})s' for c in COLUMNS)})"


class StoredMapper(DCBMapper[Any]):
    """Reads events as this ledger stores them."""

    def to_dcb_event(self, event: Tagged[Any]) -> DCBEvent:
        raise NotImplementedError

    def to_domain_event(self, event: DCBEvent) -> Tagged[Any]:
        return Tagged(tags=event.tags, decision=Mapper.decode(event.type, event.data))


class Application(DCBApplication):
    """The library's application over its own recorder."""

    name = "bench"
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.dcb.postgres_tt",
        "MAPPER_TOPIC": "bench.library_view:StoredMapper",
    }

    def __init__(self, env: Any = None) -> None:
        super().__init__(env)
        # The runner asks for every event by a query item without tags, which this recorder refuses; it answers
        # the same question asked without an item.
        subscribe = self.recorder.subscribe
        self.recorder.subscribe = lambda query=None, after=None: subscribe(after=after)  # type: ignore[method-assign]


class ChainView(PostgresTrackingRecorder):
    """The same table, with the same index, as the view it is measured beside."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        for statement in views()[CHAIN].create:
            for part in render(statement, "").decode().split(";"):
                if part.strip():
                    self.sql_create_statements.append(
                        SQL(part.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
                    )

    def add(self, row: dict[str, Any], tracking: Tracking) -> None:
        """One entry and how far the view is, in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(INSERT.encode(), row, prepare=True)
            self._insert_tracking(cursor, tracking)


class ChainProjection(Projection[ChainView]):
    """What happened to a household, entry by entry."""

    name = "bench_chain"
    topics = ()

    def process_event(self, domain_event: Tagged[Any], tracking: Tracking) -> None:
        event: Event = domain_event.decision
        if type(event).__name__ not in views()[CHAIN].types:
            return

        def of(name: str) -> Any:
            return getattr(event, name, None)

        zh, en = event.TITLE
        row = {
            **{name: of(name) for name in COLUMNS},
            "position": tracking.notification_id,
            "person_ids": [of("person_id")] if of("person_id") else [],
            "department": "民政",
            "kind": type(event).__name__,
            "recorded_at": datetime.now(UTC),
            "operator_id": event.actor.operator_id,
            "operator_organisation_id": event.actor.organisation_id,
            "operator_role": event.actor.role.value,
            "summary_zh": zh,
            "summary_en": en,
        }
        self.view.add(row, tracking)
