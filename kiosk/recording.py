"""A spoken message: recorded through the microphone that is open already, packed small, and played back."""

from __future__ import annotations

import io
import threading

import numpy as np
import soundfile

from kiosk.loudness import level_of
from kiosk.loudspeaker import Loudspeaker
from speech.audio import RECOGNISER_RATE, Audio, Samples

ENOUGH_QUIET = 4.0
"""Seconds of quiet after somebody spoke that end the message by themselves: hands may be busy or unable."""

VOICE = 0.3
"""The level (0..1) from which a block counts as somebody speaking."""

PATIENCE = 2.0
"""Seconds without any sound from the microphone after which it is given up."""


class Recorder:
    """Takes in the ears' blocks while ``record`` waits for them in a worker.

    It ends by ``stop``, at the longest time, or when somebody spoke and then was quiet for a while.

    ``feed`` is called on the ears' thread with every block, ``stop`` on any.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: list[Samples] = []
        self._wanted = 0
        self._quiet = -1
        self._full = threading.Event()

    @property
    def recording(self) -> bool:
        with self._lock:
            return self._wanted > 0

    def record(self, seconds: float) -> Audio | None:
        """What is said from now on until ``stop``, at most ``seconds``; None when there was no sound at all."""
        with self._lock:
            self._blocks, self._wanted, self._quiet = [], int(seconds * RECOGNISER_RATE), -1
            self._full.clear()
        heard, waited = 0, 0.0
        while not self._full.wait(PATIENCE / 4) and waited < PATIENCE:
            with self._lock:
                now = len(self._blocks)
            waited = 0.0 if now > heard else waited + PATIENCE / 4
            heard = now
        with self._lock:
            blocks, self._blocks, self._wanted = self._blocks, [], 0
        return Audio(np.concatenate(blocks), RECOGNISER_RATE) if blocks else None

    def feed(self, block: Samples) -> None:
        with self._lock:
            if self._wanted <= 0:
                return
            self._blocks.append(block[: self._wanted])
            self._wanted -= len(block)
            if level_of(block) >= VOICE:
                self._quiet = 0
            elif self._quiet >= 0:
                self._quiet += len(block)
            if self._wanted <= 0 or self._quiet >= ENOUGH_QUIET * RECOGNISER_RATE:
                self._full.set()

    def stop(self) -> None:
        """That was all."""
        self._full.set()


def packed(audio: Audio) -> bytes:
    """As Ogg Opus or, where the library cannot, Ogg Vorbis: a minute is some 300 KB."""
    file = io.BytesIO()
    kind = "OPUS" if "OPUS" in soundfile.available_subtypes("OGG") else "VORBIS"
    soundfile.write(file, audio.samples, audio.rate, format="OGG", subtype=kind)
    return file.getvalue()


class Player:
    """Plays a packed recording. ``gain``: amplitude, the session's loudness, set before playing."""

    def __init__(self, loudspeaker: Loudspeaker) -> None:
        self._loudspeaker = loudspeaker
        self.gain = 1.0
        self._stop = threading.Event()

    def play(self, data: bytes) -> bool:
        """Until its end or ``stop``; whether all was heard."""
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32")
        self._stop = threading.Event()
        return self._loudspeaker.play(Audio(samples, int(rate)), self.gain, self._stop, lambda: None)

    def stop(self) -> None:
        self._stop.set()
