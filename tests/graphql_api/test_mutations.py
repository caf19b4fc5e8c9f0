"""What may be done: idempotent commands, typed refusals, a run from drawing to reconciliation."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from assistance.bank import Layout, simulate_bank
from ledger.kernel import Role
from tests.graphql_api.conftest import Api
from tests.scenario import REGIMENT, account_number

pytestmark = pytest.mark.records

RESULT = """{ __typename ... on Recorded { position duplicate eventTypes run: idOf(kind: "run") fund: idOf(kind: "fund") message }
  ... on Refusal { code messageEn messageZh article } }"""


async def do(api: Api, name: str, role: Role, input_: dict[str, Any], **more: Any) -> dict[str, Any]:
    kind = name[0].upper() + name[1:]
    query = f"mutation($input: {kind}Input!) {{ {name}(input: $input) {RESULT} }}"
    result: dict[str, Any] = (await api.data(query, role, input=input_, **more))[name]
    return result


def cid(n: int) -> str:
    return f"0199c000-0000-7000-8000-{n:012d}"


async def test_the_same_command_twice_is_recorded_once(api: Api) -> None:
    given = {"commandId": cid(1), "householdId": api.household, "declaredOn": "2026-11-01",
             "income": [{"kind": "wage", "annual": "3600.00"}]}  # fmt: skip
    first = await do(api, "declareCircumstances", Role.CLERK, given)
    again = await do(api, "declareCircumstances", Role.CLERK, given)
    assert (first["duplicate"], again["duplicate"], first["position"]) == (False, True, again["position"])
    changed = await do(api, "declareCircumstances", Role.CLERK, {**given, "declaredOn": "2026-11-02"})
    assert changed["code"] == "CommandIdReused"


async def test_a_refusal_names_rule_and_article_in_both_languages(api: Api) -> None:
    given = {"commandId": cid(2), "householdId": api.household, "category": "tekun", "applicant": api.people[0],
             "covered": api.people, "submittedOn": "2026-11-01"}  # fmt: skip
    refused = await do(api, "submitApplication", Role.CLERK, given)
    assert refused == {
        "__typename": "Refusal",
        "code": "OnePersonOnly",
        "messageEn": "This is decided for one person at a time, not 2.",
        "messageZh": "本类别按人认定，本次列2人。",
        "article": "43 art. 4",
    }


async def test_refuses_the_wrong_role_and_another_organisations_household(api: Api) -> None:
    given = {"commandId": cid(3), "householdId": api.other, "declaredOn": "2026-11-01", "income": []}
    assert (await do(api, "declareCircumstances", Role.CLERK, given))["code"] == "OutOfScope"
    assert (await do(api, "declareCircumstances", Role.AUDITOR, given))["code"] == "NotAllowed"


async def test_bad_values_are_refused_in_words(api: Api) -> None:
    given = {"commandId": cid(4), "householdId": api.household, "declaredOn": "2026-11-01",
             "income": [{"kind": "wage", "annual": "1.005"}]}  # fmt: skip
    query = f"mutation($input: DeclareCircumstancesInput!) {{ declareCircumstances(input: $input) {RESULT} }}"
    result = await api.ask(query, Role.CLERK, input=given)
    assert "decimals" in str(result["errors"])
    account = {"commandId": cid(5), "householdId": api.household, "payeeId": api.people[0], "bankCode": "12",
               "account": account_number(9), "accountHolder": "某", "nominatedOn": "2026-11-01"}  # fmt: skip
    assert (await do(api, "nominateAccount", Role.CLERK, account))["code"] == "BadAccount"


async def test_a_fund_and_a_run_from_drawing_to_reconciliation(api: Api) -> None:
    fund = (await do(api, "receiveFund", Role.FINANCE, {
        "commandId": cid(10), "name": "中央资金", "source": "CENTRAL", "year": 2026, "uses": ["dibao"],
        "amount": "50000.00", "document": "1号", "receivedOn": "2026-09-01"}))["fund"]  # fmt: skip
    await do(api, "allocateFund", Role.FINANCE, {"commandId": cid(11), "fundId": fund, "organisationId": REGIMENT,
                                                 "amount": "20000.00", "document": "1号"})  # fmt: skip
    too_much = await do(api, "allocateFund", Role.FINANCE, {"commandId": cid(12), "fundId": fund, "organisationId": REGIMENT,
                                                            "amount": "30000.01", "document": "2号"})  # fmt: skip
    assert too_much["code"] == "Overallocated"
    drawn = (await api.data(
        f'mutation($f: [String!]!) {{ drawRun(commandId: "{cid(13)}", organisationId: "{REGIMENT}", programme: "dibao",'
        f' month: "2026-10", fundIds: $f) {RESULT} }}', Role.CLERK, f=[fund]))["drawRun"]  # fmt: skip
    api.catch_up()
    run = drawn["run"]
    roster = (await api.data("query($r: String!) { paymentRun(id: $r) { rosterHash } }", r=run))[
        "paymentRun"
    ]["rosterHash"]
    for name, role, number in (("reviewRun", Role.REVIEWER, 14), ("approveRun", Role.FINANCE, 15)):
        assert "position" in await do(
            api, name, role, {"commandId": cid(number), "runId": run, "rosterHash": roster}
        )
    sent = await api.data(
        f'mutation($r: String!) {{ sendRun(commandId: "{cid(16)}", runId: $r) {RESULT} }}',
        Role.FINANCE,
        r=run,
    )
    path = api.scenario.division.settings.files_folder / sent["sendRun"]["message"]
    returned = path.with_name("r.csv")
    simulate_bank(Layout.load("csv_gb18030"), path, returned, every=1 << 62)
    content = base64.b64encode(returned.read_bytes()).decode()
    told = await api.data(
        f'mutation($r: String!, $c: String!) {{ reconcileRun(runId: $r, fileName: "r.csv", content: $c) {RESULT} }}',
        Role.FINANCE, r=run, c=content)  # fmt: skip
    assert "settled 1" in told["reconcileRun"]["message"]
    api.catch_up()
    found = await api.data("""query($r: String!, $f: String!, $h: String!) {
        paymentRun(id: $r) { status total settled returned pending payments { nodes { status amount } } }
        fund(id: $f) { received allocated committed paid returned available unallocated }
        household(id: $h) { chain(first: 200) { nodes { kind amount } } } }""",
        Role.FINANCE, r=run, f=fund, h=api.household)  # fmt: skip
    assert found["paymentRun"] == {"status": "reconciled", "total": "1100.00", "settled": "1100.00", "returned": "0.00",
                                   "pending": "0.00", "payments": {"nodes": [{"status": "settled", "amount": "1100.00"}]}}  # fmt: skip
    assert found["fund"] == {"received": "50000.00", "allocated": "20000.00", "committed": "1100.00", "paid": "1100.00",
                             "returned": "0.00", "available": "18900.00", "unallocated": "30000.00"}  # fmt: skip
    assert found["household"]["chain"]["nodes"][-1] == {"kind": "PaymentSettled", "amount": "1100.00"}


async def test_a_return_file_that_is_not_base64_is_refused(api: Api) -> None:
    told = await api.data(
        f'mutation {{ reconcileRun(runId: "x", fileName: "r", content: "???") {RESULT} }}', Role.FINANCE
    )
    assert told["reconcileRun"]["code"] == "BadInput"
