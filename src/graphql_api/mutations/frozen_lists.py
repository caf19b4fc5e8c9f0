"""Mutations that freeze a list and carry it out: rises of standards and bulk subsidies."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from graphql_api.context import Info
from graphql_api.mutations.bulk import COMMAND_ID, ORGANISATION_ID, _port, _run, recorded_of
from graphql_api.mutations.results import CommandResult
from graphql_api.scalars import Month, Yuan
from graphql_api.types.common import about


@strawberry.type
class FrozenListMutations:
    """The steps of rises and bulk subsidies that record many events at once."""

    @strawberry.mutation(
        description="Lists every household's old and new amount by the raised standard, to be reviewed and approved by its"
        " hash; screens last year's refusals again. 提出提标方案。Roles 角色: reviewer."
    )
    async def propose_raise(
        self, info: Info, command_id: COMMAND_ID, organisation_id: ORGANISATION_ID,
        programme: Annotated[str, about("dibao or tekun.", "救助项目。")],
        from_month: Annotated[Month, about("From which month.", "起始月份。")],
        reason: Annotated[str, about("Why.", "原因。")],
        article: Annotated[str, about("The document or article it rests on.", "依据文件或条款。")],
    ) -> CommandResult:  # fmt: skip
        call = _port(info).propose_raise
        return await _run(
            info, call, recorded_of, command_id, organisation_id, programme, from_month, reason, article
        )

    @strawberry.mutation(
        description="Carries out an approved rise; what is done is not done again. 办理提标。Roles 角色: reviewer."
    )
    async def carry_out_raise(
        self, info: Info, raise_id: Annotated[str, about("The rise.", "提标方案编号。")]
    ) -> CommandResult:
        return await _run(info, _port(info).carry_out_raise, recorded_of, raise_id)

    @strawberry.mutation(
        description="Grants a bulk subsidy to the roster of who was covered on a day, once. 发放批量补贴。Roles 角色: reviewer."
    )
    async def grant_subsidy(
        self, info: Info, command_id: COMMAND_ID, organisation_id: ORGANISATION_ID,
        subsidy: Annotated[str, about("price_subsidy, holiday_subsidy, heating_subsidy, power_subsidy.", "补贴种类。")],
        on: Annotated[date, about("The day the roster is frozen on.", "名册冻结日。")],
        month: Annotated[Month, about("For which month.", "所属月份。")],
        unit: Annotated[str, about("per_person or per_household.", "发放单位。")],
        each: Annotated[Yuan, about("The one amount.", "标准（元）。")],
        categories: Annotated[list[str], about("The categories chosen.", "所选类别。")],
        document: Annotated[str, about("The document that grants it.", "文件依据。")],
    ) -> CommandResult:  # fmt: skip
        call = _port(info).grant_subsidy
        return await _run(
            info,
            call,
            recorded_of,
            command_id,
            organisation_id,
            subsidy,
            on,
            month,
            unit,
            int(each),
            categories,
            document,
        )
