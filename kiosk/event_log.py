"""The event log: only catalogued events with numbers and closed words, one JSON line each, in two files at most.

The catalogue is ``kiosk/events.toml``; ``python -m kiosk.event_log`` makes the constants of ``kiosk/event_ids.py`` and
docs/events.md from it. A field or word that is not in the catalogue is a mistake of the program and raises, so that a
test finds it before a citizen's words are written down.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import msgspec

from kiosk.event_ids import EventId

LARGEST = 1_000_000
"""Bytes of one log file; the one before it is kept."""

Value = str | int | float | bool


class NotInCatalogueError(ValueError):
    """A field of an event, or its word, is not in the catalogue. Names the event and field, not the value."""


class EventKind(msgspec.Struct, frozen=True):
    """``fields``: name -> the words it may be, or empty for a number. ``outcome`` is fixed unless it is a field."""

    id: str
    message: str
    outcome: str
    fields: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def catalogue() -> dict[str, EventKind]:
    """Every event there is, by id."""
    raw = tomllib.loads((Path(__file__).parent / "events.toml").read_text(encoding="utf-8"))
    kinds = {}
    for name, entry in raw.items():
        outcome = entry.pop("outcome", "")
        message = entry.pop("message")
        fields = {field: () if words == "number" else tuple(words) for field, words in entry.items()}
        if isinstance(outcome, list):
            fields["outcome"], outcome = tuple(outcome), ""
        kinds[name] = EventKind(name, message, outcome, fields)
    return kinds


def checked(event: EventId, values: dict[str, Value]) -> dict[str, Value]:
    """``values`` with the event's id and outcome. Raises NotInCatalogueError."""
    kind = catalogue()[event]
    for name, value in values.items():
        words = kind.fields.get(name)
        if words is None:
            raise NotInCatalogueError(f"the event {event} has no field {name}")
        fits = value in words if words else isinstance(value, int | float)
        if not fits:
            raise NotInCatalogueError(f"the field {name} of the event {event} has a value that is not in the catalogue")
    return {"event": event, **({"outcome": kind.outcome} if kind.outcome else {}), **values}


class EventLog:
    """Writes to ``folder/kiosk-events.jsonl``. ``now`` gives the time of day. A disk that is full loses events only."""

    def __init__(self, folder: Path, now: Callable[[], dt.datetime]) -> None:
        self._path = folder / "kiosk-events.jsonl"
        self._now = now

    def note(self, event: EventId, **values: Value) -> None:
        entry = {"time": self._now().isoformat(timespec="milliseconds"), **checked(event, values)}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > LARGEST:
                self._path.replace(self._path.with_suffix(".1.jsonl"))
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(entry) + b"\n")
        except OSError:
            return


def constants() -> str:
    """kiosk/event_ids.py."""
    lines = [
        '"""The events of kiosk/events.toml as constants. Made by ``python -m kiosk.event_log``, not by hand."""',
        "",
        "from __future__ import annotations",
        "",
        "from enum import StrEnum",
        "",
        "",
        "class EventId(StrEnum):",
        '    """Everything the kiosk may note."""',
        "",
    ]
    for kind in catalogue().values():
        lines += [f'    {kind.id.upper().replace("-", "_")} = "{kind.id}"', f'    """{kind.message}"""', ""]
    return "\n".join(lines)


def manual() -> str:
    """docs/events.md."""
    lines = [
        "# Events of the kiosk",
        "",
        "Made from kiosk/events.toml by `python -m kiosk.event_log`. Each is one line of JSON, with its time, in",
        "`logs/kiosk-events.jsonl` below the home folder. Values are numbers and the words listed here; nothing a",
        "citizen says, types or shows is ever among them.",
        "",
        "| event | outcome | fields | message |",
        "|---|---|---|---|",
    ]
    for kind in catalogue().values():
        outcome = kind.outcome or " / ".join(kind.fields.get("outcome", ())) or "-"
        fields = [
            f"{name}: {' / '.join(words) or 'number'}" for name, words in kind.fields.items() if name != "outcome"
        ]
        lines.append(f"| {kind.id} | {outcome} | {'; '.join(fields) or '-'} | {kind.message} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    here = Path(__file__).parent
    (here / "event_ids.py").write_text(constants(), encoding="utf-8")
    (here.parent / "docs" / "events.md").write_text(manual(), encoding="utf-8")
