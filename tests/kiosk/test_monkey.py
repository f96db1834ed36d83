"""The seeded monkey in a short run; benchmarks/kiosk runs it for 20,000 actions."""

from __future__ import annotations

import pytest
from bench import Bench

from kiosk.fonts import DEBIAN, Fonts, extract
from kiosk.frame import Frame
from kiosk.locale_texts import translator
from kiosk.monkey import Monkey
from kiosk.screens import draw
from kiosk.sheet import Look
from kiosk.theme import Metrics, theme
from kiosk.view import View


@pytest.mark.skipif(not DEBIAN.exists(), reason="needs the Debian package fonts-noto-cjk")
@pytest.mark.parametrize("seed", [1, 2026])
def test_a_random_citizen_breaks_nothing(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    fonts = Fonts(extract(tmp_path_factory.getbasetemp().parent / "kiosk-fonts"))
    kiosk = Bench()
    drawn: dict[str, tuple[View, Frame]] = {}

    def frame(view: View) -> Frame:
        if "last" not in drawn or drawn["last"][0] is not view:
            look = Look(
                *(1080, 1920),
                Metrics(92.0, view.size),
                theme().palettes[view.contrast],
                fonts,
                translator(view.language),
            )
            drawn["last"] = (view, draw(view, look))
        return drawn["last"][1]

    done = Monkey(kiosk.engine, frame, lambda seconds: kiosk.wait(seconds, 1.0), seed).run(400)
    assert done["tap"] > 200
    assert "session-wiped" in kiosk.diary.events or seed == 1
