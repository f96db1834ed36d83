"""The noise of a hall, made from nothing: a low murmur, steps, keyboards. Seeded, so that every tour hears the same."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfilt

from speech.audio import Audio, Samples

_MURMUR_HZ = (120, 1_800)
_CLICK_HZ = (1_500, 6_000)


def hall_noise(seconds: float, rate: int, seed: int = 20261122) -> Audio:
    """Noise of unit root mean square: modulated speech-band murmur, and about three sharp clicks a second."""
    random = np.random.default_rng(seed)
    count = int(seconds * rate)
    murmur = _band(random.standard_normal(count), _MURMUR_HZ, rate)
    swell = 1 + 0.6 * np.sin(2 * np.pi * np.cumsum(random.uniform(0.3, 4.0, count)) / rate)
    clicks = np.zeros(count)
    for start in random.integers(0, max(1, count - rate // 20), int(3 * seconds)):
        length = rate // 50
        burst = random.standard_normal(length) * np.exp(-np.arange(length) / (length / 5))
        clicks[start : start + length] += burst[: count - start]
    noise = murmur * swell / _rms(murmur) + 0.5 * _band(clicks, _CLICK_HZ, rate) / max(_rms(clicks), 1e-9)
    return Audio((noise / _rms(noise)).astype(np.float32), rate)


def in_hall(speech: Audio, snr: float, before: float = 0.0, after: float = 0.0) -> Audio:
    """``speech`` with ``before`` and ``after`` seconds around it, ``snr`` dB above hall noise that never stops."""
    padded = pad(speech, before, after)
    level = _rms(speech.samples[np.abs(speech.samples) > 0.01]) if len(speech.samples) else 0.0
    noise = hall_noise(padded.seconds, speech.rate).samples * np.float32(level / 10 ** (snr / 20))
    mixed = padded.samples + noise
    return Audio((mixed / max(1.0, float(np.abs(mixed).max()))).astype(np.float32), speech.rate)


def pad(speech: Audio, before: float, after: float) -> Audio:
    """Silence around ``speech``, in seconds."""
    parts: list[Samples] = [
        np.zeros(int(before * speech.rate), np.float32),
        speech.samples,
        np.zeros(int(after * speech.rate), np.float32),
    ]
    return Audio(np.concatenate(parts), speech.rate)


def _band(signal: np.ndarray, hertz: tuple[int, int], rate: int) -> np.ndarray:
    low, high = hertz
    sections = butter(2, (low, min(high, rate // 2 - 1)), btype="bandpass", fs=rate, output="sos")
    return np.asarray(sosfilt(sections, signal))


def _rms(signal: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(signal)))) if len(signal) else 0.0
