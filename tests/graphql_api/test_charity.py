"""What donors, staff and the tax office are told of charity [S 三(六), questions 52–53 of the plan's clauses]."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

import graphql_api
from graphql_api.queries.definitions import today
from ledger.ids import DocumentId
from ledger.kernel import Fen, Role
from ledger.support.charity_donors import CommendDonor, MakeOffer, RegisterDonor
from ledger.support.charity_events import DonationForm, DonorClass, NeedKind
from ledger.support.charity_matches import AgreeMatch, DeliverDonation
from ledger.support.charity_needs import GiveCharityConsent, LowerNeed, PublishNeed, WithdrawCharityConsent
from tests.graphql_api.conftest import Api
from tests.scenario import CLERK, DIVISION, OTHER, REVIEWER

TODAY = date(2026, 11, 24)
NEEDS = """query($open: Boolean) { needs(open: $open) { nodes { needId needKind form cost left hours hoursLeft organisationId place
    open householdId needReference publicAid over } } }"""


class Given:
    """A need of 5,000 yuan of which 1,000 are public aid, 3,000 agreed and 2,500 delivered; and ten hours of 40."""

    def __init__(self, api: Api) -> None:
        do, of = api.scenario.do, {"household_id": api.household}
        do(GiveCharityConsent, CLERK, **of, person_id=api.people[0], document="同意书", consented_on=TODAY)
        self.need = do(PublishNeed, CLERK, **of, need_kind=NeedKind.MEDICAL, donation_form=DonationForm.MONEY, cost_fen=Fen(500_000),
                       need_reference="住院号1").events[0].need_id  # type: ignore[attr-defined]  # fmt: skip
        do(LowerNeed, CLERK, need_id=self.need, lowered_fen=Fen(100_000), document="救助决定")
        care = do(PublishNeed, CLERK, **of, need_kind=NeedKind.NURSING, donation_form=DonationForm.HOURS, volunteer_hours=40, goods="陪护",
                  need_reference="陪护").events[0].need_id  # type: ignore[attr-defined]  # fmt: skip
        self.donor = do(RegisterDonor, REVIEWER, organisation_id=DIVISION, donor_class=DonorClass.INDIVIDUAL, donor_name="赵七",
                        contact="13900000000").events[0].donor_id  # type: ignore[attr-defined]  # fmt: skip
        offer = do(MakeOffer, REVIEWER, donor_id=self.donor, donation_form=DonationForm.MONEY, value_fen=Fen(900_000),
                   gift_agreement="协议").events[0].offer_id  # type: ignore[attr-defined]  # fmt: skip
        help_ = do(MakeOffer, REVIEWER, donor_id=self.donor, donation_form=DonationForm.HOURS, volunteer_hours=100, goods="陪护",
                   gift_agreement="协议").events[0].offer_id  # type: ignore[attr-defined]  # fmt: skip
        money = (
            do(AgreeMatch, CLERK, need_id=self.need, offer_id=offer, agreed_fen=Fen(300_000))
            .events[0]
            .match_id
        )  # type: ignore[attr-defined]
        hours = do(AgreeMatch, CLERK, need_id=care, offer_id=help_, volunteer_hours=40).events[0].match_id  # type: ignore[attr-defined]
        signed: dict[str, Any] = {"received_by": api.people[0], "acceptance": "签收单", "delivered_on": TODAY}
        do(
            DeliverDonation,
            CLERK,
            match_id=money,
            amount_fen=Fen(250_000),
            receipt=DocumentId("票1"),
            **signed,
        )
        do(DeliverDonation, CLERK, match_id=hours, volunteer_hours=10, goods="陪护", **signed)
        do(CommendDonor, REVIEWER, donor_id=self.donor, honour="爱心人士", year=2026, document="表扬1号")


@pytest.mark.records
async def test_donors_see_needs_masked_and_staff_in_scope_what_they_are_for(api: Api) -> None:
    """S 三(六), 649 art. 56, 61."""
    Given(api)
    api.catch_up()
    shown = (await api.data(NEEDS, Role.PROVIDER, open=None))["needs"]["nodes"]
    assert [(n["needKind"], n["cost"], n["left"], n["hoursLeft"], n["place"], n["open"]) for n in shown] == [
        ("medical", "5000.00", "1000.00", None, "一零四团", True), ("nursing", None, None, 0, "一零四团", False),
    ]  # fmt: skip
    told = json.dumps(shown, ensure_ascii=False)
    for secret in (api.household, *api.people, "住院号1", "测试", "某路"):
        assert secret not in told
    assert len((await api.data(NEEDS, Role.PROVIDER, open=True))["needs"]["nodes"]) == 1
    (mine, _) = (await api.data(NEEDS, Role.CLERK, open=None))["needs"]["nodes"]
    assert (mine["householdId"], mine["needReference"], mine["publicAid"], mine["over"]) == (
        api.household,
        "住院号1",
        "1000.00",
        "0.00",
    )
    (foreign, _) = (await api.data(NEEDS, Role.CLERK, organisation=OTHER, open=None))["needs"]["nodes"]
    assert (foreign["householdId"], foreign["needReference"]) == (None, None)

    api.scenario.do(
        WithdrawCharityConsent, CLERK, household_id=api.household, person_id=api.people[0], document="撤回书"
    )
    api.catch_up()
    assert (await api.data(NEEDS, Role.PROVIDER, open=None))["needs"]["nodes"] == []
    assert [n["open"] for n in (await api.data(NEEDS, Role.CLERK, open=None))["needs"]["nodes"]] == [
        False,
        False,
    ]


@pytest.mark.records
async def test_a_donor_has_a_certificate_for_the_year_and_stands_in_the_list_for_commendation(
    api: Api,
) -> None:
    """S 三(六), 649 art. 53: tax relief by receipts; who received it is not said."""
    given = Given(api)
    api.catch_up()
    asked = """query($d: String!, $y: Int!) { donorCertificate(donorId: $d, year: $y) { year money goods total hours
        donor { donorClass name(purpose: "开具捐赠证明") contact } donations { deliveredOn form amount hours receipt } } }"""
    made = (await api.data(asked, Role.REVIEWER, d=given.donor, y=2026))["donorCertificate"]
    assert made == {
        "year": 2026, "money": "2500.00", "goods": "0.00", "total": "2500.00", "hours": 10,
        "donor": {"donorClass": "individual", "name": "赵七", "contact": "***"},
        "donations": [
            {"deliveredOn": "2026-11-24", "form": "money", "amount": "2500.00", "hours": None, "receipt": "票1"},
            {"deliveredOn": "2026-11-24", "form": "hours", "amount": None, "hours": 10, "receipt": None},
        ],
    }  # fmt: skip
    assert (await api.data(asked, Role.REVIEWER, d=given.donor, y=2025))["donorCertificate"][
        "total"
    ] == "0.00"
    assert (await api.data(asked, Role.REVIEWER, d="none", y=2026))["donorCertificate"] is None
    assert await api.refused(asked, Role.CLERK, d=given.donor, y=2026) == "OUT_OF_SCOPE"
    assert await api.refused(asked, Role.PROVIDER, d=given.donor, y=2026) == "FORBIDDEN"
    listed = """query($l: Yuan!, $h: Int!) { commendationList(year: 2026, least: $l, leastHours: $h) {
        total hours households honours donor { donorClass name } } }"""
    (found,) = (await api.data(listed, Role.REVIEWER, l="2500.00", h=1000))["commendationList"]
    assert found == {"total": "2500.00", "hours": 10, "households": 1, "honours": ["爱心人士"],
                     "donor": {"donorClass": "individual", "name": "***"}}  # fmt: skip
    assert (await api.data(listed, Role.REVIEWER, l="2500.01", h=1000))["commendationList"] == []
    assert len((await api.data(listed, Role.REVIEWER, l="2500.01", h=10))["commendationList"]) == 1


@pytest.mark.records
async def test_offers_matches_chain_and_tasks_tell_how_far_a_donation_is(api: Api) -> None:
    """S 三(六): on the household's chain with the amount and who gave, by class; the office sees what is to be delivered."""
    given = Given(api)
    api.catch_up()
    asked = """{ offers(open: true) { nodes { form left hoursLeft donor { name } } } matches { nodes { needId form status agreed
        delivered hoursAgreed hoursDelivered } } donors { nodes { donorId } } }"""
    data = await api.data(asked, Role.REVIEWER)
    assert [(o["form"], o["left"], o["hoursLeft"]) for o in data["offers"]["nodes"]] == [
        ("money", "6000.00", None),
        ("hours", None, 60),
    ]
    assert data["donors"]["nodes"] == [{"donorId": given.donor}]
    assert [(m["status"], m["agreed"], m["delivered"], m["hoursAgreed"], m["hoursDelivered"]) for m in data["matches"]["nodes"]] == [
        ("delivering", "3000.00", "2500.00", None, None), ("delivering", None, None, 40, 10),
    ]  # fmt: skip
    here = await api.data(asked, Role.CLERK)
    assert [o["donor"] for o in here["offers"]["nodes"]] == [None, None]
    assert here["donors"]["nodes"] == []
    chain = """query($id: String) { household(id: $id) { chain(first: 200, filter: {programme: "cishan_bangfu"}) {
        nodes { kind department amount summary } } } }"""
    entries = (await api.data(chain, Role.CLERK, id=api.household))["household"]["chain"]["nodes"]
    delivered = [e for e in entries if e["kind"] == "DonationDelivered"]
    assert [e["amount"] for e in delivered] == ["2500.00", None]
    assert delivered[0] == {"kind": "DonationDelivered", "department": "慈善", "amount": "2500.00",
                            "summary": "慈善捐赠到户：慈善帮扶，2500.00元，个人"}  # fmt: skip
    sql = (Path(graphql_api.__file__).parent / "tasks" / "charity.sql").read_text(encoding="utf-8")
    with psycopg.connect(api.scenario.division.url) as connection:
        connection.execute(f"SET search_path TO {api.scenario.division.schema}".encode())
        cursor = connection.execute(sql.encode(), {"today": today()})
        assert [c.name for c in cursor.description or ()] == [
            "kind", "zh", "en", "subject_kind", "subject_id", "household_id", "organisation_id", "role", "due_on", "since",
        ]  # fmt: skip
        assert [(row[0], row[5]) for row in cursor] == [("donation_delivery", api.household)] * 2
