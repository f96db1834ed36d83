"""Many calls at once, every one asking and answered: failures, gaps in the sound, delay, CPU and memory.

    python -m benchmarks.ivr.crowd [--calls 25] [--minutes 1] [--workers 1]

Callers come at two a second up to the number, each asks after a second, listens, and hangs up after 20 s; another takes
the place until the time is over. Sound and times are taken from the wire.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.ivr.callers import Asked, Crowd, asked, heard, pair, percentile
from benchmarks.ivr.lab import RTP, Lab
from benchmarks.speech.questions import folder, questions
from ivr.proving import sipp
from ivr.proving.wire import Stream, Wire

CALL = 20.0
"""Seconds of a call."""

GROUPS = 5
"""Different questions asked at the same time."""


class Meter:
    """CPU and memory of the line while it runs, sampled every second."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._stop = threading.Event()
        self.memory: list[int] = []
        self.cpu = 0.0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Meter:
        self._from, self._at = self._lab.cpu_seconds(), time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()
        self.cpu = (self._lab.cpu_seconds() - self._from) / (time.monotonic() - self._at)

    def _run(self) -> None:
        while not self._stop.wait(1.0):
            self.memory.append(self._lab.memory())


def delays(calls: list[tuple[Stream, Stream]], spoken: list[Asked]) -> tuple[list[float], int]:
    """End of speech to first sound of every call, and the calls that heard nothing."""
    found, silent = [], 0
    for caller, line in calls:
        begin = [packet.payload for packet in caller.packets[:60]]
        question = next((one for one in spoken if [packet.payload for packet in one.packets[:60]] == begin), None)
        if question is None:
            continue
        delay = heard(question, caller, line).delay
        if delay is None:
            silent += 1
        else:
            found.append(delay)
    return found, silent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=25)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--recordings", type=Path, default=None)
    arguments = parser.parse_args()
    every = [one for one in questions(n=200, where=arguments.recordings or folder()) if one.wav.exists()]
    spoken = [asked(one.wav, tail=12.0) for one in every[: min(GROUPS, arguments.calls)]]
    rounds = max(1, round(arguments.minutes * 60 / CALL))
    share = max(1, arguments.calls // len(spoken))
    front = arguments.workers > 1
    with Lab(workers=arguments.workers, front=front) as lab:
        memory = lab.memory()
        with Wire(ports=RTP) as wire, Meter(lab) as meter, tempfile.TemporaryDirectory() as place:
            crowd = Crowd(lab.target, Path(place))
            for question in spoken:
                actions = (
                    sipp.Wait(1.0),
                    sipp.Play("question", question.packets),
                    sipp.Wait(CALL - 1.0),
                )
                crowd.call(actions, calls=share * rounds, at_once=share, rate=2.0 / len(spoken))
            crowd.wait()
        health = lab.health()
    calls = pair(wire.streams(), RTP)
    found, silent = delays(calls, spoken)
    gaps = sorted(gap for _, line in calls for gap in line.gaps())
    over = sum(gap > 0.06 for gap in gaps)
    result = {
        "at_once": share * len(spoken),
        "calls": crowd.succeeded,
        "failed": crowd.failed,
        "silent": silent,
        "cores": os.cpu_count(),
        "load_1m": round(os.getloadavg()[0], 1),
        "first_sound_p50": round(percentile(found, 0.5), 3),
        "first_sound_p95": round(percentile(found, 0.95), 3),
        "packets": len(gaps),
        "gaps_over_60ms_share": round(over / max(1, len(gaps)), 6),
        "gap_p999_ms": round(1000 * percentile(gaps, 0.999), 1),
        "gap_max_ms": round(1000 * gaps[-1], 1) if gaps else None,
        "cpu_cores": round(meter.cpu, 2),
        "memory_mb_before": round(memory / 1e6),
        "memory_mb_mid": round(meter.memory[len(meter.memory) // 2] / 1e6) if meter.memory else None,
        "memory_mb_end": round(meter.memory[-1] / 1e6) if meter.memory else None,
        "refused": sum(worker["line"]["refused"] for worker in health["workers"] if worker["line"]),
    }
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
