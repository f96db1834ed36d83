"""Callers who wait for the same sentence: it is made once; who leaves stops nothing; a failure is everybody's."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from ivr.leg import RATE
from ivr.shared_synthesis import SharedSynthesiser, SoundCache
from speech.audio import Audio
from speech.speaking import Speaker
from speech.synthesis import OnSound, SynthesisError, ignore_sound

SENTENCE = "请带户口簿。"
HALF = Audio(np.full(800, 0.25, np.float32), RATE)


class HalfWay:
    """Gives half of a sentence, and the rest when ``go_on`` is set; breaks then if ``broken``."""

    voices: Sequence[str] = ("one",)

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.broken = False
        self.asked: list[str] = []

    def synthesise(
        self, sentence: str, *, rate: float = 1.0, voice: str | None = None, on_sound: OnSound = ignore_sound
    ) -> Audio:
        self.asked.append(sentence)
        on_sound(HALF)
        self.go_on.wait()
        if self.broken:
            raise SynthesisError("it broke")
        on_sound(HALF)
        return HALF + HALF

    def cancel(self) -> None:
        raise AssertionError("somebody else may be waiting for it")

    def close(self) -> None:
        return


class Caller:
    """Asks for a sentence in a thread of its own. ``began``: has heard something."""

    def __init__(self, shared: SharedSynthesiser, threads: ThreadPoolExecutor) -> None:
        self.heard: list[Audio] = []
        self.began = threading.Event()
        self.got: Future[Audio] = threads.submit(shared.synthesise, SENTENCE, on_sound=self._hear)

    def _hear(self, piece: Audio) -> None:
        self.heard.append(piece)
        self.began.set()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def test_callers_who_wait_for_the_same_sentence_have_it_made_once_and_hear_all_of_it(
    threads: ThreadPoolExecutor,
) -> None:
    synthesiser = HalfWay()
    shared = SharedSynthesiser(synthesiser, SoundCache())
    callers = [Caller(shared, threads) for _ in range(5)]
    for caller in callers:
        caller.began.wait()  # the first half, before the second is made
    synthesiser.go_on.set()
    for caller in [*callers, Caller(shared, threads)]:
        assert len(caller.got.result().samples) == 1600
        assert sum(len(piece.samples) for piece in caller.heard) == 1600
    assert synthesiser.asked == [SENTENCE]


def test_a_failure_is_everybodys_and_the_next_one_has_it_tried_again(threads: ThreadPoolExecutor) -> None:
    synthesiser = HalfWay()
    synthesiser.broken = True
    shared = SharedSynthesiser(synthesiser, SoundCache())
    callers = [Caller(shared, threads) for _ in range(3)]
    for caller in callers:
        caller.began.wait()
    synthesiser.go_on.set()
    for caller in callers:
        with pytest.raises(SynthesisError):
            caller.got.result()
    synthesiser.broken = False
    assert len(Caller(shared, threads).got.result().samples) == 1600
    assert synthesiser.asked == [SENTENCE, SENTENCE]


@pytest.mark.parametrize("leaver", [0, 1])
def test_a_caller_who_hangs_up_stops_nothing_for_another(leaver: int) -> None:
    synthesiser = HalfWay()
    shared = SharedSynthesiser(synthesiser, SoundCache())
    said = [Speaker(shared).utter(SENTENCE) for _ in range(2)]
    for utterance in said:
        next(utterance)
    said[leaver].stop()
    synthesiser.go_on.set()
    assert sum(len(piece.samples) for piece in said[1 - leaver]) >= 800  # the other half, and a pause
    assert list(said[leaver]) == []
    assert synthesiser.asked == [SENTENCE]
