"""Commands that serve: run (set up, load the demo the first time, serve), serve, demo, token."""

from __future__ import annotations

from pathlib import Path

import click

from assistance.cli_app import App, guarded, pass_app
from assistance.signals import Interrupted
from ledger.kernel import Role

EXAMPLES = Path("examples")

examples_option = click.option(
    "--examples", type=click.Path(path_type=Path), default=EXAMPLES, show_default=True,
    help="Folder of the demo's organisations and rosters. 示范数据目录。",
)  # fmt: skip


def _bind(function: click.decorators.FC) -> click.decorators.FC:
    function = click.option("--host", help="Address to serve on. 监听地址。")(function)
    port = click.IntRange(0, 65535)
    return click.option("--port", type=port, help="Port to serve on, 0 for any free one. 端口。")(function)


def _check_examples(examples: Path) -> None:
    if not (examples / "organisations.csv").is_file():
        raise click.UsageError(
            f"{examples} holds no organisations.csv: give the folder with --examples 请用 --examples 指定示范数据目录"
        )


@click.command()
@_bind
@examples_option
@pass_app
@guarded
def run(app: App, host: str | None, port: int | None, examples: Path) -> None:
    """Load the demo division the first time, then serve the API until Ctrl-C. 一键运行。"""
    from assistance import demo, serving
    from assistance.listening import listen

    _check_examples(examples)
    address = host or app.settings.host
    try:
        # The port first: one in use is told before anything is started or loaded.
        taken = listen(address, app.settings.port if port is None else port)
        with taken, app.division(create=True) as division:
            demo.load(division, examples, app.console)
            facts = serving.greet(division, app.console, address, taken.getsockname()[1])
            if app.as_json:
                app.say(facts, "")
            serving.serve(division, taken, with_runner=True)
    except Interrupted:
        app.console.print("stopped 已停止")


@click.command()
@_bind
@click.option(
    "--runner/--no-runner", default=True, help="Keep the views up to date in this process too. 同时更新视图。"
)
@pass_app
@guarded
def serve(app: App, host: str | None, port: int | None, runner: bool) -> None:
    """Serve the GraphQL API until Ctrl-C. 提供 GraphQL 服务。"""
    from assistance import serving
    from assistance.listening import listen

    address = host or app.settings.host
    try:
        with listen(address, app.settings.port if port is None else port) as taken:
            url = serving.url_of(address, taken.getsockname()[1])
            with app.division() as division:
                app.console.print(f"{url}  (Ctrl-C stops 停止)", highlight=False)
                if app.as_json:
                    app.say({"url": url}, "")
                serving.serve(division, taken, with_runner=runner)
    except Interrupted:
        app.console.print("stopped 已停止")


@click.command()
@examples_option
@pass_app
@guarded
def demo(app: App, examples: Path) -> None:
    """Load the demo division: rosters, applications, three paid months. Goes on where it was stopped. 加载示范数据。"""
    from assistance import demo as story

    _check_examples(examples)
    with app.division(create=True) as division:
        facts = story.load(division, examples, app.console)
    app.say(facts, f"loaded up to position {facts['position']} 已加载至位置 {facts['position']}")


@click.command()
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="The role. 角色。"
)
@click.option("--organisation", required=True, help="Organisation id. 机构编号。")
@click.option("--operator", default="operator", show_default=True, help="Who it is for. 经办人。")
@click.option("--hours", type=click.IntRange(1, 24 * 30), help="How long it holds. 有效小时数。")
@pass_app
@guarded
def token(app: App, role: str, organisation: str, operator: str, hours: int | None) -> None:
    """Print an access token for one operator. 签发访问令牌。"""
    from assistance.tokens import make_token

    made = make_token(app.settings, operator, Role(role), organisation, hours)
    app.say({"token": made}, made)


COMMANDS = [run, serve, demo, token]
