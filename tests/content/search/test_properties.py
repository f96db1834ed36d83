"""What holds for any question whatever, with a scripted embedder: the meaning model has its own tests."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.search import Document, Query, Searcher, build_index
from content.search.config import SearchConfig

TITLES = ("居民身份证补领", "居民户口簿补领", "异地就医备案", "高龄津贴申领", "营业执照变更", "住房公积金提取")
DOCUMENTS = [
    Document(id=f"item-{number}", title=title, answer=f"{title}到窗口办。") for number, title in enumerate(TITLES)
]


class ScriptedEmbedder:
    """The same text always gets the same direction; nothing else is promised."""

    def query(self, text):
        seed = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "big")
        vector = np.random.default_rng(seed).standard_normal(384)
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    def passages(self, texts):
        return np.vstack([self.query(text) for text in texts])


@pytest.fixture(scope="module", params=[20_000, 1], ids=["matrix", "graph"])
def searcher(request):
    config = SearchConfig(graph_from=request.param)
    return Searcher(build_index(DOCUMENTS, config=config, embedder=ScriptedEmbedder()), embedder=ScriptedEmbedder())


def shown(result):
    return result.outcome, result.reason, result.hits


@settings(deadline=None, max_examples=40)
@given(st.text(), st.lists(st.text(max_size=6), max_size=8), st.text(max_size=8), st.integers(1, 20))
def test_any_input_ends_in_one_of_three_outcomes(searcher, text, sounds, context, n):
    result = searcher.search(Query(text, pinyin=tuple(sounds), nbest=(text,), context=context), n)
    assert result.outcome in {"answer", "clarify", "none"}
    assert len(result.hits) <= n
    assert all(0 <= hit.confidence <= 1 for hit in result.hits)
    assert len(result.choices) <= 4


@settings(deadline=None, max_examples=40)
@given(st.text(alphabet="居民身份证补领异地就医怎么办A1b2?", max_size=30))
def test_full_width_is_half_width(searcher, text):
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)
    assert shown(searcher.search(Query(wide))) == shown(searcher.search(Query(text)))


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [("異地就醫備案", "异地就医备案"), ("營業執照變更", "营业执照变更"), ("高齡津貼申領", "高龄津贴申领")],
)
def test_traditional_is_simplified(searcher, traditional, simplified):
    assert shown(searcher.search(Query(traditional))) == shown(searcher.search(Query(simplified)))


def test_ten_megabytes_and_control_characters(searcher):
    long = searcher.search(Query("异地就医备案" * 2_000_000, nbest=("\x00\x1b[2J",), pinyin=("yi4",) * 100_000))
    assert long.outcome in {"answer", "clarify", "none"}
    assert searcher.search(Query("\x00\x07\x1b")).outcome == "none"


def test_a_title_finds_its_item(searcher):
    for number, title in enumerate(TITLES):
        assert searcher.search(Query(title)).hits[0].id == f"item-{number}"
