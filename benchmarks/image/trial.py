"""A terminal image in QEMU: it starts, does the main job, is updated, goes back, survives power cuts and refusals.

    python -m benchmarks.image.trial --images var/images/simulator --work var/image-trial [STAGE ...]

Stages run in the order given (default: all); each leaves its lines in WORK/results.json, so that a run may be split.
``python -m benchmarks.image.report`` writes benchmarks/results/image.md. QEMU emulates the processor (TCG, no KVM):
everything is many times slower than on a terminal.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from deploy_image import bundle, keys
from deploy_image.bundle import Signer
from deploy_image.vm import Vm

GRUB = r"BIANMIN-GRUB [^\r\n]*"
START, HEALTH = 1500.0, 1500.0
"""Seconds of patience: the processor is emulated and may be shared."""


class Trial:
    """One working copy of the disk, and what was seen."""

    def __init__(self, images: Path, work: Path, key_folder: Path) -> None:
        self.images, self.work, self.keys = images, work, key_folder
        work.mkdir(parents=True, exist_ok=True)
        self.disk = work / "disk.img"
        self.stick = work / "stick.img"
        self.results_path = work / "results.json"
        self.results: list[dict[str, object]] = (
            json.loads(self.results_path.read_text()) if self.results_path.exists() else []
        )

    def note(self, stage: str, what: str, seen: str, ok: bool, seconds: float = 0.0) -> None:
        """One line of the table."""
        line = {"stage": stage, "what": what, "seen": seen, "ok": ok, "seconds": round(seconds, 1)}
        print(json.dumps(line, ensure_ascii=False), flush=True)
        self.results = [one for one in self.results if (one["stage"], one["what"]) != (stage, what)] + [line]
        self.results_path.write_text(json.dumps(self.results, ensure_ascii=False, indent=1))

    def fresh(self) -> None:
        subprocess.run(["cp", "--sparse=always", self.images / "disk.img", self.disk], check=True)
        shutil.rmtree(self.work / "vm", ignore_errors=True)

    def machine(self, *extra: str) -> Vm:
        if self.stick.exists():
            extra += ("-drive", f"file={self.stick},format=raw,if=virtio,readonly=on")
        return Vm(self.disk, self.work / "vm", extra=extra)

    # -- stages

    def boot(self) -> None:
        """From power to the attract screen, and what the system looks like inside."""
        self.fresh()
        with self.machine("-serial", f"file:{self.work / 'slip.bin'}") as machine:
            machine.expect(GRUB, START)
            self.note("boot", "GRUB chooses a system", "A", True, machine.seconds)
            machine.shell(START)
            self.note("boot", "root shell on the serial line", "a shell", True, machine.seconds)
            shown = self._wait_for_picture(machine, self.work / "attract.png")
            self.note("boot", "attract screen", "attract.png", shown > 0, shown)
            self._inside(machine)
            machine.send("systemctl poweroff\n")
            machine.wait(60)

    def _wait_for_picture(self, machine: Vm, path: Path) -> float:
        """Seconds until the screen shows more than the compositor's empty one."""
        while machine.seconds < START:
            machine.idle(5)
            machine.screenshot(path)
            if colours(path) > 50:
                return machine.seconds
        return 0.0

    def _inside(self, machine: Vm) -> None:
        looks = {
            "failed units": ("systemctl --failed --no-legend --plain | awk '{print $1}'", lambda said: said == ""),
            "root is read-only": ("findmnt -no OPTIONS / | cut -d, -f1", lambda said: said == "ro"),
            "data is encrypted": ("lsblk -no TYPE,MOUNTPOINT | grep /data", lambda said: said.startswith("crypt")),
            "data takes no programs": ("findmnt -no OPTIONS /data", lambda said: "noexec" in said),
            "the kiosk's user": ("ps -o user= -C cage", lambda said: said == "bianmin"),
            "firewall": ("nft list ruleset | grep -c 'policy drop'", lambda said: said == "3"),
            "open ports": ("ss -Hltun | grep -v 127.0.0 | grep -v '::1' | wc -l", lambda said: True),
            "no login on the screen": ("systemctl is-enabled getty@tty1", lambda said: "masked" in said),
            "memory used, MB": ("free -m | awk 'NR==2{print $3}'", lambda said: True),
        }
        for what, (command, good) in looks.items():
            _, said = machine.run(command, START)
            self.note("inside", what, said.replace("\n", "; ")[:120], good(said.strip()))

    def job(self) -> None:
        """The main job inside the guest: a recording goes in, an answer and a slip come out."""
        if not self.disk.exists():
            self.fresh()
        slip = self.work / "slip.bin"
        slip.unlink(missing_ok=True)
        with self.machine("-serial", f"file:{slip}") as machine:
            machine.shell(START)
            machine.run("systemctl stop bianmin-kiosk bianmin-health bianmin-agent", START)
            began = machine.seconds
            _, said = machine.run(
                "setpriv --reuid=bianmin --regid=bianmin --init-groups bianmin ask --json "
                "--wav /usr/share/bianmin/health-question.wav 2>/dev/null | tail -1",
                START,
            )
            answer = json.loads(said.splitlines()[-1]) if said.startswith("{") else {}
            best = (answer.get("results") or [{}])[0]
            heard = (answer.get("heard") or {}).get("text", "")
            told = f"heard {heard!r}, {answer.get('outcome')}: {best.get('title', '')}"
            self.note("job", "a spoken question", told, answer.get("outcome") == "answer", machine.seconds - began)
            began = machine.seconds
            _code, said = machine.run(
                f"bianmin print slip {best.get('id', '')} --to serial:/dev/ttyS1 2>&1 | tail -2", 200
            )
            machine.idle(5)
            size = slip.stat().st_size if slip.exists() else 0
            self.note(
                "job", "the slip over a serial line", f"{size} bytes; {said[-90:]}", size > 300, machine.seconds - began
            )
            machine.send("systemctl poweroff\n")
            machine.wait(60)

    def bundles(self) -> None:
        """Systems for the updates, made from the built one by changing a few files."""
        self.make_bundle("good", "2027.01.01", {})
        broken = {"/usr/lib/bianmin/wait-for-kiosk": "#!/bin/sh\necho no kiosk; exit 1\n"}
        self.make_bundle("bad", "2027.02.01", broken)
        self._make_stick()

    def hostile(self) -> None:
        """Small bundles: a stranger's, another profile's, too old, damaged; and a signed one that starts nothing."""
        stranger = self.work / "stranger"
        if not (stranger / "root.key").exists():
            keys.make_root(stranger)
            keys.make_release(stranger, stranger)
        small = self.work / "small.ext4"
        small.unlink(missing_ok=True)
        subprocess.run(["/sbin/mke2fs", "-q", "-F", "-t", "ext4", small, "8M"], check=True)
        ours = Signer(self.keys / "release.key", self.keys / "release.pem")
        theirs = Signer(stranger / "release.key", stranger / "release.pem")
        bundle.make(small, "bianmin-simulator", "2027.03.01", "x", theirs, self.work / "stranger.raucb")
        bundle.make(small, "bianmin-ivr-node", "2027.03.01", "x", ours, self.work / "other-profile.raucb")
        bundle.make(small, "bianmin-simulator", "2020.01.01", "x", ours, self.work / "older.raucb")
        bundle.make(small, "bianmin-simulator", "2027.03.01", "x", ours, self.work / "empty.raucb")
        data = (self.work / "empty.raucb").read_bytes()
        (self.work / "truncated.raucb").write_bytes(data[: len(data) // 2])
        for name, at in (("tampered-end", len(data) - 300), ("tampered-inside", len(data) // 2)):
            changed = bytearray(data)
            changed[at] ^= 0xFF
            (self.work / f"{name}.raucb").write_bytes(changed)
        self._make_stick()

    def make_bundle(self, name: str, version: str, files: dict[str, str]) -> None:
        """A variant of the built system."""
        slot = self.work / f"{name}.ext4"
        subprocess.run(["cp", "--reflink=auto", self.images / "root.ext4", slot], check=True)
        release = f"VERSION={version}\nPROFILE=simulator\nBUILT=trial\n"
        for path, text in {"/etc/bianmin/release": release, **files}.items():
            source = self.work / "changed"
            source.write_text(text)
            commands = f"rm {path}\nwrite {source} {path}\nset_inode_field {path} mode 0100755\n"
            subprocess.run(
                ["/sbin/debugfs", "-w", "-f", "-", slot], input=commands, text=True, capture_output=True, check=True
            )
        signer = Signer(self.keys / "release.key", self.keys / "release.pem")
        bundle.make(slot, "bianmin-simulator", version, "trial", signer, self.work / f"{name}.raucb")

    def _make_stick(self) -> None:
        """A stick with all the bundles, as the courier brings them."""
        folder = self.work / "stick"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for path in self.work.glob("*.raucb"):
            (folder / path.name).hardlink_to(path)
        size = sum(path.stat().st_size for path in folder.iterdir()) // 1024 // 1024 + 200
        self.stick.unlink(missing_ok=True)
        command = ["/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-d", folder, self.stick, f"{size}M"]
        subprocess.run(command, check=True)

    def _up(self, machine: Vm) -> str:
        """Wait for a start to end in a shell; the slot that was chosen."""
        chosen = machine.expect(GRUB, START).group(0).decode()
        machine.shell(START)
        machine.run("mkdir -p /tmp/u; mount -o ro /dev/vdb /tmp/u", START)
        return chosen[-1]

    def _environment(self, machine: Vm) -> str:
        return machine.run("grub-editenv /boot/efi/EFI/BOOT/grubenv list | tr '\\n' ' '", START)[1]

    def refuse(self) -> None:
        """Bundles that must not be installed, each with what was said and how long it took."""
        with self.machine() as machine:
            self._up(machine)
            machine.run("systemctl stop bianmin-kiosk bianmin-health bianmin-agent", START)
            before = self._environment(machine)
            for name in ("stranger", "other-profile", "older", "truncated", "tampered-end", "tampered-inside"):
                began = machine.seconds
                command = f"rauc install /tmp/u/{name}.raucb >/tmp/said 2>&1; c=$?; tail -3 /tmp/said; (exit $c)"
                code, said = machine.run(command, START)
                self.note("refuse", name, said.replace("\n", " ")[-140:], code != 0, machine.seconds - began)
            after = self._environment(machine)
            self.note("refuse", "the running system stays first", f"{before} / {after}", "ORDER=A B" in after)
            began = machine.seconds
            code, said = machine.run("rauc install /tmp/u/empty.raucb 2>&1 | tail -2", START)
            self.note("unloadable", "a signed system without a kernel", said[-80:], code == 0, machine.seconds - began)
            self.note("unloadable", "starts next", self._environment(machine), True)
            machine.send("systemctl --force reboot\n")
            began = machine.seconds
            seen = [machine.expect(GRUB, START).group(0).decode().strip()[-30:] for _ in range(3)]
            back = "does not load" in seen[1] and seen[2].endswith("A")
            self.note("unloadable", "GRUB goes back by itself", " / ".join(seen), back, machine.seconds - began)

    def update(self) -> None:
        """A good update: written, started, found healthy, kept."""
        with self.machine() as machine:
            self._up(machine)
            machine.run("systemctl stop bianmin-agent; mkdir -p /data/keep; date +%s > /data/keep/mark; sync", START)
            began = machine.seconds
            code, said = machine.run("rauc install /tmp/u/good.raucb 2>&1 | tail -2", START)
            self.note("update", "rauc install", said.replace("\n", " ")[-80:], code == 0, machine.seconds - began)
            machine.send("reboot\n")
            began = machine.seconds
            slot = self._up(machine)
            self.note("update", "the new system starts", f"system {slot}", slot == "B", machine.seconds - began)
            self._healthy(machine, "update", began)
            machine.send("systemctl poweroff\n")
            machine.wait(60)

    def _healthy(self, machine: Vm, stage: str, began: float) -> None:
        _code, said = machine.run(
            "for i in $(seq 240); do s=$(systemctl is-active bianmin-health); [ $s = activating ] || break; sleep 2; "
            "done; echo $s; cat /data/agent/health.json",
            HEALTH,
        )
        self.note(
            stage, "health check", said.replace("\n", " ")[:300], said.startswith("active"), machine.seconds - began
        )
        environment = self._environment(machine)
        self.note(stage, "kept", environment, "_TRY=1" not in environment)

    def rollback(self) -> None:
        """A system whose kiosk never comes up: marked bad, left, the old one is back."""
        with self.machine() as machine:
            self._up(machine)
            machine.run("systemctl stop bianmin-agent bianmin-kiosk", START)
            began = machine.seconds
            code, said = machine.run("rauc install /tmp/u/bad.raucb 2>&1 | tail -2", START)
            self.note("rollback", "rauc install", said.replace("\n", " ")[-80:], code == 0, machine.seconds - began)
            machine.send("reboot\n")
            began = machine.seconds
            first = machine.expect(GRUB, START).group(0).decode()[-1]
            second = machine.expect(GRUB, START).group(0).decode()[-1]
            self.note(
                "rollback", "back in the old system", f"{first} -> {second}", first != second, machine.seconds - began
            )
            machine.shell(START)
            self.note("rollback", "afterwards", self._environment(machine), True, machine.seconds - began)
            machine.send("systemctl poweroff\n")
            machine.wait(60)

    def rescue(self) -> None:
        """Both systems bad: the rescue screen."""
        broken = self.work / "broken.img"
        subprocess.run(["cp", "--sparse=always", self.disk, broken], check=True)
        for start in (65, 65 + 3584):
            command = [
                "dd",
                "if=/dev/zero",
                f"of={broken}",
                "bs=1M",
                f"seek={start}",
                "count=40",
                "conv=notrunc",
                "status=none",
            ]
            subprocess.run(command, check=True)
        shutil.rmtree(self.work / "rescue-vm", ignore_errors=True)
        with Vm(broken, self.work / "rescue-vm") as machine:
            machine.expect("BIANMIN-GRUB rescue", 400)
            took = machine.seconds
            machine.idle(6)
            machine.screenshot(self.work / "rescue.png")
            self.note("rescue", "both systems destroyed", "the rescue screen (rescue.png)", True, took)

    def cut(self, seed: int) -> None:
        """Power cut at a random instant while an update is written: what starts afterwards."""
        chance = random.Random(seed)
        copy = self.work / "cut.img"
        subprocess.run(["cp", "--sparse=always", self.disk, copy], check=True)
        keep, self.disk = self.disk, copy
        try:
            with self.machine() as machine:
                self._up(machine)
                machine.run("systemctl stop bianmin-agent bianmin-kiosk bianmin-health", START)
                machine.send("rauc install /tmp/u/good.raucb; echo DONE\n")
                after = chance.uniform(0, 150)
                machine.idle(after)
                machine.kill()
            with self.machine() as machine:
                slot = self._up(machine)
                environment = self._environment(machine)
                self.note(
                    "cut", f"seed {seed}", f"after {after:.1f} s: starts {slot}; {environment}", True, machine.seconds
                )
        finally:
            self.disk = keep
            copy.unlink(missing_ok=True)


def colours(path: Path) -> int:
    """How many different colours a picture has."""
    from PIL import Image

    with Image.open(path) as image:
        found = image.convert("RGB").resize((270, 480)).getcolors(1 << 20)
    return len(found) if found else 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--seeds", default="0:20")
    parser.add_argument("stages", nargs="*")
    chosen = parser.parse_args()
    trial = Trial(chosen.images, chosen.work, chosen.keys)
    stages: dict[str, Callable[[], None]] = {
        name: getattr(trial, name)
        for name in ("boot", "job", "hostile", "refuse", "bundles", "update", "rollback", "rescue")
    }
    for name in chosen.stages or [*stages, "cut"]:
        began = time.monotonic()
        if name == "cut":
            first, last = map(int, chosen.seeds.split(":"))
            for seed in range(first, last):
                trial.cut(seed)
        else:
            stages[name]()
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
