"""Stretches cover what is heard, leave out silence, are cut where the voice is faint, and join without a step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.kokoro_chunks import EDGE, FADE, FRAME, LENGTHS, SEARCH, SILENT, Stretch, gain, joined, stretches

QUIET, LOUD = -9.5, 7.0


def loudness(*runs: tuple[float, int]) -> np.ndarray:
    return np.concatenate([np.full(count, value, np.float32) for value, count in runs])


def test_silence_is_left_out_and_its_length_kept_inside() -> None:
    found = stretches(loudness((QUIET, 15), (LOUD, 20), (QUIET, 30), (LOUD, 10), (QUIET, 40)))
    assert found == (Stretch(15 - EDGE, 35 + EDGE, 0), Stretch(65 - EDGE, 75 + EDGE, 30 - 2 * EDGE))


def test_a_long_run_is_cut_at_its_faintest_frame_near_the_wanted_length() -> None:
    curve = loudness((LOUD, 200))
    curve[LENGTHS[0] + 3] = 0.5
    first, second, *_ = stretches(curve)
    assert first == Stretch(0, LENGTHS[0] + 3, 0)
    assert second.begin == first.end
    assert second.silence == 0


@given(st.lists(st.tuples(st.sampled_from([QUIET, 0.0, LOUD]), st.integers(1, 150)), min_size=1, max_size=8))
def test_every_frame_that_is_heard_is_in_exactly_one_stretch(runs: list[tuple[float, int]]) -> None:
    curve = loudness(*runs)
    times = np.zeros(len(curve), int)
    for stretch in stretches(curve):
        assert 0 < stretch.end - stretch.begin <= LENGTHS[-1] + SEARCH
        times[stretch.begin : stretch.end] += 1
    assert times.max(initial=0) <= 1
    assert (times[curve > SILENT] == 1).all()


def test_nothing_heard_is_no_stretch() -> None:
    assert stretches(loudness((QUIET, 50))) == ()
    assert stretches(np.zeros(0, np.float32)) == ()


def test_two_halves_of_one_sound_join_to_that_sound() -> None:
    sound = np.sin(np.arange(10 * FRAME) * 0.03).astype(np.float32)
    first, tail = joined(sound, 0, 4 * FRAME, None, goes_on=True)
    second, _ = joined(sound[2 * FRAME :], 2 * FRAME, 8 * FRAME, tail, goes_on=False)
    assert np.abs(np.concatenate([first, second]) - sound).max() < 1e-6


def test_a_join_at_the_edge_of_what_was_made_passes_into_silence() -> None:
    sound = np.ones(4 * FRAME, np.float32)
    piece, tail = joined(sound, 0, 4 * FRAME, np.zeros(FADE, np.float32), goes_on=False)
    assert len(tail) == FADE
    assert len(piece) == 4 * FRAME + FADE // 2
    assert piece[0] == 0.0


def test_a_faint_beginning_does_not_make_the_rest_too_loud() -> None:
    curve = loudness((3.0, 40), (LOUD, 160))
    first = Stretch(0, 40, 0)
    sound = np.full(40 * FRAME, 0.01, np.float32)
    rest = 0.01 * np.exp(0.51 * (LOUD - 3.0))
    assert gain(curve, sound, first, 0.1) * rest == pytest.approx(0.1, rel=0.15)
    assert gain(curve, np.zeros(40 * FRAME, np.float32), first, 0.1) == 1.0
