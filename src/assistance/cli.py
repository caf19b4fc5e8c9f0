"""The command line: ``assistance``.

Exit codes: 0 done, 1 refused or differences found, 2 wrong use, 3 not reachable (database, port or folder);
128 and the signal's number when it was stopped half-way. With ``--json`` standard output holds one object.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from assistance.cli_app import App
from assistance.cli_keeping import COMMANDS as KEEPING
from assistance.cli_lists import COMMANDS as LISTS
from assistance.cli_log import COMMANDS as LOG
from assistance.cli_money import COMMANDS as MONEY
from assistance.cli_reports import COMMANDS as REPORTS
from assistance.cli_roster import COMMANDS as ROSTER
from assistance.cli_serve import COMMANDS as SERVE
from assistance.settings import Settings


class Cli(click.Group):
    """The group; with ``--json`` a wrong use is one object on standard output as well."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        """Runs the command line and exits."""
        given = list(sys.argv[1:] if args is None else args)
        more["standalone_mode"] = False
        try:
            done = super().main(given, *rest, **more)
        except click.ClickException as error:
            error.show()
            if "--json" in given:
                facts = {"error": "WrongUse", "en": error.format_message(), "zh": "用法有误，参见 --help"}
                click.echo(json.dumps(facts, ensure_ascii=False))
            sys.exit(error.exit_code)
        except click.Abort:
            if "--json" in given:
                facts = {
                    "error": "Aborted",
                    "en": "not confirmed, nothing was done",
                    "zh": "未确认，未作任何处理",
                }
                click.echo(json.dumps(facts, ensure_ascii=False))
            sys.exit(130)
        sys.exit(done if isinstance(done, int) else 0)


@click.group(cls=Cli, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object. 以 JSON 输出。")
@click.option(
    "--data", type=click.Path(path_type=Path), help="Folder of database, keys and files. 数据目录。"
)
@click.option("--schema", help="The division's PostgreSQL schema. 师市对应的模式名。")
@click.version_option(package_name="assistance-ledger", help="Show the version and exit. 显示版本。")
@click.pass_context
def main(context: click.Context, as_json: bool, data: Path | None, schema: str | None) -> None:
    """One assistance chain per household 一户（人）一条救助链: the sealed ledger of a division.

    Settings come from the environment: DATABASE_URL (any PostgreSQL >= 15; an embedded one when
    not set), ASSISTANCE_DATA, ASSISTANCE_SCHEMA, ASSISTANCE_HOST, ASSISTANCE_PORT.

    Exit codes 退出码: 0 done 完成; 1 refused or differences found 不予办理或发现差异; 2 wrong use 用法有误;
    3 database, port or folder not reachable 数据库、端口或目录不可用.
    """
    given: dict[str, Any] = {"data": data, "schema_name": schema}
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        told = "; ".join(f"{e['loc'][0] if e['loc'] else 'settings'}: {e['msg']}" for e in error.errors())
        raise click.UsageError(f"{told} 设置无效") from None
    # A host that never answers must not hang a clerk's terminal.
    os.environ.setdefault("PGCONNECT_TIMEOUT", "10")
    context.obj = App(settings, as_json)


def _json_flag(context: click.Context, _: click.Parameter, value: bool) -> None:
    app = context.find_object(App)
    if value and app is not None:
        app.as_json = True


def _complete(command: click.Command) -> click.Command:
    """The command, its own commands included: ``--json`` after its name too, and both languages where it is listed."""
    told = re.split(r"(?<=\.)\s|(?<=。)", (command.help or "").split("\n\n")[0].replace("\n", " "))
    chinese = [part.strip() for part in told if re.search("[一-鿿]", part)]
    command.short_help = " ".join([told[0], *chinese[-1:]])
    if isinstance(command, click.Group):
        for child in command.commands.values():
            _complete(child)
    else:
        flag = click.Option(
            ["--json"], is_flag=True, expose_value=False, is_eager=True, callback=_json_flag,
            help="Answer with one JSON object. 以 JSON 输出。",
        )  # fmt: skip
        command.params.append(flag)
    return command


for _command in (*SERVE, *LOG, *KEEPING, *ROSTER, *REPORTS, *MONEY, *LISTS):
    main.add_command(_complete(_command))
