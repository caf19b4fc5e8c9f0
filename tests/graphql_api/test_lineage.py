"""One chain, from whichever side it is read, on both clocks; who may see how much of it; accounts ever used."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from graphql_api.context import Context
from ledger.kernel import Fen, HouseholdId, HouseholdNumber, PersonId, Refused, Role
from ledger.registry.changes import DeclareCircumstances, MoveHousehold, RecordDeath
from ledger.registry.commands import JoinMember, LeaveMember, NewMember
from ledger.registry.events import Area, IncomeLine, MemberJoined, Relation
from ledger.registry.lineage import MergeHouseholds, Relative, WithdrawMerge
from ledger.registry.lineage_events import HouseholdSplit
from ledger.registry.lineage_split import SplitHousehold
from tests.assistance.paying import pay
from tests.graphql_api.conftest import Api
from tests.scenario import CLERK, NOW, OTHER, OTHER_CLERK, REGIMENT, REVIEWER, Scenario, id_number

CHAIN = """query($h: String!, $o: Date, $r: DateTime, $a: String, $n: Int = 200) {
  household(id: $h, asOf: {occurred: $o, recorded: $r}) { key mergedInto memberCount lineage { kind fromId toId withdrawnOn }
    chain(first: $n, after: $a) { nodes { position kind householdId } pageInfo { endCursor hasNextPage } } } }"""
NOW_CHAIN = CHAIN.replace(", asOf: {occurred: $o, recorded: $r}", "").replace(", $o: Date, $r: DateTime", "")


def split(
    scenario: Scenario, house: HouseholdId, *people: PersonId, number: str = "S1", **more: Any
) -> HouseholdId:
    leaving = tuple(
        Relative(person_id=p, relation=Relation.CHILD if n else Relation.HEAD) for n, p in enumerate(people)
    )
    given = {
        "split_on": date(2026, 10, 10),
        "area": Area.URBAN,
        "document": "户口簿",
        "number": HouseholdNumber(number),
    }
    made = scenario.do(
        SplitHousehold, more.pop("actor", CLERK), household_id=house, leaving=leaving, **given | more
    )
    return HouseholdId(next(e.to_id for e in made.events if isinstance(e, HouseholdSplit)))


def merge(
    scenario: Scenario,
    survivor: HouseholdId,
    absorbed: HouseholdId,
    day: date = date(2026, 10, 20),
    **more: Any,
) -> None:
    scenario.do(
        MergeHouseholds,
        CLERK,
        household_id=survivor,
        absorbed_id=absorbed,
        merged_on=day,
        document="户口簿",
        **more,
    )


def positions(household: dict[str, Any]) -> list[int]:
    return [n["position"] for n in household["chain"]["nodes"]]


async def chain(api: Api, key: str, role: Role = Role.REVIEWER, **more: Any) -> dict[str, Any]:
    query = CHAIN if {"o", "r"} & more.keys() else NOW_CHAIN
    found: dict[str, Any] = (await api.data(query, role, h=key, **more))["household"]
    return found


@pytest.mark.records
async def test_a_split_leaves_two_chains_with_one_past_and_a_merger_makes_one_of_two(api: Api) -> None:
    """S 二(一): one chain per household, readable from either side, on both clocks, in one request."""
    scenario, (other, _) = api.scenario, api.scenario.household(71)
    before = await chain(api, api.household)
    new = split(scenario, api.household, api.people[1])
    at_split = scenario.ledger.recorder.head()
    merge(scenario, api.household, other)
    api.catch_up()
    old, young = await chain(api, api.household), await chain(api, new)
    assert positions(young)[: len(positions(before))] == positions(before)
    assert {n["householdId"] for n in young["chain"]["nodes"]} == {api.household, new}
    assert young["chain"]["nodes"][len(positions(before))]["kind"] == "HouseholdSplit"
    assert all(p <= at_split for p in positions(young))
    assert set(positions(before)) < set(positions(old))
    assert {n["householdId"] for n in old["chain"]["nodes"]} == {api.household, other}
    absorbed = await chain(api, other)
    assert positions(absorbed) == positions(old)  # the same one, from either side
    assert (absorbed["mergedInto"], absorbed["memberCount"]) == (api.household, 0)
    assert [x["kind"] for x in old["lineage"]] == ["split", "merged"]
    # Neither was so on an earlier day, neither was known at an earlier instant.
    then = await chain(api, api.household, o="2026-10-15")
    assert [x["kind"] for x in then["lineage"]] == ["split"]
    assert {n["householdId"] for n in then["chain"]["nodes"]} == {api.household}
    unknown = await chain(api, api.household, r=(NOW - timedelta(days=9999)).isoformat())
    assert unknown is None
    assert (await chain(api, new, o="2026-10-09")) is None


@pytest.mark.records
async def test_a_merger_taken_back_shows_only_as_of_when_it_was_believed(api: Api) -> None:
    scenario, (other, _) = api.scenario, api.scenario.household(71)
    merge(scenario, api.household, other)
    believed = recorded_at(scenario)
    scenario.do(
        WithdrawMerge, CLERK, household_id=api.household, absorbed_id=other, reason="误并", document="更正单"
    )
    api.catch_up()
    now = await chain(api, other)
    assert {n["householdId"] for n in now["chain"]["nodes"]} == {other}
    assert (now["mergedInto"], now["memberCount"], now["lineage"][0]["withdrawnOn"]) == (
        None,
        2,
        "2026-11-24",
    )
    then = await chain(api, other, r=believed)
    assert {n["householdId"] for n in then["chain"]["nodes"]} == {other, api.household}
    assert (then["mergedInto"], then["lineage"][0]["withdrawnOn"]) == (api.household, None)


def recorded_at(scenario: Scenario) -> str:
    with scenario.division.database.connection() as connection:
        row = connection.execute("SELECT recorded_at FROM log_head").fetchone()
    assert row is not None
    return str(row[0].isoformat())


@pytest.mark.records
async def test_who_is_in_charge_sees_the_whole_chain_and_who_was_sees_it_up_to_the_move(api: Api) -> None:
    scenario, (other, _) = api.scenario, api.scenario.household(71)
    new = split(scenario, api.household, api.people[1], organisation_id=OTHER)
    merge(scenario, api.household, other)
    scenario.do(MoveHousehold, CLERK, household_id=api.household, to_id=OTHER, area=Area.RURAL, moved_on=date(2026, 11, 2),
                last_month_here="2026-11", transfer_letter="函1")  # fmt: skip
    moved = scenario.ledger.recorder.head()
    scenario.do(RecordDeath, OTHER_CLERK, household_id=api.household, person_id=api.people[0], source="公安",
                died_on=date(2026, 11, 3), new_head=(await members(api, api.household))[-1])  # fmt: skip
    api.catch_up()
    whole = await chain(api, api.household)
    assert positions(whole)[-1] > moved
    for key in (api.household, other):
        theirs = await chain(api, key, Role.CLERK, organisation=OTHER)
        assert positions(theirs) == positions(whole)
        ours = await chain(api, key, Role.CLERK, organisation=REGIMENT)
        assert positions(ours) == [p for p in positions(whole) if p <= moved]
    young = await chain(api, new, Role.CLERK, organisation=OTHER)
    assert {n["householdId"] for n in young["chain"]["nodes"]} == {api.household, new}
    assert await api.refused(NOW_CHAIN, Role.CLERK, organisation=REGIMENT, h=new) == "OUT_OF_SCOPE"


async def members(api: Api, key: str) -> list[PersonId]:
    api.catch_up()
    found = await api.data("query($h: String!) { household(id: $h) { members { personId leftOn } } }", h=key)
    return [PersonId(m["personId"]) for m in found["household"]["members"] if m["leftOn"] is None]


@pytest.mark.records
async def test_a_former_organisation_reads_who_people_were_not_who_they_are(api: Api) -> None:
    """Given a person who left for another regiment and is known there by another telephone; then the old one reads the old."""
    person = api.people[1]
    scenario = api.scenario
    scenario.do(
        LeaveMember,
        CLERK,
        household_id=api.household,
        person_id=person,
        reason="moved_out",
        left_on=date(2026, 10, 5),
    )
    member = NewMember(
        id_number=id_number(2, date(1981, 5, 17)), name="改名后", relation=Relation.OTHER, phone="13900000000"
    )
    scenario.do(
        JoinMember,
        OTHER_CLERK,
        household_id=api.other,
        reason="return",
        joined_on=date(2026, 10, 6),
        member=member,
    )
    api.catch_up()
    query = 'query($p: String!) { person(id: $p) { name(purpose: "年度核查") phone(purpose: "年度核查") } }'
    assert (await api.data(query, Role.CLERK, p=person))["person"] == {"name": "测试2", "phone": None}
    theirs = (await api.data(query, Role.CLERK, organisation=OTHER, p=person))["person"]
    assert theirs == {"name": "改名后", "phone": "13900000000"}
    as_of = (
        'query($p: String!) { person(id: $p, asOf: {occurred: "2026-11-01"}) { household { key } diedOn } }'
    )
    assert (await api.data(as_of, Role.CLERK, p=person))["person"]["household"] is None


ACCOUNTS = """query($h: String!, $p: String) { household(id: $h) { accounts { nominatedOn until nominatedBy payeeId payments paid
  account(purpose: $p) holder(purpose: $p) } } }"""


@pytest.mark.records
async def test_accounts_ever_used_say_who_nominated_them_until_when_and_what_was_paid_to_each(
    api: Api,
) -> None:
    """Question 11."""
    fund = api.scenario.fund()
    pay(api.scenario, fund, "2026-10")
    api.scenario.account(api.household, api.people[1], 77)
    api.catch_up()
    rows = (await api.data(ACCOUNTS, h=api.household))["household"]["accounts"]
    assert [(r["nominatedBy"], r["payments"], r["paid"], r["account"], r["holder"]) for r in rows] == [
        ("clerk-1", 1, "1100.00", "***", "***"), ("clerk-1", 0, "0.00", "***", "***"),
    ]  # fmt: skip
    assert [r["until"] for r in rows] == ["2026-09-02", None]
    seen = (await api.data(ACCOUNTS, h=api.household, p="核对账户"))["household"]["accounts"]
    assert [r["holder"] for r in seen] == ["测试1", "测试77"]


# --- any history ---


class Past:
    """A random past of some households: splits, mergers, withdrawals, moves and deaths."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario, self.rng = scenario, random.Random(seed)
        self.houses: dict[HouseholdId, list[PersonId]] = {}
        for n in range(4):
            house, people = scenario.household(100 * seed + 20 * n + 1, 3, account=False)
            self.houses[house] = people
        self.merges: list[tuple[HouseholdId, HouseholdId]] = []

    def step(self, n: int) -> None:
        rng, day = self.rng, date(2026, 10, 1) + timedelta(days=n)
        one, other = rng.choice(sorted(self.houses)), rng.choice(sorted(self.houses))
        people = self.houses[one]
        match rng.randrange(9):
            case 0 | 1 | 2 if len(people) > 1:
                number = f"S{people[0][-6:]}{n}"
                made = split(self.scenario, one, people[-1], number=number, split_on=day, actor=REVIEWER)
                self.houses[made] = [people.pop()]
            case 3 | 4:
                merge(self.scenario, one, other, day)
                self.houses[one] += self.houses.pop(other)
                self.merges.append((one, other))
            case 5 if people:
                fen = Fen(rng.randrange(1, 9) * 100_000)
                self.scenario.do(DeclareCircumstances, CLERK, household_id=one, declared_on=day - timedelta(days=rng.randrange(30)),
                                 income=(IncomeLine(kind="wage", annual_fen=fen),))  # fmt: skip
            case 6 if len(people) > 1:
                heads = {"new_head": people[0]}
                self.scenario.do(RecordDeath, CLERK, household_id=one, person_id=people[-1], died_on=date(2026, 9, 2 + n % 20),
                                 source="公安", **heads)  # fmt: skip
                people.pop()
            case _ if self.merges:
                survivor, absorbed = self.merges.pop(rng.randrange(len(self.merges)))
                made = self.scenario.do(
                    WithdrawMerge,
                    CLERK,
                    household_id=survivor,
                    absorbed_id=absorbed,
                    reason="误并",
                    document="更正单",
                ).events
                back = [e.person_id for e in made if isinstance(e, MemberJoined)]
                self.houses[absorbed] = back
                self.houses[survivor] = [p for p in self.houses[survivor] if p not in back]


async def as_of_days(api: Api, rows: Sequence[tuple[Any, ...]], everyone: list[str]) -> None:
    """As of a day of the other clock: of the households there were then, exactly what was so by then, each once."""
    for day in (date(2026, 9, 10), date(2026, 10, 4), date(2026, 10, 9), date(2026, 11, 20)):
        shown: set[int] = set()
        for key in everyone:
            found = await chain(api, key, o=day.isoformat())
            if found is not None:
                mine = positions(found)
                assert mine == sorted(set(mine))
                shown |= set(mine)
        there = {row[0] for row in rows if row[4] == "HouseholdRegistered" and row[3] <= day}
        assert shown == {row[1] for row in rows if row[3] <= day and row[0] in there}, day


@pytest.mark.records
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_happens_every_event_is_on_a_chain_once_and_common_pasts_are_on_both(
    api: Api, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For random histories, as of now and as of every link: the union of the chains is all events about households, on no chain
    twice; what was before a split is on both sides; pages of any size are the same chain."""
    past = Past(api.scenario, seed)
    instants: list[str] = []
    for n in range(20):
        try:
            past.step(n)
        except Refused:
            continue
        instants.append(recorded_at(api.scenario))
    api.catch_up()
    with api.scenario.division.database.connection() as connection:
        rows = connection.execute(
            "SELECT household_id, position, recorded_at, occurred_on, kind FROM household_chain ORDER BY 2"
        ).fetchall()
        links = connection.execute(
            "SELECT kind, from_id, to_id, position, withdrawn_position, recorded_at, withdrawn_at FROM lineage"
        ).fetchall()
    assert len(links) > 3
    everyone = sorted({row[0] for row in rows})
    for instant in [None, *instants[::4]]:
        chains = {}
        for key in everyone:
            found = await chain(api, key, **({"r": instant} if instant else {}))
            if found is not None:
                chains[key] = positions(found)
        for key, mine in chains.items():
            assert mine == sorted(set(mine)), key
        known = [r for r in rows if instant is None or r[2].isoformat() <= instant]
        assert set().union(*chains.values()) == {position for _, position, *_ in known}
        for key in chains:
            assert {p for h, p, *_ in known if h == key} <= set(chains[key])
        for kind, old, new, position, withdrawn, recorded, taken_back in links:
            if instant is not None:
                withdrawn = (
                    withdrawn if taken_back is not None and taken_back.isoformat() <= instant else None
                )
                if recorded.isoformat() > instant:
                    continue
            if kind == "split":
                assert {
                    p for p in chains[old] if p < position and (old, p) in {(h, q) for h, q, *_ in known}
                } <= set(chains[new])
            elif withdrawn is None:
                assert chains[old] == chains[new]
    await as_of_days(api, rows, everyone)
    chains = {key: positions(await chain(api, key)) for key in everyone}
    key = max(everyone, key=lambda k: len(chains[k]))
    counted: list[str] = []
    original = Context.rows

    async def rows_(self: Context, sql: str, **parameters: Any) -> Any:
        counted.append(sql)
        return await original(self, sql, **parameters)

    monkeypatch.setattr(Context, "rows", rows_)
    whole = positions(await chain(api, key))
    assert sum("household_chain" in sql for sql in counted) == 1
    paged, after = [], None
    while True:
        page = (await chain(api, key, a=after, n=7))["chain"]
        paged += [n["position"] for n in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert paged == whole
