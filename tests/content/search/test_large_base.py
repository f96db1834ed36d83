"""A base of any size is walked, never asked for single documents: each such question reads a batch of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

from content.search.document import Document
from content.search.index import build_index
from tests.content.search.test_properties import ScriptedEmbedder


class Walked(Sequence[Document]):
    """Documents that can only be walked through."""

    def __init__(self, *documents: Document) -> None:
        self._documents = documents

    def __len__(self) -> int:
        return len(self._documents)

    def __iter__(self) -> Iterator[Document]:
        return iter(self._documents)

    def __getitem__(self, number: object) -> NoReturn:
        raise AssertionError("asked for a single document, which made an import of 172,000 rows quadratic")


def test_building_an_index_asks_for_no_single_document() -> None:
    documents = Walked(
        Document(id="a", title="身份证补领", answer="带户口簿到派出所办理。"),
        Document(id="b", title="居住证签注"),
        Document(id="c", title="城乡居民医保参保", answer="带身份证到便民服务中心办理。"),
    )
    assert "search.body" in "".join(build_index(documents, embedder=ScriptedEmbedder()))
