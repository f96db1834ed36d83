"""What central told a terminal, as a small file: written by sync, read by the front ends without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from offline_cache.files import Files, read_if_there, replace_file

Told = TypeVar("Told", bound=msgspec.Struct)


def read(files: Files, path: Path, kind: type[Told]) -> Told:
    """A missing or damaged file is a terminal that was never told: ``kind()``."""
    data = read_if_there(files, path)
    if data is None:
        return kind()
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return kind()


def write(files: Files, path: Path, told: msgspec.Struct) -> None:
    """Whole or not at all, safe after a power cut."""
    files.make_folder(path.parent)
    replace_file(files, path, msgspec.json.encode(told))
