"""Lists that are frozen before anything follows from them: recorded in resumable chunks, closed by a header, carried out in chunks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from eventsourcing.persistence import IntegrityError

from assistance.run_recording import CHUNK
from assistance.wiring import Division
from ledger.identification.amounts import standards_needed, tiers_of
from ledger.identification.states import Entitlement
from ledger.kernel import (
    Actor,
    Boundary,
    CommandId,
    CommandIdReused,
    Context,
    EntitlementId,
    Event,
    Facts,
    HouseholdId,
    Known,
    NotAllowed,
    Recorded,
    Role,
    tag,
    tags_of,
)
from ledger.organisation.states import Organisation
from ledger.programmes.book import Categories, category_facts
from ledger.registry.states import Household

Progress = Callable[[int], object]
Pair = tuple[str | None, str]
"""An entitlement (None for somebody who has none) and its household."""


def require_role(actor: Actor, *roles: Role) -> None:
    """Raises ``NotAllowed`` unless the operator has one of the roles."""
    if actor.role not in roles:
        raise NotAllowed(role=actor.role.value)


def require_same(known: Known, command_id: CommandId, digest: str) -> None:
    """Raises ``CommandIdReused`` when the command was used for something else."""
    for recorded in known.recorded:
        event = recorded.event
        if event.command_id == command_id and event.command_digest != digest:
            raise CommandIdReused(command_id=command_id)


def record_list(
    division: Division, lines: Sequence[Event], done: int, own: Facts, position: int, context: Context, digest: str,
    progress: Progress | None = None,
) -> int | None:  # fmt: skip
    """Records the lines from the `done`-th on, in chunks; the last position, or None when somebody else did meanwhile."""
    for start in range(done, len(lines), CHUNK):
        chunk = lines[start : start + CHUNK]
        try:
            appended = division.ledger.append_bulk(
                chunk, actor=context.actor, now=context.now, command_id=context.command_id, first_index=start,
                digest=digest, condition=(own,), after=position,
            )  # fmt: skip
        except IntegrityError:
            return None
        position = appended.last
        if progress is not None:
            progress(start + len(chunk))
    return position


class Together(NamedTuple):
    """What is known of several households at one moment: each by itself, with the standards it is assessed by."""

    position: int
    facts: Boundary
    known: dict[str, Known]
    """By household."""


def read_together(division: Division, pairs: Sequence[Pair], category: str, today: date) -> Together:
    """Reads households, with their entitlements and everything their amounts follow from, in a few statements."""
    facts: list[Facts] = [category_facts(category)]
    owner: dict[str, str] = {}
    for entitlement, household in pairs:
        facts.append(Household.facts(household))
        owner[tag(HouseholdId, household)] = household
        if entitlement is not None:
            facts.append(Entitlement.facts(entitlement))
            owner[tag(EntitlementId, entitlement)] = household
    read, position = division.ledger.read_with_head(tuple(facts))
    mine: dict[str, list[Recorded]] = defaultdict(list)
    shared: list[Recorded] = []
    for recorded in read.recorded:
        homes = {owner[t] for t in tags_of(recorded.event) if t in owner}
        for home in homes:
            mine[home].append(recorded)
        if not homes:
            shared.append(recorded)
    places = {}
    for household in mine:
        state = Known(mine[household]).state(Household, household)
        places[household] = (state.organisation_id, state.area)
    units = tuple(Organisation.facts(unit) for unit in dict.fromkeys(place for place, _ in places.values()))
    common = Known(shared).with_more(division.ledger.read(units)) if units else Known(shared)
    facts += units
    standards: dict[Facts, None] = {}
    defined = Categories.of(common).find(category, today)
    rule = None if defined is None else defined.assessment
    while True:
        wanted = [
            wanted
            for unit, area in dict.fromkeys(places.values())
            for wanted in standards_needed(
                category, common.state(Organisation, unit).lineage, area, tiers_of(common), rule, alone=True
            )
            if wanted not in standards
        ]
        if not wanted:
            break
        standards |= dict.fromkeys(wanted)
        common = common.with_more(division.ledger.read(tuple(dict.fromkeys(wanted))))
    known = {home: Known(events).with_more(common) for home, events in mine.items()}
    return Together(position, (*facts, *standards), known)
