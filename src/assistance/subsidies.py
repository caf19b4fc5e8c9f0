"""A bulk subsidy on the real ledger: its roster frozen, then awarded household by household, both in resumable chunks."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from eventsourcing.persistence import IntegrityError

from assistance.frozen_lists import Progress, record_list, require_role, require_same
from assistance.raising import UNITS
from assistance.run_recording import CHUNK
from assistance.wiring import Division
from ledger.assistance.bulk import Subsidy, award_of, check_subsidy, header_of, lines_of
from ledger.assistance.bulk_events import BulkSubsidyAwarded, BulkSubsidyGranted, BulkSubsidyListed
from ledger.assistance.bulk_refusals import RosterGrantedAlready
from ledger.identification.states import Entitlement
from ledger.ids import RosterId
from ledger.kernel import Actor, CommandId, Context, Facts, Role, derived_id, month_of, tag
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.store.execute import Busy
from projections.runner import Runner

ATTEMPTS = 20
COVERED = """SELECT e.state::text FROM entitlements e
    WHERE e.category = ANY (%(categories)s) AND e.organisation_ids && %(units)s
      AND e.from_month <= %(month)s AND (e.last_month IS NULL OR e.last_month >= %(month)s)"""
DEAD = """SELECT p.person_id, p.died_on FROM entitlements e CROSS JOIN LATERAL unnest(e.counted) c(person_id)
    JOIN people p ON p.person_id = c.person_id
    WHERE e.category = ANY (%(categories)s) AND e.organisation_ids && %(units)s AND p.died_on IS NOT NULL"""
HAD = """SELECT DISTINCT unnest(l.person_ids) FROM bulk_subsidy_lines l JOIN bulk_subsidies s USING (roster_id)
    WHERE s.subsidy = %(subsidy)s AND s.month = %(of)s"""
"""Who got the same subsidy for the month already, by a roster of another organisation."""


class SubsidyResult(NamedTuple):
    """A granted roster: its header, where the last of it was recorded, and whether all of it was there before."""

    header: BulkSubsidyGranted
    position: int
    duplicate: bool


def roster_facts(roster_id: str) -> Facts:
    """Everything of one roster."""
    types = (BulkSubsidyListed, BulkSubsidyGranted, BulkSubsidyAwarded)
    return Facts(types=types, tags=(tag(RosterId, roster_id),))


def grant_subsidy(
    division: Division,
    command_id: CommandId,
    subsidy: Subsidy,
    actor: Actor,
    now: datetime,
    progress: Progress | None = None,
) -> SubsidyResult:
    """Freezes the roster of a day and awards it. The same command again goes on where it was cut off, or changes nothing.

    Raises ``RosterGrantedAlready`` for the kind, organisation and month of an earlier roster, ``NobodyOnRoster``, and
    what is wrong with what was asked for.
    """
    require_role(actor, Role.REVIEWER)
    context = Context(actor=actor, now=now, command_id=command_id)
    check_subsidy(subsidy, context.today)
    known = division.ledger.read((Organisation.facts(subsidy.organisation_id),))
    require_scope(actor, require_open(known, subsidy.organisation_id, context.today))
    content = "\x1f".join(str(part) for part in subsidy)
    digest = division.ledger.vault.digest("GrantSubsidy", content).hex()[:32]
    once = Facts(types=(BulkSubsidyGranted,), tags=(tag(RosterId, subsidy.once),))
    number = 0
    for _ in range(ATTEMPTS):
        roster_id = RosterId(derived_id(command_id, f"roster/{number}"))
        own = roster_facts(roster_id)
        before, position = division.ledger.read_with_head((own, once))
        require_same(before, command_id, digest)
        granted = next(before.events(BulkSubsidyGranted), None)
        if granted is not None and roster_id not in granted.roster_ids:
            if granted.command_id == command_id:
                number += 1
                continue
            raise RosterGrantedAlready(
                organisation=subsidy.organisation_id, month=subsidy.month, roster=granted.roster_ids[0]
            )
        if granted is None:
            lines, head = _lines(division, subsidy, roster_id)
            done = list(before.events(BulkSubsidyListed))
            if [_key(e) for e in done] != [_key(e) for e in lines[: len(done)]]:
                number += (
                    1  # what an earlier try left is not who is covered now: it stays a list without a header
                )
                continue
            header = header_of(subsidy, roster_id, lines, head)
            last = record_list(division, lines, len(done), own, position, context, digest, progress)
            if last is None:
                continue
            with contextlib.suppress(IntegrityError):
                division.ledger.append_bulk(
                    [header], actor=actor, now=now, command_id=command_id, first_index=len(lines), digest=digest,
                    condition=(own, once), after=last,
                )  # fmt: skip
            continue
        if (done_at := _award(division, granted, own, actor, now)) is not None:
            return SubsidyResult(granted, *done_at)
    raise Busy


def _key(line: BulkSubsidyListed) -> tuple[object, ...]:
    return (line.entitlement_id, line.person_ids, line.amount_fen)


def _lines(division: Division, subsidy: Subsidy, roster_id: RosterId) -> tuple[list[BulkSubsidyListed], int]:
    """The roster as the views have it now, and their position."""
    month = month_of(subsidy.on)
    with Runner(division.url, division.schema) as runner:
        head = runner.catch_up()
        connection = runner.connection
        with connection.transaction():
            found = connection.execute(UNITS, (subsidy.organisation_id, subsidy.organisation_id)).fetchall()
            units = [unit for (unit,) in found]
            given = {
                "units": units, "categories": list(subsidy.categories), "month": month, "of": subsidy.month,
                "subsidy": subsidy.subsidy.value,
            }  # fmt: skip
            states = [
                Entitlement.from_json(text) for (text,) in connection.execute(COVERED, given).fetchall()
            ]
            died: dict[str, date] = dict(connection.execute(DEAD, given).fetchall())
            had = [person for (person,) in connection.execute(HAD, given).fetchall()]
    here = [state for state in states if state.organisation_for(month) in units]
    return lines_of(subsidy, roster_id, here, died, had), head


def _award(
    division: Division, header: BulkSubsidyGranted, own: Facts, actor: Actor, now: datetime
) -> tuple[int, bool] | None:
    """Awards what is not awarded yet; the last position and whether nothing was left. None when somebody else went on."""
    known, position = division.ledger.read_with_head((own,))
    awarded = {e.entitlement_id for e in known.events(BulkSubsidyAwarded)}
    lines: Sequence[BulkSubsidyListed] = [
        line for line in known.events(BulkSubsidyListed) if line.entitlement_id not in awarded
    ]
    if not lines:
        return known.recorded[-1].position, True
    for start in range(0, len(lines), CHUNK):
        chunk = lines[start : start + CHUNK]
        command = CommandId(derived_id(header.roster_ids[0], f"award/{chunk[0].entitlement_id}"))
        try:
            position = division.ledger.append_bulk(
                [award_of(line, header) for line in chunk], actor=actor, now=now, command_id=command,
                condition=(own,), after=position,
            ).last  # fmt: skip
        except IntegrityError:
            return None
    return position, False
