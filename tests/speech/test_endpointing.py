"""Turns open for voices and close after the speaker's own pause. Time is frames; nothing waits."""

from __future__ import annotations

import numpy as np
import pytest

from speech.endpointing import FRAME_SECONDS, Boundary, Endpointer, EndpointSettings, Phrase, level_of, phrase_of

VOICE, QUIET = (0.9, -20.0), (0.02, -60.0)


class Speaker:
    """Feeds an endpointer and notes when turns opened and closed, in seconds."""

    def __init__(self, settings: EndpointSettings | None = None) -> None:
        self.endpointer = Endpointer(settings)
        self.now = 0.0
        self.opened: list[float] = []
        self.closed: list[float] = []

    def does(self, sound: tuple[float, float], seconds: float, phrase: Phrase = Phrase.OPEN) -> Speaker:
        for _ in range(round(seconds / FRAME_SECONDS)):
            self.now += FRAME_SECONDS
            match self.endpointer.frame(*sound, phrase):
                case Boundary.OPENED:
                    self.opened.append(self.now)
                case Boundary.CLOSED:
                    self.closed.append(self.now)
                case Boundary.NONE:
                    pass
        return self

    def speaks(self, seconds: float) -> Speaker:
        return self.does(VOICE, seconds)

    def rests(self, seconds: float, phrase: Phrase = Phrase.OPEN) -> Speaker:
        return self.does(QUIET, seconds, phrase)


def test_a_turn_opens_soon_and_closes_after_the_pause() -> None:
    speaker = Speaker().rests(1.0).speaks(2.0).rests(2.0)
    assert speaker.opened == [pytest.approx(1.16, abs=0.05)]
    assert speaker.closed == [pytest.approx(3.7, abs=0.06)]


@pytest.mark.parametrize("seconds", [0.03, 0.06, 0.1])
def test_a_cough_or_a_key_does_not_open_a_turn(seconds: float) -> None:
    speaker = Speaker()
    for _ in range(10):
        speaker.speaks(seconds).rests(0.4)
    assert not speaker.opened


def test_a_voice_no_louder_than_the_hall_does_not_open_a_turn() -> None:
    speaker = Speaker().does((0.05, -38.0), 2.0).does((0.9, -34.0), 3.0)
    assert not speaker.opened
    assert speaker.speaks(0.5).opened


def test_a_voice_far_below_the_floor_does_not_open_a_turn() -> None:
    assert not Speaker().does((0.9, -55.0), 3.0).opened


def test_a_pause_in_mid_sentence_does_not_cut() -> None:
    speaker = Speaker().speaks(1.0).rests(0.5).speaks(1.0).rests(0.6).speaks(1.0).rests(3.0)
    assert (len(speaker.opened), len(speaker.closed)) == (1, 1)


def test_a_slow_speakers_pause_is_learned() -> None:
    speaker = Speaker().speaks(1.0)
    for _ in range(6):
        speaker.rests(0.65).speaks(1.0)
    assert speaker.endpointer.learner.pause > 0.9
    speaker.rests(0.9).speaks(1.0)
    assert len(speaker.opened) == 1


def test_a_quick_speaker_is_answered_sooner() -> None:
    speaker = Speaker().speaks(1.0)
    for _ in range(8):
        speaker.rests(0.2).speaks(0.6)
    assert speaker.endpointer.learner.pause == pytest.approx(EndpointSettings().shortest_pause)


def test_who_was_cut_off_is_given_more_time_at_once() -> None:
    speaker = Speaker().speaks(1.0).rests(1.1).speaks(1.0)
    assert len(speaker.opened) == 2
    assert speaker.endpointer.learner.pause >= 1.1


def test_a_complete_short_answer_ends_within_a_second_of_its_end() -> None:
    speaker = Speaker().speaks(0.3).rests(2.0, Phrase.COMPLETE)
    assert speaker.closed[0] - 0.3 < 0.6


def test_an_unfinished_phrase_is_waited_for() -> None:
    speaker = Speaker().speaks(0.5).rests(1.0, Phrase.UNFINISHED).speaks(1.0)
    assert len(speaker.opened) == 1


def test_a_turn_never_lasts_longer_than_it_may() -> None:
    speaker = Speaker(EndpointSettings(longest_turn=5.0)).speaks(6.0)
    assert speaker.closed == [pytest.approx(5.0, abs=0.1)]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("是", Phrase.COMPLETE),
        ("转人工", Phrase.COMPLETE),
        ("我想", Phrase.UNFINISHED),
        ("我的社保卡的", Phrase.UNFINISHED),
        ("社保卡怎么补办", Phrase.OPEN),
        ("", Phrase.OPEN),
    ],
)
def test_the_words_say_whether_more_is_to_come(text: str, phrase: Phrase) -> None:
    assert phrase_of(text) is phrase


@pytest.mark.parametrize("length", [1, 255, 256, 257, 512, 1700])
def test_loudness_is_that_of_all_samples_however_many(length: int) -> None:
    samples = np.linspace(-0.3, 0.7, length, dtype=np.float32)

    wanted = 10.0 * np.log10(np.mean(np.square(samples.astype(np.float64))))

    assert level_of(samples) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("length", [0, 512])
def test_digital_silence_has_the_least_loudness(length: int) -> None:
    assert level_of(np.zeros(length, np.float32)) == -120.0
