"""Limits of a request: tokens, depth and aliases of what is asked, and the cost of what it may return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    VariableNode,
    get_named_type,
    is_list_type,
)
from graphql.type import GraphQLField, GraphQLNamedType

DEPTH = 14
ALIASES = 30
COST = 60_000
TOKENS = 4_000
FRAGMENTS = 500
"""Fragment spreads followed at the most: a chain of doubling fragments costs nothing but time."""
PAGE = 50
"""The size of a page when none is asked for."""
LIST = 5
"""How many items an unpaged list (members, accounts, splits) is taken to have."""


def limit(english: str, chinese: str) -> GraphQLError:
    """The query asks for too much."""
    return GraphQLError(
        f"{english}. {chinese}。",
        extensions={"code": "LIMIT", "messageEn": f"{english}.", "messageZh": f"{chinese}。"},
    )


class LimitsRule(ValidationRule):
    """Refuses a query that is too deep, or has too many aliases or fragment spreads; known for every text once."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._fragments = fragments_of(context.document)

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Walks the whole operation at once."""
        aliases = spreads = 0
        for selection, depth in _walk(node.selection_set, self._fragments):
            if depth > DEPTH:
                return self.report_error(
                    limit(f"The query is deeper than {DEPTH} levels", f"查询层级超过 {DEPTH} 层")
                )
            spreads += isinstance(selection, FragmentSpreadNode)
            if spreads > FRAGMENTS:
                return self.report_error(
                    limit(
                        f"The query spreads more than {FRAGMENTS} fragments", f"片段引用超过 {FRAGMENTS} 次"
                    )
                )
            aliases += isinstance(selection, FieldNode) and selection.alias is not None
            if aliases > ALIASES:
                return self.report_error(
                    limit(f"The query has more than {ALIASES} aliases", f"别名超过 {ALIASES} 个")
                )
        return None


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a document by name."""
    return {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}


def _walk(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[tuple[Any, int]]:
    """Everything selected, with its depth, fragments in place; the caller stops when it has seen enough."""
    waiting: list[tuple[Any, int, tuple[str, ...]]] = [(node, 1, ()) for node in selections.selections]
    while waiting:
        node, depth, inside = waiting.pop()
        yield node, depth
        below, deeper = node, depth + isinstance(node, FieldNode)
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name in inside or name not in fragments:
                continue
            below, inside = fragments[name], (*inside, name)
        if isinstance(node, FieldNode) and node.name.value.startswith("__"):
            continue  # tools ask deep for the schema; graphql-core has a limit of its own for that
        if below.selection_set is not None:
            waiting += [(child, deeper, inside) for child in below.selection_set.selections]


# --- cost: how many values may come back ---


class Asked(NamedTuple):
    """What the cost of an operation depends on."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]


def too_costly(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> GraphQLError | None:
    """The error for an operation that may return too much, pages taken as large as asked for."""
    given = dict(variables)
    for definition in operation.variable_definitions or ():
        if definition.variable.name.value not in given and isinstance(definition.default_value, IntValueNode):
            given[definition.variable.name.value] = int(definition.default_value.value)
    root = schema.get_root_type(operation.operation)
    cost = _cost(Asked(schema, fragments_of(document), given), root, operation.selection_set)
    if cost <= COST:
        return None
    return limit(f"The query may return too much (cost {cost}, at most {COST})", f"查询量过大（{cost}）")


def _cost(asked: Asked, parent: GraphQLNamedType | None, selections: SelectionSetNode | None) -> int:
    if selections is None:
        return 0
    cost = 0
    for node in selections.selections:
        if isinstance(node, FieldNode):
            cost += _field(asked, parent, node)
        elif isinstance(node, InlineFragmentNode):
            on = node.type_condition
            inside = asked.schema.get_type(on.name.value) if on is not None else parent
            cost += _cost(asked, inside, node.selection_set)
        elif isinstance(node, FragmentSpreadNode):
            fragment = asked.fragments[node.name.value]
            cost += _cost(
                asked, asked.schema.get_type(fragment.type_condition.name.value), fragment.selection_set
            )
    return cost


def _field(asked: Asked, parent: GraphQLNamedType | None, node: FieldNode) -> int:
    if node.name.value.startswith("__"):
        return 0  # introspection is free: it reads nothing
    assert not isinstance(parent, GraphQLUnionType)
    assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
    field = parent.fields[node.name.value]
    below = _cost(asked, get_named_type(field.type), node.selection_set)
    return 1 + _times(asked, field, node) * below


def _times(asked: Asked, field: GraphQLField, node: FieldNode) -> int:
    """How many objects a field may give."""
    if "first" not in field.args:
        kind = getattr(field.type, "of_type", field.type)
        # The items of a page are counted by its size.
        return LIST if is_list_type(kind) and node.name.value not in ("nodes", "edges") else 1
    times: Any = PAGE
    for argument in node.arguments or ():
        if argument.name.value == "first":
            value = argument.value
            if isinstance(value, IntValueNode):
                times = int(value.value)
            elif isinstance(value, VariableNode):
                times = asked.variables.get(value.name.value, PAGE)
    return max(1, min(times, 1_000)) if isinstance(times, int) else PAGE
