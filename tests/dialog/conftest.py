"""The world the dialog tests live in: the starter pack and its real search."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from content.pack import Pack
from content.search import Searcher
from dialog.pack_knowledge import PackKnowledge
from dialog.requests import Consultation
from dialog.word_dispatch import WordDispatcher
from dialog.world import Means, World
from kiosk.fonts import DEBIAN
from tests.dialog.glass import Glass

SHARES = ("按楼层分摊", "按户数分摊")


class Remembering:
    """The real search, asked once for each question: the tests ask the same few thousands of times."""

    def __init__(self, searcher: Searcher) -> None:
        self.search = cache(searcher.search)


@pytest.fixture(scope="session")
def world(starter_pack: Path) -> World:
    pack = Pack.open(starter_pack)
    return World(PackKnowledge(pack, Remembering(Searcher(pack))))


@pytest.fixture(scope="session")
def whole_world(world: World, starter_pack: Path) -> World:
    """The same with everything a terminal can have, and one open consultation."""
    pack = Pack.open(starter_pack)
    return replace(
        world,
        means=Means(*[True] * len(Means.__struct_fields__)),
        dispatcher=WordDispatcher(pack.request_codes(), pack.departments()),
        consultations=(
            Consultation("7", "城东小公园改造方案", closes=dt.date(2026, 12, 31)),
            Consultation("8", "老旧小区电梯费用怎么分摊", closes=dt.date(2026, 12, 31), options=SHARES),
        ),
        pages={"power-of-attorney": 1},
        elsewhere="市民中心",
        nearby={"snapshot": "泽国便民中心，离这里约1.2公里"},
    )


@pytest.fixture(scope="session")
def glass(tmp_path_factory: pytest.TempPathFactory) -> Glass | None:
    """The kiosk's screens; None where its fonts are not installed."""
    return Glass(tmp_path_factory.mktemp("fonts")) if DEBIAN.exists() else None
