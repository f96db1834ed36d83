"""What is being said on a leg: queued ahead, cut at once, gone on with from the sentence that was cut."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ivr.leg import FRAME
from ivr.mouth import AHEAD, Mouth, Sound
from ivr.virtual_leg import VirtualLeg
from ivr.voice import without_lead


def piece(number: int, seconds: float) -> bytes:
    return bytes([number, 0]) * round(seconds * 8000)


def play(mouth: Mouth, leg: VirtualLeg, seconds: float) -> None:
    for number in range(round(seconds / FRAME)):
        mouth.pump(number * FRAME)
        leg.advance()


def test_400_ms_are_queued_and_no_more() -> None:
    leg = VirtualLeg()
    mouth = Mouth(leg)
    mouth.play(Sound(piece(1, 3.0)))
    mouth.pump(0.0)
    assert leg.queued == AHEAD * 16_000


@given(
    st.lists(st.floats(0.05, 0.8), min_size=1, max_size=6),
    st.floats(0.0, 4.0),
)
def test_what_was_cut_is_heard_again_from_the_start_of_its_piece_and_nothing_is_lost(
    lengths: list[float], cut: float
) -> None:
    leg = VirtualLeg()
    mouth = Mouth(leg)
    pieces = [piece(number + 1, seconds) for number, seconds in enumerate(lengths)]
    mouth.play(Sound(*pieces))
    play(mouth, leg, cut)
    rest = mouth.interrupt()
    heard = bytes(leg.heard).rstrip(b"\0")
    whole = 0
    while whole < len(pieces) and len(heard) >= sum(map(len, pieces[: whole + 1])) - 1:
        whole += 1
    assert leg.queued == 0
    leg.heard.clear()
    if rest is not None:
        mouth.play(rest)
    play(mouth, leg, 8.0)
    assert bytes(leg.heard).rstrip(b"\0") == b"".join(pieces[whole:]).rstrip(b"\0")
    assert not mouth.playing


@given(
    st.lists(st.floats(0.05, 0.8), min_size=1, max_size=6),
    st.lists(st.floats(0.02, 0.5), max_size=6),
)
def test_what_was_held_goes_on_with_the_very_next_sample(lengths: list[float], holds: list[float]) -> None:
    leg = VirtualLeg()
    mouth = Mouth(leg)
    pieces = [piece(number + 1, seconds) for number, seconds in enumerate(lengths)]
    mouth.play(Sound(*pieces))
    for seconds in holds:
        play(mouth, leg, seconds)
        mouth.hold()
        before = len(leg.heard)
        play(mouth, leg, 0.1)
        assert not any(leg.heard[before:])
        mouth.release()
    play(mouth, leg, 8.0)
    assert bytes(leg.heard).replace(b"\0\0", b"") == b"".join(pieces)


def test_a_filler_comes_before_what_is_still_being_made() -> None:
    leg = VirtualLeg()
    mouth = Mouth(leg)

    class Slow(Sound):
        ready = False

        def take(self) -> bytes | None:
            return super().take() if self.ready else None

    slow = Slow(piece(1, 0.1))
    mouth.play(slow)
    mouth.pump(0.0)
    assert mouth.starved
    mouth.interject(piece(2, 0.1))
    mouth.pump(0.02)
    slow.ready = True
    play(mouth, leg, 1.0)
    assert bytes(leg.heard).rstrip(b"\0")[::2] == bytes([2]) * 800 + bytes([1]) * 800


def test_an_answer_begins_with_its_first_word() -> None:
    word = np.concatenate([np.zeros(800, np.float32), np.full(400, 0.3, np.float32), np.zeros(300, np.float32)])
    assert len(without_lead(word)) == 160 + 400 + 300
    assert len(without_lead(np.zeros(800, np.float32))) == 800
