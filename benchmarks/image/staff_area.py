"""What the staff area reaches: the chores of root through the kiosk's own socket, and an update from a stick.

Stages ``staff`` and ``stick`` of ``benchmarks.image.trial``; both go on from the updated system.
"""

from __future__ import annotations

import json
from typing import Any

from benchmarks.image import stages
from benchmarks.image.bench import GRUB, PATIENCE, Bench, one_line
from deploy_image.vm import Vm

AS_PROGRAM = "setpriv --reuid=bianmin --regid=bianmin --init-groups"
"""The kiosk's user: only this one may open the socket."""

LONG = 3 * 3600.0
"""Seconds: RAUC writing a whole system on an emulated processor."""


CHORE = """\
import socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect("/run/bianmin-chores.sock")
line.sendall(b'{"chore":"%s"}\\n' % sys.argv[1].encode())
print(line.makefile().readline())
"""


def staff(bench: Bench) -> None:
    """What the staff area reaches, as the kiosk's user, in the updated system; the running kiosk is asked."""
    machine, _disk = bench.resume("updated")
    with machine:
        for chore in ("state", "help-on"):
            began = machine.seconds
            told = _chore(machine, chore)
            good = bool(told) and (chore == "state" or "certificate authority" in told["error"])
            seen = json.dumps(told, ensure_ascii=False)[:300]
            bench.note("staff", chore, seen, good, machine.seconds - began)
        began = machine.seconds
        command = f"{AS_PROGRAM} bianmin ask --of kiosk 社保卡丢了怎么办 --wait 900 --json 2>&1 | tail -3"
        told = answer(machine.run(command, PATIENCE)[1])
        seen = json.dumps(told, ensure_ascii=False)[:200]
        bench.note("staff", "the running kiosk is asked", seen, bool(told.get("results")), machine.seconds - began)


def verify(bench: Bench, total: str) -> None:
    """The whole running system is read by the chore ``check``: its sum must be that of the build, ``total``.

    Without ``total`` it is only asked for. The services are stopped meanwhile.
    """
    machine, _disk = bench.resume("updated")
    with machine:
        machine.run(f"systemctl stop {stages.SERVICES} 2>/dev/null", PATIENCE)
        began = machine.seconds
        told = _chore(machine, "check")
        found = (told.get("state") or {}).get("sum", "")
        seen = f"{told.get('error', '')}sum {found or 'none'}; of the build: {total or 'not known'}"
        bench.note("staff", "check", seen, bool(found) and total in ("", found), machine.seconds - began)


def _chore(machine: Vm, chore: str) -> dict[str, Any]:
    machine.run(f"cat > /run/chore.py <<'END'\n{CHORE}END", PATIENCE)
    return answer(machine.run(f"{AS_PROGRAM} python3.11 /run/chore.py {chore} 2>&1 | tail -3", LONG)[1])


def update_by_stick(bench: Bench) -> None:
    """A whole system from a USB stick, as the staff area has it done: the chore ``update``, and what comes after it.

    The stick (``usb.img``) has one bundle, newer than the system that runs. The services are stopped while RAUC writes,
    because they would only slow the emulated machine down.
    """
    machine, _disk = bench.resume("updated" if (bench.work / "updated").exists() else "ready")
    with machine:
        machine.run(f"systemctl stop {stages.SERVICES} 2>/dev/null", PATIENCE)
        machine.run(f"cat > /run/chore.py <<'END'\n{CHORE}END", PATIENCE)
        began = machine.seconds
        machine.plug_in(bench.work / "usb.img")
        _, said = machine.run(f"{_UNTIL_MOUNTED}; findmnt -no FSTYPE,OPTIONS /run/courier; ls /run/courier", PATIENCE)
        mounted = "noexec" in said and ".raucb" in said
        bench.note("stick", "a stick with a bundle is put in", one_line(said), mounted, machine.seconds - began)
        before = bench.environment(machine)
        began = machine.seconds
        machine.send(f"{AS_PROGRAM} python3.11 /run/chore.py update\n")
        # The answer, or what GRUB says where the restart was faster than the answer.
        heard = machine.expect(rf'({{"error":.*}})[\r\n]|{GRUB}', LONG)
        told = answer(heard[1].decode()) if heard[1] else {}
        good = not told.get("error")
        bench.note("stick", "written by RAUC from it", told.get("error") or "yes", good, machine.seconds - began)
        if not good:
            return
        began = machine.seconds
        chosen = bench.choice(machine) if heard[1] else heard[2].decode()
        other = "A" if before.startswith("ORDER=B") else "B"
        bench.note("stick", "restarts by itself", chosen, chosen.endswith(other), machine.seconds - began)
        comes_up(bench, machine, began)


def comes_up(bench: Bench, machine: Vm, began: float) -> None:
    """After GRUB's choice at ``began``: the new system is found healthy and kept. The moment is saved."""
    machine.shell(PATIENCE)  # before, the screen shows the firmware's picture
    shown = stages.wait_for_picture(machine, bench.work / "attract-stick.png")
    bench.note("stick", "attract screen", "attract-stick.png", shown > 0, machine.seconds - began)
    stages.healthy(bench, machine, "stick", began)
    _, said = machine.run("grep -c kiosk-ready /data/bianmin/logs/kiosk-events.jsonl", PATIENCE)
    bench.note("stick", "the old system's log goes on", f"{said} starts in it", said.strip() >= "2")
    bench.keep_running(machine, "updated")


_UNTIL_MOUNTED = "for i in $(seq 300); do findmnt /run/courier >/dev/null && break; sleep 1; done"


def answer(said: str) -> dict[str, Any]:
    """The last line of JSON in what was said; empty without one."""
    lines = [line for line in said.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else {}
