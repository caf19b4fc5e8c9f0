"""The schema, and what happens to errors on their way out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import AddValidationRules, ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig

from graphql_api.limits import TOKENS, LimitsRule
from graphql_api.mutations.root import Mutation
from graphql_api.queries.root import Query
from graphql_api.scalars import SCALARS
from ledger.kernel import Refused

log = logging.getLogger(__name__)


class Limits(SchemaExtension):
    """Bounds how many tokens are parsed; the rest is the validation rule's."""

    def on_operation(self) -> Iterator[None]:
        self.execution_context.parse_options["max_tokens"] = TOKENS
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
    """The error as a caller may see it."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return error
    extensions: dict[str, Any]
    if isinstance(cause, Refused):
        message = f"{cause.english} {cause.chinese}"
        extensions = {"code": cause.code, "messageEn": cause.english, "messageZh": cause.chinese}
    elif isinstance(cause, ValueError):
        message, extensions = str(cause), {"code": "BAD_INPUT"}
    else:
        log.error("a resolver failed", exc_info=cause)
        message = "Something went wrong here; it was noted. 服务内部错误，已记录。"
        extensions = {"code": "INTERNAL"}
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


def make_schema() -> strawberry.Schema:
    """The schema with its limits; parsing and validation are cached by query text."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[
            CleanErrors,
            Limits,
            lambda: ParserCache(maxsize=500),
            lambda: ValidationCache(maxsize=500),
            lambda: AddValidationRules([LimitsRule]),
        ],
    )
