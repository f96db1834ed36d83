"""The speaking process dies, stops, lies and refuses; the next sentence is spoken all the same."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from speech.audio import Audio
from speech.synthesis import SynthesisCancelledError, SynthesisError
from speech.synthesis_process import ChildLost, Limits, ProcessEvent, ProcessSynthesiser

RENDERER = "tone_renderer:make"


LIMITS = Limits(stopped=0.8, sentence=1.0, character=0.2, idle=2.5)
EVENTS: list[ProcessEvent] = []


@pytest.fixture(scope="module")
def path() -> Iterator[None]:
    """The process finds the tones beside this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, str(Path(__file__).parent)])
        yield


@pytest.fixture(scope="module")
def synthesiser(path: None) -> Iterator[ProcessSynthesiser]:
    """One for all tests: each leaves it speaking, whatever it did to it."""
    made = ProcessSynthesiser(RENDERER, voices=("tone", "other"), limits=LIMITS, on_event=EVENTS.append)
    yield made
    made.close()


def test_a_sentence_becomes_sound_of_its_length(synthesiser: ProcessSynthesiser) -> None:
    audio = synthesiser.synthesise("十个字就是一秒的声音")
    assert audio.rate == 8000
    assert audio.seconds == pytest.approx(1.0, abs=0.01)
    assert synthesiser.synthesise("十个字就是一秒的声音", rate=2.0).seconds == pytest.approx(0.5, abs=0.01)


def test_the_speaking_process_stands_behind_ours(path: None) -> None:
    behind = ProcessSynthesiser(RENDERER, voices=("tone",), limits=LIMITS, spare=False, niceness=3)
    try:
        assert behind.wait_ready(180)
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, behind.process_ids[0]) == min(19, own + 3)
    finally:
        behind.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_killed_or_stopped_in_mid_sentence_another_process_says_it(
    synthesiser: ProcessSynthesiser, how: signal.Signals
) -> None:
    EVENTS.clear()
    assert synthesiser.wait_ready(180)
    victim = synthesiser.process_ids[0]
    timer = threading.Timer(0.2, os.kill, (victim, how))
    timer.start()
    heard: list[Audio] = []
    audio = synthesiser.synthesise("好慢慢慢", on_sound=heard.append)
    timer.join()
    assert [piece.seconds for piece in heard] == pytest.approx([0.1] * 4)  # 好 was heard once
    assert audio.seconds == pytest.approx(0.4, abs=0.01)
    assert victim not in synthesiser.process_ids
    assert [event for event in EVENTS if isinstance(event, ChildLost)]
    assert synthesiser.synthesise("好").seconds > 0


def test_killed_while_idle_the_next_sentence_is_spoken(synthesiser: ProcessSynthesiser) -> None:
    synthesiser.synthesise("好")
    os.kill(synthesiser.process_ids[0], signal.SIGKILL)
    assert synthesiser.synthesise("好").seconds > 0


@pytest.mark.parametrize("poison", ["死", "停", "睡", "转"])
def test_a_sentence_that_ends_every_process_is_given_up(synthesiser: ProcessSynthesiser, poison: str) -> None:
    with pytest.raises(SynthesisError, match="given up"):
        synthesiser.synthesise(poison)
    assert synthesiser.synthesise("好").seconds > 0


def test_a_refusal_is_one_sentence_and_the_next_request_works(synthesiser: ProcessSynthesiser) -> None:
    with pytest.raises(SynthesisError, match="nothing to say"):
        synthesiser.synthesise("错")
    assert synthesiser.synthesise("好").seconds > 0


def test_what_was_to_be_said_is_in_no_error(synthesiser: ProcessSynthesiser) -> None:
    with pytest.raises(SynthesisError) as caught:
        synthesiser.synthesise("我叫王小明漏")
    assert "王小明" not in str(caught.value)
    assert "ValueError" in str(caught.value)


def test_cancel_frees_the_caller_and_the_process(synthesiser: ProcessSynthesiser) -> None:
    assert synthesiser.wait_ready(180)
    timer = threading.Timer(0.1, synthesiser.cancel)
    timer.start()
    with pytest.raises(SynthesisCancelledError):
        synthesiser.synthesise("慢" * 100)
    # Uncancelled, the process would be busy for 50 s.
    assert synthesiser.synthesise("好").seconds > 0


@pytest.mark.parametrize(("rate", "voice"), [(0.4, None), (2.1, None), (float("nan"), None), (1.0, "nobody")])
def test_an_impossible_wish_is_refused_before_any_work(
    synthesiser: ProcessSynthesiser, rate: float, voice: str | None
) -> None:
    with pytest.raises(SynthesisError):
        synthesiser.synthesise("好", rate=rate, voice=voice)


def test_a_voice_that_does_not_start_says_why(path: None) -> None:
    broken = ProcessSynthesiser(RENDERER, ("the model is gone; fetch it",), voices=("tone",), spare=False)
    try:
        for _ in range(2):
            with pytest.raises(SynthesisError, match="the model is gone; fetch it"):
                broken.synthesise("好")
    finally:
        broken.close()


def test_closed_means_no_process_is_left(path: None) -> None:
    closing = ProcessSynthesiser(RENDERER, voices=("tone",))
    closing.synthesise("好")
    pids = closing.process_ids
    assert pids
    closing.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with pytest.raises(SynthesisError):
        closing.synthesise("好")
