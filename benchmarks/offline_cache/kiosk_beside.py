"""Does fetching content slow the kiosk's answers? A kiosk process asks the search all the time while another syncs.

    python -m benchmarks.offline_cache.kiosk_beside --pack P [--megabytes 100] [--seconds 20]

Three phases of the same questions: alone, beside a first sync (the whole pack), beside a daily sync (a patch). The sync
process runs as the daemon does (``bianmin.syncing.step_aside``). Prints a JSON line a phase: milliseconds of an answer.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.offline_cache.transfer import CHILD, Bench
from content.pack import Pack
from content.search import Query, Searcher

QUESTIONS = (
    "社保卡丢了怎么办",
    "新生儿怎么上医保",
    "老年证在哪里办",
    "身份证到期了",
    "怎么开无犯罪记录证明",
    "公租房怎么申请",
)
PAUSE = 0.15
"""Seconds between two questions: more than any citizen asks."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    chosen = parser.parse_args()
    searcher = Searcher(Pack.open(chosen.pack))
    for question in QUESTIONS * 3:
        searcher.search(Query(question), 5)
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), chosen.megabytes)
        bench.publish(0)
        until = time.monotonic() + chosen.seconds
        show("alone", ask(searcher, lambda: time.monotonic() < until), 0.0)
        for phase in ("beside a first sync", "beside a daily sync"):
            began = time.monotonic()
            process = aside(bench)
            taken = ask(searcher, partial(_runs, process))
            assert process.returncode == 0, process.stderr
            show(phase, taken, time.monotonic() - began)
            bench.publish(1)


def _runs(process: subprocess.Popen[str]) -> bool:
    return process.poll() is None


def aside(bench: Bench) -> subprocess.Popen[str]:
    """A terminal's sync in a process of its own, out of the way of the front ends."""
    words = [str(bench.folder / "home"), bench.line.address, str(bench.folder / "root.json")]
    program = f"from bianmin.syncing import step_aside\nstep_aside()\n{CHILD}"
    return subprocess.Popen([sys.executable, "-c", program, *words], stdout=subprocess.DEVNULL, text=True)


def ask(searcher: Searcher, going: Callable[[], bool]) -> list[float]:
    taken: list[float] = []
    while going():
        began = time.perf_counter()
        searcher.search(Query(QUESTIONS[len(taken) % len(QUESTIONS)]), 5)
        taken.append((time.perf_counter() - began) * 1000)
        time.sleep(PAUSE)
    return taken


def show(phase: str, taken: list[float], seconds: float) -> None:
    found = {
        "phase": phase,
        "answers": len(taken),
        "p50_ms": round(statistics.median(taken), 1),
        "p99_ms": round(sorted(taken)[int(len(taken) * 0.99)], 1),
        "max_ms": round(max(taken), 1),
        "sync_s": round(seconds, 1),
    }
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
