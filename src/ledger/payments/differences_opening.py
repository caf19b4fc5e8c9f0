"""What a difference leads to, as further events: recoveries opened and cancelled, back-pay announced. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from ledger.ids import RecoveryId
from ledger.kernel import Basis, Context, Event, Fen, Known, Month, Named, PersonId
from ledger.organisation.states import Organisation
from ledger.payments.differences import DEADLINE, Difference, Differences, summed
from ledger.payments.differences_events import (
    BackPayDue,
    MonthAmount,
    RecoveryCancelled,
    RecoveryCause,
    RecoveryOpened,
)
from ledger.standards.book import StandardBook


def open_differences(
    known: Known,
    context: Context,
    entitlement_id: str,
    cause: RecoveryCause,
    document: str | None,
    upto: Month | None = None,
    place: str | None = None,
) -> list[Event]:
    """The events that open what is not open yet: recoveries cancelled, recoveries opened, back-pay announced.

    Of months up to one, and of those one organisation pays, when given.
    """
    mine = Differences(known, entitlement_id)
    found = [d for d in mine.found(upto) if place is None or d.organisation_id == place]
    cancelled = _to_cancel(mine, found, upto, place)
    left = {key: recovery for key, recovery in mine.recoveries.items() if key not in cancelled}
    recovering = summed(m for recovery in left.values() for m in recovery.months)
    over = [(d, d.recoverable_fen - recovering.get((d.gap.month, d.gap.component), 0)) for d in found]
    short = [(d, d.gap.short_fen - d.announced_fen) for d in found]
    announced = _grouped([(d._replace(debtor_id=""), amount) for d, amount in short])
    return [
        *(_cancellation(mine, recovery, found) for recovery in cancelled.values()),
        *(_recovery(mine, group, known, context, cause, document) for group in _grouped(over)),
        *(BackPayDue(**_common(mine, group), note=_note(group, "应补发", "short")) for group in announced),
    ]


def _to_cancel(
    mine: Differences, found: Sequence[Difference], upto: Month | None, place: str | None
) -> dict[str, RecoveryOpened]:
    """Recoveries of a month of which more is under recovery than was paid too much."""
    over = {(d.gap.month, d.gap.component): d.gap.over_fen for d in found}
    wrong = {
        key for key, amount in mine.recovering.items()
        if (upto is None or key[0] <= upto) and amount > over.get(key, 0)
    }  # fmt: skip
    return {
        key: recovery
        for key, recovery in mine.recoveries.items()
        if (place is None or recovery.organisation_id == place)
        and any((m.month, m.component) in wrong for m in recovery.months)
    }


Group = list[tuple[Difference, int]]


def _grouped(amounts: Iterable[tuple[Difference, int]]) -> list[Group]:
    """Those that open something, together by who pays, who owes, and why."""
    groups: dict[tuple[object, ...], Group] = {}
    for difference, amount in amounts:
        if amount > 0:
            why = (difference.why.fact_id, difference.why.decision_id)
            groups.setdefault((difference.organisation_id, difference.debtor_id, *why), []).append(
                (difference, amount)
            )
    return list(groups.values())


def _common(mine: Differences, group: Group) -> dict[str, Any]:
    first = group[0][0]
    return {
        "entitlement_id": mine.id, "household_id": mine.entitlement.household_id, "programme": mine.entitlement.category,
        "organisation_id": first.organisation_id,
        "months": tuple(MonthAmount(month=d.gap.month, component=d.gap.component, amount_fen=Fen(a)) for d, a in group),
        "amount_fen": Fen(sum(amount for _, amount in group)), "fact_id": first.why.fact_id, "fact_on": first.why.fact_on,
        "known_on": first.why.known_on, "decision_id": first.why.decision_id,
    }  # fmt: skip


def _note(group: Group, zh: str, en: str) -> Named:
    months = list(dict.fromkeys(d.gap.month for d, _ in group))
    return Named(zh=f"{zh}月份：{'、'.join(months)}", en=f"months {en}: {', '.join(months)}")


def _recovery(
    mine: Differences,
    group: Group,
    known: Known,
    context: Context,
    cause: RecoveryCause,
    document: str | None,
) -> RecoveryOpened:
    first = group[0][0]
    lineage = known.state(Organisation, first.organisation_id).lineage
    days = StandardBook(known.events()).get(DEADLINE, mine.entitlement.category, lineage, context.today)
    label = f"{mine.id}/{first.organisation_id}/{first.debtor_id}/{first.why.fact_id}/{first.why.decision_id}"
    return RecoveryOpened(
        recovery_id=context.new_id(RecoveryId, label),
        person_id=PersonId(first.debtor_id),
        cause=cause,
        due_on=context.today + timedelta(days=days.value),
        breach=cause is not RecoveryCause.NO_FAULT and first.why.kept_back,
        note=_note(group, "多发", "overpaid"),
        basis=Basis(document=document, rule="649 art. 68"),
        **_common(mine, group),
    )


def _cancellation(
    mine: Differences, recovery: RecoveryOpened, found: Sequence[Difference]
) -> RecoveryCancelled:
    keys = {(m.month, m.component) for m in recovery.months}
    why = next((d.why for d in found if (d.gap.month, d.gap.component) in keys), None)
    return RecoveryCancelled(
        recovery_id=recovery.recovery_id, entitlement_id=recovery.entitlement_id, household_id=recovery.household_id,
        organisation_id=recovery.organisation_id, person_id=recovery.person_id, programme=recovery.programme,
        amount_fen=recovery.amount_fen, decision_id=why.decision_id if why is not None else None,
        note=Named(zh="后来的事实改变了应发金额", en="a later fact changed what is due"),
    )  # fmt: skip
