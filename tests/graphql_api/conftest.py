"""The API over a small real division, asked over HTTP in process."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from assistance.serving import application
from assistance.tokens import make_token
from ledger.kernel import EntitlementId, HouseholdId, PersonId, Role
from projections.runner import Runner
from tests.scenario import DIVISION, OTHER, OTHER_CLERK, REGIMENT, Scenario


@dataclass
class Api:
    """Asks queries as one role at one organisation."""

    scenario: Scenario
    client: httpx.AsyncClient
    app: Any
    household: HouseholdId
    people: list[PersonId]
    entitlement: EntitlementId
    other: HouseholdId
    other_people: list[PersonId]

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


@pytest.fixture
async def api(scenario: Scenario) -> AsyncIterator[Api]:
    household, people, entitlement = scenario.covered(1)
    other, other_people = scenario.household(51, clerk=OTHER_CLERK)
    assert OTHER
    app = application(scenario.division)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://ledger.test", timeout=30) as client,
    ):
        made = Api(scenario, client, app, household, people, entitlement, other, other_people)
        made.catch_up()
        yield made
