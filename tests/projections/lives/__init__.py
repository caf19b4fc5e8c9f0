"""What else may happen in a random history: one module an area, each with its ``steps``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.projections.histories import Life


DENSE = 6
"""How much more often than the others the one area of a history comes up that it is about."""
AREAS = tuple(module.name for module in pkgutil.iter_modules(__path__))


def steps(life: Life, about: str) -> list[Callable[[], object]]:
    """The steps of every module here, in the order of their names; those of the area the history is about many times.

    Where everything may happen, little of anything does: what an area does last needs all it did before.
    """
    found: list[Callable[[], object]] = []
    for area in AREAS:
        made = importlib.import_module(f"{__name__}.{area}").steps(life)
        found += made * (DENSE if area == about else 1)
    return found
