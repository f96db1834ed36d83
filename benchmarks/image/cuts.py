"""Power cuts: while an update is written, while GRUB's memory is changed, while the new system starts.

    python -m benchmarks.image.cuts --small var/small --work var/cuts --keys var/keys [--seeds 0:20] [STAGE ...]

On the small system of ``benchmarks.image.small``. Stages: ready, refuse, update, rollback, ill, back, torn, cut. A cut
is the process of the machine killed: what the guest had not flushed is lost. Lines are in WORK/results.json at once.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.image import bundles, small, stages
from benchmarks.image.bench import GRUB, PATIENCE, READY, Bench
from deploy_image import bundle
from deploy_image.errors import ImageError
from deploy_image.vm import Vm


def ready(bench: Bench, built: Path, key_folder: Path) -> None:
    """The first start, with a stick full of bundles; the moment is saved."""
    signer = bundles.signer(key_folder)
    for name, version in (("good", "2"), ("bad", "3")):
        bundle.make(built / f"{version}.ext4", "bianmin-small", version, "x", signer, bench.work / f"{name}.raucb")
    made = bundles.hostile("small", key_folder, bench.work)
    bench.make_stick([bench.work / "good.raucb", bench.work / "bad.raucb", *made])
    disk = bench.work / "boot.img"
    shutil.rmtree(bench.work / "updated", ignore_errors=True)  # of an earlier run
    subprocess.run(["cp", "--sparse=always", built / "disk.img", disk], check=True)
    with bench.machine(disk) as machine:
        bench.up(machine)
        bench.note("small", "root shell on the serial line", "a shell", True, machine.seconds)
        stages.healthy(bench, machine, "small", 0.0)
        machine.run("mkdir -p /data/keep; echo kept > /data/keep/mark; sync", PATIENCE)
        bench.keep(machine, disk, "ready")


SLOT_MIB = small.definition().sizes.slot
STARTED_EVERY = 5
"""Of so many cuts, one is followed to a healthy system; all of them to GRUB's choice."""


def _prompt(machine: Vm) -> None:
    """The first prompt has gone by: ask for another."""
    machine.send("\n")
    machine.shell(PATIENCE)


TORN = {
    "a few bytes of grubenv written": lambda data: data[:10],
    "first sector of grubenv lost": lambda data: bytes(512) + data[512:],
    "grubenv gone": None,
    "grubenv empty (the real grub-editenv was cut)": lambda data: b"",
}
"""What a cut may leave of the file, the copy beside it being whole."""


def torn(bench: Bench) -> None:
    """States of the boot partition that a cut may leave, put there by hand: what GRUB makes of them."""
    folder = bench.work / "ready"
    for what, change in TORN.items():
        disk = _with_memory(bench, folder / "disk.img", change, copy=True)
        with bench.machine(disk) as machine:
            first = machine.expect("BIANMIN-GRUB [^\r\n]*[\r\n]", PATIENCE).group(0).decode().strip()
            chosen = bench.choice(machine)
            taken = "taking the copy" in first and chosen.endswith("A")
            if change is not None and not change(b"x" * 1024):  # the likeliest of them to its end
                line = machine.expect(READY, PATIENCE).group(0).decode().strip()
                _prompt(machine)
                chosen += f"; health {line.rsplit('=', 1)[1]}, mended: {bench.environment(machine)}"
                taken = taken and "health=active" in line
            bench.note("torn", what, f"{first[13:]}; {chosen}", taken, machine.seconds)
    disk = _with_memory(bench, folder / "disk.img", lambda data: b"", copy=False)
    with bench.machine(disk) as machine:
        machine.expect("the copy is not whole either", PATIENCE)
        chosen = bench.choice(machine)
        line = machine.expect(READY, PATIENCE).group(0).decode().strip()
        seen = f"starts {chosen[-1]}; {line.rsplit(' ', 1)[1]}"
        bench.note("torn", "grubenv and its copy empty", seen, "health=active" in line, machine.seconds)
    disk.unlink()


def _with_memory(bench: Bench, disk: Path, change: Callable[[bytes], bytes] | None, *, copy: bool) -> Path:
    made, name = bench.work / "torn.img", "::EFI/BOOT/grubenv"
    subprocess.run(["cp", "--sparse=always", disk, made], check=True)
    at, local = f"{made}@@1M", bench.work / "grubenv"
    subprocess.run(["mcopy", "-o", "-n", "-i", at, name, local], check=True)
    data = local.read_bytes()
    if copy:
        subprocess.run(["mcopy", "-o", "-i", at, local, f"{name}.old"], check=True)
    else:
        subprocess.run(["mdel", "-i", at, f"{name}.old"], check=False, capture_output=True)
    subprocess.run(["mdel", "-i", at, name], check=True)
    if change is not None:
        local.write_bytes(change(data))
        subprocess.run(["mcopy", "-o", "-i", at, local, name], check=True)
    return made


def cut(bench: Bench, seed: int, built: Path, *, start: bool) -> None:
    """One power cut at a seeded instant. What GRUB then chooses must be, byte for byte, a system that is known to work.

    ``start``: that system is started, too, and must be found healthy with its data.
    """
    chance = random.Random(seed)
    machine, copy = bench.resume("ready")
    with machine:
        where = _until_the_instant(machine, seed, chance)
        machine.kill()
    disk = bench.work / "cut.img"
    subprocess.run(["qemu-img", "convert", "-O", "raw", copy, disk], check=True)
    slots = {"A": holds(disk, 65, built / "1.ext4"), "B": holds(disk, 65 + SLOT_MIB, built / "2.ext4")}
    with bench.machine(disk, again=True) as machine:
        chosen = bench.choice(machine)
        good = slots.get(chosen[-1], False)
        told = ", ".join(f"{name} {'whole' if whole else 'half written'}" for name, whole in slots.items())
        seen = f"{where}: {told}; {chosen}"
        if start and good:
            line = machine.expect(READY, PATIENCE).group(0).decode().strip()
            if "health=active" not in line:  # marked bad, left: the other one
                seen += f" -> {bench.choice(machine)[-1]}"
                line = machine.expect(READY, PATIENCE).group(0).decode().strip()
            _prompt(machine)
            _, mark = machine.run("cat /data/keep/mark; findmnt -no OPTIONS / | cut -c1-2", PATIENCE)
            good = "health=active" in line and mark.split() == ["kept", "ro"]
            seen += f"; started, health {line.rsplit('=', 1)[1]}, data {mark.split()[0]}; {bench.environment(machine)}"
        bench.note("cut", f"seed {seed}", seen, good, machine.seconds)


def back(bench: Bench, built: Path) -> None:
    """A bad system is in the other slot already (as after an installation): it starts, is found bad and is left."""
    disk = bench.work / "back.img"
    subprocess.run(["cp", "--sparse=always", bench.work / "ready" / "disk.img", disk], check=True)
    where = ["bs=1M", f"seek={65 + SLOT_MIB}", "conv=notrunc", "status=none"]
    subprocess.run(["dd", f"if={built / '3.ext4'}", f"of={disk}", *where], check=True)
    memory = {"ORDER": "B A", "B_OK": "1", "B_TRY": "0"}
    stages.write_block(bench.work, disk, "EFI/BOOT/grubenv", memory)
    with bench.machine(disk) as machine:
        first, began = bench.choice(machine), machine.seconds
        second = bench.choice(machine)
        seen = f"{first[-1]} starts and is not healthy; {second[-1]} starts: {second}"
        good = first.endswith("B") and second.endswith("A") and "B=0" in second
        bench.note("small back", "a bad system is left", seen, good, machine.seconds - began)
        line = machine.expect(READY, PATIENCE).group(0).decode().strip()
        seen = f"{line[14:]}, {machine.seconds - began:.0f} s after the bad one was chosen"
        bench.note("small back", "the old one is healthy", seen, "health=active" in line, machine.seconds - began)
    disk.unlink()


def holds(disk: Path, start_mib: int, system: Path) -> bool:
    """Whether the partition that begins there holds this system, byte for byte."""
    size = ["-n", str(system.stat().st_size), "-i", f"{start_mib * 1024 * 1024}:0"]
    return subprocess.run(["cmp", "-s", *size, disk, system], check=False).returncode == 0


def _until_the_instant(machine: Vm, seed: int, chance: random.Random) -> str:
    """Run up to the seeded instant. Seeds go round: three while copying, two around GRUB's memory, three starts."""
    kind = seed % 8
    machine.send("rauc install /tmp/u/good.raucb; echo INSTALL''ED\n")
    if kind < 3:
        machine.expect("Copying image to rootfs", PATIENCE)
        return _idle(machine, chance, 25.0, "while the system is written")
    machine.expect("Copying image to rootfs.. done", PATIENCE)
    if kind < 5:
        return _idle(machine, chance, 3.0, "while GRUB's memory is changed")
    machine.expect("INSTALLED", PATIENCE)
    if kind == 5:
        machine.send("systemctl --force --force reboot\n")
        machine.expect("starting Boot0001|Welcome to GRUB", PATIENCE)
        return _idle(machine, chance, 2.5, "while GRUB chooses")
    machine.send("systemctl reboot\n")
    machine.expect(GRUB, PATIENCE)
    if kind == 6:
        return _idle(machine, chance, 90.0, "while the new system starts")
    machine.expect(r"root@\S+:|# $", PATIENCE)
    return _idle(machine, chance, 10.0, "while the new system is found healthy and kept")


def _idle(machine: Vm, chance: random.Random, most: float, what: str) -> str:
    seconds = chance.uniform(0, most)
    machine.idle(seconds)
    return f"{seconds:.1f} s into: {what}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--seeds", default="0:20")
    parser.add_argument("stages", nargs="*")
    chosen = parser.parse_args()
    bench = Bench(chosen.work, chosen.work / "results.json", memory=768)

    def cuts() -> None:
        first, last = map(int, chosen.seeds.split(":"))
        for seed in range(first, last):
            try:
                cut(bench, seed, chosen.small, start=seed % STARTED_EVERY == 0)
            except ImageError as error:
                bench.note("cut", f"seed {seed}", str(error)[-300:], False)

    known: dict[str, Callable[[], None]] = {
        "ready": lambda: ready(bench, chosen.small, chosen.keys),
        "refuse": lambda: stages.refuse(bench, "small refuse"),
        "update": lambda: stages.update(bench, "small update"),
        "rollback": lambda: stages.rollback(bench, "small rollback"),
        "ill": lambda: stages.falls_ill(bench, "small back", "/usr/lib/bianmin/works", "no\\n"),
        "back": lambda: back(bench, chosen.small),
        "torn": lambda: torn(bench),
        "cut": cuts,
    }
    for name in chosen.stages or known:
        began = time.monotonic()
        known[name]()
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    shutil.rmtree(chosen.work / "vm", ignore_errors=True)


if __name__ == "__main__":
    main()
