"""Commands about the log and its views: migrate, verify, rebuild, project, lag, checkpoint, backup, restore."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import datetime
from pathlib import Path

import click
from rich.progress import Progress

from assistance.cli import REFUSED, App, guarded, pass_app
from assistance.wiring import postgres


@click.command()
@pass_app
@guarded
def migrate(app: App) -> None:
    """Bring the database's tables up to date. 更新数据库结构。"""
    from ledger.store.migrate import migrate as run

    with postgres(app.settings) as url:
        applied = {
            schema: run(url, schema) for schema in (app.settings.schema_name, app.settings.readings_schema)
        }
    done = sum(len(names) for names in applied.values())
    app.say({"applied": applied}, f"{done} migration(s) applied 已应用 {done} 项")


@click.command()
@click.option(
    "--views/--no-views", default=True, help="Also rebuild every view and compare. 同时重建并比对视图。"
)
@pass_app
@guarded
def verify(app: App, views: bool) -> None:
    """Recompute the whole tree and every view; name what differs. 全量校验。

    Exit code 1 when anything differs.
    """
    from ledger.store.checkpoint import Signer, Verifier
    from ledger.store.verify import verify_log
    from projections.verify import verify_views

    with app.division() as open_division, Progress(console=app.console, disable=app.as_json) as progress:
        task = progress.add_task("events 事件", total=open_division.ledger.recorder.head() or None)
        key = app.settings.log_key_file
        log = verify_log(
            open_division.database,
            verifier=Verifier(Signer.load(key, app.settings.origin).vkey) if key.exists() else None,
            on_progress=lambda done: progress.update(task, completed=done),
        )
        reports = []
        if views:
            task = progress.add_task("views 视图", total=None)
            reports = verify_views(
                open_division.url,
                open_division.schema,
                on_progress=lambda name: progress.update(task, description=name),
            )
    differing = [r for r in reports if not r.equal]
    facts = {
        "events": log.events,
        "root": log.root.hex() if isinstance(log.root, bytes) else log.root,
        "differences": [d._asdict() if hasattr(d, "_asdict") else vars(d) for d in log.differences],
        "views": {r.view: r.equal for r in reports},
    }
    lines = [f"{log.events} events, root {facts['root']}"]
    lines += [f"DIFFERS 不一致 {d}" for d in log.differences]
    lines += [f"{'equal 一致  ' if r.equal else 'DIFFERS 不一致'} {r.view} ({r.rows} rows)" for r in reports]
    app.say(facts, "\n".join(lines))
    if log.differences or differing:
        sys.exit(REFUSED)


@click.command()
@click.argument("view", required=False)
@click.option(
    "--as-of", "as_of", type=click.DateTime(), help="Build all views as of this recorded time instead (UTC)."
)
@click.option("--into", "suffix", help="Suffix of the as-of tables.")
@pass_app
@guarded
def rebuild(app: App, view: str | None, as_of: datetime | None, suffix: str | None) -> None:
    """Rebuild VIEW (all views without it) from the log beside the live one, then swap. 重建视图。"""
    from projections.rebuild import build_as_of
    from projections.rebuild import rebuild as run

    if (as_of is None) != (suffix is None):
        raise click.UsageError("--as-of and --into go together 两个选项须同时给出")
    with app.division() as open_division, app.console.status("rebuilding 重建中…"):
        if as_of is not None and suffix is not None:
            position = build_as_of(open_division.url, open_division.schema, as_of, suffix)
        else:
            position = run(open_division.url, open_division.schema, view)
    app.say({"position": position}, f"built up to position {position} 已重建至位置 {position}")


@click.command()
@pass_app
@guarded
def project(app: App) -> None:
    """Keep every view up to date until stopped: the projection runner as its own service. 视图服务。"""
    from projections.runner import Runner

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with app.division() as open_division:
        Runner(open_division.url, open_division.schema).run_forever(stop)


@click.command()
@click.option("--at-most", type=int, default=None, help="Exit 1 when a view is further behind than this.")
@pass_app
@guarded
def lag(app: App, at_most: int | None) -> None:
    """How many events each view is behind the log. 视图滞后。"""
    with app.division() as open_division, open_division.database.connection() as connection:
        head = open_division.ledger.recorder.head()
        rows = connection.execute(
            "SELECT view, position, status FROM view_positions ORDER BY view"
        ).fetchall()
    behind = {view: head - position for view, position, _ in rows}
    text = "\n".join(f"{view:<16} {status:<8} {behind[view]}" for view, _, status in rows)
    app.say({"head": head, "behind": behind}, text or "no view yet 尚无视图")
    if at_most is not None and (not rows or max(behind.values()) > at_most):
        sys.exit(REFUSED)


@click.command()
@pass_app
@guarded
def checkpoint(app: App) -> None:
    """Sign the log's present size and root, and print the note. 签发检查点。"""
    from ledger.store.checkpoint import Signer, make_checkpoint

    with app.division() as open_division:
        signer = Signer.load(app.settings.log_key_file, app.settings.origin)
        note = make_checkpoint(open_division.database, signer)
    app.say({"note": note, "key": signer.vkey}, note)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@pass_app
@guarded
def backup(app: App, folder: Path) -> None:
    """Write log and vault to FOLDER with a manifest. The key file is yours to keep apart. 备份。"""
    from ledger.store.backup import backup as run

    with app.division() as open_division, app.console.status("backing up 备份中…"):
        manifest = run(open_division.database, folder)
    app.say(
        {"folder": str(folder), "manifest": manifest},
        f"backed up to {folder} 已备份; keep the key file apart",
    )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@pass_app
@guarded
def restore(app: App, folder: Path) -> None:
    """Restore FOLDER into an empty schema and verify it. 恢复。"""
    from ledger.store.backup import restore as run

    with postgres(app.settings) as url, app.console.status("restoring 恢复中…"):
        manifest = run(folder, url, app.settings.schema_name)
    app.say({"manifest": manifest}, f"restored and verified 已恢复并校验: {folder}")


COMMANDS = [migrate, verify, rebuild, project, lag, checkpoint, backup, restore]
