"""How fast a chain of 200 entries is answered over HTTP, and whether that grows with the log."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from assistance.settings import Settings
from assistance.tokens import make_token
from bench import logs, sample
from bench.results import Result, percentile
from ledger.kernel import OrganisationId, Role
from ledger.store.migrate import migrate
from projections.runner import Runner

SHORT = 10_000
SECONDS = 4.0
ROUNDS = 3
QUERY = """query Chain($id: String!) { household(id: $id) { chain(first: 200) { nodes {
  position kind programme department occurredOn recordedAt amount organisationId entitlementId runId paymentId summary
} } } }"""


@contextlib.contextmanager
def server(url: str, schema: str) -> Iterator[tuple[int, str]]:
    """The API over a division, as it is served: its port and an auditor's token."""
    with Runner(url, schema) as runner:
        runner.catch_up()
    migrate(url, f"{schema}_readings")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="ledger-bench-") as data:
        settings = Settings(data=Path(data), schema_name=schema)
        token = make_token(settings, "auditor-1", Role.AUDITOR, OrganisationId("d06"))
        process = subprocess.Popen(
            [sys.executable, "-c", "from assistance.cli import main; main()", "--data", data, "--schema", schema,
             "serve", "--port", str(port), "--no-runner"],
            env=os.environ | {"DATABASE_URL": url},
        )  # fmt: skip
        try:
            _await(port)
            yield port, token
        finally:
            process.terminate()
            process.wait(20)


def _await(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/health")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _ask(port: int, token: str, clients: int) -> list[float]:
    """Milliseconds of every answer that so many clients got one after another."""
    bodies = [
        json.dumps({"query": QUERY, "variables": {"id": sample.household_id(13 * n)}})
        for n in range(logs.FOLLOWED)
    ]
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    waits: list[list[float]] = [[] for _ in range(clients)]
    until = time.perf_counter() + SECONDS

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while time.perf_counter() < until:
            began = time.perf_counter()
            connection.request("POST", "/graphql", bodies[len(waits[number]) % len(bodies)], headers)
            answer = connection.getresponse().read()
            waits[number].append((time.perf_counter() - began) * 1000)
            if len(waits[number]) == 1:
                nodes = json.loads(answer)["data"]["household"]["chain"]["nodes"]
                if len(nodes) != 200:
                    raise RuntimeError(f"the chain has {len(nodes)} entries, not 200")

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [wait for each in waits for wait in each]


def chain(url: str, events: int) -> Result:
    """Two servers take turns, one over a short log and one over a long one."""
    result = Result("GraphQL: a chain of 200 entries × 12 fields", "")
    with contextlib.ExitStack() as stack:
        servers = {
            count: stack.enter_context(server(url, logs.division(url, count))) for count in (SHORT, events)
        }
        waits: dict[tuple[int, int], list[list[float]]] = {}
        for number in range(ROUNDS + 1):
            for clients in (1, 8):
                for count, (port, token) in servers.items():
                    took = _ask(port, token, clients)
                    if number:
                        waits.setdefault((clients, count), []).append(took)
    for (clients, count), rounds in waits.items():
        every = [wait for each in rounds for wait in each]
        label = f"{count:,} events, {clients} client{'s' * (clients > 1)}"
        result.figures[f"{label}: requests/s"] = len(every) / (SECONDS * ROUNDS)
        result.figures[f"{label}: p50 ms"] = percentile(every, 0.5)
        result.figures[f"{label}: p99 ms"] = percentile(every, 0.99)
    for clients in (1, 8):
        short, long = (percentile([w for r in waits[clients, c] for w in r], 0.5) for c in (SHORT, events))
        result.ratio(f"p50 in {events:,} / in {SHORT:,} events, {clients} client{'s' * (clients > 1)}", long / short, 1.5,
                     at_most=True)  # fmt: skip
    return result
