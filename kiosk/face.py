"""What a press means: ``press(view, control, ime) -> (view, intents)``, pure.

Settings, pages and typing change the view here and now; everything else becomes an intent for the engine.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec.structs import replace

from dialog.acts import AnswerScreen, ClarifyScreen, NoAnswerScreen
from dialog.events import Chosen, Event, Key, Pressed, Rated, Typed
from kiosk.ime import Ime
from kiosk.theme import Contrast, TextSize
from kiosk.view import CANDIDATES, Overlay, Typing, View

LONGEST_TEXT = 60
"""Characters a typed question may have."""


class Do(StrEnum):
    """What only the engine can do."""

    START = "start"  # someone is there
    TALK = "talk"  # listen now
    HUSH = "hush"  # stop speaking


Intent = Event | Do
Outcome = tuple[View, tuple[Intent, ...]]


class Control(msgspec.Struct, frozen=True):
    """A control's name in two halves: ``choice:item:newborn`` is kind ``choice``, value ``item:newborn``."""

    kind: str
    value: str

    @classmethod
    def parse(cls, name: str) -> Control:
        kind, _, value = name.partition(":")
        return cls(kind, value)


def press(view: View, name: str, ime: Ime | None) -> Outcome:
    """The view after ``name`` was pressed, and what the engine has to do. An unknown control changes nothing."""
    control = Control.parse(name)
    match control.kind:
        case "key":
            return _closed(view, control.value), (Pressed(Key(control.value)),)
        case "human":
            return view, (Pressed(Key.HUMAN),)
        case "choice":
            return view, (Chosen(control.value),)
        case "rate":
            return view, (Rated(int(control.value)),)
        case "start":
            return view, (Do.START,)
        case "speak":
            return view, (Do.TALK,)
        case "hush":
            return view, (Do.HUSH,)
        case "correct":
            return replace(view, typing=Typing(_heard(view))), (Pressed(Key.CORRECT),)
        case "submit":
            return _submit(view)
        case "candidate" if view.overlay is Overlay.WRITING:
            return replace(view, typing=_written(view.typing, int(control.value))), ()
        case "unstroke":
            return replace(view, typing=replace(view.typing, ink=view.typing.ink[:-1], candidates=())), ()
        case "digit":
            return replace(view, typing=_digit(view, control.value)), ()
        case "erase" if view.typing.ink:
            return replace(view, typing=replace(view.typing, ink=(), candidates=())), ()
        case "erase" if not view.typing.letters:
            return replace(view, typing=replace(view.typing, text=view.typing.text[:-1])), ()
        case "clear":
            return replace(view, typing=Typing()), ()
        case "letter" | "erase" | "candidate" | "candidates" if ime is not None:
            return replace(view, typing=_type(view.typing, control, ime)), ()
        case _:
            return _set(view, control), ()


def _closed(view: View, key: str) -> View:
    """Loudness and speed are set with the panel open; every other key leaves it."""
    stays = {Key.SLOWER, Key.FASTER, Key.LOUDER, Key.QUIETER, Key.REPEAT}
    return view if Key(key) in stays else replace(view, overlay=Overlay.NONE)


def _set(view: View, control: Control) -> View:
    match control.kind, control.value:
        case "page", "next":
            return replace(view, page=view.page + 1)
        case "page", "previous":
            return replace(view, page=max(0, view.page - 1))
        case "size", "":
            sizes = view.sizes
            return replace(view, size=sizes[(sizes.index(view.size) + 1) % len(sizes)], page=0)
        case "size", size:
            return replace(view, size=TextSize(size), page=0)
        case "contrast", contrast:
            return replace(view, contrast=Contrast(contrast))
        case "elder", "on":
            size = TextSize.LARGE if view.size is TextSize.STANDARD else view.size
            return replace(view, elder=True, size=size)
        case "elder", "off":
            return replace(view, elder=False)
        case "dark", _:
            return replace(view, dark=not view.dark, overlay=Overlay.NONE)
        case "language", _:
            return replace(view, language="en" if view.language == "zh" else "zh")
        case "settings", _:
            return replace(view, overlay=Overlay.NONE if view.overlay is Overlay.SETTINGS else Overlay.SETTINGS)
        case "type", way:
            return _opened(view, way)
        case "close", _:
            return replace(view, overlay=Overlay.NONE)
        case _:
            return view


def _opened(view: View, way: str) -> View:
    """Writing by hand or typing: what was asked for, else the hand, which needs no pinyin. The text so far stays."""
    by_hand = view.can_write and (way == "writing" or (not way and not view.overlay.enters_text) or not view.can_type)
    typing = replace(view.typing, letters="", candidates=(), ink=(), page=0)
    return replace(view, overlay=Overlay.WRITING if by_hand else Overlay.KEYBOARD, typing=typing)


def _written(typing: Typing, index: int) -> Typing:
    """The written character was candidate ``index``; the paper is free for the next."""
    if index >= len(typing.candidates):
        return typing
    text = (typing.text + typing.candidates[index])[:LONGEST_TEXT]
    return replace(typing, text=text, candidates=(), ink=())


def _digit(view: View, digit: str) -> Typing:
    """One more digit, no more than the screen asks for."""
    longest = getattr(view.screen, "length", LONGEST_TEXT) or LONGEST_TEXT
    typing = view.typing
    if len(typing.text) >= longest or not (digit.isascii() and digit.isdigit()):
        return typing
    return replace(typing, text=typing.text + digit)


def _submit(view: View) -> Outcome:
    """Ask what stands in the field; letters not yet turned into characters go along as they are."""
    text = (view.typing.text + view.typing.letters).strip()
    if not text:
        return view, ()
    return replace(view, overlay=Overlay.NONE, typing=Typing()), (Typed(text),)


def _heard(view: View) -> str:
    match view.screen:
        case AnswerScreen(heard=heard) | ClarifyScreen(heard=heard) | NoAnswerScreen(heard=heard):
            return heard[:LONGEST_TEXT]
        case _:
            return ""


def _type(typing: Typing, control: Control, ime: Ime) -> Typing:
    match control.kind:
        case "letter" if len(typing.text) + len(typing.letters) < LONGEST_TEXT:
            return _offer(replace(typing, letters=typing.letters + control.value, page=0), ime)
        case "erase":
            return _offer(replace(typing, letters=typing.letters[:-1], page=0), ime)
        case "candidate":
            index = int(control.value)
            if index >= len(typing.candidates):
                return typing
            chosen = ime.choose(typing.letters, typing.page * CANDIDATES + index)
            text = (typing.text + chosen.text)[:LONGEST_TEXT]
            return _offer(replace(typing, text=text, letters=chosen.rest, page=0), ime)
        case "candidates":
            page = max(0, typing.page + (1 if control.value == "next" else -1))
            moved = _offer(replace(typing, page=page), ime)
            return moved if moved.candidates else typing
        case _:
            return typing


def _offer(typing: Typing, ime: Ime) -> Typing:
    if not typing.letters:
        return replace(typing, candidates=(), page=0)
    start = typing.page * CANDIDATES
    return replace(typing, candidates=tuple(ime.candidates(typing.letters, start + CANDIDATES)[start:]))
