"""What several commands share: who does it, where, of which month, and what a repeated command line is."""

from __future__ import annotations

from typing import Any

import click

from ledger.kernel import Actor, CommandId, Role, derived_id, month

operator = click.option("--operator", required=True, help="Who does it. 经办人。")
at_organisation = click.option("--organisation", required=True, help="Organisation id. 机构编号。")
command_option = click.option(
    "--command-id",
    help="Give it again to ask for the same, never twice; without it, the same command line is the same command."
    " 命令编号（幂等）。",
)
run_argument = click.argument("run_id")
fund_option = click.option(
    "--fund",
    "funds",
    multiple=True,
    required=True,
    help="Fund id, in order of use; may be repeated. 资金编号。",
)
layout_option = click.option(
    "--layout", default="csv_gb18030", show_default=True, help="The bank's layout. 银行文件格式。"
)
roster_option = click.option(
    "--roster", required=True, help="The roster hash that was looked at: no other is meant. 名册哈希。"
)


class MonthType(click.ParamType[str]):
    """A month as YYYY-MM."""

    name = "YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The month, or a wrong use told in both languages."""
        try:
            return month(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a month like 2026-11 月份格式如 2026-11", param, ctx)


MONTH = MonthType()


def actor_of(operator_id: str, organisation: str, role: Role) -> Actor:
    """The operator of a command line. Who may reach the database is trusted to say who they are."""
    return Actor(operator_id=operator_id, organisation_id=organisation, role=role)


def command_of(given: str | None, *parts: str) -> CommandId:
    """The given command id, or one fixed by what is asked: repeating a command line repeats nothing."""
    return CommandId(given or derived_id("/".join(parts), "command-line"))
