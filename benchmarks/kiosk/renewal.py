"""Twenty changes of content while the kiosk runs: memory, threads, files and processes; the next person gets the new.

    python -m benchmarks.kiosk.renewal [CHANGES]

The real parts without a window: search with its model, a recogniser in a process of its own, the voice's process.
Between two changes somebody asks a question and is wiped. Two copies of the starter pack take turns, so that every
change is one. Writes benchmarks/results/kiosk-renewal.md.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import gc
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from msgspec.structs import replace

ROOT = Path(__file__).resolve().parents[2]
WARM_UP = 5
"""Changes after which growth counts: caches are full then."""
GROWTH = 5.0
FRAME = 0.02
QUESTION = "新生儿怎么上医保"


def resident(pid: int | str = "self") -> float:
    """MB resident."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def children() -> list[int]:
    """Processes this one started that still live."""
    return [int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


class Notes:
    def __init__(self) -> None:
        self.events: list[tuple[str, object]] = []

    def note(self, event: str, **values: str | int | float | bool) -> None:
        self.events.append((event, values.get("outcome")))


def main() -> None:
    changes = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    from bianmin import settings
    from bianmin.kiosk_loading import Loading, Renewal, start_hearing
    from bianmin.usage import Usage
    from dialog.events import Typed
    from kiosk.engine import Engine
    from kiosk.loudspeaker import CapturingLoudspeaker
    from kiosk.microphone import InjectedMicrophone
    from kiosk.ports import Front

    with tempfile.TemporaryDirectory() as folder:
        packs = [Path(folder) / f"{name}.pack" for name in "ab"]
        for pack in packs:
            shutil.copy(settings.starter_pack(), pack)
        chosen = replace(settings.load(), pack=str(packs[0]))
        notes, microphone, loudspeaker = Notes(), InjectedMicrophone(noise=3e-4), CapturingLoudspeaker(pace=100.0)
        engine = Engine(notes, dt.datetime.now, time.monotonic)
        front = Front(engine.post, lambda: not engine.active, lambda: engine.wants_name, lambda name: None)
        recogniser = start_hearing(chosen, packs[0], microphone, notes)
        usage = Usage(dt.date.today)
        loading = Loading(chosen, packs[0], recogniser, front, notes, usage, microphone, loudspeaker)
        machine, contents = loading._open()
        engine.tick(time.monotonic())
        loading._complete(machine, contents)
        renewal = Renewal(machine, contents, packs[0], chosen, contents.serve_self_test())

        def ticking(retired: threading.Event) -> None:
            while not retired.is_set():
                engine.tick(time.monotonic())
                time.sleep(FRAME)

        def session() -> None:
            engine.tap("start")
            engine.send(Typed(QUESTION))
            engine.tick(time.monotonic())
            assert type(engine.view.screen).__name__ == "AnswerScreen"
            engine._wipe(engine._crew)

        rows = []
        for number in range(1, changes + 1):
            renewal._chosen = replace(chosen, pack=str(packs[number % 2]))
            before, began = engine._crew, time.monotonic()
            assert renewal.look(ticking)
            took = time.monotonic() - began
            assert engine._crew is not before
            session()
            gc.collect()
            ctypes.CDLL("libc.so.6").malloc_trim(0)
            files = sum(1 for _ in Path("/proc/self/fd").iterdir())
            rows.append((number, took, resident(), threading.active_count(), files, len(children())))
            sys.stderr.write(f"{rows[-1]}\n")
        warm, last = rows[min(WARM_UP, changes) - 1], rows[-1]
        growth = (last[2] / warm[2] - 1) * 100
        flat = growth <= GROWTH and last[3] <= warm[3] + 1 and last[4] <= warm[4] + 2
        middle, word = statistics.median(row[1] for row in rows), "yes" if flat else "**no**"
        failed = sum(event == ("content-renewed", "failed") for event in notes.events)
        text = "\n".join(
            [
                "# Newer content, taken over while the kiosk runs",
                "",
                f"Made by `python -m benchmarks.kiosk.renewal {changes}`: the real search, recogniser and voice; after",
                "each change somebody asks a question of the new content and is wiped.",
                "",
                f"| changes | failed | memory after {warm[0]}, MB | growth after that, % | threads then / at the end |"
                " open files | processes | seconds a change, median | flat |",
                "|---|---|---|---|---|---|---|---|---|",
                f"| {changes} | {failed} | {warm[2]:.0f} | {growth:.1f} | {warm[3]} / {last[3]} |"
                f" {warm[4]} / {last[4]} | {warm[5]} / {last[5]} | {middle:.1f} | {word} |",
                "",
                "Memory in MB: " + ", ".join(f"{row[2]:.0f}" for row in rows) + ".",
                "",
                "A change is loaded beside the old content while people are served; its seconds are not waited for.",
            ]
        )
        (ROOT / "benchmarks" / "results" / "kiosk-renewal.md").write_text(text + "\n", encoding="utf-8")
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
        os._exit(0 if flat else 1)


if __name__ == "__main__":
    main()
