"""What a terminal has itself, shown as a mirror: for the courier's stick and for peers on the same network."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from offline_cache.files import Files, read_if_there
from offline_cache.sync.config import CHUNK_BYTES
from offline_cache.sync.mirrors import MissingError, Stream
from offline_cache.sync.releases import index_target
from offline_cache.sync.store import PackStore
from offline_cache.sync.trust import Memory

_PREFIX = "targets/"


class OwnMirror:
    """``memory``: what the terminal has verified. ``index``: the file with its last list of releases."""

    def __init__(self, files: Files, store: PackStore, memory: Memory, name: str, index: Path) -> None:
        self.name = "this terminal"
        self._files, self._store, self._content, self._index = files, store, name, index
        self.metadata = repository_names(memory)

    def open(self, path: str, start: int = 0) -> Stream:
        file = self._file(path)
        file.seek(start)
        return Stream(start, _chunks(file))

    def _file(self, path: str) -> BinaryIO:
        if path in self.metadata:
            return io.BytesIO(self.metadata[path])
        folder, _, file_name = path.removeprefix(_PREFIX).rpartition("/")
        digest, _, name = file_name.partition(".")
        if path.startswith(_PREFIX) and folder == self._content:
            if f"{folder}/{name}" == index_target(self._content):
                data = read_if_there(self._files, self._index)
                if data is not None:
                    return io.BytesIO(data)
            elif name.endswith(".pack") and digest.isalnum() and self._files.size(self._store.path(digest)) is not None:
                return self._files.open(self._store.path(digest))
        raise MissingError(f"this terminal has no {path}")


def repository_names(memory: Memory) -> dict[str, bytes]:
    """Metadata under the names it has in a repository (``metadata/7.snapshot.json``), the timestamp last."""
    found: dict[str, bytes] = {}
    for path, data in memory.files.items():
        name = path.rpartition("/")[2]
        if path.startswith("root_history/"):
            found[f"metadata/{name}"] = data
        elif name != "timestamp.json":
            found[f"metadata/{json.loads(data)['signed']['version']}.{name}"] = data
    if "timestamp.json" in memory.files:
        found["metadata/timestamp.json"] = memory.files["timestamp.json"]
    return found


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
