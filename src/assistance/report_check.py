"""From a department's rows to what it gave: every cell checked by the programme's definition, every fault named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from assistance.report_rows import OWN, ReportRow, Sheet
from assistance.roster_report import Problem
from ledger.assistance.events import OwnFact
from ledger.assistance.granting import amount_fault, year_of
from ledger.assistance.own_facts import check_sums, choice_of, own_value
from ledger.assistance.refusals import BadFact
from ledger.assistance.states import Aid
from ledger.ids import DisasterId
from ledger.kernel import Fen, Month, Named, month, month_of
from ledger.programmes.events import Kind
from ledger.programmes.programme_book import Programmes
from ledger.programmes.programme_events import (
    FieldKind,
    OwnField,
    ProgrammeDefined,
    Recurrence,
)
from ledger.registry.identity import check_id_number, mask_id
from ledger.registry.refusals import BadIdNumber

PRIVATE = frozenset({"name", "id_number"})
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?")


@dataclass(slots=True)
class GivenRow:
    """One row, all its cells read."""

    sheet: str
    row: int
    programme: ProgrammeDefined
    record_number: str
    id_number: str
    born: date
    name: str
    form: str
    form_named: Named
    given_on: date
    amount_fen: Fen | None
    from_month: Month | None
    last_month: Month | None
    year: int
    need: str | None
    disaster_id: DisasterId | None
    facts: tuple[OwnFact, ...]

    def aid(self, assistance_id: str, household_id: str) -> Aid:
        """What others may exclude."""
        first = self.from_month or month_of(self.given_on)
        return Aid(assistance_id, self.programme.code, self.form, self.given_on, first, self.last_month or first, self.year, self.need,
                   self.disaster_id, household_id)  # fmt: skip

    def canonical(self) -> str:
        """What the row says, in one form: the same row has the same."""
        facts = "\x1e".join(
            f"{f.field}={f.amount_fen if f.amount_fen is not None else f.content}" for f in self.facts
        )
        said = (self.programme.code, self.record_number, self.id_number, self.form, self.given_on, self.amount_fen, self.from_month,
                self.last_month, self.need, self.disaster_id, facts)  # fmt: skip
        return "\x1f".join("" if part is None else str(part) for part in said)


@dataclass
class CheckedRows:
    """The rows that are right, and every problem of those that are not."""

    rows: list[GivenRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rejected: int = 0


class SheetCheck:
    """Checks the rows of one sheet; what depends on the programme alone is worked out once."""

    def __init__(self, sheet: Sheet, programmes: Programmes, today: date) -> None:
        self.sheet, self.programmes, self.today = sheet, programmes, today
        programme = sheet.programme
        self.programme = programme
        forms = [programmes.form(offer.form, today) for offer in programme.offers]
        self.kinds = [Kind(code=form.code, named=form.named) for form in forms]
        self.forms = {form.code: form for form in forms}
        self.own: dict[str, list[tuple[str, OwnField]]] = {
            form.code: [
                (f"{OWN}{own.field}", own)
                for own in programme.fields
                if not own.forms or form.code in own.forms
            ]
            for form in forms
        }
        self.found = CheckedRows()
        self.seen: dict[str, int] = {}
        self.codes: dict[str, str] = {}
        self.days: dict[str, date | None] = {}

    def wrong(self, raw: ReportRow, name: str, english: str, chinese: str) -> None:
        """Notes what is wrong with a cell; who it names is masked."""
        value = raw.cells.get(name, "")
        shown = (mask_id(value) if name == "id_number" else "*" * len(value)) if name in PRIVATE else value
        header = self.sheet.headers.get(name, name)
        self.found.problems.append(Problem(self.sheet.name, raw.row, header, shown[:40], english, chinese))

    def check(self, raw: ReportRow) -> None:
        """Reads one row: it is right, or its faults are noted."""
        before = len(self.found.problems)
        made = self._row(raw)
        if made is not None and len(self.found.problems) == before:
            self.found.rows.append(made)
        else:
            self.found.rejected += 1

    def _row(self, raw: ReportRow) -> GivenRow | None:
        cells = raw.cells
        number = self._record(raw)
        id_number = cells.get("id_number", "").upper()
        born = self._born(raw, id_number)
        form = self._form(raw)
        given_on = self._day(raw, "given_on")
        amount = self._money(raw, "amount")
        months = self._months(raw, given_on)
        disaster = self._disaster(raw)
        facts = self._facts(raw, form, amount) if form else ()
        if form is not None:
            fault = amount_fault(self.forms[form].amount, amount)
            if fault is not None:
                self.wrong(raw, "amount", *fault)
        if form is None or born is None or given_on is None:
            return None
        return GivenRow(
            self.sheet.name, raw.row, self.programme, number, id_number, born, cells.get("name", ""), form, self.forms[form].named,
            given_on, amount, *months, year_of(self.programme, facts, given_on), cells.get("need") or None, disaster, facts,
        )  # fmt: skip

    def _record(self, raw: ReportRow) -> str:
        number = raw.cells.get("record_number", "")
        if not number:
            self.wrong(raw, "record_number", "a value", "不得为空")
        elif len(number) > 64:
            self.wrong(raw, "record_number", "at most 64 characters", "最多64个字符")
        elif number in self.seen:
            first = self.seen[number]
            self.wrong(
                raw,
                "record_number",
                f"each record once; row {first} has it too",
                f"记录号重复，第{first}行已有",
            )
        else:
            self.seen[number] = raw.row
        return number

    def _born(self, raw: ReportRow, id_number: str) -> date | None:
        if not id_number:
            self.wrong(raw, "id_number", "a value", "不得为空")
            return None
        try:
            return check_id_number(id_number)[0]
        except BadIdNumber as refusal:
            self.wrong(raw, "id_number", refusal.english, refusal.chinese)
            return None

    def _form(self, raw: ReportRow) -> str | None:
        text = raw.cells.get("form", "")
        if not text and len(self.kinds) == 1:
            return self.kinds[0].code
        code = self.codes.get(text) or (choice_of(self.kinds, text) if text else None)
        if code is not None:
            self.codes[text] = code
        else:
            named = [kind.named for kind in self.kinds]
            self.wrong(
                raw,
                "form",
                "one of " + ", ".join(n.en for n in named),
                "应为：" + "、".join(n.zh for n in named),
            )
        return code

    def _day(self, raw: ReportRow, name: str) -> date | None:
        text = raw.cells.get(name, "")
        if not text:
            self.wrong(raw, name, "a value", "不得为空")
            return None
        day = self.days.get(text) or _day_of(text)
        if day is None:
            self.wrong(raw, name, "a date like 2026-09-30", "日期格式如 2026-09-30")
        elif day > self.today:
            self.wrong(raw, name, f"not later than {self.today}", f"不得晚于{self.today}")
        else:
            self.days[text] = day
        return day

    def _money(self, raw: ReportRow, name: str) -> Fen | None:
        text = raw.cells.get(name, "")
        if not text:
            return None
        try:
            fen = Decimal(text.replace(",", "").replace("，", "")) * 100
            if not fen.is_finite() or fen != fen.to_integral_value():
                self.wrong(raw, name, "at most two decimals", "最多两位小数")
                return None
        except InvalidOperation:
            self.wrong(raw, name, "an amount in yuan", "应为金额（元）")
            return None
        if fen < 0:
            self.wrong(raw, name, "not negative", "不得为负")
            return None
        if fen > 10**12:
            self.wrong(raw, name, "a plausible amount", "金额过大")
            return None
        return Fen(int(fen))

    def _months(self, raw: ReportRow, given_on: date | None) -> tuple[Month | None, Month | None]:
        """First and last month of monthly aid: the month of the day where none is named."""
        monthly = self.programme.recurrence is Recurrence.MONTHLY
        made: list[Month | None] = []
        for name in ("from_month", "last_month"):
            text = raw.cells.get(name, "")
            if text and not monthly:
                self.wrong(
                    raw, name, "nothing: the programme is not given by months", "该项目不按月发放，应为空"
                )
            of = _month_of(text) if text else None
            if text and of is None:
                self.wrong(raw, name, "a month like 2026-09", "月份格式如 2026-09")
            made.append(of)
        if not monthly or given_on is None:
            return None, None
        first = made[0] or month_of(given_on)
        last = made[1] or first
        if last < first:
            self.wrong(raw, "last_month", f"not before {first}", f"不得早于{first}")
        return first, last

    def _disaster(self, raw: ReportRow) -> DisasterId | None:
        text = raw.cells.get("disaster_id", "")
        if text and not self.programme.disaster:
            self.wrong(
                raw,
                "disaster_id",
                "nothing: the programme is not for a disaster",
                "该项目不依灾害给予，应为空",
            )
        if not text and self.programme.disaster:
            self.wrong(raw, "disaster_id", "the id of a declared disaster", "应为已认定的灾害编号")
        return DisasterId(text) if text else None

    def _facts(self, raw: ReportRow, form: str, amount: Fen | None) -> tuple[OwnFact, ...]:
        facts: list[OwnFact] = []
        amounts: dict[str, int] = {}
        for name, own in self.own[form]:
            text = raw.cells.get(name, "")
            if not text:
                if own.required:
                    self.wrong(raw, name, "a value", "不得为空")
                continue
            if own.holds is FieldKind.AMOUNT:
                fen = self._money(raw, name)
                if fen is not None:
                    amounts[own.field] = fen
                    facts.append(OwnFact(field=own.field, amount_fen=fen))
                continue
            try:
                facts.append(OwnFact(field=own.field, content=own_value(own, text)))
            except BadFact as fault:
                self.wrong(raw, name, str(fault.facts["why"]), str(fault.facts["why_zh"]))
        self._sums(raw, amounts, amount)
        return tuple(facts)

    def _sums(self, raw: ReportRow, amounts: dict[str, int], amount: Fen | None) -> None:
        try:
            check_sums(self.programme, amounts, amount)
        except BadFact as fault:
            named = {own.named.zh: f"{OWN}{own.field}" for own in self.programme.fields}
            self.wrong(
                raw, named[str(fault.facts["field_zh"])], str(fault.facts["why"]), str(fault.facts["why_zh"])
            )


def check_sheet(
    sheet: Sheet, programmes: Programmes, today: date, faults: Iterable[Problem] = ()
) -> CheckedRows:
    """Every row of a sheet, checked; `faults` are cells found bad while reading: their rows are bad too."""
    checking = SheetCheck(sheet, programmes, today)
    bad = {fault.row for fault in faults if fault.sheet == sheet.name}
    for raw in sheet.rows:
        checking.check(raw)
    good = [row for row in checking.found.rows if row.row not in bad]
    checking.found.rejected += len(checking.found.rows) - len(good)
    checking.found.rows = good
    return checking.found


def _day_of(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def _month_of(text: str) -> Month | None:
    match = _MONTH.fullmatch(text)
    if match is None:
        return None
    try:
        return month(f"{match[1]}-{int(match[2]):02d}")
    except ValueError:
        return None
