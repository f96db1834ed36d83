"""Runs the agent on a terminal: carries out what the machine asks for, and tells it what happened."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, assert_never

import msgspec
import zstandard

from deploy_image import delta
from deploy_image.agent import machine, words
from deploy_image.agent.offer import wanted
from deploy_image.agent.words import Effect, Event, Kind, Memory
from deploy_image.errors import ImageError
from offline_cache.files import Disk, read_if_there, replace_file
from offline_cache.image_index import Index, Release

LEFT_FREE = 256_000_000
"""Bytes that an update leaves free for what citizens left here and what is logged."""


class FetchError(Exception):
    """Fetching broke off; what came is kept."""


class RefusedError(Exception):
    """RAUC does not take the bundle. ``final``: it never will."""

    def __init__(self, reason: str, final: bool) -> None:
        super().__init__(reason)
        self.final = final


class Outside(Protocol):
    """The rest of the world. Each method may take minutes; ``index``, ``fetch`` and ``say`` raise ``FetchError``."""

    def index(self) -> Index: ...
    def fetch(self, url: str, part: Path, most: int) -> None:
        """Go on fetching into ``part``, at most ``most`` bytes in all."""
        ...

    def say(self, outcome: words.Outcome) -> None: ...
    def install(self, bundle: Path) -> None:
        """Raises ``RefusedError``."""
        ...

    def restart(self) -> None: ...
    def quiet(self) -> bool:
        """Nobody uses the terminal and it is inside the window."""
        ...

    def healthy(self) -> bool:
        """The health check of this start has passed."""
        ...

    def found_bad(self) -> str:
        """The version that was left last because its health check failed; empty: none was."""
        ...

    def room(self, folder: Path) -> int:
        """Free bytes where ``folder`` is."""
        ...


class Terminal(msgspec.Struct, frozen=True):
    """Who we are. ``slot``: the running system's block device (deltas are applied to it)."""

    name: str
    compatible: str
    version: str
    slot: Path


class Agent:
    """``folder``: on the data partition. ``tick`` is called twice a minute and works until nothing is to do now."""

    def __init__(self, folder: Path, terminal: Terminal, outside: Outside, clock: Callable[[], float]) -> None:
        self._folder, self._terminal, self._outside, self._clock = folder, terminal, outside, clock
        folder.mkdir(parents=True, exist_ok=True)
        self.memory = self._load()
        self._happened(words.Started(terminal.version, outside.found_bad()))

    def tick(self) -> None:
        """One round: a health report when there is one, then whatever the time asks for."""
        if self._outside.healthy():
            self._happened(words.Healthy(self._terminal.version))
        self._happened(words.Tick(self._outside.quiet()))

    def _happened(self, event: Event) -> None:
        waiting = [event]
        while waiting:
            memory, effects = machine.step(self.memory, waiting.pop(0), self._clock())
            if memory != self.memory:
                self.memory = memory
                replace_file(Disk(), self._memory_path, msgspec.json.encode(memory))
            for effect in effects:
                answer = self._carry_out(effect)
                if answer is not None:
                    waiting.append(answer)

    def _carry_out(self, effect: Effect) -> Event | None:
        match effect:
            case words.Ask(bad=bad):
                return self._ask(bad)
            case words.Fetch(release=release, kind=kind):
                return self._fetch(release, kind)
            case words.Rebuild(release=release):
                return self._rebuild(release)
            case words.Install(release=release):
                return self._install(release)
            case words.Restart():
                self._outside.restart()
                return None
            case words.Say(outcome=outcome):
                try:
                    self._outside.say(outcome)
                except FetchError:
                    return None
                return words.Reported()
            case words.TidyUp():
                self._tidy()
                return None
            case _:
                assert_never(effect)

    def _ask(self, bad: tuple[str, ...]) -> Event:
        try:
            index = self._outside.index()
        except FetchError:
            return words.Unreachable()
        who = self._terminal
        release = wanted(index, who.name, who.compatible, who.version, bad)
        if release is None:
            return words.Told(None)
        # Only the delta that starts from this system matters from here on.
        fitting = tuple(one for one in release.deltas if one.part == release.delta_from(who.version))
        return words.Told(msgspec.structs.replace(release, deltas=fitting))

    def _fetch(self, release: Release, kind: Kind) -> Event:
        part = release.full if kind == "full" else release.deltas[0].part
        path = self._folder / f"{part.sha256}.part"
        for other in (*self._folder.glob("*.part"), self._bundle):
            if other != path:
                other.unlink(missing_ok=True)
        missing = part.bytes - (path.stat().st_size if path.exists() else 0)
        room, needed = self._outside.room(self._folder), missing + release.bytes + LEFT_FREE
        if room < needed:
            said = f"{needed // 1_000_000} MB are needed on the data partition, {room // 1_000_000} MB are free"
            return words.NotFetched(never=said)
        try:
            if not path.exists() or path.stat().st_size < part.bytes:
                self._outside.fetch(part.url, path, part.bytes)
            if path.stat().st_size < part.bytes:
                return words.NotFetched()
        except (FetchError, OSError):
            return words.NotFetched()
        if file_sha256(path) != part.sha256:
            path.unlink()
            return words.NotFetched(wrong=True)
        if kind == "delta":
            return words.Fetched()
        try:
            unpack(path, self._bundle, release.bytes)
            ok = file_sha256(self._bundle) == release.sha256
        except (ImageError, OSError):
            ok = False
        path.unlink()
        return words.Fetched() if ok else words.NotFetched(wrong=True)

    def _rebuild(self, release: Release) -> Event:
        path = self._folder / f"{release.deltas[0].part.sha256}.part" if release.deltas else self._folder / "none.part"
        try:
            delta.apply(self._terminal.slot, path, self._bundle)
            ok = file_sha256(self._bundle) == release.sha256
        except (ImageError, OSError):
            ok = False
        path.unlink(missing_ok=True)
        return words.Rebuilt(ok)

    def _install(self, release: Release) -> Event:
        try:
            self._outside.install(self._bundle)
        except RefusedError as refused:
            return words.Refused(str(refused), refused.final)
        return words.Installed(self._terminal.version)

    def _tidy(self) -> None:
        for path in (*self._folder.glob("*.part"), self._bundle):
            path.unlink(missing_ok=True)

    @property
    def _bundle(self) -> Path:
        return self._folder / "bundle.raucb"

    @property
    def _memory_path(self) -> Path:
        return self._folder / "memory.json"

    def _load(self) -> Memory:
        data = read_if_there(Disk(), self._memory_path)
        if data is None:
            return Memory()
        try:
            return msgspec.json.decode(data, type=Memory)
        except msgspec.DecodeError:
            return Memory()  # another version's memory: begin anew, nothing is lost but time


def unpack(packed: Path, out: Path, size: int) -> None:
    """Unpack a zstd file of exactly ``size`` bytes. Raises ``ImageError``."""
    made = 0
    with packed.open("rb") as source, out.open("wb") as target:
        try:
            for data in zstandard.ZstdDecompressor().read_to_iter(source, write_size=1 << 20):
                made += len(data)
                if made > size:
                    raise ImageError("the bundle is larger than the index says")
                target.write(data)
        except zstandard.ZstdError:
            raise ImageError("the bundle's packing is damaged") from None
        target.flush()
        os.fsync(target.fileno())
    if made != size:
        raise ImageError("the bundle is smaller than the index says")


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
