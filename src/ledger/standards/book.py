"""The standards in force: the nearest organisation's, of the latest date not after the day asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from ledger.kernel import Basis, Event, Facts, ParameterId, tag
from ledger.standards.events import StandardSet
from ledger.standards.refusals import NoBasis, NoStandard


def parameter_id(
    name: str, programme: str | None, organisation: str, area: str | None = None, tier: str | None = None
) -> ParameterId:
    """``name/programme/organisation/area/tier``, ``-`` for what does not apply."""
    return ParameterId("/".join((name, programme or "-", organisation, area or "-", tier or "-")))


class Standard(NamedTuple):
    """A parameter as it stands on a day."""

    parameter_id: str
    name: str
    value: int
    unit: str
    from_date: date
    basis: str


def facts_for(
    name: str, programme: str | None, lineage: Iterable[str], area: str | None, tier: str | None
) -> list[Facts]:
    """What must be read to know one parameter at an organisation: its own and every ancestor's setting of it."""
    return [
        Facts(
            types=(StandardSet,), tags=(tag(ParameterId, parameter_id(name, programme, place, area, tier)),)
        )
        for place in lineage
    ]


class StandardBook:
    """All settings that were read, answered by day and place."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._settings: dict[str, list[StandardSet]] = {}
        for event in events:
            if isinstance(event, StandardSet):
                self._settings.setdefault(event.parameter_id, []).append(event)

    def find(
        self,
        name: str,
        programme: str | None,
        lineage: tuple[str, ...],
        area: str | None,
        tier: str | None,
        day: date,
    ) -> Standard | None:
        """The setting in force, or None: nearest organisation first, then latest date, then latest recorded."""
        for place in reversed(lineage):
            settings = self._settings.get(parameter_id(name, programme, place, area, tier), [])
            in_force = [s for s in settings if s.from_date <= day]
            if in_force:
                latest = max(enumerate(in_force), key=lambda item: (item[1].from_date, item[0]))[1]
                return _standard(latest)
        return None

    def optional(
        self,
        name: str,
        programme: str | None,
        lineage: tuple[str, ...],
        day: date,
        *,
        area: str | None = None,
        tier: str | None = None,
    ) -> Standard | None:
        """The setting in force, None where the place has none. Raises :class:`NoBasis` when it rests on nothing."""
        found = self.find(name, programme, lineage, area, tier, day)
        if found is not None and not found.basis.strip():
            raise NoBasis(name=name)
        return found

    def get(
        self,
        name: str,
        programme: str | None,
        lineage: tuple[str, ...],
        day: date,
        *,
        area: str | None = None,
        tier: str | None = None,
    ) -> Standard:
        """The setting in force. Raises :class:`NoStandard`, or :class:`NoBasis` when it rests on nothing."""
        found = self.optional(name, programme, lineage, day, area=area, tier=tier)
        if found is None:
            raise NoStandard(
                name=name,
                programme=programme or "-",
                organisation=lineage[-1],
                area=area or "-",
                tier=tier or "-",
                day=day,
            )
        return found


def _standard(event: StandardSet) -> Standard:
    return Standard(
        event.parameter_id, event.name, event.value, event.unit, event.from_date, basis_text(event.basis)
    )


def basis_text(basis: Basis | None) -> str:
    """A basis in one line, empty when there is none."""
    if basis is None:
        return ""
    return "；".join(part for part in (basis.document, basis.rule) if part)
