"""A photo, a spoken message, and hearing it again. Pictures and sound live in the session's memory only."""

from __future__ import annotations

from dataclasses import dataclass

from devices.drivers.base import DriverError
from devices.drivers.camera import Camera, FileCamera
from dialog.acts import Play, Record, TakePhoto
from dialog.events import NoPhoto, PhotoTaken, Recorded
from kiosk.keepsakes import Keepsakes, Place
from kiosk.recording import Player, Recorder, packed
from kiosk.viewfinder import Viewfinder


@dataclass(frozen=True)
class PhotoErrand:
    """``viewfinder``: lets the camera go before it is used; it shows what the camera sees until then."""

    camera: Camera | FileCamera
    keepsakes: Keepsakes
    viewfinder: Viewfinder | None = None

    def ready(self, act: TakePhoto) -> Place:
        return self.keepsakes.place()

    def work(self, place: Place) -> PhotoTaken | NoPhoto:
        if self.viewfinder is not None and not self.viewfinder.released():
            return NoPhoto("camera")
        try:
            picture = self.camera.take()
        except DriverError:
            return NoPhoto("camera")
        return PhotoTaken(place.put("image/jpeg", picture.jpeg))

    def lost(self, act: TakePhoto) -> NoPhoto:
        return NoPhoto("camera")


@dataclass(frozen=True)
class RecordErrand:
    recorder: Recorder
    keepsakes: Keepsakes

    def ready(self, act: Record) -> tuple[Place, float]:
        return self.keepsakes.place(), act.maximum

    def work(self, wanted: tuple[Place, float]) -> Recorded:
        place, longest = wanted
        audio = self.recorder.record(longest)
        if audio is None:
            return Recorded(0.0)
        return Recorded(audio.seconds, place.put("audio/ogg", packed(audio)))

    def lost(self, act: Record) -> Recorded:
        return Recorded(0.0)


@dataclass(frozen=True)
class PlayErrand:
    """Nothing is told at the end: the dialog has asked its next question already."""

    player: Player
    keepsakes: Keepsakes

    def work(self, act: Play) -> None:
        kept = self.keepsakes.get(act.media)
        if kept is not None:
            self.player.play(kept.data)

    def lost(self, act: Play) -> None:
        return None
