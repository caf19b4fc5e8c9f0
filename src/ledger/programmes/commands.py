"""What may be done to definitions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.kernel import Basis, Boundary, Command, Context, Event, Known, Named, Role
from ledger.programmes.book import ALL_CATEGORIES, Categories, category_definition
from ledger.programmes.events import CoverLevel, Kind, Procedure, Rule
from ledger.programmes.refusals import BadDefinition, DefinitionWithoutBasis
from ledger.standards.book import basis_text

CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
"""What a code looks like: pinyin or English, lower case."""


class DefineCategory(Command, frozen=True, kw_only=True):
    """Defines a category, or what it is from a later day on, on the basis of a document or rule."""

    ROLES: ClassVar = frozenset({Role.ADMIN})
    code: str
    named: Named
    cover_level: CoverLevel
    assessment: Rule
    pays: bool = False
    procedure: Procedure = Procedure()
    kinds: tuple[Kind, ...] = ()
    excludes: tuple[str, ...] = ()
    from_date: date
    until_date: date | None = None
    document: str | None = None
    article: str | None = None

    def boundary(self, known: Known, context: Context) -> Boundary:
        return (ALL_CATEGORIES,)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        basis = Basis(document=self.document or None, rule=self.article or None)
        if not basis_text(basis).strip():
            raise DefinitionWithoutBasis(code=self.code)
        check_definition(self.code, self.named, self.from_date, self.until_date)
        if self.pays and self.assessment is Rule.LISTED:
            raise BadDefinition(
                code=self.code,
                why="a category that is only listed pays nothing",
                why_zh="仅列名的类别不发放待遇",
            )
        categories = Categories.of(known)
        for other in self.excludes:
            if other == self.code or categories.find(other, self.from_date) is None:
                raise BadDefinition(
                    code=self.code, why=f"it excludes {other}, which is no other category then",
                    why_zh=f"所排斥的{other}届时不是其他对象类别",
                )  # fmt: skip
        yield category_definition(
            code=self.code, named=self.named, cover_level=self.cover_level, assessment=self.assessment, pays=self.pays, procedure=self.procedure,
            kinds=self.kinds, excludes=self.excludes, from_date=self.from_date, until_date=self.until_date, basis=basis,
        )  # fmt: skip


def check_definition(code: str, named: Named, from_date: date, until_date: date | None) -> None:
    """Raises ``BadDefinition`` for a code, a name or days that cannot be."""
    if not CODE.fullmatch(code):
        raise BadDefinition(
            code=code,
            why="a code is 2 to 40 lower-case letters, digits and _",
            why_zh="代码须为2至40位小写字母、数字或下划线",
        )
    if not named.zh.strip() or not named.en.strip():
        raise BadDefinition(code=code, why="it needs a name in both languages", why_zh="须有中英文名称")
    if until_date is not None and until_date < from_date:
        raise BadDefinition(code=code, why="it would end before it begins", why_zh="终止日期早于生效日期")
