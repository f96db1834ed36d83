"""A base of any size is walked, never asked for single documents: each such question reads a batch of the file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
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


LARGE = """
import numpy as np
from content.search.embedding import E5Embedder
from content.search.meaning import Graph, quantise

vectors = quantise(np.random.default_rng(7).standard_normal((500, 384)).astype(np.float32))
graph = Graph(Graph.build(vectors, lambda *told: None))
print(graph.rows([11]).shape[1], len(E5Embedder().query("医保怎么办")))
"""


def test_the_graph_and_the_meaning_model_live_in_one_process() -> None:
    """Loaded in the other order they ended the process, so that no question to a large base was ever answered."""
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", LARGE], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["384", "384"]), done.stderr
