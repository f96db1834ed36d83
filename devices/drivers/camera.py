"""The camera, asked through V4L2 whether it is there and can record; pictures are taken by whoever shows them."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterable

from devices.drivers.base import Condition, DeviceState, Driver, Found, Kind, SelfTest, Udev

VIDIOC_QUERYCAP = 0x80685600
CAPTURE = 0x00000001
_CAPABILITY = struct.Struct("16s32s32sIII3I")
"""struct v4l2_capability: driver, card, bus, version, capabilities, device capabilities, reserve."""


class Camera(Driver, name="v4l2", kind=Kind.CAMERA):
    """``video:/dev/videoN``."""

    @classmethod
    def find(cls, devices: Iterable[Udev]) -> list[Found]:
        return [
            Found(cls.name, f"video:{device.node}", device.properties.get("ID_V4L_PRODUCT", ""))
            for device in devices
            if device.subsystem == "video4linux"
            and ":capture:" in device.properties.get("ID_V4L_CAPABILITIES", ":capture:")
        ]

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

    def self_test(self) -> SelfTest:
        now = self.condition()
        return SelfTest(now.state is DeviceState.READY, now.text or "the camera answers")
