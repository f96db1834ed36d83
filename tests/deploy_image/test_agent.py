"""The update agent: its table, every state killed, and 45 of them with a release that fails on some."""

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy_image import delta
from deploy_image.agent import machine
from deploy_image.agent.machine import (
    Fetched,
    Fetching,
    Healthy,
    Idle,
    Installed,
    Installing,
    Known,
    Memory,
    NotFetched,
    Ready,
    Rebuilding,
    Rebuilt,
    Refused,
    Reported,
    Started,
    Tick,
    Told,
    Trying,
    Unreachable,
    step,
)
from deploy_image.agent.offer import Delta, Index, Part, Release, read_index, wanted
from deploy_image.agent.run import Agent, FetchError, RefusedError, Terminal, file_sha256
from offline_cache import rollout

FULL = Part("bundle.raucb.zst", 100, "f" * 64)
NEW = Release("2", "bianmin-kiosk", "b" * 64, 1_000, FULL, (Delta("1", Part("d", 10, "d" * 64)),))
PLAIN = msgspec.structs.replace(NEW, deltas=())


# -- the table, read aloud


@pytest.mark.parametrize(
    ("state", "event", "after", "effects"),
    [
        (Idle(0), Tick(True), Idle, ["Ask"]),
        (Idle(10_000), Tick(True), Idle, []),
        (Idle(0), Told(None), Idle, []),
        (Idle(0), Told(NEW), Fetching, []),
        (Idle(0), Unreachable(), Idle, []),
        (Fetching(NEW, "delta"), Tick(False), Fetching, ["Fetch"]),
        (Fetching(NEW, "delta", 10_000), Tick(False), Fetching, []),
        (Fetching(NEW, "delta"), Fetched(), Rebuilding, []),
        (Fetching(NEW, "full"), Fetched(), Ready, []),
        (Fetching(NEW, "delta"), NotFetched(), Fetching, []),
        (Fetching(NEW, "delta"), NotFetched(wrong=True), Fetching, []),
        (Fetching(NEW, "full", 0, machine.TRIES), NotFetched(), Idle, []),
        (Rebuilding(NEW), Tick(False), Rebuilding, ["Rebuild"]),
        (Rebuilding(NEW), Rebuilt(True), Ready, []),
        (Rebuilding(NEW), Rebuilt(False), Fetching, []),
        (Ready(NEW), Tick(False), Ready, []),
        (Ready(NEW), Tick(True), Installing, ["Install"]),
        (Ready(NEW, 10_000), Tick(True), Ready, []),
        (Installing(NEW), Tick(True), Installing, ["Install"]),
        (Installing(NEW), Tick(False), Installing, []),
        (Installing(NEW), Installed("1"), Trying, ["Restart"]),
        (Installing(NEW), Refused("wrong key", True), Idle, ["TidyUp"]),
        (Installing(NEW), Refused("disk", False), Ready, []),
        (Installing(NEW, machine.TRIES), Refused("disk", False), Idle, ["TidyUp"]),
        (Trying(NEW, "1"), Started("2"), Trying, []),
        (Trying(NEW, "1"), Started("1"), Idle, ["TidyUp"]),
        (Trying(NEW, "1"), Healthy("2"), Idle, ["TidyUp"]),
        (Trying(NEW, "1"), Healthy("1"), Trying, []),
        (Ready(NEW), Started("2"), Idle, ["TidyUp"]),
    ],
)
def test_the_table(state: machine.State, event: machine.Event, after: type, effects: list[str]) -> None:
    memory, does = step(Memory(state), event, 5_000.0)
    assert type(memory.state) is after
    assert [type(effect).__name__ for effect in does] == effects


def test_a_version_that_failed_is_never_taken_again() -> None:
    memory, _ = step(Memory(Trying(NEW, "1")), Started("1"), 0.0)
    assert memory.known.bad == ("2",)
    assert memory.known.unsaid[-1] == machine.Outcome("2", "failed", "the new system did not become healthy")
    assert isinstance(step(memory, Told(NEW), 0.0)[0].state, Idle)
    assert wanted(Index(NEW), "WL-1", "bianmin-kiosk", "1", memory.known.bad) is None


def test_a_report_is_repeated_until_central_has_it() -> None:
    memory = Memory(Idle(10_000), Known((), (machine.Outcome("2", "installed"),)))
    assert [type(effect).__name__ for effect in step(memory, Tick(False), 0.0)[1]] == ["Say"]
    memory, _ = step(memory, Reported(), 0.0)
    assert step(memory, Tick(False), 0.0)[1] == ()


def test_waits_grow_and_end() -> None:
    waits = [machine.wait(failures) for failures in range(40)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (60.0, machine.LONGEST_WAIT)


EVENTS = st.one_of(
    st.builds(Tick, st.booleans()),
    st.builds(Started, st.sampled_from(["1", "2"])),
    st.builds(Told, st.sampled_from([None, NEW, PLAIN])),
    st.just(Unreachable()),
    st.just(Fetched()),
    st.builds(NotFetched, st.booleans()),
    st.builds(Rebuilt, st.booleans()),
    st.just(Installed("1")),
    st.builds(Refused, st.just("no"), st.booleans()),
    st.builds(Healthy, st.sampled_from(["1", "2"])),
    st.just(Reported()),
)


@given(st.lists(st.tuples(EVENTS, st.floats(-5e4, 5e4)), max_size=60))
def test_any_order_of_events_keeps_the_promises(events: list[tuple[machine.Event, float]]) -> None:
    """Nothing is installed unless it is ready and the terminal is quiet; no restart without an installed slot; a bad
    version is never fetched; what is saved can be read again."""
    memory, now = Memory(), 1e6
    for event, later in events:
        now += later  # clocks of terminals jump, backwards too
        before = memory
        memory, effects = step(memory, event, now)
        for effect in effects:
            match effect:
                case machine.Install():
                    assert event == Tick(True)
                    assert isinstance(before.state, Ready | Installing)
                case machine.Restart():
                    assert isinstance(before.state, Installing)
                    assert isinstance(event, Installed)
                case machine.Fetch(release=release) | machine.Rebuild(release=release):
                    assert release.version not in before.known.bad
                case _:
                    pass
        assert msgspec.json.decode(msgspec.json.encode(memory), type=Memory) == memory


# -- what central's file may say


@given(st.binary(max_size=300))
def test_any_bytes_are_an_index_or_refused(data: bytes) -> None:
    try:
        index = read_index(data)
    except ValueError:
        return
    assert isinstance(index, Index)


@pytest.mark.parametrize("url", ["http://elsewhere/x", "/etc/passwd", "../x", "//x/y"])
def test_an_index_that_points_elsewhere_is_refused(url: str) -> None:
    bad = msgspec.structs.replace(NEW, full=Part(url, 100, "f" * 64))
    with pytest.raises(ValueError, match="outside"):
        read_index(msgspec.json.encode(Index(bad)))


def test_only_this_profiles_newer_offer_is_wanted() -> None:
    index = Index(NEW)
    assert wanted(index, "WL-1", "bianmin-kiosk", "1", ()) == NEW
    assert wanted(index, "WL-1", "bianmin-ivr-node", "1", ()) is None
    assert wanted(index, "WL-1", "bianmin-kiosk", "2", ()) is None
    nobody = Index(msgspec.structs.replace(NEW, offer=rollout.Offer(release="2", share=0.0)))
    assert wanted(nobody, "WL-1", "bianmin-kiosk", "1", ()) is None


# -- agents on virtual machines


class PowerCut(BaseException):
    pass


class World:
    """Central and one terminal's hardware, in memory but for the files of the agent."""

    def __init__(
        self, files: dict[str, bytes], index: Callable[[], Index], folder: Path, name: str, slot: Path
    ) -> None:
        self.files, self._index, self.folder, self.name, self.slot = files, index, folder, name, slot
        self.version, self.next_version = "1", "1"
        self.works = lambda version: True
        self.fetched = 0
        self.installs: list[str] = []
        self.restarts = 0
        self.said: list[machine.Outcome] = []
        self.now = 0.0
        self.is_quiet = True
        self.online = True
        self.cut: Callable[[str], None] = lambda where: None
        self.breaks_after = 1 << 40
        self.agent: Agent | None = None

    def index(self) -> Index:
        self.cut("index")
        if not self.online:
            raise FetchError
        return self._index()

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

    def say(self, outcome: machine.Outcome) -> None:
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
        return self.works(self.version)

    def boot(self) -> None:
        """GRUB and the health check: a new version that does not work is left again."""
        if self.next_version != self.version:
            if self.works(self.next_version):
                self.version = self.next_version
            else:
                self.next_version = self.version
        terminal = Terminal(self.name, "bianmin-kiosk", self.version, self.slot)
        self.agent = Agent(self.folder, terminal, self, lambda: self.now)

    def live(self, seconds: float, every: float = 30.0) -> None:
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


def release_files(folder: Path) -> tuple[dict[str, bytes], Release, Path]:
    """A system of 64 blocks, a bundle of a changed one, its delta and its packed whole."""
    rng = random.Random(4)
    blocks = [rng.randbytes(delta.BLOCK) for _ in range(64)]
    slot = folder / "slot.ext4"
    slot.write_bytes(b"".join(blocks))
    blocks[7] = rng.randbytes(delta.BLOCK)
    del blocks[30]
    bundle = folder / "made.raucb"
    bundle.write_bytes(b"2|" + bytes(delta.BLOCK - 2) + b"".join(blocks) + b"signed")
    delta.make(slot, bundle, folder / "made.delta")
    full = zstandard.compress(bundle.read_bytes())
    files = {"full": full, "delta": (folder / "made.delta").read_bytes()}
    (folder / "made.zst").write_bytes(full)
    whole = Part("full", len(full), file_sha256(folder / "made.zst"))
    small = Part("delta", len(files["delta"]), file_sha256(folder / "made.delta"))
    size = bundle.stat().st_size
    return files, Release("2", "bianmin-kiosk", file_sha256(bundle), size, whole, (Delta("1", small),)), slot


@pytest.fixture
def world(tmp_path: Path) -> World:
    files, release, slot = release_files(tmp_path)
    return World(files, lambda: Index(release), tmp_path / "agent", "WL-001", slot)


def test_an_update_comes_by_delta_and_is_reported(world: World) -> None:
    world.live(3_600)
    assert (world.version, len(world.installs), world.restarts) == ("2", 1, 1)
    assert world.fetched == len(world.files["delta"]) < len(world.files["full"]) / 10
    assert [outcome.result for outcome in world.said] == ["started", "installed"]
    assert sorted(path.name for path in world.folder.iterdir()) == ["memory.json"]


def test_a_delta_that_does_not_fit_falls_back_to_the_whole(world: World) -> None:
    data = bytearray(world.slot.read_bytes())
    data[3 * delta.BLOCK + 5] ^= 1
    world.slot.write_bytes(data)
    world.live(3_600)
    assert world.version == "2"
    assert world.fetched == len(world.files["delta"]) + len(world.files["full"])


def test_fetching_goes_on_where_it_broke_off(world: World) -> None:
    world.slot.write_bytes(b"another system")
    world.breaks_after = len(world.files["full"]) // 3
    world.live(2 * 3_600)
    assert world.version == "2"
    assert world.fetched == len(world.files["delta"]) + len(world.files["full"])


def test_nothing_is_installed_while_somebody_uses_the_terminal(world: World) -> None:
    world.is_quiet = False
    world.live(24 * 3_600, every=600)
    assert (world.version, world.installs) == ("1", [])
    world.is_quiet = True
    world.live(3_600)
    assert world.version == "2"


def test_a_version_that_does_not_work_is_left_and_not_tried_again(world: World) -> None:
    world.works = lambda version: version == "1"
    world.live(12 * 3_600, every=300)
    assert (world.version, len(world.installs)) == ("1", 1)
    assert [outcome.result for outcome in world.said] == ["started", "failed"]


def test_a_forged_bundle_is_refused_once_and_reported(world: World, tmp_path: Path) -> None:
    forged = b"2|" + bytes(50)
    (tmp_path / "forged").write_bytes(forged)
    packed = zstandard.compress(forged)
    (tmp_path / "forged.zst").write_bytes(packed)
    part = Part("forged", len(packed), file_sha256(tmp_path / "forged.zst"))
    world.files["forged"] = packed
    world._index = lambda: Index(Release("2", "bianmin-kiosk", file_sha256(tmp_path / "forged"), len(forged), part))
    world.live(12 * 3_600, every=300)
    assert (world.version, world.restarts) == ("1", 0)
    assert [outcome.reason for outcome in world.said] == ["", "the signature is wrong"]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_power_cuts_at_any_step_end_in_the_new_version(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder = tmp_path_factory.mktemp("cut")
    files, release, slot = release_files(folder)
    world, chance = World(files, lambda: Index(release), folder / "agent", "WL-001", slot), random.Random(seed)

    def cut(where: str) -> None:
        if chance.random() < 0.4:
            raise PowerCut

    world.cut, world.breaks_after = cut, len(files["full"]) // 2
    world.live(2 * 3_600)
    world.cut = lambda where: None
    world.live(5 * 3_600, every=120)
    assert world.version == "2"
    assert world.said[-1].result == "installed"


def test_a_memory_of_another_version_is_begun_anew(world: World) -> None:
    world.folder.mkdir(parents=True)
    (world.folder / "memory.json").write_bytes(b'{"state":{"type":"Sleeping"}}')
    world.live(3_600)
    assert world.version == "2"


def roll_out(folder: Path, broken: set[str], stages: tuple[rollout.Stage, ...]) -> tuple[rollout.Rollout, list[World]]:
    """45 agents and the rules of a staged rollout, half a day of virtual time."""
    files, release, slot = release_files(folder)
    fleet = [f"WL-{number:03}" for number in range(1, 46)]
    start = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
    plan = rollout.Plan(stages=stages, success_share=0.9, stop_share=0.03, fewest_failures=2)
    state = rollout.begin(plan, "2", start)
    offer = [rollout.offer_of(state)]
    index = lambda: Index(msgspec.structs.replace(release, offer=offer[0]))  # noqa: E731
    worlds = {name: World(files, index, folder / name, name, slot) for name in fleet}
    for name, one in worlds.items():
        one.works = lambda version, name=name: version == "1" or name not in broken
    for hour in range(10):
        for one in worlds.values():
            one.live(3_600, every=900)
        now = start + dt.timedelta(hours=hour + 1)
        reports = {
            name: rollout.Report(rollout.Outcome(one.said[-1].result), now) for name, one in worlds.items() if one.said
        }
        state = rollout.advance(state, fleet, reports, now)
        offer[0] = rollout.offer_of(state)
    return state, list(worlds.values())


@pytest.mark.parametrize("seed", range(3))
def test_a_release_that_fails_on_one_in_twenty_stops_and_leaves_all_45_usable(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    broken = {f"WL-{number:03}" for number in range(1, 46) if chance.random() < 0.05} | {"WL-007", "WL-031"}
    pilots = (*chance.sample(sorted(broken), 1), "WL-001", "WL-002")
    stages = (
        rollout.Stage("pilots", terminals=pilots, soak_hours=1),
        rollout.Stage("all", share=1.0, soak_hours=0),
    )
    state, worlds = roll_out(tmp_path, broken, stages)
    # One of three pilots fails, so nine in ten never succeed: the next stage does not begin.
    assert state.stage == 0
    assert all(one.works(one.version) for one in worlds)
    assert all(len(one.installs) <= 1 for one in worlds)
    assert {one.name for one in worlds if one.installs} <= set(pilots)


def test_a_release_whose_faults_show_late_stops_by_the_rule(tmp_path: Path) -> None:
    broken = {"WL-007", "WL-031"}
    stages = (
        rollout.Stage("pilots", terminals=("WL-001", "WL-002"), soak_hours=1),
        rollout.Stage("some", terminals=("WL-003", "WL-004", "WL-007", "WL-031", "WL-040"), soak_hours=1),
        rollout.Stage("all", share=1.0, soak_hours=0),
    )
    state, worlds = roll_out(tmp_path, broken, stages)
    assert state.status is rollout.Status.STOPPED
    assert "2 of 7" in state.reason
    assert all(one.works(one.version) for one in worlds)
    assert sum(one.version == "2" for one in worlds) == 5


def test_a_good_release_reaches_all_45(tmp_path: Path) -> None:
    stages = (rollout.Stage("pilots", share=0.1, soak_hours=1), rollout.Stage("all", share=1.0, soak_hours=0))
    state, worlds = roll_out(tmp_path, set(), stages)
    assert state.status is rollout.Status.DONE
    assert all(one.version == "2" and len(one.installs) == 1 for one in worlds)
