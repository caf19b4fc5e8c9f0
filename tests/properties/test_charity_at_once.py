"""No need is covered twice, however many match it at the same moment [check 37]."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date

from ledger.kernel import Fen, Refused
from ledger.store.database import Database
from ledger.store.execute import Ledger
from ledger.store.vault import DivisionKey
from ledger.support.charity_donors import MakeOffer, RegisterDonor
from ledger.support.charity_events import DonationForm, DonorClass, NeedKind
from ledger.support.charity_matches import AgreeMatch
from ledger.support.charity_needs import GiveCharityConsent, PublishNeed
from ledger.support.charity_states import Need, PublicAid
from tests.scenario import CLERK, DIVISION, NOW, REVIEWER, Scenario

CLERKS = 8


def test_of_eight_clerks_who_match_one_need_at_once_only_as_many_succeed_as_it_has_left(
    scenario: Scenario, postgres_url: str, division_key: DivisionKey
) -> None:
    """Given a need of 500 yuan and eight offers of 200; when all are matched in full at once; then two are, six are refused."""
    household, people = scenario.household(1)
    of = {"household_id": household}
    scenario.do(
        GiveCharityConsent,
        CLERK,
        **of,
        person_id=people[0],
        document="同意书",
        consented_on=date(2026, 11, 1),
    )
    need = scenario.do(PublishNeed, CLERK, **of, need_kind=NeedKind.LIVING, donation_form=DonationForm.MONEY, cost_fen=Fen(50_000),
                       need_reference="事项1").events[0].need_id  # type: ignore[attr-defined]  # fmt: skip
    offers = []
    for _ in range(CLERKS):
        donor = scenario.do(
            RegisterDonor,
            REVIEWER,
            organisation_id=DIVISION,
            donor_class=DonorClass.INDIVIDUAL,
            donor_name="某人",
        )
        made = scenario.do(MakeOffer, REVIEWER, donor_id=donor.events[0].donor_id, donation_form=DonationForm.MONEY,  # type: ignore[attr-defined]
                           value_fen=Fen(20_000), gift_agreement="协议")  # fmt: skip
        offers.append(made.events[0].offer_id)  # type: ignore[attr-defined]
    commands = [
        AgreeMatch(command_id=scenario.command_id(), need_id=need, offer_id=o, agreed_fen=Fen(20_000))
        for o in offers
    ]
    start, outcomes = threading.Barrier(CLERKS), []
    database = Database(postgres_url, scenario.division.database.schema, min_size=1, max_size=4)
    ledgers = [scenario.ledger, Ledger.open(database, division_key)]

    def agree(n: int) -> None:
        start.wait(20)
        try:
            ledgers[n % 2].execute(commands[n], CLERK, NOW)
            outcomes.append("agreed")
        except Refused as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=agree, args=(n,)) for n in range(CLERKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    ledgers[1].close()
    database.close()
    assert Counter(outcomes) == {"agreed": 2, "NeedCovered": 6}
    state = scenario.ledger.read((Need.facts(need),)).state(Need, need)
    assert (state.agreed, state.left(PublicAid(household))) == (40_000, 10_000)
