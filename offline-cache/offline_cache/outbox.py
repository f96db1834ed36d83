"""What waits to be sent: one SQLite file that survives a power cut at any write.

    outbox = Outbox.open(path, sealer, terminal="WL-007")
    key = outbox.put(Kind.TICKET, plain={"department": "住建局"}, secret=b"...", now=now)
    for parcel in outbox.due(now):
        ...send it...
        outbox.confirm(parcel.key)          # erased
        outbox.postpone(parcel.key, now)    # or tried again later

Rules: a parcel is on the disk and synced before ``put`` returns; it leaves only when the central service confirmed it
or has refused it for good (then it is kept aside as refused, for a person to look at); confirmed rows are overwritten
(``secure_delete``). Order is kept: a parcel that cannot be sent yet does not let a later one of its kind overtake it.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable
from pathlib import Path

import apsw
import msgspec

from offline_cache.sealing import Sealer
from offline_cache.wire import MAX_SEALED_BYTES, Kind, Parcel

SCHEMA = 1
FIRST_WAIT = 15.0
"""Seconds before the second try."""
LONGEST_WAIT = 3600.0
"""Seconds; the back-off doubles up to this."""
MOST_JITTER = 0.25
"""Share added to a wait at random, so that 45 terminals do not knock at once after an outage."""
DEFAULT_QUOTA = 512 * 1024 * 1024
"""Bytes of sealed data kept at most."""

_DROPPABLE = (Kind.HEALTH, Kind.WATCH, Kind.RATING)
"""Given up for space, in this order, the oldest first. What a citizen filed is never given up."""


class OutboxError(Exception):
    """The outbox cannot take or give. The text is the sentence the user reads; never any content."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One row for a list: nothing of the content."""

    key: str
    kind: Kind
    created: dt.datetime
    tries: int
    next_try: dt.datetime
    refused: str
    bytes: int


class Outbox:
    """Open with ``Outbox.open``. One process writes; others may list."""

    def __init__(self, connection: apsw.Connection, sealer: Sealer, terminal: str, quota: int) -> None:
        self._db = connection
        self._sealer = sealer
        self._terminal = terminal
        self._quota = quota

    @staticmethod
    def open(path: Path, sealer: Sealer, terminal: str, quota: int = DEFAULT_QUOTA) -> Outbox:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = apsw.Connection(str(path))
            connection.set_busy_timeout(5_000)
            for pragma in ("journal_mode=DELETE", "synchronous=EXTRA", "secure_delete=ON", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
            version = connection.pragma("user_version")
            if version > SCHEMA:
                raise OutboxError(f"{path} was written by a newer program; update this one")
            connection.execute(
                """CREATE TABLE IF NOT EXISTS parcel(
                     number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created TEXT NOT NULL,
                     plain TEXT NOT NULL, sealed BLOB NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
                     next_try REAL NOT NULL DEFAULT 0, refused TEXT NOT NULL DEFAULT '')"""
            )
            connection.pragma("user_version", SCHEMA)
        except apsw.Error as error:
            raise OutboxError(
                f"{path} cannot be used ({type(error).__name__}); keep the file for the service"
            ) from error
        return Outbox(connection, sealer, terminal, quota)

    def close(self) -> None:
        self._db.close()

    # -- putting in ---------------------------------------------------------------------------------------------------

    def put(
        self,
        kind: Kind,
        *,
        plain: dict[str, str],
        secret: bytes,
        now: dt.datetime,
        key: str = "",
        new_key: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> str:
        """Seal ``secret`` and keep it; returns the idempotency key. The same ``key`` twice is kept once.

        Raises ``OutboxError`` when it is too large or there is no room that may be made.
        """
        key = key or new_key()
        sealed = self._sealer.seal(secret) if secret else b""
        if len(sealed) > MAX_SEALED_BYTES:
            raise OutboxError(f"this is larger than {MAX_SEALED_BYTES // 2**20} MB and cannot be sent")
        try:
            with self._db:
                self._make_room(len(sealed))
                self._db.execute(
                    "INSERT OR IGNORE INTO parcel(key, kind, created, plain, sealed) VALUES(?, ?, ?, ?, ?)",
                    (key, kind.value, now.isoformat(), msgspec.json.encode(plain).decode(), sealed),
                )
        except apsw.FullError as error:
            raise OutboxError("the disk is full; nothing was kept, ask a person") from error
        return key

    def _make_room(self, needed: int) -> None:
        for kind in _DROPPABLE:
            while self._used() + needed > self._quota:
                oldest = self._db.execute(
                    "SELECT number FROM parcel WHERE kind = ? ORDER BY number LIMIT 1", (kind.value,)
                ).fetchone()
                if oldest is None:
                    break
                self._db.execute("DELETE FROM parcel WHERE number = ?", oldest)
        if self._used() + needed > self._quota:
            raise OutboxError("the outbox is full; nothing was kept, ask a person")

    def _used(self) -> int:
        row = self._db.execute("SELECT coalesce(sum(length(sealed) + length(plain)), 0) FROM parcel").fetchone()
        return int(row[0]) if row else 0

    # -- taking out ---------------------------------------------------------------------------------------------------

    def due(self, now: dt.datetime) -> tuple[Parcel, ...]:
        """What may be sent now, the oldest first; of each kind only up to the first that has to wait."""
        ready: list[Parcel] = []
        blocked: set[str] = set()
        rows = self._db.execute(
            "SELECT key, kind, created, plain, sealed, next_try FROM parcel WHERE refused = '' ORDER BY number"
        )
        for key, kind, created, plain, sealed, next_try in rows:
            # A wait longer than any we set means that the clock was set back: it is due.
            if 0 < next_try - now.timestamp() <= LONGEST_WAIT * (1 + MOST_JITTER):
                blocked.add(kind)
            if kind in blocked:
                continue
            ready.append(
                Parcel(
                    key=key,
                    kind=Kind(kind),
                    terminal=self._terminal,
                    created=dt.datetime.fromisoformat(created),
                    plain=msgspec.json.decode(plain, type=dict[str, str]),
                    sealed=sealed,
                )
            )
        return tuple(ready)

    def confirm(self, key: str) -> None:
        """The central service has it: erase it here."""
        self._db.execute("DELETE FROM parcel WHERE key = ?", (key,))

    def refuse(self, key: str, reason: str) -> None:
        """The central service will never take it: keep it aside, out of the way of the others."""
        self._db.execute("UPDATE parcel SET refused = ? WHERE key = ?", (reason or "refused", key))

    def postpone(self, key: str, now: dt.datetime, chance: random.Random) -> None:
        """It could not be sent: wait twice as long as before, with jitter, then try again."""
        row = self._db.execute("SELECT tries FROM parcel WHERE key = ?", (key,)).fetchone()
        if row is None:
            return
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row[0], 20)) * (1 + chance.random() * MOST_JITTER)
        self._db.execute(
            "UPDATE parcel SET tries = tries + 1, next_try = ? WHERE key = ?", (now.timestamp() + wait, key)
        )

    def waiting(self) -> tuple[Waiting, ...]:
        """Everything that is still here, oldest first, without its content."""
        rows = self._db.execute(
            "SELECT key, kind, created, tries, next_try, refused, length(sealed) FROM parcel ORDER BY number"
        )
        return tuple(
            Waiting(
                key=key,
                kind=Kind(kind),
                created=dt.datetime.fromisoformat(created),
                tries=tries,
                next_try=dt.datetime.fromtimestamp(next_try, dt.UTC),
                refused=refused,
                bytes=size,
            )
            for key, kind, created, tries, next_try, refused, size in rows
        )
