"""Content by USB stick: a folder that is a repository like any other, with the same checks on both ends.

    export(syncer, folder, now)                                 # onto the stick
    Syncer(..., mirrors=[FolderMirror(folder)]).run(now)        # the other end: importing is fetching from a folder

A stick holds the metadata that proves the content, the list of releases, and the whole pack, for whoever has nothing or
anything. It can be used until the timestamp on it expires, and any web server can serve it to a local network.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
from tuf.api.metadata import Metadata

from offline_cache.files import Files, replace_file
from offline_cache.sync.client import Syncer
from offline_cache.sync.errors import Reason, SyncRefusedError
from offline_cache.sync.fetching import Report, fetch
from offline_cache.sync.releases import Form, index_target
from offline_cache.sync.trust import target_path


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """``serial`` and ``version`` of the release on the stick; ``bytes`` of its pack; ``until``: when it expires."""

    serial: int
    version: str
    bytes: int
    until: dt.datetime


def export(
    files: Files, syncer: Syncer, folder: Path, now: dt.datetime, report: Report = lambda done, total: None
) -> Exported:
    """Write the newest release for this terminal into ``folder``; a pack that is here is not fetched again.

    Without a network it is what this terminal has. Raises ``SyncRefusedError``.
    """
    with syncer.looking(now, offline=True) as (view, index, release):
        if release is None:
            raise SyncRefusedError(Reason.MISSING, "nothing is published for this terminal yet")
        raw = next((one for one in release.transfers if one.form is Form.RAW), None)
        if raw is None:
            raise SyncRefusedError(Reason.MISSING, f"release {release.serial} has no whole pack")
        where = target_path(view.expected(raw.target))
        listed = target_path(view.expected(index_target(index.name)))
        pack = folder / where
        part = pack.with_name(pack.name + ".part")
        if files.size(pack) != raw.length:
            fetch(files, part, raw, where, index.piece_bytes, syncer.with_own(), report)
            files.rename(part, pack)
            files.sync_folder(pack.parent)
        replace_file(files, folder / listed, syncer.index_data(), private=False)
    metadata = syncer.own_mirror().metadata
    files.make_folder(folder / "metadata")
    for name, data in metadata.items():  # the timestamp comes last: the stick is old or new
        replace_file(files, folder / name, data, private=False)
    until = Metadata.from_bytes(metadata["metadata/timestamp.json"]).signed.expires
    return Exported(serial=release.serial, version=release.version, bytes=release.length, until=until)
