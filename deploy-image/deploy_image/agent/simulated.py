"""Terminals without hardware: the real agent over a simulated RAUC, GRUB and central, in virtual time.

For the tests of the agent and for trying out a plan of a rollout before it is used (benchmarks/image/fleet.py).
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Container, Iterable
from functools import partial
from pathlib import Path

import msgspec
import zstandard

from deploy_image import delta
from deploy_image.agent import words
from deploy_image.agent.run import Agent, FetchError, RefusedError, Terminal, file_sha256
from offline_cache import rollout
from offline_cache.image_index import Delta, Index, Part, Release


class PowerCut(BaseException):
    """The machine stops here; it may be caught only by whoever switches it on again."""


class SimulatedTerminal:
    """Central and one terminal's hardware, in memory but for the files of the agent. It satisfies ``Outside``.

    ``ill``: versions that would not be found healthy here; ``cut_starts``: so many first starts of a new version are
    cut off; ``cut(where)``: may raise ``PowerCut``; ``breaks_after``: bytes after which every transfer breaks off;
    ``free``: bytes on the data partition.
    """

    def __init__(
        self, files: dict[str, bytes], index: Callable[[], Index], folder: Path, name: str, slot: Path
    ) -> None:
        self.files, self.index_now, self.folder, self.name, self.slot = files, index, folder, name, slot
        self.version, self.next_version = "1", "1"
        self.ill: frozenset[str] = frozenset()
        self.fetched = 0
        self.installs: list[str] = []
        self.restarts = 0
        self.said: list[words.Outcome] = []
        self.now = 0.0
        self.is_quiet = True
        self.online = True
        self.cut: Callable[[str], None] = lambda where: None
        self.breaks_after = 1 << 40
        self.free = 1 << 40
        self.cut_starts = 0
        self.bad = ""
        self.agent: Agent | None = None

    def index(self) -> Index:
        self.cut("index")
        if not self.online:
            raise FetchError
        return self.index_now()

    def fetch(self, url: str, part: Path, most: int) -> None:
        self.cut("fetch")
        if not self.online:
            raise FetchError
        have = part.stat().st_size if part.exists() else 0
        data = self.files[url][have:most]
        with part.open("ab") as file:
            file.write(data[: self.breaks_after])
        self.fetched += len(data[: self.breaks_after])
        if len(data) > self.breaks_after:
            self.cut("broken off")
            raise FetchError

    def say(self, outcome: words.Outcome) -> None:
        if not self.online:
            raise FetchError
        self.said.append(outcome)

    def install(self, bundle: Path) -> None:
        self.cut("install")
        data = bundle.read_bytes()
        if not data.endswith(b"signed"):
            raise RefusedError("the signature is wrong", final=True)
        self.installs.append(file_sha256(bundle))
        self.next_version = data.split(b"|")[0].decode()
        self.cut("installed")

    def restart(self) -> None:
        self.restarts += 1
        raise PowerCut

    def quiet(self) -> bool:
        return self.is_quiet

    def healthy(self) -> bool:
        return self.version not in self.ill

    def found_bad(self) -> str:
        return self.bad

    def room(self, folder: Path) -> int:
        return self.free

    def boot(self) -> None:
        """GRUB and the health check: a new version that does not work is left again."""
        if self.next_version != self.version:
            if self.cut_starts:
                self.cut_starts -= 1
                self.next_version = self.version
            elif self.next_version not in self.ill:
                self.version = self.next_version
            else:
                self.bad, self.next_version = self.next_version, self.version
        terminal = Terminal(self.name, "bianmin-kiosk", self.version, self.slot)
        self.agent = Agent(self.folder, terminal, self, lambda: self.now)

    def live(self, seconds: float, every: float = 30.0) -> None:
        """So many seconds of virtual time, a tick ``every`` so many; after a power cut it is switched on again."""
        end = self.now + seconds
        while self.now < end:
            try:
                if self.agent is None:
                    self.boot()
                assert self.agent is not None
                self.agent.tick()
            except PowerCut:
                self.agent = None
            self.now += every


def sample_release(folder: Path, version: str = "2", base: str = "1") -> tuple[dict[str, bytes], Release, Path]:
    """A system of 64 random blocks, a bundle of a changed one, its delta and its packed whole.

    What the server has by name, the release, and the running system's slot.
    """
    rng = random.Random(4)
    blocks = [rng.randbytes(delta.BLOCK) for _ in range(64)]
    slot = folder / "slot.ext4"
    slot.write_bytes(b"".join(blocks))
    blocks[7] = rng.randbytes(delta.BLOCK)
    del blocks[30]
    bundle = folder / "made.raucb"
    head = version.encode() + b"|"
    bundle.write_bytes(head + bytes(delta.BLOCK - len(head)) + b"".join(blocks) + b"signed")
    delta.make(slot, bundle, folder / "made.delta")
    full = zstandard.compress(bundle.read_bytes())
    files = {"full": full, "delta": (folder / "made.delta").read_bytes()}
    (folder / "made.zst").write_bytes(full)
    whole = Part("full", len(full), file_sha256(folder / "made.zst"))
    small = Part("delta", len(files["delta"]), file_sha256(folder / "made.delta"))
    size = bundle.stat().st_size
    return files, Release(version, "bianmin-kiosk", file_sha256(bundle), size, whole, (Delta(base, small),)), slot


HOURS_AFTERWARDS = 4
"""A rollout that ended is watched for so long: what was begun comes to its end."""


def take_another(terminals: Iterable[SimulatedTerminal], folder: Path) -> list[str]:
    """Offer everybody a good release, "3"; the names of those that do not come to run it: they would need a van."""
    folder.mkdir()
    files, release, _slot = sample_release(folder, "3")
    for one in terminals:
        one.files, one.index_now = files, partial(Index, release)
        one.live(3 * 3_600, every=900)
    return [one.name for one in terminals if one.version != "3"]


def roll_out(
    folder: Path, broken: Container[str], plan: rollout.Plan, hours: int = 10
) -> tuple[rollout.Rollout, list[SimulatedTerminal]]:
    """45 agents and the rules of a staged rollout in virtual time; on ``broken`` ones the release does not work."""
    files, release, slot = sample_release(folder)
    fleet = [f"WL-{number:03}" for number in range(1, 46)]
    start = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
    state = rollout.begin(plan, "2", start)
    offer = [rollout.offer_of(state)]

    def index() -> Index:
        return Index(msgspec.structs.replace(release, offer=offer[0]))

    terminals = {name: SimulatedTerminal(files, index, folder / name, name, slot) for name in fleet}
    for name, one in terminals.items():
        one.ill = frozenset({"2"} if name in broken else ())
    ended = 0
    for hour in range(hours):
        ended += state.status is not rollout.Status.RUNNING
        if ended > HOURS_AFTERWARDS:
            break
        for one in terminals.values():
            one.live(3_600, every=900)
        now = start + dt.timedelta(hours=hour + 1)
        reports = {
            name: rollout.Report(rollout.Outcome(one.said[-1].result), now)
            for name, one in terminals.items()
            if one.said
        }
        state = rollout.advance(state, fleet, reports, now)
        offer[0] = rollout.offer_of(state)
    return state, list(terminals.values())
