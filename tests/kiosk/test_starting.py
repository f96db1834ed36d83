"""What comes later than the first touch: ears in the middle of a session, and renewed parts between two people."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from bench import NOON, Bench

from kiosk.ears import ListeningEars
from kiosk.engine import Engine
from kiosk.listening import NoListener
from kiosk.ports import EarsCame, Ready
from kiosk.view import Overlay, Voice
from speech.audio import Samples


def deaf_bench() -> Bench:
    kiosk = Bench(microphone=False)
    kiosk.ears.coming = True
    kiosk.wait(0.1)
    return kiosk


def ears_come(kiosk: Bench) -> None:
    kiosk.ears.available, kiosk.ears.coming = True, False
    kiosk.report(EarsCame())


def test_a_touch_leads_on_before_the_recogniser_is_loaded() -> None:
    kiosk = deaf_bench()
    assert kiosk.view.ready
    assert kiosk.view.voice is Voice.WAKING
    kiosk.tap("start")
    assert kiosk.screen == "listen"
    kiosk.listen_through()
    assert kiosk.view.voice is Voice.WAKING
    kiosk.tap("speak")
    assert kiosk.ears.mode != "listening"


def test_ears_that_come_in_a_session_open_where_one_speaks() -> None:
    kiosk = deaf_bench()
    kiosk.tap("start")
    kiosk.listen_through()
    ears_come(kiosk)
    assert kiosk.view.voice is Voice.LISTENING
    assert kiosk.ears.mode == "listening"


def test_ears_that_come_while_the_terminal_speaks_wait_for_its_end() -> None:
    kiosk = deaf_bench()
    kiosk.tap("start")
    ears_come(kiosk)
    assert kiosk.view.voice is Voice.SPEAKING
    kiosk.listen_through()
    assert kiosk.view.voice is Voice.LISTENING


def test_ears_that_come_while_nobody_is_there_are_told_on_the_first_screen() -> None:
    kiosk = deaf_bench()
    ears_come(kiosk)
    kiosk.wait(0.1)
    assert kiosk.view.voice is Voice.READY
    assert kiosk.ears.mode == "asleep"


def test_a_touch_before_anything_is_loaded_does_not_put_off_the_start() -> None:
    kiosk = Bench()
    engine = Engine(kiosk.diary, lambda: NOON, lambda: kiosk.now)
    engine.tap("start")
    assert not engine.view.ready
    engine.post(Ready(kiosk.engine._crew.parts))
    engine.tick(kiosk.now)
    assert engine.view.ready


def renewed(kiosk: Bench, left: list[str]) -> object:
    """Post parts that are the old ones under another name; returns them."""
    old = kiosk.engine._crew.parts
    kiosk.engine._crew.parts = replace(old, retire=lambda: left.append("old"))
    fresh = replace(old)
    kiosk.report(Ready(fresh))
    return fresh


def test_renewed_parts_are_taken_over_while_nobody_is_there() -> None:
    kiosk, left = Bench(), []
    fresh = renewed(kiosk, left)
    assert kiosk.engine._crew.parts is fresh
    assert left == ["old"]


def test_renewed_parts_wait_for_the_end_of_a_session() -> None:
    kiosk, left = Bench(), []
    kiosk.tap("start")
    fresh = renewed(kiosk, left)
    kiosk.wait(5)
    assert kiosk.engine._crew.parts is not fresh
    assert kiosk.screen == "listen"
    kiosk.wait(400)
    assert kiosk.screen == "attract"
    assert kiosk.engine._crew.parts is fresh
    assert left == ["old"]
    kiosk.tap("start")
    assert kiosk.screen == "listen"


def test_renewed_parts_are_not_lost_in_a_wipe() -> None:
    kiosk, left = Bench(), []
    kiosk.tap("start")
    old = kiosk.engine._crew.parts
    kiosk.engine._crew.parts = replace(old, retire=lambda: left.append("old"))
    kiosk.post(Ready(replace(old)))
    kiosk.engine._wipe(kiosk.engine._crew)
    kiosk.wait(0.2)
    assert left == ["old"]


def test_renewed_parts_do_not_close_the_settings_somebody_looks_at() -> None:
    kiosk, left = Bench(), []
    kiosk.tap("settings")
    renewed(kiosk, left)
    kiosk.wait(1)
    assert kiosk.view.overlay is Overlay.SETTINGS
    assert not left


class OneBlock:
    available, behind = True, 0.0

    def __init__(self) -> None:
        self.asked = threading.Event()

    def blocks(self, stop: threading.Event) -> Iterator[Samples]:
        yield np.zeros(800, np.float32)
        self.asked.set()
        stop.wait()


def test_ears_without_a_listener_are_coming_and_hear_nothing() -> None:
    reports: list[object] = []
    microphone = OneBlock()
    ears = ListeningEars(microphone, None, reports.append)
    assert ears.coming
    assert not ears.available
    ears.wake()
    ears.listen()
    assert microphone.asked.wait(10)
    ears.sleep()
    assert reports == []
    ears.equip(NoListener())
    assert ears.available
    assert not ears.coming
    assert reports == [EarsCame()]


def test_ears_that_were_given_up_are_not_coming() -> None:
    ears = ListeningEars(OneBlock(), None, lambda report: None)
    ears.give_up()
    assert not ears.coming
    assert not ears.available
