"""A database that an update changed can be read again after a rollback: the file itself knows the way back.

The program that changes a schema is newer than the one that may have to read the file afterwards, so the older one
cannot know what to undo. Whoever goes from schema N to N + 1 therefore leaves the statements that undo it in the file,
in the same transaction; whoever finds a schema newer than its own carries them out, the newest first.

::

    with connection:
        connection.execute("ALTER TABLE parcel ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0")
        way_back.remember(connection, 3, "ALTER TABLE parcel DROP COLUMN urgent")
        connection.pragma("user_version", 3)
"""

from __future__ import annotations

import apsw


def remember(connection: apsw.Connection, schema: int, undo: str) -> None:
    """Keep the statements that lead from ``schema`` to the one before it. Call it in the transaction of the change."""
    connection.execute("CREATE TABLE IF NOT EXISTS way_back(schema INTEGER PRIMARY KEY, undo TEXT NOT NULL)")
    connection.execute("INSERT OR REPLACE INTO way_back VALUES (?, ?)", (schema, undo))


def go_back(connection: apsw.Connection, schema: int) -> bool:
    """Undo every schema above ``schema`` in one transaction; False, and nothing changed, where a way is missing."""
    with connection:
        found = connection.pragma("user_version")
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'way_back'").fetchone():
            return False
        rows = connection.execute(
            "SELECT schema, undo FROM way_back WHERE schema > ? AND schema <= ? ORDER BY schema DESC", (schema, found)
        ).fetchall()
        if [number for number, _undo in rows] != list(range(found, schema, -1)):
            return False
        for number, undo in rows:
            connection.execute(str(undo))
            connection.execute("DELETE FROM way_back WHERE schema = ?", (number,))
        connection.pragma("user_version", schema)
    return True
