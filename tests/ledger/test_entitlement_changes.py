"""What happens to an entitlement after its confirmation: adjusted, suspended, handed over, ended."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.identification.changes import (
    AdjustAmount,
    EndCategory,
    ResumeEntitlement,
    SuspendEntitlement,
    TransferEntitlement,
)
from ledger.identification.events import (
    Category,
    CategoryEnded,
    Component,
)
from ledger.identification.life_refusals import EndingNotPosted
from ledger.identification.refusals import (
    BadMonth,
    NotActive,
    NothingChanges,
    ReasonNeeded,
)
from ledger.identification.states import Entitlement
from ledger.registry.changes import DeclareCircumstances, MoveHousehold, RecordDeath
from ledger.registry.commands import JoinMember, NewMember
from ledger.registry.events import Area, Relation
from tests.scenario import CLERK, OTHER, REGIMENT, REVIEWER, Scenario, id_number


def test_a_review_adjusts_by_what_changed_and_refuses_when_nothing_did(scenario: Scenario) -> None:
    """57 art. 31–32."""
    house, _, entitlement = scenario.covered(1)
    given = {
        "entitlement_id": entitlement,
        "from_month": "2026-12",
        "reason": "收入减少",
        "article": "57 art. 31",
    }
    with pytest.raises(NothingChanges):
        scenario.do(AdjustAmount, REVIEWER, **given)
    scenario.do(DeclareCircumstances, CLERK, household_id=house, declared_on=date(2026, 11, 1), income=())
    with pytest.raises(ReasonNeeded):
        scenario.do(AdjustAmount, REVIEWER, **(given | {"article": ""}))
    for month in ("2026-09", "2027-02"):
        with pytest.raises(BadMonth):
            scenario.do(AdjustAmount, REVIEWER, **(given | {"from_month": month}))
    made = scenario.do(AdjustAmount, REVIEWER, **given)
    assert made.events[0].amounts[0].amount_fen == 160_000  # type: ignore[attr-defined]


def test_a_child_born_is_counted_with_a_supplement(scenario: Scenario) -> None:
    """57 art. 7, 27."""
    house, _, entitlement = scenario.covered(1)
    baby = NewMember(id_number=id_number(77, date(2026, 10, 3)), name="某", relation=Relation.CHILD)
    scenario.do(
        JoinMember, CLERK, household_id=house, member=baby, reason="birth", joined_on=date(2026, 10, 3)
    )
    made = scenario.do(
        AdjustAmount,
        REVIEWER,
        entitlement_id=entitlement,
        from_month="2026-12",
        reason="出生",
        article="57 art. 31",
    )
    amounts = {a.component: a.amount_fen for a in made.events[0].amounts}  # type: ignore[attr-defined]
    assert amounts == {Component.BASE: 80_000 * 3 - 50_000, Component.SUPPLEMENT: 5_000}


def test_suspended_months_are_paid_or_not_as_the_release_says(scenario: Scenario) -> None:
    _, _, entitlement = scenario.covered(1)
    suspend = {
        "entitlement_id": entitlement,
        "from_month": "2026-11",
        "reason": "核查",
        "article": "57 art. 32",
    }
    for paid, due in ((False, {}), (True, {Component.BASE: 110_000})):
        scenario.do(SuspendEntitlement, REVIEWER, **suspend)
        with pytest.raises(NotActive):
            scenario.do(SuspendEntitlement, REVIEWER, **suspend)
        scenario.do(
            ResumeEntitlement,
            REVIEWER,
            entitlement_id=entitlement,
            from_month="2026-12",
            pay_suspended=paid,
            reason="x",
        )
        state = scenario.ledger.read((Entitlement.facts(entitlement),)).state(Entitlement, entitlement)
        if paid:
            state.file.suspensions.pop(0)  # the first suspension stays unpaid: look at the second alone
        assert state.due("2026-11") == due  # type: ignore[arg-type]
    with pytest.raises(NotActive):
        scenario.do(
            ResumeEntitlement,
            REVIEWER,
            entitlement_id=entitlement,
            from_month="2026-12",
            pay_suspended=True,
            reason="x",
        )


def test_cover_ends_with_the_month_of_death_known_late(scenario: Scenario) -> None:
    """83 一(三): the last payable month after death is a dated parameter with a basis."""
    house, people, entitlement = scenario.covered(1, 1, Category.TEKUN, births=(date(1950, 1, 1),), income=0)
    given = {"entitlement_id": entitlement, "reason": "死亡", "article": "43 art. 24"}
    with pytest.raises(EndingNotPosted):
        scenario.do(EndCategory, REVIEWER, **given)
    scenario.do(
        RecordDeath, CLERK, household_id=house, person_id=people[0], died_on=date(2026, 10, 3), source="公安"
    )
    made = scenario.do(EndCategory, REVIEWER, **given)
    assert next(e.last_month for e in made.events if isinstance(e, CategoryEnded)) == "2026-10"
    with pytest.raises(NotActive):
        scenario.do(EndCategory, REVIEWER, **given)


def test_a_move_hands_the_entitlement_over_between_two_months(scenario: Scenario) -> None:
    """57 art. 5: last month here, first month there."""
    house, _, entitlement = scenario.covered(1)
    with pytest.raises(NothingChanges):
        scenario.do(TransferEntitlement, REVIEWER, entitlement_id=entitlement)
    scenario.do(MoveHousehold, CLERK, household_id=house, to_id=OTHER, area=Area.URBAN, moved_on=date(2026, 10, 20),
                last_month_here="2026-10", transfer_letter="1")  # fmt: skip
    scenario.do(TransferEntitlement, REVIEWER, entitlement_id=entitlement)
    state = scenario.ledger.read((Entitlement.facts(entitlement),)).state(Entitlement, entitlement)
    assert [state.organisation_for(m) for m in ("2026-10", "2026-11")] == [REGIMENT, OTHER]  # type: ignore[arg-type]
    assert Entitlement.from_json(state.to_json()).file == state.file
