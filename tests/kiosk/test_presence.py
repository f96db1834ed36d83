"""Somebody who stands before the terminal is greeted, and nothing of them is lost or kept by the sensor."""

from __future__ import annotations

import pytest
from bench import Bench

from kiosk.ports import Presence, SpeechBegan


@pytest.fixture
def kiosk() -> Bench:
    return Bench()


def test_whoever_stands_there_is_greeted(kiosk: Bench) -> None:
    kiosk.report(Presence(True))
    assert kiosk.engine.active
    assert kiosk.diary.events[0] == "session-started"


def test_who_leaves_without_a_touch_leaves_the_first_screen_behind(kiosk: Bench) -> None:
    kiosk.report(Presence(True))
    kiosk.report(Presence(False))
    assert not kiosk.engine.active
    assert kiosk.engine.sessions == 1


@pytest.mark.parametrize("deed", ["touch", "speech"])
def test_a_session_somebody_used_does_not_end_because_the_sensor_sees_nobody(kiosk: Bench, deed: str) -> None:
    kiosk.report(Presence(True))
    if deed == "touch":
        kiosk.engine.tap("size")
    else:
        kiosk.report(SpeechBegan())
    kiosk.report(Presence(False))
    assert kiosk.engine.active


def test_a_session_begun_by_touch_does_not_end_by_the_sensor(kiosk: Bench) -> None:
    kiosk.engine.tap("start")
    kiosk.report(Presence(True))
    kiosk.report(Presence(False))
    assert kiosk.engine.active
