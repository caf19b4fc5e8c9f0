"""``python -m bench``: every benchmark, or those named."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from rich.console import Console

from assistance.serving import steady_memory
from bench import (
    appending,
    asking,
    confirming,
    department_rows,
    ground,
    reading,
    verifying,
    views,
    what_if,
    work,
)
from bench.results import Result, as_json, as_markdown, show, write_page

BENCHMARKS: dict[str, Callable[[str, int], Iterable[Result]]] = {
    "bulk-small": lambda url, _: [appending.bulk(url, "small")],
    "bulk-real": lambda url, _: [appending.bulk(url, "real")],
    "single": lambda url, _: [appending.single(url, 1, "small"), appending.single(url, 1, "real")],
    "single-16": lambda url, _: [appending.single(url, 16, "small"), appending.single(url, 16, "real")],
    "clerk": lambda url, _: [appending.clerk_beside_run(url)],
    "rosters": lambda url, _: [work.rosters(url)],
    "department-rows": lambda url, _: [department_rows.imported(url)],
    "run": lambda url, _: [work.run(url)],
    "visible": lambda url, _: [work.visible(url)],
    "what-if": lambda url, _: [what_if.division(url)],
    "confirmation": lambda url, events: [confirming.confirmation(url, events)],
    "reading": lambda url, events: [reading.one_household(url, events)],
    "chain-view": lambda url, events: [views.chain(url, events)],
    "views": lambda url, events: [views.every(url, events)],
    "verify": lambda url, events: [verifying.log(url, events), verifying.every_view(url, events)],
    "graphql": lambda url, events: [asking.chain(url, events)],
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--events", default=1_000_000, show_default=True, help="length of the long log")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="also write the results here")
@click.option(
    "--markdown",
    type=click.Path(path_type=Path),
    help="also put the results into this page, after its marker",
)
def main(names: tuple[str, ...], events: int, json_file: Path | None, markdown: Path | None) -> None:
    """Measures this ledger beside others, in one run, and prints the ratios."""
    steady_memory()
    console = Console()
    results: list[Result] = []
    with ground.postgres() as url:
        machine = ground.describe(url)
        console.print(machine, "\n")
        for name in names or BENCHMARKS:
            began = time.monotonic()
            made = list(BENCHMARKS[name](url, events))
            show(made, console)
            console.print(f"[dim]{name}: {time.monotonic() - began:.0f} s[/dim]\n")
            results += made
    if json_file is not None:
        json_file.write_text(
            json.dumps({"machine": machine, "results": as_json(results)}, indent=1, ensure_ascii=False)
        )
    if markdown is not None:
        write_page(markdown, f"{machine}\n\n{as_markdown(results)}")


if __name__ == "__main__":
    main()
