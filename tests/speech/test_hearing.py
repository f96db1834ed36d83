"""Sound in, events out, on the time of the sound: a scripted recogniser, a voice detector that listens to loudness."""

from __future__ import annotations

from concurrent.futures import Future
from itertools import pairwise

import numpy as np
import pytest

from speech.audio import Samples
from speech.hearing import Final, Foreseen, Hearing, HearingEvent, Partial, SpeechStarted, Unintelligible
from speech.recognition import Hypothesis
from speech.scripted import Line, ScriptedRecogniser, ScriptedStream


class LoudIsVoice:
    """A frame above -40 dB is voice."""

    def probability(self, frame: Samples, level: float) -> float:
        return 0.95 if level > -40 else 0.01

    def reset(self) -> None:
        return


def sound(seconds: float, loud: bool) -> Samples:
    amplitude = 0.2 if loud else 0.0005
    return (amplitude * np.random.default_rng(1).standard_normal(int(seconds * 16_000))).astype(np.float32)


def listen(hearing: Hearing, *pieces: tuple[float, bool], block: int = 320) -> list[HearingEvent]:
    samples = np.concatenate([sound(*piece) for piece in pieces])
    events = []
    for start in range(0, len(samples), block):
        events += list(hearing.feed(samples[start : start + block]))
    return events


def hearing(*lines: Line | str) -> Hearing:
    return Hearing(ScriptedRecogniser(lines), voice=LoudIsVoice(), clock=lambda: 0.0)


def texts(events: list[HearingEvent]) -> list[str]:
    return [event.hypothesis.text for event in events if isinstance(event, Final)]


def test_an_utterance_is_started_partial_final() -> None:
    events = listen(hearing("社保卡怎么补办"), (1.0, False), (2.0, True), (1.5, False))
    kinds = [type(event) for event in events]
    assert kinds[0] is SpeechStarted
    assert kinds[-1] is Final
    assert kinds.count(Partial) >= 5
    assert texts(events) == ["社保卡怎么补办"]


def test_a_turn_is_never_silent_for_longer_than_two_tenths_of_a_second() -> None:
    """An engine that has no words yet (whisper) still lets the front end know that somebody is heard."""
    ears, at = hearing(Line("")), []
    samples = np.concatenate([sound(0.5, False), sound(3.0, True), sound(1.5, False)])
    for start in range(0, len(samples), 320):
        at += [ears.seconds for event in ears.feed(samples[start : start + 320]) if not isinstance(event, Final)]
    assert len(at) > 15
    assert all(later - earlier <= 0.2 for earlier, later in pairwise(at[:-1]))


def test_the_endpoint_is_measured_in_the_time_of_the_sound() -> None:
    events = listen(hearing("社保卡怎么补办"), (1.0, False), (2.0, True), (1.5, False))
    final = events[-1]
    assert isinstance(final, Final)
    assert final.timings.endpoint == pytest.approx(700, abs=40)
    assert final.timings.recognition == 0.0


@pytest.mark.parametrize("block", [160, 333, 512, 16_000])
def test_the_size_of_the_blocks_does_not_matter(block: int) -> None:
    pair = ((1.0, True), (1.2, False))
    events = listen(hearing("一", "二"), (0.5, False), *pair, *pair, block=block)
    assert texts(events) == ["一", "二"]


def test_the_first_syllable_before_the_detector_was_sure_is_heard_too() -> None:
    events = listen(hearing("好"), (1.0, False), (1.0, True), (1.2, False))
    final = events[-1]
    assert isinstance(final, Final)
    assert final.hypothesis.seconds > 1.0 + 0.3


def test_quiet_makes_no_event() -> None:
    assert listen(hearing("x"), (10.0, False)) == []


def test_nothing_understood_is_unintelligible() -> None:
    assert listen(hearing(Line("")), (0.5, False), (1.0, True), (1.2, False))[-1] == Unintelligible("unclear")


def test_a_guess_nobody_would_trust_is_unintelligible() -> None:
    events = listen(hearing(Line("异地就医", confidence=0.05)), (0.5, False), (1.0, True), (1.2, False))
    assert events[-1] == Unintelligible("unclear")


def test_a_failed_recogniser_is_an_event_and_the_next_utterance_works() -> None:
    pair = ((1.0, True), (1.2, False))
    events = listen(hearing(Line("x", error="broken"), "好的"), (0.5, False), *pair, *pair)
    assert Unintelligible("restarted") in events
    assert texts(events) == ["好的"]


def test_flush_ends_a_turn_that_the_file_ended_in() -> None:
    ears = hearing("社保卡")
    events = listen(ears, (0.5, False), (1.0, True)) + list(ears.flush())
    assert texts(events) == ["社保卡"]
    assert not ears.busy


def test_discard_forgets_an_open_turn() -> None:
    ears = hearing("社保卡", "医保卡")
    listen(ears, (0.5, False), (1.0, True))
    ears.discard()
    assert list(ears.flush()) == []
    assert texts(listen(ears, (1.0, False), (1.0, True), (1.2, False))) == ["医保卡"]


def test_wipe_forgets_how_the_last_person_spoke() -> None:
    ears = hearing("一", "二")
    listen(ears, (1.0, True), (1.0, False), (1.0, True), (2.5, False))
    assert ears.endpointer.learner.pause > 0.8
    ears.wipe()
    assert ears.endpointer.learner.pause == pytest.approx(0.7)


class LateStream(ScriptedStream):
    """Answers when the test says so, as a recogniser in another process does."""

    future: Future[Hypothesis]

    def preview_soon(self) -> Future[Hypothesis] | None:
        return None

    def finish_soon(self) -> Future[Hypothesis]:
        self.future = Future()
        return self.future


class LateRecogniser:
    name = "late"

    def __init__(self) -> None:
        self.streams: list[LateStream] = []

    def stream(self) -> LateStream:
        self.streams.append(LateStream(Line("高龄津贴")))
        return self.streams[-1]


def test_a_late_answer_comes_out_of_a_later_feed() -> None:
    recogniser = LateRecogniser()
    ears = Hearing(recogniser, voice=LoudIsVoice(), clock=lambda: 0.0)
    assert texts(listen(ears, (0.5, False), (1.0, True), (1.2, False))) == []
    assert ears.busy
    stream = recogniser.streams[0]
    stream.future.set_result(stream.finish())
    assert texts(listen(ears, (0.1, False))) == ["高龄津贴"]


def test_the_level_meter_follows_the_sound() -> None:
    ears = hearing()
    listen(ears, (0.2, False))
    quiet = ears.level
    listen(ears, (0.2, True))
    assert 0.0 <= quiet < ears.level <= 1.0


class ForesightedStream(ScriptedStream):
    """Tells before the end what it will have understood; counts what it is asked."""

    def __init__(self, line: Line) -> None:
        super().__init__(line)
        self.previews: list[Future[Hypothesis]] = []
        self.finished = 0
        self.dropped = False

    def preview_soon(self) -> Future[Hypothesis] | None:
        future: Future[Hypothesis] = Future()
        self.previews.append(future)
        self.prepare(future)
        return future

    def prepare(self, future: Future[Hypothesis]) -> None:
        future.set_result(ScriptedStream.finish(self))

    def finish(self) -> Hypothesis:
        self.finished += 1
        return super().finish()

    def drop(self) -> None:
        self.dropped = True


class GivesUp(ForesightedStream):
    """Its previews come to nothing: the process that made them was replaced."""

    def prepare(self, future: Future[Hypothesis]) -> None:
        future.cancel()


class Foresighted:
    name = "foresighted"

    def __init__(self, kind: type[ForesightedStream] = ForesightedStream, text: str = "高龄津贴") -> None:
        self._kind, self._text = kind, text
        self.streams: list[ForesightedStream] = []

    def stream(self) -> ForesightedStream:
        self.streams.append(self._kind(Line(self._text)))
        return self.streams[-1]


def test_what_will_be_understood_is_told_before_the_turn_is_over_and_not_understood_twice() -> None:
    recogniser = Foresighted()
    events = listen(Hearing(recogniser, voice=LoudIsVoice()), (0.5, False), (1.0, True), (1.2, False))
    kinds = [type(event) for event in events if not isinstance(event, Partial)]
    assert kinds == [SpeechStarted, Foreseen, Final]
    (foreseen,) = (event.hypothesis for event in events if isinstance(event, Foreseen))
    (final,) = (event.hypothesis for event in events if isinstance(event, Final))
    assert foreseen == final
    (stream,) = recogniser.streams
    assert (len(stream.previews), stream.finished, stream.dropped) == (1, 0, True)


def test_voice_after_a_pause_makes_the_preview_worthless() -> None:
    recogniser = Foresighted()
    pieces = ((0.5, False), (1.0, True), (0.4, False), (0.5, True), (1.2, False))
    events = listen(Hearing(recogniser, voice=LoudIsVoice()), *pieces)
    (stream,) = recogniser.streams
    assert len(stream.previews) == 2
    (final,) = (event.hypothesis for event in events if isinstance(event, Final))
    assert final is stream.previews[1].result()
    assert final.seconds > stream.previews[0].result().seconds


def test_a_preview_that_came_to_nothing_is_made_good_at_the_end() -> None:
    recogniser = Foresighted(GivesUp)
    events = listen(Hearing(recogniser, voice=LoudIsVoice()), (0.5, False), (1.0, True), (1.2, False))
    assert texts(events) == ["高龄津贴"]
    assert not any(isinstance(event, Foreseen) for event in events)
    assert recogniser.streams[0].finished == 1


def test_a_preview_without_words_is_not_believed() -> None:
    recogniser = Foresighted(text="")
    events = listen(Hearing(recogniser, voice=LoudIsVoice()), (0.5, False), (1.0, True), (1.2, False))
    assert recogniser.streams[0].finished == 1
    assert any(isinstance(event, Unintelligible) for event in events)
