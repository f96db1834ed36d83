"""Draws frames with Kivy: one widget, and on it only what changed.

::

    frame ── damage ──> the nodes that meet it ──> canvas: scissor, ground, nodes ──> the window's back buffer

Drawing the whole glass costs a software renderer several frames' time, a pressed button next to nothing. So the canvas
holds the instructions of the part that changed, and the rest stays as it was drawn before; where the window's buffers
do not keep their picture (``window.keeps_its_picture``: real graphics cards, which are fast) everything is drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, assert_never

from kivy.core.window import Window
from kivy.graphics import BorderImage, ClearBuffers, ClearColor, Color, Ellipse, InstructionGroup, Line, Rectangle
from kivy.graphics.opengl import glFinish
from kivy.graphics.scissor_instructions import ScissorPop, ScissorPush
from kivy.uix.widget import Widget
from PIL import Image

from kiosk import icons, scenery, window
from kiosk.damage import bounds, clipped, damage, meet, union
from kiosk.fonts import Fonts
from kiosk.frame import Box, Code, Frame, Ink, Node, Panel, Picture, Ring, Scenery, Symbol, Words
from kiosk.pictures import photo, qr_code
from kiosk.textures import Textures, arc, corner, rounded

_LARGE = 12_000
"""Pixels from which on a panel is filled by clearing its inside: that is quicker than drawing, but takes more steps."""

_CORNERS = (
    (0, 0, (0, 1, 1, 1, 1, 0, 0, 0)),
    (1, 0, (1, 1, 0, 1, 0, 0, 1, 0)),
    (0, 1, (0, 0, 1, 0, 1, 1, 0, 1)),
    (1, 1, (1, 0, 0, 0, 0, 1, 1, 1)),
)
"""(right, below, texture coordinates) of each corner, made of the top left one turned round."""

Finger = Callable[[float, float], None]
"""Told where on the glass, in pixels from the top left."""

Pictures = Callable[[str], bytes | None]
"""The bytes of a session's picture by its handle."""


class Stage(Widget):  # type: ignore[misc]  # Kivy has no types
    """The whole glass. ``show`` replaces what is drawn."""

    def __init__(
        self,
        fonts: Fonts,
        on_press: Finger,
        on_release: Finger,
        on_move: Finger = lambda x, y: None,
        pictures: Pictures = lambda handle: None,
    ) -> None:
        super().__init__()
        self._fonts = fonts
        self._pictures = pictures
        self._textures = Textures()
        self._press, self._release, self._move = on_press, on_release, on_move
        self._frame: Frame | None = None
        self._height = 0
        self._pending: Box | None = None
        self._keeps = window.keeps_its_picture()
        Window.bind(on_draw=self._paint, on_resize=self._resized)

    def show(self, frame: Frame) -> None:
        """Draw ``frame``: what changed since the last one, and what is not yet on the glass."""
        self._height = frame.height
        part = damage(self._frame, frame)
        self._frame = frame
        if part is None:
            return
        whole = Box(0, 0, frame.width, frame.height)
        if not self._keeps:
            part = whole
        self._pending = part if self._pending is None else union(part, self._pending)
        self._compose(frame, clipped(self._pending, whole))

    def forget(self) -> None:
        """Throw away every texture and everything drawn."""
        self.canvas.clear()
        self._frame = self._pending = None
        self._textures = Textures()

    def _paint(self, _window: object) -> bool:
        """Draw the canvas without clearing the glass first.

        A software renderer is waited for: it would queue picture after picture, each with all its memory.
        """
        Window.render_context.draw()
        if self._keeps:
            glFinish()
        self._pending = None
        return True

    def _resized(self, *_size: object) -> None:
        """The window has new buffers: nothing of the old picture is in them."""
        if self._frame is not None:
            self._pending = Box(0, 0, self._frame.width, self._frame.height)
            self._compose(self._frame, self._pending)

    # -- one frame ---------------------------------------------------------------------------------------------------

    def _compose(self, frame: Frame, part: Box) -> None:
        self.canvas.clear()
        group = InstructionGroup()
        self._fill(group, part, frame.background)
        group.add(ScissorPush(x=part.x, y=self._height - part.bottom, width=part.w, height=part.h))
        for node in frame.nodes:
            if meet(bounds(node), part):
                self._draw(group, node, part)
        group.add(ScissorPop())
        self.canvas.add(group)

    def _draw(self, group: InstructionGroup, node: Node, part: Box) -> None:
        match node:
            case Panel():
                self._panel(group, node, part)
            case Words():
                self._words(group, node)
            case Symbol(box, name, colour):
                size = min(box.w, box.h)
                self._image(group, box, colour, ("icon", name, size), lambda: icons.mask(name, size))
            case Ring(box, colour, track, share, edge):
                self._image(group, box, track, ("arc", box.w, edge, 1.0), lambda: arc(box.w, edge, 1.0))
                self._image(group, box, colour, ("arc", box.w, edge, share), lambda: arc(box.w, edge, share))
            case Scenery(box, name, colours):
                key = ("scene", name, box.w, box.h, colours)
                self._image(group, box, "#FFFFFF", key, lambda: scenery.draw(name, box.w, box.h, colours))
            case Code(box, text):
                self._image(group, box, "#FFFFFF", ("code", text, box.w), lambda: qr_code(text, box.w))
            case Picture(box, handle):
                data = self._pictures(handle)
                if data is not None:
                    self._image(group, box, "#FFFFFF", ("photo", handle, box), lambda: photo(data, box.w, box.h))
            case Ink(points, colour, edge):
                self._ink(group, points, colour, edge)
            case _:
                assert_never(node)

    def _ink(self, group: InstructionGroup, points: tuple[tuple[int, int], ...], colour: str, edge: int) -> None:
        group.add(_rgb(colour))
        if len(points) == 1:
            (x, y) = points[0]
            group.add(Ellipse(pos=(x - edge / 2, self._height - y - edge / 2), size=(edge, edge)))
            return
        flat = [value for x, y in points for value in (x, self._height - y)]
        group.add(Line(points=flat, width=edge / 2, cap="round", joint="round"))

    def _image(
        self, group: InstructionGroup, box: Box, colour: str, key: Hashable, make: Callable[[], Image.Image]
    ) -> None:
        texture = self._textures.get(key, make)
        group.add(_rgb(colour))
        group.add(Rectangle(texture=texture, pos=(box.x, self._height - box.bottom), size=(box.w, box.h)))

    def _words(self, group: InstructionGroup, words: Words) -> None:
        group.add(_rgb(words.colour))
        for i, line in enumerate(words.lines):
            if not line:
                continue
            key = ("line", line, words.px, words.bold, words.leading)
            make = partial(self._fonts.draw, line, words.px, words.bold, words.leading)
            texture = self._textures.get(key, make)
            left = words.box.x
            if words.align == "center":
                left += (words.box.w - texture.width) // 2
            top = words.box.y + i * words.leading
            pos = (left, self._height - top - texture.height)
            group.add(Rectangle(texture=texture, pos=pos, size=texture.size))

    # -- panels ------------------------------------------------------------------------------------------------------

    def _panel(self, group: InstructionGroup, panel: Panel, part: Box) -> None:
        box = panel.box
        radius = max(0, min(panel.radius, box.w // 2, box.h // 2))
        shown = clipped(box, part)
        large = shown.w * shown.h >= _LARGE or radius < 1
        if panel.fill:
            (self._large if large else self._small)(group, box, radius, 0, panel.fill, part)
        if panel.border and panel.edge:
            (self._large if large else self._small)(group, box, radius, panel.edge, panel.border, part)

    def _small(self, group: InstructionGroup, box: Box, radius: int, edge: int, colour: str, _part: Box) -> None:
        texture = self._textures.get(("rounded", radius, edge), partial(rounded, radius, edge))
        group.add(_rgb(colour))
        border = (radius, radius, radius, radius)
        pos = (box.x, self._height - box.bottom)
        group.add(BorderImage(texture=texture, pos=pos, size=(box.w, box.h), border=border))

    def _large(self, group: InstructionGroup, box: Box, radius: int, edge: int, colour: str, part: Box) -> None:
        """The straight parts by clearing, the four corners by their mask."""
        r = radius
        if edge:
            bars: tuple[Box, ...] = (
                Box(box.x + r, box.y, box.w - 2 * r, edge),
                Box(box.x + r, box.bottom - edge, box.w - 2 * r, edge),
                Box(box.x, box.y + r, edge, box.h - 2 * r),
                Box(box.right - edge, box.y + r, edge, box.h - 2 * r),
            )
        else:
            bars = (
                Box(box.x, box.y + r, box.w, box.h - 2 * r),
                Box(box.x + r, box.y, box.w - 2 * r, r),
                Box(box.x + r, box.bottom - r, box.w - 2 * r, r),
            )
        for bar in bars:
            self._fill(group, clipped(bar, part), colour)
        if r < 1:
            return
        texture = self._textures.get(("corner", r, edge), partial(corner, r, edge))
        group.add(_rgb(colour))
        for right, below, coordinates in _CORNERS:
            x = box.right - r if right else box.x
            y = box.bottom - r if below else box.y
            pos = (x, self._height - y - r)
            group.add(Rectangle(texture=texture, pos=pos, size=(r, r), tex_coords=coordinates))

    def _fill(self, group: InstructionGroup, box: Box, colour: str) -> None:
        if box.w < 1 or box.h < 1:
            return
        group.add(ScissorPush(x=box.x, y=self._height - box.bottom, width=box.w, height=box.h))
        group.add(ClearColor(*_parts(colour), 1))
        group.add(ClearBuffers(clear_color=True))
        group.add(ScissorPop())

    # -- fingers -----------------------------------------------------------------------------------------------------

    def on_touch_down(self, touch: Any) -> bool:
        self._press(touch.x, self._height - touch.y)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        self._move(touch.x, self._height - touch.y)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        self._release(touch.x, self._height - touch.y)
        return True


def _parts(colour: str) -> tuple[float, float, float]:
    """``#RRGGBB`` as three shares of 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _rgb(colour: str) -> Color:
    return Color(*_parts(colour), 1)
