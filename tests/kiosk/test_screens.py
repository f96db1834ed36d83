"""Every screen on every glass, size and language: nothing cut, nothing too small, nothing too near, a person always."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from kiosk.check import check
from kiosk.fonts import DEBIAN, Fonts, extract
from kiosk.frame import Frame
from kiosk.locale_texts import translator
from kiosk.samples import sample_views
from kiosk.screens import draw
from kiosk.sheet import Look
from kiosk.theme import Metrics, TextSize, theme
from kiosk.view import View

GLASSES = ((1080, 1920, 92.0), (1920, 1080, 92.0), (1280, 800, 98.0))
pytestmark = pytest.mark.skipif(not DEBIAN.exists(), reason="needs the Debian package fonts-noto-cjk")


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Fonts:
    return Fonts(_extracted(tmp_path_factory.getbasetemp().parent / "kiosk-fonts"))


@lru_cache(maxsize=1)
def _extracted(folder: Path) -> dict[str, Path]:
    return extract(folder)


def drawn(view: View, glass: tuple[int, int, float], fonts: Fonts) -> Frame:
    width, height, ppi = glass
    palette = theme().palettes[view.contrast]
    return draw(view, Look(width, height, Metrics(ppi, view.size), palette, fonts, translator(view.language)))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", list(TextSize))
@pytest.mark.parametrize("glass", GLASSES, ids=lambda glass: f"{glass[0]}x{glass[1]}")
def test_every_screen_is_sound(glass: tuple[int, int, float], size: TextSize, language: str, fonts: Fonts) -> None:
    faults = []
    for name, sample in sample_views():
        view = replace(sample, size=size, elder=size is not TextSize.STANDARD, language=language)
        pages = drawn(view, glass, fonts).pages
        for page in range(pages):
            frame = drawn(replace(view, page=page), glass, fonts)
            faults += [(f"{name}-{page}", fault) for fault in check(frame, fonts, glass[2], view.elder)]
    assert not faults, "\n".join(map(repr, faults))


def test_the_way_back_home_size_voice_and_person_never_move(fonts: Fonts) -> None:
    for glass in GLASSES:
        places: dict[str, set[tuple[int, int]]] = {}
        for _, view in sample_views():
            frame = drawn(view, glass, fonts)
            for target in frame.targets:
                if target.name in ("key:back", "key:home", "size", "key:repeat", "hush", "key:human"):
                    name = "key:repeat" if target.name == "hush" else target.name
                    places.setdefault(name, set()).add((target.box.x, target.box.y))
        assert all(len(found) == 1 for found in places.values()), places


def test_pages_of_an_answer_lose_nothing(fonts: Fonts) -> None:
    view = next(view for name, view in sample_views() if name == "answer")
    item = view.screen.item
    for glass in GLASSES:
        for size in TextSize:
            sized = replace(view, size=size)
            pages = drawn(sized, glass, fonts).pages
            frames = [drawn(replace(sized, page=page), glass, fonts) for page in range(pages)]
            text = "".join("".join(node.lines) for frame in frames for node in frame.nodes if hasattr(node, "lines"))
            for part in (*item.steps, item.fee, *item.notes, *(material.name for material in item.materials)):
                assert part in text
