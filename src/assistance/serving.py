"""Serving: the API over one division, its views kept up to date beside it, until Ctrl-C."""

from __future__ import annotations

import contextlib
import gc
import socket
import tempfile
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from rich.console import Console
from starlette.applications import Starlette

from assistance.bank_service import reconcile, reissue, send
from assistance.cut_over import cut_over_of
from assistance.late_facts import OpenLateFacts, open_late_facts
from assistance.payment_service import DrawResult, DrawRun, draw
from assistance.report_import import ReportImport, import_assistance
from assistance.roster_import import RosterImport, import_roster
from assistance.serving_lists import ListSteps
from assistance.tokens import make_token, token_key
from assistance.wiring import Division
from graphql_api.app import ApiSettings, create_app
from graphql_api.auth import TokenCheck
from graphql_api.ports import BulkOutcome, FileOutcome, RosterOutcome, RosterProblem, SignedCheckpoint
from ledger.kernel import (
    Actor,
    CommandId,
    Event,
    Facts,
    FileHash,
    FundId,
    OrganisationId,
    Role,
    RunId,
    month,
    tag,
)
from ledger.payments.differences_events import RecoveryCause
from ledger.payments.events import RunReconciled, RunSent
from ledger.registry.events import RosterImported
from ledger.store.checkpoint import Signer, Verifier, make_checkpoint
from projections.runner import Runner

GRACE_SECONDS = 5
"""How long requests in hand may still take when the server is stopped."""


class Bulk(ListSteps):
    """The API's way to the steps that record many events at once."""

    def _drawn(self, result: DrawResult, before: int, told: str) -> BulkOutcome:
        return BulkOutcome(result.position, "run", result.header.run_id, told, result.position <= before)

    def _told(self, run_id: str, types: tuple[type[Event], ...], before: int, told: str) -> BulkOutcome:
        """The last event of these types about a run, which a step has just recorded or found recorded."""
        position = (
            self._division.ledger.read((Facts(types=types, tags=(tag(RunId, run_id),)),))
            .recorded[-1]
            .position
        )
        return BulkOutcome(position, "run", run_id, told, position <= before)

    def draw(
        self, command_id: str, organisation_id: str, programme: str, of: str, fund_ids: Sequence[str], actor: Actor
    ) -> BulkOutcome:  # fmt: skip
        """Draws a run; tells its lines and who was found overpaid."""
        before = self._division.ledger.recorder.head()
        funds = tuple(FundId(f) for f in fund_ids)
        command = DrawRun(CommandId(command_id), OrganisationId(organisation_id), programme, month(of), funds)
        result = draw(self._division, command, actor, datetime.now(UTC))
        told = f"{result.header.lines} lines 笔, overpaid 多发 {len(result.overpaid)}, no account 无账户 {len(result.without_account)}, held 暂缓 {len(result.held)}"
        return self._drawn(result, before, told)

    def send(self, command_id: str, run_id: str, layout: str, actor: Actor) -> BulkOutcome:
        """Writes and records a run's bank file; tells its name."""
        before = self._division.ledger.recorder.head()
        path = send(self._division, CommandId(command_id), RunId(run_id), actor, datetime.now(UTC), layout)
        return self._told(run_id, (RunSent,), before, path.name)

    def reconcile(
        self, run_id: str, file_name: str, content: bytes, layout: str, actor: Actor
    ) -> BulkOutcome:
        """Records a return file; tells how many lines ended in which state."""
        before = self._division.ledger.recorder.head()
        with given_file(file_name, content) as path:
            report = reconcile(self._division, RunId(run_id), path, actor, datetime.now(UTC), layout)
        told = ", ".join(f"{state} {count}" for state, count in report.counts.items())
        return self._told(run_id, (RunReconciled,), before, told)

    def reissue(self, command_id: str, run_id: str, fund_ids: Sequence[str], actor: Actor) -> BulkOutcome:
        """Draws a correcting run for returned lines."""
        before = self._division.ledger.recorder.head()
        funds = tuple(FundId(f) for f in fund_ids)
        result = reissue(
            self._division, CommandId(command_id), RunId(run_id), funds, actor, datetime.now(UTC)
        )
        return self._drawn(result, before, f"{result.header.lines} lines 笔")

    def open_late_facts(
        self, command_id: str, organisation_id: str, programme: str, upto: str, cause: str, document: str | None, actor: Actor
    ) -> BulkOutcome:  # fmt: skip
        """Opens what an organisation's months were paid too much or short; tells how much of each."""
        asked = OpenLateFacts(CommandId(command_id), OrganisationId(organisation_id), programme, month(upto),
                              RecoveryCause(cause), document)  # fmt: skip
        done = open_late_facts(self._division, asked, actor, datetime.now(UTC))
        told = (
            f"recoveries 追缴 {done.recoveries} ({done.recovered_fen} fen 分), back-pay 补发 {done.back_pays}"
            f" ({done.back_pay_fen} fen 分), cancelled 撤销 {done.cancelled}"
        )
        nothing = not (done.recoveries or done.back_pays or done.cancelled)
        return BulkOutcome(done.position, "organisation", organisation_id, told, nothing)

    def import_roster(
        self, file_name: str, content: bytes, organisation_id: str, first_month: str, accept_valid: bool, actor: Actor
    ) -> RosterOutcome:  # fmt: skip
        """Checks and records a roster of earlier cover."""
        cut_over = cut_over_of(self._division, organisation_id)
        with given_file(file_name, content) as path:
            asked = RosterImport(path, OrganisationId(organisation_id), month(first_month), accept_valid)
            done = import_roster(self._division, asked, actor, datetime.now(UTC), cut_over=cut_over)
        once = Facts(types=(RosterImported,), tags=(tag(FileHash, done.file_hash),))
        position = (
            self._division.ledger.read((once,)).recorded[-1].position if done.duplicate else done.position
        )
        problems = [RosterProblem(*problem) for problem in done.problems]
        return RosterOutcome(position, done.file_hash, done.recorded, done.duplicate, done.rows, done.households,
                             done.people, done.rejected, problems)  # fmt: skip

    def import_assistance(
        self, file_name: str, content: bytes, accept_valid: bool, take_unlisted: bool, overlap_reason: str | None, actor: Actor
    ) -> FileOutcome:  # fmt: skip
        """Checks and records what a department hands in."""
        with given_file(file_name, content) as path:
            asked = ReportImport(path, accept_valid, take_unlisted, (overlap_reason or "").strip() or None)
            done = import_assistance(self._division, asked, actor, datetime.now(UTC))
        return FileOutcome(
            done.position, done.file_hash, done.recorded, done.duplicate, done.rows, done.taken, done.resumed, done.repeated,
            done.unlisted, done.overlapping, done.rejected, done.amount_fen, [RosterProblem(*p) for p in done.problems],
        )  # fmt: skip


@contextlib.contextmanager
def given_file(name: str, content: bytes) -> Iterator[Path]:
    """A file that came with a request, under its own name, while the block lasts. Raises ``ValueError`` for an odd name."""
    plain = Path(name.replace("\\", "/")).name
    if not plain or plain.startswith(".") or "\x00" in plain or len(plain.encode()) > 200:
        raise ValueError("the file name cannot be used 文件名无效")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / plain
        path.write_bytes(content)
        yield path


def application(division: Division) -> Starlette:
    """The API over a division."""
    settings = division.settings
    signer = Signer.load(settings.log_key_file, settings.origin)

    def checkpoint() -> SignedCheckpoint:
        note = make_checkpoint(division.database, signer)
        made = Verifier(signer.vkey).verify(note)
        return SignedCheckpoint(made.origin, made.size, made.root.hex(), note, signer.vkey)

    tokens = TokenCheck(token_key(settings.token_key_file), settings.issuer, settings.audience)
    api = ApiSettings(division.url, division.schema, tokens)
    return create_app(api, division.ledger, division.readings, Bulk(division), checkpoint)


def url_of(host: str, port: int) -> str:
    """Where the API is asked, for a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/graphql"


def greet(division: Division, console: Console, host: str, port: int) -> dict[str, Any]:
    """Prints where the API is and a token per role; gives the same as facts."""
    with division.database.connection() as connection:
        units = connection.execute(
            "SELECT organisation_id, name, level FROM organisations ORDER BY level = 'division' DESC,"
            " level = 'street' DESC, level = 'regiment' DESC, code = 'jy' DESC, organisation_id"
        ).fetchall()
    url, tokens = url_of(host, port), {}
    console.print(f"\n[bold]{url}[/bold]  (Ctrl-C stops everything 停止)\n")
    top = units[0]
    town = next((u for u in units if u[2] in ("street", "regiment")), top)
    # A department's operator acts for a department, not for the division.
    department = next((u for u in units if u[2] == "department"), top)
    for role in Role:
        unit = {Role.CLERK: town, Role.DEPARTMENT: department}.get(role, top)
        tokens[role.value] = make_token(division.settings, f"{role.value}-demo", role, unit[0])
        console.print(f"{role.value} @ {unit[0]} {unit[1]}", style="cyan")
        console.print(tokens[role.value], soft_wrap=True, highlight=False)
    return {"url": url, "tokens": tokens}


def steady_memory() -> None:
    """What was loaded so far lives as long as the process: the collector need not look at it at every turn."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def serve(division: Division, taken: socket.socket, *, with_runner: bool) -> None:
    """Serves on a listening socket until stopped; with the runner, keeps the views up to date in a thread beside it."""
    steady_memory()
    stop = threading.Event()
    runner = Runner(division.url, division.schema)
    thread = threading.Thread(target=runner.run_forever, args=(stop,), name="projections", daemon=True)
    if with_runner:
        thread.start()
    try:
        config = uvicorn.Config(
            application(division),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[taken])
    finally:
        stop.set()
        if with_runner:
            thread.join(GRACE_SECONDS)
