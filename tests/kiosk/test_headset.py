"""A headset: in, the sound goes there and a session begins; out, silence at once. The screen may stay dark."""

from __future__ import annotations

import struct

from bench import Bench
from hypothesis import given
from hypothesis import strategies as st

from kiosk.headset import EV_SW, GUIDE, SW_HEADPHONE_INSERT, changes
from kiosk.ports import Headset, SpeechBegan

EVENT = struct.Struct("llHHi")


def test_plugging_in_begins_a_session_and_pulling_out_silences_it() -> None:
    kiosk = Bench()
    kiosk.report(Headset(True))
    assert kiosk.screen == "listen"
    assert kiosk.mouth.until is not None
    assert kiosk.mouth.said[-1] == GUIDE, "the keys cannot be seen"
    kiosk.tap("key:human")
    assert kiosk.mouth.said.count(GUIDE) == 1
    kiosk.report(Headset(False))
    assert kiosk.mouth.until is None
    assert not kiosk.view.headset


def test_with_a_headset_speech_cuts_in() -> None:
    kiosk = Bench()
    kiosk.report(Headset(True))
    kiosk.report(SpeechBegan())
    assert "barge-in" in kiosk.diary.events


def test_the_screen_goes_dark_and_comes_back() -> None:
    kiosk = Bench()
    kiosk.report(Headset(True))
    kiosk.tap("dark")
    assert kiosk.view.dark
    kiosk.report(Headset(False))
    assert not kiosk.view.dark, "nobody stands before a dark screen without a headset"


def test_darkness_ends_with_the_session() -> None:
    kiosk = Bench()
    kiosk.report(Headset(True))
    kiosk.tap("dark")
    kiosk.wait(400)
    assert kiosk.screen == "attract"
    assert not kiosk.view.dark
    assert kiosk.view.headset, "it is still plugged in"


def test_the_same_state_again_changes_nothing() -> None:
    kiosk = Bench()
    kiosk.report(Headset(False))
    assert kiosk.screen == "attract"


def test_events_of_the_jack() -> None:
    data = EVENT.pack(0, 0, EV_SW, SW_HEADPHONE_INSERT, 1) + EVENT.pack(0, 0, 0, 0, 0)
    data += EVENT.pack(0, 0, EV_SW, SW_HEADPHONE_INSERT, 0)
    assert changes(data) == [True, False]
    assert changes(data[:-3]) == [True]


@given(st.binary(max_size=200))
def test_any_bytes_of_the_kernel_are_survived(data: bytes) -> None:
    changes(data)
