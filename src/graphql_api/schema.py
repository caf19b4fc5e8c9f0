"""The schema, and what happens to errors on their way out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import psycopg
import strawberry
from graphql import GraphQLError, get_operation_ast
from graphql.execution import ExecutionResult
from psycopg_pool import PoolTimeout
from strawberry.extensions import AddValidationRules, ParserCache, SchemaExtension, ValidationCache
from strawberry.relay.types import GlobalIDValueError
from strawberry.schema.config import StrawberryConfig

from graphql_api.completion import Executor
from graphql_api.errors import ApiError
from graphql_api.limits import TOKENS, LimitsRule, too_costly
from graphql_api.mutations.root import Mutation
from graphql_api.queries.root import Query
from graphql_api.scalars import SCALARS
from ledger.kernel import Refused
from ledger.store.failures import ConnectionLost, words_of
from ledger.store.proofs import NoSuchProof
from ledger.store.vault import Erased, SealedTextAltered, WrongDivisionKey

log = logging.getLogger(__name__)


class Limits(SchemaExtension):
    """Bounds how many tokens are parsed and what may be returned; depth and aliases are the validation rule's."""

    def on_operation(self) -> Iterator[None]:
        self.execution_context.parse_options["max_tokens"] = TOKENS
        yield

    def on_execute(self) -> Iterator[None]:
        asked = self.execution_context
        document = asked.graphql_document
        assert document is not None
        operation = get_operation_ast(document, asked.operation_name)
        if operation is not None:
            error = too_costly(asked.schema._schema, document, operation, asked.variables or {})
            if error is not None:
                asked.result = ExecutionResult(data=None, errors=[error])
        yield


class CleanErrors(SchemaExtension):
    """Lets out only errors meant for callers; anything else becomes one sentence, and the log has the rest."""

    def on_operation(self) -> Iterator[None]:
        yield
        result = self.execution_context.result
        errors = getattr(result, "errors", None)
        if errors:
            result.errors = [clean(error) for error in errors]  # type: ignore[union-attr]


def clean(error: GraphQLError) -> GraphQLError:
    """The error as a caller may see it: meant for callers, or one sentence that tells nothing of the inside."""
    cause = error.original_error
    if isinstance(error, ApiError) or isinstance(cause, ApiError) or "code" in (error.extensions or {}):
        return error
    if (
        cause is None
        or isinstance(cause, GraphQLError)
        or (error.path is None and isinstance(cause, ValueError))
    ):
        # The query itself, or a value given in it, is wrong: graphql-core's own words say where.
        return _with(error, error.message, "BAD_QUERY", error.message, f"查询有误：{error.message}")
    code, english, chinese = _told(cause)
    return _with(error, f"{english} {chinese}", code, english, chinese)


def _told(cause: Exception) -> tuple[str, str, str]:
    """Code and sentences for what a resolver raised."""
    match cause:
        case Refused():
            return cause.code, cause.english, cause.chinese
        case NoSuchProof():
            return "BAD_INPUT", str(cause), str(cause)  # says it in both languages
        case Erased():
            return "ERASED", *words_of(Erased)
        case WrongDivisionKey() | SealedTextAltered():
            log.error("personal data cannot be opened", exc_info=cause)
            return "UNREADABLE", *words_of(type(cause))
        case ConnectionLost():
            log.error("the connection broke while recording", exc_info=cause)
            return "CONNECTION_LOST", *words_of(ConnectionLost)
        case GlobalIDValueError():
            return "BAD_INPUT", "The id is none of this API.", "编号无效。"
        case psycopg.errors.QueryCanceled():
            return "TOO_SLOW", "The query took too long; ask for less.", "查询超时，请缩小范围。"
        case psycopg.DataError() | UnicodeError():
            return "BAD_INPUT", "A value given cannot be looked up.", "所给的值无法查询。"
        case PoolTimeout() | psycopg.OperationalError():
            log.error("the database cannot be reached", exc_info=cause)
            return (
                "UNAVAILABLE",
                "The database cannot be reached now; try again.",
                "数据库暂不可用，请稍后重试。",
            )
    log.error("a resolver failed", exc_info=cause)
    return "INTERNAL", "Something went wrong here; it was noted.", "服务内部错误，已记录。"


def _with(error: GraphQLError, message: str, code: str, english: str, chinese: str) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code, "messageEn": english, "messageZh": chinese},
    )


class Schema(strawberry.Schema):
    """Strawberry's schema, without its habit of logging every error with the query: an ID number may stand in it."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """``clean`` has noted what is ours to mend; what callers did wrong they are told."""


def make_schema() -> Schema:
    """The schema with its limits; parsing and validation are cached by query text."""
    return Schema(
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=Executor,
        extensions=[
            CleanErrors,
            Limits,
            lambda: ParserCache(maxsize=500),
            lambda: ValidationCache(maxsize=500),
            lambda: AddValidationRules([LimitsRule]),
        ],
    )
