"""What the API needs from outside: given by whoever puts the program together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from ledger.kernel import Actor


class ReadingsPort(Protocol):
    """Records who read whose personal data."""

    def record(
        self, reader: Actor, subjects: Sequence[str], fields: Sequence[str], purpose: str, at: datetime
    ) -> int: ...


class PaymentsPort(Protocol):
    """The bulk steps of a run. Each returns (position, run id, what to tell)."""

    def draw(
        self,
        command_id: str,
        organisation_id: str,
        programme: str,
        month: str,
        fund_ids: Sequence[str],
        actor: Actor,
    ) -> tuple[int, str, str]: ...

    def send(self, command_id: str, run_id: str, layout: str, actor: Actor) -> tuple[int, str, str]: ...

    def reconcile(
        self, run_id: str, file_name: str, content: bytes, layout: str, actor: Actor
    ) -> tuple[int, str, str]: ...

    def reissue(
        self, command_id: str, run_id: str, fund_ids: Sequence[str], actor: Actor
    ) -> tuple[int, str, str]: ...


class SignedCheckpoint(NamedTuple):
    """A checkpoint's parts, the signed note, and the key that verifies it."""

    origin: str
    size: int
    root: str
    note: str
    key: str


CheckpointPort = Callable[[], SignedCheckpoint]
