"""What the bench's engine is wired to: scripted ears, a mouth on virtual time, and what only takes notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dialog.acts import Rate
from kiosk.event_ids import EventId
from kiosk.handwriting.strokes import Stroke
from kiosk.ime import Chosen
from kiosk.ports import Job, Post, SoundBegan, SoundEnded

SECONDS_A_CHARACTER = 0.2


class Time(Protocol):
    """Where the mouth reads the clock and tells of its sound."""

    now: float

    @property
    def post(self) -> Post: ...


@dataclass
class Ears:
    available: bool = True
    mode: str = "asleep"
    coming: bool = False

    def wake(self) -> None:
        self.mode = "deaf"

    def listen(self) -> None:
        self.mode = "listening"

    def finish(self) -> None:
        self.mode = "finishing"

    def deafen(self) -> None:
        self.mode = "deaf"

    def sleep(self) -> None:
        self.mode = "asleep"


@dataclass
class Mouth:
    """Speaks on virtual time. ``said``: every text begun; ``silent``: never reports the end, as a hung one would."""

    bench: Time
    available: bool = True
    hangs: bool = False
    said: list[str] = field(default_factory=list)
    hushes: int = 0
    job: int = 0
    until: float | None = None

    def speak(self, job: int, texts: tuple[str, ...], rate: float, volume: int, language: str) -> None:
        self.job = job
        self.said.extend(texts)
        self.until = self.bench.now + sum(map(len, texts)) * SECONDS_A_CHARACTER / rate
        self.bench.post(SoundBegan(job, self.bench.now + 0.1))

    def hush(self) -> None:
        self.hushes += 1
        if self.until is not None:
            self.until = None
            self.bench.post(SoundEnded(self.job))

    def advance(self) -> None:
        if self.until is not None and self.bench.now >= self.until and not self.hangs:
            self.until = None
            self.bench.post(SoundEnded(self.job))


@dataclass
class Behind:
    """What the terminal does behind the glass: ``jobs`` wait for the test to say how they end."""

    jobs: list[Job] = field(default_factory=list)

    def __call__(self, job: Job, post: Post) -> None:
        self.jobs.append(job)


@dataclass
class Keeper:
    kept: list[Rate] = field(default_factory=list)

    def keep(self, rating: Rate) -> None:
        self.kept.append(rating)


@dataclass
class Diary:
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def note(self, event: EventId, **values: str | int | float | bool) -> None:
        self.notes.append((event, values))

    @property
    def events(self) -> list[str]:
        return [event for event, _ in self.notes]


class Pinyin:
    """Two words are enough for a test: yibao is 医保, ka is 卡; choosing the first of yibaoka leaves ka."""

    def __init__(self) -> None:
        self.words = {"yibao": ["医保", "一包"], "ka": ["卡", "咖"], "yibaoka": ["医保", "医"]}

    def candidates(self, letters: str, count: int) -> list[str]:
        return self.words.get(letters, [])[:count]

    def choose(self, letters: str, index: int) -> Chosen:
        text = self.candidates(letters, index + 1)[index]
        return Chosen(text, "ka" if letters == "yibaoka" else "")


class Scribe:
    """Reads one stroke as 一 or 乙, two as 二 or 十."""

    def candidates(self, strokes: Sequence[Stroke], count: int = 10) -> list[str]:
        return {0: [], 1: ["一", "乙"], 2: ["二", "十"]}.get(len(strokes), ["三"])[:count]
