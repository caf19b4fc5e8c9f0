"""Completing long lists quickly: a list whose selected fields are plain is turned into JSON objects by one function.

GraphQL's ordinary way resolves and completes every leaf of every item by itself, which is most of the time
a page of 200 entries takes. Here the selection is described once (a *shape*), one function is compiled for
each shape, and it is run over the items. Whatever is not plain (a resolver that loads something, an unusual
value, a null where none may be) is left to the ordinary way, which also says what was wrong and where; a test
compares both on generated queries. `complete_list_value` is private to graphql-core: its version is pinned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias, TypeVar

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
)
from graphql.execution.values import get_argument_values
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

F = TypeVar("F", bound=Callable[..., Any])
Rows: TypeAlias = Callable[[Sequence[Any]], list[dict[str, Any]]]

FEWEST = 4
"""Shorter lists gain nothing."""
MOST_SHAPES = 1_000
TEXT = "({v} if {v}.__class__ is str else _null())"
LEAVES = {
    "String": TEXT,
    "ID": TEXT,
    "Yuan": TEXT,
    "Month": TEXT,
    "Date": "({v} if {v}.__class__ is str else {v}.isoformat() if {v}.__class__ is date else _null())",
    "DateTime": "({v} if {v}.__class__ is str else {v}.isoformat() if {v}.__class__ is datetime else _null())",
    "Int": "({v} if {v}.__class__ is int and -2147483648 <= {v} <= 2147483647 else _null())",
    "Boolean": "({v} if {v}.__class__ is bool else _null())",
    "JSON": "({v} if {v}.__class__ is dict or {v}.__class__ is str else _null())",
}
"""How a value of each scalar is completed when it is of the usual kind; any other is left to the ordinary way."""
TEXTS = frozenset({"String", "ID", "Yuan", "Month"})


def plain(resolver: F) -> F:
    """Marks a resolver that only computes from its object (and arguments): the same whenever it is called."""
    resolver.plain = True  # type: ignore[attr-defined]
    return resolver


class Leaf(NamedTuple):
    """One selected field: its key in the answer, its name, its arguments, and what is selected below it."""

    key: str
    name: str
    arguments: tuple[tuple[str, Any], ...]
    below: Shape | None


class Shape(NamedTuple):
    """Everything selected of one type of object."""

    type_name: str
    leaves: tuple[Leaf, ...]


class NotPlain(Exception):
    """The ordinary way must do it."""


class Executor(StrawberryGraphQLCoreExecutionContext):
    """The ordinary executor, with lists of plain fields completed by compiled functions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.middleware_manager is not None and not self.middleware_manager.middlewares:
            self.middleware_manager = None  # spares the ordinary way a look-up for every field

    def complete_list_value(
        self, return_type: GraphQLList[Any], field_details_list: Any, info: Any, path: Any, result: Any,
        position_context: Any,
    ) -> Any:  # fmt: skip
        """The list's value; by a compiled function where that gives the same."""
        if type(result) is list and len(result) >= FEWEST and self.middleware_manager is None:
            try:
                return self._rows(return_type.of_type, field_details_list)(result)
            except Exception:
                pass
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _rows(self, item_type: GraphQLOutputType, details: Any) -> Rows:
        if not isinstance(item_type, GraphQLNonNull) or not isinstance(item_type.of_type, GraphQLObjectType):
            raise NotPlain
        shape = self._shape(item_type.of_type, details)
        compiled: dict[Shape, Rows] = self.schema.extensions.setdefault("compiled rows", {})
        found = compiled.get(shape)
        if found is None:
            if len(compiled) >= MOST_SHAPES:
                compiled.clear()
            found = compiled[shape] = compile_rows(item_type.of_type, shape)
        return found

    def _shape(self, kind: GraphQLObjectType, details: Any) -> Shape:
        if kind.is_type_of is not None:
            raise NotPlain
        grouped, deferred, forbidden = self.collect_subfields(kind, details)
        if deferred or forbidden:
            raise NotPlain
        leaves = []
        for key, fields in grouped.items():
            name = fields[0].node.name.value
            if name == "__typename":
                leaves.append(Leaf(key, name, (), None))
                continue
            field = kind.fields[name]
            named = named_type(field)
            below = self._shape(named, fields) if isinstance(named, GraphQLObjectType) else None
            leaves.append(Leaf(key, name, self._arguments(field, fields[0]), below))
        return Shape(kind.name, tuple(leaves))

    def _arguments(self, field: GraphQLField, details: Any) -> tuple[tuple[str, Any], ...]:
        if getattr(field.resolve, "_is_default", False):
            return ()
        mine = strawberry_field(field)
        if not is_plain(mine):
            raise NotPlain
        if not field.args:
            return ()
        given = get_argument_values(
            field, details.node, self.variable_values, details.fragment_variable_values
        )
        schema: Any = self.schema._strawberry_schema  # type: ignore[attr-defined]
        converted = convert_arguments(
            given,
            mine.arguments,
            scalar_registry=schema.schema_converter.scalar_registry,
            config=schema.config,
        )
        return tuple(sorted(converted.items()))


def named_type(field: GraphQLField) -> GraphQLOutputType:
    """A field's type without "not null". Raises ``NotPlain`` for what is neither a leaf, texts, nor an object."""
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    if isinstance(kind, GraphQLList):
        inner = kind.of_type.of_type if isinstance(kind.of_type, GraphQLNonNull) else None
        if inner is None or getattr(inner, "name", "") not in TEXTS:
            raise NotPlain
    elif not isinstance(kind, GraphQLObjectType) and getattr(kind, "name", "") not in LEAVES:
        raise NotPlain
    return kind


def strawberry_field(field: GraphQLField) -> StrawberryField:
    """The strawberry field behind a field of the schema."""
    found = field.extensions.get("strawberry-definition")
    if not isinstance(found, StrawberryField):
        raise NotPlain
    return found


def is_plain(field: StrawberryField) -> bool:
    """Whether a field's resolver is marked as plain, with nothing wrapped around it."""
    resolver = field.base_resolver
    return (
        resolver is not None
        and getattr(resolver.wrapped_func, "plain", False)
        and not field.extensions
        and not field.permission_classes
    )


# --- compiling ---


def compile_rows(kind: GraphQLObjectType, shape: Shape) -> Rows:
    """One function from a list of objects to a list of JSON objects. Raises ``NotPlain``."""
    names: dict[str, Any] = {"date": date, "datetime": datetime}
    body = _object(kind, shape, names, "x")
    source = f"def rows(items):\n    made = []\n    for x in items:\n        made.append({body})\n    return made\n"
    exec(
        compile(source, f"<rows of {kind.name}>", "exec"), names
    )  # the source holds names of the schema only
    return names["rows"]  # type: ignore[no-any-return]


def _object(kind: GraphQLObjectType, shape: Shape, names: dict[str, Any], variable: str) -> str:
    parts = []
    for leaf in shape.leaves:
        if leaf.name == "__typename":
            parts.append(f"{leaf.key!r}: {kind.name!r}")
            continue
        field = kind.fields[leaf.name]
        parts.append(f"{leaf.key!r}: {_value(field, leaf, names, _read(field, leaf, names, variable))}")
    return "{" + ", ".join(parts) + "}"


def _read(field: GraphQLField, leaf: Leaf, names: dict[str, Any], variable: str) -> str:
    """The expression that reads a field of an object."""
    mine = strawberry_field(field)
    if getattr(field.resolve, "_is_default", False):
        return f"{variable}.{mine.python_name}"
    resolver = mine.base_resolver
    assert resolver is not None
    function = _named(names, resolver.wrapped_func)
    arguments = "".join(f", {name}={_named(names, value)}" for name, value in leaf.arguments)
    return f"{function}({variable}{arguments})"


def _value(field: GraphQLField, leaf: Leaf, names: dict[str, Any], read: str) -> str:
    """The expression that completes what was read, as ``complete_value`` would."""
    required = isinstance(field.type, GraphQLNonNull)
    kind = named_type(field)
    v = f"v{len(names)}"
    names[v] = None
    if isinstance(kind, GraphQLObjectType):
        assert leaf.below is not None
        made = _object(kind, leaf.below, names, v)
    elif isinstance(kind, GraphQLList):
        made = f"{_named(names, _texts)}({v})"
    else:
        made = LEAVES[str(kind)].format(v=v)
    names["_null"] = _null
    empty = "_null()" if required else "None"
    return f"({made} if ({v} := {read}) is not None else {empty})"


def _named(names: dict[str, Any], value: Any) -> str:
    name = f"n{len(names)}"
    names[name] = value
    return name


def _null() -> Any:
    raise NotPlain


def _texts(value: Any) -> list[str]:
    if type(value) is not list or any(type(item) is not str for item in value):
        raise NotPlain
    return value
