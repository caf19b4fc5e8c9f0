"""Who acts on an assistance: a department on what it owns or helps with, civil affairs on its own and as everybody's door."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from ledger.assistance.refusals import NotADepartment, NotItsProgramme, NotTheOwner
from ledger.kernel import Context, Known, OutOfScope, Role
from ledger.organisation.events import Level
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.programmes.programme_events import ProgrammeDefined
from ledger.programmes.statutory_programmes import DEPARTMENTS

CIVIL_AFFAIRS = "mz"
"""The code by which programmes name the division's civil affairs and its units."""


class Acting(NamedTuple):
    """For whom the operator acts: the department's code and name, its organisation and the division it belongs to."""

    code: str
    name: str
    organisation_id: str
    division_id: str

    @property
    def civil_affairs(self) -> bool:
        return self.code == CIVIL_AFFAIRS


def acting_for(known: Known, context: Context) -> Acting:
    """Whom the operator acts for. Raises ``OrganisationUnknown``, ``NotADepartment``."""
    organisation = require_open(known, context.actor.organisation_id, context.today)
    if organisation.level is Level.DEPARTMENT:
        if not organisation.code or not organisation.path:
            raise NotADepartment(organisation=organisation.id)
        return Acting(organisation.code, organisation.name, organisation.id, organisation.path[0])
    if context.actor.role is Role.DEPARTMENT:
        raise NotADepartment(organisation=organisation.id)
    division = organisation.lineage[0]
    return Acting(CIVIL_AFFAIRS, "民政", division, division)


def department_names(codes: tuple[str, ...]) -> tuple[str, str]:
    """Departments in English and 中文."""
    known = [DEPARTMENTS.get(code, (code, code)) for code in codes]
    return ", ".join(en for _, en in known), "、".join(zh for zh, _ in known)


def require_owner(acting: Acting, programme: ProgrammeDefined) -> None:
    """Raises ``NotTheOwner`` unless the department owns the programme."""
    if acting.code not in programme.owners:
        owners, owners_zh = department_names(programme.owners)
        raise NotTheOwner(department=acting.name, programme=programme.named.en, programme_zh=programme.named.zh,
                          owners=owners, owners_zh=owners_zh)  # fmt: skip


def require_part(acting: Acting, programme: ProgrammeDefined) -> None:
    """Raises ``NotItsProgramme`` unless the department owns the programme or helps with it."""
    if acting.code not in (*programme.owners, *programme.cooperating):
        raise NotItsProgramme(department=acting.name, programme=programme.named.en, programme_zh=programme.named.zh)  # fmt: skip


def require_reach(known: Known, context: Context, acting: Acting, organisation_id: str) -> None:
    """Raises ``OutOfScope`` unless a household's organisation is within reach.

    A department reaches all units of its division, civil affairs those of the operator's own organisation.
    """
    place = known.state(Organisation, organisation_id)
    if acting.civil_affairs:
        require_scope(context.actor, place)
    elif acting.division_id not in place.lineage:
        raise OutOfScope(organisation=organisation_id)


def owning_department(
    known: Known, department_id: str, programme: ProgrammeDefined, day: date
) -> Organisation:
    """The organisation that is to handle it. Raises ``OrganisationUnknown``, ``NotTheOwner``."""
    department = require_open(known, department_id, day)
    code = department.code if department.level is Level.DEPARTMENT else CIVIL_AFFAIRS
    named = Acting(code or "", department.name, department.id, department.lineage[0])
    require_owner(named, programme)
    return department
