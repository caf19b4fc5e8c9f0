"""The command line: ``assistance``. Exit codes: 0 done, 1 refused or differences found, 2 wrong use, 3 not reachable."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

import click
import psycopg
from pydantic import ValidationError
from rich.console import Console

from assistance.settings import Settings
from assistance.wiring import Division, division
from ledger.kernel import Refused

REFUSED = 1
UNREACHABLE = 3


@dataclass
class App:
    """What every command is given: settings, and how it answers."""

    settings: Settings
    as_json: bool = False
    console: Console = field(default_factory=lambda: Console(stderr=True))

    @contextlib.contextmanager
    def division(self) -> Iterator[Division]:
        with division(self.settings) as opened:
            yield opened

    def say(self, facts: dict[str, Any], text: str) -> None:
        """One answer: `facts` as one JSON object with ``--json``, `text` for people otherwise."""
        click.echo(json.dumps(facts, ensure_ascii=False, default=str) if self.as_json else text)


pass_app = click.make_pass_decorator(App)


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turns refusals and unreachable databases into one clear line and an exit code."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        app = click.get_current_context().find_object(App)
        try:
            return function(*args, **kwargs)
        except Refused as refusal:
            facts = {
                "refused": refusal.code,
                "en": refusal.english,
                "zh": refusal.chinese,
                "article": refusal.ARTICLE,
            }
            if app is not None and app.as_json:
                click.echo(json.dumps(facts, ensure_ascii=False))
            else:
                click.echo(
                    f"refused {refusal.code}: {refusal.english}\n不予办理：{refusal.chinese}", err=True
                )
            sys.exit(REFUSED)
        except psycopg.OperationalError as error:
            click.echo(
                f"the database cannot be reached 无法连接数据库: {str(error).strip().splitlines()[0]}",
                err=True,
            )
            sys.exit(UNREACHABLE)

    return call


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object. 以 JSON 输出。")
@click.option(
    "--data", type=click.Path(path_type=Path), help="Folder of database, keys and files. 数据目录。"
)
@click.option("--schema", help="The division's PostgreSQL schema. 师市对应的模式名。")
@click.version_option(package_name="assistance-ledger")
@click.pass_context
def main(context: click.Context, as_json: bool, data: Path | None, schema: str | None) -> None:
    """One assistance chain per household 一户（人）一条救助链: the sealed ledger of a division.

    Settings come from the environment: DATABASE_URL (any PostgreSQL >= 15; an embedded one when
    not set), ASSISTANCE_DATA, ASSISTANCE_SCHEMA, ASSISTANCE_HOST, ASSISTANCE_PORT.
    """
    given: dict[str, Any] = {"data": data, "schema_name": schema}
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise click.UsageError("; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors())) from None
    context.obj = App(settings, as_json)


def _add_commands() -> None:
    # Imported here: these modules need the group's helpers above.
    from assistance.cli_log import COMMANDS as LOG
    from assistance.cli_money import COMMANDS as MONEY
    from assistance.cli_serve import COMMANDS as SERVE

    for command in (*SERVE, *LOG, *MONEY):
        main.add_command(command)


_add_commands()
