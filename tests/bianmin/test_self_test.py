"""A running program is asked over its socket, and what is broken in it is the answer."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from bianmin import self_test
from bianmin.self_test import Question, SelfTestError, Told
from content.search import Hit, Query, SearchResult
from speech.recognition import Recogniser
from speech.scripted import Line, ScriptedRecogniser


def search(query: Query, count: int) -> SearchResult:
    assert count == self_test.HITS
    if query.text == "坏":
        raise OSError("the pack is gone")
    return SearchResult("answer", (Hit("one", query.text, 0.9),)) if query.text else SearchResult("none")


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bm") as name:  # short: a socket's path holds some 100 characters
        yield Path(name)


@pytest.fixture
def recording(folder: Path) -> Path:
    path = folder / "q.wav"
    soundfile.write(path, np.zeros(16_000, np.float32), 16_000)
    return path


def once(path: Path, question: Question, recogniser: Recogniser | None) -> Told:
    close = self_test.serve(path, search, recogniser)
    try:
        return self_test.ask(path, question, 30.0)
    finally:
        close()
        assert not path.exists()


def test_a_recording_goes_through_the_programs_own_recogniser_and_search(folder: Path, recording: Path) -> None:
    told = once(folder / "run" / "kiosk.sock", Question("", str(recording)), ScriptedRecogniser(["异地就医"]))
    assert (told.outcome, told.listens, told.hits[0].title) == ("answer", True, "异地就医")
    assert told.heard is not None
    assert told.heard.pinyin.startswith("yi4")


def test_a_program_that_does_not_listen_is_asked_in_text(folder: Path, recording: Path) -> None:
    told = once(folder / "kiosk.sock", Question("社保卡", str(recording)), None)
    assert (told.outcome, told.listens, told.heard) == ("answer", False, None)


def test_what_is_broken_is_said_and_the_next_question_is_answered(folder: Path, recording: Path) -> None:
    path = folder / "kiosk.sock"
    deaf = ScriptedRecogniser([Line(error="recognition stopped twice"), "社保卡"])
    close = self_test.serve(path, search, deaf)
    try:
        for question, said in (
            (Question("坏"), "the pack is gone"),
            (Question(wav=str(recording)), "recognition stopped twice"),
            (Question(wav=str(folder / "none.wav")), "none.wav"),
        ):
            with pytest.raises(SelfTestError, match=said):
                self_test.ask(path, question, 30.0)
        assert self_test.ask(path, Question(wav=str(recording)), 30.0).outcome == "answer"
    finally:
        close()


def test_a_program_that_is_not_up_yet_is_waited_for(folder: Path) -> None:
    path, closing, naps = folder / "kiosk.sock", [], []
    path.touch()  # of a program that was killed

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            closing.append(self_test.serve(path, search, None))

    try:
        assert self_test.ask(path, Question("社保卡"), 30.0, sleep=sleep).outcome == "answer"
    finally:
        closing[0]()
    assert len(naps) == 3


def test_a_program_that_never_comes_up_is_named(folder: Path) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with pytest.raises(SelfTestError, match="kiosk is not running"):
        self_test.ask(folder / "kiosk.sock", Question("社保卡"), 20.0, clock=lambda: now[0], sleep=sleep)
    assert 18.0 <= now[0] <= 20.0


@given(st.binary(max_size=300))
def test_whatever_is_asked_is_answered(asked: bytes) -> None:
    told = self_test._told(asked, search, None)
    assert told.error or told.outcome
