"""Chinese line breaking: nothing lost, nothing too wide, no line starts or ends where it must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.text_layout import NOT_AT_END, NOT_AT_START, break_lines, can_break, clusters

ALPHABET = "办理医保需要身份证原件，。；：？！（）《》“”、…—％12345abcDEF ·-"


def cells(text: str) -> float:
    """Two cells a Chinese character, one a Latin one: a simple measure for tests."""
    return sum(1 if char.isascii() else 2 for char in text)


@given(st.text(ALPHABET, max_size=120), st.integers(8, 40))
def test_nothing_is_lost_but_spaces(text: str, width: int) -> None:
    lines = break_lines(text, width, cells)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.text(ALPHABET, max_size=120), st.integers(2, 40))
def test_no_line_is_wider_than_the_width(text: str, width: int) -> None:
    assert all(cells(line) <= width for line in break_lines(text, width, cells))


@given(st.text(ALPHABET, max_size=120))
def test_clusters_join_to_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text


@given(st.text("办理医保需要，。、）（《》", max_size=80).filter(lambda text: "（（" not in text), st.integers(16, 40))
def test_punctuation_stands_where_it_may(text: str, width: int) -> None:
    pieces = list(clusters(text))
    if any(cells(piece) > width for piece in pieces):
        return  # an unbreakable run longer than a line is cut anywhere
    lines = break_lines(text, width, cells)
    assert not any(line[0] in NOT_AT_START for line in lines[1:] if line)
    assert not any(line[-1] in NOT_AT_END for line in lines[:-1] if line)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("带身份证，到窗口。", 8, ["带身份", "证，到", "窗口。"]),
        ("需要（原件）和照片", 6, ["需要", "（原", "件）和", "照片"]),
        ("五十元\n当场办", 20, ["五十元", "当场办"]),
        ("拨打12345热线", 8, ["拨打", "12345热", "线"]),
        ("一共15个工作日", 8, ["一共15个", "工作日"]),
        ("国发〔2016〕3号", 12, ["国发", "〔2016〕3号"]),
        ("", 8, [""]),
    ],
)
def test_examples(text: str, width: int, lines: list[str]) -> None:
    assert break_lines(text, width, cells) == lines


def test_a_lonely_character_takes_a_neighbour_along() -> None:
    assert break_lines("我们一起去窗口办理吧", 18, cells) == ["我们一起去窗口办", "理吧"]


@pytest.mark.parametrize("pair", ["……", "——", "好，", "（原", "1个", "ab", "12", "。”", "3.5"[1:]])
def test_pairs_that_stay_together(pair: str) -> None:
    assert not can_break(pair[0], pair[1])
