"""The buttons a service offers, as controls of the glass: each key has its icon and, from the dialog, its words."""

from __future__ import annotations

from collections.abc import Sequence

from dialog.acts import Button
from dialog.events import Key
from kiosk.sheet import Look, Style

ICONS: dict[Key, str] = {
    Key.YES: "check",
    Key.NO: "cross",
    Key.SKIP: "next",
    Key.NEXT: "next",
    Key.FINISH: "check",
    Key.MORE: "question",
    Key.PRINT: "printer",
    Key.MATERIALS: "folder",
    Key.HUMAN: "person",
    Key.CANCEL: "cross",
    Key.RECORD: "mic",
    Key.CORRECT: "pencil",
    Key.TYPE: "pencil",
    Key.RESUME: "carry",
    Key.CONTINUE: "carry",
}

Action = tuple[str, str, Style, str]
"""Control, label, style, icon."""


def actions(offered: Sequence[Button], look: Look) -> list[Action]:
    """The likeliest first; the one to a person in its own colour."""
    ordered = sorted(offered, key=lambda button: not button.main)
    return [(_name(one.key), one.label, _style(one), ICONS.get(one.key, "")) for one in ordered]


def _name(key: Key) -> str:
    """人工 stands on every screen already, so a second button to it has a name of its own."""
    return "human" if key is Key.HUMAN else f"key:{key.value}"


def _style(button: Button) -> Style:
    if button.key is Key.HUMAN:
        return Style.WARM
    return Style.PRIMARY if button.main else Style.PLAIN
