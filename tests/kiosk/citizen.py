"""A citizen who wants one of the twelve services and has only one way to say so: fingers, voice, or nine keys and ears.

The citizen reads nothing but what that way gives: what can be touched, what can be said, what the keypad speaks. What
to answer follows from what the screen asks: words, digits, one of a few, yes. ``done`` collects what was achieved.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

from bench import Bench
from pranks import ENDINGS

from dialog.acts import (
    AnswerScreen,
    AttractScreen,
    BrowseScreen,
    ChooseScreen,
    ClarifyScreen,
    ConfirmScreen,
    GoodbyeScreen,
    IdleScreen,
    ListenScreen,
    ListScreen,
    NoticeScreen,
    NumberScreen,
    PhotoScreen,
    PrintScreen,
    RateScreen,
    TextScreen,
    TicketScreen,
    WaitScreen,
)
from dialog.events import Key
from kiosk.fonts import Fonts
from kiosk.frame import Frame
from kiosk.keypad import Arrow, moved, press
from kiosk.layout import frame_of
from kiosk.ports import Headset

WORDS = "村口的路灯坏了三天了"
QUESTION = "新生儿怎么上医保"
DIGITS = {11: "13800138000", 4: "4821", 6: "480173"}
TICKET = "000100001" + f"{98 - 10000100 % 97:02d}"
"""Terminal 0001, number 00001, with its check digits (ISO 7064 MOD 97-10)."""
NUMERALS = "零一二三四五六七八九"
MOST_STEPS = 60


class LostError(AssertionError):
    """The citizen does not get on; says where."""


class Way(Protocol):
    """One way to say something to the terminal."""

    def begin(self) -> None: ...

    def choose(self, choice: str, label: str) -> None: ...

    def button(self, key: Key, label: str) -> None: ...

    def words(self, text: str) -> None: ...

    def digits(self, text: str) -> None: ...

    def stars(self, stars: int, label: str) -> None: ...


class Touch:
    """Only fingers; sound may be off."""

    def __init__(self, kiosk: Bench, fonts: Fonts) -> None:
        self._kiosk, self._fonts = kiosk, fonts
        kiosk.mouth.available = False
        kiosk.ears.available = False
        kiosk.wait(0.1)

    @property
    def frame(self) -> Frame:
        return frame_of(self._kiosk.view, 1080, 1920, 92.0, self._fonts)

    def tap(self, name: str) -> None:
        """Touch it; turn the pages until it is there."""
        for _ in range(30):
            frame = self.frame
            if frame.target(name) is not None:
                self.touch(frame, name)
                return
            if frame.target("page:next") is None:
                break
            self.touch(frame, "page:next")
        raise LostError(
            f"{name} is not on the {frame.name} screen: {', '.join(target.name for target in frame.targets)}"
        )

    def touch(self, frame: Frame, name: str) -> None:
        self._kiosk.tap(name)

    def begin(self) -> None:
        self.tap("start")

    def choose(self, choice: str, label: str) -> None:
        self.tap(f"choice:{choice}")

    def button(self, key: Key, label: str) -> None:
        self.tap(f"key:{key.value}")

    def words(self, text: str) -> None:
        self._kiosk.pinyin.words["t"] = [text]
        self.tap("type")
        if self._kiosk.view.overlay.value == "writing":
            self.tap("type:keyboard")
        for name in ("letter:t", "candidate:0", "submit"):
            self.tap(name)

    def digits(self, text: str) -> None:
        for digit in text:
            self.tap(f"digit:{digit}")
        self.tap("submit")

    def stars(self, stars: int, label: str) -> None:
        self.tap(f"rate:{stars}")


class Keypad(Touch):
    """Nine keys and a headset, the screen dark: the focus is walked to every control, and every one is spoken."""

    def __init__(self, kiosk: Bench, fonts: Fonts) -> None:
        self._kiosk, self._fonts = kiosk, fonts

    def begin(self) -> None:
        self._kiosk.report(Headset(True))
        for name in ("settings", "dark"):
            self.touch(self.frame, name)
        assert self._kiosk.view.dark

    def touch(self, frame: Frame, name: str) -> None:
        for arrow in self._path(frame, self._kiosk.view.focus, name):
            assert press(self._kiosk.engine, frame, arrow.value)
            target = frame.target(self._kiosk.view.focus)
            assert target is not None
            if target.label:
                assert self._kiosk.mouth.said[-1] == target.label, "what the keypad stands on is spoken"
        if self._kiosk.view.focus != name:
            raise LostError(f"the keypad does not reach {name} on the {frame.name} screen")
        assert press(self._kiosk.engine, frame, "enter")
        self._kiosk.engine.tick(self._kiosk.now)

    def _path(self, frame: Frame, start: str, goal: str) -> list[Arrow]:
        """The fewest arrows from ``start`` to ``goal``."""
        ways: deque[tuple[str, list[Arrow]]] = deque([(start, [])])
        seen = {start}
        while ways:
            at, path = ways.popleft()
            if at == goal:
                return path
            for arrow in Arrow:
                after = moved(frame, at, arrow)
                if after not in seen:
                    seen.add(after)
                    ways.append((after, [*path, arrow]))
        return []


class Voice:
    """Only the voice: after the first touch nothing is touched, and speaking waits for the ears to open themselves."""

    def __init__(self, kiosk: Bench, fonts: Fonts) -> None:
        self._kiosk = kiosk

    def begin(self) -> None:
        self._kiosk.tap("start")

    def say(self, text: str) -> None:
        self._kiosk.listen_through()
        if self._kiosk.view.voice.value != "listening":
            raise LostError(f"nobody listens on the {self._kiosk.screen} screen after the prompt")
        self._kiosk.hear(text)

    def choose(self, choice: str, label: str) -> None:
        self.say(label)

    def button(self, key: Key, label: str) -> None:
        self.say(label)

    def words(self, text: str) -> None:
        self.say(text)

    def digits(self, text: str) -> None:
        self.say("".join(NUMERALS[int(digit)] for digit in text))

    def stars(self, stars: int, label: str) -> None:
        self.say(label)


class Citizen:
    """``want``: the service. ``done``: errands that ended well and screens that were reached."""

    def __init__(self, kiosk: Bench, way: Way, want: str) -> None:
        self._kiosk, self._way, self._want = kiosk, way, want
        self.done: list[str] = []
        self._asked = self._printed = False

    def go(self) -> list[str]:
        """Until goodbye. Raises LostError."""
        self._way.begin()
        for _ in range(MOST_STEPS):
            self._errands()
            screen = self._kiosk.view.screen
            if isinstance(screen, GoodbyeScreen | AttractScreen):
                self.done.append("goodbye")
                return self.done
            self._answer(screen)
        raise LostError(f"no end after {MOST_STEPS} steps: {', '.join(self.done)}")

    def _errands(self) -> None:
        """What the terminal does behind the glass ends well."""
        while self._kiosk.behind.jobs:
            job = self._kiosk.behind.jobs.pop(0)
            self.done.append(job.kind)
            self._kiosk.ends_job(job, ENDINGS[job.kind][0])

    def _answer(self, screen: object) -> None:
        way = self._way
        self.done.append(type(screen).__name__.removesuffix("Screen").lower())
        match screen:
            case ListenScreen():
                if self._want == "ask" and not self._asked:
                    way.words(QUESTION)
                elif self._asked:
                    self._finish(screen)
                else:
                    choice = next(one for one in (*screen.services, *screen.modules) if one.id.endswith(self._want))
                    way.choose(choice.id, choice.label)
                self._asked = True
            case ChooseScreen() | ClarifyScreen() | BrowseScreen():
                off = getattr(screen, "off", ())
                choice = next(one for one in screen.choices if one.id not in off)
                way.choose(choice.id, choice.label)
            case TextScreen(text=text) if text:
                self._main(screen)
            case TextScreen():
                way.words("王秀兰" if screen.private else WORDS)
            case NumberScreen():
                way.digits(TICKET if self._want == "progress" and screen.length == 11 else DIGITS[screen.length])
            case PhotoScreen() | ConfirmScreen():
                self._main(screen)
            case WaitScreen():
                raise LostError("it waits for nothing")
            case RateScreen():
                way.stars(5, "非常满意")
            case IdleScreen():
                raise LostError("it took too long")
            case AnswerScreen() | PrintScreen() | ListScreen() | TicketScreen() | NoticeScreen():
                self._end(screen)
            case _:
                raise LostError(f"no idea what to do on {type(screen).__name__}")

    def _end(self, screen: object) -> None:
        """A result: printed once where that is offered, then the end."""
        keys = [one.key for one in getattr(screen, "buttons", ())]
        if isinstance(screen, AnswerScreen):
            keys.append(Key.PRINT)
        if not self._printed and Key.PRINT in keys and not isinstance(screen, TicketScreen | PrintScreen):
            self._printed = True
            self._way.button(Key.PRINT, "打印")
        else:
            self._finish(screen)

    def _finish(self, screen: object) -> None:
        offered = {one.key: one.label for one in getattr(screen, "buttons", ())}
        if offered and Key.FINISH not in offered:
            self._main(screen)
        else:
            self._way.button(Key.FINISH, offered.get(Key.FINISH, "好了"))

    def _main(self, screen: object) -> None:
        buttons = getattr(screen, "buttons", ())
        chosen = next((one for one in buttons if one.main), buttons[0] if buttons else None)
        if chosen is None:
            raise LostError(f"nothing to press on {type(screen).__name__}")
        self._way.button(chosen.key, chosen.label)
