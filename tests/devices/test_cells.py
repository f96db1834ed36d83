"""Cell widths and Chinese line breaking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.escpos.cells import NO_END, NO_START, cells, clean, wrap

CHINESE = st.text(
    alphabet=st.one_of(
        st.sampled_from("温岭市医保，。、；：？！）》（《“”…—·①￥%abc 0129.-\n𠮷㛃䶮é"), st.characters(codec="utf-8")
    )
)


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("abc", 3), ("医保", 4), ("医保a", 5), ("￥①“”", 8), ("é", 1 + 1)]
)
def test_widths(text: str, width: int) -> None:
    assert cells(text) == width


def test_a_combining_mark_takes_no_cell() -> None:
    assert cells("a\u0301") == 1


@given(CHINESE, st.integers(2, 48))
def test_no_line_is_wider_than_the_paper_and_no_character_is_lost(text: str, width: int) -> None:
    cleaned = clean(text)
    lines = wrap(cleaned, width)
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == cleaned.replace(" ", "").replace("\n", "")


@given(
    st.lists(st.sampled_from(["温岭", "。", "，", "》", "《", "（", "）", "医", "2026", "、", "“", "”"]), max_size=60)
)
def test_a_line_never_starts_with_a_closing_or_ends_with_an_opening_mark(parts: list[str]) -> None:
    text = "".join(parts)
    lines = wrap(text, 32)
    longest = run = 0
    for char in text:
        run = run + 2 if char in NO_START or char in NO_END else 0
        longest = max(longest, run)
    if longest > 24:  # a line of nothing but marks has to break somewhere
        return
    assert all(line[0] not in NO_START for line in lines[1:] if line)
    assert all(line[-1] not in NO_END for line in lines[:-1] if line)


def test_words_and_numbers_stay_whole() -> None:
    lines = wrap("请拨打电话号码0576-86100000或访问www.example.cn查询", 20)
    assert any("0576-86100000" in line for line in lines)
    assert any("www.example.cn" in line for line in lines)


def test_a_word_longer_than_the_line_is_cut() -> None:
    assert wrap("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]


@given(st.text())
def test_clean_leaves_no_control_character(text: str) -> None:
    assert all(char == "\n" or char >= " " for char in clean(text))
    assert not any("\x7f" <= char <= "\x9f" for char in clean(text))
