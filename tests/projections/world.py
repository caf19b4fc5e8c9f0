"""A division in memory: real commands decided purely, so that long random histories are valid and cost nothing."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from eventsourcing.dcb.api import DCBEvent

from ledger.kernel import (
    Actor,
    Boundary,
    Command,
    CommandId,
    Context,
    Event,
    Known,
    OrganisationId,
    PersonId,
    Private,
    Recorded,
    Refused,
    Role,
    derived_id,
    stamp,
    tags_of,
)
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.standards.commands import SetStandard
from ledger.store.mapper import _encoder, private_fields

TIERS: dict[str, tuple[str | None, ...]] = {
    "supplement": ("minor", "elderly", "severe_disability"),
    "path_days": ("simplified_path", "emergency_path"),
    "path_follow_up_days": ("emergency_path",),
}
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


class World:
    """Executes commands in memory; `recorded` is the log. One world's ids never meet another's."""

    def __init__(self, rng: random.Random, label: str) -> None:
        self.rng = rng
        self.label = label
        self.recorded: list[Recorded] = []
        self._tags: list[frozenset[str]] = []
        self._commands = 0
        self._people: dict[str, PersonId] = {}
        self.division = OrganisationId(f"{label}-d")
        self.units = [OrganisationId(f"{label}-u{n}") for n in range(3)]
        self._found()

    def actor(self, role: Role, at: str | None = None) -> Actor:
        """The operator of a role; the division's unless somebody else is named, so that scope refuses nothing here."""
        return Actor(operator_id=f"{role.value}-1", organisation_id=at or self.division, role=role)

    @property
    def now(self) -> datetime:
        return START + timedelta(minutes=self._commands)

    @property
    def today(self) -> date:
        return START.date()

    def day(self) -> date:
        """Some day of the last three months: facts become known late, and in any order."""
        return self.today - timedelta(days=self.rng.randrange(90))

    def _found(self) -> None:
        self.do(OpenOrganisation, Role.ADMIN, organisation_id=self.division, name="师", level=Level.DIVISION)
        for unit in self.units:
            self.do(OpenOrganisation, Role.ADMIN, organisation_id=unit, name=f"团{unit}", level=Level.REGIMENT,
                    parent_id=self.division)  # fmt: skip
        for name, programme, area, value in (
            ("standard", "dibao", "urban", 80_000),
            ("standard", "dibao", "rural", 60_000),
            ("property_limit", "dibao", None, 2_000_000),
            ("supplement", "dibao", None, 5_000),
            ("standard", "tekun", "urban", 104_000),
            ("standard", "tekun", "rural", 78_000),
            ("appraisal_quorum", None, None, 5),
            ("meeting_quorum", None, None, 5),
            ("co_verification_days", None, None, 10),
            ("disposable_income", None, None, 3_600_000),
            ("low_income_property_limit", None, None, 3_000_000),
            ("path_days", "dibao", None, 5),
            ("path_follow_up_days", "dibao", None, 10),
        ):
            for tier in TIERS.get(name, (None,)):
                self.do(SetStandard, Role.ADMIN, name=name, programme=programme, organisation_id=self.division,
                        area=area, tier=tier, value=value, unit="fen_per_month", from_date=date(2026, 1, 1),
                        document="示范文件1号")  # fmt: skip

    def read(self, boundary: Boundary) -> Known:
        """The events inside a boundary, in log order."""
        return Known(
            recorded
            for recorded, tags in zip(self.recorded, self._tags, strict=True)
            if any(
                (not facts.types or isinstance(recorded.event, facts.types)) and tags.issuperset(facts.tags)
                for facts in boundary
            )
        )

    def do(
        self, command: type[Command], role: Role, *, at: str | None = None, **fields: Any
    ) -> list[Event] | None:
        """Decides a command from the facts it asks for; None when it is refused."""
        self._commands += 1
        made = command(command_id=self.command_id(), **fields)
        people = {n: self._people.setdefault(n, PersonId(f"{self.label}-p-{n}")) for n in made.id_numbers()}
        context = Context(actor=self.actor(role, at), now=self.now, command_id=made.command_id, people=people)
        boundary = made.boundary(Known(), context)
        known = self.read(boundary)
        while True:
            more = made.boundary(known, context)
            if set(more) <= set(boundary):
                break
            boundary = tuple(dict.fromkeys((*boundary, *more)))
            known = self.read(boundary)
        try:
            return self.record(made.decide(known, context), context)
        except Refused:
            return None

    def command_id(self) -> CommandId:
        return CommandId(derived_id("01939000-0000-7000-8000-000000000001", f"{self.label}/{self._commands}"))

    def append(self, *events: Event, role: Role = Role.CLERK) -> list[Event]:
        """Records events that were decided outside a command, as the bulk steps do."""
        self._commands += 1
        return self.record(
            events, Context(actor=self.actor(role), now=self.now, command_id=self.command_id())
        )

    def record(self, events: Iterable[Event], context: Context) -> list[Event]:
        stamped = [_sealed(stamp(event, context, n, "0" * 32)) for n, event in enumerate(events)]
        for event in stamped:
            self.recorded.append(Recorded(len(self.recorded) + 1, self.now, event))
            self._tags.append(frozenset(tags_of(event)))
        return stamped

    def stored(self) -> list[DCBEvent]:
        """The history as the mapper would store it."""
        return [
            DCBEvent(type=type(r.event).__name__, data=_encoder.encode(r.event), tags=tags_of(r.event))
            for r in self.recorded
        ]


def _sealed(event: Event) -> Event:
    """The event with its private text in the form of sealed text: different for every event and field."""
    changes = {}
    for name in private_fields(type(event)):
        value = getattr(event, name)
        if value is not None and value.sealed is None:
            text = base64.urlsafe_b64encode(f"{value.text}/{event.event_id}".encode()).decode()
            sealed = f"1|{value.subject}|{event.event_id}|{name}|{text}"
            changes[name] = Private(value.subject, sealed=sealed)
    return msgspec.structs.replace(event, **changes) if changes else event
