"""Commands that serve: run (set up, load the demo the first time, serve), serve, demo, token."""

from __future__ import annotations

from pathlib import Path

import click

from assistance.cli import App, guarded, pass_app
from ledger.kernel import Role

EXAMPLES = Path("examples")


def _bind(function: click.decorators.FC) -> click.decorators.FC:
    function = click.option("--host", help="Address to serve on. 监听地址。")(function)
    return click.option("--port", type=click.IntRange(1, 65535), help="Port to serve on. 端口。")(function)


@click.command()
@_bind
@click.option("--examples", type=click.Path(path_type=Path), default=EXAMPLES, show_default=True)
@pass_app
@guarded
def run(app: App, host: str | None, port: int | None, examples: Path) -> None:
    """Load the demo division the first time, then serve the API until Ctrl-C. 一键运行。"""
    from assistance import demo, serving

    with app.division() as division:
        demo.load(division, examples, app.console)
        serving.greet(division, app.console, host or app.settings.host, port or app.settings.port)
        serving.serve(division, host or app.settings.host, port or app.settings.port, with_runner=True)


@click.command()
@_bind
@click.option("--runner/--no-runner", default=True, help="Keep the views up to date in this process too.")
@pass_app
@guarded
def serve(app: App, host: str | None, port: int | None, runner: bool) -> None:
    """Serve the GraphQL API. 提供 GraphQL 服务。"""
    from assistance import serving

    with app.division() as division:
        serving.serve(division, host or app.settings.host, port or app.settings.port, with_runner=runner)


@click.command()
@click.option("--examples", type=click.Path(path_type=Path), default=EXAMPLES, show_default=True)
@pass_app
@guarded
def demo(app: App, examples: Path) -> None:
    """Load the demo division: rosters, applications, three paid months. Goes on where it was stopped. 加载示范数据。"""
    from assistance import demo as story

    with app.division() as division:
        facts = story.load(division, examples, app.console)
    app.say(facts, f"loaded up to position {facts['position']} 已加载至位置 {facts['position']}")


@click.command()
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="角色")
@click.option("--organisation", required=True, help="Organisation id 机构编号")
@click.option("--operator", default="operator", show_default=True, help="Who it is for 经办人")
@click.option("--hours", type=click.IntRange(1, 24 * 30), help="How long it holds 有效小时数")
@pass_app
@guarded
def token(app: App, role: str, organisation: str, operator: str, hours: int | None) -> None:
    """Print an access token for one operator. 签发访问令牌。"""
    from assistance.tokens import make_token

    made = make_token(app.settings, operator, Role(role), organisation, hours)
    app.say({"token": made}, made)


COMMANDS = [run, serve, demo, token]
