"""Five hundred sessions on virtual time with real threads: memory flat, no leaked thread, socket or file.

    python -m benchmarks.kiosk.soak [SESSIONS]

Each session asks, types, writes by hand, prints, rates and is wiped, or walks away; ears, mouth, errands, handwriting
and the filing desk run on their real threads with a microphone that hears nothing and a loudspeaker that is silent.
Every screen on the way is laid out as the window would. Writes benchmarks/results/kiosk-soak.md.
"""

from __future__ import annotations

import ctypes
import gc
import os
import random
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from bench import Bench, Scribe

from bianmin import settings
from dialog.acts import Print
from dialog.events import Printed, PrintOutcome
from kiosk.ears import ListeningEars
from kiosk.errands import in_a_thread
from kiosk.fonts import Fonts, extract
from kiosk.layout import frame_of
from kiosk.listening import NoListener
from kiosk.loudspeaker import CapturingLoudspeaker
from kiosk.microphone import InjectedMicrophone
from kiosk.mouth import SpeakingMouth
from kiosk.ports import Errand, Parts, Understood
from kiosk.worker import Worker
from speech.audio import Audio

ROOT = Path(__file__).resolve().parents[2]

WARM_UP = 100
"""Sessions until every cache is full; what grows after that grows for ever."""
GROWTH = 5.0


class Hum:
    """A voice that says everything as a short silence."""

    def utter(self, text: str, rate: float):
        import numpy as np

        yield Audio(np.zeros(240, np.float32), 24_000)

    def stop(self) -> None:
        return


def resident() -> float:
    """MB resident, without what the allocator only keeps for later."""
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def main() -> None:
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    fonts = Fonts(extract(settings.home() / "cache" / "fonts"))
    kiosk = Bench()
    engine = kiosk.engine
    old = engine._crew.conversation.parts
    loudspeaker = CapturingLoudspeaker(pace=100.0)
    microphone = InjectedMicrophone(pace=20.0)
    done = Printed(PrintOutcome.DONE)
    parts = Parts(
        old.world,
        ListeningEars(microphone, NoListener(), engine.post),
        SpeakingMouth(Hum(), loudspeaker, engine.post, lambda: kiosk.now),
        old.ratings,
        {Print: Errand("print", lambda act: done, lambda act: done)},
        run=in_a_thread,
        ime=old.ime,
        handwriting=Scribe(),
        background=Worker("handwriting"),
        around=old.around,
    )
    engine._equip(parts)
    engine._welcome()
    chance = random.Random(20261122)
    widest = 0

    def draw() -> None:
        frame_of(engine.view, 1080, 1920, 92.0, fonts)

    def wait(seconds: float) -> None:
        kiosk.wait(seconds, 0.5)
        time.sleep(0.001)  # the real threads get their turn
        engine.tick(kiosk.now)
        draw()

    def session() -> None:
        engine.tap("start")
        wait(1)
        if chance.random() < 0.5:
            engine.tap("speak")
            engine.post(Understood("新生儿怎么上医保", (), 0.9, (), kiosk.now, 0.4, 0.1))
        else:
            engine.tap("type")
            kiosk.stroke((300, 900), (600, 900))
            wait(0.2)
            engine.tap("candidate:0")
            engine.tap("submit")
        wait(1)
        if chance.random() < 0.6:
            engine.tap("key:print")
            wait(2)
        engine.tap("settings")
        engine.tap("contrast:black")
        engine.tap("close")
        wait(1)
        if chance.random() < 0.7:
            engine.tap("key:finish")
            wait(1)
            engine.tap("rate:5")
        wait(500)
        fonts.forget()

    began = time.monotonic()
    rows = []
    seen: Counter[str] = Counter()
    for number in range(1, sessions + 1):
        session()
        loudspeaker.take()
        seen.update(kiosk.diary.events)
        kiosk.diary.notes.clear()
        kiosk.ratings.kept.clear()
        widest = max(widest, threading.active_count())
        if number % WARM_UP == 0 or number == sessions:
            gc.collect()
            rows.append((number, resident(), threading.active_count(), open_files()))
    engine.close()
    (_, mb, threads, files), *_, (_, last_mb, last_threads, last_files) = rows
    course = ", ".join(f"{megabytes:.1f} after {number}" for number, megabytes, _, _ in rows)
    grown = (last_mb / mb - 1) * 100
    missing = {"session-wiped", "utterance-understood", "errand-ended", "rated"} - set(seen)
    if missing:
        sys.exit(f"the sessions did not do what they are for: no {', '.join(missing)}")
    flat = grown <= GROWTH and last_threads <= threads and last_files <= files
    text = (
        "# Soak\n\n"
        f"Made by `python -m benchmarks.kiosk.soak {sessions}`: sessions on virtual time with the real threads of\n"
        "ears, mouth, errands and handwriting; every screen on the way is laid out.\n\n"
        "| sessions | wipes | memory after 100, MB | growth after that, % | threads after 100, at the end |"
        " open files | flat |\n|---|---|---|---|---|---|---|\n"
        f"| {sessions} | {engine.sessions} | {mb:.0f} | {grown:.1f} | {threads} / {last_threads} | "
        f"{files} / {last_files} | {'yes' if flat else '**no**'} |\n\nMemory in MB: {course}.\n"
    )
    (ROOT / "benchmarks" / "results" / "kiosk-soak.md").write_text(text, encoding="utf-8")
    sys.stderr.write(f"{text}\n{time.monotonic() - began:.0f} s, at most {widest} threads\n")
    if not flat:
        sys.exit(1)


if __name__ == "__main__":
    main()
