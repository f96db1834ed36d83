"""The other terminals a terminal knows of: one small file, written by sync, read by the kiosk without a network.

nearest(read(Disk(), layout.content), "forms", now)      # where forms are printed, and when that was known
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from offline_cache import told
from offline_cache.files import Files
from offline_cache.wire import Site

FILE = "sites.json"

OLDEST = dt.timedelta(days=7)
"""What a terminal was like a week ago sends nobody there."""


class Known(msgspec.Struct, frozen=True):
    """``told``: when central last said which there are; None: never."""

    told: dt.datetime | None = None
    sites: tuple[Site, ...] = ()


def read(files: Files, folder: Path) -> Known:
    """``folder``: the content folder."""
    return told.read(files, folder / FILE, Known)


def write(files: Files, folder: Path, known: Known) -> None:
    told.write(files, folder / FILE, known)


def nearest(known: Known, service: str, now: dt.datetime) -> Site | None:
    """The nearest where ``service`` worked when it was last heard of, not too long ago."""
    return next((site for site in known.sites if service in site.services and now - site.at <= OLDEST), None)
