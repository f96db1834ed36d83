"""The service's own secrets: made on the first run, kept in files that only it can read, never in the database.

``sealing``: private halves of the keys terminals seal to, newest first; an old one is kept as long as a terminal may
still hold parcels sealed to it. ``pepper``: makes the hashes of four-digit check codes useless without this file.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import msgspec
from nacl.public import PrivateKey

from offline_cache import personal, sealed_stream, wire
from offline_cache.sealing import KEY_BYTES, SealingError, new_keys, unseal


class KeyFileError(Exception):
    """A key file is missing or damaged. The text says what to do."""


class Keys(msgspec.Struct, frozen=True):
    """See the module. ``sealing`` holds at least one key."""

    sealing: tuple[bytes, ...]
    pepper: bytes

    @property
    def public(self) -> bytes:
        """What terminals seal to."""
        return bytes(PrivateKey(self.sealing[0]).public_key)

    def open_personal(self, sealed: bytes) -> personal.Personal:
        """Raises ``SealingError``."""
        return personal.decode(self._open(sealed))

    def open_intake(self, sealed: bytes) -> wire.Intake:
        """Raises ``SealingError`` or ``WireError``."""
        return wire.decode_as(self._open(sealed), wire.Intake)

    def open_recording(self, data: bytes) -> bytes:
        """A recording the terminal sealed while it was made, up to where it was cut. Raises ``SealingError``."""
        for key in self.sealing[:-1]:
            try:
                return b"".join(sealed_stream.opened(key, data))
            except SealingError:
                continue
        return b"".join(sealed_stream.opened(self.sealing[-1], data))

    def hash_code(self, number: str, code: str) -> str:
        """Of a check code, to be stored."""
        return hmac.new(self.pepper, f"{number}|{code}".encode(), hashlib.sha256).hexdigest()

    def hash_phone(self, phone: str) -> str:
        """Of a phone number, to find its watches when it replies that it wants no more."""
        digits = "".join(filter(str.isdigit, phone))[-11:]
        return hmac.new(self.pepper, f"phone|{digits}".encode(), hashlib.sha256).hexdigest() if digits else ""

    def _open(self, sealed: bytes) -> bytes:
        for key in self.sealing[:-1]:
            try:
                return unseal(key, sealed)
            except SealingError:
                continue
        return unseal(self.sealing[-1], sealed)


def load_or_make(folder: Path) -> Keys:
    """The keys of ``folder``, made if there are none. Several processes may start at once. Raises ``KeyFileError``."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = sorted(folder.glob("sealing-*.key"), reverse=True)
    if not files:
        _write_once(folder / "sealing-0001.key", new_keys()[0])
        files = [folder / "sealing-0001.key"]
    pepper = folder / "pepper.key"
    if not pepper.exists():
        _write_once(pepper, secrets.token_bytes(KEY_BYTES))
    return Keys(tuple(_read(file) for file in files), _read(pepper))


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read; restore it from the backup") from error
    if len(data) != KEY_BYTES:
        raise KeyFileError(f"{path} is damaged; restore it from the backup")
    return data


def _write_once(path: Path, data: bytes) -> None:
    """On the disk, whole, readable by its owner, when this returns; whoever comes second keeps the first one's."""
    made = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
