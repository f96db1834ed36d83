"""The whole way of new content onto a terminal, in the order it happens.

1. refresh the signed metadata from the first mirror that gives a valid answer (``trust``);
2. read the list of releases and choose the one for this terminal (``releases``);
3. go back to the pack before if that is the one (a release was withdrawn); else fetch the smallest file that leads to
   it (``fetching``) and make the pack from it (``patching``);
4. let the program try the pack; only then switch (``store``).

Whatever fails before the switch leaves the old pack in use, and what was fetched so far for the next time (a pack that
this program cannot use yet, too: it is tried again without being fetched again).
"""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from tuf.api.metadata import TargetFile

from offline_cache.files import BusyError, Files, read_if_there, replace_file
from offline_cache.sync import patching
from offline_cache.sync.config import MOST_INDEX_BYTES, MOST_PACK_BYTES, SPARE_BYTES
from offline_cache.sync.errors import Reason, SyncRefusedError
from offline_cache.sync.fetching import Report, fetch
from offline_cache.sync.mirrors import Mirror
from offline_cache.sync.outcome import Updated, UpToDate
from offline_cache.sync.own_mirror import OwnMirror
from offline_cache.sync.releases import Index, Release, Transfer, chosen, index_target, read_index, ways
from offline_cache.sync.store import Installed, PackStore
from offline_cache.sync.trust import Trust, View, target_path

Accept = Callable[[Path], None]
"""Try a new pack; raise ``SyncRefusedError`` when this program cannot use it."""


class Provisioned(msgspec.Struct, frozen=True, kw_only=True):
    """What a terminal knows from its enrolment. ``root``: first root metadata. ``name``: such as wenling/wenling."""

    root: bytes
    name: str
    terminal: str
    groups: tuple[str, ...] = ()


class Syncer:
    """One terminal's content. ``mirrors`` for large files, ``sources`` for metadata (default: the same)."""

    def __init__(
        self,
        files: Files,
        folder: Path,
        provisioned: Provisioned,
        mirrors: Sequence[Mirror],
        sources: Sequence[Mirror] = (),
        accept: Accept = lambda path: None,
    ) -> None:
        self._files, self._folder, self._provisioned = files, folder, provisioned
        self._mirrors, self._sources = tuple(mirrors), tuple(sources or mirrors)
        self._accept = accept
        self._index = folder / "index.json"
        self.store = PackStore(files, folder)
        self.trust = Trust(files, folder / "trusted.json", provisioned.root)

    def run(self, now: dt.datetime, report: Report = lambda done, total: None) -> Updated | UpToDate:
        """Once through. Raises ``SyncRefusedError``; then the pack in use is what it was."""
        with self.looking(now) as (view, index, release):
            if release is None:
                return UpToDate(installed=self.store.state().current)
            try:
                return self._towards(release, index, view, now, report)
            except SyncRefusedError as error:
                error.release = release.version
                raise

    @contextmanager
    def looking(self, now: dt.datetime, offline: bool = False) -> Iterator[tuple[View, Index, Release | None]]:
        """The verified repository, its list of releases and the one meant for this terminal; held against others.

        ``offline``: when no source can be reached, what this terminal has verified itself is good enough.
        """
        if not self._provisioned.root or not self._provisioned.name:
            raise SyncRefusedError(Reason.NOT_PROVISIONED, "this terminal follows no content; enrol it first")
        with self._alone(), _disk_errors(), self._view(now, offline) as (view, index):
            yield view, index, chosen(index, self._provisioned.terminal, self._provisioned.groups)

    def own_mirror(self) -> OwnMirror:
        """What this terminal could give to others."""
        return OwnMirror(self._files, self.store, self.trust.memory(), self._provisioned.name, self._index)

    def with_own(self) -> tuple[Mirror, ...]:
        return (self.own_mirror(), *self._mirrors)

    def index_data(self) -> bytes:
        """The last verified list of releases, as it is signed."""
        return self._files.read(self._index)

    # -- the steps ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _view(self, now: dt.datetime, offline: bool) -> Iterator[tuple[View, Index]]:
        """The repository as the first mirror shows it that shows something valid."""
        with ExitStack() as stack:
            refusal: SyncRefusedError | None = None
            for source in (*self._sources, *((self.own_mirror(),) if offline else ())):
                try:
                    view = stack.enter_context(self.trust.session(source, now))
                    data = view.read(index_target(self._provisioned.name), MOST_INDEX_BYTES)
                    index = read_index(data, self._provisioned.name)
                    self._keep_index(data)
                except SyncRefusedError as error:
                    stack.close()
                    refusal = worse(refusal, error)
                    continue
                yield view, index
                return
        raise refusal or SyncRefusedError(Reason.UNREACHABLE, "no central service and no mirror is set")

    def _keep_index(self, data: bytes) -> None:
        if read_if_there(self._files, self._index) != data:
            replace_file(self._files, self._index, data)

    def _towards(
        self, release: Release, index: Index, view: View, now: dt.datetime, report: Report
    ) -> Updated | UpToDate:
        before = self.store.state()
        if before.current and before.current.sha256 == release.sha256 and self._whole(before.current):
            if before.current.serial == release.serial:
                return UpToDate(installed=before.current)
            return UpToDate(installed=self.store.switch(self._provisioned.name, release, now))
        if self.store.holds(release.sha256, release.length):
            self._accept(self.store.path(release.sha256))
            installed = self.store.switch(self._provisioned.name, release, now)
            return Updated(installed=installed, received=0, form="kept")
        if not 0 < release.length <= MOST_PACK_BYTES:
            raise SyncRefusedError(Reason.ENDLESS, "the announced pack is larger than any we take")
        received, way = self._bring(release, index, view, report)
        self._accept(self.store.path(release.sha256))
        installed = self.store.switch(self._provisioned.name, release, now)
        self._forget_parts()
        return Updated(installed=installed, received=received, form=way.form)

    def _whole(self, installed: Installed) -> bool:
        return self._files.size(self.store.path(installed.sha256)) == installed.length

    def _bring(self, release: Release, index: Index, view: View, report: Report) -> tuple[int, Transfer]:
        """Fetch and unfold along the smallest way that works."""
        state = self.store.state()
        have = {
            one.sha256: self.store.path(one.sha256)
            for one in (state.current, state.previous)
            if one is not None and self._whole(one)
        }
        refusal = SyncRefusedError(Reason.MISSING, f"there is no way to release {release.serial}")
        for way in ways(release, have):
            try:
                return self._along(way, release, index, view, have.get(way.base), report), way
            except SyncRefusedError as error:
                refusal = error
                if error.reason not in (Reason.MISSING, Reason.MALFORMED, Reason.TAMPERED):
                    raise
        raise refusal

    def _along(
        self, way: Transfer, release: Release, index: Index, view: View, base: Path | None, report: Report
    ) -> int:
        expected = view.expected(way.target)
        if expected.length != way.length:
            raise SyncRefusedError(Reason.MIX_AND_MATCH, f"{way.target} is listed with two lengths")
        part = self._folder / "parts" / expected.hashes["sha256"]
        self._need_room(way.length - (self._files.size(part) or 0) + release.length)
        received = fetch(self._files, part, way, target_path(expected), index.piece_bytes, self._mirrors, report)
        self._verify(part, expected)
        unfinished = self.store.unfinished()
        digest = patching.unfold(self._files, way.form, part, base, unfinished, release.length)
        if digest != release.sha256:
            self._files.remove(unfinished)
            self._files.remove(part)
            raise SyncRefusedError(Reason.TAMPERED, f"what {way.target} gives is not the announced pack")
        self.store.adopt(digest)
        return received

    def _verify(self, part: Path, expected: TargetFile) -> None:
        if self.store.digest(part) != expected.hashes["sha256"]:
            self._files.remove(part)
            raise SyncRefusedError(Reason.MIX_AND_MATCH, f"{expected.path} is listed with two hashes")

    def _forget_parts(self) -> None:
        for name in self._files.names(self._folder / "parts"):
            self._files.remove(self._folder / "parts" / name)

    def _need_room(self, needed: int) -> None:
        free = self._files.free(self._folder)
        if free < needed + SPARE_BYTES:
            self._forget_parts()
            free = self._files.free(self._folder)
        if free < needed + SPARE_BYTES:
            lacking = (needed + SPARE_BYTES - free) // 2**20 + 1
            raise SyncRefusedError(Reason.DISK_FULL, f"the disk lacks {lacking} MB for new content; free some space")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._files.make_folder(self._folder)
        try:
            with self._files.locked(self._folder / "lock", wait=False):
                yield
        except BusyError as error:
            raise SyncRefusedError(Reason.BUSY, "another process is fetching content just now") from error


def worse(known: SyncRefusedError | None, new: SyncRefusedError) -> SyncRefusedError:
    """Of several mirrors' failures, the one to tell: an attack before a missing network."""
    quiet = (Reason.UNREACHABLE, Reason.MISSING)
    return new if known is None or known.reason in quiet else known


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = Reason.DISK_FULL if full else Reason.DISK_FAILED
        raise SyncRefusedError(reason, f"new content could not be written ({error.strerror})") from error
