"""Where sound comes from: a sound card, or sound that is put in for a test or the tour, through the same path.

A microphone gives blocks of 16 kHz mono samples at the pace of real time until it is closed.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import soxr

from speech.audio import RECOGNISER_RATE, Audio, Samples

BLOCK = 800
"""Samples a block: 50 ms."""


class MicrophoneError(Exception):
    """There is no microphone, or it was unplugged."""


class Microphone(Protocol):
    """``blocks`` opens the device and yields until ``stop`` is set; raises MicrophoneError when it fails.

    ``behind``: seconds of sound that were captured and not yet read, when the machine is too busy to keep up.
    """

    @property
    def available(self) -> bool: ...

    @property
    def behind(self) -> float: ...

    def blocks(self, stop: threading.Event) -> Iterator[Samples]: ...


class SoundCardMicrophone:
    """The system's default input, or ``device`` by name or number."""

    def __init__(self, device: str | int | None = None) -> None:
        self._device = device
        self._available: bool | None = None
        self._heard: queue.Queue[Samples] = queue.Queue(maxsize=200)

    @property
    def available(self) -> bool:
        if self._available is None:
            self._available = _has_device(self._device, "input")
        return self._available

    @property
    def behind(self) -> float:
        return self._heard.qsize() * BLOCK / RECOGNISER_RATE

    def blocks(self, stop: threading.Event) -> Iterator[Samples]:
        import sounddevice

        heard = self._heard = queue.Queue(maxsize=200)

        def take(data: Any, frames: int, time: Any, status: Any) -> None:
            if not heard.full():  # a stalled reader loses sound rather than memory
                heard.put_nowait(data[:, 0].copy())

        try:
            with sounddevice.InputStream(
                samplerate=RECOGNISER_RATE,
                blocksize=BLOCK,
                channels=1,
                dtype="float32",
                device=self._device,
                callback=take,
            ) as stream:
                while not stop.is_set():
                    try:
                        yield heard.get(timeout=0.2)
                    except queue.Empty:
                        if not stream.active:
                            raise MicrophoneError("the microphone stopped; check its plug") from None
        except sounddevice.PortAudioError as error:
            self._available = False
            raise MicrophoneError(f"the microphone does not open: {error}") from error


class InjectedMicrophone:
    """Silence at the pace of real time, and whatever is put in. ``pace``: seconds of sound a second of time."""

    available = True
    behind = 0.0

    def __init__(self, pace: float = 1.0, noise: float = 0.0) -> None:
        """``noise``: standard deviation of a faint hiss instead of digital silence."""
        self._pace = pace
        self._noise = noise
        self._random = np.random.default_rng(20261122)
        self._pending: queue.SimpleQueue[Samples] = queue.SimpleQueue()
        self._rest = np.zeros(0, np.float32)

    def put(self, audio: Audio) -> None:
        """Sound that will be heard from now on."""
        samples = audio.samples
        if audio.rate != RECOGNISER_RATE:
            samples = soxr.resample(samples, audio.rate, RECOGNISER_RATE).astype(np.float32)
        self._pending.put(samples)

    @property
    def empty(self) -> bool:
        """Whether everything put in has been heard."""
        return self._pending.empty() and not len(self._rest)

    def blocks(self, stop: threading.Event) -> Iterator[Samples]:
        due = time.monotonic()
        while not stop.is_set():
            due += BLOCK / RECOGNISER_RATE / self._pace
            self.behind = max(0.0, time.monotonic() - due)
            if stop.wait(max(0.0, due - time.monotonic())):
                return
            yield self._next()

    def _next(self) -> Samples:
        while len(self._rest) < BLOCK and not self._pending.empty():
            self._rest = np.concatenate([self._rest, self._pending.get_nowait()])
        block, self._rest = self._rest[:BLOCK], self._rest[BLOCK:]
        padded = np.zeros(BLOCK, np.float32)
        padded[: len(block)] = block
        if self._noise:
            padded += self._random.normal(0, self._noise, BLOCK).astype(np.float32)
        return padded


class NoMicrophone:
    """A machine without one."""

    available = False
    behind = 0.0

    def blocks(self, stop: threading.Event) -> Iterator[Samples]:
        raise MicrophoneError("this machine has no microphone")


def _has_device(device: str | int | None, kind: str) -> bool:
    try:
        import sounddevice

        return bool(sounddevice.query_devices(device, kind)[f"max_{kind}_channels"])
    except (OSError, ValueError):  # no PortAudio library, no such device
        return False
    except sounddevice.PortAudioError:
        return False
