"""Drills: a worker killed under calls, broken SIP and RTP through the front, scanners, strangers.

    python -m benchmarks.ivr.drills kill | fuzz | strangers [--quick]

kill: two workers behind Kamailio, 40 callers; one worker is killed -9; callers keep coming. Afterwards every call that
failed must have been the killed worker's, and no new one may have.
fuzz: 3,000 broken SIP messages through the front and 10,000 random packets into the media ports, while good callers
call. strangers: scanners get no answer; wrong numbers, domains and passwords are refused; the right password is let in.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.ivr.callers import Crowd
from benchmarks.ivr.lab import RTP, Lab
from ivr.proving import fuzz, sipp

HOLD = 12.0
"""Seconds of a call that holds the line."""

GIVEN_UP = 75.0
"""Seconds after which a call that is not confirmed, or sends no sound, has given its place back."""


def kill(quick: bool) -> dict[str, Any]:
    at_once = 10 if quick else 40
    with Lab(workers=2, front=True, settings={"spare": True}) as lab, tempfile.TemporaryDirectory() as place:
        without = lab.memory()
        until(lambda: lab.health()["spare"], 180.0)
        spare = lab.memory() - without
        crowd = Crowd(lab.target, Path(place) / "held")
        crowd.call((sipp.Wait(HOLD),), calls=at_once, at_once=at_once, rate=10.0)
        until(lambda: lab.health()["calls"] >= at_once, 30.0)
        held = [worker["line"]["calls"] for worker in lab.health()["workers"]]
        first = lab.pids()[0]
        os.kill(first, signal.SIGKILL)
        killed = time.monotonic()
        later = Crowd(lab.target, Path(place) / "later")
        later.call((sipp.Wait(2.0),), calls=10 if quick else 40, at_once=20, rate=4.0)
        crowd.wait()
        later.wait()
        restarted = until(lambda: lab.health()["serving"] == 2, 180.0)
        back = time.monotonic() - killed
        return {
            "drill": "kill",
            "calls": at_once,
            "held_by_killed": held[0],
            "lost": crowd.failed,
            "new_calls": later.succeeded + later.failed,
            "new_lost": later.failed,
            "new_lost_by": later.refusals,
            "restarted": restarted,
            "seconds_to_restart": round(back, 1),
            "spare_mb": round(spare / 1e6),
        }


def broken(quick: bool) -> dict[str, Any]:
    messages, packets = (300, 1000) if quick else (3000, 10_000)
    chance = random.Random(20)
    with Lab(workers=2, front=True) as lab, tempfile.TemporaryDirectory() as place:
        pids = lab.pids()
        good = Crowd(lab.target, Path(place))
        good.call((sipp.Wait(6.0),), calls=20 if quick else 60, at_once=10, rate=2.0)
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.bind(("127.0.0.1", 0))
        host, _, port = lab.target.partition(":")
        for number, message in enumerate(fuzz.broken_messages(messages, sender.getsockname()[1], chance)):
            sender.sendto(message, (host, int(port)))
            if number % 20 == 0:
                threading.Event().wait(0.05)
        for number, packet in enumerate(fuzz.random_packets(packets, chance)):
            sender.sendto(packet, ("127.0.0.1", RTP.start + chance.randrange(0, 200)))
            if number % 100 == 0:
                threading.Event().wait(0.02)
        good.wait()
        after = Crowd(lab.target, Path(place) / "after")
        after.call((sipp.Wait(2.0),), calls=10, at_once=10, rate=10.0)
        after.wait()
        until(lambda: lab.health()["calls"] == 0, GIVEN_UP)
        health = lab.health()
        return {
            "drill": "fuzz",
            "sip_messages": messages,
            "rtp_packets": packets,
            "workers_lost": sum(before != now for before, now in zip(pids, lab.pids(), strict=True)),
            "good_calls": good.succeeded,
            "good_failed": good.failed,
            "after_calls": after.succeeded,
            "after_failed": after.failed,
            "calls_left_open": health["calls"],
        }


def strangers(quick: bool) -> dict[str, Any]:
    """Callers from an address that is not trusted (127.0.0.1 is taken off the list)."""
    edge = {"trusted": ["192.0.2.1"], "users": {"phone": "right"}}
    found: dict[str, Any] = {"drill": "strangers"}
    with Lab(workers=1, front=True, settings={"edge": edge}) as lab:
        host, _, port = lab.target.partition(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.0.0.1", 0))
            own = sender.getsockname()[1]
            for number, agent in enumerate(fuzz.SCANNERS):
                for method in ("OPTIONS", "REGISTER", "INVITE"):
                    sender.sendto(fuzz.request(method, number, own, agent).encode(), (host, int(port)))
            for number, method in enumerate(("OPTIONS", "REGISTER", "SUBSCRIBE")):
                sender.sendto(fuzz.request(method, 100 + number, own, "Telephone").encode(), (host, int(port)))
            found["scanner_requests"] = 3 * len(fuzz.SCANNERS) + 3
            found["scanner_answers"] = len(fuzz.answers(sender, 2.0))
            tries = {
                "foreign_number": f"sip:00441234567@{lab.target}",
                "foreign_domain": "sip:12345@example.org",
                "no_password": f"sip:12345@{lab.target}",
            }
            for number, (name, uri) in enumerate(tries.items()):
                sender.sendto(fuzz.invite(200 + number, own, to=uri).encode(), (host, int(port)))
                found[name] = fuzz.status(fuzz.answer_to(sender, f"fuzz-{200 + number}")[0])
            for name, password in (("wrong_password", "wrong"), ("right_password", "right")):
                found[name] = fuzz.signed_in(sender, (host, int(port)), own, password)
    return found


def until(condition: Any, seconds: float) -> bool:
    """Wait for it; whether it came."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


DRILLS = {"kill": kill, "fuzz": broken, "strangers": strangers}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drill", choices=sorted(DRILLS))
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    found = DRILLS[arguments.drill](arguments.quick)
    print(json.dumps({**found, "load_1m": round(os.getloadavg()[0], 1)}), flush=True)


if __name__ == "__main__":
    main()
