"""The script of a simulator: which fault comes when, and for how long.

::

    faults:
      - {fault: paper_low}
      - {fault: paper_out, after_lines: 12, seconds: 10}
      - {fault: unplugged, after_cuts: 2, seconds: 3}
      - {fault: mute, after_seconds: 60}
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta


class Fault(StrEnum):
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER_JAM = "cutter_jam"
    OVERHEATED = "overheated"
    OFFLINE = "offline"
    MUTE = "mute"
    SLOW = "slow"
    GARBAGE = "garbage"
    UNPLUGGED = "unplugged"


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault begins when all of its ``after_`` counts are reached and ends after ``seconds`` (None: never)."""

    fault: Fault
    after_lines: Annotated[int, Meta(ge=0)] = 0
    after_cuts: Annotated[int, Meta(ge=0)] = 0
    after_bytes: Annotated[int, Meta(ge=0)] = 0
    after_seconds: Annotated[float, Meta(ge=0)] = 0.0
    seconds: float | None = None


_EXAMPLE = "faults: [{fault: paper_out, after_lines: 12, seconds: 10}]"


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    faults: tuple[Event, ...] = ()


class ScriptError(ValueError):
    """The script cannot be read; the text says where."""


def load(path: Path) -> Script:
    """Read a script from YAML. Raises ``ScriptError``."""
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=Script)
    except OSError as error:
        raise ScriptError(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ScriptError(f"{path}: {' '.join(str(error).split())}; write it as {_EXAMPLE}") from error
