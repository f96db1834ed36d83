"""The nine-key tactile keypad: four arrows, ok, louder, quieter, slower, faster; every control can be reached with it.

The keypad is a keyboard to the system. Arrows move the focus to the nearest control in that direction, ok presses it;
the focused control's label is spoken, so that the screen may stay dark.
"""

from __future__ import annotations

from enum import StrEnum

from dialog.events import Key, Pressed
from kiosk.engine import Engine
from kiosk.frame import Frame, Target


class Arrow(StrEnum):
    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"


class Ok(StrEnum):
    OK = "ok"


KEYS: dict[str, Arrow | Ok | Key] = {
    "up": Arrow.UP,
    "down": Arrow.DOWN,
    "left": Arrow.LEFT,
    "right": Arrow.RIGHT,
    "enter": Ok.OK,
    "numpadenter": Ok.OK,
    "spacebar": Ok.OK,
    "pageup": Key.LOUDER,
    "pagedown": Key.QUIETER,
    "home": Key.SLOWER,
    "end": Key.FASTER,
    "0": Key.HUMAN,
    "numpad0": Key.HUMAN,
    "escape": Key.BACK,
}
"""Kivy's key names -> what they mean. 0 is a person, as on the phone."""


def moved(frame: Frame, focus: str, arrow: Arrow) -> str:
    """The control the focus goes to: the nearest in that direction, straight ahead before aside.

    Without a focus on this screen it goes to the first control in reading order. Where nothing lies in that direction
    it goes on in reading order, so that no control is out of reach.
    """
    order = reading_order(frame)
    if not order:
        return ""
    current = frame.target(focus)
    if current is None:
        return order[0].name
    ahead = [(distance, target.name) for target in order if (distance := _distance(current, target, arrow)) > 0]
    if ahead:
        return min(ahead)[1]
    step = 1 if arrow in (Arrow.DOWN, Arrow.RIGHT) else -1
    return order[(order.index(current) + step) % len(order)].name


def reading_order(frame: Frame) -> list[Target]:
    """Row by row from the top, left to right in a row."""
    return sorted(frame.targets, key=lambda target: (target.box.y, target.box.x))


def _distance(here: Target, there: Target, arrow: Arrow) -> float:
    """How far ``there`` is in the direction; 0 when it is not there. Aside counts double."""
    x, y = here.box.x + here.box.w / 2, here.box.y + here.box.h / 2
    ahead_x, ahead_y = there.box.x + there.box.w / 2 - x, there.box.y + there.box.h / 2 - y
    forward, aside = {
        Arrow.UP: (-ahead_y, ahead_x),
        Arrow.DOWN: (ahead_y, ahead_x),
        Arrow.LEFT: (-ahead_x, ahead_y),
        Arrow.RIGHT: (ahead_x, ahead_y),
    }[arrow]
    if forward <= 0 or abs(aside) > 2 * forward:
        return 0.0
    return forward + 2 * abs(aside)


def press(engine: Engine, frame: Frame, name: str) -> bool:
    """A key by Kivy's name, on a glass that shows ``frame``; whether it means anything here.

    Where digits are asked for, digit keys are digits; everywhere else 0 is a person.
    """
    digit = f"digit:{name.removeprefix('numpad')}"
    if frame.target(digit) is not None:
        engine.tap(digit)
        return True
    meaning = KEYS.get(name)
    match meaning:
        case None:
            return False
        case Arrow():
            focus = moved(frame, engine.view.focus, meaning)
            target = frame.target(focus)
            engine.focus(focus, target.label if target is not None else "")
        case Ok():
            if frame.target(engine.view.focus) is not None:
                engine.tap(engine.view.focus)
        case Key():
            engine.send(Pressed(meaning))
    return True
