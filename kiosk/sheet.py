"""Collects the nodes and targets of one screen, and keeps text inside its place.

Every text is measured before it is placed. What does not fit gets a smaller role, down to the smallest of the chosen
size; what still does not fit is shortened with an ellipsis and marked, so that the checker finds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.fonts import Fonts
from kiosk.frame import Box, Frame, Node, Panel, Picture, Ring, Scenery, Symbol, Target, Words
from kiosk.theme import Metrics, Palette, Role

_SMALLER = {Role.POSTER: Role.DISPLAY, Role.DISPLAY: Role.HEADING, Role.HEADING: Role.BODY, Role.BODY: Role.SMALL}


class Style(StrEnum):
    """How much a button asks to be pressed."""

    PRIMARY = "primary"  # the one likely thing to do next
    WARM = "warm"  # a person, an end
    PLAIN = "plain"  # one among several
    QUIET = "quiet"  # there when needed


@dataclass(frozen=True)
class Look:
    """Everything a screen needs besides what it shows. ``t`` translates a Chinese string of the interface."""

    width: int
    height: int
    metrics: Metrics
    palette: Palette
    fonts: Fonts
    t: Callable[[str], str]
    pressed: str = ""
    focus: str = ""

    @property
    def portrait(self) -> bool:
        return self.height > self.width


@dataclass
class Sheet:
    """One screen in the making."""

    look: Look
    name: str
    nodes: list[Node] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    def frame(self, page: int = 0, pages: int = 1) -> Frame:
        look = self.look
        return Frame(
            self.name,
            look.width,
            look.height,
            look.palette.background,
            tuple(self.nodes),
            tuple(self.targets),
            page,
            pages,
        )

    # -- text --------------------------------------------------------------------------------------------------------

    def lines(self, text: str, width: int, role: Role, bold: bool = False) -> list[str]:
        return list(self.look.fonts.lines(text, width, self.look.metrics.em(role), bold))

    def text_height(self, text: str, width: int, role: Role, bold: bool = False) -> int:
        return len(self.lines(text, width, role, bold)) * self.look.metrics.line(role)

    def fits(self, text: str, width: int, height: int, role: Role, bold: bool = False) -> bool:
        """Whether ``text`` stands in the box whole, with no word cut."""
        widest = self.look.fonts.widest_piece(text, self.look.metrics.em(role), bold)
        return widest <= width and self.text_height(text, width, role, bold) <= height

    def fitting(self, text: str, width: int, height: int, role: Role, bold: bool = False) -> Role:
        """The largest role, ``role`` at most, in which ``text`` fits; the smallest when none does."""
        while role in _SMALLER and not self.fits(text, width, height, role, bold):
            role = _SMALLER[role]
        return role

    def text_width(self, text: str, role: Role, bold: bool = False) -> int:
        """Width in pixels of the widest line of ``text`` as it stands."""
        px = self.look.metrics.em(role)
        return max(int(self.look.fonts.width(line, px, bold)) + 2 for line in text.split("\n"))

    def words(
        self,
        box: Box,
        text: str,
        role: Role = Role.BODY,
        colour: str = "",
        ground: str = "",
        bold: bool = False,
        align: str = "left",
        middle: bool = False,
    ) -> int:
        """Place ``text`` at the top (``middle``: in the middle) of ``box``; returns the height it took."""
        palette, metrics = self.look.palette, self.look.metrics
        role = self.fitting(text, box.w, box.h, role, bold)
        lines = self.lines(text, box.w, role, bold)
        leading = metrics.line(role)
        room = max(1, box.h // leading)
        cut = len(lines) > room
        if cut:
            lines = [*lines[: room - 1], lines[room - 1][:-1] + "…"]
        taken = len(lines) * leading
        top = box.y + max(0, (box.h - taken) // 2) if middle else box.y
        self.nodes.append(
            Words(
                Box(box.x, top, box.w, taken),
                tuple(lines),
                metrics.em(role),
                leading,
                colour or palette.ink,
                ground or palette.background,
                bold,
                align,
                cut,
            )
        )
        return taken

    # -- shapes ------------------------------------------------------------------------------------------------------

    def panel(self, box: Box, fill: str = "", radius: int | None = None, border: str = "", edge: int = 0) -> None:
        self.nodes.append(Panel(box, fill, self.radius if radius is None else radius, border, edge))

    def symbol(self, box: Box, name: str, colour: str = "") -> None:
        self.nodes.append(Symbol(box, name, colour or self.look.palette.accent))

    def ring(self, box: Box, part: float, edge: int, colour: str = "", track: str = "") -> None:
        palette = self.look.palette
        self.nodes.append(Ring(box, colour or palette.primary, track or palette.line, part, edge))

    def scenery(self, box: Box, name: str) -> None:
        palette = self.look.palette
        if not palette.stark:
            self.nodes.append(Scenery(box, name, (palette.decor, palette.decor_deep, palette.glow)))

    def picture(self, box: Box, handle: str) -> None:
        self.nodes.append(Picture(box, handle))

    @property
    def radius(self) -> int:
        return self.look.metrics.mm(4)

    # -- things to press ---------------------------------------------------------------------------------------------

    def target(self, name: str, box: Box, label: str, hold: bool = False) -> None:
        """Make ``box`` pressable, and draw the focus ring when the keypad stands on it."""
        self.targets.append(Target(name, box, label.replace("\n", ""), hold))
        if self.look.focus == name:
            edge = self.look.metrics.mm(1.2)
            self.panel(box.inset(-edge // 2), "", self.radius + edge, self.look.palette.ink, edge)

    def colours(self, style: Style, name: str) -> tuple[str, str, str]:
        """(fill, text, border) of a button; pressed ones turn round."""
        p = self.look.palette
        fill, text, border = {
            Style.PRIMARY: (p.primary, p.on_primary, ""),
            Style.WARM: (p.warm_fill, p.on_warm, ""),
            Style.PLAIN: (p.surface, p.accent, p.line),
            Style.QUIET: (p.background, p.accent, p.line if p.stark else ""),
        }[style]
        if self.look.pressed == name:
            return (
                (p.surface, p.accent, p.primary) if fill in (p.primary, p.warm_fill) else (p.primary, p.on_primary, "")
            )
        return fill, text, border

    def button(
        self,
        name: str,
        box: Box,
        label: str,
        style: Style = Style.PLAIN,
        icon: str = "",
        role: Role = Role.BODY,
        stacked: bool = False,
        align: str = "center",
        after: bool = False,
    ) -> None:
        """A button with a label and, before it, (``stacked``) above it or ``after`` it, an icon."""
        fill, colour, border = self.colours(style, name)
        edge = self.look.metrics.mm(0.5)
        self.panel(box, fill, None, border, edge if border else 0)
        pad = self.look.metrics.mm(5 if align == "left" else 2.5)
        inner = box.inset(min(pad, box.w // 8), min(self.look.metrics.mm(1.2), box.h // 12))
        if icon and not label:
            size = min(int(self.look.metrics.em(role) * 1.4), inner.h, inner.w)
            self.symbol(Box(box.x + (box.w - size) // 2, box.y + (box.h - size) // 2, size, size), icon, colour)
        elif icon and stacked:
            self._stacked(inner, label, icon, role, colour, fill)
        else:
            self._beside(inner, label, icon, role, colour, fill, align, after)
        self.target(name, box, label)

    def _stacked(self, inner: Box, label: str, icon: str, role: Role, colour: str, fill: str) -> None:
        metrics = self.look.metrics
        least = metrics.em(role)
        role = self.fitting(label, inner.w, inner.h - least, role, bold=True)
        text = self.text_height(label, inner.w, role, bold=True)
        size = min(int(metrics.em(role) * 1.7), inner.h - text)
        top = inner.y + (inner.h - size - text) // 2
        self.symbol(Box(inner.x + (inner.w - size) // 2, top, size, size), icon, colour)
        place = Box(inner.x, top + size, inner.w, inner.bottom - top - size)
        self.words(place, label, role, colour, fill, bold=True, align="center")

    def _beside(
        self, inner: Box, label: str, icon: str, role: Role, colour: str, fill: str, align: str, after: bool
    ) -> None:
        """The label and its icon in a row; where even the smallest type leaves no room for both, the icon goes."""
        metrics = self.look.metrics

        def room(role: Role) -> int:
            return inner.w - (min(int(metrics.em(role) * 1.4), inner.h) + metrics.em(role) // 2 if icon else 0)

        while role in _SMALLER and not self.fits(label, room(role), inner.h, role, True):
            role = _SMALLER[role]
        if icon and not self.fits(label, room(role), inner.h, role, True):
            icon = ""
        size = min(int(metrics.em(role) * 1.4), inner.h) if icon else 0
        space = metrics.em(role) // 2 if icon else 0
        px = metrics.em(role)
        lines = self.lines(label, inner.w - size - space, role, bold=True)
        width = min(inner.w - size - space, max(int(self.look.fonts.width(line, px, True)) + 2 for line in lines))
        left = inner.x + ((inner.w - size - space - width) // 2 if align == "center" else 0)
        if icon:
            x = left + width + space if after else left
            self.symbol(Box(x, inner.y + (inner.h - size) // 2, size, size), icon, colour)
        place = Box(left if after else left + size + space, inner.y, width, inner.h)
        self.words(place, label, role, colour, fill, bold=True, align="center" if not icon else "left", middle=True)
