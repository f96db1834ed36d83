"""What a telephone line and a room do to sound, for measuring: G.711 at 8 kHz, noise at a given distance, an echo."""

from __future__ import annotations

import numpy as np

from speech.audio import RECOGNISER_RATE, Audio, Samples

TELEPHONE_RATE = 8_000
_MU = 255.0


def mu_law(samples: Samples) -> Samples:
    """Samples as they come back out of G.711 mu-law (8 bits, companded; ITU-T G.711 as a formula)."""
    clipped = np.clip(samples, -1.0, 1.0)
    companded = np.sign(clipped) * np.log1p(_MU * np.abs(clipped)) / np.log1p(_MU)
    levels = np.round((companded + 1.0) / 2.0 * 255.0) / 255.0 * 2.0 - 1.0
    expanded: Samples = (np.sign(levels) * np.expm1(np.abs(levels) * np.log1p(_MU)) / _MU).astype(np.float32)
    return expanded


def over_telephone(audio: Audio) -> Audio:
    """The sound after 8 kHz mu-law, at the recogniser's rate."""
    narrow = audio.at(TELEPHONE_RATE)
    return Audio(mu_law(narrow.samples), TELEPHONE_RATE).at(RECOGNISER_RATE)


def with_noise(audio: Audio, noise: Audio, snr: float, offset: float = 0.0) -> Audio:
    """Noise added at ``snr`` dB below the speech (mean power of each), repeated as needed from ``offset`` seconds."""
    other = noise.at(audio.rate).samples
    repeated = np.resize(np.roll(other, -int(offset * audio.rate)), len(audio.samples))
    speech_power = float(np.mean(np.square(audio.samples)))
    noise_power = float(np.mean(np.square(repeated)))
    if speech_power == 0.0 or noise_power == 0.0:
        return audio
    gain = np.sqrt(speech_power / noise_power / 10 ** (snr / 10))
    return Audio((audio.samples + gain * repeated).astype(np.float32), audio.rate)


def in_room(audio: Audio, response: Audio) -> Audio:
    """The sound in a room with the given impulse response, at its old loudness."""
    from scipy.signal import fftconvolve

    echo = response.at(audio.rate).samples
    wet = fftconvolve(audio.samples, echo / (np.abs(echo).max() or 1.0))[: len(audio.samples)]
    loudness = np.sqrt(np.mean(np.square(audio.samples)) / (np.mean(np.square(wet)) or 1.0))
    return Audio((wet * loudness).astype(np.float32), audio.rate)
