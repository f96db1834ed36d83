"""The acoustic bench over real calls: is the right item spoken, and how soon.

    python -m benchmarks.ivr.answers [--questions 200] [--at-once 5] [--conditions clean,loss2,loss5,noise]
                                     [--minutes 30] [--summary]

Synthesised callers (benchmarks.speech.questions) ask through G.711, each question once in every condition; what the
line answers is taken from the wire, recognised again, and must name the asked item ("您问的是..."): nothing inside the
line is asked. A question is put a second after the greeting began, as people do. The voices take turns;
of six questions one is asked slowly and one hurriedly, where those recordings are there.

Every call is a line of ``bench/ivr-answers.jsonl`` under the home folder; a run goes on where the last one ended, and
after ``--minutes`` no further call begins. What a busy machine did to a call is no measurement of
hearing: one whose sound was torn (more than ``TORN`` of the packets late), or that heard nothing, or nothing but "one
moment" until it hung up, is asked again, ``TRIES`` times at most; then it counts as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
import soundfile

from benchmarks.ivr.callers import Asked, Heard, asked, heard, pair, percentile
from benchmarks.ivr.judging import Judge, only_waiting
from benchmarks.ivr.lab import ROOT, RTP, Lab
from benchmarks.speech.questions import RATES, SpokenQuestion, folder, questions
from bianmin import settings
from bianmin.hearing import open_hearing_recogniser
from bianmin.ivr_wiring import pack_path
from content.pack import Pack
from content.search.vocabulary import vocabulary
from ivr.leg import RATE
from ivr.proving import sipp
from ivr.proving.wire import Stream, Wire
from speech.audio import Audio, read_audio

CONDITIONS = {"clean": (0.0, False), "loss2": (0.02, False), "loss5": (0.05, False), "noise": (0.0, True)}
NOISE = "speechbrain_noise1.wav"
LISTEN = 8.5
"""Seconds the caller stays after asking: enough for "one moment" and the longest title."""

LATE = 0.04
"""Seconds behind its place in the stream from which a packet is late: a jitter buffer's room."""

WHICH = "哪一个"
"""The line asks which of some is meant: not counted as right, though the right one may be among them."""

TORN = 0.02
TRIES = 3
OVER = 2.0
"""Seconds without a packet after which a call is over."""


class Call(msgspec.Struct, frozen=True):
    """One call. ``item``: what the caller heard being named, or ""; ``heard``: the words of it; ``delay``: end of
    speech to first sound, seconds, None where nothing came; late and all packets of both directions."""

    text: str
    items: tuple[str, ...]
    voice: str
    rate: float
    condition: str
    item: str
    heard: str
    delay: float | None
    caller_packets: int
    caller_late: int
    line_packets: int
    line_late: int
    load: float
    at: float
    commit: str

    @property
    def right(self) -> bool:
        return self.item in self.items

    @property
    def disturbed(self) -> bool:
        torn = self.caller_late > TORN * self.caller_packets or self.line_late > TORN * self.line_packets
        unanswered = not self.item and WHICH not in self.heard and only_waiting(self.heard)
        return torn or self.delay is None or unanswered

    @property
    def key(self) -> tuple[str, str]:
        return self.text, self.condition


class Task(msgspec.Struct, frozen=True):
    question: SpokenQuestion
    condition: str
    asked: Asked


def chosen(number: int, where: Path) -> list[SpokenQuestion]:
    """The questions, each at one rate: of six the third slowly and the sixth hurriedly, if it was rendered."""
    by_rate = questions(n=number, rates=RATES, where=where)
    normal, slow, fast = by_rate[:number], by_rate[number : 2 * number], by_rate[2 * number :]
    picked = []
    for place, one in enumerate(normal):
        other = {2: slow, 5: fast}.get(place % 6, normal)[place]
        picked.append(other if other.wav.exists() else one)
    return [one for one in picked if one.wav.exists()]


def late(stream: Stream) -> int:
    """Packets that came ``LATE`` or more after their place in the stream."""
    return sum(
        after.at - before.at - ((after.timestamp - before.timestamp) % 2**32) / RATE > LATE
        for before, after in pairwise(stream.packets)
    )


def same(task: Task, caller: Stream) -> bool:
    """Whether this stream is the task's: by the numbers and sounds of its packets (what was lost differs)."""
    sent = caller.packets
    return len(sent) > 100 and all(
        one.sequence == two.sequence and one.payload == two.payload
        for one, two in zip(task.asked.packets, sent, strict=False)
    )


class Bench:
    """Callers at work, and a judge behind them."""

    def __init__(self, lab: Lab, wire: Wire, judge: Judge, results: Path, until: float) -> None:
        self._lab, self._wire, self._judge, self._results, self._until = lab, wire, judge, results, until
        self._tasks: queue.SimpleQueue[tuple[SpokenQuestion, str]] = queue.SimpleQueue()
        self._open: list[Task] = []
        self._lock = threading.Lock()
        shared = Path(os.environ.get("BIANMIN_SHARED", ROOT.parent / "shared")) / "data" / "acoustic" / NOISE
        self._noise = read_audio(shared)
        self._commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=False
        ).stdout.strip()

    def run(self, wanted: Iterable[tuple[SpokenQuestion, str]], at_once: int) -> None:
        for one in wanted:
            self._tasks.put(one)
        callers = [threading.Thread(target=self._call, daemon=True) for _ in range(at_once)]
        for caller in callers:
            caller.start()
            time.sleep(2.0)  # they do not all speak in the same moment
        while any(caller.is_alive() for caller in callers):
            time.sleep(1.0)
            self._judge_ended()
        time.sleep(OVER + 1.0)
        self._judge_ended()
        for task in self._open:  # nothing of it was seen on the wire
            self._write(task, None)

    def _call(self) -> None:
        while time.monotonic() < self._until:
            try:
                question, condition = self._tasks.get_nowait()
            except queue.Empty:
                return
            loss, noisy = CONDITIONS[condition]
            spoken = asked(question.wav, loss, self._noise if noisy else None, seed=hash_of(question.text), tail=LISTEN)
            task = Task(question, condition, spoken)
            with self._lock:
                self._open.append(task)
            actions = (sipp.Wait(1.0), sipp.Play("question", spoken.packets), sipp.Wait(spoken.speech + LISTEN))
            with tempfile.TemporaryDirectory() as place:
                sipp.run("12345", actions, self._lab.target, Path(place))

    def _judge_ended(self) -> None:
        for caller, line in pair(self._wire.harvest(OVER, time.time()), RTP):
            task = next((one for one in self._open if same(one, caller)), None)
            if task is not None:
                with self._lock:
                    self._open.remove(task)
                self._write(task, (caller, line))

    def _write(self, task: Task, call: tuple[Stream, Stream] | None) -> None:
        words, delay, counts = "", None, (0, 0, 0, 0)
        if call is not None:
            caller, line = call
            came = heard(task.asked, caller, line)
            words, delay = self._judge.words(Audio(came.answer, RATE)), came.delay
            counts = (len(caller.packets), late(caller), len(line.packets), late(line))
            self._keep(task, came)
        one = task.question
        found = Call(
            one.text, one.items, one.voice, one.rate, task.condition, self._judge.item(words), words, delay, *counts,
            round(os.getloadavg()[0], 1), round(time.time()), self._commit,
        )  # fmt: skip
        with self._results.open("ab") as file:
            file.write(msgspec.json.encode(found) + b"\n")

    def _keep(self, task: Task, came: Heard) -> None:
        """The sound the caller heard, so that a judgement can be looked at (and made again)."""
        place = self._results.with_suffix("")
        place.mkdir(exist_ok=True)
        path = place / f"{task.question.wav.stem}-{task.condition}.wav"
        soundfile.write(path, came.answer, RATE, subtype="ALAW")


def hash_of(text: str) -> int:
    """A seed that stays the same: other packets are lost in every question."""
    return sum(place * ord(sign) for place, sign in enumerate(text, 1))


def read(path: Path) -> list[Call]:
    return [msgspec.json.decode(line, type=Call) for line in path.read_bytes().splitlines()] if path.exists() else []


def settled(calls: Sequence[Call]) -> dict[tuple[str, str], Call]:
    """The call that counts for every question and condition: the first undisturbed one, or the last of all tries."""
    by_key: dict[tuple[str, str], list[Call]] = {}
    for call in calls:
        by_key.setdefault(call.key, []).append(call)
    counted = {}
    for key, tries in by_key.items():
        whole = next((one for one in tries if not one.disturbed), None)
        if whole is not None or len(tries) >= TRIES:
            counted[key] = whole or tries[-1]
    return counted


def summary(calls: Sequence[Call]) -> list[dict[str, object]]:
    """A line for every condition, over the questions that were asked in all of them."""
    every, lines = settled(calls), []
    counted = {key: call for key, call in every.items() if all((call.text, other) in every for other in CONDITIONS)}
    for condition in CONDITIONS:
        own = [call for call in counted.values() if call.condition == condition]
        delays = [call.delay for call in own if call.delay is not None]
        rates = {rate: [call.right for call in own if call.rate == rate] for rate in sorted({c.rate for c in own})}
        line: dict[str, object] = {
            "condition": condition,
            "n": len(own),
            "right": round(sum(call.right for call in own) / max(1, len(own)), 4),
            "right_by_rate": {rate: f"{sum(right)}/{len(right)}" for rate, right in rates.items()},
            "silent": len(own) - len(delays),
            "disturbed_calls": sum(call.disturbed for call in calls if call.condition == condition),
            "counted_though_disturbed": sum(call.disturbed for call in own),
            "asked_back_instead": sum(WHICH in call.heard for call in own if not call.right),
            "late_of_line_packets": _share(own, "line"),
            "late_of_caller_packets": _share(own, "caller"),
            "first_sound_p50": round(percentile(delays, 0.5), 2),
            "first_sound_p95": round(percentile(delays, 0.95), 2),
            "load": round(percentile([call.load for call in own], 0.5), 1),
            "wrong": [f"{call.text}→{call.heard[:30]}" for call in own if not call.right],
        }
        lines.append(line)
    return lines


def _share(calls: Sequence[Call], way: str) -> float:
    packets = sum(getattr(call, f"{way}_packets") for call in calls)
    return round(sum(getattr(call, f"{way}_late") for call in calls) / max(1, packets), 5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=5)
    parser.add_argument("--conditions", default=",".join(CONDITIONS))
    parser.add_argument("--minutes", type=float, default=1e6)
    parser.add_argument("--recordings", type=Path, default=None)
    parser.add_argument("--results", type=Path, default=None, help="bench/ivr-answers.jsonl under the home folder")
    parser.add_argument("--summary", action="store_true", help="only tell what there is")
    arguments = parser.parse_args()
    results = arguments.results or settings.home() / "bench" / "ivr-answers.jsonl"
    results.parent.mkdir(parents=True, exist_ok=True)
    if not arguments.summary:
        run(arguments, results)
    for line in summary(read(results)):
        print(json.dumps(line, ensure_ascii=False), flush=True)


def run(arguments: argparse.Namespace, results: Path) -> None:
    until = time.monotonic() + 60 * arguments.minutes
    have = settled(read(results))
    every = chosen(arguments.questions, arguments.recordings or folder())
    missing = [
        (question, condition)
        for question in every
        for condition in arguments.conditions.split(",")
        if (question.text, condition) not in have
    ]
    known = settings.load()
    pack = Pack.open(pack_path(known))
    judge = Judge(open_hearing_recogniser(known, vocabulary(pack)), {item.id: item.title for item in pack.items()})
    patient = {"admission": {"late": 60.0, "slow": 60.0}}  # a busy machine is no wrong answer
    with Lab(settings=patient) as lab, Wire(ports=RTP) as wire:
        Bench(lab, wire, judge, results, until).run(missing, arguments.at_once)


if __name__ == "__main__":
    main()
