"""Many calls at once, every one asking and answered: failures, gaps in the sound, delay, CPU and memory.

    python -m benchmarks.ivr.crowd [--calls 25] [--minutes 1] [--workers 1] [--call 60]

Callers come at random moments over the length of a call, up to the number, so that by chance several speak at once;
each asks after a second, listens, and hangs up after ``--call`` seconds (calls to a Chinese city's line last 150 s on
average: Changzhou 2021); another takes the place until the time is over. Sound and times are taken from the wire. Gaps
are told apart by a loop beside it that does nothing but sleep: what it slept through too was the host's
(benchmarks.ivr.host).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.ivr.callers import Asked, Crowd, asked, heard, pair, percentile
from benchmarks.ivr.host import Host
from benchmarks.ivr.judging import LEAD
from benchmarks.ivr.lab import RTP, Lab
from benchmarks.speech.questions import SpokenQuestion, folder, questions
from bianmin import settings
from bianmin.ivr_wiring import pack_path
from content.pack import Pack
from ivr.proving import rtp, sipp
from ivr.proving.wire import Stream, Wire
from speech.sentences import split_sentences

CALL = 60.0
"""Seconds of a call."""

GROUPS = 5
"""Different questions asked at the same time; a sipp process each, which wakes 900 times a second whatever it does: 26
of them took as much of this machine as a worker."""

VOICE = "speech.synthesis_child"
"""What a process that synthesises has in its command line."""

SETTLE = 25.0
"""Seconds between the line's first readiness and the first call: the voice, which nobody waits for, loads meanwhile."""

HESITATION = 4.0
"""Seconds at most before the next caller takes the place, by chance: who spoke together once will not do so again."""

OVER = 3.0
"""Seconds without a packet after which a call is over."""


class Seen:
    """What the wire showed of calls that are over, added up. ``silent``: calls that were asked something and heard
    nothing; ``delays``: end of speech to first sound, seconds; ``holes``: gaps over 60 ms, (from, until)."""

    def __init__(self, spoken: list[Asked]) -> None:
        self._spoken = {_begin(question.packets): question for question in spoken}
        self.calls = self.silent = 0
        self.delays: list[float] = []
        self.gaps: list[float] = []
        self.holes: list[tuple[float, float]] = []

    def add(self, calls: list[tuple[Stream, Stream]]) -> None:
        for caller, line in calls:
            self.calls += 1
            self.gaps += line.gaps()
            self.holes += line.holes()
            question = self._spoken.get(_begin(caller.packets))
            if question is None:
                continue
            delay = heard(question, caller, line).delay
            if delay is None:
                self.silent += 1
            else:
                self.delays.append(delay)


def _begin(packets: list[rtp.Packet]) -> tuple[bytes, ...]:
    """What tells a question from the others: its first packets."""
    return tuple(packet.payload for packet in packets[:60])


class Meter:
    """CPU and memory of the line while it runs, sampled every second; takes in the calls that are over."""

    def __init__(self, lab: Lab, wire: Wire, seen: Seen) -> None:
        self._lab, self._wire, self._seen = lab, wire, seen
        self._stop = threading.Event()
        self.memory: list[int] = []
        self.cpu = self.voice_cpu = 0.0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Meter:
        self._from, self._at = self._lab.cpu_seconds(), time.monotonic()
        self._voice_from = self._lab.cpu_seconds(VOICE)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()
        seconds = time.monotonic() - self._at
        self.cpu = (self._lab.cpu_seconds() - self._from) / seconds
        self.voice_cpu = (self._lab.cpu_seconds(VOICE) - self._voice_from) / seconds

    def _run(self) -> None:
        while not self._stop.wait(1.0):
            self.memory.append(self._lab.memory())
            seen = self._seen
            seen.add(pair(self._wire.harvest(OVER, time.time()), RTP))
            if len(self.memory) % 60 == 0:
                told = (
                    f"{seen.calls} calls over, {seen.silent} silent, {len(seen.holes)} gaps in {len(seen.gaps)} packets"
                )
                told += f", first sound {percentile(seen.delays, 0.5):.2f}/{percentile(seen.delays, 0.95):.2f} s"
                print(f"{told}, {self.memory[-1] / 1e6:.0f} MB", file=sys.stderr, flush=True)


def clips_of(asked_for: Sequence[SpokenQuestion]) -> list[float]:
    """Of each question: the share of the sentences of its right answer that the pack in use has as clips."""
    pack = Pack.open(pack_path(settings.load()))
    voice = pack.meta.voices[0] if pack.meta.voices else ""
    shares = []
    for question in asked_for:
        item = pack.item(question.item_id)
        sentences = split_sentences(f"{LEAD}{item.title}。\n{item.spoken}")
        shares.append(sum(pack.clip_bytes(one, voice) is not None for one in sentences) / max(1, len(sentences)))
    return shares


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=25)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--call", type=float, default=CALL, help="seconds of a call")
    parser.add_argument("--clips", action="store_true", help="ask only what is answered in clips, as with --clips all")
    parser.add_argument("--recordings", type=Path, default=None)
    arguments = parser.parse_args()
    every = [one for one in questions(n=200, where=arguments.recordings or folder()) if one.wav.exists()]
    if arguments.clips:
        every = [one for one, share in zip(every, clips_of(every), strict=True) if share == 1.0]
    shares = clips_of(every[: min(GROUPS, arguments.calls)])
    spoken = [asked(one.wav, tail=12.0) for one in every[: min(GROUPS, arguments.calls)]]
    rounds = max(1, round(arguments.minutes * 60 / (arguments.call + HESITATION / 2)))
    share = max(1, arguments.calls // len(spoken))
    moments = random.Random(1)
    front = arguments.workers > 1
    seen = Seen(spoken)
    with Lab(workers=arguments.workers, front=front) as lab:
        time.sleep(SETTLE)
        memory = lab.memory()
        with Host() as host, Wire(ports=RTP) as wire, tempfile.TemporaryDirectory() as place:
            with Meter(lab, wire, seen) as meter:
                crowd = Crowd(lab.target, Path(place))
                for question in spoken:
                    actions = (
                        sipp.Wait(1.0),
                        sipp.Play("question", question.packets),
                        sipp.Stay(arguments.call - 1.0),
                    )
                    after = moments.uniform(0.0, arguments.call / share)
                    crowd.call(
                        actions,
                        calls=share * rounds,
                        at_once=share,
                        rate=share / arguments.call,
                        after=after,
                        hesitation=HESITATION,
                    )
                crowd.wait()
            health = lab.health()
        seen.add(pair(wire.streams(), RTP))
    gaps = sorted(seen.gaps)
    tenth = max(1, len(meter.memory) // 10)
    result = {
        "at_once": share * len(spoken),
        "minutes": arguments.minutes,
        "call_seconds": arguments.call,
        "calls": crowd.succeeded,
        "failed": crowd.failed,
        "seen": seen.calls,
        "silent": seen.silent,
        "cores": os.cpu_count(),
        "load_1m": round(os.getloadavg()[0], 1),
        "first_sound_p50": round(percentile(seen.delays, 0.5), 3),
        "first_sound_p95": round(percentile(seen.delays, 0.95), 3),
        "packets": len(gaps),
        "gaps_over_60ms_share": round(len(seen.holes) / max(1, len(gaps)), 6),
        "of_them_the_host_stood_still": round(host.split(seen.holes) / max(1, len(seen.holes)), 2),
        "gap_p999_ms": round(1000 * percentile(gaps, 0.999), 1),
        "gap_max_ms": round(1000 * gaps[-1], 1) if gaps else None,
        "host_took_cpu_share": round(host.stolen, 3),
        "cpu_cores": round(meter.cpu, 2),
        "of_them_live_synthesis": round(meter.voice_cpu, 2),
        "different_questions": len(spoken),
        "sentences_of_their_answers_that_are_clips": round(sum(shares) / len(shares), 3),
        "memory_mb_before": round(memory / 1e6),
        "memory_mb_by_tenths": [round(meter.memory[n] / 1e6) for n in range(0, len(meter.memory), tenth)],
        "refused": sum(worker["line"]["refused"] for worker in health["workers"] if worker["line"]),
    }
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
