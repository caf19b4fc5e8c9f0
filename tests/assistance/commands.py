"""Running the command line as an office does, on a real database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from assistance.cli import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Done:
    """What a finished command said."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, Any]:
        """The one JSON object on standard output; fails when there is anything else."""
        lines = self.out.splitlines()
        assert len(lines) == 1, self.out
        made = json.loads(lines[0])
        assert isinstance(made, dict)
        return made


@dataclass
class Office:
    """A place to give commands: a data folder, a schema, a database (the embedded one when `url` is None)."""

    data: Path
    schema: str = "division"
    url: str | None = None
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith("ASSISTANCE_")
        }
        given = {
            "ASSISTANCE_DATA": str(self.data),
            "ASSISTANCE_SCHEMA": self.schema,
            "PYTHONUTF8": "1",
            **self.more,
        }
        return {**kept, **given, **({"DATABASE_URL": self.url} if self.url else {})}

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A running command, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "assistance", *words],
            cwd=ROOT,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def process(self, *words: str, seconds: float = 120) -> Done:
        """A command run to its end as a process of its own."""
        process = self.start(*words)
        out, err = process.communicate(timeout=seconds)
        return Done(process.returncode, out, err)

    def do(self, *words: str) -> Done:
        """The same command in this process: the same code, without the second it takes to start Python."""
        unset = dict.fromkeys(
            (k for k in os.environ if k == "DATABASE_URL" or k.startswith("ASSISTANCE_")), None
        )
        told = CliRunner().invoke(main, list(words), env={**unset, **self.environment})
        if told.exception is not None and not isinstance(told.exception, SystemExit):
            raise told.exception
        return Done(told.exit_code, told.stdout, told.stderr)
