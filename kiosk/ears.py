"""The microphone's thread: open for a session, measuring how loud it is, feeding the recogniser while one listens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Protocol

import numpy as np

from kiosk.microphone import Microphone, MicrophoneError
from kiosk.ports import EarsFailed, Level, NotUnderstood, Post, Report, Understood
from speech.audio import Samples

QUIETEST_DB, LOUDEST_DB = -50.0, -12.0
"""The span the level shows, decibels of full scale."""


class Listening(Protocol):
    """One spell of listening: blocks of 16 kHz samples in, reports out."""

    def feed(self, samples: Samples) -> Iterable[Report]: ...

    def finish(self) -> Iterable[Report]:
        """What was said until now is the utterance."""
        ...


class _Mode(StrEnum):
    ASLEEP = "asleep"
    DEAF = "deaf"
    LISTENING = "listening"
    FINISHING = "finishing"


def level_of(samples: Samples) -> float:
    """Loudness on the shown span, 0..1."""
    power = float(np.mean(np.square(samples))) if len(samples) else 0.0
    decibels = 10 * np.log10(power + 1e-12)
    return float(np.clip((decibels - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB), 0.0, 1.0))


class ListeningEars:
    """``start`` begins a spell of listening; it is called on the ears' thread, once an utterance."""

    def __init__(self, microphone: Microphone, start: Callable[[], Listening], post: Post) -> None:
        self._microphone, self._start, self._post = microphone, start, post
        self._lock = threading.Lock()
        self._mode = _Mode.ASLEEP
        self._spell = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def available(self) -> bool:
        return self._microphone.available

    def wake(self) -> None:
        self._set(_Mode.DEAF)
        if self._thread is None and self.available:
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._stop,), name="ears", daemon=True)
            self._thread.start()

    def listen(self) -> None:
        with self._lock:
            self._mode = _Mode.LISTENING
            self._spell += 1

    def finish(self) -> None:
        with self._lock:
            if self._mode is _Mode.LISTENING:
                self._mode = _Mode.FINISHING

    def deafen(self) -> None:
        self._set(_Mode.DEAF)

    def sleep(self) -> None:
        self._set(_Mode.ASLEEP)
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(timeout=2.0)

    def _set(self, mode: _Mode) -> None:
        with self._lock:
            self._mode = mode

    def _now(self) -> tuple[_Mode, int]:
        with self._lock:
            return self._mode, self._spell

    def _run(self, stop: threading.Event) -> None:
        listening: Listening | None = None
        heard_spell = 0
        try:
            for count, block in enumerate(self._microphone.blocks(stop)):
                mode, spell = self._now()
                if mode not in (_Mode.LISTENING, _Mode.FINISHING):
                    listening = None
                    continue
                if listening is None or spell != heard_spell:
                    listening, heard_spell = self._start(), spell
                if count % 2 == 0:
                    self._post(Level(level_of(block)))
                reports = list(listening.feed(block))
                if mode is _Mode.FINISHING and not any(map(_final, reports)):
                    reports += listening.finish()
                    self._set(_Mode.DEAF)
                for report in reports:
                    self._tell(report, heard_spell)
                if any(map(_final, reports)):
                    listening = None
        except MicrophoneError:
            self._post(EarsFailed())

    def _tell(self, report: Report, spell: int) -> None:
        """A report of a spell that was ended meanwhile is not told."""
        mode, current = self._now()
        if current == spell and mode is not _Mode.ASLEEP:
            self._post(report)


def _final(report: Report) -> bool:
    return isinstance(report, Understood | NotUnderstood)
