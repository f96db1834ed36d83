"""Opens Kivy's window, or the same pixels without a display. The only door to Kivy besides ``kiosk.stage``.

Kivy reads its settings when it is first imported, so ``prepare`` comes before any import of it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk import memory

if TYPE_CHECKING:
    from PIL import Image


SOFTWARE_RENDERERS = (b"llvmpipe", b"softpipe", b"swrast")
"""What Mesa calls its renderers without a graphics card."""


def has_display() -> bool:
    """Whether there is an X or Wayland display, or a console with its own graphics."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BIANMIN_KMSDRM"))


def prepare(home: Path, width: int, height: int, offscreen: bool) -> None:
    """Set Kivy up for a kiosk: no argument parsing, no files of its own outside ``home``, no multisampling."""
    memory.keep_small()
    kivy_home = home / "cache" / "kivy"
    kivy_home.mkdir(parents=True, exist_ok=True)
    os.environ["KIVY_HOME"] = str(kivy_home)
    os.environ["KIVY_NO_ARGS"] = "1"
    os.environ["KIVY_NO_FILELOG"] = "1"
    os.environ["KIVY_LOG_MODE"] = "MIXED"
    os.environ.setdefault("KCFG_KIVY_LOG_LEVEL", "warning")
    if offscreen:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
    from kivy.config import Config

    for section, name, value in (
        ("graphics", "multisamples", "0"),
        ("graphics", "maxfps", os.environ.get("BIANMIN_FRAMES", "60")),  # fewer where the processor is emulated
        ("graphics", "width", str(width)),
        ("graphics", "height", str(height)),
        ("graphics", "resizable", "0"),
        ("kivy", "exit_on_escape", "0"),
        ("kivy", "log_enable", "0"),
        ("input", "mouse", "mouse,disable_multitouch"),
    ):
        Config.set(section, name, value)


def keeps_its_picture() -> bool:
    """Whether what was drawn is still in the window's buffer after it was shown, so that a part may be drawn alone.

    Tried out with four shades nobody can tell apart, and believed of software renderers only: graphics cards turn their
    buffers round as they like, and draw a whole glass quickly anyway.
    """
    from kivy.core.window import Window
    from kivy.graphics.opengl import (
        GL_COLOR_BUFFER_BIT,
        GL_RENDERER,
        GL_RGBA,
        GL_UNSIGNED_BYTE,
        glClear,
        glClearColor,
        glGetString,
        glReadPixels,
    )

    if not any(name in glGetString(GL_RENDERER).lower() for name in SOFTWARE_RENDERERS):
        return False
    for shade in (8, 16, 24, 32):
        glClearColor(shade / 255, shade / 255, shade / 255, 1)
        glClear(GL_COLOR_BUFFER_BIT)
        Window.flip()
        if glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE)[0] != shade:
            return False
    return True


def pixels(width: int, height: int) -> Image.Image:
    """What stands on the glass now, drawn afresh and read back."""
    from kivy.core.window import Window
    from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels
    from PIL import Image

    Window.dispatch("on_draw")
    raw = glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE)
    return Image.frombytes("RGBA", (width, height), raw).convert("RGB").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
