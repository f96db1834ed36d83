"""A dark screen for those who listen: the controls stay where they are for the keypad, and nobody can read along."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.frame import Box, Frame
from kiosk.sheet import Look, Sheet
from kiosk.theme import Contrast, Role, theme


def darkened(frame: Frame, look: Look) -> Frame:
    """``frame`` with its controls and without anything to see but how to get the picture back."""
    sheet = Sheet(look, frame.name)
    black = theme().palettes[Contrast.BLACK]
    margin = look.metrics.mm(20)
    sheet.words(
        Box(margin, 0, look.width - 2 * margin, look.height),
        look.t("屏幕已关，请听耳机；点一下屏幕可以打开"),
        Role.BODY,
        black.ink,
        black.background,
        align="center",
        middle=True,
    )
    return replace(frame, background=black.background, nodes=tuple(sheet.nodes))
