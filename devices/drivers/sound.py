"""Microphone and loudspeaker, through sounddevice. Sound is measured and thrown away."""

from __future__ import annotations

import math
from typing import Any

from devices.drivers.base import Condition, DeviceState, Driver, Kind, SelfTest

TONE_HZ, TONE_SECONDS, RATE = 880.0, 0.6, 48_000


class _Sound(Driver):
    """A device by a part of its name, or ``default``."""

    channels = "max_input_channels"

    def _device(self) -> dict[str, Any] | None:
        """Raises ``OSError`` where the sound library is missing."""
        import sounddevice

        wanted = self.address.removeprefix("sound:")
        try:
            if wanted in ("", "default"):
                kind = "input" if self.channels == "max_input_channels" else "output"
                return dict(sounddevice.query_devices(kind=kind))
            return next(
                (dict(one) for one in sounddevice.query_devices() if wanted in one["name"] and one[self.channels] > 0),
                None,
            )
        except (sounddevice.PortAudioError, ValueError):
            return None

    def condition(self) -> Condition:
        try:
            device = self._device()
        except OSError:
            return Condition(DeviceState.FAULT, "the sound library is missing; install libportaudio2", "library")
        if device is None:
            what = "microphone" if self.channels == "max_input_channels" else "loudspeaker"
            return Condition(DeviceState.UNPLUGGED, f"no {what} is connected; check its cable", "unplugged")
        return Condition(DeviceState.READY)


class Microphone(_Sound, name="microphone", kind=Kind.MICROPHONE):
    """``sound:NAME`` or ``sound:default``."""

    def self_test(self) -> SelfTest:
        """Record one second and tell how loud it was."""
        now = self.condition()
        if now.state is not DeviceState.READY:
            return SelfTest(False, now.text)
        import sounddevice

        try:
            sound = sounddevice.rec(RATE, samplerate=RATE, channels=1, dtype="float32", blocking=True)
        except sounddevice.PortAudioError:
            return SelfTest(False, "the microphone cannot be opened; close the program that uses it")
        level = float((sound**2).mean()) ** 0.5
        if level == 0.0:
            return SelfTest(False, "the microphone is silent; check whether it is muted")
        return SelfTest(True, f"{20 * math.log10(level):.0f} dB below full scale; speak to see it rise")


class Speaker(_Sound, name="speaker", kind=Kind.SPEAKER):
    """``sound:NAME`` or ``sound:default``."""

    channels = "max_output_channels"

    def self_test(self) -> SelfTest:
        """Play a soft tone; a person says whether it was heard."""
        now = self.condition()
        if now.state is not DeviceState.READY:
            return SelfTest(False, now.text)
        import numpy as np
        import sounddevice

        time = np.arange(int(RATE * TONE_SECONDS)) / RATE
        tone = 0.2 * np.sin(2 * np.pi * TONE_HZ * time) * np.minimum(1.0, np.minimum(time, TONE_SECONDS - time) / 0.02)
        try:
            sounddevice.play(tone.astype(np.float32), RATE, blocking=True)
        except sounddevice.PortAudioError:
            return SelfTest(False, "the loudspeaker cannot be opened; close the program that uses it")
        return SelfTest(None, "a tone was played; was it heard?")
