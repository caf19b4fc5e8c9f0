"""How fast the log and the views are verified, each beside a bare read of the same rows, and in how much memory."""

from __future__ import annotations

import time

import psutil

from bench import ground, logs
from bench.results import Result
from ledger.store.verify import verify_log
from projections.definition import views
from projections.runner import Runner
from projections.verify import verify_views


def log(url: str, events: int) -> Result:
    """Leaves, tiles, frontier, checkpoints and tag index, recomputed; bare: every column of every event read once."""
    result = Result(f"Verifying a log of {events:,} events", "events/s")
    me = psutil.Process()
    with ground.ours(url, logs.division(url, events)) as recorder:
        size = recorder.head()
        for _ in range(2):  # the first pass warms up
            began = time.perf_counter()
            _read_bare(recorder.database.connect(), "events")
            _read_bare(recorder.database.connect(), "event_tags")
            _read_bare(recorder.database.connect(), "event_tag_spans")
            bare = time.perf_counter() - began
        before, peak = me.memory_info().rss, 0

        def watch(_: int) -> None:
            nonlocal peak
            peak = max(peak, me.memory_info().rss)

        began = time.perf_counter()
        report = verify_log(recorder.database, on_progress=watch)
        took = time.perf_counter() - began
    if report.differences:
        raise RuntimeError(f"the log differs: {report.differences[0]}")
    result.figures |= {"verify: leaves, tree, tags": size / took, "bare read of the same rows": size / bare}
    result.ratio("verify / bare read", bare / took, None)
    result.notes.append(f"Memory grew by {(peak - before) / 2**20:.0f} MiB while {size:,} events passed.")
    return result


def _read_bare(connection: object, table: str) -> int:
    import psycopg

    assert isinstance(connection, psycopg.Connection)
    rows = 0
    with connection, connection.transaction(), connection.cursor(name="bare") as cursor:
        cursor.execute(f"SELECT * FROM {table}".encode(), binary=True)
        while page := cursor.fetchmany(5_000):
            rows += len(page)
    return rows


def every_view(url: str, events: int) -> Result:
    """Each view built anew from the log and compared row by row; bare: its rows read once."""
    result = Result(f"Verifying every view of a log of {events:,} events", "rows/s")
    name = logs.division(url, events)
    with Runner(url, name) as runner:
        runner.catch_up()
    with ground.ours(url, name) as recorder:
        seconds: dict[str, float] = {}
        began = time.perf_counter()
        last = ""

        def entered(view: str) -> None:
            nonlocal began, last
            if last:
                seconds[last] = time.perf_counter() - began
            began, last = time.perf_counter(), view

        reports = verify_views(url, name, on_progress=entered)
        entered("")
        for report in reports:
            if not report.equal:
                raise RuntimeError(f"{report.view} differs: {report.differing[0]}")
            began = time.perf_counter()
            for table in views()[report.view].tables:
                _read_bare(recorder.database.connect(), table)
            bare = time.perf_counter() - began
            result.figures[f"{report.view} ({report.rows:,} rows)"] = report.rows / seconds[report.view]
            result.ratio(f"{report.view}: verify / bare read", bare / seconds[report.view], None)
    return result
