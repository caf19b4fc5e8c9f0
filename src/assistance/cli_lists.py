"""Commands about rises of standards and bulk subsidies."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from assistance.cli_app import App, guarded, pass_app
from assistance.cli_parts import MONTH, actor_of, at_organisation, command_of, command_option, operator
from ledger.kernel import Fen, OrganisationId, Role, month

AGAIN = " (recorded before, nothing new 此前已登记，未重复)"


@click.group(name="raise")
def rises() -> None:
    """Rises of standards: propose, carry out. 提标。"""


@rises.command(name="propose")
@operator
@at_organisation
@click.option("--programme", required=True, help="The programme. 救助项目。")
@click.option("--from-month", "of", type=MONTH, required=True, help="From which month. 起始月份。")
@click.option("--reason", required=True, help="Why. 原因。")
@click.option("--article", required=True, help="The document or article. 依据。")
@command_option
@pass_app
@guarded
def propose_rise(
    app: App, operator: str, organisation: str, programme: str, of: str, reason: str, article: str, command_id: str | None
) -> None:  # fmt: skip
    """List every household's old and new amount. 提出提标方案。"""
    from assistance.raising import ProposeRaise, propose_raise

    command = command_of(command_id, "raise", organisation, programme, of, operator, reason, article)
    asked = ProposeRaise(command, OrganisationId(organisation), programme, month(of), reason, article)
    with app.division() as division:
        result = propose_raise(
            division, asked, actor_of(operator, organisation, Role.REVIEWER), datetime.now(UTC)
        )
    header = result.header
    facts = {
        "raise": header.raise_id, "households": header.households, "previous_fen": header.previous_fen,
        "raised_fen": header.raised_fen, "left_out": header.left_out, "rescreened": header.rescreened,
        "roster": header.roster_hash, "position": result.position, "duplicate": result.duplicate,
    }  # fmt: skip
    app.say(
        facts,
        f"raise 提标方案 {header.raise_id}{AGAIN if result.duplicate else ''}\n"
        f"households 户数 {header.households}, left out 未调整 {header.left_out}, rescreened 重新筛查 {header.rescreened}\n"
        f"roster 名册 {header.roster_hash}",
    )


@rises.command(name="carry-out")
@click.argument("raise_id")
@operator
@at_organisation
@pass_app
@guarded
def carry_out_rise(app: App, raise_id: str, operator: str, organisation: str) -> None:
    """Carry out an approved rise; again to go on where it was cut off. 办理提标。"""
    from assistance.raising import carry_out_raise
    from ledger.ids import RaiseId

    with app.division() as division:
        actor = actor_of(operator, organisation, Role.REVIEWER)
        result = carry_out_raise(division, RaiseId(raise_id), actor, datetime.now(UTC))
    facts = {
        "raise": raise_id,
        "adjusted": result.adjusted,
        "left_out": result.left_out,
        "duplicate": result.duplicate,
    }
    again = AGAIN if result.duplicate else ""
    app.say(facts, f"adjusted 已调整 {result.adjusted}, left out 未调整 {result.left_out}{again}")


@click.command()
@operator
@at_organisation
@click.option(
    "--kind", type=click.Choice(["price_subsidy", "holiday_subsidy", "heating_subsidy", "power_subsidy"]), required=True,
    help="What it is for. 补贴种类。",
)  # fmt: skip
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="The day the roster is frozen on. 名册冻结日。",
)
@click.option("--month", "of", type=MONTH, required=True, help="For which month. 所属月份。")
@click.option(
    "--unit", type=click.Choice(["per_person", "per_household"]), required=True, help="Per what. 发放单位。"
)
@click.option("--fen", type=int, required=True, help="The one amount in fen. 标准（分）。")
@click.option(
    "--category", "categories", multiple=True, required=True, help="A category; may be repeated. 类别。"
)
@click.option("--document", required=True, help="The document that grants it. 文件依据。")
@command_option
@pass_app
@guarded
def subsidy(
    app: App, operator: str, organisation: str, kind: str, on: datetime, of: str, unit: str, fen: int,
    categories: tuple[str, ...], document: str, command_id: str | None,
) -> None:  # fmt: skip
    """Grant a bulk subsidy to who was covered on a day. 批量补贴。"""
    from assistance.subsidies import grant_subsidy
    from ledger.assistance.bulk import Subsidy
    from ledger.assistance.bulk_events import SubsidyKind, SubsidyUnit

    command = command_of(command_id, "subsidy", organisation, kind, of, operator)
    asked = Subsidy(OrganisationId(organisation), SubsidyKind(kind), on.date(), month(of), SubsidyUnit(unit), Fen(fen),
                    categories, document)  # fmt: skip
    with app.division() as division:
        result = grant_subsidy(
            division, command, asked, actor_of(operator, organisation, Role.REVIEWER), datetime.now(UTC)
        )
    header = result.header
    facts = {
        "roster_id": header.roster_ids[0], "households": header.households, "people": header.people,
        "total_fen": header.total_fen, "roster": header.roster_hash, "duplicate": result.duplicate,
    }  # fmt: skip
    again = AGAIN if result.duplicate else ""
    app.say(
        facts,
        f"households 户数 {header.households}, people 人数 {header.people}, roster 名册 {header.roster_hash}{again}",
    )


COMMANDS = (rises, subsidy)
