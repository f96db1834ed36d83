"""When the first voice fails the last resort speaks; when both fail the first one's reason is told."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from speech.audio import Audio
from speech.espeak import PROGRAM, Espeak
from speech.synthesis import OnSound, SynthesisCancelledError, SynthesisError, ignore_sound
from speech.synthesis_fallback import WithLastResort


class Voice:
    def __init__(self, name: str, error: SynthesisError | None = None) -> None:
        self.voices = (name,)
        self.error = error
        self.closed = False
        self.voice: str | None = "not asked"

    def synthesise(
        self, sentence: str, *, rate: float = 1.0, voice: str | None = None, on_sound: OnSound = ignore_sound
    ) -> Audio:
        self.voice = voice
        if self.error:
            raise self.error
        return Audio(np.zeros(10, np.float32), 1000)

    def cancel(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def test_the_last_resort_speaks_in_its_own_voice_and_only_when_needed() -> None:
    first, last = Voice("good"), Voice("poor")
    both = WithLastResort(first, lambda: last)
    both.synthesise("好", voice="good")
    assert last.voice == "not asked"
    first.error = SynthesisError("the first reason")
    assert both.synthesise("好", voice="good").rate == 1000
    assert last.voice is None
    first.error = None
    both.synthesise("好", voice="good")
    assert first.voice == "good"
    both.close()
    assert first.closed
    assert last.closed


def test_both_failing_tells_the_first_reason() -> None:
    both = WithLastResort(
        Voice("good", SynthesisError("the first reason")), lambda: Voice("poor", SynthesisError("the second"))
    )
    with pytest.raises(SynthesisError, match="the first reason"):
        both.synthesise("好")


def test_stopped_is_stopped() -> None:
    last = Voice("poor")
    with pytest.raises(SynthesisCancelledError):
        WithLastResort(Voice("good", SynthesisCancelledError()), lambda: last).synthesise("好")
    assert last.voice == "not asked"


@pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"{PROGRAM} is not installed")
def test_espeak_gives_sound_at_the_asked_rate() -> None:
    engine = Espeak()
    slow, fast = (
        engine.render("您好，请说。", engine.voices[0], 0.5),
        engine.render("您好，请说。", engine.voices[0], 2.0),
    )
    assert slow.seconds > 1.5 * fast.seconds > 0.3
    assert float(np.abs(fast.samples).max()) > 0.05
