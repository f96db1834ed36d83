"""The theme keeps its promises: contrast of every text on its ground, sizes in millimetres."""

from __future__ import annotations

import pytest

from kiosk.theme import CAPITAL_HEIGHT, Contrast, Metrics, Role, TextSize, contrast, theme

GROUNDS = ("background", "surface", "tint", "notice")
INKS = ("ink", "soft", "accent", "warm")
FILLS = (("primary", "on_primary"), ("warm_fill", "on_warm"))


@pytest.mark.parametrize("name", list(Contrast))
def test_every_text_has_contrast(name: Contrast) -> None:
    palette = theme().palettes[name]
    least = 20.0 if name in (Contrast.WHITE, Contrast.BLACK) else 10.0
    pairs = [(getattr(palette, ink), getattr(palette, ground)) for ink in INKS for ground in GROUNDS]
    pairs += [(getattr(palette, text), getattr(palette, fill)) for fill, text in FILLS]
    weak = {pair: round(contrast(*pair), 1) for pair in pairs if contrast(*pair) < least}
    assert not weak


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("size", list(TextSize))
@pytest.mark.parametrize("ppi", [81.6, 92.0, 149.0])
def test_capitals_are_as_high_as_promised(size: TextSize, ppi: float) -> None:
    metrics = Metrics(ppi, size)
    heights = theme().sizes[size]
    for role in Role:
        assert metrics.em(role) * CAPITAL_HEIGHT / ppi * 25.4 >= getattr(heights, role.value)


def test_elder_sizes_show_nothing_below_their_minimum() -> None:
    for size, heights in theme().sizes.items():
        least = 3.5 if size is TextSize.STANDARD else 4.8
        assert min(heights.small, heights.body, heights.heading, heights.display) >= least


def test_a_target_is_never_smaller_than_half_an_inch() -> None:
    metrics = Metrics(92.0, TextSize.LARGER)
    assert metrics.target / 92.0 * 25.4 >= 12.7
    assert metrics.gap / 92.0 * 25.4 >= 2.54
