"""From a view to its frame on one glass: the pure way from what is known to what is drawn."""

from __future__ import annotations

from kiosk.fonts import Fonts
from kiosk.frame import Frame
from kiosk.locale_texts import translator
from kiosk.screens import draw
from kiosk.sheet import Look
from kiosk.theme import Metrics, theme
from kiosk.view import View


def frame_of(view: View, width: int, height: int, ppi: float, fonts: Fonts) -> Frame:
    """The frame of ``view`` on a glass of ``width`` x ``height`` pixels."""
    look = Look(
        width=width,
        height=height,
        metrics=Metrics(ppi, view.size),
        palette=theme().palettes[view.contrast],
        fonts=fonts,
        t=translator(view.language),
        pressed=view.pressed,
        focus=view.focus,
    )
    return draw(view, look)
