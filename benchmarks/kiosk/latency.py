"""Press to pixel, first picture to ready, and memory; writes benchmarks/results/kiosk.md.

    python -m benchmarks.kiosk.latency [--quick]

Press to pixel is taken in the real window without a display (SDL offscreen, Mesa's software renderer): a finger comes
down on a control of a sample screen, the engine and the screen are asked, the canvas changes, and the picture is drawn
to its last pixel (glFinish). Beside it: how long another screen takes (another view, its texts drawn for the first
time), and the floor of this machine: one plain rectangle over the whole glass. The window draws 60 times a second, so
a finger also waits up to 16.7 ms for the next picture; the table has that added in full.

Starting is measured on the real program in a process of its own, its modules compiled to bytecode beforehand, as they
are on a terminal (deploy_image.environment). *Ready* is when a touch on the first screen leads on; *voice ready* when
the recogniser has loaded too and one can speak. Both are what the program itself shows.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
GLASSES = ((1080, 1920, 92.0), (1920, 1080, 92.0), (1280, 800, 98.0))
FRAME_MS = 1000 / 60
STARTS = 5
SETTLED = 2.0
"""Seconds after which what was being loaded has been."""
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
    """Seconds since the program started, and MB of the whole program's own process.

    ``touch_to_question``: seconds from a touch to the next screen, the moment the terminal was ready.
    """

    first_picture: float
    ready: float
    voice: float
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


def start(environment: dict[str, str]) -> Start:
    """The real program with the starter pack, driven from outside."""
    from kiosk.driver import POLL, Driver

    began = time.monotonic()
    with Driver.start(environment=environment, awake=False) as kiosk:
        kiosk.look()
        first_picture = time.monotonic() - began
        kiosk.wait(ready=True, seconds=120)
        ready = time.monotonic() - began
        kiosk.tap("start")
        while kiosk.look().screen != "listen":
            time.sleep(POLL)
        touch = time.monotonic() - began - ready
        kiosk.wait(awake=True, seconds=120)
        voice = time.monotonic() - began
        time.sleep(SETTLED)
        mb = resident(kiosk._process.pid)
    return Start(first_picture, ready, voice, touch, mb)


def starts() -> list[Start]:
    """A first one that only compiles the program's modules, then those that count."""
    paths = os.pathsep.join(str(ROOT / folder) for folder in (".", "offline-cache", "deploy-image"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as compiled:
        environment = {"PYTHONPATH": paths, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        return [start(environment) for _ in range(1 + STARTS)][1:]


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def met(good: bool) -> str:
    return "met" if good else "**missed**"


def _row(what: str, seconds: list[float], goal: float | None) -> str:
    middle = statistics.median(seconds)
    aim, word = (f"{goal:g} s", met(middle <= goal)) if goal is not None else ("", "")
    return f"| {what} | {middle:.2f} s | {aim} | {word} | {max(seconds):.2f} s |"


def report(presses: list[Presses], started: list[Start], rounds: int) -> str:
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
    lines += [
        "",
        f"Of {len(started)} starts of the real program, modules compiled beforehand; the last column is the slowest.",
        "",
        "| what | median | goal | | slowest |",
        "|---|---|---|---|---|",
        _row("program start to the first picture", [one.first_picture for one in started], None),
        _row(
            "first picture to ready: a touch leads on", [one.ready - one.first_picture for one in started], GOAL_READY
        ),
        _row("first picture to voice ready: one can speak", [one.voice - one.first_picture for one in started], None),
        _row("touch to the question, right then", [one.touch_to_question for one in started], None),
        "",
        "| memory, resident, MB | measured | goal | |",
        "|---|---|---|---|",
        *(
            f"| front end alone, {one.glass} | {one.resident:.0f} | {GOAL_MB:g} | {met(one.resident <= GOAL_MB)} |"
            for one in presses
        ),
        f"| whole program's own process, with content and search model | {max(one.resident for one in started):.0f}"
        " | | |",
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
    text = report(presses, starts(), rounds)
    (ROOT / "benchmarks" / "results" / "kiosk.md").write_text(text, encoding="utf-8")
    sys.stderr.write(text)


if __name__ == "__main__":
    main()
