"""The other terminals a terminal knows of, without a network."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from offline_cache import sites
from offline_cache.files import Disk
from offline_cache.wire import Site

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


def site(name: str, *services: str, days: int = 0) -> Site:
    return Site(name=name, metres=500, services=services, at=NOW - dt.timedelta(days=days))


def test_what_was_told_is_read_again(tmp_path: Path) -> None:
    known = sites.Known(NOW, (site("图书馆", "slip"),))
    sites.write(Disk(), tmp_path / "content", known)
    assert sites.read(Disk(), tmp_path / "content") == known


def test_a_missing_or_damaged_file_is_a_terminal_that_was_never_told(tmp_path: Path) -> None:
    assert sites.read(Disk(), tmp_path) == sites.Known()
    (tmp_path / sites.FILE).write_bytes(b'{"told": 3')
    assert sites.read(Disk(), tmp_path) == sites.Known()


def test_the_first_where_it_works_is_the_nearest() -> None:
    known = sites.Known(NOW, (site("图书馆", "slip"), site("市民中心", "slip", "forms"), site("银行", "forms")))
    found = sites.nearest(known, "forms", NOW)
    assert found is not None
    assert found.name == "市民中心"
    assert sites.nearest(known, "photo", NOW) is None


def test_nobody_is_sent_where_it_worked_long_ago() -> None:
    known = sites.Known(NOW, (site("图书馆", "slip", days=8), site("市民中心", "slip", days=6)))
    found = sites.nearest(known, "slip", NOW)
    assert found is not None
    assert found.name == "市民中心"
