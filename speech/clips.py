"""Clips: sentences rendered ahead of time, kept as MP3, 24 kHz mono.

Of what libsndfile writes, MP3 alone is small (a fifth of FLAC), decoded in a millisecond for each second of sound,
exactly as long as what went in, and the same bytes every time (a pack must be reproducible): Ogg carries a random
serial number, and Opus takes nine times as long to decode. Measured in benchmarks/results/speaking.md.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
from collections.abc import Callable
from typing import Protocol

import numpy as np

from speech.audio import Audio

COMPRESSION = 0.5
"""Of libsndfile, 0 best .. 1 smallest: 6 kB for a second of sound."""


class ClipError(Exception):
    """The bytes of a clip are not sound."""


class Clips(Protocol):
    """Where prerendered sentences come from."""

    def clip(self, sentence: str) -> Audio | None:
        """The sound of ``sentence``, rendered at normal speed, or None: it has to be synthesised."""
        ...


class NoClips:
    """Nothing is rendered ahead."""

    def clip(self, sentence: str) -> Audio | None:
        return None


class ClipsOf:
    """Clips out of anything that gives bytes for a sentence (a pack); a damaged clip counts as none."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read

    def clip(self, sentence: str) -> Audio | None:
        encoded = self._read(sentence)
        if encoded is None:
            return None
        try:
            return decode(encoded)
        except ClipError:
            return None


def encode(audio: Audio) -> bytes:
    """MP3 bytes; the same audio always gives the same bytes."""
    import soundfile

    target = io.BytesIO()
    samples = np.clip(audio.samples, -1.0, 1.0)
    soundfile.write(target, samples, audio.rate, format="MP3", subtype="MPEG_LAYER_III", compression_level=COMPRESSION)
    return target.getvalue()


def decode(encoded: bytes) -> Audio:
    """Sound of a clip. Raises ``ClipError``."""
    import soundfile

    try:
        samples, rate = soundfile.read(io.BytesIO(encoded), dtype="float32")
    except (soundfile.LibsndfileError, RuntimeError, ValueError) as error:
        raise ClipError("a clip is damaged") from error
    if samples.ndim != 1 or not len(samples):
        raise ClipError("a clip holds no mono sound")
    return Audio(np.ascontiguousarray(samples, dtype=np.float32), int(rate))


def clip_name(sentence: str, voice: str) -> str:
    """A file name for the clip of ``sentence`` in ``voice``: SHA-256 of both, the sentence in NFC."""
    text = unicodedata.normalize("NFC", sentence.strip())
    return hashlib.sha256(f"{voice}\n{text}".encode()).hexdigest()
