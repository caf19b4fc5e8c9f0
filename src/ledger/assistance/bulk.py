"""The roster of a bulk subsidy: who was covered on a day, each with one amount. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ledger.assistance.bulk_events import (
    BulkSubsidyAwarded,
    BulkSubsidyGranted,
    BulkSubsidyListed,
    SubsidyKind,
    SubsidyUnit,
)
from ledger.assistance.bulk_refusals import (
    BadSubsidyAmount,
    NobodyOnRoster,
    RosterDayInFuture,
    SubsidyDocumentNeeded,
)
from ledger.identification.states import Entitlement
from ledger.ids import RosterId
from ledger.kernel import (
    Basis,
    EntitlementId,
    Fen,
    HouseholdId,
    Month,
    Named,
    OrganisationId,
    PersonId,
    month_of,
)

NAMES: Mapping[SubsidyKind, Named] = {
    SubsidyKind.PRICE: Named(zh="价格临时补贴", en="price subsidy"),
    SubsidyKind.HOLIDAY: Named(zh="节日慰问补贴", en="holiday subsidy"),
    SubsidyKind.HEATING: Named(zh="冬季取暖补贴", en="heating subsidy"),
    SubsidyKind.POWER: Named(zh="用电补贴", en="power subsidy"),
}


class Subsidy(NamedTuple):
    """What is to be granted: to whom covered on `on`, how much each, for which month, on which document."""

    organisation_id: OrganisationId
    subsidy: SubsidyKind
    on: date
    month: Month
    unit: SubsidyUnit
    each_fen: Fen
    categories: tuple[str, ...]
    document: str

    @property
    def once(self) -> RosterId:
        """What may be granted once: the kind, organisation and month."""
        return RosterId(f"{self.subsidy}/{self.organisation_id}/{self.month}")


def check_subsidy(subsidy: Subsidy, today: date) -> None:
    """Raises what is wrong with what was asked for."""
    if subsidy.on > today:
        raise RosterDayInFuture(day=subsidy.on)
    if subsidy.each_fen <= 0:
        raise BadSubsidyAmount(amount=subsidy.each_fen)
    if not subsidy.document.strip():
        raise SubsidyDocumentNeeded
    if not subsidy.categories:
        raise NobodyOnRoster(day=subsidy.on, organisation=subsidy.organisation_id)


def lines_of(
    subsidy: Subsidy,
    roster_id: RosterId,
    entitlements: Iterable[Entitlement],
    died_on: Mapping[str, date],
    had: Iterable[str] = (),
) -> list[BulkSubsidyListed]:
    """Every household covered on the day: payable or suspended then, with its people alive then; each person once.

    `died_on` says who died when; `had` are people who got the same subsidy for the month by another roster.
    """
    month, seen, lines = month_of(subsidy.on), set(had), []
    for entitlement in sorted(entitlements, key=lambda e: e.id):
        file = entitlement.file
        begun = entitlement.exists and entitlement.first_month <= month
        if not begun or (file.last_month is not None and file.last_month < month):
            continue
        people = tuple(
            PersonId(p)
            for p in entitlement.counted_in(month)
            if p not in seen and died_on.get(p, date.max) >= subsidy.on
        )
        if not people:
            continue
        seen |= set(people)
        count = len(people) if subsidy.unit is SubsidyUnit.PERSON else 1
        lines.append(
            BulkSubsidyListed(
                roster_id=roster_id,
                household_id=HouseholdId(entitlement.household_id),
                organisation_id=OrganisationId(entitlement.organisation_for(month)),
                entitlement_id=EntitlementId(entitlement.id),
                person_ids=people,
                programme=subsidy.subsidy.value,
                category=entitlement.category,
                month=subsidy.month,
                amount_fen=Fen(subsidy.each_fen * count),
            )
        )
    return lines


def bulk_hash(lines: Iterable[BulkSubsidyListed]) -> str:
    """SHA-256 over the lines in order, hexadecimal."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(
            ("\x1f".join((line.entitlement_id, *line.person_ids, str(line.amount_fen))) + "\n").encode()
        )
    return digest.hexdigest()


def header_of(
    subsidy: Subsidy, roster_id: RosterId, lines: Sequence[BulkSubsidyListed], position: int
) -> BulkSubsidyGranted:
    """The header that puts a roster in force. Raises ``NobodyOnRoster`` for an empty one."""
    if not lines:
        raise NobodyOnRoster(day=subsidy.on, organisation=subsidy.organisation_id)
    return BulkSubsidyGranted(
        roster_ids=(roster_id, subsidy.once),
        organisation_id=subsidy.organisation_id,
        subsidy=subsidy.subsidy,
        named=NAMES[subsidy.subsidy],
        on=subsidy.on,
        month=subsidy.month,
        unit=subsidy.unit,
        each_fen=subsidy.each_fen,
        categories=subsidy.categories,
        households=len({line.household_id for line in lines}),
        people=sum(len(line.person_ids) for line in lines),
        total_fen=Fen(sum(line.amount_fen for line in lines)),
        roster_hash=bulk_hash(lines),
        read_at_position=position,
        basis=Basis(document=subsidy.document),
    )


def award_of(line: BulkSubsidyListed, header: BulkSubsidyGranted) -> BulkSubsidyAwarded:
    """What a line of a granted roster leads to."""
    people = len(line.person_ids)
    return BulkSubsidyAwarded(
        roster_id=line.roster_id,
        household_id=line.household_id,
        organisation_id=line.organisation_id,
        entitlement_id=line.entitlement_id,
        person_ids=line.person_ids,
        programme=line.programme,
        category=line.category,
        month=line.month,
        amount_fen=line.amount_fen,
        named=header.named,
        note=Named(zh=f"{header.on}在册{people}人", en=f"{people} people on the roster of {header.on}"),
        basis=header.basis,
    )
