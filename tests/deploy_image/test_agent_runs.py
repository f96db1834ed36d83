"""The update agent on simulated terminals: it fetches, installs, goes back, and survives every power cut."""

import random
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy_image import delta
from deploy_image.agent.run import LEFT_FREE, file_sha256
from deploy_image.agent.simulated import PowerCut, SimulatedTerminal, sample_release
from offline_cache.image_index import Index, Part, Release
from offline_cache.rollout import Offer


@pytest.fixture
def world(tmp_path: Path) -> SimulatedTerminal:
    files, release, slot = sample_release(tmp_path)
    return SimulatedTerminal(files, lambda: Index(release), tmp_path / "agent", "WL-001", slot)


def test_an_update_comes_by_delta_and_is_reported(world: SimulatedTerminal) -> None:
    world.live(3_600)
    assert (world.version, len(world.installs), world.restarts) == ("2", 1, 1)
    assert world.fetched == len(world.files["delta"]) < len(world.files["full"]) / 10
    assert [outcome.result for outcome in world.said] == ["started", "installed"]
    assert sorted(path.name for path in world.folder.iterdir()) == ["memory.json"]


def test_a_delta_that_does_not_fit_falls_back_to_the_whole(world: SimulatedTerminal) -> None:
    data = bytearray(world.slot.read_bytes())
    data[3 * delta.BLOCK + 5] ^= 1
    world.slot.write_bytes(data)
    world.live(3_600)
    assert world.version == "2"
    assert world.fetched == len(world.files["delta"]) + len(world.files["full"])


def test_fetching_goes_on_where_it_broke_off(world: SimulatedTerminal) -> None:
    world.slot.write_bytes(b"another system")
    world.breaks_after = len(world.files["full"]) // 3
    world.live(2 * 3_600)
    assert world.version == "2"
    assert world.fetched == len(world.files["delta"]) + len(world.files["full"])


@pytest.mark.parametrize("free", [0, LEFT_FREE])
def test_an_update_without_room_is_given_up_before_it_is_fetched(world: SimulatedTerminal, free: int) -> None:
    """Fetched again and again, it took the room that citizens' messages need, and central never heard why."""
    world.free = free
    world.live(12 * 3_600, every=300)
    assert (world.version, world.fetched, world.restarts) == ("1", 0, 0)
    assert [outcome.result for outcome in world.said] == ["started", "failed"]
    assert "MB are needed on the data partition" in world.said[-1].reason


def test_what_was_fetched_already_counts_as_room(world: SimulatedTerminal) -> None:
    world.slot.write_bytes(b"another system")
    world.breaks_after = len(world.files["full"]) // 3
    # Exactly enough, and less of it with every piece that comes.
    disk = LEFT_FREE + len(world.files["full"]) + len(zstandard.decompress(world.files["full"])) + 1_000
    world.room = lambda folder: disk - sum(path.stat().st_size for path in folder.iterdir())
    world.live(2 * 3_600)
    assert world.version == "2"


def test_nothing_is_installed_while_somebody_uses_the_terminal(world: SimulatedTerminal) -> None:
    world.is_quiet = False
    world.live(24 * 3_600, every=600)
    assert (world.version, world.installs) == ("1", [])
    world.is_quiet = True
    world.live(3_600)
    assert world.version == "2"


def test_a_release_that_is_stopped_by_day_is_not_installed_in_the_night(world: SimulatedTerminal) -> None:
    """What was fetched by day waits for the night; those who had installed it first may have gone back meanwhile."""
    index = world.index_now()
    assert index.release is not None
    stopped = Index(msgspec.structs.replace(index.release, offer=Offer(release="2", share=0.0)))
    world.is_quiet = False
    world.live(6 * 3_600, every=600)
    world.index_now, world.is_quiet = lambda: stopped, True
    world.live(6 * 3_600, every=600)
    assert (world.version, world.installs) == ("1", [])
    assert sorted(path.name for path in world.folder.iterdir()) == ["memory.json"], "nothing of it takes up room"
    world.index_now = lambda: index
    world.live(6 * 3_600, every=600)
    assert world.version == "2"


def test_what_is_ready_waits_until_central_can_be_asked(world: SimulatedTerminal) -> None:
    world.is_quiet = False
    world.live(3_600)
    world.online, world.is_quiet = False, True
    world.live(3_600)
    assert world.installs == []
    world.online = True
    world.live(3_600)
    assert world.version == "2"


def test_whoever_comes_while_it_is_written_is_not_thrown_out(world: SimulatedTerminal) -> None:
    """Writing a slot takes a minute or more; the restart came at its end, whoever stood there by then."""

    def comes(where: str) -> None:
        if where == "installed":
            world.is_quiet = False

    world.cut = comes
    world.live(12 * 3_600, every=300)
    assert (len(world.installs), world.restarts, world.version) == (1, 0, "1")
    world.is_quiet, world.cut = True, lambda where: None
    world.live(3_600)
    assert (len(world.installs), world.restarts, world.version) == (1, 1, "2")
    assert [outcome.result for outcome in world.said] == ["started", "installed"]


def test_a_version_that_does_not_work_is_left_and_not_tried_again(world: SimulatedTerminal) -> None:
    world.ill = frozenset({"2"})
    world.live(12 * 3_600, every=300)
    assert (world.version, len(world.installs)) == ("1", 1)
    assert [outcome.result for outcome in world.said] == ["started", "failed"]


def test_a_terminal_switched_off_while_a_new_version_starts_tries_it_once_more(world: SimulatedTerminal) -> None:
    """It was taken for a version that does not work: never tried again here, and the rollout stopped for everybody."""
    world.cut_starts = 1
    world.live(6 * 3_600)
    assert (world.version, len(world.installs)) == ("2", 2)
    assert [outcome.result for outcome in world.said] == ["started", "installed"]


def test_a_version_that_never_gets_to_its_check_is_given_up_the_second_time(world: SimulatedTerminal) -> None:
    world.cut_starts = 9
    world.live(24 * 3_600)
    assert (world.version, len(world.installs), world.cut_starts) == ("1", 2, 7)
    assert [outcome.result for outcome in world.said] == ["started", "failed"]


def test_a_forged_bundle_is_refused_once_and_reported(world: SimulatedTerminal, tmp_path: Path) -> None:
    forged = b"2|" + bytes(50)
    (tmp_path / "forged").write_bytes(forged)
    packed = zstandard.compress(forged)
    (tmp_path / "forged.zst").write_bytes(packed)
    part = Part("forged", len(packed), file_sha256(tmp_path / "forged.zst"))
    world.files["forged"] = packed
    world.index_now = lambda: Index(Release("2", "bianmin-kiosk", file_sha256(tmp_path / "forged"), len(forged), part))
    world.live(12 * 3_600, every=300)
    assert (world.version, world.restarts) == ("1", 0)
    assert [outcome.reason for outcome in world.said] == ["", "the signature is wrong"]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_power_cuts_at_any_step_end_in_the_new_version(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder = tmp_path_factory.mktemp("cut")
    files, release, slot = sample_release(folder)
    world, chance = (
        SimulatedTerminal(files, lambda: Index(release), folder / "agent", "WL-001", slot),
        random.Random(seed),
    )

    def cut(where: str) -> None:
        if chance.random() < 0.4:
            raise PowerCut

    world.cut, world.breaks_after = cut, len(files["full"]) // 2
    world.live(2 * 3_600)
    world.cut = lambda where: None
    world.live(5 * 3_600, every=120)
    assert world.version == "2"
    assert world.said[-1].result == "installed"


def test_a_memory_of_another_version_is_begun_anew(world: SimulatedTerminal) -> None:
    world.folder.mkdir(parents=True)
    (world.folder / "memory.json").write_bytes(b'{"state":{"type":"Sleeping"}}')
    world.live(3_600)
    assert world.version == "2"
