"""Flashing: read back, and never the disk this machine runs from."""

import random
from pathlib import Path

import pytest
import zstandard

from deploy_image.errors import ImageError
from deploy_image.flash import CHUNK, Machine, flash, why_not


def machine(folder: Path, mounts: str = "", swaps: str = "") -> Machine:
    """A machine with the disks sda (two partitions) and sdb."""
    real = folder / "devices"
    for disk, parts in (("sda", ("sda1", "sda2")), ("sdb", ())):
        (real / disk).mkdir(parents=True)
        (real / disk / "ro").write_text("0\n")
        (folder / "class").mkdir(exist_ok=True)
        (folder / "class" / disk).symlink_to(real / disk)
        for part in parts:
            (real / disk / part / "holders").mkdir(parents=True)
            (real / disk / part / "partition").write_text("1\n")
            (folder / "class" / part).symlink_to(real / disk / part)
    return Machine(mounts, swaps, folder / "class")


def test_the_system_disk_is_refused(tmp_path: Path) -> None:
    known = machine(tmp_path, "/dev/sda2 / ext4 rw 0 0\nproc /proc proc rw 0 0\n")
    assert why_not("sda", known) == "sda2 is in use: this machine runs from it"
    assert why_not("sdb", known) is None
    assert why_not("sda1", known) == "sda1 is a partition; name the whole disk"
    assert why_not("sdz", known) == "sdz is no disk of this machine"


def test_a_disk_that_is_used_in_any_other_way_is_refused(tmp_path: Path) -> None:
    known = machine(tmp_path, "/dev/sda1 /media/stick vfat rw 0 0\n", "Filename Type\n/dev/sdb partition 1 0 -2\n")
    assert why_not("sda", known) == "sda1 is in use: mounted at /media/stick"
    assert why_not("sdb", known) == "sdb is in use as swap"
    (tmp_path / "devices/sda/sda2/holders/dm-0").mkdir()
    assert "dm-0" in (why_not("sda", Machine("", "", known.sys_block)) or "")
    (tmp_path / "devices/sdb/ro").write_text("1\n")
    assert why_not("sdb", Machine("", "", known.sys_block)) == "sdb is write-protected"


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_written_and_read_back(tmp_path: Path, packed: bool) -> None:
    data = random.Random(1).randbytes(CHUNK + 77) + bytes(2 * CHUNK) + b"end" + bytes(CHUNK)
    image = tmp_path / "disk.img"
    image.write_bytes(zstandard.compress(data) if packed else data)
    seen: dict[str, int] = {}
    done = flash(image, tmp_path / "out", lambda step, count: seen.__setitem__(step, seen.get(step, 0) + count))
    assert (tmp_path / "out").read_bytes() == data
    assert (done.bytes, seen) == (len(data), {"writing": len(data), "reading back": len(data)})


def test_what_cannot_be_flashed_is_said(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="is not there"):
        flash(tmp_path / "none.img", tmp_path / "out")
    image = tmp_path / "disk.img.zst"
    image.write_bytes(zstandard.compress(random.Random(2).randbytes(9_000))[:5_000])
    with pytest.raises(ImageError, match="neither a disk nor a file"):
        flash(image, tmp_path)


def test_a_truncated_packed_image_is_refused(tmp_path: Path) -> None:
    image = tmp_path / "disk.img.zst"
    image.write_bytes(zstandard.compress(random.Random(2).randbytes(90_000))[:50_000])
    with pytest.raises(ImageError, match="cut off"):
        flash(image, tmp_path / "out")
