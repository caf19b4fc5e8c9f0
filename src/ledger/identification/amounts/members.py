"""Who is counted, and what a person is in the eyes of the rules: severely disabled, a student, able to work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.identification.amounts.working import Sheet
from ledger.registry.events import Attributes
from ledger.registry.states import Member, age_on

ELDERLY_FROM = 60
ADULT_FROM = 18
WORKING_FROM = 16
CLERGY_YEARS = 3
IDLE = (None, "", "none", "unemployed")
"""Words of employment that say a person has no work."""
STUDYING = ("compulsory", "high_school", "vocational", "college")
"""Schooling up to the bachelor's degree [57 art. 7]."""


def not_counted(attributes: Attributes, day: date) -> tuple[str, str] | None:
    """Why a person is no member who is counted, in 中文 and English; None for who is. Detention alone leaves one counted [57 art. 7]."""
    if attributes.custody == "prison":
        return "在监狱服刑", "in prison"
    if attributes.custody == "compulsory_treatment":
        return "强制隔离戒毒", "in compulsory drug treatment"
    if attributes.declared_missing:
        return "宣告失踪", "declared missing"
    if attributes.clergy_since is not None and age_on(attributes.clergy_since, day) >= CLERGY_YEARS:
        return "脱离家庭独立生活满三年的宗教教职人员", "clergy independent for three years"
    if (attributes.uncounted_by or "").strip():
        return f"省级规定不计入（{attributes.uncounted_by}）", f"not counted by {attributes.uncounted_by}"
    return None


def counted_members(members: Iterable[Member], day: date, sheet: Sheet | None = None) -> list[Member]:
    """Those who are counted; a sheet is told of each who is not, and why [57 art. 7]."""
    counted = []
    for member in members:
        why = not_counted(member.attributes, day)
        if why is None:
            counted.append(member)
        elif sheet is not None:
            sheet.step(f"1人不计入：{why[0]}", f"one member not counted: {why[1]}", "57 art. 7", 0)
    return counted


def severely_disabled(attributes: Attributes) -> bool:
    """Of level 1 or 2."""
    return attributes.disability_level in (1, 2)


def heavily_disabled(attributes: Attributes) -> bool:
    """Of level 1 or 2, or intellectual or mental of level 3 [57 art. 8]."""
    third = attributes.disability_level == 3 and attributes.disability_type in ("intellectual", "mental")
    return severely_disabled(attributes) or third


def has_work(attributes: Attributes) -> bool:
    """Whether the person is said to work."""
    return attributes.employment not in IDLE


def dependent(member: Member, day: date) -> bool:
    """A minor, or an adult in full-time study up to the bachelor's degree: lives by the family [57 art. 7]."""
    if age_on(member.birth_date, day) < ADULT_FROM:
        return True
    return member.attributes.schooling in STUDYING and member.attributes.full_time is not False


def labour(member: Member, day: date) -> str | None:
    """How able a person is to earn: full, partial, None for who is not expected to [83 一(一)]."""
    attributes = member.attributes
    if not WORKING_FROM <= age_on(member.birth_date, day) < ELDERLY_FROM:
        return None
    studying = attributes.schooling in STUDYING and attributes.full_time is not False
    if studying or heavily_disabled(attributes) or attributes.labour_ability == "none":
        return None
    return "partial" if attributes.labour_ability == "partial" else "full"
