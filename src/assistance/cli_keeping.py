"""Commands about what is kept and what is not: backup, restore, erase."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from assistance.cli_app import App, guarded, pass_app
from assistance.cli_parts import actor_of, at_organisation, operator
from assistance.wiring import postgres
from ledger.kernel import Role

folder_argument = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.command()
@folder_argument
@pass_app
@guarded
def backup(app: App, folder: Path) -> None:
    """Write log, vault and the log of readings to the new FOLDER. The key files are yours to keep apart. 备份。"""
    from assistance.erasures import erased_in, note
    from ledger.store.backup import backup as run

    erasures = app.settings.erasures_file
    with app.log() as opened, app.console.status("backing up 备份中…"):
        manifests = {
            part: run(database, folder / part)
            for part, database in (("division", opened.database), ("readings", opened.readings))
        }
        listed = note(erasures, erased_in(opened.database))
    text = (
        f"backed up {manifests['division']['size']} events to {folder} 已备份\n"
        f"keep {app.settings.division_key_file.parent} too, apart from it 密钥目录请另行妥善保存\n"
        f"{listed} erasure(s) in {erasures.name} there: restoring needs them 销毁清单共 {listed} 条，恢复时须用"
    )
    app.say({"folder": str(folder), "manifests": manifests, "erasures": listed}, text)


@click.command()
@folder_argument
@click.option(
    "--erased", "lists", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A list of erasures (erased.txt), beside the one that lies with the keys; may be repeated."
    " 销毁清单文件，可多次给出；密钥目录中的清单总会使用。",
)  # fmt: skip
@pass_app
@guarded
def restore(app: App, folder: Path, lists: tuple[Path, ...]) -> None:
    """Restore FOLDER into an empty schema and verify it. Views are built anew afterwards. 恢复。

    Who was erased after the backup was made is erased again: by keys/erased.txt, and by every --erased.
    备份之后销毁的个人信息将再次销毁。
    """
    from assistance.erasures import read_list
    from ledger.store.backup import restore as run

    kept = app.settings.erasures_file
    paths = [*([kept] if kept.exists() else []), *lists]
    erased = list(dict.fromkeys(subject for path in paths for subject in read_list(path)))
    if not paths:
        app.console.print(
            f"no list of erasures: {kept} is not there and --erased was not given; whoever was erased after this backup"
            " was made can be read again 未找到销毁清单，备份之后销毁的个人信息将可再次读取",
            style="yellow",
        )
    parts = (("division", app.settings.schema_name), ("readings", app.settings.readings_schema))
    with postgres(app.settings) as url, app.console.status("restoring 恢复中…"):
        manifests = {part: run(folder / part, url, schema, erased=erased) for part, schema in parts}
    again = manifests["division"]["erased_again"]
    text = (
        f"restored and verified {manifests['division']['size']} events 已恢复并校验\n"
        f"erased again 再次销毁: {again} of {len(erased)} listed 清单共 {len(erased)} 条\nnow: assistance rebuild"
    )
    app.say({"manifests": manifests, "erased_again": again, "erasures": len(erased)}, text)


@click.command()
@click.argument("subjects", nargs=-1, required=True, metavar="SUBJECT...")
@operator
@at_organisation
@click.option("--document", required=True, help="The document that orders it. 依据文号。")
@click.option("--yes", is_flag=True, help="Do not ask. 不再询问。")
@pass_app
@guarded
def erase(
    app: App, subjects: tuple[str, ...], operator: str, organisation: str, document: str, yes: bool
) -> None:
    """Make the personal data of people (person:ID) and households (household:ID) unreadable for ever. 销毁个人信息。

    For the end of the statutory period. What was decided and paid stays, and every proof still holds; names, numbers,
    addresses and accounts never come back, from a restored backup neither. The list of erasures lies with the keys.
    """
    from assistance.erasures import erase as run

    if not yes:
        click.confirm("This can never be undone. Go on? 销毁后无法恢复，是否继续？", abort=True, err=True)
    with app.division() as division:
        actor = actor_of(operator, organisation, Role.ADMIN)
        left = run(division, subjects, document, actor, datetime.now(UTC))
    text = f"erased 已销毁 {len(left)}, erased before 此前已销毁 {len(set(subjects)) - len(left)}"
    app.say({"erased": left, "listed_in": str(app.settings.erasures_file)}, text)


COMMANDS = [backup, restore, erase]
