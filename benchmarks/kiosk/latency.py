"""Press to pixel, first picture to ready, and resident memory; writes benchmarks/results/kiosk.md.

    python -m benchmarks.kiosk.latency [--quick]

Press to pixel is taken in the real window without a display (SDL offscreen, Mesa's software renderer): a finger comes
down on a control of a sample screen, the engine and the screen are asked, the canvas changes, and the picture is drawn
to its last pixel (glFinish). Beside it: how long another screen takes (another view, its texts drawn for the first
time), and the floor of this machine: one plain rectangle over the whole glass. The window draws 60 times a second, so
a finger also waits up to 16.7 ms for the next picture; the table has that added in full. Starting is measured on the
real program in a process of its own.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
GLASSES = ((1080, 1920, 92.0), (1920, 1080, 92.0), (1280, 800, 98.0))
FRAME_MS = 1000 / 60
GOAL_MS, GOAL_READY, GOAL_MB = 50.0, 3.0, 250.0


class Presses(msgspec.Struct):
    """``ms`` of every press; ``screens``: ms of every new screen; ``floor``: ms of one rectangle over the whole glass.

    ``resident``: MB of the front end without content and models.
    """

    glass: str
    ms: list[float]
    screens: list[float]
    floor: float
    resident: float


class Start(msgspec.Struct):
    """Seconds, and MB of the whole program's own process."""

    first_picture: float
    ready: float
    touch_to_question: float
    resident: float


def resident(pid: int | str = "self") -> float:
    """MB resident."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def press(width: int, height: int, ppi: float, rounds: int) -> Presses:
    """One glass, in this process: Kivy has one window a process."""
    from bianmin import settings
    from kiosk import window

    window.prepare(settings.home(), width, height, offscreen=True)
    from kivy.clock import Clock
    from kivy.core.window import Window
    from kivy.graphics import Rectangle
    from kivy.graphics.opengl import glFinish

    from kiosk.app import KioskApp
    from kiosk.engine import Engine
    from kiosk.fonts import Fonts, extract
    from kiosk.layout import frame_of
    from kiosk.samples import sample_views

    class Silent:
        def note(self, event: str, **values: object) -> None:
            return

    import datetime as dt

    fonts = Fonts(extract(settings.home() / "cache" / "fonts"))
    engine = Engine(Silent(), dt.datetime.now, time.monotonic)
    app = KioskApp(engine, fonts, (width, height), ppi)
    took: list[float] = []
    screens: list[float] = []
    floor: list[float] = []

    def drawn(began: float) -> float:
        Window.dispatch("on_draw")
        glFinish()
        return (time.perf_counter() - began) * 1000

    def measure(_dt: float) -> None:
        plain = Rectangle(size=(width, height))
        app.stage.canvas.add(plain)
        floor.extend(drawn(time.perf_counter()) for _ in range(20))
        app.stage.forget()
        for name, view in sample_views():
            if name.startswith("staff") or view.dark:
                continue
            engine._glass.view = view  # what the dialog would have shown
            began = time.perf_counter()
            app.refresh()
            screens.append(drawn(began))
            targets = frame_of(view, width, height, ppi, fonts).targets
            for target in targets[:rounds]:
                x, y = target.box.x + target.box.w / 2, target.box.y + target.box.h / 2
                began = time.perf_counter()
                app._down(x, y)
                took.append(drawn(began))
                engine._glass.view = view
                app.refresh()
                Window.dispatch("on_draw")
        app.stop()

    Clock.schedule_once(measure, 0)
    app.run()
    return Presses(f"{width}x{height}", took, screens, statistics.median(floor), resident())


def start() -> Start:
    """The real program with the starter pack, driven from outside."""
    from kiosk.driver import POLL, Driver

    began = time.monotonic()
    shown: list[float] = []

    class Timed(Driver):
        def wait(self, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]
            if not shown:
                self.look()
                shown.append(time.monotonic() - began)
            return super().wait(*args, **kwargs)  # type: ignore[arg-type]

    paths = os.pathsep.join(str(ROOT / folder) for folder in (".", "offline-cache", "deploy-image"))
    with Timed.start(environment={"PYTHONPATH": paths}) as kiosk:
        ready = time.monotonic() - began
        touched = time.monotonic()
        kiosk.tap("start")
        while kiosk.look().screen != "listen":
            time.sleep(POLL)
        touch = time.monotonic() - touched
        mb = resident(kiosk._process.pid)
    return Start(shown[0], ready, touch, mb)


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def report(presses: list[Presses], started: Start, rounds: int) -> str:
    def met(good: bool) -> str:
        return "met" if good else "**missed**"

    lines = [
        "# The kiosk: how quick, how large",
        "",
        f"Made by `python -m benchmarks.kiosk.latency`, {os.cpu_count()} cores, software rendering; see the script for",
        f"what is measured. Up to {rounds} presses on every sample screen. The machine's load",
        f"was {os.getloadavg()[1]:.1f} at the end: what is above the number of cores is other work, which",
        "makes every time below too long.",
        "",
        "| glass | presses | press to pixel, median ms | 95 % | with a whole frame's wait, 95 % | goal 50 ms |"
        " another screen, median ms | 95 % | floor: one rectangle, ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in presses:
        late = p95(one.ms)
        lines.append(
            f"| {one.glass} | {len(one.ms)} | {statistics.median(one.ms):.1f} | {late:.1f} | "
            f"{late + FRAME_MS:.1f} | {met(late + FRAME_MS <= GOAL_MS)} | "
            f"{statistics.median(one.screens):.1f} | {p95(one.screens):.1f} | {one.floor:.1f} |"
        )
    largest = max(one.resident for one in presses)
    lines += [
        "",
        "| what | measured | goal | |",
        "|---|---|---|---|",
        f"| program start to the first picture | {started.first_picture:.1f} s | | |",
        f"| first picture to ready | {started.ready - started.first_picture:.1f} s | {GOAL_READY:g} s | "
        f"{met(started.ready - started.first_picture <= GOAL_READY)} |",
        f"| touch on the first screen to the question | {started.touch_to_question:.2f} s | | |",
        f"| front end alone, resident | {largest:.0f} MB | {GOAL_MB:g} MB | {met(largest <= GOAL_MB)} |",
        f"| whole program's own process, with content and search model, resident | {started.resident:.0f} MB | | |",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    arguments = [argument for argument in sys.argv[1:] if argument != "--quick"]
    rounds = 2 if "--quick" in sys.argv else 6
    if len(arguments) == 4:
        width, height, ppi, rounds = int(arguments[0]), int(arguments[1]), float(arguments[2]), int(arguments[3])
        sys.stdout.write("\n" + msgspec.json.encode(press(width, height, ppi, rounds)).decode() + "\n")
        return
    presses = []
    for glass in GLASSES:
        command = [sys.executable, "-m", "benchmarks.kiosk.latency", *map(str, glass), str(rounds)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        presses.append(msgspec.json.decode(done.stdout.strip().splitlines()[-1], type=Presses))
        sys.stderr.write(f"{presses[-1].glass}: p95 {p95(presses[-1].ms):.1f} ms, {presses[-1].resident:.0f} MB\n")
    text = report(presses, start(), rounds)
    (ROOT / "benchmarks" / "results" / "kiosk.md").write_text(text, encoding="utf-8")
    sys.stderr.write(text)


if __name__ == "__main__":
    main()
