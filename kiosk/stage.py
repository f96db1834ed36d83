"""Draws frames with Kivy: one widget, one canvas group a node, textures made once and kept.

Shapes, icons and text are alpha masks drawn at several times their size and tinted on the graphics card, so edges are
smooth without multisampling. Only nodes that changed since the last frame are rebuilt.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from typing import assert_never

from kivy.graphics import BorderImage, Color, Ellipse, InstructionGroup, Line, Rectangle
from kivy.graphics.texture import Texture
from kivy.uix.widget import Widget
from PIL import Image, ImageDraw

from kiosk import icons, scenery
from kiosk.fonts import Fonts
from kiosk.frame import Box, Code, Frame, Ink, Node, Panel, Picture, Ring, Scenery, Symbol, Words
from kiosk.pictures import photo, qr_code

_OVERSAMPLE = 4
_KEPT_PIXELS = 24_000_000
"""Pixels of textures kept for the next frame; about 96 MB at most."""


Finger = Callable[[float, float], None]
"""Told where on the glass, in pixels from the top left."""

Pictures = Callable[[str], bytes | None]
"""The bytes of a session's picture by its handle."""


class Textures:
    """Masks as textures, the least recently used thrown away first."""

    def __init__(self, kept_pixels: int = _KEPT_PIXELS) -> None:
        self._kept: OrderedDict[Hashable, Texture] = OrderedDict()
        self._limit = kept_pixels
        self._pixels = 0

    def get(self, key: Hashable, make: Callable[[], Image.Image]) -> Texture:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        texture = _upload(make())
        self._kept[key] = texture
        self._pixels += texture.width * texture.height
        while self._pixels > self._limit and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._pixels -= old.width * old.height
        return texture


def _upload(image: Image.Image) -> Texture:
    if image.mode == "L":
        white = Image.new("L", image.size, 255)
        image = Image.merge("RGBA", (white, white, white, image))
    texture = Texture.create(size=image.size, colorfmt="rgba")
    texture.blit_buffer(image.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


def rounded(radius: int, edge: int) -> Image.Image:
    """A square just large enough for its four corners: filled when ``edge`` is 0, else an outline of that width."""
    size = 2 * radius + 2
    big = Image.new("L", (size * _OVERSAMPLE, size * _OVERSAMPLE), 0)
    box = (0, 0, size * _OVERSAMPLE - 1, size * _OVERSAMPLE - 1)
    if edge:
        ImageDraw.Draw(big).rounded_rectangle(box, radius * _OVERSAMPLE, outline=255, width=edge * _OVERSAMPLE)
    else:
        ImageDraw.Draw(big).rounded_rectangle(box, radius * _OVERSAMPLE, fill=255)
    return big.resize((size, size), Image.Resampling.LANCZOS)


def arc(size: int, edge: int, part: float) -> Image.Image:
    """Part of a circle's line, clockwise from twelve o'clock."""
    over = 2
    big = Image.new("L", (size * over, size * over), 0)
    box = (0, 0, size * over - 1, size * over - 1)
    ImageDraw.Draw(big).arc(box, -90, -90 + 360 * part, fill=255, width=edge * over)
    return big.resize((size, size), Image.Resampling.LANCZOS)


def _rgb(colour: str) -> Color:
    return Color(int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255, 1)


class Stage(Widget):  # type: ignore[misc]
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
        self._groups: list[InstructionGroup] = []
        self._nodes: list[Node] = []
        self._ground = Rectangle()
        self._ground_colour = Color(1, 1, 1, 1)
        self.canvas.add(self._ground_colour)
        self.canvas.add(self._ground)
        self._height = 0

    def show(self, frame: Frame) -> None:
        """Draw ``frame``; nodes equal to those already there are left alone."""
        if frame.height != self._height:
            self._nodes = [Panel(Box(0, 0, 0, 0))] * len(self._nodes)
            self._height = frame.height
        self._ground.size = (frame.width, frame.height)
        self._ground_colour.rgba = _rgb(frame.background).rgba
        while len(self._groups) > len(frame.nodes):
            self.canvas.remove(self._groups.pop())
            self._nodes.pop()
        for i, node in enumerate(frame.nodes):
            if i == len(self._groups):
                group = InstructionGroup()
                self._groups.append(group)
                self._nodes.append(node)
                self.canvas.add(group)
            elif self._nodes[i] == node:
                continue
            self._groups[i].clear()
            self._draw(self._groups[i], node)
            self._nodes[i] = node

    def forget(self) -> None:
        """Throw away every texture and everything drawn."""
        for group in self._groups:
            self.canvas.remove(group)
        self._groups.clear()
        self._nodes.clear()
        self._textures = Textures()

    def _draw(self, group: InstructionGroup, node: Node) -> None:
        match node:
            case Panel():
                self._panel(group, node)
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

    def _panel(self, group: InstructionGroup, panel: Panel) -> None:
        box = panel.box
        radius = max(0, min(panel.radius, box.w // 2, box.h // 2))
        pos, size = (box.x, self._height - box.bottom), (box.w, box.h)
        for colour, edge in ((panel.fill, 0), (panel.border, panel.edge)):
            if not colour or (colour == panel.border and edge == 0 and colour != panel.fill):
                continue
            group.add(_rgb(colour))
            if radius < 1 and edge == 0:
                group.add(Rectangle(pos=pos, size=size))
                continue
            texture = self._textures.get(("rounded", radius, edge), partial(rounded, radius, edge))
            border = (radius, radius, radius, radius)
            group.add(BorderImage(texture=texture, pos=pos, size=size, border=border))

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

    # -- fingers -----------------------------------------------------------------------------------------------------

    def on_touch_down(self, touch: object) -> bool:
        self._press(touch.x, self._height - touch.y)  # type: ignore[attr-defined]
        return True

    def on_touch_move(self, touch: object) -> bool:
        self._move(touch.x, self._height - touch.y)  # type: ignore[attr-defined]
        return True

    def on_touch_up(self, touch: object) -> bool:
        self._release(touch.x, self._height - touch.y)  # type: ignore[attr-defined]
        return True
