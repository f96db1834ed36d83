"""The consultations (意见征集) a terminal knows of: one small file, written by sync, read by the front ends offline.

open_on(read(Disk(), layout.content), today)      # those that may be answered today
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from offline_cache import told
from offline_cache.files import Files
from offline_cache.wire import Consultation

FILE = "consultations.json"


class Known(msgspec.Struct, frozen=True):
    """``told``: when central last said which there are; None: never."""

    told: dt.datetime | None = None
    consultations: tuple[Consultation, ...] = ()


def read(files: Files, folder: Path) -> Known:
    """``folder``: the content folder."""
    return told.read(files, folder / FILE, Known)


def write(files: Files, folder: Path, known: Known) -> None:
    told.write(files, folder / FILE, known)


def open_on(known: Known, day: dt.date) -> tuple[Consultation, ...]:
    """Those that may still be answered on ``day``: a terminal without a network closes them itself."""
    return tuple(one for one in known.consultations if one.open and day <= one.closes)
