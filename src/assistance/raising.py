"""A rise of standards 提标 on the real ledger: listed for every household, and carried out in resumable chunks once approved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from eventsourcing.persistence import IntegrityError

from assistance.frozen_lists import Pair, Progress, read_together, record_list, require_role, require_same
from assistance.wiring import Division
from ledger.identification.events import AmountAdjusted
from ledger.identification.life_refusals import NothingToRaise, RaiseNotReady, RaiseUnknown
from ledger.identification.raise_events import (
    RaiseCarriedOut,
    RaiseLeftOut,
    RaiseProposed,
    RefusalRescreened,
    StandardRaised,
)
from ledger.identification.raising import Line, RefusedCase, Rise, line_of, rescreened, rise_hash, total
from ledger.identification.refusals import BadMonth, ReasonNeeded
from ledger.identification.states import Entitlement
from ledger.ids import RaiseId
from ledger.kernel import (
    Actor,
    CaseId,
    CommandId,
    Context,
    EntitlementId,
    Event,
    Facts,
    Fen,
    HouseholdId,
    Month,
    Named,
    OrganisationId,
    Role,
    add_months,
    derived_id,
    month_of,
    tag,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.store.execute import Busy
from projections.runner import Runner

CARRIED = 100
"""Households carried out in one transaction: its condition names each of them."""
ATTEMPTS = 20
WITHIN = 365
"""Days back for which refusals are screened again."""
UNITS = "SELECT organisation_id FROM organisations WHERE organisation_id = %s OR path @> ARRAY[%s::text]"
"""An organisation and all below it."""
IN_FORCE = """SELECT entitlement_id, household_id FROM entitlements
    WHERE category = %(programme)s AND status IN ('active', 'suspended') AND organisation_id = ANY (%(units)s)
      AND (last_month IS NULL OR last_month >= %(month)s) ORDER BY entitlement_id"""
REFUSED = """SELECT DISTINCT ON (c.household_id) c.case_id, c.household_id, c.category, c.covered FROM cases c
    WHERE c.category = %(programme)s AND c.status = 'refused' AND c.decided_on >= %(since)s AND c.organisation_id = ANY (%(units)s)
      AND NOT EXISTS (SELECT 1 FROM entitlements e WHERE e.household_id = c.household_id AND e.category = c.category
                      AND e.status <> 'ended' AND e.counted && c.covered)
      AND NOT EXISTS (SELECT 1 FROM cases n WHERE n.household_id = c.household_id AND n.category = c.category
                      AND n.status NOT IN ('refused', 'confirmed', 'aborted'))
    ORDER BY c.household_id, c.position DESC"""
"""The last refusal of every household that neither has the category now nor applies for it."""
LISTS = (StandardRaised, RaiseLeftOut, RefusalRescreened)


class ProposeRaise(NamedTuple):
    """What is asked for: the rise of a programme below an organisation, from a month, with reason and article."""

    command_id: CommandId
    organisation_id: OrganisationId
    programme: str
    from_month: Month
    reason: str
    article: str


class RaiseResult(NamedTuple):
    """A rise as it was proposed or carried out: its header, and whether it was so before."""

    header: RaiseProposed
    position: int
    duplicate: bool
    adjusted: int = 0
    left_out: int = 0


def own_facts(raise_id: str) -> Facts:
    """Everything of one rise."""
    return Facts(types=(*LISTS, *Rise.FOLDS, AmountAdjusted), tags=(tag(RaiseId, raise_id),))


def propose_raise(
    division: Division, asked: ProposeRaise, actor: Actor, now: datetime, progress: Progress | None = None
) -> RaiseResult:
    """Lists every household's old and new amount, and last year's refusals that would qualify now; frozen by its header.

    The same command again returns the first list; one that was cut off goes on. Raises ``NothingToRaise``,
    ``ReasonNeeded``, ``BadMonth``.
    """
    require_role(actor, Role.REVIEWER)
    context = Context(actor=actor, now=now, command_id=asked.command_id)
    if not asked.reason.strip() or not asked.article.strip():
        raise ReasonNeeded
    if asked.from_month > add_months(month_of(context.today), 1):
        raise BadMonth(month=asked.from_month, why="later than next month", why_zh="晚于下月")
    known = division.ledger.read((Organisation.facts(asked.organisation_id),))
    require_scope(actor, require_open(known, asked.organisation_id, context.today))
    digest = division.ledger.vault.digest("ProposeRaise", "\x1f".join(asked[1:])).hex()[:32]
    number = 0
    for _ in range(ATTEMPTS):
        raise_id = RaiseId(derived_id(asked.command_id, f"raise/{number}"))
        own = own_facts(raise_id)
        before, position = division.ledger.read_with_head((own,))
        require_same(before, asked.command_id, digest)
        for recorded in before.recorded:
            if isinstance(recorded.event, RaiseProposed):
                return RaiseResult(recorded.event, recorded.position, True)
        lines, head = _lines(division, asked, raise_id, context)
        done = list(before.events(*LISTS))
        if [_key(e) for e in done] != [_key(e) for e in lines[: len(done)]] or any(
            e.actor.operator_id != actor.operator_id for e in done
        ):
            number += 1  # what an earlier try left is not what is due now: it stays a list without a header
            continue
        last = record_list(division, lines, len(done), own, position, context, digest, progress)
        if last is None:
            continue
        header = _header(asked, raise_id, lines, head)
        try:
            appended = division.ledger.append_bulk(
                [header], actor=actor, now=now, command_id=asked.command_id, first_index=len(lines), digest=digest,
                condition=(own,), after=last,
            )  # fmt: skip
        except IntegrityError:
            continue
        return RaiseResult(header, appended.last, False)
    raise Busy


def _key(event: Event) -> tuple[object, ...]:
    """What must be the same for two lists to be the same."""
    return (
        type(event),
        getattr(event, "entitlement_id", ""),
        getattr(event, "case_id", ""),
        getattr(event, "amounts", ()),
        getattr(event, "previous", ()),
        getattr(event, "from_month", ""),
    )


def _header(asked: ProposeRaise, raise_id: RaiseId, lines: Sequence[Event], head: int) -> RaiseProposed:
    raised = [line for line in lines if isinstance(line, StandardRaised)]
    if not raised:
        raise NothingToRaise(
            programme=asked.programme, organisation=asked.organisation_id, month=asked.from_month
        )
    return RaiseProposed(
        raise_id=raise_id,
        organisation_id=asked.organisation_id,
        programme=asked.programme,
        from_month=asked.from_month,
        reason=asked.reason,
        article=asked.article,
        households=len(raised),
        previous_fen=Fen(sum(total(line.previous) for line in raised)),
        raised_fen=Fen(sum(total(line.amounts) for line in raised)),
        left_out=sum(isinstance(line, RaiseLeftOut) for line in lines),
        rescreened=sum(isinstance(line, RefusalRescreened) for line in lines),
        roster_hash=rise_hash(raised),
        read_at_position=head,
    )


def _lines(
    division: Division, asked: ProposeRaise, raise_id: RaiseId, context: Context
) -> tuple[list[Event], int]:
    """The list as of now, in the order of its ids, and the position of the views it was read from."""
    pairs, refused, head = _asked(division, asked, context)
    lines: list[Event] = []
    for start in range(0, len(pairs), CARRIED):
        chunk = pairs[start : start + CARRIED]
        together = read_together(division, chunk, asked.programme, context.today)
        for entitlement_id, household in chunk:
            known = together.known[household]
            state = known.state(Entitlement, entitlement_id or "")
            line = line_of(state, known, context, raise_id, asked.from_month, (asked.reason, asked.article))
            if line is None:
                continue
            if line.left_out is None:
                lines.append(line.listed(raise_id))
            else:
                lines.append(_left_out(raise_id, line, line.left_out))
    for start in range(0, len(refused), CARRIED):
        part = refused[start : start + CARRIED]
        together = read_together(
            division, [(None, case.household_id) for case in part], asked.programme, context.today
        )
        found = (
            rescreened(case, together.known[case.household_id], context, raise_id, asked.from_month)
            for case in part
        )
        lines += [event for event in found if event is not None]
    return lines, head


def _left_out(raise_id: RaiseId, line: Line | StandardRaised, why: Named) -> RaiseLeftOut:
    return RaiseLeftOut(
        raise_id=raise_id,
        entitlement_id=EntitlementId(line.entitlement_id),
        household_id=HouseholdId(line.household_id),
        organisation_id=OrganisationId(line.organisation_id),
        category=line.category,
        note=why,
    )


def _asked(
    division: Division, asked: ProposeRaise, context: Context
) -> tuple[list[Pair], list[RefusedCase], int]:
    """Every entitlement in force from the month on, and the refusals of the last year of who has none, from the views."""
    with Runner(division.url, division.schema) as runner:
        head = runner.catch_up()
        connection = runner.connection
        with connection.transaction():
            units = connection.execute(UNITS, (asked.organisation_id, asked.organisation_id)).fetchall()
            given = {
                "units": [unit for (unit,) in units], "programme": asked.programme, "month": asked.from_month,
                "since": context.today - timedelta(days=WITHIN),
            }  # fmt: skip
            rows = connection.execute(IN_FORCE, given).fetchall()
            cases = connection.execute(REFUSED, given).fetchall()
    refused = [
        RefusedCase(CaseId(case), HouseholdId(household), category, tuple(covered))
        for case, household, category, covered in cases
    ]
    return [(entitlement, household) for entitlement, household in rows], refused, head


def carry_out_raise(
    division: Division, raise_id: RaiseId, actor: Actor, now: datetime, progress: Progress | None = None
) -> RaiseResult:
    """Carries out an approved rise: each household's adjustment, or why it was left out; what is done is not done again.

    Raises ``RaiseUnknown``, ``RaiseNotReady`` unless it is approved; ``Busy`` when decisions keep landing meanwhile.
    """
    require_role(actor, Role.REVIEWER)
    own = own_facts(raise_id)
    for _ in range(ATTEMPTS):
        known, position = division.ledger.read_with_head((own,))
        rise = known.state(Rise, raise_id)
        if rise.proposed is None:
            raise RaiseUnknown(rise=raise_id)
        place = division.ledger.read((Organisation.facts(rise.proposed.organisation_id),))
        require_scope(actor, place.state(Organisation, rise.proposed.organisation_id))
        if rise.status not in ("approved", "carried_out"):
            raise RaiseNotReady(status=rise.status, needed="approved")
        adjusted = {e.entitlement_id for e in known.events(AmountAdjusted)}
        left = {e.entitlement_id for e in known.events(RaiseLeftOut)}
        listed = list(known.events(StandardRaised))
        open_lines = [line for line in listed if line.entitlement_id not in adjusted | left]
        counts = (len(adjusted), len(left))
        if rise.status == "carried_out":
            return RaiseResult(rise.proposed, known.recorded[-1].position, True, *counts)
        if not open_lines:
            closing = RaiseCarriedOut(
                raise_id=raise_id, organisation_id=rise.proposed.organisation_id, adjusted=counts[0], left_out=counts[1]
            )  # fmt: skip
            command = CommandId(derived_id(raise_id, "carried-out"))
            try:
                done = division.ledger.append_bulk(
                    [closing], actor=actor, now=now, command_id=command, condition=(own,), after=position
                )
            except IntegrityError:
                continue
            return RaiseResult(rise.proposed, done.last, False, *counts)
        for start in range(0, len(open_lines), CARRIED):
            _carry(division, rise.proposed, open_lines[start : start + CARRIED], actor, now)
            if progress is not None:
                progress(len(listed) - len(open_lines) + min(start + CARRIED, len(open_lines)))
    raise Busy


def _carry(
    division: Division, proposed: RaiseProposed, lines: Sequence[StandardRaised], actor: Actor, now: datetime
) -> None:
    """One chunk, in one transaction; nothing when a fact about one of its households landed meanwhile, or it was done."""
    command = CommandId(derived_id(proposed.raise_id, f"carry/{lines[0].entitlement_id}"))
    context = Context(actor=actor, now=now, command_id=command)
    pairs: list[Pair] = [(line.entitlement_id, line.household_id) for line in lines]
    together = read_together(division, pairs, proposed.programme, context.today)
    events: list[Event] = []
    for line in lines:
        known = together.known[line.household_id]
        state = known.state(Entitlement, line.entitlement_id)
        if any(e.raise_id == proposed.raise_id for e in known.events(AmountAdjusted)
               if e.entitlement_id == line.entitlement_id):  # fmt: skip
            continue
        over = state.over_by(proposed.from_month) or state.file.tapering
        made = None if over else line_of(
            state, known, context, proposed.raise_id, proposed.from_month, (proposed.reason, proposed.article)
        )  # fmt: skip
        if made is not None and made.left_out is None and made.adjusted[-1].amounts == line.amounts:
            events += made.adjusted
            continue
        why = (made.left_out if made is not None else None) or Named(
            zh="名单冻结后情况有变，须另行办理", en="changed since the list was frozen: by hand"
        )
        events.append(_left_out(proposed.raise_id, line, why))
    if not events:
        return
    left_out = Facts(types=(RaiseLeftOut,), tags=(tag(RaiseId, proposed.raise_id),))
    try:
        division.ledger.append_bulk(
            events, actor=actor, now=now, command_id=command, condition=(*together.facts, left_out),
            after=together.position,
        )  # fmt: skip
    except IntegrityError:
        return
