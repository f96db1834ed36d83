"""The signed repository of content that terminals follow, as this service keeps it (``offline_cache.sync``).

The first use makes all keys. ``keys/offline`` belongs on a stick in the safe from then on (docs/central.md); the daily
work needs ``keys/online`` only. Several processes may share the folder: the repository locks itself.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from central.service import Central
from offline_cache.files import Disk
from offline_cache.rollout import Offer
from offline_cache.sync.publishing import Publisher, group_of
from offline_cache.sync.releases import Rollout
from offline_cache.sync.repository import Repository, RepositoryStateError
from offline_cache.sync.signing import KeyFolder, SigningKeyError


class SignedError(Exception):
    """The repository cannot be used. The text is the sentence the technician reads."""


def first_root(central: Central) -> bytes:
    """What a new terminal trusts from then on. Raises ``SignedError``."""
    return _repository(central).first_root()


def publish(central: Central, pack: Path, version: str, date: dt.date, offer: Offer) -> int:
    """Sign the pack in, offered as ``offer`` says; returns its serial. Raises ``SignedError``."""
    try:
        release = _publisher(central).publish(
            pack, central.config.content, version, date, central.clock(), _rollout(offer)
        )
    except (RepositoryStateError, SigningKeyError, OSError) as error:
        raise SignedError(str(error)) from error
    return release.serial


def offer(central: Central, serial: int, now: Offer) -> None:
    """Change who is offered a release. Raises ``SignedError``."""
    try:
        _publisher(central).set_rollout(central.config.content, serial, _rollout(now), central.clock())
    except (RepositoryStateError, SigningKeyError, OSError) as error:
        raise SignedError(str(error)) from error


def withdraw(central: Central, serial: int) -> None:
    """Terminals that have the release go back to the one before. Raises ``SignedError``."""
    try:
        _publisher(central).withdraw(central.config.content, serial, central.clock())
    except (RepositoryStateError, SigningKeyError, OSError) as error:
        raise SignedError(str(error)) from error


def renew(central: Central) -> None:
    """Sign what runs out soon once more. Does nothing before there is a repository."""
    if not (central.repository / "metadata" / "timestamp.json").exists():
        return
    try:
        _repository(central).renew(central.clock())
    except (RepositoryStateError, SigningKeyError, OSError) as error:
        raise SignedError(str(error)) from error


def _rollout(offered: Offer) -> Rollout:
    return Rollout(percent=round(offered.share * 100), terminals=offered.terminals)


def _publisher(central: Central) -> Publisher:
    repository = _repository(central)
    return Publisher(Disk(), repository, _online(central).open(group_of(central.config.content)))


def _online(central: Central) -> KeyFolder:
    return KeyFolder(Disk(), central.folder / "keys" / "online")


def _repository(central: Central) -> Repository:
    """The repository, made when there is none. A creation that was cut off before its end begins anew."""
    disk, keys = Disk(), central.folder / "keys"
    found = Repository(disk, central.repository, _online(central))
    ready = keys / "repository-ready"
    if ready.exists():
        return found
    with disk.locked(keys / "repository.lock"):
        if ready.exists():
            return found
        for half in (
            central.repository / "metadata",
            central.repository / "targets",
            keys / "online",
            keys / "offline",
        ):
            shutil.rmtree(half, ignore_errors=True)
        offline, group = KeyFolder(disk, keys / "offline"), group_of(central.config.content)
        try:
            found.create(offline, central.clock())
            signer = _online(central).make(group)
            found.add_group(group, signer.public_key, offline, central.clock(), signer)
        except (RepositoryStateError, SigningKeyError, OSError) as error:
            raise SignedError(str(error)) from error
        ready.touch()
        disk.sync_folder(keys)
    return found
