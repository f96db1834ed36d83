"""One picture of every screen, of the real pixels. Import only after ``window.prepare``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from kivy.app import App
from kivy.clock import Clock
from msgspec.structs import replace

from kiosk import window
from kiosk.fonts import Fonts
from kiosk.frame import Frame
from kiosk.layout import frame_of
from kiosk.stage import Stage
from kiosk.view import View


def views_and_pages(
    views: Iterator[tuple[str, View]], size: tuple[int, int], ppi: float, fonts: Fonts
) -> Iterator[tuple[str, Frame]]:
    """Every page of every view as (name, frame)."""
    for name, view in views:
        pages = frame_of(view, *size, ppi, fonts).pages
        for page in range(pages):
            suffix = f"-{page + 1}" if pages > 1 else ""
            yield f"{name}{suffix}", frame_of(replace(view, page=page), *size, ppi, fonts)


def take(
    views: Iterator[tuple[str, View]],
    folder: Path,
    size: tuple[int, int],
    ppi: float,
    fonts: Fonts,
    done: Callable[[str], None] = lambda name: None,
) -> list[Path]:
    """Save ``folder/NN-name.png`` for every page of every view; ``done`` is told each name."""
    folder.mkdir(parents=True, exist_ok=True)
    saved: list[Path] = []

    class Photographer(App):  # type: ignore[misc]  # Kivy has no types
        def build(self) -> Stage:
            self.stage = Stage(fonts, lambda x, y: None, lambda x, y: None)
            Clock.schedule_once(self._all, 0)
            return self.stage

        def _all(self, _dt: float) -> None:
            try:
                for number, (name, frame) in enumerate(views_and_pages(views, size, ppi, fonts), 1):
                    self.stage.show(frame)
                    path = folder / f"{number:02d}-{name}.png"
                    window.pixels(*size).save(path)
                    saved.append(path)
                    done(name)
            finally:
                self.stop()

    Photographer().run()
    return saved
