"""Sound as the rest of the program sees it: mono float32 samples with a sample rate; reading it from files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

RECOGNISER_RATE = 16_000
"""Hz; every recogniser here takes this rate."""

LONGEST_FILE = 5 * 60.0
"""s; a longer file is refused: no question and no message (180 s) is that long, and nobody waits minutes in silence."""


class AudioError(Exception):
    """A file is not sound we can read. The text is the sentence the user reads."""


@dataclass(frozen=True)
class Audio:
    """``samples``: shape (n,), float32 in [-1, 1], mono; ``rate``: Hz."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    def at(self, rate: int) -> Audio:
        """The same sound at another rate, band-limited (soxr)."""
        if rate == self.rate:
            return self
        import soxr

        return Audio(soxr.resample(self.samples, self.rate, rate).astype(np.float32), rate)

    def __add__(self, other: Audio) -> Audio:
        """One after the other; ``ValueError`` when the rates differ."""
        if self.rate != other.rate:
            raise ValueError(f"sound at {self.rate} Hz cannot go on at {other.rate} Hz")
        return Audio(np.concatenate([self.samples, other.samples]), self.rate)

    def blocks(self, seconds: float) -> Iterator[Samples]:
        """The samples in order, in pieces of ``seconds``, as a microphone would deliver them."""
        step = max(1, int(seconds * self.rate))
        for start in range(0, len(self.samples), step):
            yield self.samples[start : start + step]


def read_audio(path: Path, longest: float = LONGEST_FILE) -> Audio:
    """Read any sound file libsndfile knows (WAV of any width, FLAC, OGG, MP3), mixed to mono, at its own rate.

    A file cut short gives what is there. Raises ``AudioError``: missing, empty, not sound, nothing in it, longer than
    ``longest`` seconds, values that are not numbers.
    """
    import soundfile

    try:
        if path.stat().st_size == 0:
            raise AudioError(f"{path} is empty; record it again")
        with soundfile.SoundFile(str(path)) as stream:
            rate = int(stream.samplerate)
            if stream.frames > longest * rate:
                raise AudioError(
                    f"{path} is {stream.frames / rate / 60:.0f} minutes long; {longest / 60:.0f} are the most, cut it"
                )
            samples = stream.read(dtype="float32", always_2d=True)
    except FileNotFoundError:
        raise AudioError(f"{path} does not exist") from None
    except (soundfile.LibsndfileError, OSError) as error:
        raise AudioError(f"{path} is not a sound file that can be read; give a WAV, FLAC, OGG or MP3 file") from error
    if not len(samples):
        raise AudioError(f"{path} holds no sound; record it again")
    if not np.isfinite(samples).all():
        raise AudioError(f"{path} holds values that are not numbers; it is damaged, record it again")
    return Audio(np.clip(samples.mean(axis=1), -1.0, 1.0).astype(np.float32), rate)
