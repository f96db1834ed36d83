"""BM25 over integer terms."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from content.search.config import Bm25
from content.search.postings import Postings, terms

SETTINGS = Bm25()


def of(*texts):
    return Postings.of([terms([*map(ord, text)]) for text in texts], SETTINGS)


def scores(postings, text):
    return postings.scores(terms([*map(ord, text)]))


def test_all_of_it_is_about_one_and_nothing_is_zero():
    postings = of("身份证补领", "户口簿补领", "异地就医")
    found = scores(postings, "身份证补领")
    assert found[0] > found[1] > found[2] == 0
    assert 0.7 < found[0] < 1.3


def test_a_term_of_nearly_every_row_is_not_looked_at_beside_a_rarer_one():
    postings = of(*("请问甲" if number == 7 else "请问乙" for number in range(5000)))
    found = scores(postings, "请问甲")
    assert found.argmax() == 7
    assert np.count_nonzero(found) == 1


def test_a_question_of_common_terms_only_is_still_searched():
    assert np.count_nonzero(scores(of(*["请问"] * 5000), "请问")) == 5000


@given(st.lists(st.text(max_size=8), max_size=8), st.text(max_size=8))
def test_any_texts_and_any_question(texts, question):
    found = scores(of(*texts), question)
    assert found.shape == (len(texts),)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
