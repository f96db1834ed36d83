"""A seeded random citizen: taps whatever is on the glass, speaks, types, walks away, pulls plugs. Virtual time.

``Monkey`` drives an engine through its frames: it can only touch what a person could touch. After each action the
invariants are checked; the first that breaks ends the run with the seed and the last actions, for a replay.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable

from dialog.events import Printed, PrintOutcome
from kiosk.engine import Engine
from kiosk.frame import Frame
from kiosk.ports import EarsFailed, ErrandDone, NotUnderstood, PartialHeard, Report, SpeechBegan, Understood
from kiosk.view import Overlay, View

UTTERANCES = (
    *("新生儿怎么上医保", "补办", "今天天气怎么样", "着火了", ""),
    *("人工", "再说一遍", "慢一点", "打印", "谢谢", "第一个"),
)


class MonkeyError(AssertionError):
    """An invariant broke. The text names the invariant, the seed and the actions that led there."""


class Monkey:
    """``draw``: the frame of a view; ``advance``: let virtual seconds pass."""

    def __init__(
        self, engine: Engine, draw: Callable[[View], Frame], advance: Callable[[float], None], seed: int
    ) -> None:
        self._engine, self._draw, self._advance = engine, draw, advance
        self._seed = seed
        self._random = random.Random(seed)
        self._trail: deque[str] = deque(maxlen=20)
        self._fresh = engine.view
        self._jobs = 0

    def run(self, actions: int) -> dict[str, int]:
        """Do that many random things; returns how often each kind was done. Raises MonkeyError."""
        done: dict[str, int] = {}
        kinds = {
            "tap": (self._tap, 70),
            "speak": (self._speak, 12),
            "wait": (self._wait, 8),
            "slide": (self._slide, 4),
            "printer": (self._printer, 4),
            "noise": (self._noise, 3),
            "leave": (self._leave, 1),
        }
        names = list(kinds)
        weights = [kinds[name][1] for name in names]
        for _ in range(actions):
            name = self._random.choices(names, weights)[0]
            kinds[name][0]()
            done[name] = done.get(name, 0) + 1
            self._check()
        return done

    def _tap(self) -> None:
        targets = self._draw(self._engine.view).targets
        target = self._random.choice(targets)
        self._trail.append(f"tap {target.name}")
        self._engine.tap(target.name)
        self._advance(self._random.uniform(0.02, 1.5))

    def _slide(self) -> None:
        target = self._random.choice(self._draw(self._engine.view).targets)
        self._trail.append(f"slide off {target.name}")
        self._engine.press(target.name)
        self._advance(self._random.uniform(0.05, 1.0))
        self._engine.release("")

    def _speak(self) -> None:
        text = self._random.choice(UTTERANCES)
        self._trail.append(f"say {text}")
        self._post(SpeechBegan())
        self._post(PartialHeard(text[:3]))
        self._advance(0.6)
        self._post(Understood(text, (), 0.8, (), 0.0, 0.5, 0.1))

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

    def _wait(self) -> None:
        seconds = self._random.uniform(1, 90)
        self._trail.append(f"wait {seconds:.0f} s")
        self._advance(seconds)

    def _leave(self) -> None:
        """Walk away until nobody can be there any more."""
        self._trail.append("leave")
        self._engine.post(ErrandDone(self._random.randrange(1_000_000), Printed(PrintOutcome.DONE)))
        self._advance(900)
        if self._engine.active:
            self._fail("a terminal left alone for a quarter of an hour goes back to its first screen")
        if self._engine.view != self._fresh:
            self._fail("nothing of the last person is left in the view")

    def _post(self, report: Report) -> None:
        self._engine.post(report)
        self._advance(0.05)

    def _check(self) -> None:
        view = self._engine.view
        frame = self._draw(view)
        if frame.target("key:human") is None:
            self._fail("there is always a way to a person")
        ways = [target for target in frame.targets if target.name not in ("size", "language", "settings")]
        if len(ways) < 2:
            self._fail("no screen is a dead end")
        if not self._engine.active and (view.typing.text or view.partial or view.overlay is Overlay.KEYBOARD):
            self._fail("the first screen shows nothing of a person")

    def _fail(self, invariant: str) -> None:
        raise MonkeyError(f"broken: {invariant}; seed {self._seed}; last actions: {', '.join(self._trail)}")
