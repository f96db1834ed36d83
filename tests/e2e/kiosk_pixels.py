"""Draws some sample screens in a window without a display and prints the weakest contrast of each, one line a picture,
and whether drawing only what changed since the screen before gave the same picture as drawing all of it.

python kiosk_pixels.py HOME NAME,NAME,...
"""

from __future__ import annotations

import sys
from pathlib import Path

from kiosk import window


def main(home: Path, names: list[str]) -> None:
    window.prepare(home, 1280, 800, offscreen=True)  # Kivy reads its settings when it is first imported
    from kivy.app import App
    from kivy.clock import Clock
    from msgspec.structs import replace

    from kiosk.check import weakest_contrast
    from kiosk.fonts import Fonts, extract
    from kiosk.layout import frame_of
    from kiosk.samples import sample_views
    from kiosk.stage import Stage
    from kiosk.theme import Contrast

    fonts = Fonts(extract(home / "fonts"))
    views = {name: view for name, view in sample_views() if name in names}

    class Scorer(App):
        def build(self) -> Stage:
            self.stage = Stage(fonts, lambda x, y: None, lambda x, y: None)
            Clock.schedule_once(self.score, 0)
            return self.stage

        def score(self, _dt: float) -> None:
            for name, view in views.items():
                for contrast in (Contrast.CALM, Contrast.BLACK):
                    frame = frame_of(replace(view, contrast=contrast), 1280, 800, 98.0, fonts)
                    self.stage.show(frame)
                    partly = window.pixels(1280, 800)
                    ratio, _ = weakest_contrast(frame, partly)
                    self.stage.forget()
                    self.stage.show(frame)
                    same = window.pixels(1280, 800) == partly
                    sys.stdout.write(f"SCORE {name} {contrast.value} {ratio}\nSAME {name} {contrast.value} {same}\n")
            self.stop()

    Scorer().run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].split(","))
