"""A keypad or keyboard scanner that is not there, through the kernel's uinput (needs /dev/uinput and its rights).

``python -m devices.simulators.keys keypad``: each line on standard input is pressed key by key.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator

from devices.drivers.keys import ASCII_KEYS, KEY_ENTER, KEYPAD_DIGITS, KEYPAD_SIGNS, SHIFTS

EVENT_KEY = 1


def presses(text: str, keypad: bool) -> Iterator[tuple[int, int]]:
    """The key events (code, value) that type ``text`` and ENTER; what has no key is left out."""
    digits = {char: code for code, char in (KEYPAD_DIGITS | KEYPAD_SIGNS).items()}
    plain = {pair[0]: code for code, pair in ASCII_KEYS.items()}
    shifted = {pair[1]: code for code, pair in ASCII_KEYS.items() if pair[0] != pair[1]}
    for char in text:
        if keypad and char in digits:
            yield from ((digits[char], 1), (digits[char], 0))
        elif char in plain:
            yield from ((plain[char], 1), (plain[char], 0))
        elif char in shifted:
            yield from ((SHIFTS[0], 1), (shifted[char], 1), (shifted[char], 0), (SHIFTS[0], 0))
    yield from ((KEY_ENTER, 1), (KEY_ENTER, 0))


def main() -> None:
    parser = argparse.ArgumentParser(prog="devices.simulators.keys", description=__doc__)
    parser.add_argument("device", choices=("keypad", "scanner"))
    options = parser.parse_args()
    import evdev

    try:
        keyboard = evdev.UInput(name=f"bianmin simulated {options.device}")
    except (OSError, evdev.UInputError):
        parser.exit(1, "/dev/uinput cannot be opened; load the module uinput and run as root\n")
    path = os.fsdecode(keyboard.device.path) if keyboard.device else ""
    sys.stdout.write(f"input:{path}\n")
    sys.stdout.flush()
    with keyboard:
        for line in sys.stdin:
            for code, value in presses(line.strip(), options.device == "keypad"):
                keyboard.write(EVENT_KEY, code, value)
                keyboard.syn()


if __name__ == "__main__":
    main()
