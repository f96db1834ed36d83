"""The Kivy application: shows the engine's view, feeds it fingers and time. Import only after ``window.prepare``."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Keyboard, Window

from kiosk import keypad, memory
from kiosk.engine import Engine
from kiosk.fonts import Fonts
from kiosk.frame import Frame
from kiosk.layout import frame_of
from kiosk.staff.door import Door
from kiosk.stage import Stage
from kiosk.theme import MM_PER_INCH
from kiosk.view import View


class KioskApp(App):  # type: ignore[misc]  # Kivy has no types
    """``every_frame`` runs on the main thread after the engine's tick, with the frame that stands on the glass."""

    def __init__(
        self,
        engine: Engine,
        fonts: Fonts,
        size: tuple[int, int],
        ppi: float,
        clock: Callable[[], float] = time.monotonic,
        every_frame: Callable[[KioskApp], None] | None = None,
    ) -> None:
        super().__init__()
        self.engine = engine
        self.fonts = fonts
        self.size = size
        self.ppi = ppi
        self._clock = clock
        self._every_frame = every_frame
        self._drawn: View | None = None
        self._door = Door()
        self._keys: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._sessions = 0
        self._turns = 0
        self.shown = threading.Event()
        """Set when the first picture stands on the glass: until then nothing else should take the processor's time."""
        self.frame = Frame("", *size, "#000000", (), ())

    def build(self) -> Stage:
        self.stage = Stage(self.fonts, self._down, self._up, self.engine.draw_to, self.engine.picture)
        Clock.schedule_interval(self._turn, 0)
        Window.bind(on_key_down=self._key)
        return self.stage

    def press_soon(self, name: str) -> None:
        """A key, by Kivy's name; from any thread."""
        self._keys.put(name)

    def _turn(self, _dt: float) -> None:
        while not self._keys.empty():
            self.key(self._keys.get_nowait())
        self.engine.tick(self._clock())
        self.refresh()
        if self._every_frame is not None:
            self._every_frame(self)
        self._turns += 1
        if self._turns == 2:  # what the first turn showed was drawn between the two
            self.shown.set()

    def stop_soon(self) -> None:
        """Close the window; from any thread."""
        Clock.schedule_once(lambda _dt: self.stop(), 0)

    def refresh(self) -> None:
        """Draw the view if it changed; after a wipe forget every picture of the last person's words."""
        if self.engine.sessions != self._sessions:
            self._sessions = self.engine.sessions
            self.stage.forget()
            self.fonts.forget()
            memory.give_back()
            self._drawn = None
        if self.engine.view is not self._drawn:
            self._drawn = self.engine.view
            self.frame = frame_of(self._drawn, *self.size, self.ppi, self.fonts)
            self.stage.show(self.frame)

    def key(self, name: str) -> bool:
        """A key of the keypad, by Kivy's name; whether it means anything here."""
        if self._door.key(name, self._clock()):
            self.engine.knock()
            self.refresh()
            return True
        known = keypad.press(self.engine, self.frame, name)
        self.refresh()
        return known

    def _key(self, _window: object, code: int, *_rest: object) -> bool:
        return self.key(Keyboard.keycode_to_string(None, code))

    def touch(self, x: float, y: float) -> None:
        """A finger down and up at one place."""
        self._down(x, y)
        self._up(x, y)

    def _down(self, x: float, y: float) -> None:
        mm = MM_PER_INCH / self.ppi
        if self._door.touch(x * mm, y * mm, self._clock()):
            self.engine.knock()
            self.refresh()
            return
        if self.engine.view.dark:
            self.engine.tap("dark")
            self.refresh()
            return
        target = self.frame.at(x, y)
        if target is not None:
            self.engine.press(target.name)
            self.engine.draw_from(x, y)
            self.refresh()

    def _up(self, x: float, y: float) -> None:
        target = self.frame.at(x, y)
        self.engine.release(target.name if target is not None else "")
        self.refresh()
