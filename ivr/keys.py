"""What a pressed key means: always 0 a person, * back, # skip; 1 to 4 as the present question offers them.

ISO/IEC 13714: at most four commands besides those; function before key; keys ascending without gaps.
"""

from __future__ import annotations

from collections.abc import Callable

from dialog.acts import Ask
from dialog.events import Chosen, Event, Key, Pressed

MOST = 4
"""Keys spoken at a time."""

MOST_CHOICES = 5
"""Choices that can be pressed: four and "none of these"; a longer list is for touching, not for pressing."""

# 0, * and # stand for the keys that have no name here. The name of each is a prompt, key.materials and so on.
NAMED = (
    Key.MATERIALS,
    Key.REPEAT,
    Key.SLOWER,
    Key.FASTER,
    Key.LOUDER,
    Key.QUIETER,
    Key.MORE,
    Key.FINISH,
    Key.YES,
    Key.NO,
    Key.STAY,
    Key.NEXT,
    Key.CORRECT,
    Key.CANCEL,
    Key.RECORD,
    Key.SERVICES,
    Key.CONTINUE,
    Key.RESUME,
)
_NUMERALS = "零一二三四"


def meaning(key: str, ask: Ask) -> Event | None:
    """The event of ``key`` while ``ask`` is open; None when it means nothing now (# skips what is being said)."""
    match key:
        case "0":
            return Pressed(Key.HUMAN)
        case "*":
            return Pressed(Key.BACK)
        case "#":
            skip = next((meant for meant in (Key.SKIP, Key.NEXT) if meant in ask.keys), None)
            return Pressed(skip) if skip is not None else None
    if len(key) != 1 or not key.isdigit():
        return None
    choices = pressable_choices(ask)
    if choices:
        return Chosen(choices[key]) if key in choices else None
    number = int(key)
    numbered = pressable_keys(ask)
    return Pressed(numbered[number - 1]) if number <= len(numbered) else None


def pressable_choices(ask: Ask) -> dict[str, str]:
    """digit -> choice id. Choices whose ids are digits (a rating) keep them; others are numbered from 1."""
    if not 0 < len(ask.choices) <= MOST_CHOICES:
        return {}
    ids = [choice.id for choice in ask.choices]
    if all(len(choice) == 1 and choice.isdigit() for choice in ids):
        return {choice: choice for choice in ids}
    return {str(number): choice for number, choice in enumerate(ids, start=1)}


def pressable_keys(ask: Ask) -> tuple[Key, ...]:
    """The keys with digits 1.. in order; yes and no are always 1 and 2."""
    first = tuple(key for key in (Key.YES, Key.NO) if key in ask.keys)
    others = tuple(key for key in ask.keys if key in NAMED and key not in first)
    return (*first, *others)[:MOST]


def spoken(ask: Ask, prompt: Callable[[str], str]) -> str:
    """The sentences that name the keys of ``ask`` in the words of ``prompt``, or "" where it has none of its own."""
    if pressable_choices(ask):
        return ""
    keys = enumerate(pressable_keys(ask), start=1)
    return "".join(prompt(f"key.{key.name.lower()}").format(key=_NUMERALS[number]) for number, key in keys)
