"""The house itself: how long things may be, what must be said, what must not be missing."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest

import ledger
from ledger.kernel import EVENT_TYPES, Fen, Refused

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = [ROOT / "src", ROOT / "projections"]
LONGEST_FUNCTION = 70
LONGEST_FILE = 400


def sources() -> list[Path]:
    return sorted(path for folder in PACKAGES for path in folder.rglob("*.py"))


def import_everything() -> None:
    for package in (ledger, importlib.import_module("projections"), importlib.import_module("graphql_api")):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_function_is_longer_than_seventy_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {(node.end_lineno or 0) - node.lineno + 1}"
        for path in sources()
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*sources(), *(ROOT / "projections").rglob("*.sql"), *(ROOT / "src").rglob("*.sql")]
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_every_public_module_class_and_function_of_the_ledger_says_what_it_is() -> None:
    silent = []
    for path in sorted((ROOT / "src" / "ledger").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.name != "__init__.py" and ast.get_docstring(tree) is None:
            silent.append(str(path.relative_to(ROOT)))
        silent += [
            f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
            for node in tree.body
            if isinstance(node, ast.ClassDef | ast.FunctionDef)
            and not node.name.startswith("_")
            and ast.get_docstring(node) is None
        ]
    assert silent == []


def test_every_event_has_a_title_in_both_languages() -> None:
    import_everything()
    assert len(EVENT_TYPES) > 30
    for name, cls in EVENT_TYPES.items():
        chinese, english = cls.TITLE
        assert re.search(r"[一-鿿]", chinese), name
        assert english, name


def all_refusals(cls: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for child in cls.__subclasses__():
        yield child
        yield from all_refusals(child)


def test_every_refusal_says_its_rule_in_both_languages() -> None:
    import_everything()
    refusals = list(all_refusals())
    assert len(refusals) > 20
    for cls in refusals:
        refusal = cls()
        assert "\n" not in refusal.english, cls
        assert not re.search(r"[一-鿿]", refusal.english.split("{")[0]), cls
        assert re.search(r"[一-鿿]", refusal.chinese), cls


def names_used(path: Path) -> set[str]:
    """Names a file uses; to import a name is not to use it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_every_refusal_is_claimed_by_a_test() -> None:
    import_everything()
    used = set().union(*(names_used(p) for p in (ROOT / "tests").rglob("*.py") if p != Path(__file__)))
    ours = [
        cls
        for cls in all_refusals()
        if cls.__module__.split(".")[0] in ("ledger", "assistance", "graphql_api")
    ]
    assert len(ours) > 50
    assert [cls.__name__ for cls in ours if cls.__name__ not in used] == []


def test_no_area_of_the_ledger_knows_a_float() -> None:
    """No float, no true division, no rounding of the language's own. (The store waits in seconds; it knows no money.)"""
    areas = [p for p in sorted((ROOT / "src" / "ledger").rglob("*.py")) if p.parent.name != "store"]
    assert len(areas) > 30
    found = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        for path in areas
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id in ("float", "Decimal", "round"))
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))
    ]
    assert found == []


def test_nothing_is_guarded_by_an_assertion() -> None:
    """``python -O`` takes assertions out: they may state what is so, never decide who may do what."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
        and any(
            isinstance(n, ast.Attribute) and n.attr in ("viewer", "require", "scope")
            for n in ast.walk(node.test)
        )
    ]
    assert found == []


def test_every_amount_in_an_event_is_typed_as_whole_fen() -> None:
    import_everything()
    structs = [*EVENT_TYPES.values(), *nested_structs()]
    amounts = [
        (cls.__name__, name, hint)
        for cls in structs
        for name, hint in get_type_hints(cls).items()
        if name.endswith("_fen") and name in cls.__struct_fields__
    ]
    assert len(amounts) > 15
    assert [a for a in amounts if a[2] is not Fen and a[2] != Fen | None] == []
    floats = [
        (cls.__name__, name)
        for cls in structs
        for name, hint in get_type_hints(cls).items()
        if name in cls.__struct_fields__ and (hint is float or float in get_args(hint))
    ]
    assert floats == []


def nested_structs() -> Iterator[type[msgspec.Struct]]:
    """The structs events are made of."""
    for name, module in list(sys.modules.items()):
        if re.fullmatch(r"ledger\.\w+\.\w*events\w*", name):
            for item in vars(module).values():
                if (
                    isinstance(item, type)
                    and issubclass(item, msgspec.Struct)
                    and item not in EVENT_TYPES.values()
                ):
                    yield item


def test_every_event_is_projected_or_listed_as_deliberately_not() -> None:
    import_everything()
    from projections.definition import views

    # The event index lists every event: to be in it is not to be projected.
    projected = frozenset[str]().union(*(v.types for name, v in views().items() if name != "event_index"))
    deliberately_not = {
        "PersonalDataRead",  # lives in the log of readings only
        "PersonalDataErased",  # as well
        "CategoryDefined",  # asked from the log itself
        "ProgrammeDefined",  # as well
        "FormDefined",  # as well
        "ExclusionDefined",  # as well
        "StandardSet",  # decisions read it from the log; the event index lists it
        "RosterImported",  # closes an import; the event index lists it
    }
    ours = {name for name, cls in EVENT_TYPES.items() if cls.__module__.startswith("ledger.")}
    assert ours - projected == deliberately_not


def test_every_view_has_its_tables_and_columns_in_the_architecture() -> None:
    from projections.definition import views

    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    differing = {}
    for view in views().values():
        for table, body in re.findall(
            r"CREATE TABLE \{(\w+)\} \((.*?)^\)", "\n".join(view.create), re.S | re.M
        ):
            words = [line.split()[0] for line in body.splitlines() if line.strip()]
            columns = [w for w in words if w.islower() and not w.startswith("--")]
            found = re.search(rf"`{table}\(((?:[^()]|\([^()]*\))*)\)", text)
            listed = re.sub(r"\([^()]*\)", "", found[1]) if found else ""
            parts = [part.strip() for part in listed.split(",")]
            said = [part.split()[0] for part in parts if part and not part.startswith("pk")]
            if said != columns:
                differing[table] = ", ".join(columns)
    assert differing == {}


def test_every_block_of_sql_says_what_it_does() -> None:
    silent = []
    for path in (ROOT / "projections").rglob("*.sql"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if re.match(r"^-- (create|on|fold|index)\b.*--\s*$", line):
                following = lines[number + 1] if number + 1 < len(lines) else ""
                if not following.startswith("-- "):
                    silent.append(f"{path.name}:{number + 1}")
    assert silent == []


@pytest.mark.parametrize("word", ["dibao", "tekun"])
def test_every_pinyin_name_in_the_code_is_in_the_glossary(word: str) -> None:
    glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| {word} \|", glossary, re.MULTILINE)


def test_the_rooms_keep_their_order() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_file_names_a_package_registry() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    if tracked.returncode != 0:
        pytest.skip("not a git checkout")
    parts = [("pypi", "org"), ("files", "pythonhosted"), ("registry", "npmjs"), ("deb", "debian")]
    hosts = re.compile("|".join(re.escape(".".join(part)) for part in parts), re.IGNORECASE)
    found = []
    for name in tracked.stdout.split("\0"):
        path = ROOT / name
        if (
            not name
            or path == Path(__file__)
            or not path.is_file()
            or path.suffix in {".xlsx", ".js", ".css"}
        ):
            continue
        if hosts.search(path.read_text(encoding="utf-8", errors="ignore")):
            found.append(name)
    assert found == []


def test_the_compose_file_follows_the_compose_specification() -> None:
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("check-jsonschema")),
            "--builtin-schema",
            "vendor.compose-spec",
            str(ROOT / "docker-compose.yml"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def decisions() -> list[Path]:
    return sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))


def test_every_decision_has_its_four_parts_and_is_linked_from_the_index() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    assert len(decisions()) >= 11
    for number, path in enumerate(decisions(), 1):
        text = path.read_text(encoding="utf-8")
        assert re.fullmatch(rf"{number:04d}-[a-z0-9-]+\.md", path.name), path.name
        assert text.startswith(f"# {number}. "), path.name
        parts = re.findall(r"^## (.+)\n(.+)", text, re.MULTILINE)
        assert [name for name, _ in parts] == ["Context", "Decision", "Consequences", "Figures"], path.name
        assert f"]({path.name})" in index, path.name


def test_every_file_and_module_a_decision_names_is_there() -> None:
    missing = []
    for path in decisions():
        for name in re.findall(
            r"`((?:ledger|assistance|projections|graphql_api)\.[a-z_.]+[a-z])",
            path.read_text(encoding="utf-8"),
        ):
            parts = name.split(".")
            roots = [ROOT / "src", ROOT]
            if not any(
                r.joinpath(*parts).with_suffix(".py").exists() or r.joinpath(*parts).is_dir() for r in roots
            ):
                missing.append(f"{path.name}: {name}")
        missing += [
            f"{path.name}: {name}"
            for name in re.findall(r"`(tests/[\w/.]+)`", path.read_text(encoding="utf-8"))
            if not (ROOT / name).exists()
        ]
    assert missing == []


def test_the_chart_of_accounts_names_every_account_that_is_posted_to() -> None:
    sql = (ROOT / "projections" / "views" / "postings.sql").read_text(encoding="utf-8")
    chart = (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")
    posted = set(re.findall(r"'((?:assets|sources|allocated|expenses):\w+)'", sql))
    assert len(posted) == 6
    assert set(re.findall(r"^\| `([a-z]+:[a-z]+)` \|", chart, re.MULTILINE)) == posted
    for event in re.findall(r"^-- on (.+) --$", sql, re.MULTILINE)[0].split(", "):
        assert f"| `{event}`" in chart


def test_every_document_that_is_pointed_to_is_there() -> None:
    documents = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "GLOSSARY.md")]
    documents += [*(ROOT / "docs").rglob("*.md"), ROOT / "examples" / "README.md"]
    missing = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in documents
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    missing += [
        f"{path.relative_to(ROOT)}: {target}"
        for path in [*sources(), *(ROOT / "projections").rglob("*.sql")]
        for target in re.findall(r"\bdocs/[\w./-]+\.md\b", path.read_text(encoding="utf-8"))
        if not (ROOT / target).exists()
    ]
    assert missing == []


def test_every_command_the_readme_names_is_one() -> None:
    import click

    from assistance.cli import main

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"(?:`|^|bin/|&& )assistance ((?:(?:payments|import) )?[a-z]+)", text, re.MULTILINE)
    assert len(named) > 10
    for words in named:
        command: click.Command = main
        for word in words.split():
            assert isinstance(command, click.Group), words
            assert word in command.commands, words
            command = command.commands[word]


def test_every_command_of_the_compose_file_and_the_image_is_understood() -> None:
    import json

    from click.testing import CliRunner

    from assistance.cli import main

    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    found = re.findall(r"^    command: (\[.*\])$", compose, re.MULTILINE) + re.findall(
        r"^CMD (\[.*\])$", image, re.MULTILINE
    )
    found += [
        json.dumps(json.loads(t)[2:]) for t in re.findall(r'test: (\["CMD", "assistance".*\])', compose)
    ]
    commands = [words for text in found if (words := json.loads(text))[0] != "postgres"]
    assert sorted(words[0] for words in commands) == ["lag", "migrate", "project", "serve", "serve"]
    for words in commands:
        told = CliRunner().invoke(main, [*words, "--help"])
        assert told.exit_code == 0, told.output


@pytest.mark.parametrize(
    ("failing", "code", "ran"), [("lint", 2, "lint"), ("test", 2, "lint test"), ("", 0, "lint test")]
)
def test_the_continuous_check_fails_with_lint_and_ends_with_the_suites_last_line(
    tmp_path: Path, failing: str, code: int, ran: str
) -> None:
    import os

    make = tmp_path / "make"
    make.write_text(
        f'#!/bin/sh\necho "$1" >> {tmp_path}/ran\necho "== last line of $1 =="\n[ "$1" != "{failing}" ] || exit 2\n'
    )
    make.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [ROOT / ".ci" / "run"], env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, (tmp_path / "ran").read_text().split()) == (code, ran.split())
    assert done.stdout.splitlines()[-1] == f"== last line of {ran.split()[-1]} =="
