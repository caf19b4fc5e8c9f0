"""A rise of standards: one list of every household, looked at by three, carried out once, back-paid by the next run."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assistance import raising
from assistance.raising import ProposeRaise, RaiseResult, carry_out_raise, propose_raise
from ledger.identification.decisions import RefuseCategory
from ledger.identification.events import AmountAdjusted, Component
from ledger.identification.life_refusals import (
    NothingToRaise,
    RaiseNotReady,
    RaiseUnknown,
    RosterDiffers,
    SamePersonRaises,
)
from ledger.identification.raise_events import RaiseLeftOut, RefusalRescreened
from ledger.identification.raising import ApproveRaise, ReviewRaise
from ledger.identification.refusals import BadMonth, ReasonNeeded
from ledger.identification.states import Entitlement
from ledger.ids import RaiseId
from ledger.kernel import (
    Actor,
    CommandId,
    CommandIdReused,
    EntitlementId,
    Facts,
    Month,
    NotAllowed,
    PersonId,
    Role,
    RunId,
    month,
    tag,
)
from ledger.payments.events import PaymentInstructed
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.events import IncomeLine
from ledger.standards.commands import SetStandard
from tests.scenario import ADMIN, CLERK, DIVISION, FINANCE, NOW, REVIEWER, Scenario

SECOND = Actor(operator_id="reviewer-2", organisation_id=DIVISION, role=Role.REVIEWER)


def raised(scenario: Scenario, value: int = 85_000, from_date: date = date(2026, 10, 1)) -> None:
    """The urban dibao standard rises."""
    scenario.do(SetStandard, ADMIN, name="standard", programme="dibao", organisation_id=DIVISION, area="urban", tier=None,
                value=value, unit="fen_per_month", from_date=from_date, document="提标文件")  # fmt: skip


def proposed(
    scenario: Scenario, command: CommandId | None = None, actor: Actor = REVIEWER, **fields: Any
) -> RaiseResult:
    given = {
        "organisation_id": DIVISION,
        "programme": "dibao",
        "from_month": month("2026-10"),
        "reason": "提标",
        "article": "57 art. 23",
    }
    asked = ProposeRaise(command or scenario.command_id(), **(given | fields))
    return propose_raise(scenario.division, asked, actor, NOW)


def approved(scenario: Scenario) -> RaiseResult:
    found = proposed(scenario)
    given = {"raise_id": found.header.raise_id, "roster_hash": found.header.roster_hash}
    scenario.do(ReviewRaise, FINANCE, **given)
    scenario.do(ApproveRaise, SECOND, **given)
    return found


def of(scenario: Scenario, entitlement: EntitlementId) -> Entitlement:
    return scenario.ledger.read((Entitlement.facts(entitlement),)).state(Entitlement, entitlement)


def test_a_rise_is_listed_looked_at_by_three_carried_out_once_and_back_paid(scenario: Scenario) -> None:
    """提标: every household's old and new amount, approved, recorded, and months already run are back-paid by the next draw."""
    _, _, first = scenario.covered(1)
    _, _, second = scenario.covered(11, 3)
    fund = scenario.fund()
    before = {e: of(scenario, e).due(Month("2026-10"))[Component.BASE] for e in (first, second)}
    scenario.draw(fund, "2026-10")
    raised(scenario)
    command = scenario.command_id()
    found = proposed(scenario, command)
    assert (found.header.households, found.header.left_out) == (2, 0)
    assert found.header.raised_fen - found.header.previous_fen == 5_000 * 5
    again = proposed(scenario, command)
    assert (again.header.roster_hash, again.duplicate) == (found.header.roster_hash, True)
    with pytest.raises(CommandIdReused):
        proposed(scenario, command, reason="别的")
    assert of(scenario, first).due(Month("2026-10"))[Component.BASE] == before[first]  # a list so far
    given = {"raise_id": found.header.raise_id, "roster_hash": found.header.roster_hash}
    with pytest.raises(RaiseNotReady):
        scenario.do(ApproveRaise, SECOND, **given)
    with pytest.raises(SamePersonRaises):
        scenario.do(ReviewRaise, REVIEWER, **given)
    with pytest.raises(RosterDiffers):
        scenario.do(ReviewRaise, FINANCE, **(given | {"roster_hash": "other"}))
    with pytest.raises(RaiseUnknown):
        scenario.do(ReviewRaise, FINANCE, **(given | {"raise_id": RaiseId("none")}))
    scenario.do(ReviewRaise, FINANCE, **given)
    with pytest.raises(SamePersonRaises):
        scenario.do(ApproveRaise, FINANCE, **given)
    with pytest.raises(RaiseNotReady):
        carry_out_raise(scenario.division, found.header.raise_id, REVIEWER, NOW)
    scenario.do(ApproveRaise, SECOND, **given)
    done = carry_out_raise(scenario.division, found.header.raise_id, REVIEWER, NOW)
    assert (done.adjusted, done.left_out, done.duplicate) == (2, 0, False)
    assert carry_out_raise(scenario.division, found.header.raise_id, REVIEWER, NOW).duplicate
    for entitlement, members in ((first, 2), (second, 3)):
        assert (
            of(scenario, entitlement).due(Month("2026-10"))[Component.BASE]
            == before[entitlement] + 5_000 * members
        )
    drawn = scenario.draw(fund, "2026-11")
    lines = scenario.ledger.read((Facts((PaymentInstructed,), (tag(RunId, drawn.header.run_id),)),))
    back = {n.entitlement_id: n.amount_fen for n in lines.events(PaymentInstructed) if n.cause == "back_pay"}
    assert back == {first: 10_000, second: 15_000}


def test_nobody_gets_less_by_a_rise_and_what_changed_since_is_left_out(scenario: Scenario) -> None:
    """提标: who would get less by what is known, or changed after the list was frozen, is looked at by hand."""
    house, _, rich = scenario.covered(1)
    other, _, later = scenario.covered(11)
    _, _, plain = scenario.covered(21)
    richer = (IncomeLine(kind="wage", annual_fen=1_500_000),)  # type: ignore[arg-type]
    scenario.do(DeclareCircumstances, CLERK, household_id=house, declared_on=date(2026, 11, 1), income=richer)
    raised(scenario)
    found = approved(scenario)
    assert (found.header.households, found.header.left_out) == (2, 1)
    scenario.do(DeclareCircumstances, CLERK, household_id=other, declared_on=date(2026, 11, 2), income=())
    done = carry_out_raise(scenario.division, found.header.raise_id, REVIEWER, NOW)
    assert (done.adjusted, done.left_out) == (1, 2)
    known = scenario.ledger.read((Facts((RaiseLeftOut,), (tag(RaiseId, found.header.raise_id),)),))
    assert {e.entitlement_id for e in known.events(RaiseLeftOut)} == {rich, later}
    assert len(of(scenario, plain).file.terms) == 2


def test_a_rise_that_was_cut_off_goes_on_where_it_stopped(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """提标: recorded in chunks; each household is adjusted once, whenever the process was stopped."""
    entitlements = [scenario.covered(1 + 10 * n)[2] for n in range(3)]
    raised(scenario)
    found = approved(scenario)
    monkeypatch.setattr(raising, "CARRIED", 1)

    class Stopped(Exception):
        pass

    def stop(done: int) -> None:
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        carry_out_raise(scenario.division, found.header.raise_id, REVIEWER, NOW, stop)
    done = carry_out_raise(scenario.division, found.header.raise_id, REVIEWER, NOW)
    assert (done.adjusted, done.left_out) == (3, 0)
    facts = (Facts((AmountAdjusted,), (tag(RaiseId, found.header.raise_id),)),)
    made = [e.entitlement_id for e in scenario.ledger.read(facts).events(AmountAdjusted)]
    assert sorted(made) == sorted(entitlements)


def test_refuses_a_rise_without_effect_reason_or_role(scenario: Scenario) -> None:
    """提标: on a document, from a month that may be decided on, by the county."""
    scenario.covered(1)
    with pytest.raises(NothingToRaise):
        proposed(scenario)
    raised(scenario)
    with pytest.raises(ReasonNeeded):
        proposed(scenario, reason=" ")
    with pytest.raises(BadMonth):
        proposed(scenario, from_month=month("2027-06"))
    with pytest.raises(NotAllowed):
        proposed(scenario, actor=CLERK)


def test_last_years_refusals_are_screened_again(scenario: Scenario) -> None:
    """提标: a household refused for its income that would qualify by the raised standard is told to apply again."""
    scenario.covered(1)
    house, people = scenario.household(11, income=1_950_000)
    case = scenario.opinion(house, [PersonId(p) for p in people])
    scenario.do(
        RefuseCategory,
        REVIEWER,
        case_id=case,
        decided_on=date(2026, 9, 18),
        reason="收入超标",
        article="57 art. 21",
    )
    raised(scenario)
    found = proposed(scenario)
    assert found.header.rescreened == 1
    facts = (Facts((RefusalRescreened,), (tag(RaiseId, found.header.raise_id),)),)
    screened = next(scenario.ledger.read(facts).events(RefusalRescreened))
    assert (screened.case_id, screened.household_id) == (case, house)
    assert sum(a.amount_fen for a in screened.amounts) == 7_500
