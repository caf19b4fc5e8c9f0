"""Inputs of mutations, made from the commands themselves: one class a command stays one class."""

from __future__ import annotations

import types
from dataclasses import MISSING, make_dataclass
from datetime import date
from enum import Enum
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

import msgspec
import strawberry

from graphql_api.scalars import Month, Yuan
from ledger.kernel import Fen
from ledger.kernel import Month as KernelMonth

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
            said = (hint.__doc__ or hint.__name__).strip().splitlines()[0]
            _enums[hint] = strawberry.enum(hint, name=hint.__name__, description=f"{said} 枚举。")
        return hint
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return input_of(hint)
    raise TypeError(f"no GraphQL input for {hint!r}")


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
        made = strawberry.field(description=f"{item.name.replace('_', ' ')} {WORDS.get(item.name, '字段')}。")
        if default is not MISSING:
            made.default = default
        fields.append((item.name, hint, made))
    fields.sort(key=lambda entry: entry[2].default is not MISSING)
    said = " ".join((struct.__doc__ or struct.__name__).strip().split("\n\n")[0].split())
    cls = make_dataclass(f"{struct.__name__}Input", fields, kw_only=True)
    made_input = strawberry.input(cls, description=f"{said} （{struct.__name__}）")
    _inputs[struct] = made_input
    return made_input


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
        given = getattr(value, item.name)
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


WORDS = {
    "command_id": "命令编号（幂等）", "household_id": "家庭编号", "organisation_id": "机构编号", "person_id": "人员编号",
    "case_id": "申请编号", "entitlement_id": "待遇编号", "fund_id": "资金编号", "run_id": "批次编号", "number": "编号",
    "members": "成员", "name": "名称", "reason": "理由", "article": "依据条款", "amount_fen": "金额（元）", "category": "类别",
    "from_month": "起始月份", "last_month": "末月", "document": "文号", "area": "城乡", "address": "住址", "relation": "与户主关系",
    "id_number": "身份证号", "phone": "联系电话", "income": "收入", "property": "财产", "uses": "用途", "year": "年度",
    "source": "来源", "role": "角色", "level": "层级", "parent_id": "上级机构", "value": "数值", "unit": "单位",
}  # fmt: skip
