"""What the staff area reaches: the chores of root through the kiosk's own socket, and an update from a stick.

Stages ``staff`` and ``stick`` of ``benchmarks.image.trial``; both go on from the updated system.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.image import stages
from benchmarks.image.bench import PATIENCE, Bench, one_line

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


def staff(bench: Bench, newer: Path | None) -> None:
    """What the staff area reaches, as the kiosk's user, in the updated system; the running kiosk is asked."""
    total = json.loads((newer / "build.json").read_text())["slot_sha256"] if newer else ""
    machine, _disk = bench.resume("updated")
    with machine:
        machine.run(f"cat > /run/chore.py <<'END'\n{CHORE}END", PATIENCE)
        for chore, good in (
            ("state", lambda told: bool(told["state"]["systems"])),
            ("help-on", lambda told: "certificate authority" in told["error"]),
            ("check", lambda told: total in ("", told["state"]["sum"])),
        ):
            began = machine.seconds
            told = answer(machine.run(f"{AS_PROGRAM} python3.11 /run/chore.py {chore} 2>&1 | tail -3", PATIENCE)[1])
            seen = json.dumps(told, ensure_ascii=False)[:300]
            bench.note("staff", chore, seen, bool(told) and good(told), machine.seconds - began)
        began = machine.seconds
        command = f"{AS_PROGRAM} bianmin ask --of kiosk 社保卡丢了怎么办 --wait 900 --json 2>&1 | tail -3"
        told = answer(machine.run(command, PATIENCE)[1])
        seen = json.dumps(told, ensure_ascii=False)[:200]
        bench.note("staff", "the running kiosk is asked", seen, bool(told.get("results")), machine.seconds - began)


def update_by_stick(bench: Bench, stick: Path) -> None:
    """A whole system from a USB stick, as the staff area has it done: the chore ``update``, and what comes after it.

    ``stick``: a FAT file system with one bundle, newer than the system that runs. The services are stopped while RAUC
    writes, because they would only slow the emulated machine down.
    """
    machine, _disk = bench.resume("updated")
    with machine:
        machine.run(f"systemctl stop {stages.SERVICES} 2>/dev/null", PATIENCE)
        machine.run(f"cat > /run/chore.py <<'END'\n{CHORE}END", PATIENCE)
        began = machine.seconds
        machine.plug_in(stick)
        _, said = machine.run(f"{_UNTIL_MOUNTED}; findmnt -no FSTYPE,OPTIONS /run/courier; ls /run/courier", PATIENCE)
        mounted = "noexec" in said and ".raucb" in said
        bench.note("stick", "a stick with a bundle is put in", one_line(said), mounted, machine.seconds - began)
        before = bench.environment(machine)
        began = machine.seconds
        machine.send(f"{AS_PROGRAM} python3.11 /run/chore.py update\n")
        told = answer(machine.expect(r'(\{"error":.*\})[\r\n]', LONG)[1].decode())
        seen = f"{told.get('error') or 'no error'}; {_systems(told)}"
        bench.note("stick", "written by RAUC from it", seen, not told.get("error"), machine.seconds - began)
        if told.get("error"):
            return
        began = machine.seconds
        chosen = bench.choice(machine)
        other = "A" if before.startswith("ORDER=B") else "B"
        bench.note("stick", "restarts by itself", chosen, chosen.endswith(other), machine.seconds - began)
        shown = stages.wait_for_picture(machine, bench.work / "attract-stick.png")
        bench.note("stick", "attract screen", "attract-stick.png", shown > 0, machine.seconds - began)
        machine.shell(PATIENCE)
        stages.healthy(bench, machine, "stick", began)
        bench.keep_running(machine, "updated")


_UNTIL_MOUNTED = "for i in $(seq 300); do findmnt /run/courier >/dev/null && break; sleep 1; done"


def _systems(told: dict[str, Any]) -> str:
    """The two systems on one line."""
    systems = (told.get("state") or {}).get("systems") or ()
    marks = ("running", "good", "tried", "next")
    return "; ".join(f"{one['name']} {' '.join(mark for mark in marks if one[mark])}" for one in systems)


def answer(said: str) -> dict[str, Any]:
    """The last line of JSON in what was said; empty without one."""
    lines = [line for line in said.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else {}
