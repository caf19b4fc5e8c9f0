"""Commands about the log and its views: migrate, verify, rebuild, project, lag, checkpoint."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import Progress

from assistance.cli_app import REFUSED, App, guarded, pass_app
from assistance.signals import Interrupted
from assistance.wiring import Log, division_key, postgres, prepare

if TYPE_CHECKING:
    from ledger.store.checkpoint import Verifier
    from ledger.store.verify import LogReport


@click.command()
@pass_app
@guarded
def migrate(app: App) -> None:
    """Make the division, or bring its tables up to date; make its keys. 建立台账或更新数据库结构。"""
    from assistance.tokens import token_key
    from ledger.store.checkpoint import Signer

    # The keys are made here, once, so that services started side by side need not.
    with postgres(app.settings) as url:
        applied = prepare(url, app.settings, create=True)
        division_key(url, app.settings)
    Signer.load(app.settings.log_key_file, app.settings.origin)
    token_key(app.settings.token_key_file)
    done = sum(len(names) for names in applied.values())
    app.say({"applied": applied}, f"{done} migration(s) applied 已应用 {done} 项")


@click.command()
@click.option(
    "--views/--no-views", default=True, help="Also rebuild every view and compare. 同时重建并比对视图。"
)
@click.option(
    "--checkpoint", "note", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A checkpoint kept from before: the log must still hold all it saw. 此前留存的检查点文件。",
)  # fmt: skip
@click.option("--key", help="The key that signed it (name+hash+base64), kept apart. 检查点的验证公钥。")
@pass_app
@guarded
def verify(app: App, views: bool, note: Path | None, key: str | None) -> None:
    """Recompute the whole tree, the log of readings and every view; name what differs. 全量校验。

    Needs no key of the division. Exit code 1 when anything differs.
    """
    from ledger.store.backup import check_against
    from ledger.store.verify import verify_log
    from projections.verify import verify_views

    if (note is None) != (key is None):
        raise click.UsageError("--checkpoint and --key go together 两个选项须同时给出")
    with app.log() as opened, Progress(console=app.console, disable=app.as_json, transient=True) as progress:
        if note is not None and key is not None:
            check_against(opened.database, note.read_text(encoding="utf-8"), key)
        task = progress.add_task("events 事件", total=_head(opened) or None)
        log = verify_log(
            opened.database,
            verifier=_verifier(app, key),
            on_progress=lambda done: progress.update(task, completed=done),
        )
        readings = verify_log(opened.readings)
        reports = []
        if views:
            task = progress.add_task("views 视图", total=None)
            reports = verify_views(
                opened.url, opened.schema, on_progress=lambda name: progress.update(task, description=name)
            )
    differing = [r for r in reports if not r.equal]
    facts = {
        **_report_facts(log),
        "readings": _report_facts(readings),
        "views": {r.view: r.equal for r in reports},
        "view_differences": [{"view": r.view, **d} for r in differing for d in r.differing],
    }
    equal = not (log.differences or readings.differences or differing)
    app.say({"equal": equal, **facts}, "\n".join([*_log_lines(log, readings), *_view_lines(reports, views)]))
    if not equal:
        sys.exit(REFUSED)


def _verifier(app: App, key: str | None) -> Verifier | None:
    """What checkpoints' signatures are checked with: the key that was given, or the log's own where it is at hand."""
    from ledger.store.checkpoint import Signer, Verifier

    path = app.settings.log_key_file
    if key is None and path.exists():
        key = Signer.load(path, app.settings.origin).vkey
    return Verifier(key) if key is not None else None


def _head(opened: Log) -> int:
    with opened.database.connection() as connection:
        row = connection.execute("SELECT size FROM log_head").fetchone()
    return int(row[0]) if row is not None else 0


def _report_facts(report: LogReport) -> dict[str, Any]:
    return {
        "events": report.events,
        "root": report.root.hex(),
        "differences": [d._asdict() for d in report.differences],
    }


def _log_lines(log: LogReport, readings: LogReport) -> list[str]:
    told = []
    for name, report in (("log 台账", log), ("readings 查阅日志", readings)):
        state = "DIFFERS 不一致" if report.differences else "equal 一致"
        told.append(f"{state}  {name}: {report.events} events 个事件, root 根哈希 {report.root.hex()}")
        told += [f"    {difference}" for difference in report.differences[:100]]
    return told


def _view_lines(reports: list[Any], asked: bool) -> list[str]:
    told = []
    for r in reports:
        told.append(
            f"{'equal 一致' if r.equal else 'DIFFERS 不一致'}  {r.view} ({r.rows} rows 行, position 位置 {r.position})"
        )
        told += [f"    {d['table']}: {'only in the view 仅视图有' if d['side'] == 'live' else 'only by the log 仅台账有'} {d['row']}"
                 for d in r.differing[:10]]  # fmt: skip
    if asked and not reports:
        told.append("no view yet 尚无视图")
    return told


@click.command()
@click.argument("view", required=False)
@click.option(
    "--as-of", "as_of", type=click.DateTime(),
    help="Build all views as of this recorded time (UTC) instead. 按登记时间（UTC）重建历史视图。",
)  # fmt: skip
@click.option("--into", "suffix", help="Suffix of the as-of tables. 历史视图表名后缀。")
@click.option(
    "--drop", "dropped", help="Drop the as-of tables of this suffix instead. 删除该后缀的历史视图。"
)
@pass_app
@guarded
def rebuild(
    app: App, view: str | None, as_of: datetime | None, suffix: str | None, dropped: str | None
) -> None:
    """Rebuild VIEW (all views without it) from the log beside the live one, then swap. 重建视图。"""
    from projections.rebuild import build_as_of, drop_as_of
    from projections.rebuild import rebuild as run

    if (as_of is None) != (suffix is None):
        raise click.UsageError("--as-of and --into go together 两个选项须同时给出")
    if as_of is not None and view is not None:
        raise click.UsageError("--as-of builds all views 历史重建针对全部视图，不可指定单个视图")
    if dropped is not None:
        if as_of is not None or view is not None:
            raise click.UsageError("--drop stands alone 该选项须单独使用")
        with app.log() as opened:
            drop_as_of(opened.url, opened.schema, dropped)
        app.say({"dropped": dropped}, f"dropped 已删除 {dropped}")
        return
    with app.log() as opened, app.console.status("rebuilding 重建中…"):
        if as_of is not None and suffix is not None:
            position = build_as_of(opened.url, opened.schema, as_of.replace(tzinfo=UTC), suffix)
        else:
            position = run(opened.url, opened.schema, view)
    app.say({"position": position}, f"built up to position {position} 已重建至位置 {position}")


@click.command()
@pass_app
@guarded
def project(app: App) -> None:
    """Keep every view up to date until stopped: the projection runner as its own service. 视图服务。"""
    from projections.runner import Runner

    try:
        with app.log() as opened:
            app.console.print(f"keeping the views of {opened.schema} up to date; Ctrl-C stops 视图服务已启动")
            if app.as_json:
                app.say({"schema": opened.schema}, "")
            Runner(opened.url, opened.schema).run_forever(threading.Event())
    except Interrupted:
        app.console.print("stopped 已停止")


@click.command()
@click.option(
    "--at-most", type=click.IntRange(0), default=None,
    help="Exit 1 when a view is further behind than this, or stale. 滞后超过此数或失效时退出码为1。",
)  # fmt: skip
@pass_app
@guarded
def lag(app: App, at_most: int | None) -> None:
    """How many events each view is behind the log. 视图滞后。"""
    with app.log() as opened, opened.database.connection() as connection:
        head = _head(opened)
        rows = connection.execute(
            "SELECT view, position, status FROM view_positions WHERE suffix = '' ORDER BY view"
        ).fetchall()
    behind = {view: max(head - position, 0) for view, position, _ in rows}
    stale = [view for view, _, status in rows if status == "stale"]
    text = "\n".join(f"{view:<16} {status:<8} {behind[view]}" for view, _, status in rows)
    app.say({"head": head, "behind": behind, "stale": stale}, text or "no view yet 尚无视图")
    if at_most is not None and (not rows or stale or max(behind.values()) > at_most):
        sys.exit(REFUSED)


@click.command()
@pass_app
@guarded
def checkpoint(app: App) -> None:
    """Sign the log's present size and root; print the note, to be kept by others. 签发检查点。"""
    from ledger.store.checkpoint import Signer, make_checkpoint

    with app.log() as opened:
        signer = Signer.load(app.settings.log_key_file, app.settings.origin)
        note = make_checkpoint(opened.database, signer)
    app.console.print(f"verify it with --key 验证公钥: {signer.vkey}", soft_wrap=True, highlight=False)
    app.say({"note": note, "key": signer.vkey}, note.rstrip("\n"))


COMMANDS = [migrate, verify, rebuild, project, lag, checkpoint]
