"""Saying what one sees: the words of a button or of a choice on the screen in front do what pressing them does.

Only a whole utterance counts, compared by sound. Of a label with a comma each part will do: 插好了，读一下 is meant by
读一下 as well.
"""

from __future__ import annotations

import re

from dialog.commands import sound
from dialog.events import Key
from dialog.screens import Button, Choice, Screen

_PARTS = re.compile(r"[，、；]")


def seen(screen: Screen | None, text: str) -> Key | Choice | None:
    """The button's key or the choice whose label ``text`` is, or None when it is none of them or not the only one."""
    heard = sound(text)
    if screen is None or not heard:
        return None
    buttons: tuple[Button, ...] = getattr(screen, "buttons", ())
    keys = {button.key for button in buttons if heard in _sounds(button.label)}
    if len(keys) == 1:
        return keys.pop()
    listed = [choice for name in ("choices", "services", "modules") for choice in getattr(screen, name, ())]
    off = getattr(screen, "off", ())
    named = [choice for choice in listed if heard == sound(choice.label) and choice.id not in off]
    return named[0] if len(named) == 1 else None


def _sounds(label: str) -> set[str]:
    return {sound(part) for part in (label, *_PARTS.split(label)) if part}
