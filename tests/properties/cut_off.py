"""A process of its own that takes one bulk step in small chunks, to be killed: ``python -m tests.properties.cut_off``."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import assistance.bank_service as bank
import assistance.roster_import as roster
import assistance.run_recording as recording
from assistance.payment_service import DrawRun, draw
from assistance.readings import Readings
from assistance.settings import Settings
from assistance.wiring import Division
from ledger.kernel import Actor, CommandId, FundId, Month, OrganisationId, Role, RunId
from ledger.store.database import Database
from ledger.store.execute import Ledger
from ledger.store.vault import DivisionKey


def told(*done: object) -> None:
    """Tells the parent how far it is."""
    print(*done, flush=True)


def take(division: Division, step: str, given: dict[str, Any]) -> None:
    """Takes one step as its operator, telling of every chunk."""
    now = datetime.fromisoformat(given["now"])
    role = {"draw": Role.CLERK, "roster": Role.CLERK}.get(step, Role.FINANCE)
    place = given["organisation"] if role is Role.CLERK else given["division"]
    actor = Actor(operator_id=f"{role.value}-1", organisation_id=place, role=role)
    if step == "draw":
        funds = (FundId(given["fund"]),)
        command = DrawRun(
            CommandId(given["command"]), OrganisationId(place), "dibao", Month("2026-10"), funds
        )
        draw(division, command, actor, now, told)
    elif step == "send":
        bank.send(division, CommandId(given["command"]), RunId(given["run"]), actor, now)
    elif step == "reconcile":
        bank.reconcile(division, RunId(given["run"]), Path(given["path"]), actor, now, progress=told)
    else:
        asked = roster.RosterImport(Path(given["path"]), OrganisationId(place), Month("2026-09"))
        roster.import_roster(division, asked, actor, now, cut_over=date(2026, 9, 1), progress=told)


def main() -> None:
    """Opens the division named on standard input and takes the step."""
    given = json.loads(sys.stdin.readline())
    recording.CHUNK = bank.CHUNK = 2
    roster.EVENTS = 10
    database = Database(given["url"], given["schema"], min_size=1, max_size=3)
    ledger = Ledger.open(database, DivisionKey(bytes(range(32))))
    settings = Settings(data=Path(given["data"]), schema_name=given["schema"])
    division = Division(settings, given["url"], database, ledger, Readings(ledger))
    told("ready")
    take(division, given["step"], given)
    told("done")
    ledger.close()
    database.close()


if __name__ == "__main__":
    main()
