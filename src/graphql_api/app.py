"""The application: GraphQL over HTTP, the query page, health."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from graphql_api.auth import TokenCheck, actor_of
from graphql_api.context import Context, Services
from graphql_api.errors import ApiError, bad_input
from graphql_api.ports import BulkPort, CheckpointPort, ReadingsPort
from graphql_api.schema import make_schema
from ledger.store.execute import Ledger
from ledger.store.migrate import ROLE

STATIC = Path(str(resources.files("graphql_api"))) / "static"
STATEMENT_SECONDS = 15
WAIT_SECONDS = 10.0
LARGEST_BODY = 48 << 20
"""Bytes of the largest request: rosters and return files come in base64."""
TOO_LARGE = f"The request is larger than {LARGEST_BODY >> 20} MiB. 请求过大。"


@dataclass(frozen=True)
class ApiSettings:
    """What the application is given."""

    conninfo: str
    schema: str
    tokens: TokenCheck
    pool_size: int = 12


class BodyLimit:
    """Refuses a body that is too large, whether it says so or not, before it fills the memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on while it is small enough."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > LARGEST_BODY:
                raise HTTPException(413, TOO_LARGE)
            return message

        said = Headers(scope=scope).get("content-length", "0")
        if said.isdigit() and int(said) > LARGEST_BODY:
            await PlainTextResponse(TOO_LARGE, status_code=413)(scope, receive, send)
            return
        await self._app(scope, counted, send)


class Api(GraphQL[Context, None]):
    """Strawberry's view with our context, and JSON by orjson."""

    def __init__(self, services: Services, tokens: TokenCheck, page: str) -> None:
        super().__init__(make_schema(), graphql_ide="graphiql", allow_queries_via_get=False)
        self._services, self._tokens, self._page = services, tokens, page

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Who asks and for what purpose; a bad token fails every field rather than the request."""
        actor, failure = None, None
        try:
            actor = actor_of(request.headers.get("authorization"), self._tokens)
        except ApiError as error:
            failure = error
        purpose = _latin_to_utf8(request.headers.get("x-purpose"))
        context = Context(self._services, actor, failure, purpose)
        wanted = request.headers.get("x-wait-for")
        if wanted and actor is not None:
            await _wait_for(context, wanted)
        return context

    def encode_json(self, data: object) -> Any:
        try:
            return orjson.dumps(data)
        except TypeError:  # an error may repeat text that is no UTF-8; the standard library escapes it
            return json.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)  # refuses nesting without end and text that is no UTF-8

    async def render_graphql_ide(self, request: Request) -> Response:
        return HTMLResponse(self._page)


def _latin_to_utf8(value: str | None) -> str | None:
    """Headers arrive as Latin-1; 中文 in them is UTF-8 underneath."""
    if value is None:
        return None
    with contextlib.suppress(UnicodeDecodeError, UnicodeEncodeError):
        return value.encode("latin-1").decode("utf-8")
    return value


async def _wait_for(context: Context, wanted: str) -> None:
    """Waits until the views have folded a position: reading one's own writes."""
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 18:
        context.failure = bad_input("X-Wait-For is a position.", "X-Wait-For 应为台账位置。")
        return
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            head = await context.row("SELECT size FROM log_head")
            if head is None or int(wanted) > head["size"]:
                context.failure = bad_input(
                    "Nothing is recorded at that position yet.", "该台账位置尚无登记。"
                )
                return
            while not await _folded(context, int(wanted)):
                await asyncio.sleep(0.02)
    except TimeoutError:
        context.failure = ApiError(
            "NOT_YET",
            "The views have not reached that position yet; try again.",
            "视图尚未更新至该位置，请稍后重试。",
        )


async def _folded(context: Context, position: int) -> bool:
    row = await context.row(
        "SELECT min(position) AS low FROM view_positions WHERE suffix = '' AND status = 'live'"
    )
    return row is not None and row["low"] is not None and row["low"] >= position


def create_app(
    settings: ApiSettings,
    ledger: Ledger,
    readings: ReadingsPort,
    bulk: BulkPort | None = None,
    checkpoint: CheckpointPort | None = None,
) -> Starlette:
    """The ASGI application over one division. Its pool opens and closes with the application."""

    async def configure(connection: AsyncConnection[Any]) -> None:
        await connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(settings.schema)))
        await connection.execute(
            f"SET timezone TO 'UTC'; SET statement_timeout TO '{STATEMENT_SECONDS}s'; SET jit TO off".encode()
        )
        cursor = await connection.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(oid, 'MEMBER'))",
            (ROLE,),
        )
        if (await cursor.fetchone() or (False,))[0]:
            await connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(ROLE)))

    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
        settings.conninfo,
        min_size=2,
        max_size=settings.pool_size,
        kwargs={"autocommit": True, "client_encoding": "UTF8"},
        configure=configure,
        open=False,
    )
    services = Services(pool, ledger, readings, bulk, checkpoint)
    page = (STATIC / "graphiql.html").read_text(encoding="utf-8")
    api = Api(services, settings.tokens, page)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await pool.open(wait=True)
        try:
            yield
        finally:
            await pool.close()

    async def health(_: Request) -> Response:
        async with pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT size, (SELECT min(position) FROM view_positions WHERE suffix = ''),"
                " (SELECT array_agg(view) FROM view_positions WHERE suffix = '' AND status <> 'live') FROM log_head"
            )
            row = await cursor.fetchone()
        assert row is not None
        stale = list(row[2] or [])
        facts = {"events": row[0], "viewsAt": row[1] or 0, "stale": stale, "ok": not stale}
        return JSONResponse(facts, status_code=200 if not stale else 503)

    routes = [
        Route("/health", health),
        Mount("/static", StaticFiles(directory=STATIC)),
        Route("/graphql", BodyLimit(api)),
        Route("/", lambda _: Response(status_code=307, headers={"location": "/graphql"})),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.services = services
    app.router.redirect_slashes = False
    return app
