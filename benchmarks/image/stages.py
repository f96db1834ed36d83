"""Stages that any system must pass, the real one and the small one: refusals, update, return, rescue screen."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from benchmarks.image.bench import PATIENCE, READY, Bench, one_line
from benchmarks.image.bundles import REFUSED
from deploy_image.vm import Vm

SERVICES = "bianmin-kiosk bianmin-agent bianmin-sync"
"""Switched off where they would only slow the emulated machine down."""


def refuse(bench: Bench, stage: str) -> None:
    """Bundles that must not be installed, each with what was said and how long it took; and one that does not load."""
    machine, _disk = bench.resume("ready")
    with machine:
        before = bench.environment(machine)
        for name in REFUSED:
            began = machine.seconds
            command = f"rauc install /tmp/u/{name}.raucb >/tmp/said 2>&1; c=$?; tail -3 /tmp/said; (exit $c)"
            code, said = machine.run(command, PATIENCE)
            bench.note(stage, name, one_line(said), code != 0, machine.seconds - began)
        after = bench.environment(machine)
        kept = f"before {before}, after {after}"
        bench.note(stage, "the running system stays first", kept, "ORDER=A B" in after and "A_OK=1 A_TRY=0" in after)
        began = machine.seconds
        code, said = machine.run("rauc install /tmp/u/empty.raucb 2>&1 | tail -2", PATIENCE)
        bench.note(stage, "signed, but without a kernel", one_line(said, 60), code == 0, machine.seconds - began)
        machine.send("systemctl --force reboot\n")
        began = machine.seconds
        first = bench.choice(machine)
        machine.expect("does not load", PATIENCE)
        second = bench.choice(machine)
        seen = f"{first[-10:]}, does not load, {second[-10:]}"
        back = first.endswith("B") and second.endswith("A")
        bench.note(stage, "GRUB leaves it by itself", seen, back, machine.seconds - began)


def update(bench: Bench, stage: str) -> None:
    """A good update is written, started, found healthy and kept; then a bad one is left again."""
    machine, _disk = bench.resume("ready")
    with machine:
        machine.run("mkdir -p /data/keep; echo kept > /data/keep/mark; sync", PATIENCE)
        _install(bench, machine, stage, "good")
        began = machine.seconds
        machine.send("systemctl reboot\n")
        slot = bench.up(machine)
        bench.note(stage, "the new system starts", f"system {slot}", slot == "B", machine.seconds - began)
        healthy(bench, machine, stage, began)
        _, mark = machine.run("cat /data/keep/mark", PATIENCE)
        bench.note(stage, "data is still there", mark, mark == "kept")
        bench.keep_running(machine, "updated")


def rollback(bench: Bench, stage: str) -> None:
    """A system that never becomes healthy: marked bad, left, the one before is back."""
    machine, _disk = bench.resume("updated" if (bench.work / "updated").exists() else "ready")
    with machine:
        _install(bench, machine, stage, "bad")
        began = machine.seconds
        machine.send("systemctl reboot\n")
        first = bench.choice(machine)[-1]
        second = bench.choice(machine)[-1]
        seen = f"{first} is not healthy, {second} starts"
        bench.note(stage, "back in the old system", seen, first != second, machine.seconds - began)
        machine.shell(PATIENCE)
        said = bench.environment(machine)
        bench.note(stage, "afterwards", said, f"{first}_OK=0" in said, machine.seconds - began)
        healthy(bench, machine, stage, began)


def falls_ill(bench: Bench, stage: str, looked_at: str, bad: str) -> None:
    """The updated system stops being healthy: a file that its check looks at is hidden behind a ``bad`` one."""
    machine, _disk = bench.resume("updated")
    with machine:
        machine.run(f"printf '{bad}' > /run/bad; chmod +x /run/bad; mount --bind /run/bad {looked_at}", PATIENCE)
        began = machine.seconds
        machine.send("systemctl restart bianmin-health\n")
        second = bench.choice(machine)
        good = second.endswith("A") and "B=0" in second
        bench.note(stage, "the new system's check fails", second, good, machine.seconds - began)
        machine.shell(PATIENCE)
        said = bench.environment(machine)
        bench.note(stage, "the old one is up again", said, "B_OK=0" in said, machine.seconds - began)


def _install(bench: Bench, machine: Vm, stage: str, name: str) -> None:
    machine.run(f"systemctl stop {SERVICES} 2>/dev/null", PATIENCE)
    began = machine.seconds
    code, said = machine.run(f"rauc install /tmp/u/{name}.raucb 2>&1 | tail -2", PATIENCE)
    bench.note(stage, "rauc install", one_line(said, 60), code == 0 and "succeeded" in said, machine.seconds - began)


def healthy(bench: Bench, machine: Vm, stage: str, began: float) -> None:
    """Wait for the health check of this start; it must pass, and the tries must be forgotten."""
    ready = machine.expect(READY, PATIENCE).group(0).decode().strip()
    _, said = machine.run("cat /data/agent/health.json 2>/dev/null", PATIENCE)
    passed = "health=active" in ready
    bench.note(stage, "health check", f"{ready[14:]} {one_line(said, 420)}".strip(), passed, machine.seconds - began)
    environment = bench.environment(machine)
    bench.note(stage, "kept", environment, "_TRY=1" not in environment)


def wait_for_picture(machine: Vm, path: Path) -> float:
    """Until the screen shows more than the compositor's empty one: the machine's seconds then, 0 when it never did."""
    end = machine.seconds + PATIENCE
    while machine.seconds < end:
        machine.idle(5)
        machine.screenshot(path)
        if colours(path) > 50:
            return machine.seconds
    return 0.0


def colours(path: Path) -> int:
    """How many different colours a picture has."""
    from PIL import Image

    with Image.open(path) as image:
        found = image.convert("RGB").resize((270, 480)).getcolors(1 << 20)
    return len(found) if found else 1 << 20


def rescue(bench: Bench, stage: str, disk: Path, slot_mib: int, *, tried: bool = False) -> None:
    """Both systems destroyed: the rescue screen, with the number that provisioning wrote.

    ``tried``: GRUB's memory says already that both were tried in every round; else it finds out by itself.
    """
    broken = bench.work / "broken.img"
    subprocess.run(["cp", "--sparse=always", disk, broken], check=True)
    for start in (65, 65 + slot_mib):
        command = ["dd", "if=/dev/zero", f"of={broken}", "bs=1M", f"seek={start}", "count=40", "conv=notrunc"]
        subprocess.run([*command, "status=none"], check=True)
    write_block(bench.work, broken, "EFI/bianmin/rescue.env", {"PHONE": "0576-00000000", "STATION": "WL-007"})
    memory = {"B_OK": "1", **({"A_TRY": "1", "B_TRY": "1", "ROUND": "2"} if tried else {})}
    write_block(bench.work, broken, "EFI/BOOT/grubenv", memory)
    shutil.rmtree(bench.work / "rescue-vm", ignore_errors=True)
    with Vm(broken, bench.work / "rescue-vm") as machine:
        tries = 0
        while machine.expect("BIANMIN-GRUB (rescue|slot . does not load)", 400)[1] != b"rescue":
            tries += 1
        took = machine.seconds
        machine.idle(6)
        machine.screenshot(bench.work / "rescue.png")
        what = "both systems destroyed" + (", and tried in every round" if tried else "")
        bench.note(stage, what, f"the rescue screen after {tries} tries (rescue.png)", True, took)
    broken.unlink()


def write_block(work: Path, disk: Path, name: str, values: dict[str, str]) -> None:
    """Set variables in an environment block of the boot partition, which starts at 1 MiB of the disk."""
    at, local = f"{disk}@@1M", work / "block"
    local.unlink(missing_ok=True)
    copied = subprocess.run(["mcopy", "-n", "-i", at, f"::{name}", local], check=False, capture_output=True)
    if copied.returncode != 0:
        subprocess.run(["grub-editenv", local, "create"], check=True)
    words = [f"{key}={value}" for key, value in values.items()]
    subprocess.run(["/usr/bin/grub-editenv", local, "set", *words], check=True)
    subprocess.run(["mcopy", "-o", "-i", at, local, f"::{name}"], check=True)
