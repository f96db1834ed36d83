"""Puts content distribution and sending together for this machine, from its settings and its enrolment."""

from __future__ import annotations

import datetime as dt
import os
import random
from importlib import metadata
from pathlib import Path

from bianmin import filing, settings
from bianmin.cli.output import CommandError
from bianmin.settings import Settings
from deploy_image import slots
from deploy_image.definition import read_release
from deploy_image.errors import ImageError
from offline_cache import consultations, sites
from offline_cache.central_link import LinkError
from offline_cache.files import Disk
from offline_cache.layout import Terminal
from offline_cache.outbox import OutboxError
from offline_cache.sending import Flushed, Sender
from offline_cache.sync.client import Provisioned, Syncer
from offline_cache.sync.errors import Reason, SyncRefusedError
from offline_cache.sync.mirrors import Mirror, mirror_at
from offline_cache.sync.outcome import Updated, UpToDate
from offline_cache.sync_state import SyncState
from offline_cache.wire import Kind

REPOSITORY_PATH = "/content"
"""Where the central service serves the signed repository."""

FAULTS = frozenset(Reason) - {Reason.UNREACHABLE, Reason.SLOW, Reason.BUSY}
"""What counts against a release; a bad line does not."""


def open_syncer(chosen: Settings, terminal: Terminal | None, only: Path | None = None) -> Syncer:
    """``only``: a folder to take content from instead of the mirrors (a stick). Raises ``CommandError``."""
    if terminal is None:
        raise CommandError("this terminal is not enrolled; run: bianmin sync enrol CODE")
    known = terminal.enrolment
    central = [mirror_at(chosen.sync.central.rstrip("/") + REPOSITORY_PATH)] if chosen.sync.central else []
    near = [mirror_at(address) for address in chosen.sync.mirrors]
    mirrors: list[Mirror] = [mirror_at(str(only))] if only is not None else [*near, *central]
    return Syncer(
        Disk(),
        filing.layout().content,
        Provisioned(
            root=known.tuf_root,
            name=known.content,
            terminal=known.terminal,
            groups=(*known.groups, *chosen.sync.groups),
        ),
        mirrors,
        # Large files from nearby, news from where it is made.
        sources=mirrors if only is not None else [*central, *near],
        accept=try_pack,
    )


def try_pack(path: Path) -> None:
    """Open a new pack the way the front ends will. Raises ``SyncRefusedError``."""
    from content.pack import Pack, PackError

    try:
        Pack.open(path).close()
    except PackError as error:
        raise SyncRefusedError(Reason.UNUSABLE, f"the new content cannot be used: {error}") from error


class TerminalDuties:
    """What the daemon does, with the real network."""

    def __init__(self, syncer: Syncer, terminal: Terminal, chance: random.Random) -> None:
        self._syncer, self._terminal = syncer, terminal
        self._sender = Sender(terminal.outbox, terminal.link, chance) if terminal.link is not None else None

    def look(self, now: dt.datetime) -> Updated | UpToDate:
        return self._syncer.run(now)

    def flush(self, now: dt.datetime, at_once: bool = False) -> Flushed:
        if self._sender is None:
            return Flushed(left=self._terminal.outbox.count())
        return self._sender.flush(now, at_once)

    def tell(self, state: SyncState, result: Updated | UpToDate | SyncRefusedError, now: dt.datetime) -> None:
        said = health(state) | how_it_is(now)
        try:
            if isinstance(result, Updated):
                word = {"release": result.installed.version, "outcome": "installed"}
                self._terminal.outbox.put(Kind.HEALTH, plain={**said, **word}, secret=b"", now=now)
            elif self._terminal.link is not None:
                if isinstance(result, SyncRefusedError) and result.release and result.reason in FAULTS:
                    said |= {"release": result.release, "outcome": "failed", "reason": result.reason.value}
                self._terminal.link.poll(said)
            self._learn_consultations(now)
            self._learn_sites(now)
        except (LinkError, OutboxError, OSError):
            return  # the next look says it again

    def _learn_consultations(self, now: dt.datetime) -> None:
        """What the city asks its citizens, kept with the date for when there is no network."""
        if self._terminal.link is not None:
            told = self._terminal.link.consultations().consultations
            consultations.write(Disk(), filing.layout().content, consultations.Known(now, told))

    def _learn_sites(self, now: dt.datetime) -> None:
        """Where citizens can be sent, kept with the date for when there is no network. An older central knows none."""
        if self._terminal.link is not None:
            told = self._terminal.link.sites().sites
            sites.write(Disk(), filing.layout().content, sites.Known(now, told))


def how_it_is(now: dt.datetime) -> dict[str, str]:
    """What the kiosk last said can be done here; nothing where none runs."""
    from bianmin import services_now

    working = services_now.read(Disk(), settings.home(), now)
    return services_now.told(working) if working is not None else {}


def health(state: SyncState) -> dict[str, str]:
    """The terminal's state as the central service reads it."""
    said = {**what_runs(slots.RELEASE), "waiting": str(state.waiting)}
    if state.content is not None:
        said |= {"content": state.content.version, "content_date": state.content.date.isoformat()}
    return said


def what_runs(release: Path) -> dict[str, str]:
    """The terminal image that ``release`` names, or else only the program's version."""
    try:
        image = read_release(release.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ImageError):
        return {"software": metadata.version("bianmin-terminal") if _installed() else ""}
    return {"software": image.version, "profile": image.profile}


def step_aside() -> None:
    """Let the front ends go first: lowest priority for processor and disk."""
    os.nice(15)


def _installed() -> bool:
    try:
        metadata.version("bianmin-terminal")
    except metadata.PackageNotFoundError:
        return False
    return True
