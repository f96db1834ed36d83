"""What waits to be sent: one SQLite file that survives a power cut at any write.

    outbox = Outbox.open(path, sealer, terminal="WL-007")
    key = outbox.put(Kind.TICKET, plain={"department": "住建局"}, secret=b"...", now=now)
    for key in outbox.due_keys(now):
        ...send outbox.parcel(key)...
        outbox.confirm(key, receipt.token)          # erased
        outbox.postpone(key, now, chance)           # or tried again later

Rules: a parcel is on the disk and synced before ``put`` returns; it leaves only when the central service confirmed it
(with the token that only central can read) or has refused it for good (then it is kept aside as refused, for a person
to look at); confirmed rows are overwritten (``secure_delete``). Order is kept: a parcel that cannot be sent yet does
not let a later one of its kind overtake it, until it has failed so often that it must be the parcel's own fault.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import random
import secrets
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import msgspec

from offline_cache import way_back
from offline_cache.sealing import Sealer
from offline_cache.wire import MAX_SEALED_BYTES, Intake, Kind, Parcel, encode

SCHEMA = 2
"""A later one must leave its way back in the file (``way_back.remember``): an update may be undone."""
FIRST_WAIT = 15.0
"""Seconds before the second try."""
LONGEST_WAIT = 3600.0
"""Seconds; the back-off doubles up to this."""
MOST_JITTER = 0.25
"""Share added to a wait at random, so that 45 terminals do not knock at once after an outage."""
DEFAULT_QUOTA = 512 * 1024 * 1024
"""Bytes of sealed data kept at most."""
LARGE = 256 * 1024
"""Bytes; anything larger has sound or pictures in it."""
RESERVE = 16
"""One part in so many of the quota is kept for what is not large: a written request finds room when videos do not."""
GIVES_WAY = 6
"""After so many failures a parcel no longer holds up those behind it."""

_DROPPABLE = (Kind.HEALTH, Kind.WATCH, Kind.RATING)
"""Given up for space, in this order, the oldest first. What a citizen filed is never given up."""


class OutboxError(Exception):
    """The outbox cannot take or give. The text is the sentence the user reads; never any content."""


class OutboxFullError(OutboxError):
    """Neither the disk nor the quota has room; nothing was kept."""


class ParcelTooLargeError(OutboxError):
    """Central would never take it; nothing was kept."""


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
    """Open with ``Outbox.open``. May be used from several threads and processes."""

    def __init__(self, connection: apsw.Connection, sealer: Sealer | None, terminal: str, quota: int) -> None:
        self._db = connection
        self._sealer = sealer
        self._terminal = terminal
        self._quota = quota
        self._lock = threading.RLock()

    @staticmethod
    def open(
        path: Path, sealer: Sealer | None, terminal: str, quota: int = DEFAULT_QUOTA, vfs: str | None = None
    ) -> Outbox:
        """``sealer`` None: for listing only. ``vfs``: the SQLite file layer, for tests. Raises ``OutboxError``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = apsw.Connection(str(path), vfs=vfs)
            connection.set_busy_timeout(5_000)
            for pragma in ("journal_mode=DELETE", "synchronous=EXTRA", "secure_delete=ON", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
            _bring_up_to_date(connection, path)
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
        number: str = "",
        code: str = "",
        new_key: Callable[[], str] = lambda: uuid.uuid4().hex,
        new_token: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> str:
        """Seal ``secret`` and keep it; returns the idempotency key. The same ``key`` twice is kept once.

        Raises ``ParcelTooLargeError``, ``OutboxFullError`` when there is no room that may be made, ``OutboxError``.
        """
        if self._sealer is None:
            raise OutboxError("the outbox was opened for listing only")
        key = key or new_key()
        sealed = self._sealer.seal(secret) if secret else b""
        if len(sealed) > MAX_SEALED_BYTES:
            raise ParcelTooLargeError(f"this is larger than {MAX_SEALED_BYTES // 2**20} MB and cannot be sent")
        token = new_token()
        intake = self._sealer.seal(encode(Intake(token=token, code=code)))
        text = msgspec.json.encode(plain).decode()
        try:
            with self._lock, self._db:
                self._make_room(len(sealed) + len(intake) + len(text.encode()), large=len(sealed) > LARGE)
                self._db.execute(
                    "INSERT OR IGNORE INTO parcel(key, kind, created, plain, sealed, number, intake, token_hash)"
                    " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                    (key, kind.value, now.isoformat(), text, sealed, number, intake, _token_hash(token)),
                )
        except apsw.FullError as error:
            raise OutboxFullError("the disk is full; nothing was kept, ask a person") from error
        except apsw.Error as error:
            raise OutboxError(f"the outbox cannot be written ({type(error).__name__}); nothing was kept") from error
        return key

    def _make_room(self, needed: int, large: bool) -> None:
        quota = self._quota - (self._quota // RESERVE if large else 0)
        for kind in _DROPPABLE:
            while self._used() + needed > quota:
                oldest = self._db.execute(
                    "SELECT place FROM parcel WHERE kind = ? ORDER BY place LIMIT 1", (kind.value,)
                ).fetchone()
                if oldest is None:
                    break
                self._db.execute("DELETE FROM parcel WHERE place = ?", oldest)
        if self._used() + needed > quota:
            raise OutboxFullError("the outbox is full; nothing was kept, ask a person")

    def _used(self) -> int:
        row = self._db.execute(
            "SELECT coalesce(sum(length(sealed) + length(intake) + length(CAST(plain AS BLOB))), 0) FROM parcel"
        ).fetchone()
        return int(row[0]) if row else 0

    # -- taking out ---------------------------------------------------------------------------------------------------

    def due_keys(self, now: dt.datetime, at_once: bool = False) -> tuple[str, ...]:
        """What may be sent now, the oldest first; of each kind only up to the first that has to wait.

        ``at_once``: waits do not count.
        """
        ready: list[str] = []
        blocked: set[str] = set()
        with self._lock:
            rows: list[Any] = self._db.execute(
                "SELECT key, kind, next_try, tries FROM parcel WHERE refused = '' ORDER BY place"
            ).fetchall()
        for key, kind, next_try, tries in rows:
            # A wait longer than any we set means that the clock was set back: it is due.
            waits = not at_once and 0 < next_try - now.timestamp() <= LONGEST_WAIT * (1 + MOST_JITTER)
            if waits and tries < GIVES_WAY:
                blocked.add(kind)
            if not waits and kind not in blocked:
                ready.append(key)
        return tuple(ready)

    def due(self, now: dt.datetime) -> tuple[Parcel, ...]:
        """The parcels of ``due_keys``, all at once: for small outboxes."""
        found = (self.parcel(key) for key in self.due_keys(now))
        return tuple(parcel for parcel in found if parcel is not None)

    def parcel(self, key: str) -> Parcel | None:
        """One parcel as it is sent; None when it has gone."""
        with self._lock:
            row = self._db.execute(
                "SELECT kind, created, plain, sealed, number, intake FROM parcel WHERE key = ?", (key,)
            ).fetchone()
        if row is None:
            return None
        kind, created, plain, sealed, number, intake = row
        return Parcel(
            key=key,
            kind=Kind(kind),
            terminal=self._terminal,
            created=dt.datetime.fromisoformat(created),
            plain=msgspec.json.decode(plain, type=dict[str, str]),
            sealed=sealed,
            number=number,
            intake=intake,
        )

    def confirm(self, key: str, token: str) -> bool:
        """The central service has it: erase it here. False, and nothing is erased, when ``token`` is not the one that
        only central could read: the receipt is not from central."""
        with self._lock, self._db:
            row = self._db.execute("SELECT token_hash FROM parcel WHERE key = ?", (key,)).fetchone()
            if row is None:
                return True
            if row[0] and not hmac.compare_digest(row[0], _token_hash(token)):
                return False
            self._db.execute("DELETE FROM parcel WHERE key = ?", (key,))
        return True

    def refuse(self, key: str, reason: str) -> None:
        """The central service will never take it: keep it aside, out of the way of the others."""
        with self._lock:
            self._db.execute("UPDATE parcel SET refused = ? WHERE key = ?", (reason[:200] or "refused", key))

    def readmit(self) -> int:
        """Send what was refused once more (the terminal was revoked by mistake, say); returns how many."""
        with self._lock:
            self._db.execute("UPDATE parcel SET refused = '', tries = 0, next_try = 0 WHERE refused != ''")
            return int(self._db.changes())

    def postpone(self, key: str, now: dt.datetime, chance: random.Random, at_least: float = 0.0) -> None:
        """It could not be sent: wait twice as long as before, with jitter, then try again."""
        with self._lock, self._db:
            row = self._db.execute("SELECT tries FROM parcel WHERE key = ?", (key,)).fetchone()
            if row is None:
                return
            wait = min(LONGEST_WAIT, max(at_least, FIRST_WAIT * 2 ** min(row[0], 20)))
            wait *= 1 + chance.random() * MOST_JITTER
            self._db.execute(
                "UPDATE parcel SET tries = tries + 1, next_try = ? WHERE key = ?", (now.timestamp() + wait, key)
            )

    # -- looking ------------------------------------------------------------------------------------------------------

    def count(self) -> int:
        """How many parcels wait to be sent, the refused ones left out."""
        with self._lock:
            row = self._db.execute("SELECT count(*) FROM parcel WHERE refused = ''").fetchone()
        return int(row[0]) if row else 0

    def holds(self, number: str) -> bool:
        """Whether the ticket with these eleven digits still waits here."""
        with self._lock:
            row = self._db.execute("SELECT 1 FROM parcel WHERE number = ? AND number != ''", (number,)).fetchone()
        return row is not None

    def waiting(self) -> tuple[Waiting, ...]:
        """Everything that is still here, oldest first, without its content."""
        with self._lock:
            rows: list[Any] = self._db.execute(
                "SELECT key, kind, created, tries, next_try, refused, length(sealed) FROM parcel ORDER BY place"
            ).fetchall()
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


def _token_hash(token: str) -> str:
    """The token has 128 random bits, so a plain hash keeps it secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def _bring_up_to_date(connection: apsw.Connection, path: Path) -> None:
    """Make the table, or change an older one, in one transaction. Writes nothing when all is as it should be."""
    version = connection.pragma("user_version")
    if version > SCHEMA and not way_back.go_back(connection, SCHEMA):
        raise OutboxError(f"{path} was written by a newer program; update this one")
    version = connection.pragma("user_version")
    if version == SCHEMA:
        return
    with connection:
        version = connection.pragma("user_version")
        if version == 0:
            # The large part comes last: what is behind it SQLite would have to find by walking through all of it.
            connection.execute(
                """CREATE TABLE parcel(
                     place INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
                     created TEXT NOT NULL, plain TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
                     next_try REAL NOT NULL DEFAULT 0, refused TEXT NOT NULL DEFAULT '',
                     number TEXT NOT NULL DEFAULT '', token_hash TEXT NOT NULL DEFAULT '',
                     intake BLOB NOT NULL DEFAULT x'', sealed BLOB NOT NULL)"""
            )
        elif version == 1:
            connection.execute("ALTER TABLE parcel RENAME COLUMN number TO place")
            for column in ("number TEXT NOT NULL DEFAULT ''", "intake BLOB NOT NULL DEFAULT x''"):
                connection.execute(f"ALTER TABLE parcel ADD COLUMN {column}")
            connection.execute("ALTER TABLE parcel ADD COLUMN token_hash TEXT NOT NULL DEFAULT ''")
        connection.pragma("user_version", SCHEMA)
