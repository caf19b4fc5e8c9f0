"""What the ledger knows of those a department's file names: read from the views in a few statements, as of one position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from assistance.wiring import Division
from ledger.assistance.states import CASE, Aid
from ledger.identification.states import Cover
from ledger.kernel import Event, Month, month_of
from ledger.registry.events import HouseholdMoved
from ledger.registry.states import Membership
from projections.definition import Connection
from projections.runner import Runner

WATCHED: tuple[type[Event], ...] = tuple({*Membership.FOLDS, HouseholdMoved, *Cover.FOLDS, *CASE})
"""What may change what is known here while rows are recorded."""
VIEWS = ["households", "entitlements", "assistance"]
BATCH = 20_000


class Listed(NamedTuple):
    """A person who is, or died as, a member of a household: where it stands, and the categories they are in."""

    household_id: str
    organisation_id: str
    died_on: date | None


class Covered(NamedTuple):
    """A category a person is in."""

    category: str
    from_month: Month
    last_month: Month | None


class KnownPeople:
    """Everything read, as of `position` of the log."""

    def __init__(self) -> None:
        self.position = 0
        self.people: dict[str, Listed] = {}
        self.by_person: dict[str, list[Aid]] = defaultdict(list)
        self.by_household: dict[str, list[Aid]] = defaultdict(list)
        self.covers: dict[str, list[Covered]] = defaultdict(list)
        self.records: dict[str, tuple[str | None, str | None]] = {}
        """assistance → (row key, import) of what was reported under a record number before."""
        self.disasters: dict[str, tuple[date, frozenset[str]]] = {}
        self.lineages: dict[str, frozenset[str]] = {}


def read_known(
    division: Division, people: Collection[str], records: Collection[str], programmes: Collection[str], *, houses: bool
) -> KnownPeople:  # fmt: skip
    """Catches the views up and reads what is known of these people, of these records and of aids of these programmes.

    Aids of whole households are read with `houses` alone.
    """
    known = KnownPeople()
    with Runner(division.url, division.schema) as runner:
        runner.catch_up()
        connection = runner.connection
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            row = connection.execute(
                "SELECT min(position) FROM view_positions WHERE suffix = '' AND view = ANY (%s)", (VIEWS,)
            ).fetchone()
            known.position = row[0] if row is not None else 0
            _places(connection, known)
            for part in batches(list(people)):
                _people(connection, known, part)
                _aids(connection, known, part, list(programmes))
            for part in batches(list(records)):
                _records(connection, known, part)
            for part in batches(list({listed.household_id for listed in known.people.values()})):
                if houses:
                    _households(connection, known, part, list(programmes))
                _covers(connection, known, part)
    return known


def _places(connection: Connection, known: KnownPeople) -> None:
    for place, path in connection.execute("SELECT organisation_id, path FROM organisations").fetchall():
        known.lineages[place] = frozenset((*path, place))
    for disaster, places, struck in connection.execute("SELECT disaster_id, organisation_ids, struck_on FROM disasters").fetchall():  # fmt: skip
        known.disasters[disaster] = (struck, frozenset(places))


def _people(connection: Connection, known: KnownPeople, part: list[str]) -> None:
    rows = connection.execute(
        "SELECT p.person_id, h.household_id, h.organisation_id, p.died_on FROM people p"
        " LEFT JOIN LATERAL (SELECT m.household_id FROM household_members m WHERE m.person_id = p.person_id"
        " AND p.household_id IS NULL AND p.died_on IS NOT NULL ORDER BY m.position DESC LIMIT 1) d ON true"
        " JOIN households h ON h.household_id = coalesce(p.household_id, d.household_id) WHERE p.person_id = ANY (%s)",
        (part,),
    ).fetchall()
    known.people.update((person, Listed(household, place, died)) for person, household, place, died in rows)


_AID = "a.assistance_id, a.programme, coalesce(a.form, ''), coalesce(a.decided_on, a.given_on), a.from_month, a.last_month, a.year, a.need, a.disaster_id, coalesce(a.household_id, '')"  # fmt: skip
_STANDS = (
    "a.form IS NOT NULL AND a.status NOT IN ('applied', 'referred', 'accepted', 'refused') AND a.outcome IS DISTINCT FROM 'not_given'"
    " AND (a.status <> 'ended' OR a.delivered > 0 OR a.outcome IS NOT NULL) AND a.programme = ANY (%s)"
)


def _aid(row: Sequence[object]) -> Aid:
    identity, programme, form, day, first, last, year, need, disaster, household = row
    assert isinstance(day, date)
    start = first or month_of(day)
    return Aid(
        str(identity), str(programme), str(form), day, Month(str(start)), None if first and not last else Month(str(last or start)),
        int(str(year)), need and str(need), disaster and str(disaster), str(household),  # type: ignore[arg-type]
    )  # fmt: skip


def _aids(connection: Connection, known: KnownPeople, part: list[str], programmes: list[str]) -> None:
    rows = connection.execute(
        f"SELECT b.person_id, {_AID} FROM assisted_people b JOIN assistances a USING (assistance_id)"
        f" WHERE b.person_id = ANY (%s) AND {_STANDS}".encode(),
        (part, programmes),
    ).fetchall()
    for person, *rest in rows:
        known.by_person[person].append(_aid(rest))


def _households(connection: Connection, known: KnownPeople, part: list[str], programmes: list[str]) -> None:
    rows = connection.execute(
        f"SELECT {_AID} FROM assistances a WHERE a.household_id = ANY (%s) AND {_STANDS}".encode(),
        (part, programmes),
    ).fetchall()
    for row in rows:
        aid = _aid(row)
        known.by_household[aid.household_id].append(aid)


def _covers(connection: Connection, known: KnownPeople, part: list[str]) -> None:
    covers = connection.execute(
        "SELECT unnest(e.counted), e.category, e.from_month, e.last_month FROM entitlements e WHERE e.household_id = ANY (%s)",
        (part,),
    ).fetchall()
    for person, category, first, last in covers:
        known.covers[person].append(Covered(category, Month(first), last and Month(last)))


def _records(connection: Connection, known: KnownPeople, part: list[str]) -> None:
    rows = connection.execute(
        "SELECT assistance_id, state->>'row_key', import_id FROM assistances WHERE assistance_id = ANY (%s)",
        (part,),
    ).fetchall()
    known.records.update((assistance, (key, import_id)) for assistance, key, import_id in rows)


def batches(items: list[str]) -> Iterator[list[str]]:
    """Consecutive stretches a statement takes at once."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
