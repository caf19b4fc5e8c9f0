"""Personal data that cannot be opened: erased, altered, or under another division's key; told in words, never shown."""

from __future__ import annotations

from typing import Any

import pytest

from assistance.cli_failures import REFUSED, UNREACHABLE, failure_of
from graphql_api.context import ERASED
from ledger.kernel import Role
from ledger.store.vault import DivisionKey, Erased, SealedTextAltered, WrongDivisionKey
from tests.graphql_api.conftest import Api
from tests.graphql_api.test_mutations import RESULT, cid
from tests.scenario import account_number

pytestmark = pytest.mark.records

NAMES = 'query($h: String!) { household(id: $h) { address(purpose: "核查") members { person { name(purpose: "核查") } } } }'
NOMINATE = f"mutation($input: NominateAccountInput!) {{ nominateAccount(input: $input) {RESULT} }}"


def account(api: Api, number: int) -> dict[str, Any]:
    return {"commandId": cid(number), "householdId": api.household, "payeeId": api.people[0],
            "bankCode": "102881002345", "account": account_number(99), "accountHolder": "测试1",
            "nominatedOn": "2026-11-01"}  # fmt: skip


async def test_what_was_erased_is_called_so_and_nothing_more_is_kept_under_its_key(api: Api) -> None:
    vault, head = api.scenario.ledger.vault, api.scenario.ledger.recorder.head()
    vault.erase(f"person:{api.people[0]}")
    found = (await api.data(NAMES, h=api.household))["household"]
    assert [m["person"]["name"] for m in found["members"]] == [ERASED, "测试2"]
    told = (await api.data(NOMINATE, Role.CLERK, input=account(api, 71)))["nominateAccount"]
    assert (told["__typename"], told["code"]) == ("Refusal", "Erased")
    assert "销毁" in told["messageZh"]
    assert "erased" in told["messageEn"]
    assert api.scenario.ledger.recorder.head() == head


async def test_another_divisions_key_is_an_error_with_a_name_and_no_data(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, head = api.scenario.ledger.vault, api.scenario.ledger.recorder.head()
    vault.forget([f"person:{p}" for p in api.people] + [f"household:{api.household}"])
    monkeypatch.setattr(vault, "_key", DivisionKey(bytes(32)))
    result = await api.ask(NAMES, h=api.household)
    assert {e["extensions"]["code"] for e in result["errors"]} == {"UNREADABLE"}
    assert "密钥" in result["errors"][0]["extensions"]["messageZh"]
    assert "测试" not in str(result)
    refused = await api.ask(NOMINATE, Role.CLERK, input=account(api, 72))
    assert refused["errors"][0]["extensions"]["code"] == "UNREADABLE"
    assert api.scenario.ledger.recorder.head() == head


@pytest.mark.parametrize(
    ("error", "code"),
    [(Erased("person:1"), REFUSED), (SealedTextAltered("person:1"), REFUSED), (WrongDivisionKey("person:1"), UNREACHABLE)],
    ids=lambda x: type(x).__name__,
)  # fmt: skip
def test_the_command_line_tells_it_in_both_languages(error: Exception, code: int) -> None:
    failure = failure_of(error)
    assert failure is not None
    assert failure.exit_code == code
    assert "person:1" in failure.facts["en"]
    assert any(word in failure.facts["zh"] for word in ("销毁", "改动", "密钥"))
