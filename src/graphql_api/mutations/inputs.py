"""Inputs of mutations, made from the commands themselves: one class a command stays one class."""

from __future__ import annotations

import types
from dataclasses import MISSING
from datetime import date
from enum import Enum
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
import strawberry

from graphql_api.scalars import Month, Yuan
from graphql_api.types.common import say
from graphql_api.words import CHOICES, COMMANDS, FIELDS
from ledger.kernel import Fen
from ledger.kernel import Month as KernelMonth

C = TypeVar("C", bound=Enum)

HIDDEN = frozenset({"account_key"})
"""Fields the edge fills in, not the caller."""

_inputs: dict[type, type] = {}
_enums: dict[type[Enum], Any] = {}


def _input_type(hint: Any) -> Any:
    """The GraphQL type of a command's field."""
    if hint is Fen:
        return Yuan
    if hint is KernelMonth:
        return Month
    if isinstance(hint, NewType):
        return str
    if hint in (str, int, bool, date):
        return hint
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return list[_input_type(arguments[0])]  # type: ignore[misc]
    if origin in (Union, types.UnionType):
        inner = next(a for a in arguments if a is not type(None))
        return _input_type(inner) | None
    if isinstance(hint, type) and issubclass(hint, Enum):
        if hint not in _enums:
            _enums[hint] = _enum(hint)
        return hint
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return input_of(hint)
    raise TypeError(f"no GraphQL input for {hint!r}")


def _enum(choices: type[Enum]) -> Any:
    said = (choices.__doc__ or choices.__name__).strip().splitlines()[0]
    made: Any = strawberry.enum(choices, name=choices.__name__, description=f"{said} 枚举。")
    for value in made.__strawberry_definition__.values:
        value.description = say(*CHOICES[value.name])
    return made


def enum_of(choices: type[C]) -> type[C]:
    """An enumeration of the ledger made one of the API, where a question takes it as well as a command."""
    _input_type(choices)
    return choices


def shown_name(name: str) -> str:
    """The name of a field as callers see it: money is given in yuan, so no name may end in fen."""
    return name.removesuffix("_fen")


def input_of(struct: type[msgspec.Struct]) -> type:
    """The strawberry input of a command or of a struct inside one."""
    if struct in _inputs:
        return _inputs[struct]
    hints = get_type_hints(struct)
    fields: list[Any] = []
    for item in msgspec.structs.fields(struct):
        if item.name in HIDDEN:
            continue
        default = MISSING if item.required else _default(item)
        hint = _input_type(hints[item.name])
        if default is not MISSING and default is not None and not isinstance(default, str | int | bool):
            hint, default = hint | None, None
        made = strawberry.field(description=say(*FIELDS[item.name]), default=default)
        fields.append((shown_name(item.name), hint, made))
    # Strawberry reads annotations and class attributes; ready-made dataclass fields would lose their descriptions.
    cls = type(
        f"{struct.__name__}Input",
        (),
        {"__annotations__": {n: h for n, h, _ in fields}} | {n: m for n, _, m in fields},
    )
    said = sentence(struct).replace(" in fen", " in yuan")  # amounts are given in yuan here
    made_input = strawberry.input(cls, description=f"{said} {COMMANDS[struct.__name__]}。")
    _inputs[struct] = made_input
    return made_input


def sentence(struct: type[Any]) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((struct.__doc__ or struct.__name__).strip().split("\n\n")[0].split())


def _default(item: Any) -> Any:
    if item.default_factory is not msgspec.NODEFAULT:
        return item.default_factory()
    return item.default


def to_struct(struct: type[msgspec.Struct], value: Any, **extra: Any) -> Any:
    """The command (or inner struct) an input stands for. Raises ``msgspec.ValidationError``."""
    return msgspec.convert(_plain(struct, value) | extra, struct)


def _plain(struct: type[msgspec.Struct], value: Any) -> dict[str, Any]:
    hints = get_type_hints(struct)
    plain = {}
    for item in msgspec.structs.fields(struct):
        if item.name in HIDDEN:
            continue
        given = getattr(value, shown_name(item.name))
        if given is None and not item.required and item.default is not None:
            continue
        plain[item.name] = _plain_value(hints[item.name], given)
    return plain


def _plain_value(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return [_plain_value(arguments[0], item) for item in value]
    if origin in (Union, types.UnionType):
        return _plain_value(next(a for a in arguments if a is not type(None)), value)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _plain(hint, value)
    return value.value if isinstance(value, Enum) else value
