"""Households and people: every rule, on a real log. Given a small division, when a command, then events or a refusal."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger.kernel import Actor, HouseholdNumber, OrganisationId, OutOfScope, Role
from ledger.organisation.commands import CloseOrganisation, OpenOrganisation, RenameOrganisation
from ledger.organisation.events import Level
from ledger.organisation.refusals import OrganisationExists, OrganisationUnknown, WrongLevel
from ledger.registry.changes import (
    ChangeHead,
    DeclareCircumstances,
    MoveHousehold,
    NominateAccount,
    RecordDeath,
)
from ledger.registry.commands import JoinMember, LeaveMember, NewMember, RegisterHousehold
from ledger.registry.events import Area, HeadChanged, IncomeLine, PersonDied, Relation
from ledger.registry.refusals import (
    AlreadyMember,
    BadAccount,
    BadDate,
    BadIdNumber,
    HouseholdNumberTaken,
    HouseholdUnknown,
    NegativeAmount,
    NewHeadNeeded,
    NoAuthority,
    NotMember,
    OneHeadNeeded,
    PersonDeceased,
    PersonTwice,
    SameOrganisation,
    TooManyMembers,
    WrongCompany,
)
from ledger.registry.states import Household
from tests.scenario import (
    ADMIN,
    CLERK,
    DIVISION,
    OTHER,
    OTHER_CLERK,
    REGIMENT,
    Scenario,
    account_number,
    id_number,
)


def member(n: int, relation: Relation = Relation.CHILD, birth: date = date(1980, 5, 17)) -> NewMember:
    return NewMember(id_number=id_number(n, birth), name=f"测试{n}", relation=relation)


def register(scenario: Scenario, *members: NewMember, **fields: Any) -> Any:
    given = {
        "number": HouseholdNumber("N1"),
        "organisation_id": REGIMENT,
        "area": Area.URBAN,
        "members": members,
    }
    return scenario.do(RegisterHousehold, fields.pop("actor", CLERK), **(given | fields))


HEAD = member(1, Relation.HEAD)


def test_registers_a_household_with_its_members(scenario: Scenario) -> None:
    made = register(scenario, HEAD, member(2))
    assert [type(e).__name__ for e in made.events] == ["HouseholdRegistered", "MemberJoined", "MemberJoined"]


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1"), "check digit"),
        (id_number(1)[:-1], "18 digits"),
        ("65010319801332001" + "1", "check digit|birth date"),
        ("6501031980051700AA", "other characters"),
        (" " + id_number(1), "blanks"),
        (id_number(1, area="990103"), "area code"),
    ],
)
def test_refuses_an_id_number_that_cannot_be(scenario: Scenario, number: str, why: str) -> None:
    with pytest.raises(BadIdNumber, match=why):
        register(scenario, NewMember(id_number=number, name="某", relation=Relation.HEAD))
    assert "某" not in str(scenario.ledger.recorder.head())


@pytest.mark.parametrize(
    ("members", "refusal"),
    [
        ((), TooManyMembers),
        (tuple(member(n, Relation.HEAD if n == 1 else Relation.CHILD) for n in range(1, 51)), TooManyMembers),
        ((member(1), member(2)), OneHeadNeeded),
        ((HEAD, member(2, Relation.HEAD)), OneHeadNeeded),
        ((HEAD, member(1)), PersonTwice),
    ],
)
def test_refuses_an_impossible_composition(
    scenario: Scenario, members: tuple[NewMember, ...], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        register(scenario, *members)


def test_refuses_a_person_in_two_households(scenario: Scenario) -> None:
    register(scenario, HEAD)
    with pytest.raises(AlreadyMember):
        register(scenario, member(5, Relation.HEAD), member(1), number=HouseholdNumber("N2"))


def test_a_person_first_seen_in_two_households_at_once_is_in_one(scenario: Scenario) -> None:
    barrier = threading.Barrier(4)
    done: list[Any] = []

    def ask(n: int) -> None:
        barrier.wait()
        try:
            done.append(register(scenario, member(1, Relation.HEAD), number=HouseholdNumber(f"N{n}")))
        except AlreadyMember as refusal:
            done.append(refusal)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(isinstance(item, AlreadyMember) for item in done) == 3


def test_refuses_a_number_that_is_taken(scenario: Scenario) -> None:
    register(scenario, HEAD)
    with pytest.raises(HouseholdNumberTaken):
        register(scenario, member(7, Relation.HEAD))


def test_refuses_another_organisations_clerk_and_an_unknown_or_closed_organisation(
    scenario: Scenario,
) -> None:
    with pytest.raises(OutOfScope):
        register(scenario, HEAD, actor=OTHER_CLERK)
    with pytest.raises(OrganisationUnknown):
        register(scenario, HEAD, organisation_id=OrganisationId("nowhere"))
    scenario.do(CloseOrganisation, ADMIN, organisation_id=OTHER)
    tomorrow = datetime(2026, 11, 25, 2, tzinfo=UTC)
    with pytest.raises(OrganisationUnknown):
        register(scenario, HEAD, organisation_id=OTHER, actor=OTHER_CLERK, now=tomorrow)


def test_refuses_a_registration_in_the_future_or_a_birth_after_it(scenario: Scenario) -> None:
    with pytest.raises(BadDate):
        register(scenario, HEAD, registered_on=date(2026, 11, 25))
    with pytest.raises(BadDate, match="before birth"):
        register(scenario, member(1, Relation.HEAD, date(2026, 11, 20)), registered_on=date(2026, 11, 1))


def test_a_birth_joins_the_household(scenario: Scenario) -> None:
    household, _ = scenario.household(1)
    scenario.do(JoinMember, CLERK, household_id=household, member=member(31, birth=date(2026, 10, 3)), reason="birth",
                joined_on=date(2026, 10, 3))  # fmt: skip
    state = scenario.ledger.read((Household.facts(household),)).state(Household, household)
    assert len(state.current()) == 3
    with pytest.raises(OneHeadNeeded):
        scenario.do(JoinMember, CLERK, household_id=household, member=member(32, Relation.HEAD), reason="marriage",
                    joined_on=date(2026, 10, 3))  # fmt: skip


def test_a_person_who_left_may_join_another_household(scenario: Scenario) -> None:
    household, people = scenario.household(1)
    scenario.do(
        LeaveMember,
        CLERK,
        household_id=household,
        person_id=people[1],
        reason="moved_out",
        left_on=date(2026, 10, 1),
    )
    register(
        scenario, NewMember(id_number=id_number(2, date(1981, 5, 17)), name="测试2", relation=Relation.HEAD)
    )
    with pytest.raises(NotMember):
        scenario.do(
            LeaveMember,
            CLERK,
            household_id=household,
            person_id=people[1],
            reason="x",
            left_on=date(2026, 10, 2),
        )


def test_a_head_who_leaves_or_dies_is_replaced_at_once(scenario: Scenario) -> None:
    household, people = scenario.household(1, 3)
    with pytest.raises(NewHeadNeeded):
        scenario.do(
            RecordDeath,
            CLERK,
            household_id=household,
            person_id=people[0],
            died_on=date(2026, 10, 1),
            source="公安",
        )
    with pytest.raises(NotMember):
        scenario.do(RecordDeath, CLERK, household_id=household, person_id=people[0], died_on=date(2026, 10, 1), source="公安",
                    new_head=people[0])  # fmt: skip
    made = scenario.do(RecordDeath, CLERK, household_id=household, person_id=people[0], died_on=date(2026, 10, 1), source="公安",
                       new_head=people[1])  # fmt: skip
    assert [type(e) for e in made.events] == [PersonDied, HeadChanged]


def test_the_dead_die_once_and_join_nothing(scenario: Scenario) -> None:
    household, people = scenario.household(1)
    died = {"household_id": household, "person_id": people[1], "died_on": date(2026, 10, 1), "source": "殡葬"}
    scenario.do(RecordDeath, CLERK, **died)
    with pytest.raises(PersonDeceased):
        scenario.do(RecordDeath, CLERK, **died)
    with pytest.raises(PersonDeceased):
        register(
            scenario, NewMember(id_number=id_number(2, date(1981, 5, 17)), name="某", relation=Relation.HEAD)
        )


def test_refuses_a_death_in_the_future_or_before_birth(scenario: Scenario) -> None:
    household, people = scenario.household(1)
    for day in (date(2026, 11, 25), date(1970, 1, 1)):
        with pytest.raises(BadDate):
            scenario.do(
                RecordDeath, CLERK, household_id=household, person_id=people[1], died_on=day, source="公安"
            )


def test_a_household_moves_and_is_then_the_other_organisations(scenario: Scenario) -> None:
    household, people = scenario.household(1)
    move = {"household_id": household, "to_id": OTHER, "area": Area.RURAL, "moved_on": date(2026, 10, 20),
            "last_month_here": "2026-10", "transfer_letter": "迁函1号"}  # fmt: skip
    with pytest.raises(SameOrganisation):
        scenario.do(MoveHousehold, CLERK, **(move | {"to_id": REGIMENT}))
    scenario.do(MoveHousehold, CLERK, **move)
    state = scenario.ledger.read((Household.facts(household),)).state(Household, household)
    assert (state.organisation_in("2026-10"), state.organisation_in("2026-11")) == (REGIMENT, OTHER)  # type: ignore[arg-type]
    with pytest.raises(OutOfScope):
        scenario.do(
            ChangeHead, CLERK, household_id=household, person_id=people[1], changed_on=date(2026, 11, 1)
        )
    scenario.do(
        ChangeHead, OTHER_CLERK, household_id=household, person_id=people[1], changed_on=date(2026, 11, 1)
    )


def test_refuses_negative_income_but_a_business_may_lose(scenario: Scenario) -> None:
    household, _ = scenario.household(1)
    for kind, refused in (("wage", True), ("business", False)):
        given = {"household_id": household, "declared_on": date(2026, 10, 1),
                 "income": (IncomeLine(kind=kind, annual_fen=-1),)}  # type: ignore[arg-type]  # fmt: skip
        if refused:
            with pytest.raises(NegativeAmount):
                scenario.do(DeclareCircumstances, CLERK, **given)
        else:
            scenario.do(DeclareCircumstances, CLERK, **given)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"account": account_number(3)[:-1] + "x"}, BadAccount),
        ({"account": str(int(account_number(3)) + 1)}, BadAccount),
        ({"bank_code": "123"}, BadAccount),
        ({"payee_id": "somebody"}, NotMember),
        ({"payee_id": "somebody", "payee_kind": "collector"}, NoAuthority),
        ({"nominated_on": date(2026, 12, 1)}, BadDate),
    ],
)
def test_refuses_an_account_that_cannot_be_paid(
    scenario: Scenario, fields: dict[str, Any], refusal: type[Exception]
) -> None:
    household, people = scenario.household(1)
    given = {"household_id": household, "payee_id": people[0], "bank_code": "102881002345", "account": account_number(3),
             "account_holder": "某", "account_key": "k", "nominated_on": date(2026, 10, 1)}  # fmt: skip
    with pytest.raises(refusal):
        scenario.do(NominateAccount, CLERK, **(given | fields))


def test_refuses_what_is_not_there(scenario: Scenario) -> None:
    with pytest.raises(HouseholdUnknown):
        scenario.do(ChangeHead, CLERK, household_id="nothing", person_id="x", changed_on=date(2026, 10, 1))


def test_organisations_stand_under_each_other_in_order(scenario: Scenario) -> None:
    with pytest.raises(OrganisationExists):
        scenario.do(
            OpenOrganisation,
            ADMIN,
            organisation_id=REGIMENT,
            name="x",
            level=Level.REGIMENT,
            parent_id=DIVISION,
        )
    with pytest.raises(WrongLevel):
        scenario.do(
            OpenOrganisation, ADMIN, organisation_id="c1", name="x", level=Level.COMPANY, parent_id=DIVISION
        )
    with pytest.raises(WrongLevel):
        scenario.do(OpenOrganisation, ADMIN, organisation_id="d2", name="x", level=Level.STREET)
    scenario.do(
        OpenOrganisation, ADMIN, organisation_id="c1", name="一连", level=Level.COMPANY, parent_id=REGIMENT
    )
    scenario.do(RenameOrganisation, ADMIN, organisation_id="c1", name="二连")
    company = Actor(operator_id="w", organisation_id="c1", role=Role.CLERK)
    with pytest.raises(OutOfScope):
        register(scenario, HEAD, actor=company)


def test_refuses_a_company_of_another_regiment(scenario: Scenario) -> None:
    """Registered or moved, a household is in a company below the regiment in charge of it."""
    for company, parent in (("c1", REGIMENT), ("c2", OTHER)):
        scenario.do(
            OpenOrganisation,
            ADMIN,
            organisation_id=company,
            name=company,
            level=Level.COMPANY,
            parent_id=parent,
        )
    for company, refusal in (("c2", WrongCompany), (REGIMENT, WrongCompany), ("c9", OrganisationUnknown)):
        with pytest.raises(refusal):
            register(scenario, HEAD, company_id=company)
    register(scenario, HEAD, company_id="c1")
    household, _ = scenario.household(11, 1)
    moved = {"household_id": household, "to_id": OTHER, "area": Area.URBAN, "moved_on": date(2026, 10, 1),
             "last_month_here": "2026-10", "transfer_letter": "x"}  # fmt: skip
    for company, refusal in (("c1", WrongCompany), (OTHER, WrongCompany), ("c9", OrganisationUnknown)):
        with pytest.raises(refusal):
            scenario.do(MoveHousehold, CLERK, company_id=company, **moved)
    (event,) = scenario.do(MoveHousehold, CLERK, company_id="c2", **moved).events
    assert event.company_id == "c2"  # type: ignore[attr-defined]


def test_the_check_digit_is_the_librarys_own() -> None:
    """GB 11643: ISO 7064 MOD 11-2, worked out quickly here since whole files are checked."""
    import random

    from stdnum.cn import ric

    from ledger.registry.identity import check_digit

    chance = random.Random(11643)
    for _ in range(2_000):
        body = "".join(chance.choice("0123456789") for _ in range(17))
        assert check_digit(body) == ric.calc_check_digit(body + "0")
