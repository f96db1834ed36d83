"""What a citizen could press: the kiosk's own screens, drawn for the dialog's, every page of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from msgspec.structs import replace

from dialog.state import State
from kiosk.fonts import Fonts, extract
from kiosk.locale_texts import translator
from kiosk.screens import draw
from kiosk.sheet import Look
from kiosk.theme import Metrics, theme
from kiosk.view import View

WIDTH, HEIGHT, PPI = 1080, 1920, 92.0


class Glass:
    """Which controls a screen has, on one terminal."""

    def __init__(self, folder: Path) -> None:
        self._fonts = Fonts(extract(folder))
        self._controls = cache(self._drawn)

    def has(self, state: State, control: str) -> bool:
        """Whether ``control`` stands on any page of the screen; what is human or always there counts too."""
        if state.screen is None:
            return False
        return control in self._controls(state.screen)

    def _drawn(self, screen: object) -> frozenset[str]:
        view = View(screen=screen)
        look = Look(
            WIDTH, HEIGHT, Metrics(PPI, view.size), theme().palettes[view.contrast], self._fonts, translator("zh")
        )
        pages = draw(view, look).pages
        frames = [draw(replace(view, page=page), look) for page in range(pages)]
        found = {target.name for frame in frames for target in frame.targets}
        return frozenset(found | {"key:human"} if "human" in found else found)
