"""What may be done to standards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.kernel import Basis, Boundary, Command, Context, Event, Facts, Known, ParameterId, Role, tag
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.standards.book import basis_text, book_id, parameter_id
from ledger.standards.events import StandardSet
from ledger.standards.refusals import BadValue, NoBasis

UNITS = frozenset({"fen", "fen_per_month", "fen_per_year", "months", "days", "permille", "count", "date"})
"""Units of values; a ``date`` is a whole number YYYYMMDD."""


class SetStandard(Command, frozen=True, kw_only=True):
    """Sets a parameter from a day on, on the basis of a document or rule; only within the operator's organisation."""

    ROLES: ClassVar = frozenset({Role.ADMIN, Role.REVIEWER})
    name: str
    programme: str | None = None
    organisation_id: str
    area: str | None = None
    tier: str | None = None
    value: int
    unit: str
    from_date: date
    until_date: date | None = None
    document: str | None = None
    rule: str | None = None

    def boundary(self, known: Known, context: Context) -> Boundary:
        key = parameter_id(self.name, self.programme, self.organisation_id, self.area, self.tier)
        return (
            Facts(types=(StandardSet,), tags=(tag(ParameterId, key),)),
            Organisation.facts(self.organisation_id),
        )

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        require_scope(context.actor, require_open(known, self.organisation_id, context.today))
        basis = Basis(document=self.document or None, rule=self.rule or None)
        if not basis_text(basis).strip():
            raise NoBasis(name=self.name)
        if self.value < 0 or self.unit not in UNITS:
            raise BadValue(name=self.name, value=f"{self.value} {self.unit}")
        if self.until_date is not None and self.until_date < self.from_date:
            raise BadValue(name=self.name, value=f"{self.from_date} – {self.until_date}")
        yield StandardSet(
            parameter_id=parameter_id(self.name, self.programme, self.organisation_id, self.area, self.tier),
            name=self.name,
            programme=self.programme,
            applies_to=self.organisation_id,
            area=self.area,
            tier=self.tier,
            value=self.value,
            unit=self.unit,
            from_date=self.from_date,
            until_date=self.until_date,
            book_id=book_id(self.programme, self.organisation_id),
            basis=basis,
        )
