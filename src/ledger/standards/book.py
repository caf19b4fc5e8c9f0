"""The standards in force: the nearest organisation's, of the latest date not after the day asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import msgspec

from ledger.kernel import Basis, Event, Facts, ParameterId, tag
from ledger.standards.events import StandardSet
from ledger.standards.refusals import BadValue, NoBasis, NoStandard, StandardExpired


def parameter_id(
    name: str, programme: str | None, organisation: str, area: str | None = None, tier: str | None = None
) -> ParameterId:
    """``name/programme/organisation/area/tier``, ``-`` for what does not apply."""
    return ParameterId("/".join((name, programme or "-", organisation, area or "-", tier or "-")))


def book_id(programme: str | None, organisation: str) -> ParameterId:
    """``book/programme/organisation``: the tag all settings of a programme at a place share."""
    return ParameterId(f"book/{programme or '-'}/{organisation}")


def book_facts(programmes: Iterable[str | None], lineage: Iterable[str]) -> list[Facts]:
    """What must be read to know every parameter of some programmes at an organisation and above it, each place at once."""
    places = list(lineage)
    return [
        Facts(types=(StandardSet,), tags=(tag(ParameterId, book_id(programme, place)),))
        for programme in programmes
        for place in places
    ]


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
            latest = self._latest(parameter_id(name, programme, place, area, tier), day)
            if latest is not None and (latest.until_date is None or day <= latest.until_date):
                return _standard(latest)
        return None

    def _latest(self, key: str, day: date) -> StandardSet | None:
        """The setting of one parameter that began last, whether it is over by then or not."""
        begun = [s for s in self._settings.get(key, []) if s.from_date <= day]
        return max(enumerate(begun), key=lambda item: (item[1].from_date, item[0]))[1] if begun else None

    def expired(
        self, name: str, programme: str | None, lineage: tuple[str, ...], area: str | None, tier: str | None,
        day: date,
    ) -> date | None:  # fmt: skip
        """Until when the nearest place's last setting held, where it is over."""
        for place in reversed(lineage):
            latest = self._latest(parameter_id(name, programme, place, area, tier), day)
            if latest is not None:
                return latest.until_date
        return None

    def tiers(self, name: str, programme: str | None, lineage: tuple[str, ...]) -> list[str]:
        """Every tier anything was ever set for, in order."""
        return sorted(
            {
                s.tier
                for settings in self._settings.values()
                for s in settings
                if s.name == name and s.programme == programme and s.applies_to in lineage and s.tier
            }
        )

    def with_change(self, name: str, changes: Mapping[str, int], day: date) -> StandardBook:
        """A book in which what is in force of a parameter is so much higher or lower from a day on, by programme.

        Raises :class:`BadValue` for one that would fall below zero.
        """
        made = StandardBook(())
        for key, settings in self._settings.items():
            made._settings[key] = list(settings)
            latest = self._latest(key, day)
            if latest is None or latest.name != name:
                continue
            change = changes.get(latest.programme or "")
            if change is None or (latest.until_date is not None and latest.until_date < day):
                continue
            value = latest.value + change
            if value < 0:
                raise BadValue(name=key, value=value)
            made._settings[key].append(msgspec.structs.replace(latest, value=value, from_date=day))
        return made

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
        """The setting in force. Raises :class:`NoStandard`, :class:`StandardExpired` when the last one is over, or
        :class:`NoBasis` when it rests on nothing."""
        found = self.optional(name, programme, lineage, day, area=area, tier=tier)
        if found is None:
            until = self.expired(name, programme, lineage, area, tier, day)
            if until is not None:
                raise StandardExpired(
                    name=name, programme=programme or "-", organisation=lineage[-1], until=until, day=day
                )
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
