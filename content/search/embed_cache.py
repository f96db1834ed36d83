"""Vectors on disk by the hash of their text: a build that was broken off goes on where it stopped, and the next build
of almost the same base computes only what is new.

A cache may be deleted at any time; a damaged one is started anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import apsw

_TABLE = "CREATE TABLE IF NOT EXISTS vector(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"


class FileEmbedCache:
    """An ``EmbedCache`` in one SQLite file. Every ``put_many`` is on the disk when it returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = _open(path)
        except (apsw.NotADBError, apsw.CorruptError):
            path.unlink()
            self._connection = _open(path)

    def get_many(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """At most a few hundred keys at once."""
        marks = ",".join("?" * len(keys))
        return dict(self._connection.execute(f"SELECT key, value FROM vector WHERE key IN ({marks})", tuple(keys)))

    def put_many(self, entries: Mapping[bytes, bytes]) -> None:
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vector VALUES(?, ?)", list(entries.items()))

    def close(self) -> None:
        self._connection.close()


def _open(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(10_000)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(_TABLE)
    return connection
