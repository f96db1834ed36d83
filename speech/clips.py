"""Clips: sentences rendered ahead of time, kept as FLAC, 24 kHz mono 16 bit.

FLAC because decoding gives back exactly what was synthesised, takes a few milliseconds, and the same samples give the
same bytes (a pack must be reproducible). Opus would be a quarter of the size; a pack of this kind has room.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
from collections.abc import Callable
from typing import Protocol

import numpy as np

from speech.audio import Audio


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
    """FLAC bytes; the same audio always gives the same bytes."""
    import soundfile

    target = io.BytesIO()
    pcm = np.round(np.clip(audio.samples, -1.0, 1.0) * 32767.0).astype(np.int16)
    soundfile.write(target, pcm, audio.rate, format="FLAC", subtype="PCM_16", compression_level=1.0)
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
