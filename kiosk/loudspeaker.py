"""Where sound goes to: a sound card, or a capture for tests and the tour that takes as long as playing would."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from kiosk.microphone import _has_device
from speech.audio import Audio

SLICE = 0.04
"""Seconds written at a time: silence follows a stop within two of them."""


class Loudspeaker(Protocol):
    """``play`` returns when all was heard (True) or ``stop`` was set (False). ``gain``: 0..1.

    ``began`` is called once, when the first sample is on its way.
    """

    @property
    def available(self) -> bool: ...

    def play(self, audio: Audio, gain: float, stop: threading.Event, began: Callable[[], None]) -> bool: ...


class SoundCardLoudspeaker:
    """The system's default output, or ``device`` by name or number.

    The stream stays open from one piece to the next: a sentence may be cut within a word, and no gap is to be heard.
    """

    def __init__(self, device: str | int | None = None) -> None:
        self._device = device
        self._stream: Any = None
        self.available = _has_device(device, "output")

    def play(self, audio: Audio, gain: float, stop: threading.Event, began: Callable[[], None]) -> bool:
        import sounddevice

        try:
            stream = self._open(audio.rate)
            began()
            step = int(audio.rate * SLICE)
            for start in range(0, len(audio.samples), step):
                if stop.is_set():
                    stream.abort()
                    self._close()
                    return False
                stream.write(np.ascontiguousarray(audio.samples[start : start + step] * gain)[:, None])
        except sounddevice.PortAudioError:
            self._close()
            self.available = False
            return False
        return True

    def _open(self, rate: int) -> Any:
        import sounddevice

        if self._stream is None or self._stream.samplerate != rate:
            self._close()
            self._stream = sounddevice.OutputStream(
                samplerate=rate, channels=1, dtype="float32", device=self._device, latency="low"
            )
            self._stream.start()
        return self._stream

    def _close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close(ignore_errors=True)


class SwitchingLoudspeaker:
    """The room's loudspeaker, or the headset while one is plugged in. What is playing is ended by the engine."""

    def __init__(self, room: Loudspeaker, headset: Loudspeaker) -> None:
        self._room, self._headset = room, headset
        self.in_headset = False

    @property
    def available(self) -> bool:
        return self._now.available

    @property
    def _now(self) -> Loudspeaker:
        return self._headset if self.in_headset else self._room

    def play(self, audio: Audio, gain: float, stop: threading.Event, began: Callable[[], None]) -> bool:
        return self._now.play(audio, gain, stop, began)


class Captured(NamedTuple):
    """``at``: clock when it began, seconds; ``audio``: what was really heard, cut where it was stopped."""

    at: float
    audio: Audio


class CapturingLoudspeaker:
    """Keeps what would be heard. ``pace``: seconds of sound a second of time."""

    available = True

    def __init__(self, clock: Callable[[], float] = time.monotonic, pace: float = 1.0) -> None:
        self._clock = clock
        self._pace = pace
        self._lock = threading.Lock()
        self._kept: list[Captured] = []

    def play(self, audio: Audio, gain: float, stop: threading.Event, began: Callable[[], None]) -> bool:
        start = self._clock()
        began()
        stopped = stop.wait(audio.seconds / self._pace)
        heard = audio.samples
        if stopped:
            heard = heard[: int((self._clock() - start) * self._pace * audio.rate)]
        with self._lock:
            self._kept.append(Captured(start, Audio(heard * np.float32(gain), audio.rate)))
        return not stopped

    def take(self) -> list[Captured]:
        """What was heard since the last call."""
        with self._lock:
            kept, self._kept = self._kept, []
        return kept


class NoLoudspeaker:
    """A machine without one."""

    available = False

    def play(self, audio: Audio, gain: float, stop: threading.Event, began: Callable[[], None]) -> bool:
        return False
