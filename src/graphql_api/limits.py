"""Limits of a request: depth, aliases, fields and cost, checked in one rule shared by all requests."""

from __future__ import annotations

from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)

DEPTH = 14
ALIASES = 30
COST = 60_000
TOKENS = 4_000


class _TooMuch(Exception):
    def __init__(self, english: str, chinese: str) -> None:
        self.english, self.chinese = english, chinese


class LimitsRule(ValidationRule):
    """Refuses a query that is too deep, has too many aliases, or may return too much.

    A list's page size multiplies the cost of what is asked of each item; introspection is free.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._fragments = {
            d.name.value: d for d in context.document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._aliases = 0

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Measures the whole operation at once."""
        self._aliases = 0
        try:
            cost = self._cost(node.selection_set, 1, ())
            if cost > COST:
                raise _TooMuch(
                    f"The query may return too much (cost {cost}, at most {COST})", f"查询量过大（{cost}）"
                )
        except _TooMuch as error:
            self.report_error(
                GraphQLError(f"{error.english}. {error.chinese}。", node, extensions={"code": "LIMIT"})
            )

    def _cost(self, selections: SelectionSetNode | None, depth: int, inside: tuple[str, ...]) -> int:
        if selections is None:
            return 0
        if depth > DEPTH:
            raise _TooMuch(f"The query is deeper than {DEPTH} levels", f"查询层级超过 {DEPTH} 层")
        cost = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                cost += self._field(node, depth, inside)
            elif isinstance(node, InlineFragmentNode):
                cost += self._cost(node.selection_set, depth, inside)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                fragment = self._fragments.get(name)
                if fragment is not None and name not in inside:
                    cost += self._cost(fragment.selection_set, depth, (*inside, name))
            if cost > COST * 4:
                break
        return cost

    def _field(self, node: FieldNode, depth: int, inside: tuple[str, ...]) -> int:
        if node.name.value in ("__schema", "__type", "__typename"):
            return 0
        if node.alias is not None:
            self._aliases += 1
            if self._aliases > ALIASES:
                raise _TooMuch(f"The query has more than {ALIASES} aliases", f"别名超过 {ALIASES} 个")
        times = 1
        for argument in node.arguments or ():
            if argument.name.value == "first":
                times = int(argument.value.value) if isinstance(argument.value, IntValueNode) else 50
        if times == 1 and node.selection_set is not None and _pages(node.selection_set):
            times = 50
        return 1 + min(times, 1_000) * self._cost(node.selection_set, depth + 1, inside)


def _pages(selections: SelectionSetNode) -> bool:
    """Whether a field is a connection asked without a page size."""
    return any(isinstance(n, FieldNode) and n.name.value in ("edges", "nodes") for n in selections.selections)
