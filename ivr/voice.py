"""The voice of the line: texts become 8 kHz sound; clips are brought to that rate once and kept, live speech too.

One voice serves all calls. Each call has a ``Speaker`` of its own over the same synthesiser, so that stopping one
caller's answer never stops another's sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dialog.state import DEFAULT_VOLUME
from ivr.leg import RATE
from ivr.shared_synthesis import SharedSynthesiser, SoundCache
from speech.audio import Audio, Samples
from speech.clips import Clips
from speech.sentences import split_sentences
from speech.speaking import Speaker, SpeechFailed, Utterance
from speech.synthesis import FASTEST, SLOWEST, Synthesiser

SPOKEN = 0.01
"""Amplitude from which a sample is taken for speech."""

KEPT_LEAD = 0.02
"""Seconds kept before it: consonants begin softly."""

WARMED = 2
"""Sentences of an answer that are made ready before it is sure that it will be given."""

STEP = 3.0
"""dB of a volume step."""


class NarrowClips:
    """Clips at the line's rate."""

    def __init__(self, clips: Clips, cache: SoundCache) -> None:
        self._clips, self._cache = clips, cache

    def clip(self, sentence: str) -> Audio | None:
        key = (sentence, 0.0, None)
        sound = self._cache.get(key)
        if sound is None:
            wide = self._clips.clip(sentence)
            if wide is None:
                return None
            sound = wide.at(RATE)
            self._cache.put(key, sound)
        return sound


class Spoken:
    """A ``mouth.Source`` over an utterance."""

    def __init__(self, utterance: Utterance, gain: float) -> None:
        self._utterance, self._gain = utterance, gain
        self._began = False

    def take(self) -> bytes | None:
        piece = self._utterance.take()
        if piece is None:
            return None
        samples = piece.samples if self._began else without_lead(piece.samples)
        self._began = True
        return pcm(samples, self._gain)

    @property
    def over(self) -> bool:
        return self._utterance.over

    def stop(self) -> None:
        self._utterance.stop()


class LineVoice:
    """``base_rate`` is the line's own calm pace, ``filler`` the sound of "one moment" for when an answer takes long."""

    def __init__(
        self,
        synthesiser: Synthesiser,
        clips: Clips,
        base_rate: float,
        on_failure: Callable[[SpeechFailed], None] = lambda failure: None,
    ) -> None:
        cache = SoundCache()
        self._shared = SharedSynthesiser(synthesiser, cache)
        self._clips = NarrowClips(clips, cache)
        self._base_rate = base_rate
        self._on_failure = on_failure
        self.filler = self.breath = comfort()

    def speak(self, texts: Sequence[str], rate: float = 1.0, volume: int = DEFAULT_VOLUME) -> Spoken:
        """Sound of the texts one after the other. ``rate`` relative to the line's pace; ``volume``: 0..10."""
        speaker = Speaker(self._shared, self._clips, on_failure=self._on_failure)
        utterance = speaker.utter("\n".join(texts), min(FASTEST, max(SLOWEST, rate * self._base_rate)))
        return Spoken(utterance, gain(volume))

    def prepare(self, filler: str, others: Sequence[str] = ()) -> None:
        """Render the filler (it must be there at once) and sentences every caller hears. Takes seconds."""
        pieces = list(Speaker(self._shared, self._clips, on_failure=self._on_failure).utter(filler, self._base_rate))
        if pieces:
            self.filler = b"".join(pcm(piece.samples) for piece in pieces)
        for text in others:
            for _ in Speaker(self._shared, self._clips, on_failure=self._on_failure).utter(text, self._base_rate):
                pass

    def warm(self, texts: Sequence[str]) -> None:
        """Have what will probably be said first at hand, where it is a clip: reading one takes some milliseconds."""
        for sentence in split_sentences("\n".join(texts))[:WARMED]:
            self._clips.clip(sentence)

    def close(self) -> None:
        self._shared.close()


def without_lead(samples: Samples) -> Samples:
    """Without the quiet before the first word, which the caller has waited through already; a tenth of a second."""
    loud = np.flatnonzero(np.abs(samples) > SPOKEN)
    return samples[max(0, int(loud[0]) - round(KEPT_LEAD * RATE)) :] if len(loud) else samples


def gain(volume: int) -> float:
    """Amplitude of volume step 0..10; the default step is the clips' own level, 0 is silence."""
    return 0.0 if volume <= 0 else float(10.0 ** (STEP * (volume - DEFAULT_VOLUME) / 20.0))


def pcm(samples: Samples, amplitude: float = 1.0) -> bytes:
    """Float samples as the line's bytes; what would be too loud for it is bent, not cut."""
    loud = samples * np.float32(amplitude)
    if amplitude > 1.0:
        loud = np.tanh(loud)
    return bytes((np.clip(loud, -1.0, 1.0) * 32767.0).astype("<i2").tobytes())


def samples_of(sound: bytes) -> Samples:
    """The line's bytes as float samples."""
    return np.frombuffer(sound, "<i2") * np.float32(1 / 32768)


def tone(frequency: float, seconds: float, level: float = 0.25) -> bytes:
    """A tone with soft ends."""
    at = np.arange(round(seconds * RATE)) / RATE
    edge = np.minimum(1.0, np.minimum(at, seconds - at) / 0.01)
    return pcm((level * edge * np.sin(2 * np.pi * frequency * at)).astype(np.float32))


def comfort() -> bytes:
    """Two soft notes: a sign of life for a line without a voice."""
    return tone(523.25, 0.18, 0.1) + bytes(round(0.05 * RATE) * 2) + tone(659.25, 0.25, 0.1)
