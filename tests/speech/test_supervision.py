"""A recogniser's process that hangs or dies is replaced, and what was being said is not lost."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from speech.recogniser_process import serve
from speech.recognition import Recogniser, SpeechError
from speech.scripted import Line, ScriptedRecogniser
from speech.supervision import Supervisor

SOUND = np.full(16_000, 0.1, np.float32)
PATIENCE = 1.0  # s; the only real time in these tests


@contextmanager
def supervised(load: Callable[[], Recogniser], spare: bool = False) -> Iterator[Supervisor]:
    supervisor = Supervisor(load, patience=PATIENCE, spare=spare)
    try:
        yield supervisor
    finally:
        supervisor.close()


def test_an_utterance_is_understood_in_the_child() -> None:
    with supervised(partial(ScriptedRecogniser, ["社保卡怎么补办", "一三六二八零"])) as supervisor:
        supervisor.wait_ready(60)
        assert supervisor.name == "scripted"
        first, second = supervisor.stream(), supervisor.stream()
        first.feed(SOUND)
        second.feed(SOUND)
        assert second.finish().text == "136280"
        assert first.finish().text == "社保卡怎么补办"


@pytest.mark.parametrize("fault", [Line("高龄津贴", hang=True), Line("高龄津贴", die=True)], ids=["hangs", "dies"])
def test_an_utterance_survives_the_child_that_heard_it(tmp_path: Path, fault: Line) -> None:
    line = Line(fault.text, hang=fault.hang, die=fault.die, once=str(tmp_path / "marker"))
    with supervised(partial(ScriptedRecogniser, [line]), spare=True) as supervisor:
        supervisor.wait_ready(60)
        stream = supervisor.stream()
        stream.feed(SOUND)
        assert stream.finish_soon().result(60).text == "高龄津贴"
        assert supervisor.restarts == 1


def test_an_utterance_that_stops_two_children_is_given_up_and_the_next_one_works(tmp_path: Path) -> None:
    with supervised(partial(ScriptedRecogniser, [Line("x", die=True)])) as supervisor:
        supervisor.wait_ready(60)
        with pytest.raises(SpeechError, match="stopped twice"):
            supervisor.stream().finish_soon().result(60)
        assert supervisor.restarts == 2


def test_an_error_in_one_utterance_is_that_utterances_alone() -> None:
    with supervised(partial(ScriptedRecogniser, [Line("x", error="no good"), "好的"])) as supervisor:
        supervisor.wait_ready(60)
        bad, good = supervisor.stream(), supervisor.stream()
        bad.feed(SOUND)
        good.feed(SOUND)
        with pytest.raises(SpeechError, match="no good"):
            bad.finish_soon().result(60)
        assert good.finish_soon().result(60).text == "好的"
        assert supervisor.restarts == 0


def test_a_model_that_cannot_be_loaded_is_one_sentence() -> None:
    with supervised(partial(ScriptedRecogniser, None)) as supervisor, pytest.raises(SpeechError, match="not iterable"):
        supervisor.wait_ready(60)


def test_what_is_dropped_is_not_answered() -> None:
    with supervised(partial(ScriptedRecogniser, ["一", "二"])) as supervisor:
        supervisor.wait_ready(60)
        dropped = supervisor.stream()
        dropped.feed(SOUND)
        dropped.drop()
        assert supervisor.stream().finish_soon().result(60).text == "二"
        assert not dropped.final.done()


def test_closing_ends_what_is_open() -> None:
    with supervised(partial(ScriptedRecogniser, [Line("x", hang=True)])) as supervisor:
        supervisor.wait_ready(60)
        stream = supervisor.stream()
        future = stream.finish_soon()
        supervisor.close()
        with pytest.raises(SpeechError, match="switched off"):
            future.result(10)


def test_a_preview_leaves_the_utterance_as_it_is() -> None:
    with supervised(partial(ScriptedRecogniser, ["高龄津贴"])) as supervisor:
        supervisor.wait_ready(60)
        stream = supervisor.stream()
        stream.feed(SOUND)
        preview = stream.preview_soon()
        assert preview is not None
        assert preview.result(60).text == "高龄津贴"
        stream.feed(SOUND)
        assert stream.finish().seconds == pytest.approx(2 * preview.result().seconds)


def test_a_preview_that_cannot_be_had_is_cancelled(tmp_path: Path) -> None:
    line = Line("高龄津贴", die=True, once=str(tmp_path / "marker"))
    with supervised(partial(ScriptedRecogniser, [line])) as supervisor:
        supervisor.wait_ready(60)
        stream = supervisor.stream()
        stream.feed(SOUND)
        preview = stream.preview_soon()
        assert preview is not None
        assert stream.finish().text == "高龄津贴"
        assert preview.cancelled()


def test_a_preview_of_an_utterance_that_was_lost_is_cancelled_not_waited_for_without_end() -> None:
    """Two processes died over it before its quiet came: the front end then waited for a preview that nobody made."""
    with supervised(partial(ScriptedRecogniser, [Line("x", die=True)])) as supervisor:
        supervisor.wait_ready(60)
        stream = supervisor.stream()
        stream.feed(SOUND)
        with pytest.raises(SpeechError, match="stopped twice"):
            stream.finish_soon().result(60)
        stream.feed(SOUND)
        preview = stream.preview_soon()
        assert preview is not None
        assert preview.cancelled()
        assert not stream.sound  # what is said after the loss is not kept
        with pytest.raises(SpeechError, match="stopped twice"):
            stream.finish_soon().result(60)


def test_an_utterance_begun_after_hearing_was_switched_off_ends_at_once() -> None:
    with supervised(partial(ScriptedRecogniser, ["好的"])) as supervisor:
        supervisor.wait_ready(60)
        supervisor.close()
        stream = supervisor.stream()
        stream.feed(SOUND)
        with pytest.raises(SpeechError, match="switched off"):
            stream.finish_soon().result(60)


def test_a_child_whose_program_ended_while_it_was_loading_ends_without_a_word() -> None:
    ours, childs = multiprocessing.Pipe()

    def load() -> ScriptedRecogniser:
        ours.close()
        return ScriptedRecogniser([])

    serve(childs, load)
    childs.close()
