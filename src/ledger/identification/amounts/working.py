"""The working of an assessment: steps with their parameters, the standards used, and what is frozen of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.identification.events import Amount, Component, FrozenFacts, StandardUsed, Step
from ledger.kernel import Fen, PersonId
from ledger.registry.events import Area, CircumstancesDeclared
from ledger.standards.book import Standard


class Assessment(NamedTuple):
    """An amount with everything it was computed from."""

    amounts: tuple[Amount, ...]
    frozen: FrozenFacts
    counted: tuple[PersonId, ...] = ()
    """Who was counted [57 art. 7]."""

    @property
    def total_fen(self) -> int:
        return sum(a.amount_fen for a in self.amounts)


def divide(total: int, parts: int) -> Fen:
    """Fen per part, rounded half up, once."""
    return Fen((2 * total + parts) // (2 * parts))


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two decimals, for people to read."""
    return f"{'-' if amount_fen < 0 else ''}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


def used(*standards: Standard) -> tuple[StandardUsed, ...]:
    """Standards as a decision freezes them, each once."""
    frozen = {
        s.parameter_id: StandardUsed(
            parameter_id=s.parameter_id, value=s.value, unit=s.unit, from_date=s.from_date, basis=s.basis
        )
        for s in standards
    }
    return tuple(frozen.values())


def step(zh: str, en: str, article: str, value: int) -> Step:
    """One line of a working."""
    return Step(zh=zh, en=en, article=article, value=value)


class Sheet:
    """Where an assessment writes down what it does, as it does it."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.standards: list[Standard] = []

    def use(self, standard: Standard) -> Standard:
        """Notes that a standard was looked at."""
        self.standards.append(standard)
        return standard

    def step(
        self, zh: str, en: str, article: str, value: int, by: Standard | None = None,
        gives: Component | None = None,
    ) -> int:  # fmt: skip
        """One line of the working; answers its figure."""
        if by is not None:
            self.use(by)
        self.steps.append(
            Step(zh=zh, en=en, article=article, value=value, parameter=by.parameter_id if by else None, gives=gives)
        )  # fmt: skip
        return value

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """What the steps give, summed by component: the base always, others where there is anything."""
        sums: dict[Component, int] = {}
        for step in self.steps:
            if step.gives is not None:
                sums[step.gives] = sums.get(step.gives, 0) + step.value
        order = [c for c in Component if c in sums and (sums[c] or c is Component.BASE)]
        return tuple(Amount(component=c, amount_fen=Fen(sums[c])) for c in order)

    def result(
        self, counted: Sequence[PersonId], declared: CircumstancesDeclared | None, area: Area,
        per_capita: Fen | None, members: int | None = None,
    ) -> Assessment:  # fmt: skip
        """The assessment: what the steps give, with all it rests on frozen."""
        frozen = FrozenFacts(
            members=len(counted) if members is None else members,
            income=declared.income if declared is not None else (),
            property=declared.property if declared is not None else (),
            deductions_fen=declared.deductions_fen if declared is not None else Fen(0),
            per_capita_monthly_fen=per_capita,
            area=area,
            standards=used(*self.standards),
            working=tuple(self.steps),
            spending=declared.spending if declared is not None else (),
            support=declared.support if declared is not None else (),
            discretions=declared.discretions if declared is not None else (),
        )
        return Assessment(self.amounts, frozen, tuple(counted))
