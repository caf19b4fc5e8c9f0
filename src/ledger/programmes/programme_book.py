"""The programmes, forms and exclusions in force: those recorded, else the statutory ones, by code and day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Generic, TypeVar

from ledger.ids import DefinitionId
from ledger.kernel import Basis, Event, Facts, Known, Named, tag
from ledger.programmes.events import CoverLevel
from ledger.programmes.programme_events import (
    EXCLUSIONS,
    FORMS,
    PROGRAMMES,
    AmountUse,
    ExclusionDefined,
    FormDefined,
    Offer,
    ProgrammeDefined,
    Recurrence,
    Within,
)
from ledger.programmes.refusals import FormUnknown, ProgrammeUnknown

Defined = TypeVar("Defined", ProgrammeDefined, FormDefined, ExclusionDefined)

ALL_PROGRAMMES = (
    Facts(types=(ProgrammeDefined,), tags=(tag(DefinitionId, PROGRAMMES),)),
    Facts(types=(FormDefined,), tags=(tag(DefinitionId, FORMS),)),
    Facts(types=(ExclusionDefined,), tags=(tag(DefinitionId, EXCLUSIONS),)),
)
"""What must be read to know every programme, form and exclusion: a few dozen events at the most."""


def programme_definition(
    *, code: str, named: Named, owners: tuple[str, ...], offers: tuple[Offer, ...], cover_level: CoverLevel, recurrence: Recurrence,
    from_date: date, until_date: date | None = None, basis: Basis | None = None, **more: Any,
) -> ProgrammeDefined:  # fmt: skip
    """A definition with the tags it is found by."""
    return ProgrammeDefined(
        definition_ids=(DefinitionId(f"programme/{code}"), PROGRAMMES), code=code, named=named, owners=owners, offers=offers,
        cover_level=cover_level, recurrence=recurrence, from_date=from_date, until_date=until_date, basis=basis, **more,
    )  # fmt: skip


def form_definition(
    *, code: str, named: Named, amount: AmountUse, from_date: date, until_date: date | None = None, basis: Basis | None = None
) -> FormDefined:  # fmt: skip
    """A definition with the tags it is found by."""
    return FormDefined(
        definition_ids=(DefinitionId(f"form/{code}"), FORMS), code=code, named=named, amount=amount, from_date=from_date,
        until_date=until_date, basis=basis,
    )  # fmt: skip


def exclusion_definition(
    *, code: str, named: Named, aids: tuple[str, ...], cover_level: CoverLevel, within: Within, from_date: date,
    until_date: date | None = None, basis: Basis | None = None,
) -> ExclusionDefined:  # fmt: skip
    """A definition with the tags it is found by."""
    return ExclusionDefined(
        definition_ids=(DefinitionId(f"exclusion/{code}"), EXCLUSIONS), code=code, named=named, aids=aids, cover_level=cover_level,
        within=within, from_date=from_date, until_date=until_date, basis=basis,
    )  # fmt: skip


class _Dated(Generic[Defined]):
    """Definitions of one kind by code; the latest not after a day holds on that day."""

    def __init__(self) -> None:
        self.by_code: dict[str, list[Defined]] = {}

    def add(self, event: Defined) -> None:
        self.by_code.setdefault(event.code, []).append(event)

    def find(self, code: str, day: date) -> Defined | None:
        begun = [d for d in self.by_code.get(code, []) if d.from_date <= day]
        if not begun:
            return None
        latest = max(enumerate(begun), key=lambda item: (item[1].from_date, item[0]))[1]
        return latest if latest.until_date is None or day <= latest.until_date else None

    def in_force(self, day: date) -> list[Defined]:
        found = (self.find(code, day) for code in self.by_code)
        return [definition for definition in found if definition is not None]


class Programmes:
    """Programmes, forms and exclusions by what was read; recorded ones before statutory ones."""

    def __init__(self, events: Iterable[Event]) -> None:
        from ledger.programmes.statutory_programmes import STATUTORY

        self._programmes: _Dated[ProgrammeDefined] = _Dated()
        self._forms: _Dated[FormDefined] = _Dated()
        self._exclusions: _Dated[ExclusionDefined] = _Dated()
        self._naming: dict[tuple[str, str, date], list[tuple[ExclusionDefined, list[str]]]] = {}
        for event in (*STATUTORY, *events):
            match event:
                case ProgrammeDefined():
                    self._programmes.add(event)
                case FormDefined():
                    self._forms.add(event)
                case ExclusionDefined():
                    self._exclusions.add(event)

    @classmethod
    def of(cls, known: Known) -> Programmes:
        """From what a decision has read."""
        return cls(known.events(ProgrammeDefined, FormDefined, ExclusionDefined))

    def find(self, code: str, day: date) -> ProgrammeDefined | None:
        """The programme in force on a day, or None."""
        return self._programmes.find(code, day)

    def get(self, code: str, day: date) -> ProgrammeDefined:
        """The programme in force on a day. Raises ``ProgrammeUnknown``."""
        found = self.find(code, day)
        if found is None:
            raise ProgrammeUnknown(programme=code, day=day)
        return found

    def form(self, code: str, day: date) -> FormDefined:
        """The form in force on a day. Raises ``FormUnknown``."""
        found = self._forms.find(code, day)
        if found is None:
            raise FormUnknown(form=code, day=day)
        return found

    def in_force(self, day: date) -> list[ProgrammeDefined]:
        """Every programme in force on a day, in the order they were defined first."""
        return self._programmes.in_force(day)

    def forms(self, day: date) -> list[FormDefined]:
        """Every form in force on a day."""
        return self._forms.in_force(day)

    def exclusions(self, day: date) -> list[ExclusionDefined]:
        """Every exclusion in force on a day."""
        return self._exclusions.in_force(day)

    def exclusions_of(self, programme: str, form: str, day: date) -> list[tuple[ExclusionDefined, list[str]]]:
        """The exclusions in force that name this programme (or it in this form), each with the other aids it names."""
        key = (programme, form, day)
        known = self._naming.get(key)
        if known is not None:
            return known
        found = self._naming[key] = []
        for exclusion in self.exclusions(day):
            mine = [aid for aid in exclusion.aids if aid in (programme, f"{programme}/{form}")]
            others = [aid for aid in exclusion.aids if aid not in mine]
            if mine and others:
                found.append((exclusion, others))
        return found

    def of_department(self, code: str, day: date, *, owned: bool = False) -> list[str]:
        """Codes of the programmes a department owns, or (unless `owned`) cooperates in."""
        return [
            p.code for p in self.in_force(day) if code in p.owners or (not owned and code in p.cooperating)
        ]
