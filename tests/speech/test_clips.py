"""Clips come back at the same length and sound, the same sound gives the same bytes, damage is noticed."""

from __future__ import annotations

import numpy as np
import pytest

from dialog.state import RATES
from speech.audio import Audio
from speech.clips import ClipError, ClipsOf, clip_name, decode, encode
from speech.synthesis import DEFAULT_RATE, FASTEST, SLOWEST
from speech.time_stretch import stretched


def tone(seconds: float = 1.0, hertz: float = 220.0, rate: int = 24_000) -> Audio:
    time = np.arange(int(seconds * rate)) / rate
    return Audio((0.4 * np.sin(2 * np.pi * hertz * time)).astype(np.float32), rate)


def test_a_clip_is_the_sound_it_was_made_of() -> None:
    encoded = encode(tone())
    assert encode(tone()) == encoded
    back = decode(encoded)
    assert back.rate == 24_000
    assert len(back.samples) == len(tone().samples)
    error = back.samples - tone().samples
    assert float(np.mean(error**2)) < float(np.mean(tone().samples ** 2)) / 100


@pytest.mark.parametrize("damaged", [b"", b"RIFF", encode(tone())[:40], b"\xff" * 200])
def test_a_damaged_clip_counts_as_none(damaged: bytes) -> None:
    with pytest.raises(ClipError):
        decode(damaged)
    assert ClipsOf(lambda sentence: damaged).clip("好。") is None


def test_a_clip_is_named_by_text_and_voice_whatever_the_unicode_form() -> None:
    assert clip_name("é", "a") == clip_name("e\u0301", "a") != clip_name("é", "b")


@pytest.mark.parametrize("rate", RATES)
def test_stretching_changes_the_length_and_not_the_pitch(rate: float) -> None:
    slow = stretched(tone(), rate)
    assert slow.seconds == pytest.approx(1.0 / rate, rel=0.02)
    middle = slow.samples[len(slow.samples) // 4 : -len(slow.samples) // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert float(spectrum.argmax()) * slow.rate / len(middle) == pytest.approx(220.0, abs=4.0)


def test_the_conversations_seven_rates_are_ones_that_can_be_spoken() -> None:
    paces = [min(FASTEST, max(SLOWEST, rate * DEFAULT_RATE)) for rate in RATES]
    assert len(set(paces)) == 7
    assert paces == sorted(paces)
