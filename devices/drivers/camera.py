"""The camera: whether it is there, and pictures from it, through PyAV (FFmpeg's V4L2 input).

Two drivers share one way to a picture: ``v4l2`` (a real camera) and ``camera-file`` (a film, pictures in a row, or the
test card), which stands in for a camera where there is none. A picture lives in memory only and never shows itself.
"""

from __future__ import annotations

import fcntl
import io
import os
import struct
import threading
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from devices.drivers.base import Condition, DeviceState, Driver, DriverError, Found, Kind, SelfTest, Udev

if TYPE_CHECKING:
    from av.container import InputContainer

VIDIOC_QUERYCAP = 0x80685600
CAPTURE = 0x00000001
_CAPABILITY = struct.Struct("16s32s32sIII3I")
"""struct v4l2_capability: driver, card, bus, version, capabilities, device capabilities, reserve."""

WAIT_SECONDS = 2.0
"""A camera that gives no picture for so long is given up."""

WARM_UP = 5
"""Pictures thrown away at the start: exposure and white balance settle."""

TEST_SECONDS = 10.0
"""The self-test has more patience: nobody stands in front of it, and the terminal is busy starting."""

LONGEST_SIDE = 1600
QUALITY = 85
TEST_CARD = "testsrc=size=640x480:rate=25"


class Picture(msgspec.Struct, frozen=True):
    """One picture as JPEG without any metadata. It does not show itself: it may hold a person."""

    jpeg: bytes
    width: int
    height: int

    def __repr__(self) -> str:
        return f"Picture({self.width}x{self.height})"


class Frame(msgspec.Struct, frozen=True):
    """One picture of the live view: ``rgb`` is width * height * 3 bytes, rows from the top."""

    rgb: bytes
    width: int
    height: int

    def __repr__(self) -> str:
        return f"Frame({self.width}x{self.height})"


class _Camera(Driver):
    """Pictures from anything FFmpeg opens."""

    warm_up = 0

    @abstractmethod
    def source(self) -> tuple[str, str | None]:
        """What is opened, and FFmpeg's format (None: found out)."""

    def frames(self) -> Iterator[Frame]:
        """Pictures as they come, for the live view. Raises ``DriverError``; blocks at most two seconds a picture."""
        with self._open() as film:
            for number, picture in enumerate(film.decode(video=0)):
                if number >= self.warm_up:
                    yield Frame(picture.to_ndarray(format="rgb24").tobytes(), picture.width, picture.height)

    def take(self, within: float = WAIT_SECONDS) -> Picture:
        """One picture, ``within`` so many seconds. Raises ``DriverError``: the one sentence to show."""
        # Loaded here, so that the camera's two seconds are the camera's.
        import av  # noqa: F401
        import PIL.Image  # noqa: F401

        taken: list[Picture | DriverError] = []
        # A driver that hangs in the kernel keeps this thread; the terminal goes on.
        worker = threading.Thread(target=lambda: taken.append(self._take()), name="camera", daemon=True)
        worker.start()
        worker.join(within)
        if not taken:
            raise DriverError("the camera gives no picture; unplug it and plug it in again")
        if isinstance(taken[0], DriverError):
            raise taken[0]
        return taken[0]

    def _take(self) -> Picture | DriverError:
        from PIL import Image

        try:
            frame = next(self.frames(), None)
        except DriverError as error:
            return error
        if frame is None:
            return DriverError("the camera gives no picture; check its cable")
        image = Image.frombytes("RGB", (frame.width, frame.height), frame.rgb)
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        file = io.BytesIO()
        image.save(file, "JPEG", quality=QUALITY)
        return Picture(file.getvalue(), image.width, image.height)

    @contextmanager
    def _open(self) -> Iterator[InputContainer]:
        import av

        name, kind = self.source()
        try:
            with av.open(name, format=kind, timeout=(WAIT_SECONDS, WAIT_SECONDS)) as film:
                if not film.streams.video:
                    raise DriverError(f"{self.address} shows no pictures")
                yield film
        except (av.error.FFmpegError, ValueError, MemoryError) as error:
            reason = getattr(error, "strerror", None) or "it is no picture source"
            raise DriverError(f"{self.address} gives no picture: {reason}") from None

    def self_test(self) -> SelfTest:
        now = self.condition()
        if now.state is not DeviceState.READY:
            return SelfTest(False, now.text)
        try:
            picture = self.take(TEST_SECONDS)
        except DriverError as error:
            return SelfTest(False, str(error))
        return SelfTest(True, f"took a picture of {picture.width} x {picture.height}; it was not kept")


class Camera(_Camera, name="v4l2", kind=Kind.CAMERA):
    """``video:/dev/videoN``."""

    warm_up = WARM_UP

    @classmethod
    def find(cls, devices: Iterable[Udev]) -> list[Found]:
        return [
            Found(cls.name, f"video:{device.node}", device.properties.get("ID_V4L_PRODUCT", ""))
            for device in devices
            if device.subsystem == "video4linux"
            and ":capture:" in device.properties.get("ID_V4L_CAPABILITIES", ":capture:")
        ]

    def source(self) -> tuple[str, str | None]:
        return self.address.removeprefix("video:"), "v4l2"

    def condition(self) -> Condition:
        node = self.address.removeprefix("video:")
        try:
            descriptor = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return Condition(DeviceState.UNPLUGGED, f"{node} is not connected; check the camera's cable", "unplugged")
        except OSError as error:
            return Condition(DeviceState.FAULT, f"{node} cannot be opened: {error.strerror}", "refused")
        try:
            told = fcntl.ioctl(descriptor, VIDIOC_QUERYCAP, bytes(_CAPABILITY.size))
        except OSError:
            return Condition(DeviceState.FAULT, f"{node} is no camera", "refused")
        finally:
            os.close(descriptor)
        if not _CAPABILITY.unpack(told)[5] & CAPTURE:
            return Condition(DeviceState.FAULT, f"{node} takes no pictures; name another video device", "refused")
        return Condition(DeviceState.READY)


class FileCamera(_Camera, name="camera-file", kind=Kind.CAMERA):
    """A stand-in: ``file:F`` (a film, a picture, or ``shots/%03d.png``) or ``test:`` (a moving test card)."""

    def source(self) -> tuple[str, str | None]:
        if self.address.startswith("test:"):
            return self.address.removeprefix("test:") or TEST_CARD, "lavfi"
        # Only files: FFmpeg would open addresses of the network, too.
        return "file:" + self.address.removeprefix("file:"), None

    def condition(self) -> Condition:
        path = self.address.removeprefix("file:")
        if self.address.startswith("test:") or Path(path).is_file() or "%" in path:
            return Condition(DeviceState.READY)
        return Condition(DeviceState.UNPLUGGED, f"{path} is not there", "unplugged")
