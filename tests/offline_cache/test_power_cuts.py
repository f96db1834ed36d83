"""The power goes at any instant: old or new, nothing lost, nothing twice. Every step of every write is tried.

The numbers of cuts are asserted to be at least what they were when this was written, so that the enumeration cannot
quietly become empty; benchmarks/offline_cache prints them.
"""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import NamedTuple

import apsw
import pytest

from offline_cache import enrolment
from offline_cache.counter import Counter
from offline_cache.files import replace_file
from offline_cache.identity import Identity
from offline_cache.outbox import Outbox, OutboxError
from offline_cache.sealing import Sealer, new_keys, open_intake, unseal
from offline_cache.sync.client import Provisioned, Syncer
from offline_cache.sync.outcome import Updated
from offline_cache.sync.store import PackStore
from offline_cache.wire import Enrolment, Kind
from tests.offline_cache.content_world import NAME, ContentWorld, pack_bytes
from tests.offline_cache.crashing import Counted, Disk, Loss, MemoryFiles, Step, different_disks, disks
from tests.offline_cache.crashing_sqlite import Image, RecordingVFS, images

NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)
FOLDER = Path("/terminal/content")


# -- the recorder itself ----------------------------------------------------------------------------------------------


def test_recorder_finds_a_missing_fsync() -> None:
    """What a careless program would do: write over the file, or rename without a sync."""
    path, new = Path("/f"), Path("/f.new")
    files = MemoryFiles({path: b"old"})
    out = files.create(new)
    out.write(b"new!")
    files.rename(new, path)
    files.sync_folder(path.parent)
    left = {disk.get(path) for _, _, disk in disks({path: b"old"}, files.journal)}
    assert {b"old", b"new!", b"", b"\0\0\0\0"} <= left
    files = MemoryFiles({path: b"old"})
    files.create(path).write(b"new!")
    assert None not in {disk.get(path) for _, _, disk in disks({path: b"old"}, files.journal)}
    assert b"ne" in {disk.get(path) for _, loss, disk in disks({path: b"old"}, files.journal) if loss is Loss.TORN}


def test_replaced_file_is_old_or_new() -> None:
    path = Path("/folder/f")
    files = MemoryFiles({path: b"old"})
    replace_file(files, path, b"brand new")
    left = [(done, disk[path]) for done, _, disk in disks({path: b"old"}, files.journal)]
    assert {data for _, data in left} == {b"old", b"brand new"}
    assert {data for done, data in left if done == len(files.journal)} == {b"brand new"}


# -- numbers, keys, enrolment -----------------------------------------------------------------------------------------


def test_ticket_number_is_never_given_out_twice() -> None:
    files = MemoryFiles()
    given: list[tuple[int, int]] = []  # (steps done when it was given out, number)
    for _ in range(6):
        number = Counter(files, FOLDER).take("0007").count
        given.append((len(files.journal), number))
    counted, left = different_disks({}, files.journal)
    assert counted.cuts >= 150
    for done, disk in left:
        again = Counter(MemoryFiles(disk), FOLDER).take("0007").count
        assert again not in {number for when, number in given if when <= done}


def test_key_and_enrolment_are_there_or_not() -> None:
    files = MemoryFiles()
    made = Identity.load_or_make(files, FOLDER / "identity.key").public_key
    key_done = len(files.journal)
    told = Enrolment(terminal="WL-0001", station="0001", central_key=bytes(32), tuf_root=b"{}")
    enrolment.store(files, FOLDER / "enrolment.json", told)
    _, left = different_disks({}, files.journal)
    for done, disk in left:
        after = MemoryFiles(disk)
        found = Identity.load(after, FOLDER / "identity.key")
        assert found is None or found.public_key == made
        assert found is not None or done < key_done
        assert enrolment.load(after, FOLDER / "enrolment.json") in (None, told)


# -- content ----------------------------------------------------------------------------------------------------------


class Way(NamedTuple):
    """A terminal with release ``old`` (0: none) on its way to release ``new``."""

    old: int
    new: int


def syncer_on(world: ContentWorld, files: MemoryFiles) -> Syncer:
    provisioned = Provisioned(root=world.root, name=NAME, terminal="WL-0001")
    return Syncer(files, FOLDER, provisioned, [world.mirror()])


def content(files: MemoryFiles) -> bytes | None:
    path = PackStore(files, FOLDER).current_pack()
    return None if path is None else files.read(path)


def cut_everywhere(world: ContentWorld, before: Disk, wanted: bytes, now: dt.datetime) -> Counted:
    """Sync once, cut at every step, look, and sync again on every disk that is left."""
    files = MemoryFiles(before)
    old = content(files)
    assert isinstance(syncer_on(world, files).run(now), Updated)
    switched = next(at for at, step in enumerate(files.journal) if step.other.name == "current.json")
    counted, left = different_disks(before, files.journal)
    for done, disk in left:
        after = MemoryFiles(disk)
        found = content(after)
        assert found in (old, wanted)
        # Once the folder is synced the switch is for good.
        assert found == wanted or done <= switched + 1
        syncer_on(world, after).run(now)
        assert content(after) == wanted
    return counted


@pytest.mark.parametrize("way", [Way(0, 1), Way(1, 2)], ids=["first", "patch"])
def test_sync_cut_at_every_step(tmp_path: Path, way: Way) -> None:
    world = ContentWorld(tmp_path)
    start = MemoryFiles()
    if way.old:
        world.publish(way.old, size=20_000)
        syncer_on(world, start).run(world.now)
    world.publish(way.new, size=20_000)
    counted = cut_everywhere(world, start.contents(), pack_bytes(way.new, 20_000), world.now)
    assert counted.cuts >= 150
    assert counted.different >= 20


def test_withdrawal_cut_at_every_step(tmp_path: Path) -> None:
    world = ContentWorld(tmp_path)
    start = MemoryFiles()
    for release in (1, 2):
        world.publish(release, size=20_000)
        syncer_on(world, start).run(world.now)
    world.publisher.withdraw(NAME, 2, world.now)
    assert cut_everywhere(world, start.contents(), pack_bytes(1, 20_000), world.now).cuts >= 60


def test_terminal_never_forgets_what_it_must_not_go_back_behind(tmp_path: Path) -> None:
    """Cut in the middle of keeping the trusted metadata: the older memory or the newer one, never none."""
    world = ContentWorld(tmp_path)
    world.publish(1, size=5_000)
    files = MemoryFiles()
    syncer_on(world, files).run(world.now)
    before = files.contents()
    world.publish(2, size=5_000)
    files = MemoryFiles(before)
    syncer_on(world, files).run(world.now)
    path = FOLDER / "trusted.json"
    _, left = different_disks(before, files.journal)
    for _, disk in left:
        memory = syncer_on(world, MemoryFiles(disk)).trust.memory()
        assert "timestamp.json" in memory.files
    assert len({disk[path] for _, disk in left}) >= 2


def test_publishing_cut_at_every_step(tmp_path: Path) -> None:
    """Terminals see the release before or the new one, and the publisher can go on."""
    world = ContentWorld(tmp_path / "real")
    repository = world.repository_folder
    world.publish(1, size=4_000)
    before: Disk = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    files = MemoryFiles(before)
    in_memory = type(world.publisher)(files, _moved(world, files), world.group_key)
    files._files[tmp_path / "new.pack"] = bytearray(pack_bytes(2, 4_000))
    before = files.contents()
    in_memory.publish(tmp_path / "new.pack", NAME, "2026.2", world.now.date(), world.now)
    counted, left = different_disks(before, files.journal)
    assert counted.cuts >= 150
    seen = set()
    for number, (_, disk) in enumerate(left):
        copy = tmp_path / f"cut-{number}"
        for path, data in disk.items():
            if repository in path.parents:
                target = copy / path.relative_to(repository)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        world.repository_folder = copy
        terminal = MemoryFiles()
        seen.add(syncer_on(world, terminal).run(world.now).installed.serial)
        after = MemoryFiles(disk)
        again = type(world.publisher)(after, _moved(world, after), world.group_key)
        assert again.publish(tmp_path / "new.pack", NAME, "2026.2", world.now.date(), world.now).serial == 2
    assert seen == {1, 2}


def _moved(world: ContentWorld, files: MemoryFiles) -> object:
    """The repository on other files."""
    online = type(world.online)(files, world.folder / "online")
    return type(world.repository)(files, world.folder / "repository", online)


# -- the outbox -------------------------------------------------------------------------------------------------------

PRIVATE, PUBLIC = new_keys()


class Said(NamedTuple):
    """What the outbox had promised after ``steps`` steps of its files."""

    steps: int
    key: str
    there: bool


def busy_day(folder: Path, vfs: RecordingVFS) -> list[Said]:
    """Put, postpone, confirm, refuse; every call that returned is a promise."""
    box = Outbox.open(folder / "outbox.db", Sealer(PUBLIC), "WL-0001", vfs=vfs.name)
    said: list[Said] = []

    def promise(key: str, there: bool) -> None:
        said.append(Said(len(vfs.journal), key, there))

    for number in range(4):
        key = box.put(Kind.TICKET, plain={"n": str(number)}, secret=f"text {number} ".encode() * 400, now=NOW)
        promise(key, True)
    keys = [one.key for one in said]
    box.postpone(keys[0], NOW, random.Random(1))
    parcel = box.parcel(keys[1])
    assert parcel is not None
    assert box.confirm(keys[1], open_intake(PRIVATE, parcel).token)
    promise(keys[1], False)
    box.refuse(keys[2], "revoked")
    promise(box.put(Kind.RATING, plain={"n": "5"}, secret=b"", now=NOW), True)
    box.close()
    return said


def outbox_cuts(folder: Path) -> tuple[int, int, int]:
    """Check every disk left; returns (steps, cuts, different disks)."""
    vfs = RecordingVFS(f"recording-{folder.name}")
    said = busy_day(folder, vfs)
    seen: set[tuple[tuple[str, bytes], ...]] = set()
    cuts = 0
    for done, image in images({}, vfs.journal, seed=1):
        cuts += 1
        mark = tuple(sorted(image.items()))
        if mark in seen:
            continue
        seen.add(mark)
        _check_outbox(folder / "cut", image, [one for one in said if one.steps <= done], said)
    vfs.unregister()
    return len(vfs.journal), cuts, len(seen)


def _check_outbox(folder: Path, image: Image, promised: list[Said], said: list[Said]) -> None:
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, data in image.items():
        (folder / name).write_bytes(data)
    box = Outbox.open(folder / "outbox.db", Sealer(PUBLIC), "WL-0001")
    found = [row.key for row in box.waiting()]
    assert len(found) == len(set(found))
    assert set(found) <= {one.key for one in said}
    now_there = {one.key: one.there for one in promised}
    begun = {one.key: one.there for one in said}
    for key, there in now_there.items():
        # What was promised holds, unless a later call (confirm) had already begun.
        assert (key in found) == there or (there and not begun[key])
    for key in found:
        parcel = box.parcel(key)
        assert parcel is not None
        number = parcel.plain["n"]
        assert parcel.kind is Kind.RATING or unseal(PRIVATE, parcel.sealed) == f"text {number} ".encode() * 400
    box.close()


def test_outbox_cut_at_every_write(tmp_path: Path) -> None:
    _, cuts, different = outbox_cuts(tmp_path)
    assert cuts >= 300
    assert different >= 50


def test_disk_that_fills_up_at_any_write_loses_nothing(tmp_path: Path) -> None:
    """SQLite is told at each of its writes in turn that the disk is full."""

    class Filling(apsw.VFS):
        def __init__(self) -> None:
            self.left = 1 << 30
            super().__init__("filling", "")

        def xOpen(self, name: object, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
            vfs = self

            class File(apsw.VFSFile):
                def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
                    vfs.left -= 1
                    if vfs.left < 0:
                        raise apsw.FullError("disk full")
                    super().xWrite(data, offset)

            return File("", name, flags)

    vfs = Filling()
    box = Outbox.open(tmp_path / "outbox.db", Sealer(PUBLIC), "WL-0001", vfs="filling")
    kept = []
    full = 0
    for writes in range(12):
        vfs.left = writes
        try:
            kept.append(box.put(Kind.TICKET, plain={}, secret=bytes(9_000), now=NOW))
        except OutboxError:
            full += 1
        vfs.left = 1 << 30
        assert [row.key for row in box.waiting()] == kept
    assert full >= 5
    kept.append(box.put(Kind.TICKET, plain={}, secret=b"x", now=NOW))
    assert [row.key for row in box.waiting()] == kept
    box.close()
    vfs.unregister()


def test_journal_step_names() -> None:
    """The replay knows every step the recorder writes."""
    files = MemoryFiles()
    out = files.create(Path("/a"))
    out.write(b"1")
    out.sync()
    files.truncate(Path("/a"), 0)
    files.rename(Path("/a"), Path("/b"))
    files.sync_folder(Path("/"))
    files.remove(Path("/b"))
    assert [step.what for step in files.journal] == [
        "create",
        "write",
        "sync",
        "truncate",
        "rename",
        "sync folder",
        "remove",
    ]
    assert all(isinstance(step, Step) for step in files.journal)
