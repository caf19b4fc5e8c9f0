"""A month in an institution, pure: worked by hand from the days, and conserved whatever is confirmed and corrected."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.identification.events import Amount, Category, CategoryConfirmed, Component, FrozenFacts
from ledger.identification.states import Entitlement
from ledger.institutions.dues import Rules, Sojourn, months_shared, share_of
from ledger.kernel import Fen, Month, RunId
from ledger.payments.again import due_again
from ledger.payments.draw import Paid, Slot, check_slots, plan_run
from ledger.payments.events import Cause, PaymentInstructed
from ledger.payments.shares import Part, Payee, Share, divide
from ledger.standards.book import Standard

BASE, CARE, OWN = Component.BASE, Component.CARE, Component.OWN
DUE = {BASE: Fen(104_000), CARE: Fen(30_000)}
HOME, NEXT = (
    Payee(
        "p1",
        home,
        "102881002345",
        f"1|institution:{home}|x|account|AA==",
        f"1|institution:{home}|x|account_holder|AA==",
        home,
    )
    for home in ("home", "next")
)
PERSON = Payee(
    "p1", "p1", "102881002345", "1|person:p1|x|account|AA==", "1|person:p1|x|account_holder|AA==", "k"
)
OCTOBER = Month("2026-10")


@pytest.mark.parametrize(
    ("days", "full_days", "base", "care", "own"),
    [
        # A whole month: all but the pocket money. 104,000 − 10,000 = 94,000.
        ((31,), None, (94_000,), (30_000,), 10_000),
        # 16 of 31 days: 94,000 × 16 ÷ 31 = 48,516.13 → 48,516; 30,000 × 16 ÷ 31 = 15,483.87 → 15,483; 134,000 − 63,999.
        ((16,), None, (48_516,), (15_483,), 70_001),
        # From 15 days on the whole month counts, where the local rule says so; 14 days go by days.
        ((16,), 15, (94_000,), (30_000,), 10_000),
        # 94,000 × 14 ÷ 31 = 42,451.6 → 42,451; 30,000 × 14 ÷ 31 = 13,548.4 → 13,548; 134,000 − 55,999.
        ((14,), 15, (42_451,), (13_548,), 78_001),
        # Nobody there: nothing to the institution.
        ((0,), 15, (0,), (0,), 134_000),
        # 15 days in one, 16 in another: 94,000 × 15 ÷ 31 = 45,483.9, × 16 ÷ 31 = 48,516.1; care 14,516.1 and 15,483.9.
        ((15, 16), None, (45_483, 48_516), (14_516, 15_483), 10_002),
    ],
)  # fmt: skip
def test_a_month_is_shared_by_days(
    days: tuple[int, ...], full_days: int | None, base: tuple[int, ...], care: tuple[int, ...], own: int
) -> None:
    """43 art. 19–20, practice 集中供养: base and care to the institution by confirmed days, pocket money to the person."""
    parts = tuple(Part(payee, n) for payee, n in zip((HOME, NEXT), days, strict=False))
    divided = divide(DUE, Share(parts, 31, 10_000, full_days))
    assert tuple(p.get(BASE, 0) for p in divided.parts) == base
    assert tuple(p.get(CARE, 0) for p in divided.parts) == care
    assert divided.own == own
    assert divided.steps[-1].value == own
    assert divided.steps[-2].value + own == 134_000


def rules(pocket: int | None = 10_000, full: int | None = None) -> Rules:
    made = [
        None if n is None else Standard(name, name, n, "fen", date(2026, 1, 1), "示范")
        for name, n in (("pocket_money", pocket), ("institution_full_days", full))
    ]
    return Rules(*made)


def test_confirmed_days_never_count_beyond_those_the_person_was_there() -> None:
    """Check 43: a death on the 9th known later leaves nine days of the nine the person lived, of 31 confirmed."""
    stay = Sojourn(HOME, date(2026, 10, 1), None, {"2026-10": 31})
    share = share_of(OCTOBER, [stay], date(2026, 10, 9), rules())
    assert (share.of_days, share.parts[0].days) == (9, 9)
    assert divide(DUE, share).own == 10_000  # the month of a death is due whole
    left = Sojourn(HOME, date(2026, 10, 1), date(2026, 10, 11), {"2026-10": 31})
    assert share_of(OCTOBER, [left], None, rules()).parts[0].days == 10


def test_a_month_is_held_without_attendance_or_without_a_parameter_with_basis() -> None:
    """A parameter without a basis computes nothing; nothing is paid for a month without confirmed attendance."""
    stay = Sojourn(HOME, date(2026, 9, 10), date(2026, 10, 5), {"2026-09": 21})
    assert months_shared([stay], None, Month("2026-12")) == ["2026-09", "2026-10"]
    assert months_shared([stay], date(2026, 9, 20), Month("2026-12")) == ["2026-09"]
    assert share_of(Month("2026-09"), [stay], None, rules()).held is None
    assert share_of(OCTOBER, [stay], None, rules()).held == "attendance"
    assert share_of(Month("2026-09"), [stay], None, rules(None)).held == "pocket_money"


def test_who_leaves_and_comes_back_within_a_month_has_one_part_of_it_there() -> None:
    stays = [
        Sojourn(HOME, date(2026, 10, 1), date(2026, 10, 11), {"2026-10": 10}, {"2026-10": {"base": 5}}),
        Sojourn(HOME, date(2026, 10, 21), None, {"2026-10": 11}, {"2026-10": {"base": 5}}),
    ]
    share = share_of(OCTOBER, stays, None, rules())
    assert [(p.days, p.paid) for p in share.parts] == [(21, {"base": 5})]


# --- any history ---

steps = st.lists(
    st.one_of(
        st.tuples(st.just("days"), st.integers(0, 15), st.integers(0, 16)),
        st.tuples(st.just("draw"), st.integers(0, 1), st.integers(0, 0)),
        st.tuples(st.just("stay"), st.booleans(), st.integers(0, 0)),
        st.tuples(st.just("return"), st.integers(0, 9), st.integers(0, 0)),
    ),
    max_size=16,
)


class Purse:
    """What was paid of October, line by line; a returned line counts until it is paid again."""

    def __init__(self) -> None:
        self.lines: list[PaymentInstructed] = []
        self.returned: list[PaymentInstructed] = []

    def paid(self) -> dict[Slot, Paid]:
        slots: dict[Slot, list[int]] = defaultdict(lambda: [0, 0, 0])
        for line in self.lines:
            slot = slots[line.entitlement_id, line.month, line.component]
            slot[0] += line.amount_fen
            slot[1] |= line.cause is Cause.REGULAR
            slot[2] += line.amount_fen if line in self.returned else 0
        return {slot: Paid(net, bool(regular), back) for slot, (net, regular, back) in slots.items()}

    def of(self, payee: str) -> dict[str, dict[str, int]]:
        amounts: dict[str, int] = defaultdict(int)
        for line in self.lines:
            if line.payee_id == payee:
                amounts[line.component] += line.amount_fen
        return {OCTOBER: dict(amounts)}


@settings(max_examples=400, deadline=None)
@given(steps)
def test_no_history_of_attendance_pays_a_month_more_than_once_in_all(history: list[Any]) -> None:
    """Whoever it went to: net paid for the month never exceeds what the decision makes due, one regular line at most."""
    entitlement = Entitlement("e1")
    amounts = tuple(Amount(component=c, amount_fen=a) for c, a in DUE.items())
    entitlement.evolve(
        CategoryConfirmed(entitlement_id="e1", household_id="h1", organisation_id="r1", category=Category.TEKUN, case_id="c",
                          counted=("p1",), from_month=OCTOBER, amounts=amounts, frozen=FrozenFacts(members=1))  # type: ignore[arg-type]
    )  # fmt: skip
    purse, known, days = Purse(), False, (0, 0)
    for number, (step, one, two) in enumerate(history):
        shares = {}
        if known:
            stays = [Sojourn(HOME, date(2026, 10, 1), date(2026, 10, 16), {OCTOBER: days[0]}, purse.of("home")),
                     Sojourn(NEXT, date(2026, 10, 16), None, {OCTOBER: days[1]}, purse.of("next"))]  # fmt: skip
            shares = {("e1", OCTOBER): share_of(OCTOBER, stays, None, rules())}
        match step:
            case "days":
                days = (one, two)
            case "stay":
                known = known or one
            case "return":
                settled = [line for line in purse.lines if line not in purse.returned]
                purse.returned += settled[one : one + 1]
                continue
            case "draw" if one == 0:
                plan = plan_run(run_id=RunId(f"r{number}"), organisation_id="r1", programme="tekun", month=OCTOBER,
                                entitlements=[entitlement], paid=purse.paid(), payees={"h1": PERSON}, shares=shares)  # fmt: skip
                check_slots(plan.lines, purse.paid())
                assert len({line.payment_id for line in plan.lines}) == len(plan.lines)
                purse.lines += plan.lines
            case _:
                again = due_again(purse.returned, {"e1": entitlement}, purse.paid(), {}, shares)
                purse.lines = [line for line in purse.lines if line not in purse.returned]
                purse.returned = []
                for old, amount in again:
                    fields = {f: getattr(old, f) for f in old.__struct_fields__}
                    purse.lines.append(PaymentInstructed(**fields | {"amount_fen": amount, "payment_id": f"{old.payment_id}/{number}"}))  # fmt: skip
        assert sum(line.amount_fen for line in purse.lines) <= 134_000
    if known and not purse.returned and history and history[-1][:2] == ("draw", 0) and not any(s[0] == "draw" and s[1] for s in history):  # fmt: skip
        assert sum(line.amount_fen for line in purse.lines) in (0, 134_000)
