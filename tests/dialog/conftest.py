"""The world the dialog tests live in: the starter pack and its real search."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from content.pack import Pack
from content.search import Searcher
from dialog.pack_knowledge import PackKnowledge
from dialog.world import World


class Remembering:
    """The real search, asked once for each question: the tests ask the same few thousands of times."""

    def __init__(self, searcher: Searcher) -> None:
        self.search = cache(searcher.search)


@pytest.fixture(scope="session")
def world(starter_pack: Path) -> World:
    pack = Pack.open(starter_pack)
    return World(PackKnowledge(pack, Remembering(Searcher(pack))))
