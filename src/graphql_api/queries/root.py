"""What may be asked."""

from __future__ import annotations

from typing import Annotated, Any

import anyio.to_thread
import strawberry
from strawberry.relay import Node

from graphql_api.context import Info, in_scope, within
from graphql_api.errors import bad_input, forbidden, out_of_scope
from graphql_api.queries.amounts import AmountQueries
from graphql_api.queries.assistance import AssistanceQueries
from graphql_api.queries.cases import CaseQueries
from graphql_api.queries.chains import AS_OF
from graphql_api.queries.charity import CharityQueries
from graphql_api.queries.definitions import DefinitionQueries
from graphql_api.queries.differences import DifferenceQueries
from graphql_api.queries.emergencies import EmergencyQueries
from graphql_api.queries.entitlements import ENTITLEMENT_FILTER, entitlements_page
from graphql_api.queries.event_filter import EventFilter, events_sql
from graphql_api.queries.frozen_lists import FrozenListQueries
from graphql_api.queries.imprests import ImprestQueries
from graphql_api.queries.institutions import InstitutionQueries
from graphql_api.queries.life import LifeQueries
from graphql_api.queries.needs import NeedQueries
from graphql_api.queries.programmes import ProgrammeQueries
from graphql_api.queries.redress import RedressQueries
from graphql_api.queries.replay import person_as_of
from graphql_api.queries.services import ServiceQueries
from graphql_api.queries.tasks import TaskQueries
from graphql_api.queries.visits import VisitQueries
from graphql_api.scalars import Month
from graphql_api.types.common import (
    AFTER,
    FIRST,
    Connection,
    about,
    connect,
    decode_cursor,
    decode_position,
    f,
    page_size,
)
from graphql_api.types.events import (
    ActorType,
    CheckpointType,
    ConsistencyProof,
    EventType,
    InclusionProof,
    event_of,
)
from graphql_api.types.households import (
    EntitlementType,
    Household,
    Organisation,
    Person,
    find_household,
    household_of,
    organisation_of,
    person_of,
)
from graphql_api.types.money import (
    FUNDS,
    LINE_STATUS,
    Fund,
    Payment,
    PaymentRun,
    fund_of,
    payments_page,
    run_of,
)
from ledger.kernel import Role
from ledger.registry.identity import check_id_number
from ledger.store import proofs
from ledger.store.execute import ID_NUMBER

ID = Annotated[str | None, about("Its id, as commands take it.", "编号。")]
MONTH = Annotated[Month | None, about("The month.", "月份。")]
OVERSEERS = (Role.AUDITOR, Role.REVIEWER, Role.FINANCE, Role.ADMIN)


PARTS: tuple[type, ...] = (
    AmountQueries,
    DefinitionQueries,
    ProgrammeQueries,
    AssistanceQueries,
    NeedQueries,
    InstitutionQueries,
    RedressQueries,
    LifeQueries,
    FrozenListQueries,
    DifferenceQueries,
    CharityQueries,
    CaseQueries,
    TaskQueries,
    ServiceQueries,
    VisitQueries,
    EmergencyQueries,
    ImprestQueries,
)
"""Further questions, one class an area."""


@strawberry.input(description="Which households. 家庭筛选。")
class HouseholdFilter:
    organisation_id: str | None = f("In an organisation or below it.", "所属机构（含下级）。", default=None)
    category: str | None = f("With this entitlement.", "保障类别。", default=None)
    status: str | None = f("With an entitlement of this status.", "待遇状态。", default=None)
    area: str | None = f("urban or rural.", "城乡。", default=None)
    member_count: int | None = f("With so many members.", "成员数。", default=None)


@strawberry.type(name="Query", description="What may be asked. 查询。")
class Query(*PARTS):  # type: ignore[misc]
    @strawberry.field(description="Any object by its global id. 按全局编号查询。")
    async def node(
        self, info: Info, id: Annotated[strawberry.relay.GlobalID, about("A global id.", "全局编号。")]
    ) -> Node | None:
        info.context.signed_in()
        kinds: dict[str, Any] = {"Household": Household, "Person": Person, "Organisation": Organisation}
        kind = kinds.get(id.type_name)
        if kind is None:
            raise bad_input("The id is none of this API.", "编号无效。")
        found = await kind.resolve_nodes(info=info, node_ids=[id.node_id])
        return found[0]  # type: ignore[no-any-return]

    @strawberry.field(description="Who is asking. 当前用户。")
    async def viewer(self, info: Info) -> ActorType:
        actor = info.context.viewer
        return ActorType(
            operator_id=actor.operator_id, organisation_id=actor.organisation_id, role=actor.role.value
        )

    @strawberry.field(description="One household, as it stands or as of a moment on either clock. 家庭。")
    async def household(
        self,
        info: Info,
        id: ID = None,
        number: Annotated[str | None, about("The office's household number.", "户编号。")] = None,
        as_of: AS_OF = None,
    ) -> Household | None:
        info.context.signed_in()
        if (id is None) == (number is None):
            raise bad_input("Give either id or number.", "请提供 id 或 number 其一。")
        return await find_household(info, id, number, as_of)

    @strawberry.field(description="One person, by id or resident ID number. 人员。")
    async def person(
        self, info: Info, id: ID = None,
        id_number: Annotated[str | None, about("Resident ID number.", "身份证号。")] = None, as_of: AS_OF = None,
    ) -> Person | None:  # fmt: skip
        info.context.signed_in()
        if (id is None) == (id_number is None):
            raise bad_input("Give either id or idNumber.", "请提供 id 或 idNumber 其一。")
        if id_number is not None:
            check_id_number(id_number)
            vault = info.context.services.ledger.vault
            subject = await anyio.to_thread.run_sync(vault.lookup, ID_NUMBER, id_number)
            if subject is None:
                return None
            id = subject.partition(":")[2]
        row = await info.context.people.load(str(id))
        if row is None and await info.context.row(
            "SELECT 1 AS x FROM people WHERE person_id = %(id)s", id=id
        ):
            raise out_of_scope()
        if row is not None and as_of is not None:
            row = await person_as_of(info, row, as_of)
        return person_of(row, as_of) if row else None

    @strawberry.field(description="Households in scope. 家庭列表。")
    async def households(
        self,
        info: Info,
        first: FIRST = 50,
        after: AFTER = None,
        filter: Annotated[HouseholdFilter | None, about("Which of them.", "筛选。")] = None,
    ) -> Connection[Household]:
        first = page_size(first)
        wheres, parameters = (
            [in_scope("h.organisation_id")],
            {"scope": info.context.scope, "first": first + 1},
        )
        key = decode_cursor(after)
        if key is not None:
            wheres.append("h.number > %(key)s")
            parameters["key"] = key
        if filter is not None:
            _filter_households(filter, wheres, parameters)
        rows = await info.context.rows(
            f"SELECT h.* FROM households h WHERE {' AND '.join(wheres)} ORDER BY h.number LIMIT %(first)s",
            **parameters,
        )
        return connect(rows, first, after, "number", household_of)

    @strawberry.field(description="Entitlements in scope. 保障待遇列表。")
    async def entitlements(
        self, info: Info, first: FIRST = 50, after: AFTER = None, filter: ENTITLEMENT_FILTER = None
    ) -> Connection[EntitlementType]:
        return await entitlements_page(info, filter, first, after)

    @strawberry.field(description="Organisations. 机构列表。")
    async def organisations(
        self,
        info: Info,
        parent_id: Annotated[str | None, about("Those right below it.", "其直属下级。")] = None,
    ) -> list[Organisation]:
        info.context.signed_in()
        rows = await info.context.rows(
            "SELECT * FROM organisations WHERE %(parent)s::text IS NULL OR parent_id = %(parent)s ORDER BY organisation_id",
            parent=parent_id,
        )
        return [organisation_of(row) for row in rows]

    @strawberry.field(description="One run. 发放批次。")
    async def payment_run(
        self, info: Info, id: Annotated[str, about("The run's id.", "批次编号。")]
    ) -> PaymentRun | None:
        row = await info.context.row(
            f"SELECT * FROM payment_runs WHERE run_id = %(id)s AND {in_scope('organisation_id')}",
            id=id,
            scope=info.context.scope,
        )
        if row is None and await info.context.row(
            "SELECT 1 AS x FROM payment_runs WHERE run_id = %(id)s", id=id
        ):
            raise out_of_scope()
        return run_of(row) if row else None

    @strawberry.field(description="Runs in scope. 发放批次列表。")
    async def payment_runs(
        self, info: Info, month: MONTH = None,
        programme: Annotated[str | None, about("dibao or tekun.", "救助项目。")] = None,
        organisation_id: Annotated[str | None, about("The organisation that pays.", "发放机构。")] = None,
        status: Annotated[str | None, about("drawn, reviewed, approved, sent, reconciled.", "状态。")] = None, first: FIRST = 50, after: AFTER = None,
    ) -> Connection[PaymentRun]:  # fmt: skip
        first = page_size(first)
        wheres = [in_scope("organisation_id")]
        given = {"month": month, "programme": programme, "organisation_id": organisation_id, "status": status}
        parameters: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        wheres += [f"{name} = %({name})s" for name in parameters]
        key = decode_cursor(after)
        if key is not None:
            wheres.append("run_id > %(key)s")
            parameters["key"] = key
        rows = await info.context.rows(
            f"SELECT * FROM payment_runs WHERE {' AND '.join(wheres)} ORDER BY run_id LIMIT %(first)s",
            **parameters,
            scope=info.context.scope,
            first=first + 1,
        )
        return connect(rows, first, after, "run_id", run_of)

    @strawberry.field(description="Payment lines in scope. 发放明细列表。")
    async def payments(
        self, info: Info, household_id: Annotated[str | None, about("The household.", "家庭编号。")] = None,
        month: MONTH = None, status: LINE_STATUS = None,
        first: FIRST = 50, after: AFTER = None,
    ) -> Connection[Payment]:  # fmt: skip
        given = {"household_id": household_id, "month": month, "status": status}
        filter = {name: value for name, value in given.items() if value is not None}
        return await payments_page(info, filter, first, after)

    @strawberry.field(
        description="One fund; elsewhere than at the division, what the organisation has of it. 资金。"
    )
    async def fund(
        self, info: Info, id: Annotated[str, about("The fund's id.", "资金编号。")]
    ) -> Fund | None:
        row = await info.context.row(f"{FUNDS} WHERE f.fund_id = %(id)s", id=id, scope=info.context.scope)
        return fund_of(row) if row else None

    @strawberry.field(description="All funds in scope. 资金列表。")
    async def funds(
        self, info: Info, year: Annotated[int | None, about("Of this year.", "年度。")] = None
    ) -> list[Fund]:
        rows = await info.context.rows(
            f"{FUNDS} WHERE %(year)s::integer IS NULL OR f.year = %(year)s ORDER BY f.position",
            year=year,
            scope=info.context.scope,
        )
        return [fund_of(row) for row in rows]

    @strawberry.field(description="The log's events, in order; for overseers of the division. 台账事件。")
    async def events(
        self,
        info: Info,
        first: FIRST = 50,
        after: AFTER = None,
        filter: Annotated[EventFilter | None, about("Which of them.", "筛选。")] = None,
    ) -> Connection[EventType]:
        await _whole_division(info)
        first = page_size(first)
        sql, parameters = events_sql(filter or EventFilter(), info.context.viewer)
        rows = await info.context.rows(sql, **parameters, after=decode_position(after) or 0, first=first + 1)
        return connect(rows, first, after, "position", event_of)

    @strawberry.field(description="The log's size and root, signed. 检查点。")
    async def checkpoint(self, info: Info) -> CheckpointType:
        info.context.signed_in()
        port = info.context.services.checkpoint
        if port is None:
            raise forbidden("This server does not sign checkpoints.", "本服务不签发检查点。")
        made = await anyio.to_thread.run_sync(port)
        return CheckpointType(
            origin=made.origin, size=made.size, root=made.root, note=made.note, key=made.key
        )

    @strawberry.field(description="Proof that an event is in the log. 包含证明。")
    async def inclusion_proof(
        self,
        info: Info,
        position: Annotated[int, about("The event's position.", "事件位置。")],
        tree_size: Annotated[
            int | None, about("The tree's size; the present one when not given.", "树规模，默认当前。")
        ] = None,
    ) -> InclusionProof:
        info.context.signed_in()
        database = info.context.services.ledger.recorder.database
        size, leaf, path = await anyio.to_thread.run_sync(
            proofs.inclusion_proof, database, position, tree_size
        )
        _, root = await anyio.to_thread.run_sync(proofs.root_at, database, size)
        return InclusionProof(
            position=position,
            tree_size=size,
            leaf_hash=leaf.hex(),
            root=root.hex(),
            path=[h.hex() for h in path],
        )

    @strawberry.field(description="Proof that an earlier log is a prefix of a later one. 一致性证明。")
    async def consistency_proof(
        self,
        info: Info,
        from_size: Annotated[int, about("The earlier size.", "较早规模。")],
        to_size: Annotated[
            int | None, about("The later size; the present one when not given.", "较晚规模，默认当前。")
        ] = None,
    ) -> ConsistencyProof:
        info.context.signed_in()
        database = info.context.services.ledger.recorder.database
        size, path = await anyio.to_thread.run_sync(proofs.consistency_proof, database, from_size, to_size)
        _, old = await anyio.to_thread.run_sync(proofs.root_at, database, from_size)
        _, new = await anyio.to_thread.run_sync(proofs.root_at, database, size)
        return ConsistencyProof(
            from_size=from_size,
            to_size=size,
            from_root=old.hex(),
            to_root=new.hex(),
            path=[h.hex() for h in path],
        )


async def _whole_division(info: Info) -> None:
    """Only overseers whose organisation is a division see the whole log."""
    info.context.require(*OVERSEERS)
    row = await info.context.organisations.load(info.context.scope)
    if row is None or row["level"] != "division":
        raise out_of_scope()


def _filter_households(filter: HouseholdFilter, wheres: list[str], parameters: dict[str, Any]) -> None:
    if filter.organisation_id is not None:
        wheres.append(within("h.organisation_id", "unit"))
        parameters["unit"] = filter.organisation_id
    if filter.category is not None or filter.status is not None:
        wheres.append(
            "EXISTS (SELECT 1 FROM entitlements e WHERE e.household_id = h.household_id"
            " AND (%(category)s::text IS NULL OR e.category = %(category)s)"
            " AND (%(status)s::text IS NULL OR e.status = %(status)s))"
        )
        parameters |= {"category": filter.category, "status": filter.status}
    for name in ("area", "member_count"):
        if getattr(filter, name) is not None:
            wheres.append(f"h.{name} = %({name})s")
            parameters[name] = getattr(filter, name)
