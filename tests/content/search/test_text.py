"""One written form: width, case, script, controls."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from content.search.text import MAX_CHARS, normalise, words_only


def test_traditional_full_width_and_case_become_one():
    assert normalise("新生兒怎麼上醫保？ＡＢＣ１２３") == "新生儿怎么上医保?abc123"
    assert words_only(normalise("《社会保险法》 第５８条。")) == "社会保险法第58条"


def test_a_ten_megabyte_question_is_cut():
    assert len(normalise("医" * 10_000_000)) == MAX_CHARS


@given(st.text())
def test_any_text_has_a_normal_form_that_stays(text: str):
    once = normalise(text)
    assert len(once) <= MAX_CHARS
    assert not any(unicodedata.category(char).startswith("C") for char in once)
    assert normalise(once) == once
