"""The system image: just large enough, the same bytes each time, and whole."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy_image.build import sha256
from deploy_image.disk import copy_sparse
from deploy_image.errors import ImageError
from deploy_image.filesystem import make_ext4, measure

pytestmark = pytest.mark.skipif(
    shutil.which("mke2fs", path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None, reason="e2fsprogs is not installed"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for number in range(60):
        sub = root / f"d{number % 7}"
        sub.mkdir(parents=True, exist_ok=True)
        (sub / f"f{number}").write_bytes(os.urandom(number * 1_000))
    (root / "link").symlink_to("d1")
    (root / "large").write_bytes(os.urandom(3_000_000))
    for path in [root, *root.rglob("*")]:
        os.utime(path, (1_700_000_000, 1_700_000_000), follow_symlinks=False)
    return root


def test_the_same_folder_gives_the_same_bytes_and_a_sound_file_system(folder: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_ext4(folder, tmp_path / name, 64, "root", seed="simulator 1")
    assert sha256(tmp_path / "a") == sha256(tmp_path / "b")
    checked = subprocess.run(["/sbin/e2fsck", "-f", "-n", tmp_path / "a"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    make_ext4(folder, tmp_path / "c", 64, "root", seed="simulator 2")
    assert sha256(tmp_path / "c") != sha256(tmp_path / "a")


def test_what_does_not_fit_into_its_slot_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="more than its slot"):
        make_ext4(folder, tmp_path / "a", 8, "root", seed="x")


def test_no_more_is_taken_than_needed(folder: Path) -> None:
    size, inodes = measure(folder)
    content = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert content < size < content * 1.1 + 30 * 1024 * 1024
    assert inodes < 1_200


def test_holes_stay_holes(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    with source.open("wb") as file:
        file.write(b"head")
        file.seek(50 * 1024 * 1024)
        file.write(b"tail")
    with target.open("wb") as file:
        file.truncate(80 * 1024 * 1024)
    copy_sparse(source, target, 1024 * 1024)
    data = target.read_bytes()
    assert data[1024 * 1024 :][:4] == b"head"
    assert data[51 * 1024 * 1024 :][:4] == b"tail"
    assert target.stat().st_blocks * 512 < 1024 * 1024
