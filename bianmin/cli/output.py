"""How every command speaks: text for people, one JSON document as the last line of stdout for machines, one error line.

Exit codes: 0 done, 1 refused or failed, 2 wrong use. A command raises ``CommandError`` (or lets an error of our
packages that derives from ``UserError``-like ``Exception`` be listed in ``failures``) and never prints a traceback for
what a user can mend.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="One JSON document as the last line, for machines.")]

console = Console(highlight=False)
"""For people, on stdout."""

progress_console = Console(stderr=True, highlight=False)
"""For progress and notes, on stderr, so that stdout stays parseable."""


class CommandError(Exception):
    """What went wrong and what to do, in one line. ``code``: 1 refused or failed, 2 wrong use."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def emit(value: Any, as_json: bool, text: str | None = None) -> None:
    """Print ``value`` as one JSON line, or ``text`` (default: the value) for people."""
    if as_json:
        sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
        sys.stdout.flush()
    else:
        console.print(text if text is not None else value, markup=False, soft_wrap=True)


@contextmanager
def failures(*kinds: type[Exception]) -> Iterator[None]:
    """Turn the named errors into one clear line and exit code 1. Their text must be the sentence the user reads."""
    try:
        yield
    except CommandError:
        raise
    except kinds as error:
        raise CommandError(" ".join(str(error).split())) from error


def run(app: typer.Typer) -> None:
    """Run the command line with the house's error style."""
    try:
        app(standalone_mode=True)
    except CommandError as error:
        sys.stderr.write(f"bianmin: {error}\n")
        raise SystemExit(error.code) from None
    except KeyboardInterrupt:
        sys.stderr.write("bianmin: stopped\n")
        raise SystemExit(130) from None
