"""A programme's own facts: checked against what its definition asks for, and put into one form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NoReturn

from ledger.assistance.events import OwnFact
from ledger.assistance.refusals import BadFact
from ledger.kernel import Fen, month
from ledger.programmes.events import Kind
from ledger.programmes.programme_events import FieldKind, OwnField, ProgrammeDefined

LONGEST = 60
IDENTITY = re.compile(r"\d{11}")
"""What a telephone, ID or account number looks like in a text."""
YES = {"yes": "yes", "no": "no", "是": "yes", "否": "no", "true": "yes", "false": "no"}
_NUMBER = re.compile(r"\d{1,9}")
_YEAR = re.compile(r"(?:19|20)\d{2}")


def wrong(own: OwnField, why: str, why_zh: str) -> NoReturn:
    """Raises the refusal of one field."""
    raise BadFact(field=own.named.en, field_zh=own.named.zh, why=why, why_zh=why_zh)


def choice_of(choices: Iterable[Kind], text: str) -> str | None:
    """The code of a choice by its code or one of its names."""
    return next((k.code for k in choices if text in (k.code, k.named.zh, k.named.en)), None)


def own_value(own: OwnField, text: str) -> str:
    """The text of one field (all but amounts) in the one form it is kept in. Raises ``BadFact``."""
    match own.holds:
        case FieldKind.NUMBER:
            if not _NUMBER.fullmatch(text):
                wrong(own, "a whole number is expected", "应为整数")
            return str(int(text))
        case FieldKind.YEAR:
            if not _YEAR.fullmatch(text):
                wrong(own, "a year like 2026 is expected", "应为年份，如2026")
            return text
        case FieldKind.MONTH:
            try:
                return month(text)
            except ValueError:
                wrong(own, "a month like 2026-11 is expected", "应为月份，如2026-11")
        case FieldKind.DAY:
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError:
                wrong(own, "a day like 2026-11-24 is expected", "应为日期，如2026-11-24")
        case FieldKind.CHOICE:
            code = choice_of(own.choices, text)
            if code is None:
                named = ", ".join(k.code for k in own.choices)
                wrong(
                    own, f"one of {named} is expected", "应为：" + "、".join(k.named.zh for k in own.choices)
                )
            return code
        case FieldKind.YES_NO:
            if text not in YES:
                wrong(own, "yes or no is expected", "应为是或否")
            return YES[text]
        case FieldKind.AMOUNT:
            wrong(own, "an amount is expected", "应为金额")
        case FieldKind.TEXT:
            if len(text) > LONGEST or IDENTITY.search(text):
                wrong(own, f"a text of at most {LONGEST} characters without ID, telephone or account numbers is expected",
                      f"应为不超过{LONGEST}字的文本，且不得含身份证号、电话或账号")  # fmt: skip
            return text


def fields_of(programme: ProgrammeDefined, form: str) -> list[OwnField]:
    """The own fields that concern a form."""
    return [own for own in programme.fields if not own.forms or form in own.forms]


def checked_facts(
    programme: ProgrammeDefined, form: str, given: Iterable[OwnFact], amount_fen: int | None
) -> tuple[OwnFact, ...]:
    """The facts in the order of the definition, each checked, their sums right. Raises ``BadFact``."""
    by_name: dict[str, OwnFact] = {}
    for fact in given:
        if fact.field in by_name:
            raise BadFact(field=fact.field, field_zh=fact.field, why="it is given twice", why_zh="重复填写")
        by_name[fact.field] = fact
    fields = fields_of(programme, form)
    strange = by_name.keys() - {own.field for own in fields}
    if strange:
        name = min(strange)
        why = f"the programme has no such fact for {form}", "该项目此形式没有此字段"
        raise BadFact(field=name, field_zh=name, why=why[0], why_zh=why[1])
    facts = tuple(_fact(own, by_name[own.field]) for own in fields if _is_there(own, by_name.get(own.field)))
    check_sums(programme, {f.field: f.amount_fen for f in facts if f.amount_fen is not None}, amount_fen)
    return facts


def _is_there(own: OwnField, fact: OwnFact | None) -> bool:
    there = fact is not None and (fact.amount_fen is not None or bool((fact.content or "").strip()))
    if own.required and not there:
        wrong(own, "it must be given", "必须填写")
    return there


def _fact(own: OwnField, fact: OwnFact) -> OwnFact:
    if own.holds is not FieldKind.AMOUNT:
        if fact.amount_fen is not None:
            wrong(own, "text is expected, not an amount", "应填写内容，而非金额")
        return OwnFact(field=own.field, content=own_value(own, (fact.content or "").strip()))
    if fact.amount_fen is None:
        wrong(own, "an amount is expected", "应为金额")
    if fact.amount_fen < 0:
        wrong(own, "an amount is not negative", "金额不得为负")
    return OwnFact(field=own.field, amount_fen=Fen(fact.amount_fen))


def check_sums(programme: ProgrammeDefined, amounts: Mapping[str, int], amount_fen: int | None) -> None:
    """Raises ``BadFact`` unless every total is the sum of its parts, and the aid's own amount the part it is."""
    named = {own.field: own for own in programme.fields}
    for rule in programme.sums:
        if rule.total not in amounts:
            continue
        parts = sum(amounts.get(part, 0) for part in rule.parts)
        if parts != amounts[rule.total]:
            listed = "、".join(named[part].named.zh for part in rule.parts)
            wrong(named[rule.total], f"{amounts[rule.total]} fen is not the sum of its parts, {parts} fen",
                  f"{amounts[rule.total]}分不等于{listed}之和{parts}分")  # fmt: skip
        if rule.given is not None and amount_fen is not None and amounts.get(rule.given, 0) != amount_fen:
            wrong(named[rule.given], f"it is the amount granted, {amount_fen} fen", f"应等于救助金额{amount_fen}分")  # fmt: skip
