"""What many tests share: the starter pack, built once a run, without clips."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

hypothesis_settings.register_profile("house", deadline=None)  # a busy machine is no fault; speed is measured elsewhere
hypothesis_settings.load_profile("house")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def starter_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter content compiled from this checkout; embeddings made by ``make setup`` are taken from its cache."""
    from functools import partial

    from bianmin import settings
    from content.build import build
    from content.search.embed_cache import FileEmbedCache
    from content.search.sources import index_source

    path = tmp_path_factory.mktemp("packs") / "starter.pack"
    cache = FileEmbedCache(settings.home() / "cache" / "embeddings.db")
    build(ROOT / "content" / "wenling", path, index=partial(index_source, cache=cache))
    return path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The development data beside the checkout; the test skips clearly without it."""
    shared = Path(os.environ.get("BIANMIN_SHARED", ROOT.parent / "shared")) / "data"
    if not shared.is_dir():
        pytest.skip(f"development data not found at {shared}")
    return shared
