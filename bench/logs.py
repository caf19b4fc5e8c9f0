"""Long logs, built once for all benchmarks of a run."""

from __future__ import annotations

from rich.progress import Progress

from bench import ground, sample

FOLLOWED = 4
"""Households of the first unit whose chains are long."""

_built: dict[tuple[str, int], str] = {}


def households(count: int) -> int:
    """How many households a log of so many events holds, so that most have about fifty events in a log of any length."""
    return max((count - 2_600) // 52, 13 * FOLLOWED)


def division(url: str, count: int) -> str:
    """The schema of a division whose log holds about `count` events, its views not built."""
    name = _built.get((url, count))
    if name is not None:
        return name
    name = ground.schema(url)
    with ground.ours(url, name) as recorder, Progress(transient=True) as progress:
        task = progress.add_task(f"a log of {count:,} events", total=count)
        batch = []
        for event in sample.division(count, households(count), FOLLOWED):
            batch.append(event)
            if len(batch) == 5_000:
                recorder.append(batch)
                progress.advance(task, len(batch))
                batch = []
        if batch:
            recorder.append(batch)
        with recorder.database.connect() as connection:
            connection.execute("RESET ROLE")
            connection.execute("VACUUM ANALYZE events")
            connection.execute("VACUUM ANALYZE event_tags")
            connection.execute("VACUUM ANALYZE event_tag_spans")
    _built[(url, count)] = name
    return name
