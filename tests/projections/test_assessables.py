"""The whole division assessed in one statement is every household assessed by the pure function, to the fen."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from eventsourcing.dcb.api import DCBEvent
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from ledger.identification.amounts.setwise import rows_of
from ledger.identification.assess import assess
from ledger.identification.events import Component
from ledger.identification.refusals import NotEligible
from ledger.kernel import (
    NOBODY,
    Basis,
    CommandId,
    Event,
    Fen,
    HouseholdId,
    HouseholdNumber,
    OrganisationId,
    PersonId,
    Private,
    derived_id,
    tags_of,
)
from ledger.registry.events import (
    Area,
    Attributes,
    CircumstancesDeclared,
    Discretion,
    HouseholdRegistered,
    IncomeLine,
    MemberJoined,
    MemberLeft,
    PersonDied,
    PropertyLine,
    Relation,
    Sex,
    SupportLine,
)
from ledger.registry.lineage_events import AttributesChanged
from ledger.registry.states import Household
from ledger.standards.book import StandardBook, parameter_id
from ledger.standards.events import StandardSet
from ledger.store.database import Database
from ledger.store.mapper import _encoder
from ledger.store.recorder import SealedRecorder
from projections.what_if import ASSESSED
from tests.projections.folding import Log

TODAY, RULES_ON = date(2026, 11, 24), date(2027, 1, 1)
LINEAGES = (("d", "d-1"), ("d", "d-2"))
_numbers = itertools.count(1)
SETTINGS = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)  # fmt: skip

fen = st.sampled_from(
    [0, 1, 5, 6, 100_000, 479_999, 480_000, 600_000, 719_999, 960_000, 1_440_000, 3_000_000]
)


def borders(*years: int) -> list[date]:
    """Birthdays at, a day before and a day after the day so many years ago."""
    return [RULES_ON.replace(year=RULES_ON.year - y) + timedelta(days=d) for y in years for d in (-1, 0, 1)]


births = st.sampled_from([*borders(16, 18, 60), *[date(1980, 2, 29)] * 6, date(2004, 2, 29)])
SEVERE = Attributes(disability_type="physical", disability_level=1)
anything = st.builds(
    Attributes,
    disability_type=st.sampled_from([None, "physical", "mental", "intellectual"]),
    disability_level=st.sampled_from([None, None, 1, 2, 3, 4]),
    illness=st.sampled_from([None, None, "major", "chronic"]),
    labour_ability=st.sampled_from([None, "full", "partial", "none"]),
    schooling=st.sampled_from([None, None, "college", "postgraduate"]),
    full_time=st.sampled_from([None, True, False]),
    employment=st.sampled_from([None, "none", "employed"]),
    custody=st.sampled_from([None, None, None, "prison", "detention", "compulsory_treatment"]),
    declared_missing=st.sampled_from([False, False, False, True]),
    clergy_since=st.sampled_from([None, None, None, *borders(3)]),
    uncounted_by=st.sampled_from([None, None, None, "省规〔2026〕1号"]),
)

attributes = st.one_of(
    st.just(Attributes()), st.just(SEVERE), st.just(Attributes(disability_level=2, employment="employed")),
    st.just(Attributes(labour_ability="partial")), anything,
)  # fmt: skip


def lines_of(people: list[PersonId]) -> st.SearchStrategy[dict[str, Any]]:
    """A declaration's content, about these people or nobody."""
    whose = st.sampled_from([None, *people])
    income = st.builds(
        IncomeLine, kind=st.sampled_from(["wage", "business", "transfer"]), annual_fen=fen.map(Fen), person_id=whose,
        excluded=st.booleans(),
        source=st.sampled_from([None, None, "basic_pension", "scholarship", "heating", "other_thing"]),
    )  # fmt: skip
    owned = st.builds(
        PropertyLine, kind=st.sampled_from(["deposit", "vehicle", "home"]), value_fen=fen.map(Fen), person_id=whose,
        exempt=st.sampled_from([False, False, True]), use=st.sampled_from([None, "living", "production"]),
    )  # fmt: skip
    support = st.builds(
        SupportLine, kinship=st.sampled_from(["child", "sibling", "sibling"]), person_id=whose,
        birth_date=st.one_of(st.none(), births), annual_fen=st.sampled_from([None, Fen(60_000), Fen(119_994)]), payer_income_fen=st.one_of(st.none(), st.just(7_654_321)),
        payer_members=st.integers(1, 3), supported=st.integers(1, 3),
    )  # fmt: skip
    judged = st.builds(
        Discretion, what=st.sampled_from(["support", "support", "labour"]), person_id=st.one_of(st.none(), whose), reason=st.just("视情"),
        judged_by=st.just("op"),
    )  # fmt: skip
    return st.fixed_dictionaries({
        "income": st.lists(income, max_size=3).map(tuple), "property": st.lists(owned, max_size=2).map(tuple),
        "support": st.lists(support, max_size=2).map(tuple), "discretions": st.lists(judged, max_size=2).map(tuple),
        "deductions_fen": fen.map(Fen),
    })  # fmt: skip


@st.composite
def households(draw: Callable[[Any], Any]) -> list[Event]:
    """One household's events: joining, changes known late, leaving, dying, declaring twice in any order."""
    n = next(_numbers)
    house, place = HouseholdId(f"h{n}"), OrganisationId(draw(st.sampled_from(["d-1", "d-2"])))
    of: dict[str, Any] = {"household_id": house, "organisation_id": place}
    people = [PersonId(f"p{n}-{k}") for k in range(draw(st.integers(1, 4)))]
    events: list[Event] = [
        HouseholdRegistered(
            **of,
            number=HouseholdNumber(f"H{n}"),
            area=draw(st.sampled_from(list(Area))),
            occurred_on=date(2026, 1, 1),
        )
    ]
    for person in people:
        name = Private(f"person:{person}", sealed=f"1|person:{person}|e|name|AAAA")
        events.append(
            MemberJoined(**of, person_id=person, relation=Relation.OTHER, name=name, birth_date=draw(births), sex=Sex.MALE,
                         attributes=draw(attributes), occurred_on=date(2026, 1, 1))
        )  # fmt: skip
    later: list[Event] = [
        AttributesChanged(
            **of,
            person_id=person,
            attributes=draw(attributes),
            document="x",
            occurred_on=draw(st.sampled_from([date(2026, 5, 1), date(2026, 3, 1)])),
        )
        for person in draw(st.lists(st.sampled_from(people), max_size=3))
    ]
    later += [
        CircumstancesDeclared(**of, **draw(lines_of(people)), occurred_on=draw(st.sampled_from([date(2026, 2, 1), date(2026, 6, 1)])))
        for _ in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    events += draw(st.permutations(later))
    if len(people) > 1 and draw(st.booleans()):
        gone: dict[str, Any] = {**of, "person_id": people[-1], "occurred_on": date(2026, 7, 1)}
        events.append(
            PersonDied(**gone, source="x") if draw(st.booleans()) else MemberLeft(**gone, reason="moved_out")
        )
    return events


PARAMETERS: tuple[tuple[str, str | None, str | None, tuple[int, ...]], ...] = (
    ("property_limit", None, None, (500_000,)), ("property_limit", None, "vehicle", (600_000,)),
    ("property_count", None, "home", (0, 1)), ("property_exempt", None, "living", (600_000,)),
    ("supplement", None, "elderly", (6_000,)), ("supplement", None, "minor", (5_000,)),
    ("supplement", None, "severe_disability", (8_000,)), ("supplement", None, "serious_illness", (7_000,)),
    ("income_excluded", None, "basic_pension", (1, 0)), ("income_excluded", None, "heating", (1,)),
    ("income_excluded", None, "scholarship", (0,)), ("deduction", None, "disability", (10_000,)),
    ("deduction", None, "illness", (20_001,)), ("deduction", None, "work_cost", (30_000,)),
    ("labour_income", "urban", "full", (50_000,)), ("labour_income", "urban", "partial", (20_000,)),
    ("labour_income", "rural", "full", (30_000,)),
)  # fmt: skip
TIERED = (("tiers", None, 2), ("tier_income", "1", 30_000), ("tier_amount", "1", 70_000), ("tier_income", "2", 60_000),
          ("tier_amount", "2", 33_333))  # fmt: skip


@st.composite
def books(draw: Callable[[Any], Any]) -> StandardBook:
    """Some standards: always one of dibao, others as it comes."""
    chosen: list[tuple[str, str | None, str | None, int]] = [
        ("standard", "urban", None, 80_000), ("standard", "rural", None, 60_000)
    ]  # fmt: skip
    for name, area, tier, values in PARAMETERS:
        if draw(st.integers(0, 2)) == 2:
            chosen.append((name, area, tier, draw(st.sampled_from(values))))
    if draw(st.booleans()):
        chosen += [("support_share", None, None, 500), ("support_floor", None, None, 2000)]
    if draw(st.booleans()):
        chosen += [(name, "urban", tier, value) for name, tier, value in TIERED]
    return StandardBook(
        StandardSet(parameter_id=parameter_id(name, "dibao", "d", area, tier), name=name, programme="dibao", applies_to="d",
                    area=area, tier=tier, value=value, unit="fen", from_date=date(2020, 1, 1), basis=Basis(document="示范"))
        for name, area, tier, value in chosen
    )  # fmt: skip


def stored(event: Event, n: int) -> DCBEvent:
    command = CommandId(derived_id("01939000-0000-7000-8000-00000000000a", f"assessables/{n}"))
    stamped = structs.replace(
        event, event_id=f"{command}-e", command_id=command, command_digest="0" * 32, actor=NOBODY
    )
    return DCBEvent(type=type(event).__name__, data=_encoder.encode(stamped), tags=tags_of(stamped))


def pure(events: list[Event], book: StandardBook) -> tuple[int, int] | None:
    """Base and supplement by the pure function, None for who is not eligible."""
    house = Household.fold(events[0].household_id, events)  # type: ignore[attr-defined]
    covered = [m.person_id for m in house.current()]
    try:
        made = assess("dibao", house, covered, ("d", house.organisation_id), book, TODAY, RULES_ON)
    except NotEligible:
        return None
    sums = {a.component: int(a.amount_fen) for a in made.amounts}
    return sums[Component.BASE], sums.get(Component.SUPPLEMENT, 0)


@SETTINGS
@given(
    lives=st.lists(households(), min_size=30, max_size=50), book=books(), size=st.sampled_from([17, 60, 1000]),
    change=st.sampled_from([-5_000, 0, 5_000, 33_333]),
)  # fmt: skip
def test_assessing_all_at_once_is_assessing_each(
    shared_log: Log, lives: list[list[Event]], book: StandardBook, size: int, change: int
) -> None:
    """57 art. 13–14, 23, 27: any facts, in any batches, by any standards, before and after a change of the standard."""
    agree(shared_log, lives, book, size, change)


def agree(
    log: Log, lives: list[list[Event]], book: StandardBook, size: int, change: int
) -> dict[str, tuple[int, int] | None]:
    """Assesses all at once and each by itself, without and with a change; answers what is due without it."""
    events = [event for life in lives for event in life]
    database = Database(log.url, log.schema, min_size=1, max_size=2)
    recorder = SealedRecorder(database)
    after = recorder.head()
    recorder.append([stored(event, after + n) for n, event in enumerate(events)])
    recorder.close()
    database.close()
    upto = after + len(events)
    log.fold("", after, [*range(after + size, upto, size), upto], ["assessables"])
    then = book.with_change("standard", {"dibao": change}, RULES_ON)
    terms = rows_of(book, LINEAGES, RULES_ON, "before") + rows_of(then, LINEAGES, RULES_ON, "after")
    found: dict[str, dict[str, tuple[int, int] | None]] = {"before": {}, "after": {}}
    for variant, household, base, supplement in log.connection.execute(
        f"WITH {ASSESSED} SELECT variant, household_id, base, supplement FROM assessed".encode(),
        {"terms": json.dumps(terms), "day": RULES_ON},
    ):
        found[variant][household] = None if base is None else (base, supplement)
    assert any(found["before"].values()), "nobody is eligible: such examples claim nothing"
    for life in lives:
        house = life[0].household_id  # type: ignore[attr-defined]
        assert found["before"].get(house) == pure(life, book), life
        assert found["after"].get(house) == pure(life, then), life
    return found["before"]


def household(number: int, *members: tuple[date, Attributes], **said: Any) -> list[Event]:
    """A household of one's own making; member k is ``q<number>-<k>``."""
    of: dict[str, Any] = {"household_id": HouseholdId(f"q{number}"), "organisation_id": OrganisationId("d-1")}
    joined = [
        MemberJoined(**of, person_id=PersonId(f"q{number}-{k}"), relation=Relation.OTHER, birth_date=birth, sex=Sex.MALE,
                     name=Private(f"person:q{number}-{k}", sealed=f"1|person:q{number}-{k}|e|name|AAAA"), attributes=attributes,
                     occurred_on=date(2026, 1, 1))
        for k, (birth, attributes) in enumerate(members)
    ]  # fmt: skip
    return [
        HouseholdRegistered(
            **of, number=HouseholdNumber(f"Q{number}"), area=Area.URBAN, occurred_on=date(2026, 1, 1)
        ),
        *joined,
        CircumstancesDeclared(**of, **{"income": (), **said}, occurred_on=date(2026, 2, 1)),
    ]


def test_rare_rules_hold_for_all_at_once_as_well(shared_log: Log) -> None:
    """83 一(一), 57 art. 14: support from siblings and elders judged, and needed property exempt up to its limit, by hand."""
    grown, judged = date(1980, 1, 1), Discretion(what="support", reason="视情", judged_by="op")
    sister = SupportLine(kinship="sibling", person_id=None, annual_fen=Fen(600_000))

    def supported(
        number: int, *discretions: Discretion, attributes: Attributes = SEVERE, **more: Any
    ) -> list[Event]:
        line = structs.replace(sister, person_id=f"q{number}-0", **more)
        return household(number, (grown, attributes), support=(line,), discretions=discretions)

    def housed(number: int, worth: int) -> list[Event]:
        return household(
            number,
            (grown, Attributes()),
            property=(PropertyLine(kind="home", value_fen=Fen(worth), use="living"),),
        )

    working = Attributes(disability_level=1, employment="employed")
    lives = [
        supported(1), supported(2, judged), supported(3, judged, attributes=working),
        supported(4, judged, kinship="parent", birth_date=date(1967, 1, 1)),
        supported(5, judged, kinship="parent", birth_date=date(1967, 1, 2)),
        housed(6, 1_100_000), housed(7, 1_100_001),
    ]  # fmt: skip
    rows = (
        ("standard", "urban", None, 80_000),
        ("property_limit", None, None, 500_000),
        ("property_exempt", None, "living", 600_000),
    )
    book = StandardBook(
        StandardSet(parameter_id=parameter_id(name, "dibao", "d", area, tier), name=name, programme="dibao", applies_to="d",
                    area=area, tier=tier, value=value, unit="fen", from_date=date(2020, 1, 1), basis=Basis(document="示范"))
        for name, area, tier, value in rows
    )  # fmt: skip
    due = {key: value and value[0] for key, value in agree(shared_log, lives, book, 1000, 5_000).items()}
    assert due == {
        "q1": 30_000,  # (960,000 − 600,000) / 12
        "q2": 80_000,  # judged: 960,000 / 12
        "q3": 30_000,  # who works is not of those it may be judged for
        "q4": 80_000,  # a parent of sixty on the day
        "q5": 30_000,  # a day younger
        "q6": 80_000,  # 1,100,000 − 600,000 = 500,000
        "q7": None,  # 500,001
    }
