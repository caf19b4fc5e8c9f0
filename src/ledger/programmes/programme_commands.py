"""What may be done to definitions of programmes, forms and exclusions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.kernel import Basis, Boundary, Command, Context, Event, Known, Named, Role
from ledger.programmes.book import ALL_CATEGORIES, Categories
from ledger.programmes.commands import CODE, check_definition
from ledger.programmes.events import CoverLevel
from ledger.programmes.programme_book import (
    ALL_PROGRAMMES,
    Programmes,
    exclusion_definition,
    form_definition,
    programme_definition,
)
from ledger.programmes.programme_events import (
    AmountUse,
    FieldKind,
    Offer,
    OwnField,
    Recurrence,
    Sum,
    Who,
    Within,
)
from ledger.programmes.refusals import BadDefinition, DefinitionWithoutBasis, FormUnknown
from ledger.standards.book import basis_text


class DefinitionCommand(Command, frozen=True, kw_only=True):
    """Base of commands that define something from a day on, on the basis of a document or article."""

    ROLES: ClassVar = frozenset({Role.ADMIN})
    code: str
    named: Named
    from_date: date
    until_date: date | None = None
    document: str | None = None
    article: str | None = None

    def boundary(self, known: Known, context: Context) -> Boundary:
        return (*ALL_PROGRAMMES, ALL_CATEGORIES)

    def checked(self) -> Basis:
        """The basis. Raises ``DefinitionWithoutBasis`` and ``BadDefinition``."""
        basis = Basis(document=self.document or None, rule=self.article or None)
        if not basis_text(basis).strip():
            raise DefinitionWithoutBasis(code=self.code)
        check_definition(self.code, self.named, self.from_date, self.until_date)
        return basis

    def bad(self, why: str, why_zh: str) -> BadDefinition:
        """The refusal of this definition."""
        return BadDefinition(code=self.code, why=why, why_zh=why_zh)


class DefineForm(DefinitionCommand, frozen=True, kw_only=True):
    """Defines a form of assistance, or what it is from a later day on."""

    amount: AmountUse

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        basis = self.checked()
        yield form_definition(code=self.code, named=self.named, amount=self.amount, from_date=self.from_date,
                              until_date=self.until_date, basis=basis)  # fmt: skip


class DefineProgramme(DefinitionCommand, frozen=True, kw_only=True):
    """Defines a programme with its owners, forms, takers and own facts, or what it is from a later day on."""

    owners: tuple[str, ...]
    cooperating: tuple[str, ...] = ()
    offers: tuple[Offer, ...]
    cover_level: CoverLevel
    who: tuple[Who, ...] = ()
    recurrence: Recurrence
    fields: tuple[OwnField, ...] = ()
    sums: tuple[Sum, ...] = ()
    disaster: bool = False
    after_death: bool = False
    standard: str | None = None
    from_application: bool = False
    answer_days: int = 10
    feedback_days: int = 20

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        basis = self.checked()
        if not self.owners or set(self.owners) & set(self.cooperating):
            raise self.bad(
                "it needs an owner, who is not a cooperating department too",
                "须有责任部门，且不得同时为配合部门",
            )
        if min(self.answer_days, self.feedback_days) < 1:
            raise self.bad("time limits are at least one working day", "期限至少一个工作日")
        if self.from_application and self.recurrence is not Recurrence.MONTHLY:
            raise self.bad("only a monthly aid runs from the month of application", "仅按月发放的项目自申请之月计发")  # fmt: skip
        self._forms(Programmes.of(known))
        self._takers(Categories.of(known))
        self._fields()
        yield programme_definition(
            code=self.code, named=self.named, owners=self.owners, cooperating=self.cooperating, offers=self.offers,
            cover_level=self.cover_level, who=self.who, recurrence=self.recurrence, fields=self.fields, sums=self.sums,
            disaster=self.disaster, after_death=self.after_death, standard=self.standard or None,
            from_application=self.from_application, answer_days=self.answer_days, feedback_days=self.feedback_days,
            from_date=self.from_date, until_date=self.until_date, basis=basis,
        )  # fmt: skip

    def _forms(self, programmes: Programmes) -> None:
        forms = [offer.form for offer in self.offers]
        if not forms or len(set(forms)) < len(forms):
            raise self.bad("it needs forms, each once", "须列明救助形式，且不得重复")
        for form in forms:
            try:
                programmes.form(form, self.from_date)
            except FormUnknown as unknown:
                raise self.bad(
                    f"{form} is no form of assistance then", f"届时没有救助形式{form}"
                ) from unknown

    def _takers(self, categories: Categories) -> None:
        for who in (*self.who, *(who for offer in self.offers for who in offer.who)):
            for category in who.categories:
                if categories.find(category, self.from_date) is None:
                    raise self.bad(f"{category} is no category then", f"届时没有对象类别{category}")

    def _fields(self) -> None:
        names = [own.field for own in self.fields]
        amounts = {own.field for own in self.fields if own.holds is FieldKind.AMOUNT}
        forms = {offer.form for offer in self.offers}
        if len(set(names)) < len(names):
            raise self.bad("each of its fields has a name of its own", "字段名不得重复")
        if len({own.named.zh for own in self.fields}) < len(names):
            raise self.bad("each of its fields has a heading of its own", "字段标题不得重复")
        for own in self.fields:
            if not CODE.fullmatch(own.field) or not own.named.zh.strip() or not own.named.en.strip():
                raise self.bad(
                    f"field {own.field} needs a code and a name in both languages",
                    f"字段{own.field}须有代码和中英文名称",
                )
            if (own.holds is FieldKind.CHOICE) != bool(own.choices):
                raise self.bad(f"field {own.field} has choices if it is one of them, and only then", f"选项字段{own.field}须且仅须列明选项")  # fmt: skip
            if not set(own.forms) <= forms:
                raise self.bad(f"field {own.field} is of a form it is not given in", f"字段{own.field}所属形式不在本项目内")  # fmt: skip
        for total in self.sums:
            if not {total.total, *total.parts} <= amounts or (total.given or total.total) not in {total.total, *total.parts}:  # fmt: skip
                raise self.bad(f"{total.total} adds up amounts among its fields", f"合计{total.total}须由金额字段组成")  # fmt: skip


class DefineExclusion(DefinitionCommand, frozen=True, kw_only=True):
    """Defines aids that exclude each other, or how they do from a later day on."""

    aids: tuple[str, ...]
    cover_level: CoverLevel
    within: Within

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        basis = self.checked()
        programmes, categories = Programmes.of(known), Categories.of(known)
        if len(set(self.aids)) < 2:
            raise self.bad("it takes two aids to exclude each other", "互斥须涉及两项以上救助")
        for aid in self.aids:
            code, _, form = aid.partition("/")
            programme = programmes.find(code, self.from_date)
            known_form = programme is not None and form in {o.form for o in programme.offers}
            if form and not known_form:
                raise self.bad(f"{aid} is no programme in that form then", f"届时没有救助项目及形式{aid}")
            if programme is None and categories.find(code, self.from_date) is None:
                raise self.bad(f"{aid} is no programme or category then", f"届时没有救助项目或对象类别{aid}")
        yield exclusion_definition(
            code=self.code, named=self.named, aids=self.aids, cover_level=self.cover_level, within=self.within,
            from_date=self.from_date, until_date=self.until_date, basis=basis,
        )  # fmt: skip
