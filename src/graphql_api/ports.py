"""What the API needs from outside: given by whoever puts the program together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from ledger.kernel import Actor


class ReadingsPort(Protocol):
    """Records who read whose personal data."""

    def record(
        self, reader: Actor, subjects: Sequence[str], fields: Sequence[str], purpose: str, at: datetime
    ) -> int: ...


class BulkOutcome(NamedTuple):
    """What a bulk step led to: where its last event was recorded, what it made, what to tell, and whether it was a repeat."""

    position: int
    kind: str
    subject_id: str
    message: str
    duplicate: bool


class RosterProblem(NamedTuple):
    """One thing wrong with a roster; identity masked."""

    sheet: str
    row: int
    column: str
    value: str
    expected_en: str
    expected_zh: str


class RosterOutcome(NamedTuple):
    """What became of a roster."""

    position: int
    file_hash: str
    recorded: bool
    duplicate: bool
    rows: int
    households: int
    people: int
    rejected: int
    problems: Sequence[RosterProblem]


class FileOutcome(NamedTuple):
    """What became of a department's file."""

    position: int
    file_hash: str
    recorded: bool
    duplicate: bool
    rows: int
    taken: int
    resumed: int
    repeated: int
    unlisted: int
    overlapping: int
    rejected: int
    amount_fen: int
    problems: Sequence[RosterProblem]


class BulkPort(Protocol):
    """The steps that record many events at once: the runs of a month, rosters, and departments' files."""

    def draw(
        self,
        command_id: str,
        organisation_id: str,
        programme: str,
        month: str,
        fund_ids: Sequence[str],
        actor: Actor,
    ) -> BulkOutcome: ...

    def send(self, command_id: str, run_id: str, layout: str, actor: Actor) -> BulkOutcome: ...

    def reconcile(
        self, run_id: str, file_name: str, content: bytes, layout: str, actor: Actor
    ) -> BulkOutcome: ...

    def reissue(self, command_id: str, run_id: str, fund_ids: Sequence[str], actor: Actor) -> BulkOutcome: ...

    def open_late_facts(
        self,
        command_id: str,
        organisation_id: str,
        programme: str,
        upto: str,
        cause: str,
        document: str | None,
        actor: Actor,
    ) -> BulkOutcome: ...

    def propose_raise(
        self,
        command_id: str,
        organisation_id: str,
        programme: str,
        from_month: str,
        reason: str,
        article: str,
        actor: Actor,
    ) -> BulkOutcome: ...

    def carry_out_raise(self, raise_id: str, actor: Actor) -> BulkOutcome: ...

    def grant_subsidy(
        self, command_id: str, organisation_id: str, subsidy: str, on: date, month: str, unit: str, each_fen: int,
        categories: Sequence[str], document: str, actor: Actor,
    ) -> BulkOutcome: ...  # fmt: skip

    def import_roster(
        self,
        file_name: str,
        content: bytes,
        organisation_id: str,
        first_month: str,
        accept_valid: bool,
        actor: Actor,
    ) -> RosterOutcome: ...

    def import_assistance(
        self,
        file_name: str,
        content: bytes,
        accept_valid: bool,
        take_unlisted: bool,
        overlap_reason: str | None,
        actor: Actor,
    ) -> FileOutcome: ...


class SignedCheckpoint(NamedTuple):
    """A checkpoint's parts, the signed note, and the key that verifies it."""

    origin: str
    size: int
    root: str
    note: str
    key: str


CheckpointPort = Callable[[], SignedCheckpoint]
