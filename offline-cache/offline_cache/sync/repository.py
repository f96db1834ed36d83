"""The signed repository of static files that terminals follow: roles, their metadata, and how it is changed.

    root       offline keys; names the keys of the four top roles
    targets    offline keys; delegates ``GROUP/*`` to the role of each department group
    GROUP      the group's key (at the central service, or with the department); vouches for packs
    snapshot, timestamp   online keys of the central service; say which versions belong together, and that it is alive

Every change writes new files beside the old ones and the timestamp last, at once: who reads in between, or after a
power cut, sees the state before or the state after.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Key,
    Metadata,
    MetaFile,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from offline_cache.files import Files, read_if_there, replace_file
from offline_cache.sync.config import (
    GROUP_LIFE,
    RENEW_SHARE,
    ROOT_LIFE,
    SNAPSHOT_LIFE,
    TARGETS_LIFE,
    TIMESTAMP_LIFE,
)
from offline_cache.sync.signing import KeyFolder, SeedSigner

TOP = ("root", "targets", "snapshot", "timestamp")
_RESERVED = frozenset(TOP)


class RepositoryStateError(Exception):
    """The repository cannot be changed as asked. The text says what to do."""


class Repository:
    """Static files below ``folder``. One process changes it at a time; ``online`` holds snapshot and timestamp keys."""

    def __init__(self, files: Files, folder: Path, online: KeyFolder) -> None:
        self._files, self.folder, self._online = files, folder, online

    @property
    def metadata(self) -> Path:
        return self.folder / "metadata"

    @property
    def exists(self) -> bool:
        return self._files.size(self.metadata / "timestamp.json") is not None

    # -- the ceremony -------------------------------------------------------------------------------------------------

    def create(self, offline: KeyFolder, now: dt.datetime, root_keys: int = 1) -> bytes:
        """Make all keys and version 1 of everything; returns the first root, which every terminal is given.

        ``root_keys``: how many root keys are made; more than half of them must sign a new root.
        """
        if self.exists:
            raise RepositoryStateError(f"{self.folder} holds a repository already")
        for path in (self.metadata, self.folder / "targets"):
            self._files.make_folder(path)
        roots = [offline.make(f"root-{number}") for number in range(1, root_keys + 1)]
        targets = offline.make("targets")
        root = Root(expires=_until(now, ROOT_LIFE), consistent_snapshot=True)
        for signer in roots:
            root.add_key(_key(signer), "root")
        root.roles["root"].threshold = root_keys // 2 + 1
        root.add_key(_key(targets), "targets")
        for name in ("snapshot", "timestamp"):
            root.add_key(_key(self._online.make(name)), name)
        data = self._write("root", Metadata(root), roots)
        first = Targets(expires=_until(now, TARGETS_LIFE), delegations=Delegations(keys={}, roles={}))
        self._write("targets", Metadata(first), [targets])
        self._commit({"targets": 1}, now)
        return data

    def add_group(
        self, group: str, key: Key, offline: KeyFolder, now: dt.datetime, signer: SeedSigner | None = None
    ) -> None:
        """Let ``key`` vouch for everything below ``group/``. An existing group's key is replaced, its old one is worth
        nothing from then on; ``signer``, the private half, signs what the group has published (so far nothing)."""
        if group in _RESERVED or not group.replace("-", "").isalnum() or not group.isascii():
            raise RepositoryStateError(f"{group!r} cannot be a group's name; use letters, digits and dashes")
        with self.changing():
            signed = self.signed("targets", Targets)
            delegations = signed.delegations or Delegations(keys={}, roles={})
            roles = delegations.roles or {}
            for old in list(roles[group].keyids) if group in roles else ():
                signed.revoke_key(old, group)
            if group not in roles:
                paths = [f"{group}/*", f"{group}/*/*"]
                roles[group] = DelegatedRole(group, [], 1, terminating=True, paths=paths)
            delegations.roles, signed.delegations = roles, delegations
            signed.add_key(key, group)
            changed = {"targets": self._next("targets", signed, [offline.open("targets")], now, signed.version + 1)}
            listed = self._listed(group)
            if signer is not None and signer.public_key.keyid == key.keyid:
                lists = self.signed(group, Targets) if listed else Targets()
                changed[group] = self._next(group, lists, [signer], now, (listed or 0) + 1)
            elif listed:
                raise RepositoryStateError(f"the new private key of {group} must sign what it has published")
            self._commit(changed, now)

    def new_root(
        self,
        old: Sequence[SeedSigner],
        new: Sequence[SeedSigner],
        now: dt.datetime,
        targets: SeedSigner | None = None,
        online: KeyFolder | None = None,
    ) -> bytes:
        """The next root, signed by old and new root keys as terminals demand.

        ``targets``: a new key of that role. ``online``: a folder with new snapshot and timestamp keys.
        """
        with self.changing():
            root = self.signed("root", Root)
            replaced = {"root": list(new)} | ({"targets": [targets]} if targets else {})
            if online is not None:
                replaced |= {name: [online.open(name)] for name in ("snapshot", "timestamp")}
            for role, signers in replaced.items():
                for keyid in list(root.roles[role].keyids):
                    root.revoke_key(keyid, role)
                for signer in signers:
                    root.add_key(_key(signer), role)
            root.roles["root"].threshold = len(new) // 2 + 1
            root.version += 1
            root.expires = _until(now, ROOT_LIFE)
            self._online = online or self._online
            data = self._write("root", Metadata(root), list({s.public_key.keyid: s for s in (*old, *new)}.values()))
            changed: dict[str, int] = {}
            if targets is not None:
                lists = self.signed("targets", Targets)
                changed["targets"] = self._next("targets", lists, [targets], now, lists.version + 1)
            self._commit(changed, now)
            return data

    def first_root(self) -> bytes:
        """What terminals are provisioned with."""
        return self._files.read(self.metadata / "1.root.json")

    # -- daily work ---------------------------------------------------------------------------------------------------

    def set_targets(
        self, group: str, changed: dict[str, TargetFile], removed: Sequence[str], signer: SeedSigner, now: dt.datetime
    ) -> None:
        """The next version of a group's list; the files themselves must be in place. Call inside ``changing``."""
        listed = self._listed(group)
        signed = self.signed(group, Targets) if listed else Targets()
        for target in removed:
            signed.targets.pop(target, None)
        signed.targets.update(changed)
        self._commit({group: self._next(group, signed, [signer], now, (listed or 0) + 1)}, now)

    def targets(self, group: str) -> dict[str, TargetFile]:
        """What a group vouches for now."""
        return dict(self.signed(group, Targets).targets) if self._listed(group) else {}

    def renew(self, now: dt.datetime) -> bool:
        """Sign snapshot and timestamp again when half of their life is over; to be called daily. True if it was so."""
        with self.changing():
            return self._renew(now)

    def expiries(self) -> dict[str, dt.datetime]:
        """When each role's metadata runs out, for the fleet page and the technician."""
        names = ["root", "targets", "snapshot", "timestamp", *self.groups()]
        return {name: self.signed(name, Signed).expires for name in names if name in TOP or self._listed(name)}

    def groups(self) -> tuple[str, ...]:
        delegations = self.signed("targets", Targets).delegations
        return tuple(delegations.roles or {}) if delegations else ()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the repository against other processes."""
        self._files.make_folder(self.folder)
        with self._files.locked(self.folder / ".lock"):
            yield

    # -- inside -------------------------------------------------------------------------------------------------------

    def signed(self, name: str, kind: type) -> Any:
        """The newest metadata of a role. Raises ``RepositoryStateError``."""
        path = self.metadata / f"{self._prefix(name)}{name}.json"
        data = read_if_there(self._files, path)
        if data is None:
            raise RepositoryStateError(f"{path} is missing; make a repository first or restore the copy")
        try:
            return Metadata.from_bytes(data).signed
        except RepositoryError as error:
            raise RepositoryStateError(f"{path} is damaged; restore the copy") from error

    def _prefix(self, name: str) -> str:
        if name == "timestamp":
            return ""
        if name == "snapshot":
            return f"{self.signed('timestamp', Timestamp).snapshot_meta.version}."
        if name == "root":
            versions = [int(n.split(".")[0]) for n in self._files.names(self.metadata) if n.endswith(".root.json")]
            return f"{max(versions, default=1)}."
        return f"{self._listed(name)}."

    def _listed(self, name: str) -> int | None:
        """The version of a role that the snapshot names."""
        found = self.signed("snapshot", Snapshot).meta.get(f"{name}.json")
        return found.version if found is not None else None

    def _next(self, name: str, signed: Targets, signers: Sequence[SeedSigner], now: dt.datetime, version: int) -> int:
        """Write a new version of a targets role; it counts once it is committed."""
        signed.version = version
        signed.expires = _until(now, TARGETS_LIFE if name == "targets" else GROUP_LIFE)
        self._write(name, Metadata(signed), signers)
        return version

    def _write(self, name: str, metadata: Metadata[Any], signers: Sequence[SeedSigner]) -> bytes:
        metadata.signatures.clear()
        for signer in signers:
            metadata.sign(signer, append=True)
        data = metadata.to_bytes()
        prefix = "" if name == "timestamp" else f"{metadata.signed.version}."
        replace_file(self._files, self.metadata / f"{prefix}{name}.json", data, private=False)
        return data

    def _commit(self, changed: dict[str, int], now: dt.datetime) -> None:
        """Snapshot, then the timestamp: with it the change is there for everybody."""
        first = not self.exists
        snapshot = Snapshot() if first else self.signed("snapshot", Snapshot)
        timestamp = Timestamp() if first else self.signed("timestamp", Timestamp)
        if first:
            snapshot.meta.clear()
        for name, version in changed.items():
            snapshot.meta[f"{name}.json"] = self._described(name, version)
        if not first:
            snapshot.version += 1
            timestamp.version += 1
        snapshot.expires = _until(now, SNAPSHOT_LIFE)
        self._write("snapshot", Metadata(snapshot), [self._online.open("snapshot")])
        timestamp.snapshot_meta = self._described("snapshot", snapshot.version)
        timestamp.expires = _until(now, TIMESTAMP_LIFE)
        self._write("timestamp", Metadata(timestamp), [self._online.open("timestamp")])

    def _renew(self, now: dt.datetime) -> bool:
        snapshot, timestamp = self.signed("snapshot", Snapshot), self.signed("timestamp", Timestamp)
        if snapshot.expires - now < SNAPSHOT_LIFE * (1 - RENEW_SHARE) or not self._signed_by_its_keys():
            self._commit({}, now)
            return True
        if timestamp.expires - now < TIMESTAMP_LIFE * (1 - RENEW_SHARE):
            timestamp.version += 1
            timestamp.expires = _until(now, TIMESTAMP_LIFE)
            self._write("timestamp", Metadata(timestamp), [self._online.open("timestamp")])
            return True
        return False

    def _signed_by_its_keys(self) -> bool:
        """False when the power went between a new root and the timestamp that its new keys must sign."""
        data = self._files.read(self.metadata / "timestamp.json")
        keys = set(self.signed("root", Root).roles["timestamp"].keyids)
        return not keys.isdisjoint(Metadata.from_bytes(data).signatures)

    def _described(self, name: str, version: int) -> MetaFile:
        data = self._files.read(self.metadata / f"{version}.{name}.json")
        return MetaFile(version, len(data), {"sha256": hashlib.sha256(data).hexdigest()})


def _key(signer: SeedSigner) -> Key:
    return signer.public_key


def _until(now: dt.datetime, life: dt.timedelta) -> dt.datetime:
    return (now + life).astimezone(dt.UTC).replace(microsecond=0)
