"""What the trials share: copies of a disk, machines that go on from a saved moment, and the table of results."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from deploy_image.vm import Vm

GRUB = r"BIANMIN-GRUB (ORDER[^\r\n]*-> ?[AB]?)[\r\n]"
"""The line of a choice; its last letter is the slot."""

READY = r"BIANMIN-READY [^\r\n]*[\r\n]"
PATIENCE = 1500.0
"""Seconds: the processor is emulated and may be shared."""

ENVIRONMENT = "/boot/efi/EFI/BOOT/grubenv"


class Bench:
    """One folder of trials. ``memory`` of the machine in MiB; ``stick``: a disk with bundles that is always in."""

    def __init__(self, work: Path, results: Path, memory: int = 3072) -> None:
        self.work, self.memory = work, memory
        work.mkdir(parents=True, exist_ok=True)
        self.stick = work / "stick.img"
        self._results = results

    # -- results

    def note(self, stage: str, what: str, seen: str, ok: bool, seconds: float = 0.0) -> None:
        """One line of the table, in the file at once; a line of the same name is replaced."""
        line = {"stage": stage, "what": what, "seen": seen, "ok": ok, "seconds": round(seconds, 1)}
        print(json.dumps(line, ensure_ascii=False), flush=True)
        kept = json.loads(self._results.read_text()) if self._results.exists() else []
        kept = [one for one in kept if (one["stage"], one["what"]) != (stage, what)]
        self._results.write_text(json.dumps([*kept, line], ensure_ascii=False, indent=1))

    # -- machines

    def machine(self, disk: Path, state: Path | None = None, again: bool = False) -> Vm:
        """Switch it on. ``again``: the firmware's variables of the last time are kept."""
        folder = self.work / "vm"
        if not again and state is None:
            shutil.rmtree(folder, ignore_errors=True)
        extra = ["-serial", f"file:{self.slip}"]
        if self.stick.exists():
            extra += ["-drive", f"file={self.stick},format=raw,if=virtio,readonly=on"]
        return Vm(disk, folder, memory=self.memory, extra=extra, state=state)

    @property
    def slip(self) -> Path:
        """What the machine's second serial line said."""
        return self.work / "slip.bin"

    def keep(self, machine: Vm, disk: Path, name: str) -> None:
        """Save this moment: the machine's memory beside its disk, to go on from any number of times."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        machine.save(folder / "memory")
        disk.rename(folder / "disk.img")
        shutil.copyfile(self.work / "vm" / "efivars.fd", folder / "efivars.fd")

    def keep_running(self, machine: Vm, name: str) -> None:
        """The same for a machine that itself went on from a saved moment: its disk becomes a whole one."""
        folder, fresh = self.work / name, self.work / f"{name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        machine.save(fresh / "memory")
        whole: list[str | Path] = ["qemu-img", "convert", "-O", "raw", self.work / "run.qcow2", fresh / "disk.img"]
        subprocess.run(whole, check=True)
        shutil.copyfile(self.work / "vm" / "efivars.fd", fresh / "efivars.fd")
        shutil.rmtree(folder, ignore_errors=True)  # only now: the machine may have gone on from it
        fresh.rename(folder)

    def resume(self, name: str) -> tuple[Vm, Path]:
        """Go on from a saved moment, on a copy-on-write disk; and that disk."""
        folder, disk = self.work / name, self.work / "run.qcow2"
        disk.unlink(missing_ok=True)
        base = (folder / "disk.img").resolve()
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", disk], check=True)
        (self.work / "vm").mkdir(exist_ok=True)
        shutil.copyfile(folder / "efivars.fd", self.work / "vm" / "efivars.fd")
        machine = self.machine(disk, folder / "memory")
        machine.idle(1)
        machine.go_on()
        self.mount(machine)
        return machine, disk

    def mount(self, machine: Vm) -> None:
        """The stick at /tmp/u. It may have been filled anew since the moment that was saved."""
        machine.run("mkdir -p /tmp/u; mountpoint -q /tmp/u || mount -o ro /dev/vdb /tmp/u", PATIENCE)

    def make_stick(self, bundles: list[Path], size: int = 0) -> None:
        """A stick with these bundles, as the courier brings them. ``size`` in MiB; else as large as they need."""
        folder = self.work / "stick"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for path in bundles:
            (folder / path.name).hardlink_to(path)
        size = size or sum(path.stat().st_size for path in folder.iterdir()) // 1024 // 1024 + 200
        self.stick.unlink(missing_ok=True)
        command: list[str | Path] = [
            "/sbin/mke2fs",
            "-q",
            "-F",
            "-t",
            "ext4",
            "-O",
            "^has_journal",
            "-d",
            folder,
            self.stick,
            f"{size}M",
        ]
        subprocess.run(command, check=True)
        shutil.rmtree(folder)

    def usb_stick(self, name: str, file: Path) -> Path:
        """A USB stick as couriers carry them (FAT), with one file; ``name``: of its image in the work folder."""
        path = self.work / f"{name}.img"
        path.unlink(missing_ok=True)
        kib = max(8192, file.stat().st_size // 1024 * 21 // 20)
        subprocess.run(["/sbin/mkfs.vfat", "-C", path, str(kib)], check=True, capture_output=True)
        subprocess.run(["mcopy", "-i", path, file, f"::{file.name}"], check=True)
        return path

    def blank_stick(self, size: int) -> None:
        """A stick of ``size`` MiB to be in from the start, where there is none yet; filled later."""
        if not self.stick.exists():
            with self.stick.open("wb") as file:
                file.truncate(size << 20)

    def up(self, machine: Vm) -> str:
        """Wait for a start to end in a shell; the slot that was chosen."""
        chosen = self.choice(machine)
        machine.shell(PATIENCE)
        self.mount(machine)
        return chosen[-1]

    def choice(self, machine: Vm) -> str:
        """Wait for GRUB's choice: its memory and, last, the slot."""
        return machine.expect(GRUB, PATIENCE)[1].decode()

    def environment(self, machine: Vm) -> str:
        """What GRUB remembers, on one line."""
        return machine.run(f"grub-editenv {ENVIRONMENT} list | tr '\\n' ' '", PATIENCE)[1]


def one_line(said: str, most: int = 140) -> str:
    """The end of what was said, without line breaks."""
    return " ".join(said.split())[-most:]
