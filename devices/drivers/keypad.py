"""The keypad for people who want keys under their fingers: digits, *, #, confirm and back."""

from __future__ import annotations

from devices.drivers.base import Kind
from devices.drivers.keys import (
    ASCII_KEYS,
    KEY_BACKSPACE,
    KEY_ENTER,
    KEY_KPENTER,
    KEYPAD_DIGITS,
    KEYPAD_SIGNS,
    KeyDevice,
)

CONFIRM, BACK = "confirm", "back"


def key_name(code: int, value: int) -> str | None:
    """What a key event means: "0".."9", "*", "#", "confirm", "back", or None. A held key counts once."""
    if value != 1:
        return None
    if code in (KEY_ENTER, KEY_KPENTER):
        return CONFIRM
    if code == KEY_BACKSPACE:
        return BACK
    if code in KEYPAD_DIGITS:
        return KEYPAD_DIGITS[code]
    if code in KEYPAD_SIGNS:
        return {"*": "*", "/": "#"}.get(KEYPAD_SIGNS[code])
    plain = ASCII_KEYS.get(code, ("", ""))[0]
    return plain if plain.isascii() and plain.isdigit() else None


class Keypad(KeyDevice, name="keypad", kind=Kind.KEYPAD):
    """A HID keypad; grabbed, so that keys reach the dialog and not a window."""

    def read(self, seconds: float) -> list[str]:
        """Keys pressed, waiting at most ``seconds``. Raises ``DriverError``."""
        return [name for event in self.events(seconds) if (name := key_name(*event))]
