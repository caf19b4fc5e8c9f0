"""The API over a small real division, asked over HTTP in process."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx
import pytest

from assistance.serving import application
from assistance.tokens import make_token
from ledger.kernel import EntitlementId, HouseholdId, PersonId, Role
from ledger.store.vault import DivisionKey
from projections.runner import Runner
from tests.conftest import fresh_division
from tests.scenario import DIVISION, OTHER_CLERK, REGIMENT, Scenario


class Small(NamedTuple):
    """A division with one covered household, and another organisation's that is not covered."""

    scenario: Scenario
    household: HouseholdId
    people: list[PersonId]
    entitlement: EntitlementId
    other: HouseholdId
    other_people: list[PersonId]


def settled(scenario: Scenario) -> Small:
    """The households of a small division, its views caught up."""
    covered = scenario.covered(1)
    small = Small(scenario, *covered, *scenario.household(51, clerk=OTHER_CLERK))
    with Runner(scenario.division.url, scenario.division.schema) as runner:
        runner.catch_up()
    return small


@dataclass
class Api:
    """Asks queries as one role at one organisation."""

    scenario: Scenario
    household: HouseholdId
    people: list[PersonId]
    entitlement: EntitlementId
    other: HouseholdId
    other_people: list[PersonId]
    client: httpx.AsyncClient
    app: Any

    def token(self, role: Role, organisation: str | None = None) -> str:
        place = organisation or (REGIMENT if role is Role.CLERK else DIVISION)
        return make_token(self.scenario.division.settings, f"{role.value}-1", role, place)

    async def ask(
        self, query: str, role: Role | None = Role.REVIEWER, organisation: str | None = None,
        headers: dict[str, str] | None = None, **variables: Any,
    ) -> dict[str, Any]:  # fmt: skip
        sent = dict(headers or {})
        if role is not None:
            sent["Authorization"] = f"Bearer {self.token(role, organisation)}"
        answer = await self.client.post(
            "/graphql",
            content=json.dumps({"query": query, "variables": variables}),
            headers={"Content-Type": "application/json", **sent},
        )
        assert answer.headers["content-type"].startswith("application/json"), answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def data(self, query: str, role: Role | None = Role.REVIEWER, **more: Any) -> dict[str, Any]:
        result = await self.ask(query, role, **more)
        assert "errors" not in result, result["errors"]
        return result["data"]  # type: ignore[no-any-return]

    async def refused(self, query: str, role: Role | None = Role.REVIEWER, **more: Any) -> str:
        """The code of the one error, with no data beside it and nothing of the inside shown."""
        result = await self.ask(query, role, **more)
        assert not any((result.get("data") or {}).values()), result
        text = str(result["errors"])
        assert "Traceback" not in text
        assert "psycopg" not in text
        assert ".py" not in text
        return str(result["errors"][0].get("extensions", {}).get("code", "")) or str(
            result["errors"][0]["message"]
        )

    def catch_up(self) -> int:
        with Runner(self.scenario.division.url, self.scenario.division.schema) as runner:
            return runner.catch_up()


@contextlib.asynccontextmanager
async def opened(small: Small) -> AsyncIterator[Api]:
    """The application over a small division, asked over HTTP in process."""
    app = application(small.scenario.division)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://ledger.test", timeout=30) as client,
    ):
        yield Api(*small, client, app)


@pytest.fixture(scope="session")
def shared(
    postgres_url: str, division_key: DivisionKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Small]:
    """One small division for all tests that record nothing."""
    name = f"test_{os.getpid()}_shared"
    with fresh_division(postgres_url, name, division_key, tmp_path_factory.mktemp("shared")) as division:
        scenario = Scenario(division)
        scenario.standards()
        yield settled(scenario)


@pytest.fixture
async def api(request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    """The shared small division, which must stay as it is; for a test marked ``records``, one of its own."""
    if request.node.get_closest_marker("records"):
        async with opened(settled(request.getfixturevalue("scenario"))) as made:
            yield made
        return
    small: Small = request.getfixturevalue("shared")
    head = small.scenario.ledger.recorder.head()
    async with opened(small) as made:
        yield made
    assert small.scenario.ledger.recorder.head() == head, "it records: mark it with pytest.mark.records"
