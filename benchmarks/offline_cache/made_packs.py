"""Packs as large as a province's, made up: the same every time, and a day later with one row in a hundred changed."""

from __future__ import annotations

import random
from pathlib import Path

import apsw

VECTOR_BYTES = 384
ROWS_PER_MB = 1000
"""So that ``rows_for(100)`` gives a file of 100 MB."""


def rows_for(megabytes: int) -> int:
    return megabytes * ROWS_PER_MB


def make(path: Path, rows: int, day: int) -> int:
    """Write the pack of ``day`` (0: the first) and return its bytes.

    From one day to the next one row in a hundred differs: half of these rewritten, a quarter gone, a quarter new in the
    middle. The file is built from nothing, as the compiler does, so everything behind a new row moves.
    """
    path.unlink(missing_ok=True)
    words = _words()
    alive = [(number, 0) for number in range(rows)]
    for one in range(1, day + 1):
        alive = _next_day(alive, one)
    connection = apsw.Connection(str(path))
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "page_size=4096"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE imported(id TEXT UNIQUE, title TEXT, questions TEXT, answer TEXT)")
    connection.execute("CREATE TABLE blob(name TEXT PRIMARY KEY, data BLOB) WITHOUT ROWID")
    vectors = bytearray()
    with connection:
        for number, version in alive:
            chance = random.Random(number * 1000 + version)
            drawn = chance.choices(words, k=61)
            row = (f"id-{number:07d}", "".join(drawn[:3]), "".join(drawn[3:11]), "".join(drawn[11:]))
            connection.execute("INSERT INTO imported VALUES(?, ?, ?, ?)", row)
            vectors += chance.randbytes(VECTOR_BYTES)
        connection.execute("INSERT INTO blob VALUES('vectors', ?)", (bytes(vectors),))
    connection.close()
    return path.stat().st_size


def _next_day(alive: list[tuple[int, int]], day: int) -> list[tuple[int, int]]:
    chance = random.Random(day)
    touched = set(chance.sample(range(len(alive)), len(alive) // 100))
    after: list[tuple[int, int]] = []
    for place, (number, version) in enumerate(alive):
        if place not in touched:
            after.append((number, version))
            continue
        match chance.randrange(4):
            case 0:
                continue
            case 1:
                after += [(number, version), (10_000_000 * day + place, 0)]
            case _:
                after.append((number, version + 1))
    return after


def _words() -> list[str]:
    chance = random.Random(1)
    return ["".join(chr(0x4E00 + chance.randrange(3000)) for _ in range(chance.randrange(2, 5))) for _ in range(20_000)]
