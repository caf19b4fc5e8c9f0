"""What can happen to an organisation."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from ledger.kernel import Event, UnitId


class Level(StrEnum):
    """Where an organisation stands: 师市, 团场(镇)/街道, 连队/社区, or a department of the division."""

    DIVISION = "division"
    REGIMENT = "regiment"
    STREET = "street"
    COMPANY = "company"
    COMMUNITY = "community"
    DEPARTMENT = "department"


class OrganisationOpened(Event, frozen=True, kw_only=True):
    """An organisation exists from `occurred_on`. `path` holds its ancestors, the division first."""

    TITLE: ClassVar = ("机构设立", "Organisation opened")

    organisation_id: UnitId
    name: str
    level: Level
    parent_id: str | None = None
    path: tuple[str, ...] = ()
    code: str | None = None
    """The statistical code of the unit on that day, if it has one."""


class OrganisationRenamed(Event, frozen=True, kw_only=True):
    """The organisation's name from `occurred_on`."""

    TITLE: ClassVar = ("机构更名", "Organisation renamed")

    organisation_id: UnitId
    name: str


class OrganisationClosed(Event, frozen=True, kw_only=True):
    """The organisation takes no new household after `occurred_on`."""

    TITLE: ClassVar = ("机构撤销", "Organisation closed")

    organisation_id: UnitId
    successor_id: str | None = None
