"""Opens Kivy's window, or the same pixels without a display. The only door to Kivy besides ``kiosk.stage``.

Kivy reads its settings when it is first imported, so ``prepare`` comes before any import of it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


def has_display() -> bool:
    """Whether there is an X or Wayland display, or a console with its own graphics."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BIANMIN_KMSDRM"))


def prepare(home: Path, width: int, height: int, offscreen: bool) -> None:
    """Set Kivy up for a kiosk: no argument parsing, no files of its own outside ``home``, no multisampling."""
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
        ("graphics", "maxfps", "60"),
        ("graphics", "width", str(width)),
        ("graphics", "height", str(height)),
        ("graphics", "resizable", "0"),
        ("kivy", "exit_on_escape", "0"),
        ("kivy", "log_enable", "0"),
        ("input", "mouse", "mouse,disable_multitouch"),
    ):
        Config.set(section, name, value)


def pixels(width: int, height: int) -> Image.Image:
    """What stands on the glass now, drawn afresh and read back."""
    from kivy.core.window import Window
    from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels
    from PIL import Image

    Window.dispatch("on_draw")
    raw = glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE)
    return Image.frombytes("RGBA", (width, height), raw).convert("RGB").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
