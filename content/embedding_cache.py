"""Embeddings kept by the hash of what was embedded, so that a broken-off import goes on where it stopped.

One SQLite file; every batch is a transaction, so a kill loses at most the batch in work. A damaged cache is put aside
and begun anew: it holds nothing that cannot be computed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import apsw

_KEYS_AT_ONCE = 500


class EmbeddingCache:
    """Implements ``content.search.meaning.EmbedCache`` on a file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = _opened(path)
        except apsw.Error:
            for part in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
                part.unlink(missing_ok=True)
            self._connection = _opened(path)

    def __enter__(self) -> EmbeddingCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def get_many(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """What is known of ``keys``."""
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            part = tuple(keys[start : start + _KEYS_AT_ONCE])
            marks = ",".join("?" * len(part))
            found.update(self._connection.execute(f"SELECT key, vector FROM vector WHERE key IN ({marks})", part))
        return found

    def put_many(self, entries: Mapping[bytes, bytes]) -> None:
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vector VALUES(?, ?)", entries.items())


def _opened(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL")
    connection.execute("CREATE TABLE IF NOT EXISTS vector(key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID")
    connection.execute("SELECT key FROM vector LIMIT 1").fetchall()
    return connection
