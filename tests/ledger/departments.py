"""Departments of the small division, and the steps of an assistance as they take them."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.assistance.events import AssistanceApplied, AssistanceReferred, OwnFact
from ledger.assistance.granting import GrantAssistance
from ledger.assistance.states import Assistance
from ledger.assistance.steps import AcceptAssistance, ApplyAssistance, ReferAssistance
from ledger.ids import AssistanceId
from ledger.kernel import Actor, Fen, HouseholdId, OrganisationId, PersonId, Role
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.registry.commands import NewMember, RegisterHousehold
from ledger.registry.events import Area, Attributes, HouseholdRegistered, MemberJoined, Relation
from tests.scenario import ADMIN, CLERK, DIVISION, Scenario, id_number

NAMES = {
    "yb": "医疗保障局", "wj": "卫生健康委员会", "jy": "教育局", "zj": "住房和城乡建设局", "rs": "人力资源和社会保障局",
    "yj": "应急管理局", "nn": "农业农村局", "cl": "残疾人联合会", "cz": "财政局",
}  # fmt: skip


def place(code: str) -> OrganisationId:
    """The organisation of a department; ``mz`` is the division."""
    return DIVISION if code == "mz" else OrganisationId(f"{DIVISION}-{code}")


def of(code: str) -> Actor:
    """An operator of a department."""
    return Actor(operator_id=f"{code}-1", organisation_id=place(code), role=Role.DEPARTMENT)


def open_departments(scenario: Scenario, *codes: str) -> None:
    """Opens these departments, or all."""
    for code in codes or NAMES:
        scenario.do(OpenOrganisation, ADMIN, organisation_id=place(code), name=NAMES[code], level=Level.DEPARTMENT,
                    parent_id=DIVISION, code=code)  # fmt: skip


def person(
    scenario: Scenario, n: int, *, clerk: Actor = CLERK, birth: date = date(1980, 5, 17), area: Area = Area.URBAN, **attributes: Any
) -> tuple[HouseholdId, PersonId]:  # fmt: skip
    """One person alone in a household, with these attributes and no category."""
    made = scenario.do(RegisterHousehold, clerk, number=f"A{n:05d}", organisation_id=OrganisationId(clerk.organisation_id), area=area,
                       members=(NewMember(id_number=id_number(n, birth), name=f"甲{n}", relation=Relation.HEAD, attributes=Attributes(**attributes)),),
                       registered_on=date(2026, 9, 1))  # fmt: skip
    household = next(e.household_id for e in made.events if isinstance(e, HouseholdRegistered))
    return household, next(e.person_id for e in made.events if isinstance(e, MemberJoined))


def fact(field: str, content: str | int) -> OwnFact:
    """A fact: a number is an amount in fen, everything else text."""
    if isinstance(content, int):
        return OwnFact(field=field, amount_fen=Fen(content))
    return OwnFact(field=field, content=content)


def facts(**given: str | int) -> tuple[OwnFact, ...]:
    """Several facts."""
    return tuple(fact(field, content) for field, content in given.items())


def asked(
    scenario: Scenario, household: HouseholdId, people: list[PersonId], programme: str, code: str, *, by: Actor = CLERK,
    on: date = date(2026, 10, 8), refer: bool = False,
) -> AssistanceId:  # fmt: skip
    """An application (or referral) made for some people."""
    given: dict[str, Any] = {
        "household_id": household,
        "person_ids": tuple(people),
        "programme": programme,
        "department_id": place(code),
    }
    if refer:
        made = scenario.do(ReferAssistance, by, reason="符合条件", referred_on=on, **given)
        return next(e.assistance_id for e in made.events if isinstance(e, AssistanceReferred))
    made = scenario.do(ApplyAssistance, by, applied_on=on, **given)
    return next(e.assistance_id for e in made.events if isinstance(e, AssistanceApplied))


def accepted(
    scenario: Scenario, household: HouseholdId, people: list[PersonId], programme: str, code: str, *, owner: Actor | None = None,
    by: Actor = CLERK, on: date = date(2026, 10, 8),
) -> AssistanceId:  # fmt: skip
    """An application its owner accepted the same day."""
    case = asked(scenario, household, people, programme, code, by=by, on=on)
    scenario.do(AcceptAssistance, owner or of(code), assistance_id=case, accepted_on=on)
    return case


def grant(
    scenario: Scenario, case: AssistanceId, owner: Actor, form: str, amount: int | None = None, *, on: date = date(2026, 10, 12),
    **more: Any,
) -> None:  # fmt: skip
    """The owner grants it."""
    scenario.do(GrantAssistance, owner, assistance_id=case, form=form, amount_fen=None if amount is None else Fen(amount),
                decided_on=on, **more)  # fmt: skip


def state(scenario: Scenario, case: AssistanceId) -> Assistance:
    """How an assistance stands."""
    return scenario.ledger.read((Assistance.facts(case),)).state(Assistance, case)
