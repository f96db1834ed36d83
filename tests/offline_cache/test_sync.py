"""Content distribution: what arrives, how little is sent, and every attack by its name."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata

from offline_cache.files import Disk
from offline_cache.sync import courier
from offline_cache.sync import trust as trust_module
from offline_cache.sync.client import Syncer
from offline_cache.sync.config import PIECE_BYTES, SNAPSHOT_LIFE, TIMESTAMP_LIFE
from offline_cache.sync.errors import Reason, SyncRefusedError
from offline_cache.sync.mirrors import FolderMirror, Mirror, MirrorError, Pace, SlowError, Stream, is_plain
from offline_cache.sync.outcome import Updated, UpToDate
from offline_cache.sync.releases import Rollout, bucket
from offline_cache.sync.repository import Repository, RepositoryStateError
from offline_cache.sync.signing import KeyFolder, SeedSigner, SigningKeyError
from tests.offline_cache.content_world import NAME, ContentWorld, current, pack_bytes


@pytest.fixture
def world(tmp_path: Path) -> ContentWorld:
    return ContentWorld(tmp_path)


def refused(syncer: Syncer, world: ContentWorld) -> Reason:
    """The reason; and whatever is in use must still be whole."""
    before = current(syncer)
    with pytest.raises(SyncRefusedError) as caught:
        syncer.run(world.now)
    assert current(syncer) == before
    return caught.value.reason


def updated(syncer: Syncer, world: ContentWorld) -> Updated:
    outcome = syncer.run(world.now)
    assert isinstance(outcome, Updated)
    return outcome


# -- the good days ----------------------------------------------------------------------------------------------------


def test_first_day_and_the_next(world: ContentWorld) -> None:
    syncer = world.syncer()
    assert refused(syncer, world) is Reason.MISSING
    world.publish(1)
    assert updated(syncer, world).form == "zstd"
    assert current(syncer) == pack_bytes(1)
    assert isinstance(syncer.run(world.now), UpToDate)
    world.publish(2)
    second = updated(syncer, world)
    assert (second.form, second.installed.serial) == ("patch", 2)
    assert second.received < 0.05 * len(pack_bytes(2))
    assert current(syncer) == pack_bytes(2)
    assert isinstance(world.syncer().run(world.now), UpToDate)


def test_terminal_that_slept_through_many_releases(world: ContentWorld) -> None:
    syncer = world.syncer()
    world.publish(1)
    syncer.run(world.now)
    for release in range(2, 8):
        world.publish(release, size=60_000)
    assert updated(syncer, world).form == "zstd"
    assert current(syncer) == pack_bytes(7, 60_000)


def test_only_two_packs_are_kept(world: ContentWorld) -> None:
    syncer = world.syncer()
    for release in (1, 2, 3):
        world.publish(release)
        syncer.run(world.now)
    assert len(list(syncer.store.packs.iterdir())) == 2
    assert not list((world.folder / "terminals" / "WL-0001" / "parts").iterdir())


def test_reader_keeps_the_old_pack_open(world: ContentWorld) -> None:
    syncer = world.syncer()
    world.publish(1)
    syncer.run(world.now)
    path = syncer.store.current_pack()
    assert path is not None
    with path.open("rb") as reader:
        for release in (2, 3, 4):
            world.publish(release)
            syncer.run(world.now)
        assert not path.exists()
        assert reader.read() == pack_bytes(1)


def test_publishing_the_same_pack_changes_nothing(world: ContentWorld) -> None:
    assert world.publish(1) == world.publish(1)
    assert len(world.publisher.index(NAME).releases) == 1


def test_rollout_to_a_group_then_to_a_share_then_to_all(world: ContentWorld) -> None:
    pilot, other = world.syncer("WL-0001", groups=("pilot",)), world.syncer("WL-0002")
    world.publish(1)
    for syncer in (pilot, other):
        syncer.run(world.now)
    world.publish(2, Rollout(groups=("pilot",)))
    assert isinstance(pilot.run(world.now), Updated)
    assert isinstance(other.run(world.now), UpToDate)
    mine = bucket("WL-0002", 2)
    world.publisher.set_rollout(NAME, 2, Rollout(percent=mine), world.now)
    assert isinstance(other.run(world.now), UpToDate)
    world.publisher.set_rollout(NAME, 2, Rollout(percent=mine + 1), world.now)
    assert isinstance(other.run(world.now), Updated)


def test_withdrawn_release_goes_back_without_fetching(world: ContentWorld) -> None:
    syncer = world.syncer()
    for release in (1, 2):
        world.publish(release)
        syncer.run(world.now)
    world.publisher.withdraw(NAME, 2, world.now)
    back = updated(syncer, world)
    assert (back.installed.serial, back.received, current(syncer)) == (1, 0, pack_bytes(1))
    assert world.publish(3).serial == 3
    assert updated(syncer, world).installed.serial == 3


def test_pack_the_program_cannot_use_is_not_switched_to(world: ContentWorld) -> None:
    world.publish(1)
    world.syncer().run(world.now)

    def too_new(path: Path) -> None:
        raise SyncRefusedError(Reason.UNUSABLE, "update the program")

    world.publish(2)
    assert refused(world.syncer(accept=too_new), world) is Reason.UNUSABLE
    # It is not fetched again at every look, and is there when the program has been updated.
    nothing = Liar(world.mirror(), lambda path, chunks: iter(()) if ".pack" in path or "patch" in path else chunks)
    assert refused(world.syncer(mirrors=[nothing], accept=too_new), world) is Reason.UNUSABLE
    assert updated(world.syncer(mirrors=[nothing]), world).received == 0
    assert current(world.syncer()) == pack_bytes(2)


def test_damaged_pack_on_the_disk_is_replaced(world: ContentWorld) -> None:
    syncer = world.syncer()
    world.publish(1)
    syncer.run(world.now)
    path = syncer.store.current_pack()
    assert path is not None
    path.write_bytes(b"short")
    assert syncer.store.current_pack() is None
    assert updated(syncer, world).form == "zstd"
    assert current(syncer) == pack_bytes(1)


@pytest.mark.parametrize("name", ["trusted.json", "current.json", "index.json", "state.json"])
@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\x00", b'{"files": 3}'])
def test_damaged_files_of_our_own_are_made_again(world: ContentWorld, name: str, damage: bytes) -> None:
    syncer = world.syncer()
    world.publish(1)
    syncer.run(world.now)
    (world.folder / "terminals" / "WL-0001" / name).write_bytes(damage)
    world.publish(2)
    updated(syncer, world)
    assert current(syncer) == pack_bytes(2)


def test_full_disk_leaves_room_for_the_outbox(world: ContentWorld) -> None:
    class Full(Disk):
        def free(self, folder: Path) -> int:
            return 1_000_000

    world.publish(1)
    assert refused(world.syncer(files=Full()), world) is Reason.DISK_FULL


def test_two_at_once(world: ContentWorld) -> None:
    syncer = world.syncer()
    world.publish(1)
    (world.folder / "terminals" / "WL-0001").mkdir(parents=True)
    with Disk().locked(world.folder / "terminals" / "WL-0001" / "lock"):
        assert refused(syncer, world) is Reason.BUSY


def test_enrolled_without_content(world: ContentWorld) -> None:
    world.root = b""
    assert refused(world.syncer(), world) is Reason.NOT_PROVISIONED


# -- the attacks ------------------------------------------------------------------------------------------------------


def test_rollback(world: ContentWorld) -> None:
    world.publish(1)
    old = world.snapshot("old")
    world.publish(2)
    world.syncer().run(world.now)
    assert refused(world.syncer(mirrors=[FolderMirror(old)]), world) is Reason.ROLLBACK


def test_rollback_of_one_group_with_a_stolen_timestamp_key(world: ContentWorld) -> None:
    world.publish(1)
    old = world.repository_folder / "metadata"
    first = {path.name: path.read_bytes() for path in old.iterdir()}
    world.publish(2)
    world.syncer().run(world.now)
    # The thief signs a new snapshot and timestamp over the group's old list.
    world.repository._commit({"wenling": 2}, world.now)
    assert first.keys() <= {path.name for path in old.iterdir()}
    assert refused(world.syncer(), world) is Reason.ROLLBACK


def test_freeze(world: ContentWorld) -> None:
    world.publish(1)
    syncer = world.syncer()
    syncer.run(world.now)
    frozen = world.snapshot("frozen")
    world.now += TIMESTAMP_LIFE + dt.timedelta(days=1)
    assert refused(world.syncer(mirrors=[FolderMirror(frozen)]), world) is Reason.EXPIRED
    assert world.repository.renew(world.now)
    assert isinstance(syncer.run(world.now), UpToDate)


def test_freeze_is_not_helped_by_setting_the_clock_back(world: ContentWorld) -> None:
    world.publish(1)
    frozen = world.snapshot("frozen")
    world.now += TIMESTAMP_LIFE + dt.timedelta(days=1)
    world.repository.renew(world.now)
    world.syncer().run(world.now)
    shutil.copytree(frozen / "metadata", world.repository_folder / "metadata", dirs_exist_ok=True)
    trusted = world.folder / "terminals" / "WL-0001" / "trusted.json"
    memory = trust_module.Trust(Disk(), trusted, world.root).memory()
    kept = {name: data for name, data in memory.files.items() if "root" in name}
    trusted.write_bytes(trust_module.msgspec.json.encode(trust_module.Memory(files=kept, seen=memory.seen)))
    world.now -= dt.timedelta(days=400)
    assert refused(world.syncer(), world) is Reason.EXPIRED


def test_mix_and_match(world: ContentWorld) -> None:
    world.publish(1)
    old = world.snapshot("old")
    world.publish(2)
    world.syncer().run(world.now)
    world.publish(3)
    versions = sorted((world.repository_folder / "metadata").glob("*.wenling.json"))
    assert len(versions) == 4
    shutil.copy(old / "metadata" / "2.wenling.json", versions[-1])
    assert refused(world.syncer(), world) is Reason.MIX_AND_MATCH


@pytest.mark.parametrize("role", ["timestamp", "3.snapshot", "2.wenling", "2.targets"])
def test_wrong_key(world: ContentWorld, role: str) -> None:
    world.publish(1)
    world.publish(2)
    thief = SeedSigner.make()
    path = sorted((world.repository_folder / "metadata").glob(f"*{role.split('.')[-1]}.json"))[-1]
    metadata = Metadata.from_bytes(path.read_bytes())
    metadata.signatures.clear()
    metadata.sign(thief)
    path.write_bytes(metadata.to_bytes())
    found = refused(world.syncer(), world)
    # Below the timestamp a changed file does not even have the announced hash.
    assert found is (Reason.WRONG_KEY if role == "timestamp" else Reason.MIX_AND_MATCH)


def test_key_of_another_group_does_not_count(world: ContentWorld) -> None:
    world.publish(1)
    world.syncer().run(world.now)
    other = world.online.make("transport")
    world.repository.add_group("transport", other.public_key, world.offline, world.now)
    targets = world.repository.targets("wenling")
    with world.repository.changing():
        world.repository.set_targets("transport", targets, (), other, world.now)
        world.repository.set_targets("wenling", {}, tuple(targets), world.group_key, world.now)
    assert refused(world.syncer(), world) is Reason.MISSING


class Liar:
    """A mirror that passes everything through ``change`` (path, chunks) -> chunks."""

    name = "liar"

    def __init__(self, mirror: Mirror, change: Callable[[str, Iterator[bytes]], Iterator[bytes]]) -> None:
        self._mirror, self._change = mirror, change
        self.sent = 0

    def open(self, path: str, start: int = 0) -> Stream:
        stream = self._mirror.open(path, start)
        return Stream(stream.start, self._counted(path, stream.chunks))

    def _counted(self, path: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in self._change(path, chunks):
            self.sent += len(chunk)
            yield chunk


def endless(path: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from chunks
    while True:
        yield bytes(100_000)


@pytest.mark.parametrize("victim", ["timestamp", "snapshot", "2.wenling", "index.json"])
def test_endless_data(world: ContentWorld, victim: str) -> None:
    world.publish(1)
    liar = Liar(world.mirror(), lambda path, chunks: endless(path, chunks) if victim in path else chunks)
    assert refused(world.syncer(mirrors=[liar]), world) is Reason.ENDLESS
    assert liar.sent < 3_000_000


def test_endless_data_after_a_pack_is_not_read(world: ContentWorld) -> None:
    world.publish(1)
    liar = Liar(world.mirror(), lambda path, chunks: endless(path, chunks) if "pack" in path else chunks)
    assert updated(world.syncer(mirrors=[liar]), world).received < 120_000
    assert current(world.syncer()) == pack_bytes(1)


@pytest.mark.parametrize("victim", ["timestamp", "snapshot", "index.json", "pack"])
def test_slow_retrieval(world: ContentWorld, victim: str) -> None:
    """Ten bytes a second: given up after half a minute."""
    world.publish(1)
    clock = [0.0]

    def slow(path: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
        pace = Pace(lambda: clock[0])
        for chunk in chunks:
            for start in range(0, len(chunk), 100):
                clock[0] += 10
                pace.came(100)
                yield chunk[start : start + 100]

    liar = Liar(world.mirror(), lambda path, chunks: slow(path, chunks) if victim in path else chunks)
    assert refused(world.syncer(mirrors=[liar]), world) is Reason.SLOW
    assert clock[0] < 100


def test_pace() -> None:
    clock = [0.0]
    pace = Pace(lambda: clock[0])
    for _ in range(100):
        clock[0] += 10
        pace.came(20_000)
    clock[0] += 31
    with pytest.raises(SlowError):
        pace.came(10)


def test_tampered_chunk_is_cut_out_and_fetched_elsewhere(world: ContentWorld) -> None:
    size = 8 * PIECE_BYTES
    world.publish(1, size=size)

    def tampered(path: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
        seen = 0
        for chunk in chunks:
            bad = "zst" in path and seen <= 2 * PIECE_BYTES + 500 < seen + len(chunk)
            seen += len(chunk)
            yield bytes([chunk[0] ^ 1]) + chunk[1:] if bad else chunk

    liar = Liar(world.mirror(), tampered)
    honest = Liar(world.mirror(), lambda path, chunks: chunks)
    done = updated(world.syncer(mirrors=[liar, honest]), world)
    assert current(world.syncer()) == pack_bytes(1, size)
    # At most the piece it was in and what was read ahead came twice.
    assert done.received < 0.6 * size + 1.2 * PIECE_BYTES


def test_tampered_chunk_everywhere_is_refused_and_nothing_bad_is_kept(world: ContentWorld) -> None:
    world.publish(1, size=2 * PIECE_BYTES)

    def tampered(path: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield bytes([chunk[0] ^ 1]) + chunk[1:] if "pack" in path else chunk

    liar = Liar(world.mirror(), tampered)
    assert refused(world.syncer(mirrors=[liar]), world) is Reason.TAMPERED
    parts = world.folder / "terminals" / "WL-0001" / "parts"
    assert all(path.stat().st_size == 0 for path in parts.iterdir())
    assert isinstance(world.syncer().run(world.now), Updated)


def test_poisoned_part_file_is_cut_back(world: ContentWorld) -> None:
    size = 6 * PIECE_BYTES
    world.publish(1, size=size)
    whole = next((world.repository_folder / "targets" / NAME).glob("*.zst")).read_bytes()

    def cut(path: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
        seen = 0
        for chunk in chunks:
            if "zst" in path and seen > 2.5 * PIECE_BYTES:
                raise MirrorError("cut")
            seen += len(chunk)
            yield chunk

    syncer = world.syncer(mirrors=[Liar(world.mirror(), cut)])
    syncer_parts = world.folder / "terminals" / "WL-0001" / "parts"
    done = updated(syncer, world)  # each connection brings it on
    assert done.received == len(whole)
    shutil.rmtree(world.folder / "terminals")
    syncer_parts.mkdir(parents=True)
    listed = world.repository.targets("wenling")[f"{NAME}/1.pack.zst"]
    poisoned = bytearray(whole[: 2 * PIECE_BYTES + 7])
    poisoned[PIECE_BYTES + 5] ^= 1
    (syncer_parts / listed.hashes["sha256"]).write_bytes(poisoned)
    again = updated(world.syncer(), world)
    assert again.received == len(whole) - PIECE_BYTES
    assert current(syncer) == pack_bytes(1, size)


def test_stale_mirror_does_not_stand_in_the_way(world: ContentWorld) -> None:
    world.publish(1)
    old = world.snapshot("old")
    world.publish(2)
    world.syncer().run(world.now)
    world.publish(3)
    mirrors = [FolderMirror(old), FolderMirror(world.folder / "nowhere"), world.mirror()]
    assert updated(world.syncer(mirrors=mirrors), world).installed.serial == 3


def test_stick_with_a_pipe_or_a_link_to_elsewhere(world: ContentWorld, tmp_path: Path) -> None:
    world.publish(1)
    stick = world.snapshot("stick")
    (stick / "metadata" / "timestamp.json").unlink()
    os.mkfifo(stick / "metadata" / "timestamp.json")
    assert refused(world.syncer(mirrors=[FolderMirror(stick)]), world) is Reason.MISSING
    (stick / "metadata" / "timestamp.json").unlink()
    (stick / "metadata" / "timestamp.json").symlink_to("/dev/zero")
    assert refused(world.syncer(mirrors=[FolderMirror(stick)]), world) is Reason.UNREACHABLE
    assert [is_plain(path) for path in ("a/b", "../a", "/a", "a/../b", "", "a\0b")] == [True] + [False] * 5


@pytest.mark.parametrize("damage", [b"", b"{}", b"[" * 100_000, b"\xff" * 100, b'{"signed": {}}'], ids=range(5))
@pytest.mark.parametrize("victim", ["timestamp.json", "snapshot.json", "index.json"])
def test_garbage_from_a_mirror_is_a_refusal(world: ContentWorld, victim: str, damage: bytes) -> None:
    world.publish(1)

    def garbage(path: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
        return iter([damage]) if path.endswith(victim) else chunks

    refused(world.syncer(mirrors=[Liar(world.mirror(), garbage)]), world)


# -- keys -------------------------------------------------------------------------------------------------------------


def test_new_keys_everywhere_are_followed(world: ContentWorld) -> None:
    syncer = world.syncer()
    world.publish(1)
    syncer.run(world.now)
    old = world.offline.open("root-1")
    vault = KeyFolder(world.files, world.folder / "vault")
    online = KeyFolder(world.files, world.folder / "online-2")
    for name in ("snapshot", "timestamp"):
        online.make(name)
    world.repository.new_root(
        [old], [vault.make(f"root-{n}") for n in (1, 2, 3)], world.now, vault.make("targets"), online
    )
    group = online.make("wenling")
    world.repository.add_group("wenling", group.public_key, vault, world.now, group)
    world.publisher = type(world.publisher)(world.files, world.repository, group)
    world.publish(2)
    assert updated(syncer, world).installed.serial == 2
    assert updated(world.syncer("WL-0009"), world).installed.serial == 2


def test_key_locked_with_a_passphrase(tmp_path: Path) -> None:
    vault = KeyFolder(Disk(), tmp_path, passphrase="一二三")
    made = vault.make("root-1")
    assert made.seed not in (tmp_path / "root-1.key").read_bytes()
    assert vault.open("root-1").seed == made.seed
    with pytest.raises(SigningKeyError, match="passphrase"):
        KeyFolder(Disk(), tmp_path, passphrase="x").open("root-1")
    with pytest.raises(SigningKeyError, match="never overwritten"):
        vault.make("root-1")
    with pytest.raises(SigningKeyError, match="there is no key"):
        vault.open("root-2")


def test_root_signed_by_a_thief_is_refused(world: ContentWorld) -> None:
    world.publish(1)
    thief = SeedSigner.make()
    world.repository.new_root([thief], [thief], world.now)
    assert refused(world.syncer(), world) is Reason.WRONG_KEY


def test_renewed_only_when_half_of_the_life_is_over(world: ContentWorld) -> None:
    world.publish(1)
    assert not world.repository.renew(world.now + TIMESTAMP_LIFE * 0.4)
    assert world.repository.renew(world.now + TIMESTAMP_LIFE * 0.6)
    assert world.repository.renew(world.now + SNAPSHOT_LIFE * 0.6)
    assert set(world.repository.expiries()) == {"root", "targets", "snapshot", "timestamp", "wenling"}


def test_everybody_may_read_the_repository_and_nobody_the_keys(world: ContentWorld) -> None:
    world.publish(1, size=5_000)
    served = [path for path in world.repository_folder.rglob("*.*") if path.is_file() and path.name != ".lock"]
    assert served
    assert all(path.stat().st_mode & 0o004 for path in served)
    keys = [*(world.folder / "online").iterdir(), *(world.folder / "offline").iterdir()]
    assert keys
    assert not any(path.stat().st_mode & 0o077 for path in keys)


def test_second_repository_is_not_made_over_the_first(world: ContentWorld) -> None:
    with pytest.raises(RepositoryStateError, match="already"):
        Repository(world.files, world.repository_folder, world.online).create(world.offline, world.now)
    with pytest.raises(RepositoryStateError, match="name"):
        world.repository.add_group("root", world.group_key.public_key, world.offline, world.now)


def test_files_nobody_names_go_after_a_week(world: ContentWorld) -> None:
    for release in range(1, 9):
        world.publish(release, size=20_000)
    before = list((world.repository_folder / "targets").rglob("*.pack"))
    fresh = world.publisher.prune(world.now, lambda path: world.now)
    removed = world.publisher.prune(world.now, lambda path: world.now - dt.timedelta(days=8))
    assert not fresh
    assert sum(path.suffix == ".pack" for path in removed) == len(before) - 6
    assert isinstance(world.syncer().run(world.now), Updated)


# -- the courier ------------------------------------------------------------------------------------------------------


def test_stick_carries_content_to_a_terminal_without_a_network(world: ContentWorld, tmp_path: Path) -> None:
    world.publish(1)
    giver, stick = world.syncer("WL-0001"), tmp_path / "stick"
    giver.run(world.now)
    nowhere = world.syncer("WL-0001", mirrors=[])
    exported = courier.export(Disk(), nowhere, stick, world.now)
    assert exported.serial == 1
    assert exported.until > world.now
    taker = world.syncer("WL-0002", mirrors=[FolderMirror(stick)])
    assert updated(taker, world).form == "raw"
    assert current(taker) == pack_bytes(1)
    pack = next(stick.rglob("*.pack"))
    pack.write_bytes(b"X" + pack.read_bytes()[1:])
    assert refused(world.syncer("WL-0003", mirrors=[FolderMirror(stick)]), world) is Reason.TAMPERED
    world.now += TIMESTAMP_LIFE + dt.timedelta(days=1)
    assert refused(world.syncer("WL-0004", mirrors=[FolderMirror(stick)]), world) is Reason.EXPIRED


def test_stick_is_brought_up_to_date(world: ContentWorld, tmp_path: Path) -> None:
    world.publish(1)
    stick = tmp_path / "stick"
    giver = world.syncer("WL-0001")
    courier.export(Disk(), giver, stick, world.now)
    world.publish(2)
    courier.export(Disk(), giver, stick, world.now)
    taker = world.syncer("WL-0002", mirrors=[FolderMirror(stick)])
    assert updated(taker, world).installed.serial == 2
