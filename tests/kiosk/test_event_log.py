"""Only catalogued events are written, with numbers and closed words; the manual is the catalogue's."""

from __future__ import annotations

import ast
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk import event_log
from kiosk.event_ids import EventId
from kiosk.event_log import EventLog, NotInCatalogueError, catalogue, checked, constants, manual

ROOT = Path(__file__).resolve().parents[2]
NOW = dt.datetime(2026, 11, 22, 9, 30)


NOTING = [
    *(ROOT / "kiosk").rglob("*.py"),
    *(ROOT / "bianmin").glob("kiosk_*.py"),
    *(ROOT / "bianmin" / "errands").glob("*.py"),
    ROOT / "bianmin" / "cli" / "kiosk.py",
]
"""Where the program notes events."""


def noted() -> dict[str, set[str]]:
    """Event id -> field names of every ``note(...)`` call in the program."""
    found: dict[str, set[str]] = {}
    for path in NOTING:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "note":
                event = node.args[0]
                assert isinstance(event, ast.Attribute), f"{path.name}: an event is written out, never computed"
                fields = found.setdefault(EventId[event.attr].value, set())
                fields.update(keyword.arg or "**" for keyword in node.keywords)
    return found


def test_every_event_of_the_program_is_in_the_catalogue_and_the_other_way_round() -> None:
    program = noted()
    assert set(program) == set(catalogue())
    for event, fields in program.items():
        assert fields == set(catalogue()[event].fields), event


def test_no_field_can_hold_a_text() -> None:
    for kind in catalogue().values():
        for field, words in kind.fields.items():
            assert all(word.isascii() and " " not in word for word in words), (kind.id, field)
    with pytest.raises(NotInCatalogueError):
        checked(EventId.SESSION_ENDED, {"reason": "王秀兰，身份证号"})
    with pytest.raises(NotInCatalogueError):
        checked(EventId.RATED, {"stars": "五"})


def test_a_field_that_is_not_in_the_catalogue_raises_without_its_value() -> None:
    with pytest.raises(NotInCatalogueError, match="heard") as refused:
        checked(EventId.RATED, {"heard": "王秀兰"})
    assert "王秀兰" not in str(refused.value)


def test_one_json_line_each(tmp_path: Path) -> None:
    log = EventLog(tmp_path, lambda: NOW)
    log.note(EventId.SESSION_STARTED)
    log.note(EventId.ERRAND_ENDED, kind="print", outcome="unknown")
    lines = [json.loads(line) for line in (tmp_path / "kiosk-events.jsonl").read_text().splitlines()]
    assert lines == [
        {"time": "2026-11-22T09:30:00.000", "event": "session-started"},
        {"time": "2026-11-22T09:30:00.000", "event": "errand-ended", "kind": "print", "outcome": "unknown"},
    ]


def test_the_log_does_not_grow_without_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "LARGEST", 200)
    log = EventLog(tmp_path, lambda: NOW)
    for _ in range(50):
        log.note(EventId.SESSION_STARTED)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 1000
    assert len(list(tmp_path.iterdir())) == 2


def test_a_full_disk_loses_events_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    EventLog(tmp_path / "file", lambda: NOW).note(EventId.SESSION_STARTED)


@pytest.mark.parametrize(("path", "made"), [("kiosk/event_ids.py", constants), ("docs/events.md", manual)])
def test_what_is_made_of_the_catalogue_is_up_to_date(path: str, made: Callable[[], str]) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == made(), "run: python -m kiosk.event_log"
