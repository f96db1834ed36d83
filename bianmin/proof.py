"""What runs on a terminal, in one short text for a QR code, signed with the terminal's key: anybody can check it.

    bianmin-proof:1 | who and when | what program, by hash | what content, by hash | key, nonce, signature

The program's hash is over every file of our packages as installed; the content's is that of the pack's file. A
technician compares both with the released ones (``bianmin kiosk verify``), and the key with the fleet's list.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import importlib.util
import secrets
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from bianmin.filing import layout
from bianmin.settings import Settings
from content.pack import Pack
from offline_cache.files import Disk
from offline_cache.identity import SIGNATURE_HEADER, Identity, IdentityError, SignatureError, Signed, check

SCHEME = "bianmin-proof:"
PACKAGES = ("bianmin", "content", "deploy_image", "devices", "dialog", "ivr", "kiosk", "offline_cache", "speech")
LONGEST = 4_000
_METHOD, _PATH = "PROOF", "/proof"


class ProofError(ValueError):
    """The text proves nothing; it says why."""


class Statement(msgspec.Struct, frozen=True, array_like=True):
    """Hashes are SHA-256 in hexadecimal. ``key`` and ``signature``: base64, empty before the terminal is enrolled."""

    terminal: str
    at: str
    software: str
    program: str
    pack: str
    pack_version: str
    pack_hash: str
    key: str = ""
    nonce: str = ""
    signature: str = ""


@lru_cache(maxsize=1)
def program_hash() -> str:
    """Over name and content of every file of our packages, in order; compiled files are left out."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        found = importlib.util.find_spec(package)
        for folder in (found.submodule_search_locations or ()) if found is not None else ():
            for path in sorted(_files(Path(folder))):
                digest.update(f"{package}/{path.relative_to(folder).as_posix()}\n".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Path) -> Iterable[Path]:
    return (
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and "__pycache__" not in path.parts
    )


def software() -> str:
    try:
        return version("bianmin-terminal")
    except PackageNotFoundError:
        return "unknown"


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def statement(chosen: Settings, pack: Pack, now: dt.datetime) -> Statement:
    """What runs here now, signed where the terminal has a key. Reads the whole pack: call it in a worker."""
    bare = Statement(
        terminal=chosen.kiosk.terminal,
        at=now.isoformat(timespec="seconds"),
        software=software(),
        program=program_hash(),
        pack=pack.meta.name,
        pack_version=pack.meta.version,
        pack_hash=file_hash(pack.path),
    )
    try:
        identity = Identity.load(Disk(), layout().identity)
    except IdentityError:
        identity = None
    if identity is None:
        return bare
    key = base64.b64encode(identity.public_key).decode()
    keyed = msgspec.structs.replace(bare, key=key, nonce=secrets.token_hex(16))
    stamp = dt.datetime.fromisoformat(keyed.at).timestamp()
    headers = identity.headers(keyed.terminal, _METHOD, _PATH, msgspec.json.encode(keyed), stamp, keyed.nonce)
    return msgspec.structs.replace(keyed, signature=headers[SIGNATURE_HEADER])


def to_text(stated: Statement) -> str:
    """The QR code's text."""
    return SCHEME + msgspec.json.encode(stated).decode()


def from_text(text: str) -> Statement:
    """Raises ProofError for what is no statement, or one whose signature does not fit."""
    text = text.strip()
    if len(text) > LONGEST or not text.startswith(SCHEME):
        raise ProofError("this is no proof of a terminal; scan the code in its staff area")
    try:
        stated = msgspec.json.decode(text.removeprefix(SCHEME), type=Statement)
        if not stated.signature:
            return stated
        unsigned = msgspec.structs.replace(stated, signature="")
        signed = Signed(
            terminal=stated.terminal,
            time=dt.datetime.fromisoformat(stated.at).timestamp(),
            nonce=stated.nonce,
            signature=base64.b64decode(stated.signature, validate=True),
        )
        key = base64.b64decode(stated.key, validate=True)
        check(signed, key, _METHOD, _PATH, msgspec.json.encode(unsigned), signed.time)
    except (msgspec.DecodeError, binascii.Error, SignatureError, ValueError, OverflowError):
        raise ProofError("this proof is damaged or was changed: its signature does not fit") from None
    return stated
