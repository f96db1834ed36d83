"""A whole disk: boot partition with GRUB, two system slots, the place for the data partition.

::

    1  esp     64 MiB   vfat: BOOTX64.EFI (with grub.cfg and a font inside), grubenv, later the data key
    2  root-a  3.5 GiB    ext4, read-only
    3  root-b  3.5 GiB    ext4, read-only, empty at first
    4  data    the rest LUKS, made on the first start
"""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy_image import base, tools
from deploy_image.definition import HERE, Definition, Sizes

MIB = 1024 * 1024
MODULES = (
    "part_gpt fat ext2 normal linux echo test loadenv regexp serial terminal reboot minicmd sleep gfxterm font efi_gop "
    "all_video"
)
FONT = "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
SIMPLIFIED_MONO = 7
"""The face for Simplified Chinese with Latin letters of half the width in Noto's collection."""

FONT_SIZE = 24
"""GRUB refuses a font of which fewer than 80 of the widest letters fit on a line: 12 pixels a letter at 1024."""

GRUBENV = {"ORDER": "A B", "A_OK": "1", "A_TRY": "0", "B_OK": "0", "B_TRY": "0", "ROUND": "0"}


def grub_config(definition: Definition) -> str:
    """grub.cfg for this profile."""
    console = definition.profile.console
    text = (HERE / "grub.cfg").read_text("utf-8")
    serial = "serial --unit=0 --speed=115200\nterminal_output serial\nterminal_input serial console"
    # Without guards against other users' programs, of which there are none: emulated, they cost a third of the start.
    kernel = (
        f"console=tty0 console={console},115200 mitigations=off"
        if console
        else "console=tty1 systemd.show_status=false"
    )
    for name, value in (("@SERIAL@", serial if console else ""), ("@KERNEL@", kernel)):
        text = text.replace(name, value)
    return text.replace("@SERIAL_TOO@", "serial" if console else "")


def make_esp(definition: Definition, root: Path, out: Path) -> None:
    """The boot partition. The rescue font is cut from the root folder's Noto; without it the text is not Chinese."""
    tools.need("grub-mkimage", "grub-mkfont", "grub-editenv", "mkfs.vfat", "mcopy")
    stamp = {"SOURCE_DATE_EPOCH": str(base.EPOCH)}
    with tempfile.TemporaryDirectory(dir=out.parent) as name:
        work = Path(name)
        config = grub_config(definition)
        inside = {"boot/grub/grub.cfg": config.encode()}
        font = root / FONT
        if font.exists():
            wanted = sorted({ord(char) for char in config if char > " "} | set(range(0x20, 0x7F)))
            ranges = ",".join(f"0x{code:x}-0x{code:x}" for code in wanted)
            tools.run(
                [
                    "grub-mkfont",
                    "-i",
                    str(SIMPLIFIED_MONO),
                    "-s",
                    str(FONT_SIZE),
                    "-r",
                    ranges,
                    "-o",
                    work / "rescue.pf2",
                    font,
                ]
            )
            inside["rescue.pf2"] = (work / "rescue.pf2").read_bytes()
        archive, efi = work / "inside.tar", work / "BOOTX64.EFI"
        archive.write_bytes(same_archive(inside))
        # Not grub-mkstandalone: its archive carries the times of the build. All modules are in the program itself.
        command: list[str | Path] = ["grub-mkimage", "-O", "x86_64-efi", "-o", efi, "-m", archive]
        tools.run([*command, "-p", "(memdisk)/boot/grub", "memdisk", "tar", *MODULES.split()], env=stamp)
        grubenv = work / "grubenv"
        tools.run(["grub-editenv", grubenv, "create"])
        tools.run(["grub-editenv", grubenv, "set", *(f"{key}={value}" for key, value in GRUBENV.items())])
        out.unlink(missing_ok=True)
        with out.open("wb") as file:
            file.truncate(definition.sizes.esp * MIB)
        for path in (efi, grubenv):
            os.utime(path, (base.EPOCH, base.EPOCH))
        tools.run(["mkfs.vfat", "-F32", "-n", "BOOT", "-i", "b1a2c3d4", "--invariant", out])
        tools.run(["mmd", "-i", out, "::EFI", "::EFI/BOOT", "::EFI/bianmin"], env=stamp)
        tools.run(["mcopy", "-m", "-i", out, efi, grubenv, "::EFI/BOOT/"], env=stamp)


def same_archive(files: Mapping[str, bytes]) -> bytes:
    """A tar of these files, which GRUB reads: the same bytes for the same files, whenever it is made."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in sorted(files.items()):
            told = tarfile.TarInfo(name)
            told.size, told.mtime = len(data), base.EPOCH
            tar.addfile(told, io.BytesIO(data))
    return made.getvalue()


def make_disk(definition: Definition, esp: Path, slot: Path, out: Path) -> None:
    """Put the parts together; ``slot`` becomes system A. Raises ``ImageError``; old or new, never half."""
    tools.need("sfdisk")
    sizes = definition.sizes
    fresh = out.with_name(out.name + ".new")
    fresh.unlink(missing_ok=True)
    with fresh.open("wb") as file:
        file.truncate((2 + sizes.esp + 2 * sizes.slot + sizes.data) * MIB)
    tools.run(["sfdisk", "-q", fresh], text=partition_table(sizes))
    copy_sparse(esp, fresh, MIB)
    copy_sparse(slot, fresh, (1 + sizes.esp) * MIB)
    fresh.replace(out)


def partition_table(sizes: Sizes) -> str:
    """What sfdisk reads. The data partition is the last, so that it can grow."""
    identity = "b1a24a6e-7e31-4ad4-9a35-00000000000"
    return (
        f"label: gpt\nlabel-id: {identity}0\n"
        f"start=1MiB, size={sizes.esp}MiB, type=uefi, name=esp, uuid={identity}1\n"
        f"size={sizes.slot}MiB, type=linux, name=root-a, uuid={identity}2\n"
        f"size={sizes.slot}MiB, type=linux, name=root-b, uuid={identity}3\n"
        f"type=linux, name=data, uuid={identity}4\n"
    )


def copy_sparse(source: Path, target: Path, offset: int, progress: Callable[[int], None] = lambda done: None) -> None:
    """Copy the parts of ``source`` that hold data into ``target`` at ``offset``; holes stay holes."""
    with source.open("rb") as read, target.open("r+b") as write:
        end = source.stat().st_size
        at = 0
        while at < end:
            try:
                start = os.lseek(read.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            stop = os.lseek(read.fileno(), start, os.SEEK_HOLE)
            read.seek(start)
            write.seek(offset + start)
            left = stop - start
            while left and (data := read.read(min(left, 4 * MIB))):
                write.write(data)
                left -= len(data)
                progress(len(data))
            at = stop
