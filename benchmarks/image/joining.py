"""A new terminal joins: provisioned by one file on a stick, enrolled, given content twice, without a restart.

    python -m benchmarks.image.joining --work var/image-trial

Goes on from the saved moment of ``benchmarks.image.trial``. Central is the real one, on the machine that runs QEMU; the
guest reaches it as 10.0.2.2 through its own firewall. It publishes the starter content, then a later version of it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.image.bench import PATIENCE, Bench, one_line
from deploy_image.vm import Vm

PORT = 8611
CONTENT = Path(__file__).parents[2] / "content" / "wenling"
FILE = """\
[terminal]
name = "WL-007"
place = "trial"
phone = "0576-00000000"
[central]
url = "http://10.0.2.2:{port}"
code = "{code}"
"""
EVERYBODY = 'stages = [{name = "all", share = 1.0, soak_hours = 0.0}]\n'


class CentralHere:
    """The central service of a trial, in its own process."""

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._folder = folder
        (folder / "plan.toml").write_text(EVERYBODY)
        self._environment = {**os.environ, "BIANMIN_HOME": str(folder)}
        command = [*self._bianmin, "central", "serve", "--listen", f"127.0.0.1:{PORT}", "--json"]
        self.process = subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.process.stdout.readline()

    @property
    def _bianmin(self) -> list[str]:
        return [sys.executable, "-m", "bianmin"]

    def tell(self, *words: str) -> dict[str, object]:
        command = [*self._bianmin, "central", *words, "--json"]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=True)
        told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
        return told

    def publish(self, pack: Path) -> str:
        """The version that terminals should have from now on."""
        return str(self.tell("publish", str(pack), "--plan", str(self._folder / "plan.toml"))["release"])


def two_packs(folder: Path) -> tuple[Path, Path]:
    """The starter content, and the same with a later version and another greeting; without clips."""
    made = (folder / "first.pack", folder / "newer.pack")
    changes: tuple[dict[str, tuple[str, str]], ...] = (
        {"pack.yaml": ("版本: ", "版本: 1.")},
        {"pack.yaml": ("版本: ", "版本: 2."), "prompts.yaml": ("您好，", "您好！")},
    )
    for pack, changed in zip(made, changes, strict=True):
        source = pack.with_suffix("")
        shutil.rmtree(source, ignore_errors=True)
        shutil.copytree(CONTENT, source)
        for name, (before, after) in changed.items():
            text = (source / name).read_text("utf-8")
            assert before in text
            (source / name).write_text(text.replace(before, after, 1), "utf-8")
        command = [sys.executable, "-m", "bianmin", "content", "build", str(source), "-o", str(pack), "--clips", "none"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return made


def join(bench: Bench, packs: tuple[Path, Path], *, alone: bool) -> None:
    """The stage. ``alone``: without the kiosk, which would only slow the emulated machine down."""
    central = CentralHere(bench.work / "central")
    machine, _disk = bench.resume("updated" if (bench.work / "updated").exists() else "ready")
    try:
        with machine:
            if alone:
                machine.run("systemctl stop bianmin-kiosk", PATIENCE)
            code = str(central.tell("enrol", "WL-007", "--label", "trial")["code"])
            wanted = central.publish(packs[0])
            _provision(bench, machine, code)
            before = _restarts(machine)
            for number, pack in enumerate(packs):
                if number:
                    wanted = central.publish(pack)
                began = machine.seconds
                found = _last(machine, "bianmin sync now --json")
                version = (found.get("content") or {}).get("version")
                good = version == wanted  # whoever fetched it: the service may have been faster
                what = ("first", "newer")[number]
                bench.note("join", f"{what} content", f"{version}: {found}"[:160], good, machine.seconds - began)
            after = _restarts(machine)
            seen = f"start of the machine and kiosk's process before {before}, after {after}"
            same = before.split()[0] == after.split()[0]
            seen += "; the kiosk was stopped for the trial" if alone else ""
            bench.note("join", "the machine is not restarted by new content", seen, same)
            fleet = central.tell("fleet")
            bench.note(
                "join", "central knows it", one_line(json.dumps(fleet, ensure_ascii=False)), "WL-007" in str(fleet)
            )
    finally:
        central.process.terminate()
        central.process.wait()


def _provision(bench: Bench, machine: Vm, code: str) -> None:
    began = machine.seconds
    file = bench.work / "bianmin-terminal.toml"
    file.write_text(FILE.format(port=PORT, code=code), "utf-8")
    machine.plug_in(bench.usb_stick("provisioning", file))
    command = "for i in $(seq 300); do test $(hostname) = wl-007 && break; sleep 2; done; hostname"
    _, said = machine.run(command, PATIENCE)
    bench.note("join", "a stick with the file is put in", one_line(said), "wl-007" in said, machine.seconds - began)
    _, said = machine.run("findmnt -no OPTIONS,FSTYPE /run/courier", PATIENCE)
    bench.note("join", "the stick carries no programs", one_line(said, 60), "noexec" in said)
    wait = "for i in $(seq 300); do systemctl is-active -q bianmin-enrol || break; sleep 2; done"
    machine.run(wait, PATIENCE)
    _, said = machine.run(
        "journalctl -u bianmin-enrol -o cat --no-pager | grep -i enrol | grep -v systemd; hostname", PATIENCE
    )
    enrolled = "enrolled as WL-007" in said
    bench.note("join", "enrolled by itself", one_line(said), enrolled, machine.seconds - began)
    _, said = machine.run("grep -A1 sync /data/bianmin/settings.toml; nft list set inet bianmin central_tcp", PATIENCE)
    bench.note("join", "settings and firewall name central", one_line(said), f"{PORT}" in said.split("set")[-1])
    _, said = machine.run("grub-editenv /boot/efi/EFI/bianmin/rescue.env list", PATIENCE)
    bench.note("join", "the rescue screen knows the number", one_line(said), "PHONE=0576-00000000" in said)


def _restarts(machine: Vm) -> str:
    """What changes with a restart: of the machine, of the kiosk (which ends and begins anew by itself, when idle)."""
    command = "cut -c1-8 /proc/sys/kernel/random/boot_id; systemctl show -p MainPID --value bianmin-kiosk"
    return one_line(machine.run(command, PATIENCE)[1])


def _last(machine: Vm, command: str) -> dict[str, Any]:
    user = "setpriv --reuid=bianmin --regid=bianmin --init-groups"
    _, said = machine.run(f"{user} {command} 2>&1 | tail -3", PATIENCE)
    lines = [line for line in said.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else {"said": one_line(said)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--without-kiosk", action="store_true", help="It is stopped for the trial: faster.")
    chosen = parser.parse_args()
    bench = Bench(chosen.work, chosen.work / "results.json")
    join(bench, two_packs(chosen.work / "packs"), alone=chosen.without_kiosk)


if __name__ == "__main__":
    main()
