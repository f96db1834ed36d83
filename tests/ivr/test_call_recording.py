"""Calls on record: both sides by the clock, what was flushed is not on it, and the notice is said first."""

from __future__ import annotations

import numpy as np

from ivr.call_recording import RecordedLeg
from ivr.leg import FRAME
from ivr.virtual_leg import VirtualLeg


class Tape:
    def __init__(self) -> None:
        self.sound = bytearray()
        self.closed = False

    def write(self, sound: bytes) -> None:
        self.sound += sound

    def close(self) -> None:
        self.closed = True

    def remove(self) -> None:
        self.sound.clear()


def level(value: int, seconds: float) -> bytes:
    return np.full(round(seconds * 8000), value, "<i2").tobytes()


def test_left_is_what_was_said_right_what_was_heard_and_flushed_sound_was_not() -> None:
    now = 0.0
    line, tape = VirtualLeg(), Tape()
    line.silent_line = True
    leg = RecordedLeg(line, tape, lambda: now)

    def run(seconds: float) -> None:
        nonlocal now
        for _ in range(round(seconds / FRAME)):
            now += FRAME
            line.advance()
            leg.read()

    leg.read()
    leg.write(level(1000, 2.0))
    run(1.0)
    leg.flush()
    line.speak(level(-500, 0.5))
    run(1.0)
    leg.close()
    sound = np.frombuffer(bytes(tape.sound), "<i2").reshape(-1, 2)
    assert tape.closed
    assert len(sound) / 8000 == 2.0
    assert np.count_nonzero(sound[:, 1] == 1000) / 8000 == 1.0
    assert np.count_nonzero(sound[:, 0] == -500) / 8000 == 0.5
    assert (sound[:7000, 0] == 0).all()
