"""Serving: the API over one division, its views kept up to date beside it, until Ctrl-C."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from rich.console import Console
from starlette.applications import Starlette

from assistance.bank_service import reconcile, reissue, send
from assistance.payment_service import DrawRun, draw
from assistance.tokens import make_token, token_key
from assistance.wiring import Division
from graphql_api.app import ApiSettings, create_app
from graphql_api.auth import TokenCheck
from graphql_api.ports import SignedCheckpoint
from ledger.kernel import Actor, CommandId, FundId, OrganisationId, Role, RunId, month
from ledger.store.checkpoint import Signer, Verifier, make_checkpoint
from projections.runner import Runner


class Payments:
    """The API's way to the bulk steps of runs."""

    def __init__(self, division: Division) -> None:
        self._division = division

    def draw(
        self,
        command_id: str,
        organisation_id: str,
        programme: str,
        of: str,
        fund_ids: Sequence[str],
        actor: Actor,
    ) -> tuple[int, str, str]:
        """Draws a run; tells its lines and who was found overpaid."""
        funds = tuple(FundId(f) for f in fund_ids)
        command = DrawRun(CommandId(command_id), OrganisationId(organisation_id), programme, month(of), funds)
        result = draw(self._division, command, actor, datetime.now(UTC))
        told = f"{result.header.lines} lines 笔, overpaid 多发 {len(result.overpaid)}, no account 无账户 {len(result.without_account)}"
        return result.position, result.header.run_id, told

    def send(self, command_id: str, run_id: str, layout: str, actor: Actor) -> tuple[int, str, str]:
        """Writes and records a run's bank file; tells its name."""
        path = send(self._division, CommandId(command_id), RunId(run_id), actor, datetime.now(UTC), layout)
        return self._division.ledger.recorder.head(), run_id, path.name

    def reconcile(
        self, run_id: str, file_name: str, content: bytes, layout: str, actor: Actor
    ) -> tuple[int, str, str]:
        """Records a return file; tells how many lines ended in which state."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(file_name).name
            path.write_bytes(content)
            report = reconcile(self._division, RunId(run_id), path, actor, datetime.now(UTC), layout)
        told = ", ".join(f"{state} {count}" for state, count in report.counts.items())
        return self._division.ledger.recorder.head(), run_id, told

    def reissue(
        self, command_id: str, run_id: str, fund_ids: Sequence[str], actor: Actor
    ) -> tuple[int, str, str]:
        """Draws a correcting run for returned lines."""
        funds = tuple(FundId(f) for f in fund_ids)
        result = reissue(
            self._division, CommandId(command_id), RunId(run_id), funds, actor, datetime.now(UTC)
        )
        return result.position, result.header.run_id, f"{result.header.lines} lines 笔"


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
    return create_app(api, division.ledger, division.readings, Payments(division), checkpoint)


def greet(division: Division, console: Console, host: str, port: int) -> None:
    """Prints where the API is and a token per role."""
    with division.database.connection() as connection:
        units = connection.execute(
            "SELECT organisation_id, name, level FROM organisations WHERE level IN ('division', 'regiment', 'street')"
            " ORDER BY level = 'division' DESC, level = 'street' DESC, organisation_id"
        ).fetchall()
    if not units:
        return
    top, town = units[0], next((u for u in units if u[2] != "division"), units[0])
    console.print(f"\n[bold]http://{host}:{port}/graphql[/bold]  (Ctrl-C stops everything 停止)\n")
    for role in Role:
        unit = town if role is Role.CLERK else top
        token = make_token(division.settings, f"{role.value}-demo", role, unit[0])
        console.print(f"{role.value} @ {unit[0]} {unit[1]}", style="cyan")
        console.print(token, soft_wrap=True, highlight=False)


def serve(division: Division, host: str, port: int, *, with_runner: bool) -> None:
    """Serves until interrupted; with the runner, keeps the views up to date in a thread beside the server."""
    stop = threading.Event()
    runner = Runner(division.url, division.schema)
    thread = threading.Thread(target=runner.run_forever, args=(stop,), name="projections", daemon=True)
    if with_runner:
        thread.start()
    try:
        config = uvicorn.Config(
            application(division), host=host, port=port, log_level="warning", access_log=False
        )
        uvicorn.Server(config).run()
    finally:
        stop.set()
        if with_runner:
            thread.join(5)
