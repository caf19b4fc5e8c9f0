"""The areas of the ledger, in administrative order, and a way to make all their events and commands known."""

from __future__ import annotations

import importlib
import pkgutil

import ledger

AREAS = (
    "organisation", "standards", "programmes", "registry", "complaints", "identification", "funds", "payments", "assistance",
    "institutions", "emergency", "support", "redress", "supervision",
)  # fmt: skip
"""Each may know those before it."""


def import_areas() -> None:
    """Imports every module of every area: whatever registers itself is known afterwards."""
    for area in AREAS:
        package = importlib.import_module(f"{ledger.__name__}.{area}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
