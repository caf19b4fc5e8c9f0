"""What events of a case are made of: who may apply alone, and what a publicity shows."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from ledger.kernel import Fen


class SinglePerson(StrEnum):
    """Who may be taken into dibao alone 单人保 [57 art. 8; 83 一(一), 一(四)]."""

    SEVERE_DISABILITY = "severe_disability"
    """In a dibao_bianyuan household: disability of level 1–2, or intellectual or mental of level 3."""
    MAJOR_ILLNESS = "major_illness"
    """In a dibao_bianyuan household: a recognised major illness."""
    RELIGIOUS_LIFE = "religious_life"
    """Three years and more away from the family in a place of religion."""
    ADULT_UNEMPLOYED_DISABLED = "adult_unemployed_disabled"
    """Adult, without work, severely disabled: like a household of one."""
    COUNTY_RULE = "county_rule"
    """Others the county provides for."""


class Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a publicity shows, and nothing more: the applicant as surname and ``**``, members, amount a month [57 art. 19, 24]."""

    name: str
    members: int
    amount_fen: Fen | None = None
