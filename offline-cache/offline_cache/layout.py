"""Where a terminal keeps what this package writes, below its home folder; and opening all of it."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import requests

from offline_cache import enrolment, sync_state
from offline_cache.central_link import CentralLink, HttpTransport
from offline_cache.counter import Counter
from offline_cache.files import Disk, Files
from offline_cache.identity import Identity
from offline_cache.outbox import Outbox
from offline_cache.sealing import Sealer
from offline_cache.wire import Enrolment


class Layout(msgspec.Struct, frozen=True):
    """The folders and files below ``home``."""

    home: Path

    @property
    def identity(self) -> Path:
        return self.home / "terminal" / "identity.key"

    @property
    def enrolment(self) -> Path:
        return self.home / "terminal" / "enrolment.json"

    @property
    def counters(self) -> Path:
        return self.home / "terminal"

    @property
    def outbox(self) -> Path:
        return self.home / "outbox" / "outbox.db"

    @property
    def content(self) -> Path:
        """Content packs, what is being fetched, and what is trusted: see ``offline_cache.sync``."""
        return sync_state.folder_of(self.home)


class Terminal(msgspec.Struct, frozen=True):
    """An enrolled terminal, opened. ``link`` is None when no central service is set."""

    enrolment: Enrolment
    outbox: Outbox
    counter: Counter
    link: CentralLink | None


def open_terminal(layout: Layout, central: str, files: Files | None = None) -> Terminal | None:
    """None when the terminal is not enrolled. ``central``: the service's address, or empty.

    Raises ``EnrolmentError``, ``IdentityError``, ``OutboxError``: one clear sentence.
    """
    files = files or Disk()
    known = enrolment.load(files, layout.enrolment)
    if known is None:
        return None
    return Terminal(
        enrolment=known,
        outbox=Outbox.open(layout.outbox, Sealer(known.central_key), known.terminal),
        counter=Counter(files, layout.counters),
        link=open_link(layout, central, known.terminal, files) if central else None,
    )


def open_link(layout: Layout, central: str, terminal: str, files: Files) -> CentralLink:
    """``terminal``: empty while it enrols. Makes the terminal's key when there is none."""
    identity = Identity.load_or_make(files, layout.identity)
    return CentralLink(HttpTransport(central, requests.Session()), identity, terminal, time.time)
