"""Sample logs: the two event sizes every store is measured with, and a division's whole log of any length."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from eventsourcing.dcb.api import DCBEvent

from ledger.funds.events import FundAllocated, FundReceived, Source
from ledger.identification.events import Amount, Category, Component, PriorCoverRecorded
from ledger.kernel import (
    Actor,
    CommandId,
    Context,
    EntitlementId,
    Event,
    Fen,
    FileHash,
    FundId,
    HouseholdId,
    HouseholdNumber,
    Month,
    OrganisationId,
    PaymentId,
    PersonId,
    Private,
    Role,
    RollId,
    RunId,
    derived_id,
    stamp,
    tags_of,
)
from ledger.organisation.events import Level, OrganisationOpened
from ledger.payments.events import (
    Cause,
    FundSplit,
    PaymentInstructed,
    PaymentSettled,
    RunApproved,
    RunDrawn,
    RunReconciled,
    RunReviewed,
    RunSent,
)
from ledger.registry.events import (
    AccountNominated,
    Area,
    CircumstancesDeclared,
    HouseholdRegistered,
    IncomeLine,
    MemberJoined,
    Origin,
    Relation,
    Sex,
)
from ledger.store.mapper import _encoder

T = TypeVar("T")
_unique = itertools.count(1)
_CLERK = Actor(operator_id="clerk-65900401", organisation_id="d06-101", role=Role.CLERK)
_NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
_FUND = FundId("bench-fund")
_UNITS = 13


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Consecutive slices."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def small(count: int) -> list[DCBEvent]:
    """Events of 256 bytes with three tags, one of them shared by fifty."""
    made = []
    for _ in range(count):
        n = next(_unique)
        made.append(
            DCBEvent(
                type="Noted", data=os.urandom(128).hex().encode(), tags=[f"a:{n}", f"b:{n}", f"c:{n // 50}"]
            )
        )
    return made


def real(count: int) -> list[DCBEvent]:
    """Payment lines as they are stored: about 900 bytes, seven tags."""
    run = next(_unique)
    return [
        stored(instructed(number(n), run, n + 1, Month("2026-10")), f"run/{run}", n) for n in range(count)
    ]


def number(n: int) -> str:
    """The number of the n-th household."""
    return f"{n:06d}"


def stored(event: Event, command: str, index: int) -> DCBEvent:
    """The event stamped and encoded, as the mapper stores it; its private text is sealed already."""
    command_id = CommandId(derived_id("01939000-0000-7000-8000-000000000001", command))
    stamped = stamp(event, Context(actor=_CLERK, now=_NOW, command_id=command_id), index, "0" * 32)
    return DCBEvent(type=type(event).__name__, data=_encoder.encode(stamped), tags=tags_of(stamped))


def _id(kind: Any, label: str) -> Any:
    return kind(derived_id("01939000-0000-7000-8000-000000000002", label))


def _sealed(subject: str, field: str) -> Private:
    return Private(subject, sealed=f"1|{subject}|{subject[-36:]}|{field}|{'A' * 60}")


def _unit(household: str) -> OrganisationId:
    return OrganisationId(f"d06-{100 + int(household) % _UNITS}")


def instructed(household: str, run: int, sequence: int, month: Month) -> PaymentInstructed:
    """One payment line of a household in a run."""
    person = _id(PersonId, f"person/{household}/0")
    return PaymentInstructed(
        payment_id=_id(PaymentId, f"payment/{run}/{household}"), run_id=_id(RunId, f"run/{run}"),
        entitlement_id=_id(EntitlementId, f"entitlement/{household}"),
        household_id=_id(HouseholdId, f"household/{household}"), organisation_id=_unit(household), person_id=person,
        programme="dibao", month=month, component=Component.BASE, cause=Cause.REGULAR, amount_fen=Fen(98_000),
        payee_id=person, bank_code="102881002345", account=_sealed(f"person:{person}", "account"),
        account_holder=_sealed(f"person:{person}", "account_holder"), account_key="5f" * 16, sequence=sequence,
        occurred_on=date(2026, 10, 8),
    )  # fmt: skip


def _settled(household: str, run: int, month: Month) -> PaymentSettled:
    return PaymentSettled(
        payment_id=_id(PaymentId, f"payment/{run}/{household}"), run_id=_id(RunId, f"run/{run}"),
        entitlement_id=_id(EntitlementId, f"entitlement/{household}"),
        household_id=_id(HouseholdId, f"household/{household}"), organisation_id=_unit(household),
        person_id=_id(PersonId, f"person/{household}/0"), programme="dibao", month=month, component=Component.BASE,
        cause=Cause.REGULAR, amount_fen=Fen(98_000), bank_reference=f"R{run:04d}{household}",
        occurred_on=date(2026, 10, 9),
    )  # fmt: skip


def household_id(n: int) -> HouseholdId:
    """The id of the n-th household."""
    return HouseholdId(_id(HouseholdId, f"household/{number(n)}"))


Private_ = Callable[[str, str], Private]


def household(
    number: str, unit: OrganisationId | None = None, private: Private_ | None = None
) -> list[Event]:
    """Registered with two members, an account and prior cover, as a roster brings it.

    `private` makes the text of a subject's field; without it the text is of the right length but sealed by nobody.
    """
    private = private or _sealed
    house, unit = _id(HouseholdId, f"household/{number}"), unit or _unit(number)
    origin = Origin(
        file_name="存量名册.xlsx", file_hash="ab" * 32, sheet="低保", row=int(number) + 3, row_hash="cd" * 32
    )
    people = [_id(PersonId, f"person/{number}/{n}") for n in range(2)]
    events: list[Event] = [
        HouseholdRegistered(household_id=house, number=HouseholdNumber(f"H{number}"), organisation_id=unit,
                            area=Area.URBAN, address=private(f"household:{house}", "address"),
                            consent_on=date(2025, 3, 1), origin=origin)
    ]  # fmt: skip
    for n, person in enumerate(people):
        subject = f"person:{person}"
        events.append(
            MemberJoined(household_id=house, organisation_id=unit, person_id=person,
                         relation=Relation.CHILD if n else Relation.HEAD, name=private(subject, "name"),
                         id_number=private(subject, "id_number"), birth_date=date(1980 + 25 * n, 5, 17), sex=Sex.FEMALE)
        )  # fmt: skip
    head = f"person:{people[0]}"
    return [
        *events,
        CircumstancesDeclared(household_id=house, organisation_id=unit, origin=origin,
                              income=(IncomeLine(kind="wage", annual_fen=Fen(600_000)),)),
        AccountNominated(household_id=house, organisation_id=unit, person_id=people[0], bank_code="102881002345",
                         account=private(head, "account"), account_holder=private(head, "account_holder"),
                         account_key="5f" * 16),
        PriorCoverRecorded(entitlement_id=_id(EntitlementId, f"entitlement/{number}"), household_id=house,
                           organisation_id=unit, category=Category.DIBAO, counted=tuple(people),
                           from_month=Month("2020-01"), decision_document="低保审字〔2025〕1号", origin=origin,
                           amounts=(Amount(component=Component.BASE, amount_fen=Fen(98_000)),)),
    ]  # fmt: skip


def division(count: int, households: int, followed: int) -> Iterator[DCBEvent]:
    """About `count` events of one division: its units and households once, then month after month paid and settled.

    The first `followed` households of the first unit were paid for 200 months before, so that their chains are long.
    """
    parts = itertools.chain([_opening()], (household(number(n)) for n in range(households)))
    rich = range(0, followed * _UNITS, _UNITS)
    runs = itertools.chain(
        ((rich, Month(f"{2000 + n // 12}-{n % 12 + 1:02d}")) for n in range(200)),
        ((range(unit, households, _UNITS), Month(f"{2020 + n // 12}-{n % 12 + 1:02d}"))
         for n in itertools.count() for unit in range(_UNITS)),
    )  # fmt: skip
    made = itertools.chain(
        ((f"opening/{n}", part) for n, part in enumerate(parts)),
        ((f"run/{n}", _run(n, numbers, month)) for n, (numbers, month) in enumerate(runs, 1)),
    )
    told = 0
    for command, events in made:
        for index, event in enumerate(events):
            yield stored(event, command, index)
        told += len(events)
        if told >= count:
            return


def _opening() -> list[Event]:
    division_id = OrganisationId("d06")
    events: list[Event] = [
        OrganisationOpened(organisation_id=division_id, name="示范师市", level=Level.DIVISION, parent_id=None)
    ]
    events += [
        OrganisationOpened(organisation_id=OrganisationId(f"d06-{100 + n}"), name=f"{100 + n}团", level=Level.REGIMENT, path=(division_id,),
                           parent_id=division_id)
        for n in range(_UNITS)
    ]  # fmt: skip
    events.append(
        FundReceived(fund_id=_FUND, name="中央补助", source=Source.CENTRAL, year=2026, uses=("dibao",),
                     amount_fen=Fen(10**14), document="示范")
    )  # fmt: skip
    events += [
        FundAllocated(fund_id=_FUND, organisation_id=OrganisationId(f"d06-{100 + n}"), amount_fen=Fen(10**12), document="示范")
        for n in range(_UNITS)
    ]  # fmt: skip
    return events


def _run(run: int, numbers: range, month: Month) -> list[Event]:
    """One paid month of one unit: lines, headers, settlements."""
    lines = [instructed(number(n), run, k, month) for k, n in enumerate(numbers, 1)]
    run_id, unit, total = lines[0].run_id, lines[0].organisation_id, Fen(98_000 * len(lines))
    split = (FundSplit(fund_id=_FUND, amount_fen=total),)
    file = FileHash("ef" * 32)
    return [
        *lines,
        RunDrawn(run_id=run_id, roll_id=RollId("dibao"), organisation_id=unit, fund_ids=(_FUND,), programme="dibao",
                 month=month, lines=len(lines), total_fen=total, splits=split, roster_hash="12" * 32,
                 drawn_at_position=1),
        RunReviewed(run_id=run_id, organisation_id=unit, roster_hash="12" * 32),
        RunApproved(run_id=run_id, organisation_id=unit, roster_hash="12" * 32),
        RunSent(run_id=run_id, organisation_id=unit, file_hash=file, file_name="x.txt", lines=len(lines), total_fen=total),
        *[_settled(number(n), run, month) for n in numbers],
        RunReconciled(run_id=run_id, organisation_id=unit, programme="dibao", fund_ids=(_FUND,), file_hash=file,
                      file_name="y.txt", settled=len(lines), settled_fen=total, returned=0, returned_fen=Fen(0),
                      splits_settled=split, splits_returned=()),
    ]  # fmt: skip
