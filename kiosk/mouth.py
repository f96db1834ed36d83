"""The loudspeaker's thread: says one job after the other, silent within moments when told to."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from kiosk.loudspeaker import Loudspeaker
from kiosk.ports import Post, SoundBegan, SoundEnded
from speech.audio import Audio

LOUDEST = 10


class Voice(Protocol):
    """What ``speech.speaking.Speaker`` is for the mouth: sound of a text piece by piece, ended at once by ``stop``."""

    def utter(self, text: str, rate: float) -> Iterator[Audio]: ...

    def stop(self) -> None: ...


class _Job(NamedTuple):
    number: int
    texts: tuple[str, ...]
    rate: float
    gain: float
    stop: threading.Event


def gain_of(volume: int, gain_db: int = 0) -> float:
    """Amplitude of volume step 0..10: silence, then 3 dB a step up to full; ``gain_db``: the machine's calibration."""
    if volume <= 0:
        return 0.0
    return float(min(1.0, 10 ** (((min(volume, LOUDEST) - LOUDEST) * 3 + gain_db) / 20)))


class SpeakingMouth:
    """Speaks with ``voice`` through ``loudspeaker``; ``base_rate`` is the terminal's own calm pace.

    ``gain_db``: the machine's calibration.
    """

    def __init__(
        self,
        voice: Voice,
        loudspeaker: Loudspeaker,
        post: Post,
        clock: Callable[[], float],
        base_rate: float = 1.0,
        gain_db: Callable[[], int] = lambda: 0,
    ) -> None:
        self._voice, self._loudspeaker, self._post, self._clock = voice, loudspeaker, post, clock
        self._gain_db = gain_db
        self._base_rate = base_rate
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._current: threading.Event | None = None
        self._thread = threading.Thread(target=self._run, name="mouth", daemon=True)
        self._thread.start()

    @property
    def available(self) -> bool:
        return self._loudspeaker.available

    def speak(self, job: int, texts: tuple[str, ...], rate: float, volume: int, language: str) -> None:
        self._current = threading.Event()
        rate = min(2.0, max(0.5, rate * self._base_rate))
        self._jobs.put(_Job(job, texts, rate, gain_of(volume, self._gain_db()), self._current))

    def hush(self) -> None:
        if self._current is not None:
            self._current.set()
        self._voice.stop()

    def close(self) -> None:
        """End the thread."""
        self.hush()
        self._jobs.put(None)
        self._thread.join(timeout=2.0)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._say(job)
            self._post(SoundEnded(job.number))

    def _say(self, job: _Job) -> None:
        silent = True

        def began() -> None:
            nonlocal silent
            if silent:
                silent = False
                self._post(SoundBegan(job.number, self._clock()))

        if job.stop.is_set():
            return
        # One utterance for all texts: what comes next is made while this plays, across texts too.
        for piece in self._voice.utter("\n".join(job.texts), job.rate):
            if job.stop.is_set() or not self._loudspeaker.play(piece, job.gain, job.stop, began):
                self._voice.stop()
                return
