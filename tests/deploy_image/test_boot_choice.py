"""GRUB's memory after a power cut in mid-writing: the copy beside it is taken, by GRUB and at the next start."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy_image import disk
from deploy_image.definition import HERE, load

EDIT = HERE / "device" / "grub-editenv"
real = pytest.mark.skipif(
    not Path("/usr/bin/grub-editenv").exists(), reason="grub-editenv is not installed (apt-get install grub-common)"
)


def edit(file: Path, *words: str) -> str:
    return subprocess.run(["sh", EDIT, file, *words], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def grubenv(tmp_path: Path) -> Path:
    """As on the disk of a new terminal: only A is good. Then B is written, so that there is a copy."""
    file = tmp_path / "grubenv"
    subprocess.run(["/usr/bin/grub-editenv", file, "create"], check=True)
    subprocess.run(["/usr/bin/grub-editenv", file, "set", *(f"{k}={v}" for k, v in disk.GRUBENV.items())], check=True)
    edit(file, "set", "ORDER=B A", "B_OK=1")
    return file


@real
def test_the_copy_is_what_was_there_before_the_last_change(grubenv: Path) -> None:
    assert "ORDER=B A\n" in edit(grubenv, "list")
    assert "ORDER=A B\n" in edit(grubenv.with_name("grubenv.old"), "list")
    assert not list(grubenv.parent.glob("*.new"))


@real
@pytest.mark.parametrize(
    "tear",
    [lambda data: b"", lambda data: data[:10], lambda data: bytes(512) + data[512:], None],
    ids=["emptied", "a few bytes", "first sector lost", "gone"],
)
def test_a_torn_memory_is_mended_from_the_copy(grubenv: Path, tear: Callable[[bytes], bytes] | None) -> None:
    whole = grubenv.read_bytes()
    grubenv.unlink()
    if tear is not None:
        grubenv.write_bytes(tear(whole))
    edit(grubenv, "mend")
    assert "ORDER=A B\n" in edit(grubenv, "list")
    grubenv.write_bytes(b"")
    edit(grubenv, "set", "A_TRY=1")  # RAUC before anything was mended
    assert "A_OK=1\nA_TRY=1\n" in edit(grubenv, "list")


@real
def test_a_memory_whose_filling_is_lost_says_all_it_has_to_say(grubenv: Path) -> None:
    """The variables lie in the first sector; GRUB and grub-editenv read a file of one sector, too."""
    grubenv.write_bytes(grubenv.read_bytes()[:512])
    edit(grubenv, "mend")
    assert "ORDER=B A\n" in edit(grubenv, "list")
    edit(grubenv, "set", "B_TRY=1")
    assert "B_TRY=1\n" in edit(grubenv, "list")


@real
def test_with_both_lost_either_system_may_start(grubenv: Path) -> None:
    for path in (grubenv, grubenv.with_name("grubenv.old")):
        path.write_bytes(b"")
    edit(grubenv, "mend")
    said = edit(grubenv, "list")
    assert "A_OK=1\n" in said
    assert "B_OK=1\n" in said


@real
def test_other_files_are_left_to_the_real_one(tmp_path: Path) -> None:
    edit(tmp_path / "rescue.env", "create")
    edit(tmp_path / "rescue.env", "set", "PHONE=0576-00000000")
    assert edit(tmp_path / "rescue.env", "list") == "PHONE=0576-00000000\n"
    assert [path.name for path in tmp_path.iterdir()] == ["rescue.env"]


@pytest.mark.skipif(shutil.which("grub-script-check") is None, reason="grub-common is not installed")
@pytest.mark.parametrize("name", ["simulator", "kiosk-portrait"])
def test_grub_can_read_its_script(name: str, tmp_path: Path) -> None:
    path = tmp_path / "grub.cfg"
    path.write_text(disk.grub_config(load(name)), "utf-8")
    subprocess.run(["grub-script-check", path], check=True)
