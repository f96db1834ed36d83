"""What may be believed: the client of The Update Framework (python-tuf), and its memory kept in one file.

    with Trust(files, path, root).session(mirror, now) as view:     # metadata fetched and verified
        view.read("wenling/wenling/index.json", most)               # a small target, verified
        view.expected("wenling/wenling/12.pack")                    # length and hashes of a large one

python-tuf keeps its memory (which versions it has seen) in a folder of files written without fsync. Here it works in a
scratch folder, and what it verified is kept afterwards in one file written at once, so that a power cut never makes the
terminal forget what it must not go back behind.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from tuf.api import exceptions as tuf_errors
from tuf.api.metadata import TargetFile
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from offline_cache.files import Files, read_if_there, replace_file
from offline_cache.sync import signing  # noqa: F401 - makes python-tuf verify with libsodium
from offline_cache.sync.errors import Reason, SyncRefusedError
from offline_cache.sync.mirrors import Mirror, MirrorError, MissingError, SlowError

METADATA_URL = "mirror:metadata/"
_LIMITS = UpdaterConfig(
    max_root_rotations=64,
    max_delegations=32,
    root_max_length=128 * 1024,
    timestamp_max_length=16 * 1024,
    snapshot_max_length=512 * 1024,
    targets_max_length=2 * 1024 * 1024,
)


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """Verified metadata by file name, and the latest time (seconds since 1970) at which it was found valid."""

    files: dict[str, bytes] = {}
    seen: float = 0.0


class Trust:
    """``root``: the first root metadata, shipped when the terminal was provisioned."""

    def __init__(self, files: Files, path: Path, root: bytes) -> None:
        self._files, self._path, self._root = files, path, root

    def memory(self) -> Memory:
        """What was verified so far. A damaged file counts as none: the shipped root is still there."""
        data = read_if_there(self._files, self._path)
        if data is None:
            return Memory()
        try:
            return msgspec.json.decode(data, type=Memory)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Memory()

    @contextmanager
    def session(self, mirror: Mirror, now: dt.datetime) -> Iterator[View]:
        """Fetch and verify metadata from one mirror, and keep it. Raises ``SyncRefusedError``.

        A clock that was set back does not make expired metadata valid again: time never runs backwards here.
        """
        before = self.memory()
        moment = max(now.timestamp(), before.seen)
        with tempfile.TemporaryDirectory(prefix="bianmin-sync-") as name:
            scratch = Path(name)
            _unpack(before, scratch)
            kept, seen = before, before.seen
            try:
                with refusals(mirror.name):
                    updater = Updater(
                        str(scratch), METADATA_URL, fetcher=_Fetcher(mirror), config=_LIMITS, bootstrap=self._root
                    )
                    # The only way to give python-tuf a clock; it is a public attribute of its trusted set.
                    updater._trusted_set.reference_time = dt.datetime.fromtimestamp(moment, dt.UTC)
                    updater.refresh()
                seen = moment
                # At once: a fetch may take hours, and the power may go.
                kept = self._keep(kept, scratch, seen)
                yield View(updater, mirror)
            finally:
                self._keep(kept, scratch, seen)

    def _keep(self, before: Memory, scratch: Path, seen: float) -> Memory:
        # Everything python-tuf has left in its folder it has verified, even when a later step failed.
        after = Memory(files=_pack(scratch), seen=seen)
        if after.files == before.files and after.seen <= before.seen + 3600:
            return before
        self._files.make_folder(self._path.parent)
        replace_file(self._files, self._path, msgspec.json.encode(after))
        return after


class View:
    """The repository as one mirror shows it, verified."""

    def __init__(self, updater: Updater, mirror: Mirror) -> None:
        self._updater, self._mirror = updater, mirror

    def expected(self, target: str) -> TargetFile:
        """Length and hashes of a target. Raises ``SyncRefusedError`` when no role vouches for it."""
        with refusals(self._mirror.name):
            found = self._updater.get_targetinfo(target)
        if found is None:
            text = f"nothing is published for this terminal yet: no signed list has {target}"
            raise SyncRefusedError(Reason.MISSING, text)
        return found

    def read(self, target: str, most: int) -> bytes:
        """A small target, verified. Raises ``SyncRefusedError``."""
        expected = self.expected(target)
        if expected.length > most:
            raise SyncRefusedError(Reason.ENDLESS, f"{target} is larger than {most} bytes")
        with refusals(self._mirror.name):
            data = _Fetcher(self._mirror).download_bytes(f"mirror:{target_path(expected)}", expected.length)
            expected.verify_length_and_hashes(data)
        return data


def target_path(expected: TargetFile) -> str:
    """Where a target lies in a repository with consistent snapshots: its hash before its name."""
    folder, slash, name = expected.path.rpartition("/")
    return f"targets/{folder}{slash}{expected.hashes['sha256']}.{name}"


@contextmanager
def refusals(mirror: str) -> Iterator[None]:
    """python-tuf's and the mirror's errors become ours, named after the attack."""
    try:
        yield
    except SlowError as error:
        raise SyncRefusedError(Reason.SLOW, f"{mirror}: {error}") from error
    except MissingError as error:
        raise SyncRefusedError(Reason.MISSING, f"{mirror}: {error}") from error
    except MirrorError as error:
        raise SyncRefusedError(Reason.UNREACHABLE, str(error)) from error
    except tuf_errors.BadVersionNumberError as error:
        raise SyncRefusedError(Reason.ROLLBACK, f"{mirror} offers older content than was seen before") from error
    except tuf_errors.ExpiredMetadataError as error:
        text = (
            f"{mirror} offers nothing newer than content whose signature has expired ({error}); or the clock is wrong"
        )
        raise SyncRefusedError(Reason.EXPIRED, text) from error
    except tuf_errors.UnsignedMetadataError as error:
        raise SyncRefusedError(Reason.WRONG_KEY, f"{mirror}: not signed by those who may ({error})") from error
    except tuf_errors.LengthOrHashMismatchError as error:
        raise SyncRefusedError(Reason.MIX_AND_MATCH, f"{mirror}: a file does not belong to this release") from error
    except tuf_errors.DownloadLengthMismatchError as error:
        raise SyncRefusedError(Reason.ENDLESS, f"{mirror}: a file is longer than it may be") from error
    except tuf_errors.DownloadHTTPError as error:
        raise SyncRefusedError(Reason.MISSING, f"{mirror}: {error}") from error
    except tuf_errors.DownloadError as error:
        raise SyncRefusedError(Reason.UNREACHABLE, f"{mirror}: {error}") from error
    except (tuf_errors.RepositoryError, ValueError, KeyError, RecursionError) as error:
        raise SyncRefusedError(Reason.MALFORMED, f"{mirror}: the metadata cannot be used ({error})") from error


class _Fetcher(FetcherInterface):
    """Lets python-tuf read from a mirror."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror

    def _fetch(self, url: str) -> Iterator[bytes]:
        # A generator, so that python-tuf does not wrap the mirror's own errors into one without their names.
        try:
            yield from self._mirror.open(url.removeprefix("mirror:")).chunks
        except MissingError as error:
            raise tuf_errors.DownloadHTTPError(str(error), 404) from error


def _unpack(memory: Memory, folder: Path) -> None:
    for name, data in memory.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _pack(folder: Path) -> dict[str, bytes]:
    """``root.json`` is a link into ``root_history`` and is made again by python-tuf."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*.json"))
        if path.is_file() and not path.is_symlink()
    }
