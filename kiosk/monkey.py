"""A seeded random citizen: taps whatever is on the glass, speaks, writes, walks away; plugs are pulled. Virtual time.

``Monkey`` drives an engine through its frames: it can only touch what a person could touch. After each action the
invariants are checked; the first that breaks ends the run with the seed and the last actions, for a replay.

- there is always a way to a person, and no screen is a dead end;
- a terminal left alone goes back to its first screen, and nothing of the last person is left in the view;
- nothing one person said or wrote is ever on the glass of another (each person's words carry a mark);
- nothing raises.
"""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial

from msgspec.structs import replace

from dialog.events import Printed, PrintOutcome
from kiosk.engine import Engine
from kiosk.frame import Frame, Words
from kiosk.pen import PAPER
from kiosk.ports import (
    CardRead,
    CodeScanned,
    EarsFailed,
    ErrandDone,
    Headset,
    NotUnderstood,
    PartialHeard,
    Report,
    SpeechBegan,
    Understood,
)
from kiosk.view import View

UTTERANCES = (
    *("新生儿怎么上医保", "补办", "今天天气怎么样", "着火了", "", "我要投诉", "查进度", "随手拍", "开餐馆"),
    *("人工", "再说一遍", "慢一点", "打印", "谢谢", "第一个", "返回", "首页", "取消", "好了", "一三八零零零零零零零零"),
)
CODES = (
    "bianmin:newborn-enrolment@2026.11.20",
    "bianmin-do:open-business",
    "bianmin-ticket:00010000142",
    "http://x",
    "",
)
MARK = re.compile(r"甲(\d+)乙")
"""What a person says or shows carries the number of the session, so that it is known again anywhere."""

Prank = Callable[[random.Random], str]
"""Something that happens around the terminal; returns what, for the trail."""


class MonkeyError(AssertionError):
    """An invariant broke. The text names the invariant, the seed and the actions that led there."""


class Monkey:
    """``draw``: the frame of a view; ``advance``: let virtual seconds pass; ``pranks``: by name, each with weight 3."""

    def __init__(
        self,
        engine: Engine,
        draw: Callable[[View], Frame],
        advance: Callable[[float], None],
        seed: int,
        pranks: Mapping[str, Prank] | None = None,
    ) -> None:
        self._engine, self._draw, self._advance = engine, draw, advance
        self._seed = seed
        self._random = random.Random(seed)
        self._trail: deque[str] = deque(maxlen=20)
        self._fresh = engine.view
        self._jobs = 0
        self._kinds: dict[str, tuple[Callable[[], None], int]] = {
            "tap": (self._tap, 70),
            "speak": (self._speak, 12),
            "wait": (self._wait, 8),
            "slide": (self._slide, 4),
            "write": (self._write, 4),
            "printer": (self._printer, 4),
            "noise": (self._noise, 3),
            "plug": (self._plug, 2),
            "show": (self._show, 2),
            "leave": (self._leave, 1),
        }
        for name, prank in (pranks or {}).items():
            self._kinds[name] = (partial(self._play, prank), 3)

    def _play(self, prank: Prank) -> None:
        self._trail.append(prank(self._random))

    def run(self, actions: int) -> dict[str, int]:
        """Do that many random things; returns how often each kind was done. Raises MonkeyError."""
        done: dict[str, int] = {}
        names = list(self._kinds)
        weights = [self._kinds[name][1] for name in names]
        for _ in range(actions):
            name = self._random.choices(names, weights)[0]
            self._kinds[name][0]()
            done[name] = done.get(name, 0) + 1
            self._check()
        return done

    @property
    def _mark(self) -> str:
        return f"甲{self._engine.sessions}乙"

    # -- what a person does ------------------------------------------------------------------------------------------

    def _tap(self) -> None:
        target = self._random.choice(self._draw(self._engine.view).targets)
        self._trail.append(f"tap {target.name}")
        self._engine.tap(target.name)
        self._advance(self._random.uniform(0.02, 1.5))

    def _slide(self) -> None:
        target = self._random.choice(self._draw(self._engine.view).targets)
        self._trail.append(f"slide off {target.name}")
        self._engine.press(target.name)
        self._advance(self._random.uniform(0.05, 1.0))
        self._engine.release("")

    def _write(self) -> None:
        """A stroke, where there is paper to write on."""
        if self._draw(self._engine.view).target(PAPER) is None:
            return
        self._trail.append("write")
        self._engine.press(PAPER)
        self._engine.draw_from(self._random.uniform(200, 800), self._random.uniform(600, 1200))
        for _ in range(self._random.randrange(8)):
            self._engine.draw_to(self._random.uniform(200, 800), self._random.uniform(600, 1200))
        self._engine.release(self._random.choice((PAPER, "")))
        self._advance(0.3)

    def _speak(self) -> None:
        text = self._random.choice(UTTERANCES)
        if self._random.random() < 0.4:
            text += self._mark
        self._trail.append(f"say {text}")
        self._post(SpeechBegan())
        self._post(PartialHeard(text[:3]))
        self._advance(0.6)
        self._post(Understood(text, (), 0.8, (), 0.0, 0.5, 0.1))

    def _show(self) -> None:
        """A code before the reader, a card on it."""
        report: Report = CodeScanned(self._random.choice(CODES))
        if self._random.random() < 0.4:
            report = CardRead(f"王{self._mark}")
        self._trail.append(type(report).__name__)
        self._post(report)

    def _plug(self) -> None:
        plugged = self._random.random() < 0.5
        self._trail.append(f"headset {'in' if plugged else 'out'}")
        self._post(Headset(plugged))

    def _wait(self) -> None:
        seconds = self._random.uniform(1, 90)
        self._trail.append(f"wait {seconds:.0f} s")
        self._advance(seconds)

    def _leave(self) -> None:
        """Walk away until nobody can be there any more; pull the headset out."""
        self._trail.append("leave")
        self._engine.post(ErrandDone(self._random.randrange(1_000_000), Printed(PrintOutcome.DONE)))
        self._post(Headset(False))
        self._advance(1200)
        if self._engine.active:
            self._fail("a terminal left alone for twenty minutes goes back to its first screen")
        if _person(self._engine.view) != _person(self._fresh):
            self._fail("nothing of the last person is left in the view")

    # -- what happens around -----------------------------------------------------------------------------------------

    def _noise(self) -> None:
        noises: list[Report] = [SpeechBegan(), NotUnderstood(), EarsFailed(), PartialHeard("那个")]
        report = self._random.choice(noises)
        self._trail.append(type(report).__name__)
        self._post(report)

    def _printer(self) -> None:
        """The printer's word on a job that may be this one, an old one or none."""
        outcome = self._random.choice(list(PrintOutcome))
        self._jobs = max(0, self._jobs + self._random.choice((0, 1)))
        self._trail.append(f"printer {outcome.value}")
        for job in range(self._jobs, self._jobs + 3):
            self._post(ErrandDone(job, Printed(outcome, "paper_out")))

    def _post(self, report: Report) -> None:
        self._engine.post(report)
        self._advance(0.05)

    # -- what must hold ----------------------------------------------------------------------------------------------

    def _check(self) -> None:
        view = self._engine.view
        frame = self._draw(view)
        if frame.target("key:human") is None and not frame.name.startswith("staff-"):
            self._fail("there is always a way to a person")
        ways = [target for target in frame.targets if target.name not in ("size", "language", "settings")]
        if len(ways) < 2 and not frame.name.startswith("staff-"):
            self._fail("no screen is a dead end")
        if not self._engine.active and (view.typing.text or view.partial or view.overlay.enters_text):
            self._fail("the first screen shows nothing of a person")
        for node in frame.nodes:
            if isinstance(node, Words) and "甲" in "".join(node.lines):
                told = MARK.search("".join(node.lines))
                if told is not None and int(told[1]) != self._engine.sessions:
                    self._fail("nothing of one person is on the glass of another")

    def _fail(self, invariant: str) -> None:
        raise MonkeyError(f"broken: {invariant}; seed {self._seed}; last actions: {', '.join(self._trail)}")


def _person(view: View) -> View:
    """The view without what the terminal says of itself: devices come and go."""
    own = View()
    return replace(view, screen=own.screen, around=own.around, can_print=own.can_print, voice=own.voice)
