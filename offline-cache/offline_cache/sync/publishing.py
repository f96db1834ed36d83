"""Publishing a pack: compressed, as patches from the releases before it, listed and signed.

publisher = Publisher(files, repository, keys.open("wenling"))
publisher.publish(pack, "wenling/wenling", version, date, now, Rollout(groups=("pilot",)))
publisher.set_rollout("wenling/wenling", serial, Rollout(percent=50), now)
publisher.withdraw("wenling/wenling", serial, now)      # terminals go back to the release before
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
from tuf.api.metadata import TargetFile

from offline_cache.files import Files, read_if_there, replace_file
from offline_cache.sync import patching
from offline_cache.sync.config import KEPT_RELEASES, LARGEST_PATCH, PATCHED_RELEASES, PIECE_BYTES, PRUNE_AFTER
from offline_cache.sync.releases import Form, Index, Release, Rollout, Transfer, index_target, read_index
from offline_cache.sync.repository import Repository, RepositoryStateError
from offline_cache.sync.signing import SeedSigner
from offline_cache.sync.trust import target_path

Report = Callable[[str], None]
"""What is being done now, for a person who waits."""


EVERYONE = Rollout()


class Publisher:
    """Publishes the contents of one department group. ``signer``: the group's key."""

    def __init__(self, files: Files, repository: Repository, signer: SeedSigner) -> None:
        self._files, self._repository, self._signer = files, repository, signer

    def index(self, name: str) -> Index:
        """The releases of ``name``; empty when nothing was published. Raises ``RepositoryStateError``."""
        known = self._repository.targets(group_of(name)).get(index_target(name))
        if known is None:
            return Index(name=name, piece_bytes=PIECE_BYTES)
        data = read_if_there(self._files, self._repository.folder / target_path(known))
        if data is None:
            raise RepositoryStateError(f"the list of releases of {name} is missing; restore the copy")
        return read_index(data, name)

    def publish(
        self,
        pack: Path,
        name: str,
        version: str,
        date: dt.date,
        now: dt.datetime,
        rollout: Rollout = EVERYONE,
        report: Report = lambda step: None,
    ) -> Release:
        """Make ``pack`` the newest release of ``name`` (GROUP/CONTENT); when it is that already, nothing changes.

        Raises ``RepositoryStateError``, ``OSError``; then terminals see what they saw before.
        """
        new = self._files.read(pack)
        digest = hashlib.sha256(new).hexdigest()
        with self._repository.changing():
            index = self.index(name)
            if index.releases and index.releases[-1].sha256 == digest:
                return index.releases[-1]
            serial = 1 + self._last_serial(index)
            report("compressing")
            forms: list[tuple[Form, str, bytes]] = [(Form.RAW, "", new), (Form.ZSTD, "", patching.compressed(new))]
            whole = len(forms[-1][2])
            for base in index.releases[-PATCHED_RELEASES:]:
                report(f"patch from release {base.serial}")
                old = self._pack_of(base)
                if old is None:
                    continue
                patch = patching.patch(old, new)
                if len(patch) < whole * LARGEST_PATCH:
                    forms.append((Form.PATCH, base.sha256, patch))
            report("writing")
            files = {_target(name, serial, form, base): (form, base, data) for form, base, data in forms}
            listed = {target: self._put(target, data) for target, (_, _, data) in files.items()}
            release = Release(
                serial=serial,
                version=version,
                date=date,
                published=now,
                sha256=digest,
                length=len(new),
                transfers=tuple(
                    Transfer(target=target, form=form, base=base, length=len(data), pieces=_pieces(data))
                    for target, (form, base, data) in files.items()
                ),
                rollout=rollout,
            )
            kept = (*index.releases, release)[-KEPT_RELEASES:]
            self._list(msgspec.structs.replace(index, releases=kept, last_serial=serial), listed, now)
        return release

    def set_rollout(self, name: str, serial: int, rollout: Rollout, now: dt.datetime) -> None:
        """Give a release to more or fewer terminals."""
        self._change(name, serial, now, lambda release: msgspec.structs.replace(release, rollout=rollout))

    def withdraw(self, name: str, serial: int, now: dt.datetime) -> None:
        """Take a release back: terminals that have it go back to the newest one left (kept on their disk)."""
        self._change(name, serial, now, lambda release: None)

    def prune(self, now: dt.datetime, age_of: Callable[[Path], dt.datetime]) -> tuple[Path, ...]:
        """Remove files of this repository that no list names and that were written long ago; returns them."""
        with self._repository.changing():
            named = {
                self._repository.folder / target_path(one)
                for group in self._repository.groups()
                for one in self._repository.targets(group).values()
            }
            removed = []
            for path in sorted((self._repository.folder / "targets").rglob("*")):
                if path.is_file() and path not in named and now - age_of(path) > PRUNE_AFTER:
                    self._files.remove(path)
                    removed.append(path)
        return tuple(removed)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _change(self, name: str, serial: int, now: dt.datetime, changed: Callable[[Release], Release | None]) -> None:
        with self._repository.changing():
            index = self.index(name)
            if serial not in {release.serial for release in index.releases}:
                raise RepositoryStateError(f"{name} has no release {serial}")
            after = [changed(one) if one.serial == serial else one for one in index.releases]
            kept = tuple(one for one in after if one is not None)
            self._list(msgspec.structs.replace(index, releases=kept), {}, now)

    def _last_serial(self, index: Index) -> int:
        return max((index.last_serial, *(release.serial for release in index.releases)))

    def _list(self, index: Index, new: dict[str, TargetFile], now: dt.datetime) -> None:
        name = index_target(index.name)
        wanted = {transfer.target for release in index.releases for transfer in release.transfers} | {name}
        prefix = f"{index.name}/"
        group = group_of(index.name)
        known = self._repository.targets(group)
        gone = [target for target in known if target.startswith(prefix) and target not in wanted]
        listed = {**new, name: self._put(name, msgspec.json.encode(index))}
        self._repository.set_targets(group, listed, gone, self._signer, now)

    def _put(self, target: str, data: bytes) -> TargetFile:
        described = TargetFile.from_data(target, data, ["sha256"])
        path = self._repository.folder / target_path(described)
        self._files.make_folder(path.parent)
        if self._files.size(path) != len(data):
            replace_file(self._files, path, data, private=False)
        return described

    def _pack_of(self, release: Release) -> bytes | None:
        for transfer in release.transfers:
            known = self._repository.targets(group_of(transfer.target)).get(transfer.target)
            if transfer.form is Form.RAW and known is not None:
                return read_if_there(self._files, self._repository.folder / target_path(known))
        return None


def group_of(name: str) -> str:
    """The department group of a content or target. Raises ``RepositoryStateError`` for a name without one."""
    group, slash, rest = name.partition("/")
    if not (group and slash and rest):
        raise RepositoryStateError(f"{name!r} must be GROUP/CONTENT, such as wenling/wenling")
    return group


def _target(name: str, serial: int, form: Form, base: str) -> str:
    match form:
        case Form.RAW:
            return f"{name}/{serial}.pack"
        case Form.ZSTD:
            return f"{name}/{serial}.pack.zst"
        case Form.PATCH:
            return f"{name}/{serial}.from-{base[:16]}.patch"


def _pieces(data: bytes) -> bytes:
    starts = range(0, len(data), PIECE_BYTES)
    return b"".join(hashlib.sha256(data[start : start + PIECE_BYTES]).digest() for start in starts)
