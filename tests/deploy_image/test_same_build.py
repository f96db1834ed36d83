"""Two builds from the same inputs: what used to differ is the same now, whenever and wherever it is made."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy_image import base, disk, environment, root
from deploy_image.definition import load
from deploy_image.errors import ImageError

NOW = dt.datetime(2026, 11, 22, 12, 37, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=3)
TOOLS = ("grub-mkimage", "grub-mkfont", "grub-editenv", "mcopy")
GRUB = Path("/usr/lib/grub/x86_64-efi/moddep.lst")


def _git(folder: Path, *words: str) -> None:
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    dates = {"GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z"}
    command = ["git", "-C", str(folder), *words]
    subprocess.run(command, env={**os.environ, **who, **dates}, check=True, capture_output=True)


def test_a_build_is_stamped_with_the_state_it_is_made_from(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("1")
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", "file")
    _git(tmp_path, "commit", "-q", "-m", "One")
    assert environment.stamp(tmp_path, "", NOW) == environment.stamp(tmp_path, "", LATER) == "202601020304"
    assert environment.stamp(tmp_path, "0", NOW) == "197001010000"
    (tmp_path / "file").write_text("2")
    assert environment.stamp(tmp_path, "", NOW) == "202611221237"  # what was changed has no time of its own


def test_without_a_repository_the_time_counts_and_nonsense_is_refused(tmp_path: Path) -> None:
    assert environment.stamp(tmp_path / "nowhere", "", NOW) == "202611221237"
    with pytest.raises(ImageError, match="SOURCE_DATE_EPOCH is 'soon'"):
        environment.stamp(tmp_path, "soon", NOW)


def test_nothing_in_a_finished_folder_is_younger_than_the_epoch(tmp_path: Path) -> None:
    folder = tmp_path / "usr/share/bianmin"
    folder.mkdir(parents=True)
    (folder / "sbom.cdx.json").write_text("{}")
    (folder / "link").symlink_to("nowhere")
    old = folder / "old"
    old.write_text("")
    os.utime(old, (1, 1))
    root.settle_times(tmp_path)
    younger = [path for path in tmp_path.rglob("*") if path.lstat().st_mtime > base.EPOCH]
    assert (younger, old.stat().st_mtime) == ([], 1)


def test_the_archive_inside_grub_does_not_know_when_it_was_made() -> None:
    files = {"boot/grub/grub.cfg": b"echo hello\n", "rescue.pf2": bytes(700)}
    made = disk.same_archive(files)
    assert made == disk.same_archive(dict(reversed(files.items())))
    assert f"{base.EPOCH:011o}".encode() in made


@pytest.mark.skipif(
    not GRUB.exists() or any(shutil.which(tool) is None for tool in TOOLS), reason="the tools of images are not here"
)
def test_everything_in_the_boot_partition_is_dated_with_the_epoch(tmp_path: Path) -> None:
    esp, efi = tmp_path / "esp.vfat", tmp_path / "BOOTX64.EFI"
    disk.make_esp(load("simulator"), tmp_path, esp)
    listed = subprocess.run(
        ["mdir", "-/", "-a", "-i", esp, "::"], capture_output=True, text=True, check=True, env={**os.environ, "TZ": ""}
    )
    dates = re.findall(r"\d{4}-\d\d-\d\d", listed.stdout)
    assert len(dates) >= 5
    assert set(dates) == {f"{dt.datetime.fromtimestamp(base.EPOCH, dt.UTC):%Y-%m-%d}"}
    subprocess.run(["mcopy", "-i", esp, "::EFI/BOOT/BOOTX64.EFI", efi], check=True)
    config = disk.grub_config(load("simulator")).encode()
    assert disk.same_archive({"boot/grub/grub.cfg": config}) in efi.read_bytes()
