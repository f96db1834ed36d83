"""What is published of one content: its releases, and how to get each. Signed as one small target.

``NAME/index.json`` lists the releases. A release's pack can be had in several forms: as it is, compressed, or as a
patch for those who have an earlier release. A file is verified piece by piece with the hashes given here, and whole by
the target's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from enum import StrEnum

import msgspec

from offline_cache.rollout import place
from offline_cache.sync.errors import Reason, SyncRefusedError

INDEX_VERSION = 1


class Form(StrEnum):
    """How a file becomes the pack."""

    RAW = "raw"  # it is the pack
    ZSTD = "zstd"  # a zstd frame
    PATCH = "patch"  # a zstd frame against the pack ``base``


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """One file to fetch. ``base``: SHA-256 of the pack a patch applies to, else empty. ``length``: bytes.

    ``pieces``: the SHA-256 digests of its pieces of ``Index.piece_bytes``, one after the other.
    """

    target: str
    form: Form
    length: int
    pieces: bytes
    base: str = ""


class Rollout(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets a release: ``terminals`` by name; of those in one of ``groups`` (empty: in any) ``percent``."""

    groups: tuple[str, ...] = ()
    percent: int = 100
    terminals: tuple[str, ...] = ()


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """``serial``: counts up with every release of this content. ``version``: the pack's own. ``date``: of the content.

    ``sha256`` and ``length`` are the pack's.
    """

    serial: int
    version: str
    date: dt.date
    published: dt.datetime
    sha256: str
    length: int
    transfers: tuple[Transfer, ...]
    rollout: Rollout = Rollout()


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """Releases of the content ``name``, the oldest first. What is not listed any more is withdrawn.

    ``last_serial``: the highest ever given, so that a withdrawn release's serial never comes again.
    """

    name: str
    piece_bytes: int
    releases: tuple[Release, ...] = ()
    last_serial: int = 0
    version: int = INDEX_VERSION


def index_target(name: str) -> str:
    return f"{name}/index.json"


def read_index(data: bytes, name: str) -> Index:
    """Raises ``SyncRefusedError`` for anything that is not an index of ``name`` that we understand."""
    try:
        index = msgspec.json.decode(data, type=Index)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SyncRefusedError(Reason.MALFORMED, f"the list of releases cannot be read: {error}") from error
    if index.version > INDEX_VERSION:
        raise SyncRefusedError(Reason.UNUSABLE, "the list of releases is of a newer form; update this program")
    if index.name != name or index.piece_bytes <= 0:
        raise SyncRefusedError(Reason.MALFORMED, f"the list of releases is not of {name}")
    return index


def chosen(index: Index, terminal: str, groups: Collection[str]) -> Release | None:
    """The newest release that is for this terminal, or None. The same for the same terminal every time."""
    meant = [release for release in index.releases if is_meant(release, terminal, groups)]
    return max(meant, key=lambda release: release.serial, default=None)


def is_meant(release: Release, terminal: str, groups: Collection[str]) -> bool:
    rollout = release.rollout
    in_group = not rollout.groups or not set(rollout.groups).isdisjoint(groups)
    return terminal in rollout.terminals or (in_group and bucket(terminal, release.serial) < rollout.percent)


def bucket(terminal: str, serial: int) -> int:
    """0 to 99: where a terminal stands in the rollout of a release; another place for every release."""
    return int(place(terminal, str(serial)) * 100)


def ways(release: Release, have: Collection[str]) -> tuple[Transfer, ...]:
    """The transfers that lead to ``release`` from the packs in ``have`` (SHA-256), the smallest first."""
    usable = [one for one in release.transfers if one.form is not Form.PATCH or one.base in have]
    return tuple(sorted(usable, key=lambda one: one.length))
