"""The checker finds what it is there to find; a sound screen passes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PIL import Image, ImageDraw

from kiosk.check import _targets as check_targets
from kiosk.check import weakest_contrast
from kiosk.frame import Box, Frame, Target, Words

WORDS = Words(Box(10, 10, 100, 40), ("字",), 32, 40, "#000000", "#FFFFFF")
FRAME = Frame("test", 400, 200, "#FFFFFF", (WORDS,), (Target("key:human", Box(200, 50, 80, 80), "人工"),))


def painted(ink: str, ground: str) -> Image.Image:
    picture = Image.new("RGB", (400, 200), ground)
    ImageDraw.Draw(picture).rectangle((20, 15, 40, 40), fill=ink)
    return picture


@pytest.mark.parametrize(
    ("ink", "ground", "ratio"),
    [("#000000", "#FFFFFF", 21.0), ("#FFFFFF", "#000000", 21.0), ("#777777", "#FFFFFF", 4.48)],
)
def test_contrast_is_that_of_the_pixels_whatever_the_frame_says(ink: str, ground: str, ratio: float) -> None:
    assert weakest_contrast(FRAME, painted(ink, ground))[0] == pytest.approx(ratio, abs=0.01)


def test_a_text_that_was_not_drawn_has_no_contrast() -> None:
    assert weakest_contrast(FRAME, Image.new("RGB", (400, 200), "#FFFFFF"))[0] == pytest.approx(1.0)


def test_targets_too_small_too_near_and_off_the_glass_are_found() -> None:
    small = Target("small", Box(10, 10, 30, 80), "")
    near = Target("near", Box(45, 10, 80, 80), "")
    off = Target("off", Box(380, 100, 80, 80), "")
    kinds = {fault.kind for fault in check_targets(replace(FRAME, targets=(small, near, off)), 92.0)}
    assert kinds == {"small-target", "near-targets", "outside"}


def test_sound_targets_pass() -> None:
    assert list(check_targets(FRAME, 92.0)) == []
