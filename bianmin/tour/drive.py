"""Drives the kiosk from the attract screen to the goodbye, scene by scene, and writes down what it really saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bianmin.tour.printer import TourPrinter
from bianmin.tour.report import Report
from bianmin.tour.scenes import Scene
from kiosk.driver import Driver, DriverError
from kiosk.remote import Seen

OUTCOMES = ("answer", "clarify", "no_answer")
ANSWER_SECONDS = 45.0
"""How long an answer may take before the tour writes down that none came; whisper on a busy machine needs it."""

SPOKEN_SECONDS = 240.0
"""How long an answer may be spoken; a machine that renders slower than it speaks needs it."""


class Tour:
    """One kiosk, one printer, one report. ``say`` tells a person what is going on."""

    def __init__(
        self,
        kiosk: Driver,
        printer: TourPrinter,
        report: Report,
        questions: Mapping[str, Path],
        titles: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        """``questions``: scene -> sound of its question; ``titles``: item id -> title, to tell what was expected."""
        self.kiosk, self.printer, self.report = kiosk, printer, report
        self.questions, self.titles, self.say = questions, titles, say
        self.answered = 0

    def attract(self) -> None:
        self.kiosk.wait(screen="attract")
        self._shot("attract.png")
        self._step("等人来 attract", "待机画面")

    def scene(self, scene: Scene) -> None:
        """A whole visit: touch, question, answer, slip, rating, goodbye."""
        with self._going_on(scene):
            self.begin(scene)
            if self.ask(scene):
                self.answer_sound(scene)
                self.print_slip(scene)
            self.finish(scene)

    def begin(self, scene: Scene) -> None:
        self.kiosk.tap("start")
        self.kiosk.wait(screen="listen")
        self._shot(f"{scene.name}-listen.png")
        self.kiosk.wait_silent()
        self.kiosk.sound(self.report.file(f"{scene.name}-greeting.wav"))
        self._step(f"{scene.place}：碰一下屏幕", "请说您想办的事")

    def ask(self, scene: Scene) -> bool:
        """Put the question into the microphone. Whether an answer (the right one or not) is on the glass."""
        self._ready_to_hear()
        self.kiosk.hear(self.questions[scene.name])
        self._shot_while_hearing(scene)
        try:
            seen = self.kiosk.wait(screen=OUTCOMES, seconds=ANSWER_SECONDS)
        except DriverError as error:
            self._shot(f"{scene.name}-no-outcome.png")
            self._step(f"问：{scene.question}", str(error), ok=False)
            return False
        self._shot(f"{scene.name}-answer.png")
        return self._tell(scene, seen)

    def answer_sound(self, scene: Scene) -> None:
        self.kiosk.wait_silent(SPOKEN_SECONDS)
        for timing in self.kiosk.timings():
            self.report.measured(scene.name, timing)
        seconds = self.kiosk.sound(self.report.file(f"{scene.name}-answer.wav"))
        self._step("听答复", f"{seconds:.1f} 秒的声音" if seconds else "没有声音", ok=seconds > 0)

    def print_slip(self, scene: Scene) -> None:
        self.kiosk.tap("key:print")
        seen = self._wait_for_paper()
        self._shot(f"{scene.name}-printed.png")
        size = self.printer.take_slip(
            self.report.file(f"{scene.name}-slip.bin"), self.report.file(f"{scene.name}-slip.png")
        )
        done = seen.document.get("state") == "done"
        self._step("打印纸条", f"{seen.document.get('message', '')}（{size} 字节）", ok=done and size > 0)

    def finish(self, scene: Scene) -> None:
        self.kiosk.wait_silent()
        seen = self.kiosk.look()
        if "key:finish" in seen.targets:
            self.kiosk.tap("key:finish")
            self.kiosk.wait(screen="rate")
            self._shot(f"{scene.name}-rate.png")
            self.kiosk.tap("rate:5")
        else:
            self.kiosk.tap("key:home")
        seen = self.kiosk.wait(screen=("goodbye", "attract", "listen"))
        if seen.screen == "goodbye":
            self._shot(f"{scene.name}-goodbye.png")
        before = seen.sessions
        seen = self.kiosk.wait(screen="attract", seconds=180.0)
        self.kiosk.sound(self.folder / "discarded.wav")
        (self.folder / "discarded.wav").unlink(missing_ok=True)
        self._step("评价、再见、清除", f"回到待机画面，已清除 {max(seen.sessions, before)} 次")

    def unplugged(self, scene: Scene) -> None:
        """The printer is gone in the middle of a visit: the screen must say that nothing was printed."""
        with self._going_on(scene):
            self.begin(scene)
            if self.ask(scene):
                self.kiosk.wait_silent(SPOKEN_SECONDS)
                self.printer.unplug()
                self.kiosk.tap("key:print")
                seen = self._wait_for_paper()
                self._shot(f"{scene.name}-unplugged.png")
                honest = seen.document.get("state") != "done"
                self._step("打印机线被拔掉", str(seen.document.get("message", "")), ok=honest)
            self.finish(scene)

    @property
    def folder(self) -> Path:
        return self.report.folder

    @contextmanager
    def _going_on(self, scene: Scene) -> Iterator[None]:
        """What breaks a visit is written down as not seen; the terminal is left alone until it is free again."""
        try:
            yield
        except DriverError as error:
            self._step(f"{scene.place}：没有走完", str(error), ok=False)
            self.kiosk.wait(screen="attract", seconds=SPOKEN_SECONDS)

    # -- steps in between --------------------------------------------------------------------------------------------

    def _ready_to_hear(self) -> None:
        if self.kiosk.look().voice != "listening":
            self.kiosk.tap("speak")
            self.kiosk.wait(voice="listening")

    def _shot_while_hearing(self, scene: Scene) -> None:
        """A picture with the text that is there while the citizen still speaks, if the engine gives any."""
        try:
            self.kiosk.wait(voice="hearing", seconds=6.0)
        except DriverError:
            return
        deadline = 40
        while deadline and not self.kiosk.look().partial and self.kiosk.look().pending_sound:
            deadline -= 1
        self._shot(f"{scene.name}-hearing.png")

    def _tell(self, scene: Scene, seen: Seen) -> bool:
        heard = str(seen.document.get("heard", ""))
        if seen.screen != "answer":
            choices = [str(choice["label"]) for choice in seen.document.get("choices", [])]
            what = f"反问：{'、'.join(choices)}" if choices else "说没有答案"
            self._step(f"问：{scene.question}", f"听成“{heard}”，{what}", ok=False)
            return False
        item: dict[str, Any] = seen.document["item"]
        right = item["id"] == scene.expected
        self.answered += right
        saw = f"听成“{heard}”，答：{item['title']}"
        if not right:
            saw += f"（应当是：{self.titles.get(scene.expected, scene.expected)}）"
        self._step(f"问：{scene.question}", saw, ok=right)
        return True

    def _wait_for_paper(self) -> Seen:
        seen = self.kiosk.wait(screen="print", seconds=20.0)
        for _ in range(600):
            if seen.document.get("state") != "printing":
                return seen
            seen = self.kiosk.wait(screen="print", seconds=20.0)
        return seen

    def _shot(self, name: str) -> None:
        self.kiosk.shot(self.report.file(name))

    def _step(self, name: str, saw: str, ok: bool = True) -> None:
        step = self.report.step(name, saw, ok)
        self.say(f"{step.number:2}. {'✓' if ok else '✗'} {name} — {saw} ({step.seconds:.1f} s)")
