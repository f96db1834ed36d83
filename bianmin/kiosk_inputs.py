"""Threads that wait at the scanner, the card reader, the keypad and the headset's socket, and tell the engine.

A device that is not there is asked again every few seconds: plugging it in is all that has to be done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from devices.drivers.base import DriverError
from devices.drivers.id_reader import IdReader
from devices.drivers.keypad import Keypad, key_name
from devices.drivers.presence import Radar
from devices.drivers.scanner import SerialScanner, WedgeScanner
from devices.transports import TransportError
from kiosk.headset import HeadsetJack
from kiosk.loudspeaker import SwitchingLoudspeaker
from kiosk.ports import CardRead, CodeScanned, Headset, Post, Presence

AGAIN = 3.0
"""Seconds until a device that failed is tried again."""
WAIT = 0.5
CARD_EVERY = 1.0
LINGER = 1.5
"""Seconds somebody has to stand there before they are greeted: people walk by."""

KEYPAD_NAMES = {"confirm": "enter", "back": "escape", "#": "enter", "*": "escape"}
"""The keypad driver's keys -> the names the front end knows (Kivy's); digits stay digits."""


class Inputs:
    """``stop`` ends all threads within a second or two."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._stop = threading.Event()

    def scanner(self, scanner: SerialScanner | WedgeScanner) -> None:
        """Codes, whenever one is held before it."""

        def once() -> None:
            for text in scanner.read(WAIT):
                self._post(CodeScanned(text))

        self._keep("scanner", once, scanner.close)

    def card_reader(self, reader: IdReader, wanted: Callable[[], bool], busy: threading.Lock) -> None:
        """A card's name, only while the glass asks for one: nobody's card is read by chance.

        ``busy``: held while the reader is asked; so does whoever looks at the devices.
        """
        seen = ""

        def once() -> None:
            nonlocal seen
            if not wanted():
                seen = ""
                self._stop.wait(CARD_EVERY)
                return
            with busy:
                card = reader.read()
            name = card.name if card is not None else ""
            if name and name != seen:
                self._post(CardRead(name))
            seen = name
            self._stop.wait(CARD_EVERY)

        self._keep("card-reader", once, reader.close)

    def keypad(self, keypad: Keypad, press: Callable[[str], None]) -> None:
        """Keys of a keypad that is grabbed; ``press`` is told Kivy's name of each, on this thread."""

        def once() -> None:
            for code, value in keypad.events(WAIT):
                name = key_name(code, value)
                if name is not None:
                    press(KEYPAD_NAMES.get(name, name))

        self._keep("keypad", once, keypad.close)

    def headset(self, node: Path, loudspeaker: SwitchingLoudspeaker) -> None:
        """The socket's switch: the sound follows it."""

        def tell(plugged: bool) -> None:
            loudspeaker.in_headset = plugged
            self._post(Headset(plugged))

        def once() -> None:
            HeadsetJack(node).watch(tell, self._stop.is_set)
            self._stop.wait(AGAIN)

        self._keep("headset", once, lambda: None)

    def presence(self, radar: Radar, busy: threading.Lock) -> None:
        """Somebody who stays, and that they left. ``busy``: held while the radar is read; so does who tests it."""
        since: float | None = None
        told = False

        def once() -> None:
            nonlocal since, told
            with busy:
                somebody = radar.read(WAIT)
            now = time.monotonic()
            since = (since or now) if somebody else None
            there = since is not None and now - since >= LINGER
            if there is not told and (there or not somebody):
                told = there
                self._post(Presence(there))
            self._stop.wait(0.1)

        self._keep("presence", once, radar.close)

    def stop(self) -> None:
        self._stop.set()

    def _keep(self, name: str, once: Callable[[], None], close: Callable[[], None]) -> None:
        def run() -> None:
            while not self._stop.is_set():
                try:
                    once()
                except (DriverError, TransportError):
                    self._stop.wait(AGAIN)
            close()

        threading.Thread(target=run, name=name, daemon=True).start()
