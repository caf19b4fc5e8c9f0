"""What every command is given and how it answers: settings, one JSON object or text, failures in words."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import click
from rich.console import Console

from assistance.cli_failures import REFUSED, UNREACHABLE, WRONG_USE, Failure, failure_of
from assistance.settings import Settings
from assistance.signals import Interrupted, stoppable
from assistance.wiring import Division, Log, division, log

__all__ = ["REFUSED", "UNREACHABLE", "WRONG_USE", "App", "guarded", "pass_app"]


@dataclass
class App:
    """What every command is given: settings, and how it answers."""

    settings: Settings
    as_json: bool = False
    console: Console = field(default_factory=lambda: Console(stderr=True))

    @contextlib.contextmanager
    def division(self, *, create: bool = False) -> Iterator[Division]:
        """The division with its keys. Raises ``NoDivision`` unless it exists or may be made."""
        with division(self.settings, create=create) as opened:
            yield opened

    @contextlib.contextmanager
    def log(self) -> Iterator[Log]:
        """The division's log and views without any key: enough to verify, project, rebuild and back up."""
        with log(self.settings) as opened:
            yield opened

    def say(self, facts: dict[str, Any], text: str) -> None:
        """One answer: `facts` as one JSON object with ``--json``, `text` for people otherwise."""
        click.echo(json.dumps(facts, ensure_ascii=False, default=str) if self.as_json else text)

    def fail(self, failure: Failure) -> None:
        """Says what went wrong: to people on standard error, with ``--json`` as the one object on standard output."""
        if self.as_json:
            click.echo(json.dumps(failure.facts, ensure_ascii=False, default=str))
        else:
            click.echo(failure.text, err=True)


pass_app = click.make_pass_decorator(App)


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turns refusals, faulty files and unreachable databases into clear words and an exit code, never a traceback."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        app = click.get_current_context().find_object(App)
        assert app is not None
        try:
            with stoppable():
                return function(*args, **kwargs)
        except click.ClickException:
            raise
        except (Exception, Interrupted) as error:
            failure = failure_of(error)
            if failure is None:
                raise
            app.fail(failure)
            sys.exit(failure.exit_code)

    return call
