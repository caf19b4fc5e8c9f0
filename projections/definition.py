"""What a view is: its tables and folds, read from one ``.sql`` file of named blocks (and a ``.py`` where SQL is not enough).

Blocks are ``-- create --`` (tables, and the indexes their own folds need), ``-- index --`` (what readers need: made
last when a view is built anew) and ``-- on Type, Type --``; the line after says what the block does. Tables are written ``{name}`` and get the suffix of the build they belong to.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from ledger.areas import import_areas
from ledger.kernel import EVENT_TYPES, Event

FOLDER = Path(__file__).parent / "views"
Connection = psycopg.Connection[Any]

FIRST = (
    "organisations",
    "households",
    "household_chain",
    "event_index",
    "entitlements",
    "payment_runs",
    "payments",
    "fund_balances",
    "postings",
)
ORDER = (*FIRST, *sorted(path.stem for path in FOLDER.glob("*.sql") if path.stem not in FIRST))
"""Every view, in the order they are built: these first, then by name."""

_BLOCK = re.compile(r"^-- (create|index|on [\w, ]+) --\s*$")
_TABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Block:
    """One statement (or several) that folds the batch's events of some types into the view's tables."""

    types: frozenset[str]
    sql: str


@dataclass
class View:
    """A read model's definition. `fold` is its Python part, given a connection, the batch's types and table names."""

    name: str
    create: list[str] = field(default_factory=list)
    index: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    fold: Callable[[Connection, Mapping[str, str]], None] | None = None
    fold_types: frozenset[str] = frozenset()
    text: str = ""

    @property
    def types(self) -> frozenset[str]:
        """Every event type the view looks at."""
        return frozenset().union(self.fold_types, *(b.types for b in self.blocks))

    @property
    def append_only(self) -> bool:
        """Whether every fold only adds rows, so that batches may be folded in any order, or two at once."""
        return self.fold is None and not any(
            re.search(r"\b(UPDATE|DELETE|ON CONFLICT)\b", block.sql) for block in self.blocks
        )

    @property
    def tables(self) -> list[str]:
        """The view's tables, without suffix, as created."""
        return list(dict.fromkeys(re.findall(r"CREATE TABLE \{(\w+)\}", "\n".join(self.create))))

    def names(self, suffix: str = "") -> dict[str, str]:
        """Table names by plain name, in the build with this suffix."""
        return {table: table + suffix for table in self.tables}

    @property
    def hash(self) -> str:
        """Changes whenever the definition, or the shape of an event it looks at, changes: the view must be rebuilt."""
        shapes = {name: _shape(name) for name in sorted(self.types)}
        return hashlib.sha256((self.text + repr(shapes)).encode()).hexdigest()


@cache
def _shape(event_type: str) -> list[tuple[str, str, str]]:
    """Fields with types and defaults: a batch fills in what stored data leaves out."""
    fields = msgspec.structs.fields(EVENT_TYPES[event_type])
    # The mark of "no default" shows its address, which is another one in every process.
    return [(f.name, repr(f.type), "" if f.default is msgspec.NODEFAULT else repr(f.default)) for f in fields]


def render(sql: str, suffix: str) -> bytes:
    """SQL with every ``{table}`` replaced by the table's name in the build with this suffix."""
    return _TABLE.sub(lambda match: match.group(1) + suffix, sql).encode()


@cache
def views() -> dict[str, View]:
    """Every view by name, in building order."""
    import_events()
    return {name: _load(name) for name in ORDER}


def import_events() -> None:
    """Makes every event type known."""
    import_areas()


def _load(name: str) -> View:
    path = FOLDER / f"{name}.sql"
    view = View(name, text=_filled_in(path.read_text(encoding="utf-8")))
    kind, lines = "", []
    for line in [*view.text.splitlines(), "-- create --"]:
        match = _BLOCK.match(line)
        if match is None:
            lines.append(line)
            continue
        _add(view, kind, "\n".join(lines).strip())
        kind, lines = match.group(1), []
    code = path.with_suffix(".py")
    if code.exists():
        view.text += code.read_text(encoding="utf-8")
        spec = importlib.util.spec_from_file_location(f"projections.views.{name}", code)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        view.fold, view.fold_types = module.fold, frozenset(module.TYPES)
        # What the area's evolve says is part of the definition as well.
        view.text += "".join(inspect.getsource(state) for state in module.STATES)
    unknown = view.types - EVENT_TYPES.keys()
    if unknown:
        raise ValueError(f"view {name} folds events that do not exist: {sorted(unknown)}")
    return view


def _filled_in(text: str) -> str:
    """The text with ``$ALL`` (every event type), ``$CHAIN`` (those of chains) and ``$TITLES`` (type, 中文, English) written out."""
    # Only of the main log: which other events are known depends on what a process has imported.
    titles = ", ".join(
        "('" + "', '".join(part.replace("'", "''") for part in (name, *cls.TITLE)) + "')"
        for name, cls in sorted(EVENT_TYPES.items())
        if _of_main_log(cls.__module__)
    )
    every = [(name, cls) for name, cls in sorted(EVENT_TYPES.items()) if _of_main_log(cls.__module__)]
    chained = [name for name, cls in every if _on_chain(cls)]
    quoted = ", ".join(f"'{name}'" for name in chained)
    return (
        text.replace("$ALL", ", ".join(name for name, _ in every))
        .replace("$CHAIN_TYPES", quoted)
        .replace("$CHAIN", ", ".join(chained))
        .replace("$TITLES", titles)
    )


def _on_chain(cls: type[Event]) -> bool:
    """Whether an event becomes an entry of a household's chain: it names one, and does not say it stays off."""
    return cls.CHAIN and bool({"household_id", "household_ids"} & set(cls.__struct_fields__))


def _of_main_log(module: str) -> bool:
    """Whether an event's module belongs to the main log; readings have a log of their own."""
    return module.startswith("ledger.") and not module.startswith("ledger.supervision")


def _add(view: View, kind: str, sql: str) -> None:
    if kind == "create":
        if sql:
            view.create.append(sql)
    elif kind == "index":
        view.index.append(sql)
    elif kind.startswith("on "):
        types = frozenset(part.strip() for part in kind[3:].split(","))
        view.blocks.append(Block(types, sql))
