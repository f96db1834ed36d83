"""Stuck or only waiting for the processor: real processes, the clock is the test's."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from speech.process_time import Patience, is_stopped, processor_seconds


@pytest.fixture
def sleeper() -> Iterator[int]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process.pid
        process.kill()


def test_a_process_that_uses_no_processor_is_stuck_when_its_time_is_up(sleeper: int) -> None:
    patience = Patience(sleeper, 2.0)
    assert [patience.is_over(0.0, now) for now in (0.0, 1.0, 1.9, 2.1)] == [False, False, False, True]


def test_a_new_question_begins_a_new_wait(sleeper: int) -> None:
    patience = Patience(sleeper, 2.0)
    asked = [(0.0, 0.0), (0.0, 1.9), (1.95, 3.0), (None, 9.0), (9.0, 10.0)]
    assert not any(patience.is_over(since, now) for since, now in asked)


def test_a_process_that_moves_only_waits_for_its_turn() -> None:
    patience = Patience(os.getpid(), 2.0)
    for now in (0.0, 1.5, 3.0, 4.5):
        before = processor_seconds(os.getpid())
        while processor_seconds(os.getpid()) - before < 0.02:
            pass
        assert not patience.is_over(0.0, now)


def test_a_stopped_process_is_stuck_at_once(sleeper: int) -> None:
    os.kill(sleeper, signal.SIGSTOP)
    while not is_stopped(sleeper):
        pass
    patience = Patience(sleeper, 60.0)
    assert not patience.is_over(0.0, 0.5)
    assert patience.is_over(0.0, 1.5)
    os.kill(sleeper, signal.SIGCONT)
