"""The world the dialog tests live in: the starter pack and its real search."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.pack import Pack
from content.search import Searcher
from dialog.pack_knowledge import PackKnowledge
from dialog.world import World


@pytest.fixture(scope="session")
def world(starter_pack: Path) -> World:
    pack = Pack.open(starter_pack)
    return World(PackKnowledge(pack, Searcher(pack)))
