"""Voice activity: what costs every caller something for as long as there is sound."""

from __future__ import annotations

import math
import threading
from pathlib import Path

import numpy as np
import pytest

from speech.endpointing import FRAME
from speech.voice import QUIET_LEVEL, Silero

TASKS = Path("/proc/self/task")


@pytest.mark.skipif(not TASKS.exists(), reason="threads are counted through /proc")
def test_the_detector_starts_no_threads_of_its_own() -> None:
    """They would wait for each other by spinning, in every call, on processors that recognition needs."""
    seen: list[set[str]] = []

    def detect() -> None:  # each thread that asks would get helpers of its own
        detector = Silero()
        before = {task.name for task in TASKS.iterdir()}
        detector.probability(np.full(FRAME, 0.1, np.float32), -20.0)
        seen.append({task.name for task in TASKS.iterdir()} - before)

    asking = threading.Thread(target=detect)
    asking.start()
    asking.join()

    assert seen == [set()]


def test_a_quiet_frame_is_not_looked_at() -> None:
    assert Silero().probability(np.full(FRAME, math.nan, np.float32), QUIET_LEVEL - 1.0) == 0.0
