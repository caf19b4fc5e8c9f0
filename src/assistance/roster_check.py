"""From raw rows to households: every cell read by the rules of the domain, every fault named."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from assistance.roster import RawRow, programme_of
from assistance.roster_columns import (
    AREAS,
    DISABILITIES,
    HEADER_OF,
    ILLNESSES,
    LABOUR,
    LEVELS,
    RELATIONS,
    SCHOOLING,
    SEXES,
    YES_NO,
)
from assistance.roster_report import Problem
from ledger.kernel import Fen, Refused
from ledger.registry.commands import NewMember, check_composition
from ledger.registry.events import Attributes, IncomeLine, PropertyLine, Relation
from ledger.registry.identity import check_account, check_id_number, mask_id
from ledger.registry.refusals import TooManyMembers

PRIVATE = frozenset({"name", "id_number", "phone", "address", "account", "account_holder"})


@dataclass
class RosterMember:
    """One person of a roster household."""

    row: int
    member: NewMember
    counted: bool


@dataclass
class RosterHousehold:
    """One household of a roster, all its cells read."""

    sheet: str
    row: int
    row_hash: str
    programme: str
    number: str
    company: str
    area: str
    address: str | None
    members: list[RosterMember]
    income: tuple[IncomeLine, ...]
    property: tuple[PropertyLine, ...]
    amounts: dict[str, Fen]
    bank_code: str
    account: str
    account_holder: str
    decided_on: date
    document: str


@dataclass
class Checked:
    """The households that are right, and every problem of those that are not."""

    households: list[RosterHousehold] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rejected: int = 0


class _Row:
    """Reads the cells of one row, noting what is wrong with them."""

    def __init__(self, raw: RawRow, today: date, problems: list[Problem]) -> None:
        self.raw, self.today, self.problems = raw, today, problems

    def wrong(self, name: str, english: str, chinese: str) -> None:
        value = self.raw.cells.get(name, "")
        shown = (mask_id(value) if name == "id_number" else "*" * len(value)) if name in PRIVATE else value
        self.problems.append(
            Problem(self.raw.sheet, self.raw.row, HEADER_OF.get(name, name), shown[:40], english, chinese)
        )

    def text(self, name: str, *, needed: bool = True) -> str:
        value = self.raw.cells.get(name, "")
        if needed and not value:
            self.wrong(name, "a value", "不得为空")
        return value

    def one_of(self, name: str, words: Mapping[str, Any], *, needed: bool = True) -> Any:
        value = self.text(name, needed=needed)
        if value and value not in words:
            self.wrong(name, "one of " + ", ".join(words), "应为：" + "、".join(words))
        return words.get(value)

    def money(self, name: str, *, needed: bool = True, negative: bool = False, zero: bool = True) -> Fen:
        value = self.text(name, needed=needed)
        if not value:
            return Fen(0)
        try:
            fen = Decimal(value.replace(",", "").replace("，", "")) * 100
        except ArithmeticError:
            self.wrong(name, "an amount in yuan", "应为金额（元）")
            return Fen(0)
        if not fen.is_finite() or fen != fen.to_integral_value():
            self.wrong(name, "at most two decimals", "最多两位小数")
        elif fen < 0 and not negative:
            self.wrong(name, "not negative", "不得为负")
        elif fen == 0 and not zero:
            self.wrong(name, "above zero", "应大于零")
        elif abs(fen) > 10**12:
            self.wrong(name, "a plausible amount", "金额过大")
        else:
            return Fen(int(fen))
        return Fen(0)

    def day(self, name: str) -> date:
        value = self.text(name)
        match = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?", value)
        if match:
            try:
                day = date(*(int(part) for part in match.groups()))
            except ValueError:
                self.wrong(name, "a day of the calendar", "日期不存在")
                return self.today
            if day > self.today:
                self.wrong(name, f"not later than {self.today}", f"不得晚于{self.today}")
            return day
        if value:
            self.wrong(name, "a date like 2026-09-30", "日期格式如 2026-09-30")
        return self.today

    def refusals(self, name: str, check: Any, *arguments: Any) -> Any:
        try:
            return check(*arguments)
        except Refused as refusal:
            self.wrong(name, refusal.english, refusal.chinese)
            return None

    def member(self) -> RosterMember:
        number = self.text("id_number").upper()
        stated = self.refusals("id_number", check_id_number, number) if number else None
        birth, sex = self.day("birth_date"), self.one_of("sex", SEXES)
        if stated is not None:
            if birth != stated[0]:
                self.wrong("birth_date", "the birth date in the ID number", "与身份证号不符")
            if sex is not None and sex != stated[1]:
                self.wrong("sex", "the sex in the ID number", "与身份证号不符")
        failed = self.text("self_care", needed=False)
        if failed and failed not in "0123456":
            self.wrong("self_care", "0 to 6", "应为0至6")
        attributes = Attributes(
            disability_type=self.one_of("disability_type", DISABILITIES, needed=False),
            disability_level=self.one_of("disability_level", LEVELS, needed=False),
            illness=self.one_of("illness", ILLNESSES, needed=False),
            labour_ability=self.one_of("labour", LABOUR, needed=False),
            schooling=self.one_of("schooling", SCHOOLING, needed=False),
            self_care_failed=int(failed) if failed in tuple("0123456") else None,
        )
        relation = Relation(self.one_of("relation", RELATIONS) or "other")
        made = NewMember(
            id_number=number,
            name=self.text("name"),
            relation=relation,
            phone=self.text("phone", needed=False) or None,
            attributes=attributes,
        )
        return RosterMember(self.raw.row, made, bool(self.one_of("counted", YES_NO)))


def check_rows(rows: list[RawRow], today: date, faults: Iterable[Problem] = ()) -> Checked:
    """Groups rows into households by number and checks every cell; a household with one bad row is wholly out.

    `faults` are cells found bad while reading: their rows are bad too.
    """
    bad = {(fault.sheet, fault.row) for fault in faults}
    groups: dict[tuple[str, str], list[RawRow]] = defaultdict(list)
    checked = Checked()
    for raw in rows:
        groups[(raw.sheet, raw.cells.get("number", "") or f"?{raw.row}")].append(raw)
    seen_people: dict[str, RawRow] = {}
    seen_numbers: dict[str, str] = {}
    for (sheet, number), group in groups.items():
        before = len(checked.problems)
        household = _household(sheet, number, group, today, checked.problems)
        first = _Row(group[0], today, checked.problems)
        if seen_numbers.setdefault(number, sheet) != sheet:
            first.wrong(
                "number", f"a number not used on sheet {seen_numbers[number]} too", "户编号在两张表中重复"
            )
        for raw in group:
            person = raw.cells.get("id_number", "").upper()
            first_seen = seen_people.setdefault(person, raw)
            if person and first_seen is not raw:
                where = (
                    f"{first_seen.sheet} row {first_seen.row}",
                    f"“{first_seen.sheet}”第{first_seen.row}行",
                )
                _Row(raw, today, checked.problems).wrong(
                    "id_number", f"each person once; {where[0]} names them too", f"同一人不得重复，{where[1]}已有"
                )  # fmt: skip
        if any((raw.sheet, raw.row) in bad for raw in group):
            household = None
        if household is not None and len(checked.problems) == before:
            checked.households.append(household)
        else:
            checked.rejected += 1
    return checked


def _household(
    sheet: str, number: str, group: list[RawRow], today: date, problems: list[Problem]
) -> RosterHousehold | None:
    head = _Row(
        next((r for r in group if RELATIONS.get(r.cells.get("relation", "")) == "head"), group[0]),
        today,
        problems,
    )
    head.text("number")
    members = [_Row(raw, today, problems).member() for raw in group]
    try:
        check_composition([m.member for m in members])
    except TooManyMembers as refusal:
        head.wrong("number", refusal.english, refusal.chinese)
    except Refused as refusal:
        head.wrong("relation", refusal.english, refusal.chinese)
    programme = programme_of(sheet) or "dibao"
    counted = sum(m.counted for m in members)
    if (
        counted == 0
        or (programme == "dibao" and counted != len(members))
        or (programme == "tekun" and counted != 1)
    ):
        head.wrong(
            "counted", "dibao covers the whole household, tekun one person", "低保须整户保障，特困按一人认定"
        )
    account, bank_code = head.text("account"), head.text("bank_code")
    if account and bank_code:
        head.refusals("account", check_account, account, bank_code)
    kinds = (
        ("wage", "wage"),
        ("business", "business"),
        ("property_income", "property"),
        ("transfer", "transfer"),
    )
    income = tuple(
        IncomeLine(kind=kind, annual_fen=amount)
        for name, kind in kinds
        if (amount := head.money(name, needed=False, negative=kind == "business"))
    )
    deposits = head.money("deposits", needed=False)
    content = "\x1e".join("\x1f".join(f"{k}={v}" for k, v in sorted(raw.cells.items())) for raw in group)
    return RosterHousehold(
        sheet=sheet,
        row=head.raw.row,
        row_hash=hashlib.sha256(content.encode()).hexdigest(),
        programme=programme,
        number=number,
        company=head.text("company"),
        area=head.one_of("area", AREAS) or "rural",
        address=head.text("address", needed=False) or None,
        members=members,
        income=income,
        property=(PropertyLine(kind="deposit", value_fen=deposits),) if deposits else (),
        amounts={
            n: head.money(n, needed=n == "base", zero=n != "base") for n in ("base", "supplement", "care")
        },
        bank_code=bank_code,
        account=account,
        account_holder=head.text("account_holder"),
        decided_on=head.day("decided_on"),
        document=head.text("document"),
    )
