"""A terminal image in QEMU: it starts, does the main job, is updated, goes back, refuses what it must.

    python -m benchmarks.image.trial --images var/images/simulator --work var/image-trial --keys var/keys [STAGE ...]

Stages in their order: bundles, boot, job (in part: slip, hear, ask), refuse, stick, staff, verify, ill, rollback,
rescue; all of them by default. ``boot`` saves the moment at which the terminal is up, and the others go on from
there, so that a run may be split and repeated; each line of the table is in WORK/results.json at once.
``benchmarks.image.report`` writes benchmarks/results/image.md. QEMU emulates the processor (TCG, no KVM): everything
is many times slower than on a terminal.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.image import bundles, staff_area, stages
from benchmarks.image.bench import PATIENCE, Bench, one_line
from deploy_image import bundle
from deploy_image.definition import Sizes
from deploy_image.vm import Vm

INSIDE: dict[str, tuple[str, Callable[[str], bool]]] = {
    "failed units": ("systemctl --failed --no-legend --plain | awk '{print $1}'", lambda said: said == ""),
    "root is read-only": ("findmnt -no OPTIONS / | cut -d, -f1", lambda said: said == "ro"),
    "data is encrypted": ("lsblk -no TYPE,MOUNTPOINT | grep /data", lambda said: said.startswith("crypt")),
    "data takes no programs": ("findmnt -no OPTIONS /data", lambda said: "noexec" in said),
    "the kiosk's user": ("ps -o user= -C cage", lambda said: said == "bianmin"),
    "firewall: chains that drop by default": ("nft list ruleset | grep -c 'policy drop'", lambda said: said == "3"),
    "open ports": ("ss -Hltun | grep -v 127.0.0 | grep -v '::1' | wc -l", lambda said: True),
    "no login on the screen": ("systemctl is-enabled getty@tty1", lambda said: "masked" in said),
    "the slowest to start": ("systemd-analyze blame --no-pager | head -4", lambda said: True),
    "memory used, MB": ("free -m | awk 'NR==2{print $3}'", lambda said: True),
}


def boot(bench: Bench, images: Path) -> None:
    """From power to the attract screen and a passed health check, and what the system looks like inside."""
    disk = bench.work / "boot.img"
    shutil.rmtree(bench.work / "updated", ignore_errors=True)  # of an earlier run
    subprocess.run(["cp", "--sparse=always", images / "disk.img", disk], check=True)
    bench.blank_stick(STICK)
    with bench.machine(disk) as machine:
        chosen = bench.choice(machine)
        bench.note("boot", "GRUB chooses a system", chosen, True, machine.seconds)
        machine.shell(PATIENCE)
        bench.note("boot", "root shell on the serial line", "a shell", True, machine.seconds)
        shown = stages.wait_for_picture(machine, bench.work / "attract.png")
        bench.note("boot", "attract screen", "attract.png", shown > 0, shown)
        stages.healthy(bench, machine, "boot", machine.began - time.monotonic() + machine.seconds)
        for what, (command, good) in INSIDE.items():
            _, said = machine.run(command, PATIENCE)
            bench.note("inside", what, one_line(said), good(said.strip()))
        bench.keep(machine, disk, "ready")


ITEM = "remote-medical-filing"
"""What the recording in the image asks for; its slip is printed."""

NO_KIOSK = "#!/bin/sh\\necho no kiosk; exit 1\\n"

PARTS = ("slip", "hear", "ask", "update", "switch", "screen")
"""Stages that are part of others, or of which others show the same; for when time is short."""


def job(bench: Bench) -> None:
    """The main job inside the guest: a recording goes in, an answer and a slip come out."""
    _with_quiet_guest(bench, (_slip, _hear, _ask))


def _with_quiet_guest(bench: Bench, parts: tuple[Callable[[Bench, Vm], None], ...]) -> None:
    machine, _disk = bench.resume("ready")
    with machine:
        machine.run(f"systemctl stop {stages.SERVICES} 2>/dev/null", PATIENCE)
        for part in parts:
            part(bench, machine)


def _slip(bench: Bench, machine: Vm) -> None:
    began, before = machine.seconds, bench.slip.stat().st_size if bench.slip.exists() else 0
    _, said = machine.run(f"bianmin print slip {ITEM} --to serial:/dev/ttyS1 2>&1 | tail -2", PATIENCE)
    machine.idle(5)
    size = bench.slip.stat().st_size - before
    told = f"{size} bytes on the virtual serial port; {one_line(said, 90)}"
    bench.note("job", "the slip", told, size > 300, machine.seconds - began)
    (bench.work / "slip-printed.bin").write_bytes(bench.slip.read_bytes()[before:])


def _hear(bench: Bench, machine: Vm) -> None:
    began = machine.seconds
    command = f"{staff_area.AS_PROGRAM} bianmin hear /usr/share/bianmin/health-question.wav --json 2>&1 | tail -3"
    heard = staff_area.answer(machine.run(command, PATIENCE)[1])
    bench.note("job", "a recording is heard", f"{heard}"[:200], "备案" in str(heard), machine.seconds - began)


def _ask(bench: Bench, machine: Vm) -> None:
    began = machine.seconds
    command = f"{staff_area.AS_PROGRAM} bianmin ask --json --wav /usr/share/bianmin/health-question.wav 2>&1 | tail -3"
    _, said = machine.run(command, PATIENCE)
    answer = staff_area.answer(said)
    best = (answer.get("results") or [{}])[0]
    heard = (answer.get("heard") or {}).get("text", "")
    told = f"heard {heard!r}, {answer.get('outcome')}: {best.get('title', '')}" if answer else one_line(said)
    bench.note("job", "a spoken question", told, best.get("id") == ITEM, machine.seconds - began)


def switch(bench: Bench, newer: Path) -> None:
    """NEWER is in the other slot already, as after an installation: it starts on the data of the old one, and is kept.

    For when time is short: what RAUC would write is written from outside; its writing is seen on the small system.
    """
    disk, slot = bench.work / "switch.img", Sizes().slot
    subprocess.run(["cp", "--sparse=always", bench.work / "ready" / "disk.img", disk], check=True)
    where = ["bs=1M", f"seek={65 + slot}", "conv=notrunc,sparse", "status=none"]
    subprocess.run(["dd", f"if={newer / 'root.ext4'}", f"of={disk}", *where], check=True)
    stages.write_block(bench.work, disk, "EFI/BOOT/grubenv", {"ORDER": "B A", "B_OK": "1", "B_TRY": "0"})
    with bench.machine(disk) as machine:
        chosen = bench.choice(machine)
        machine.shell(PATIENCE)
        bench.note("switch", "the new system starts", chosen, chosen.endswith("B"), machine.seconds)
        shown = stages.wait_for_picture(machine, bench.work / "attract-new.png")
        bench.note("switch", "attract screen", "attract-new.png", shown > 0, shown)
        stages.healthy(bench, machine, "switch", 0.0)
        _, said = machine.run("grep -c kiosk-ready /data/bianmin/logs/kiosk-events.jsonl", PATIENCE)
        bench.note("switch", "the old system's log goes on", f"{said} starts in it", said.strip() >= "2")
        bench.keep(machine, disk, "updated")


STICK = 6400
"""MiB: two systems and the hostile ones."""


def make_bundles(bench: Bench, images: Path, newer: Path | None, key_folder: Path) -> None:
    """Systems for the updates, and the hostile ones, all on one stick.

    The good one is NEWER, a build of its own; without it, and for the bad one, a built system with a few files changed.
    """
    slot, folder = images / "root.ext4", bench.work
    if newer is None:
        bundles.variant(slot, "simulator", "2027.01.01", {}, key_folder, folder / "good.raucb")
    else:
        slot, version = newer / "root.ext4", json.loads((newer / "build.json").read_text())["version"]
        signer = bundles.signer(key_folder)
        bundle.make(slot, "bianmin-simulator", version, "trial", signer, folder / "good.raucb")
    broken = {"/usr/lib/bianmin/wait-for-kiosk": "#!/bin/sh\necho no kiosk; exit 1\n"}
    bundles.variant(slot, "simulator", "2027.02.01", broken, key_folder, folder / "bad.raucb")
    made = bundles.hostile("simulator", key_folder, folder)
    bench.make_stick([folder / "good.raucb", folder / "bad.raucb", *made], STICK)
    bench.usb_stick("usb", folder / "good.raucb")


def _sum(newer: Path | None) -> str:
    """Of the system that the update brought; of a changed one nobody noted it."""
    return str(json.loads((newer / "build.json").read_text())["slot_sha256"]) if newer else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--newer", type=Path, help="A build of a newer version: what the update brings.")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--sum", default="", help="Of the updated system, for verify.")
    parser.add_argument("stages", nargs="*")
    chosen = parser.parse_args()
    bench = Bench(chosen.work, chosen.work / "results.json")
    known: dict[str, Callable[[], None]] = {
        "bundles": lambda: make_bundles(bench, chosen.images, chosen.newer, chosen.keys),
        "boot": lambda: boot(bench, chosen.images),
        "job": lambda: job(bench),
        "slip": lambda: _with_quiet_guest(bench, (_slip,)),
        "hear": lambda: _with_quiet_guest(bench, (_hear,)),
        "ask": lambda: _with_quiet_guest(bench, (_ask,)),
        "refuse": lambda: stages.refuse(bench, "refuse"),
        "update": lambda: stages.update(bench, "update"),
        "switch": lambda: switch(bench, chosen.newer or chosen.images),
        "staff": lambda: staff_area.staff(bench),
        "verify": lambda: staff_area.verify(bench, chosen.sum or _sum(chosen.newer)),
        "stick": lambda: staff_area.update_by_stick(bench),
        "ill": lambda: stages.falls_ill(bench, "back", "/usr/lib/bianmin/wait-for-kiosk", NO_KIOSK),
        "rollback": lambda: stages.rollback(bench, "rollback"),
        "screen": lambda: stages.rescue(bench, "rescue", chosen.images / "disk.img", Sizes().slot, tried=True),
        "rescue": lambda: stages.rescue(bench, "rescue", chosen.images / "disk.img", Sizes().slot),
    }
    for name in chosen.stages or (stage for stage in known if stage not in PARTS):
        began = time.monotonic()
        known[name]()
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
