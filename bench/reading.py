"""How long one household's events take to read by tag, in a short log and in a long one."""

from __future__ import annotations

import random
import time

from eventsourcing.dcb.api import DCBQuery, DCBQueryItem

from bench import ground, logs, sample
from bench.results import Result, percentile

SHORT = 10_000
READS = 2_000


def one_household(url: str, events: int) -> Result:
    """The two logs take turns; households at random, their pages read once before (warm)."""
    result = Result("Reading one household's events by tag, warm", "ms")
    chance = random.Random(20)
    with (
        ground.ours(url, logs.division(url, SHORT)) as short,
        ground.ours(url, logs.division(url, events)) as long,
    ):
        waits: dict[str, list[float]] = {}
        counts: dict[str, list[int]] = {}
        contenders = ((f"in {SHORT:,} events", short, SHORT), (f"in {events:,} events", long, events))
        # The followed households have more events than the others.
        plain = {count: range(13 * logs.FOLLOWED, logs.households(count)) for _, _, count in contenders}
        chosen = {count: chance.sample(numbers, min(200, len(numbers))) for count, numbers in plain.items()}
        for number in range(READS):
            for name, recorder, count in contenders:
                household = chosen[count][number % len(chosen[count])]
                query = DCBQuery(items=[DCBQueryItem(tags=[f"household:{sample.household_id(household)}"])])
                began = time.perf_counter()
                read = len(list(recorder.read(query)))
                if number >= READS // 4:
                    waits.setdefault(name, []).append((time.perf_counter() - began) * 1000)
                    counts.setdefault(name, []).append(read)
    names = [name for name, *_ in contenders]
    for name in names:
        result.figures[f"{name}, p50"] = percentile(waits[name], 0.5)
        result.figures[f"{name}, p99"] = percentile(waits[name], 0.99)
    per_event = [percentile(waits[n], 0.5) / max(1, percentile(counts[n], 0.5)) for n in names]
    result.ratio("long / short, p50 an event read", per_event[1] / per_event[0], 1.5, at_most=True)
    result.notes.append("Events read: " + ", ".join(f"{percentile(counts[n], 0.5)} {n}" for n in names) + ".")
    return result
