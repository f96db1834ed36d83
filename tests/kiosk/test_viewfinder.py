"""What the camera sees is shown before the photo, and the camera is let go before it is taken."""

from __future__ import annotations

import io
import queue
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bench import Bench
from PIL import Image

from bianmin.errands.media import PhotoErrand
from devices.drivers.base import DriverError
from devices.drivers.camera import FileCamera, Frame
from dialog.acts import ListenScreen, PhotoScreen
from dialog.events import PhotoTaken
from kiosk.keepsakes import Keepsakes
from kiosk.ports import Report, ViewfinderSees
from kiosk.view import PREVIEW
from kiosk.viewfinder import LONGEST_SIDE, Viewfinder

WAIT = 60.0
"""Seconds a broken test waits; a good one does not."""


def test_pictures_come_small_and_the_camera_is_let_go_for_the_photo() -> None:
    reports: queue.Queue[Report] = queue.Queue()
    camera = FileCamera("test:")
    finder = Viewfinder(camera, reports.put, DriverError)
    finder.start()
    assert reports.get(timeout=WAIT) == ViewfinderSees(1)
    assert reports.get(timeout=WAIT) == ViewfinderSees(2)
    shown = finder.picture()
    assert shown is not None
    assert max(Image.open(io.BytesIO(shown)).size) <= LONGEST_SIDE
    keepsakes = Keepsakes()
    errand = PhotoErrand(camera, keepsakes, finder)
    assert isinstance(errand.work(keepsakes.place()), PhotoTaken)
    assert finder.picture() is None
    assert finder.released()


def test_started_again_it_waits_for_the_camera() -> None:
    reports: queue.Queue[Report] = queue.Queue()
    finder = Viewfinder(FileCamera("test:"), reports.put, DriverError)
    finder.start()
    reports.get(timeout=WAIT)
    finder.stop()
    finder.start()
    assert isinstance(reports.get(timeout=WAIT), ViewfinderSees)
    assert finder.released()


class Broken:
    def frames(self) -> Iterator[Frame]:
        raise DriverError("gone")


def test_a_camera_that_breaks_shows_nothing() -> None:
    finder = Viewfinder(Broken(), lambda report: None, DriverError)
    finder.start()
    assert finder.released()
    assert finder.picture() is None


@dataclass
class Finder:
    running: bool = False

    def start(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False

    def picture(self) -> bytes | None:
        return b"jpeg" if self.running else None


def test_it_runs_while_the_photo_can_be_taken_and_no_longer() -> None:
    kiosk, finder = Bench(), Finder()
    conversation = kiosk.engine._crew.conversation
    kiosk.engine._crew.parts = conversation.parts = replace(conversation.parts, viewfinder=finder)
    kiosk.tap("start")
    conversation._show(PhotoScreen("拍一张", "ready"))
    assert finder.running
    kiosk.report(ViewfinderSees(7))
    assert kiosk.view.preview == 7
    assert kiosk.engine.picture(f"{PREVIEW}7") == b"jpeg"
    conversation._show(PhotoScreen("拍一张", "taking"))
    assert not finder.running
    kiosk.report(ViewfinderSees(8))
    assert kiosk.view.preview == 0, "a picture that comes late is not shown"
    conversation._show(PhotoScreen("拍一张", "ready"))
    conversation._show(ListenScreen(""))
    assert not finder.running
    conversation._show(PhotoScreen("拍一张", "ready"))
    kiosk.engine.close()
    assert not finder.running
    assert kiosk.engine.picture(f"{PREVIEW}8") is None
