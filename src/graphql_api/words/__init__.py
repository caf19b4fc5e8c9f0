"""What commands, their fields and choices are called, in English and 中文: one module per area, together here.

A field is called the same wherever it is used: two modules may not say different things of one name.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TypeVar

T = TypeVar("T")


def _together(kind: str) -> dict[str, T]:
    found: dict[str, T] = {}
    for module in pkgutil.iter_modules(__path__):
        said: dict[str, T] = getattr(importlib.import_module(f"{__name__}.{module.name}"), kind)
        for name, words in said.items():
            if found.setdefault(name, words) != words:
                raise ValueError(f"{name} is called {found[name]} and {words} (in {module.name})")
    return found


COMMANDS: dict[str, str] = _together("COMMANDS")
"""中文 names of commands and of the structs inside them."""
FIELDS: dict[str, tuple[str, str]] = _together("FIELDS")
"""English and 中文 of a field, the same wherever it is used."""
CHOICES: dict[str, tuple[str, str]] = _together("CHOICES")
"""English and 中文 of every choice of an enumeration."""
