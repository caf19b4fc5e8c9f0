"""Figures, the ratios between them, and how they are shown."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass
class Result:
    """One comparison: figures by contender, and ratios with the floor each should reach (None: stated only)."""

    title: str
    unit: str
    figures: dict[str, float] = field(default_factory=dict)
    ratios: list[Ratio] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def ratio(self, name: str, value: float, floor: float | None, *, at_most: bool = False) -> None:
        """Adds a ratio; `floor` is the least (or, with `at_most`, the most) it should be."""
        self.ratios.append(Ratio(name, value, floor, at_most))


@dataclass
class Ratio:
    """How two figures stand to each other, and what was asked for."""

    name: str
    value: float
    floor: float | None
    at_most: bool

    @property
    def verdict(self) -> str:
        if self.floor is None:
            return "stated"
        reached = self.value <= self.floor if self.at_most else self.value >= self.floor
        return f"{'reached' if reached else 'NOT reached'} ({'at most' if self.at_most else 'at least'} {self.floor:g})"


def median_of_ratios(ours: Sequence[float], others: Sequence[float]) -> float:
    """The median of the rounds' own ratios: neighbours in time share the machine's mood."""
    return statistics.median(a / b for a, b in zip(ours, others, strict=True))


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(results: Iterable[Result], console: Console) -> None:
    """One table per comparison."""
    for result in results:
        table = Table(title=result.title, title_justify="left", show_header=False, box=None, padding=(0, 2))
        for name, figure in result.figures.items():
            table.add_row(name, f"{figure:,.4g}" if figure < 100 else f"{figure:,.0f}", result.unit)
        for ratio in result.ratios:
            table.add_row(ratio.name, f"{ratio.value:.2f} ×", ratio.verdict)
        for note in result.notes:
            table.add_row(note)
        console.print(table)
        console.print()


def as_json(results: Iterable[Result]) -> list[dict[str, object]]:
    """The same as plain data."""
    return [
        {
            "title": r.title,
            "unit": r.unit,
            "figures": r.figures,
            "ratios": [{"name": x.name, "value": round(x.value, 3), "verdict": x.verdict} for x in r.ratios],
            "notes": r.notes,
        }
        for r in results
    ]


def as_markdown(results: Iterable[Result]) -> str:
    """The same for ``docs/benchmarks.md``."""
    lines = []
    for r in results:
        lines += [f"### {r.title}", "", f"| | {r.unit} |", "|---|---:|"]
        lines += [
            f"| {name} | {value:,.4g} |" if value < 100 else f"| {name} | {value:,.0f} |"
            for name, value in r.figures.items()
        ]
        lines += [""]
        if r.ratios:
            lines += ["| ratio | measured | asked for |", "|---|---:|---|"]
            lines += [f"| {x.name} | {x.value:.2f} × | {x.verdict} |" for x in r.ratios]
            lines += [""]
        lines += [f"{note}\n" for note in r.notes]
    return "\n".join(lines)


MARKER = "<!-- what `make bench` measured -->"


def write_page(path: Path, figures: str) -> None:
    """Puts the figures after the page's marker; what people wrote before it stays."""
    said = path.read_text(encoding="utf-8").partition(MARKER)[0] if path.exists() else "# Benchmarks\n\n"
    path.write_text(f"{said}{MARKER}\n\n{figures}", encoding="utf-8")
