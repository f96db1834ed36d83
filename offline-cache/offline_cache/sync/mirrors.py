"""Where signed files come from: a web server, a folder on a USB stick. A mirror is never trusted, only used.

A repository is static files: ``metadata/...`` and ``targets/...``. Any web server or CDN serves it; a copied folder is
one, too. All that a mirror can do wrong (lie, stall, never end) is caught here or by the signatures.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

import msgspec
import requests
import urllib3

from offline_cache.sync.config import CHUNK_BYTES, CONNECT_SECONDS, PACE_SECONDS, READ_SECONDS, SLOWEST_BYTES


class MirrorError(Exception):
    """This mirror is of no use just now; another may be."""


class MissingError(MirrorError):
    """The mirror answers, but lacks the file."""


class SlowError(MirrorError):
    """The mirror trickles."""


class Stream(msgspec.Struct, frozen=True):
    """Bytes of a file from ``start`` on. ``chunks`` may raise ``MirrorError`` at any point."""

    start: int
    chunks: Iterator[bytes]


class Mirror(Protocol):
    """``open`` may begin earlier than asked for when the mirror cannot resume; raises ``MirrorError``."""

    @property
    def name(self) -> str: ...

    def open(self, path: str, start: int = 0) -> Stream: ...


class HttpMirror:
    """A copy of the repository below ``base``, over HTTP(S)."""

    def __init__(
        self,
        base: str,
        session: requests.Session | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = base.rstrip("/")
        self._session = session or requests.Session()
        self._monotonic = monotonic

    def open(self, path: str, start: int = 0) -> Stream:
        # A compressed encoding would count and resume in other bytes than the ones that are signed.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        try:
            response = self._session.get(
                f"{self.name}/{path}", headers=headers, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)
            )
        except (requests.RequestException, OSError) as error:
            raise MirrorError(f"{self.name} cannot be reached ({type(error).__name__})") from error
        if response.status_code not in (200, 206):
            response.close()
            kind = MissingError if response.status_code in (403, 404, 410, 416) else MirrorError
            raise kind(f"{self.name} answered with status {response.status_code}")
        begins = start if response.status_code == 206 else 0
        if begins and not response.headers.get("Content-Range", "").startswith(f"bytes {begins}-"):
            response.close()
            raise MirrorError(f"{self.name} resumes at the wrong place")
        return Stream(begins, self._chunks(response))

    def _chunks(self, response: requests.Response) -> Iterator[bytes]:
        pace = Pace(self._monotonic)
        try:
            # read1: what has come so far, so that an interruption loses nothing that arrived.
            while chunk := response.raw.read1(CHUNK_BYTES, decode_content=False):
                pace.came(len(chunk))
                yield chunk
            if response.raw.length_remaining:
                raise MirrorError(f"{self.name} stopped in the middle")
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise MirrorError(f"{self.name} stopped in the middle ({type(error).__name__})") from error
        finally:
            response.close()


class Pace:
    """Raises ``SlowError`` when a stream falls below the slowest pace we bear (the attack is called slow retrieval)."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._since = monotonic()
        self._bytes = 0

    def came(self, count: int) -> None:
        self._bytes += count
        passed = self._monotonic() - self._since
        if passed < PACE_SECONDS:
            return
        if self._bytes < SLOWEST_BYTES * passed:
            raise SlowError(f"only {self._bytes / passed:.0f} bytes a second came")
        self._since, self._bytes = self._monotonic(), 0


class FolderMirror:
    """A copy of the repository in a folder: a USB stick, a network share. Only regular files below it are read."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    def open(self, path: str, start: int = 0) -> Stream:
        if not is_plain(path):
            raise MissingError(f"{path} is not a path of a repository")
        try:
            # A stick may hold a pipe or a link to a device: never wait on one, never follow one.
            handle = os.open(self._folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise MissingError(f"{self.name} has no {path}") from error
        except OSError as error:
            raise MirrorError(f"{self.name} cannot be read ({error.strerror})") from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise MissingError(f"{path} on {self.name} is not a file")
        return Stream(start, self._chunks(handle, start))

    def _chunks(self, handle: int, start: int) -> Iterator[bytes]:
        with os.fdopen(handle, "rb", buffering=0) as file:
            try:
                file.seek(start)
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
            except OSError as error:
                raise MirrorError(f"{self.name} cannot be read ({error.strerror})") from error


def is_plain(path: str) -> bool:
    """A relative path that leads nowhere else."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and "\0" not in path


def mirror_at(address: str) -> Mirror:
    """An ``http(s)://`` address or a folder."""
    if address.startswith(("http://", "https://")):
        return HttpMirror(address)
    return FolderMirror(Path(address.removeprefix("file://")))
