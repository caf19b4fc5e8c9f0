"""The path of a command: facts, decision, stamped and sealed events, one conditional append."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import psycopg
from eventsourcing.dcb.api import DCBAppendCondition, DCBQuery, DCBQueryItem
from eventsourcing.persistence import IntegrityError

from ledger.kernel import (
    Actor,
    Boundary,
    Command,
    CommandId,
    CommandIdReused,
    Context,
    Event,
    Facts,
    Known,
    NotAllowed,
    PersonId,
    Recorded,
    check_values,
    derived_id,
    stamp,
    tag,
)
from ledger.store.appending import Appended, VaultWrites
from ledger.store.database import Database
from ledger.store.failures import Busy as Busy
from ledger.store.failures import ConnectionLost, is_lost
from ledger.store.mapper import Mapper
from ledger.store.recorder import SealedRecorder
from ledger.store.vault import DivisionKey, Vault

ID_NUMBER = "id_number"
"""Kind of vault lookup under which resident ID numbers are kept."""

ATTEMPTS = 12
"""How often a decision is taken anew when its facts changed meanwhile."""

LOSSES = 6
"""How often it is taken anew when the connection broke; the waits between double and come to three seconds."""


class Outcome(NamedTuple):
    """What a command led to: the last position it was recorded at, its events, and whether it was a repeat."""

    position: int
    events: Sequence[Event]
    duplicate: bool


class Ledger:
    """Executes commands against the log. Safe to use from several threads and processes."""

    def __init__(self, recorder: SealedRecorder, mapper: Mapper, vault: Vault) -> None:
        self.recorder = recorder
        self.mapper = mapper
        self.vault = vault

    @classmethod
    def open(cls, database: Database, key: DivisionKey) -> Ledger:
        """A ledger over one division's database, with its vault under `key`."""
        vault = Vault(database, key)
        return cls(SealedRecorder(database), Mapper(vault), vault)

    def close(self) -> None:
        """Ends what the recorder runs in the background; the database stays open."""
        self.recorder.close()

    # --- reading ---

    def read(self, boundary: Boundary, *, after: int = 0) -> Known:
        """The events inside `boundary` after a position, in log order."""
        stored = self.recorder.read_recorded(to_query(boundary), after=after)
        return Known(Recorded(s.position, s.recorded_at, self.mapper.decode(s.type, s.data)) for s in stored)

    def read_with_head(self, boundary: Boundary) -> tuple[Known, int]:
        """The events inside `boundary` and the head of the log, both as of one moment."""
        stored, head = self.recorder.read_with_head(to_query(boundary))
        known = Known(Recorded(s.position, s.recorded_at, self.mapper.decode(s.type, s.data)) for s in stored)
        return known, head

    # --- deciding ---

    def execute(self, command: Command, actor: Actor, now: datetime | None = None) -> Outcome:
        """Decides `command` and records what follows, once.

        The same command id with the same content returns the first outcome and records nothing.
        A lost connection is survived: whether anything was recorded before it broke is read by the
        command's own tag, which is part of every boundary, so that nothing is ever recorded twice.
        Raises a :class:`Refused` when a rule is broken, :class:`Busy` after too many conflicts,
        ``ConnectionLost`` when the database stays away.
        """
        if actor.role not in command.ROLES:
            raise NotAllowed(role=actor.role.value)
        check_values(msgspec.to_builtins(command, enc_hook=_plain))
        now = now or datetime.now(UTC)
        digest = self.digest_of(command)
        conflicts = losses = 0
        while conflicts < ATTEMPTS:
            try:
                outcome = self._attempt(command, actor, now, digest)
            except psycopg.Error as error:
                losses += 1
                if not is_lost(error):
                    raise
                if losses == LOSSES:
                    raise ConnectionLost(str(error)) from error
                time.sleep(0.05 * 2**losses)
                continue
            if outcome is not None:
                return outcome
            conflicts += 1
        raise Busy

    def _attempt(self, command: Command, actor: Actor, now: datetime, digest: str) -> Outcome | None:
        writes = VaultWrites()
        people = self.resolve(command.id_numbers(), command.command_id, writes)
        context = Context(actor=actor, now=now, command_id=command.command_id, people=people)
        own = Facts(tags=(tag(CommandId, command.command_id),))
        known, boundary, head = self._gather(command, context, own)
        earlier = [r for r in known.recorded if r.event.command_id == command.command_id]
        if earlier:
            if earlier[0].event.command_digest != digest:
                raise CommandIdReused(command_id=command.command_id)
            return Outcome(earlier[-1].position, [r.event for r in earlier], True)
        decided = command.decide(known, context)
        events = [stamp(event, context, index, digest) for index, event in enumerate(decided)]
        if not events:
            return Outcome(head, [], False)
        stored, keys = self.mapper.encode(events, writes)
        condition = DCBAppendCondition(fail_if_events_match=to_query(boundary), after=head)
        try:
            appended = self.recorder.append_sealed(stored, condition, writes)
        except IntegrityError:
            self.vault.forget(writes.used)
            return None
        self.vault.remember(keys)
        return Outcome(appended.last, events, False)

    def _gather(self, command: Command, context: Context, own: Facts) -> tuple[Known, Boundary, int]:
        """Reads until the command asks for nothing new; the head is that of the first read.

        Each read asks for what is new only. Events that land between two reads are caught by the condition, which
        starts at the first head.
        """
        boundary: Boundary = (own, *command.boundary(Known(), context))
        known, head = self.read_with_head(boundary)
        while True:
            wanted = dict.fromkeys((own, *command.boundary(known, context)))
            missing = tuple(facts for facts in wanted if facts not in boundary)
            if not missing:
                return known, boundary, head
            boundary = (*boundary, *missing)
            known = known.with_more(self.read_with_head(missing)[0])

    def digest_of(self, command: Command) -> str:
        """A keyed hash of a command's content (it may hold personal data), 32 hexadecimal digits."""
        content = msgspec.json.encode(command, enc_hook=_plain)
        return self.vault.digest(type(command).__name__, hashlib.sha256(content).hexdigest()).hex()[:32]

    def resolve(
        self, id_numbers: Iterable[str], command_id: CommandId, writes: VaultWrites
    ) -> Mapping[str, PersonId]:
        """Person ids by ID number: the known ones, and new ones (derived from the command) added to `writes`."""
        numbers = list(dict.fromkeys(id_numbers))
        if not numbers:
            return {}
        known = self.vault.lookup_many(ID_NUMBER, numbers)
        people: dict[str, PersonId] = {}
        for number in numbers:
            if number in known:
                people[number] = PersonId(known[number].partition(":")[2])
                continue
            digest = self.vault.digest(ID_NUMBER, number)
            people[number] = PersonId(derived_id(command_id, f"person/{digest.hex()}"))
            writes.lookups.append((ID_NUMBER, digest, tag(PersonId, people[number])))
        return people

    # --- bulk ---

    def append_bulk(
        self,
        events: Sequence[Event],
        *,
        actor: Actor,
        now: datetime,
        command_id: CommandId,
        first_index: int = 0,
        digest: str = "",
        condition: Boundary | None = None,
        after: int | None = None,
        people: Mapping[str, PersonId] | None = None,
    ) -> Appended:
        """Stamps, seals and appends one chunk of already decided events.

        `first_index` numbers the chunk's first event within its command, so that event ids are the
        same when a chunk is tried again; `people` are new identities (ID number to person) the chunk
        brings. Raises the library's ``IntegrityError`` when something inside `condition` landed after
        `after`, or an identity is already someone else's; nothing of the chunk is recorded then.
        """
        context = Context(actor=actor, now=now, command_id=command_id)
        stamped = [stamp(event, context, first_index + n, digest) for n, event in enumerate(events)]
        writes = VaultWrites()
        for number, person in (people or {}).items():
            writes.lookups.append((ID_NUMBER, self.vault.digest(ID_NUMBER, number), tag(PersonId, person)))
        stored, keys = self.mapper.encode(stamped, writes)
        checked = None
        if condition is not None:
            checked = DCBAppendCondition(fail_if_events_match=to_query(condition), after=after)
        try:
            appended = self.recorder.append_sealed(stored, checked, writes)
        except IntegrityError:
            self.vault.forget(writes.used)
            raise
        self.vault.remember(keys)
        return appended


def to_query(boundary: Boundary) -> DCBQuery:
    """The library's query for a boundary. An empty boundary would mean *every* event: refused."""
    if not boundary:
        raise ValueError("a boundary must name at least one fact")
    return DCBQuery(
        items=[
            DCBQueryItem(types=[t.TOPIC for t in facts.types], tags=list(facts.tags)) for facts in boundary
        ]
    )


def _plain(value: object) -> object:
    return repr(value)
