"""An imprest is never below zero, however many give money of it out at the same moment [TA 三(三); 649 art. 65]."""

from __future__ import annotations

import threading
from collections import Counter

from ledger.emergency.aid import GiveEmergencyAid
from ledger.emergency.events import AidForm
from ledger.emergency.imprests import Imprest
from ledger.kernel import Fen, Refused
from ledger.store.database import Database
from ledger.store.execute import Busy, Ledger
from ledger.store.vault import DivisionKey
from tests.emergencies import DAY, Emergencies
from tests.scenario import CLERK, NOW, Scenario

CLERKS = 8


def test_of_eight_clerks_who_spend_at_once_only_as_many_succeed_as_there_is_cash_for(
    scenario: Scenario, postgres_url: str, division_key: DivisionKey
) -> None:
    """Given 300 yuan in hand; when eight give out 100 at once, through two ledgers; then three do, and nothing is left."""
    office = Emergencies(scenario)
    office.standards()
    imprest, _ = office.imprest(yuan=300)
    asked = []
    for n in range(CLERKS):
        household, people = scenario.household(1 + 10 * n)
        met = office.graded(household)
        asked.append(
            GiveEmergencyAid(command_id=scenario.command_id(), emergency_id=met.emergency_id, form=AidForm.CASH,
                             amount_fen=Fen(10_000), recipient=people[0], imprest_id=imprest, receipt_number=f"收{n}", given_on=DAY)
        )  # fmt: skip
    database = Database(postgres_url, scenario.division.schema, min_size=1, max_size=4)
    ledgers = (scenario.ledger, Ledger.open(database, division_key))
    barrier, answers = threading.Barrier(CLERKS), ["" for _ in asked]

    def spend(number: int) -> None:
        barrier.wait(60)
        try:
            ledgers[number % 2].execute(asked[number], CLERK, NOW)
            answers[number] = "given"
        except (Refused, Busy) as refusal:
            answers[number] = type(refusal).__name__

    threads = [threading.Thread(target=spend, args=(number,)) for number in range(CLERKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    ledgers[1].close()
    database.close()
    assert Counter(answers) == {"given": 3, "ImprestShort": CLERKS - 3}
    state = scenario.ledger.read((Imprest.facts(imprest),)).state(Imprest, imprest)
    assert (state.cash, len(state.receipts())) == (0, 3)
