"""What one machine holds: many terminals poll and file against real server processes over a real database.

    python -m benchmarks.central.load --terminals 2000 --seconds 60 --processes 2
    python -m benchmarks.central.load --quick

Open loop: requests go out on their schedule, whether or not earlier ones were answered, and the time counts from the
moment a request was due. So a service that falls behind shows it. The client signs and seals like a terminal, on the
same machine; what it costs is told beside the result. Results: benchmarks/results/central.md.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import msgspec

from central import fleet
from central.service import open_central
from offline_cache import enrolment, personal, ticket_number, wire
from offline_cache.identity import Identity
from offline_cache.personal import Personal
from offline_cache.sealing import Sealer
from offline_cache.wire import Enrolment, Intake, Kind, Parcel
from tests.central.postgres import Postgres, can_run

POLL_SECONDS = 60.0
"""Each terminal says how it is once a minute."""
TICKETS_A_DAY = 65.8
"""48 million requests a year over 2,000 terminals: what a province makes; the busiest hour is five times the mean."""
PEAK = 5.0


class Made(msgspec.Struct, frozen=True):
    """A request, ready but for its signature."""

    path: str
    terminal: int
    body: Callable[[], bytes]


class Result(msgspec.Struct, kw_only=True):
    """Times in milliseconds, from the moment a request was due to its answer's end."""

    database: str
    terminals: int
    processes: int
    seconds: float
    requests: int
    rate: float
    errors: int
    p50: float
    p95: float
    p99: float
    worst: float
    poll_p99: float
    ticket_p99: float
    server_cpu_ms: float
    client_cpu_ms: float


class Fleet:
    """Enrolled terminals that make signed requests."""

    def __init__(self, count: int, central_url: str, database: str, folder: Path) -> None:
        self.identities = [Identity.make() for _ in range(count)]
        central = open_central(folder, database=database)
        self.stations: list[str] = []
        for number, identity in enumerate(self.identities):
            code = fleet.new_code(central, self.name(number), "", "load")
            request = enrolment.request(code, identity.public_key, "load")
            answer: Enrolment = fleet.enrol(central, request, b"", "")
            self.stations.append(answer.station)
        self.sealer = Sealer(central.keys.public)
        central.database.close()
        self.counts = [0] * count
        self.secret = personal.encode(
            Personal(fields={"text": "楼道灯坏了三天，没有人修。" * 4, "phone": "13800001234"})
        )

    @staticmethod
    def name(number: int) -> str:
        return f"WL-{number:04}"

    def poll(self, number: int) -> bytes:
        return msgspec.json.encode({"software": "0.1.0", "content": "2026.11.22", "paper": "plenty", "faults": "[]"})

    def ticket(self, number: int) -> bytes:
        self.counts[number] += 1
        return wire.encode(
            Parcel(
                key=os.urandom(16).hex(),
                kind=Kind.TICKET,
                terminal=self.name(number),
                created=dt.datetime.now(dt.UTC),
                plain={"code": "010303", "kind": "complaint"},
                number=ticket_number.make(self.stations[number], self.counts[number]).digits,
                sealed=self.sealer.seal(self.secret),
                intake=self.sealer.seal(wire.encode(Intake(token=os.urandom(16).hex(), code="4821"))),
            )
        )

    def headers(self, number: int, path: str, body: bytes) -> dict[str, str]:
        nonce = os.urandom(16).hex()
        return self.identities[number].headers(self.name(number), "POST", path, body, time.time(), nonce)


def schedule(fleet_: Fleet, seconds: float, chance: random.Random) -> list[tuple[float, Made]]:
    """(when, what): every terminal polls once in ``POLL_SECONDS``, tickets come at the rate of the peak."""
    count = len(fleet_.identities)
    planned: list[tuple[float, Made]] = []
    for number in range(count):
        moment = chance.uniform(0, POLL_SECONDS)
        while moment < seconds:
            planned.append((moment, Made("/api/poll", number, partial(fleet_.poll, number))))
            moment += POLL_SECONDS
    rate = count * TICKETS_A_DAY * PEAK / 86400
    moment = chance.expovariate(rate)
    while moment < seconds:
        number = chance.randrange(count)
        planned.append((moment, Made(wire.PARCELS, number, partial(fleet_.ticket, number))))
        moment += chance.expovariate(rate)
    return sorted(planned, key=lambda one: one[0])


async def drive(
    addresses: list[str], fleet_: Fleet, planned: list[tuple[float, Made]]
) -> list[tuple[str, float, bool]]:
    """(path, milliseconds, good) for every request."""
    found: list[tuple[str, float, bool]] = []
    limits = httpx.Limits(max_connections=400, max_keepalive_connections=400)
    async with httpx.AsyncClient(timeout=30, limits=limits) as client:
        begun = time.perf_counter()

        async def send(due: float, made: Made) -> None:
            body = made.body()
            headers = fleet_.headers(made.terminal, made.path, body)
            address = addresses[made.terminal % len(addresses)]
            try:
                answer = await client.post(address + made.path, content=body, headers=headers)
                good = answer.status_code == 200
            except httpx.HTTPError:
                good = False
            found.append((made.path, (time.perf_counter() - begun - due) * 1000, good))

        async with asyncio.TaskGroup() as group:
            for due, made in planned:
                await asyncio.sleep(max(0.0, begun + due - time.perf_counter()))
                group.create_task(send(due, made))
    return found


def share(values: list[float], part: float) -> float:
    """The ``part`` quantile, 0 when there is nothing."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 1) if ordered else 0.0


def run(terminals: int, seconds: float, processes: int, database: str, name: str, folder: Path) -> Result:
    fleet_ = Fleet(terminals, "", database, folder)
    planned = schedule(fleet_, seconds, random.Random(7))
    servers, addresses = [], []
    for _ in range(processes):
        command = [sys.executable, "-m", "bianmin", "central", "serve", "--listen", "127.0.0.1:0", "--json"]
        server = subprocess.Popen(
            [*command, "--folder", str(folder), "--database", database], stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        addresses.append(msgspec.json.decode(server.stdout.readline(), type=dict[str, str])["address"])
        servers.append(server)
    try:
        for address in addresses:
            httpx.get(address + "/api/alive", timeout=30).raise_for_status()
        before = resource.getrusage(resource.RUSAGE_SELF)
        server_before = sum(_cpu(server.pid) for server in servers)
        found = asyncio.run(drive(addresses, fleet_, planned))
        after = resource.getrusage(resource.RUSAGE_SELF)
        server_cpu = sum(_cpu(server.pid) for server in servers) - server_before
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(30)
    times = [took for _, took, _ in found]
    client = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Result(
        database=name,
        terminals=terminals,
        processes=processes,
        seconds=seconds,
        requests=len(found),
        rate=round(len(found) / seconds, 1),
        errors=sum(not good for _, _, good in found),
        p50=share(times, 0.5),
        p95=share(times, 0.95),
        p99=share(times, 0.99),
        worst=share(times, 1.0),
        poll_p99=share([took for path, took, _ in found if path == "/api/poll"], 0.99),
        ticket_p99=share([took for path, took, _ in found if path == wire.PARCELS], 0.99),
        server_cpu_ms=round(server_cpu * 1000 / max(1, len(found)), 2),
        client_cpu_ms=round(client * 1000 / max(1, len(found)), 2),
    )


def _cpu(process: int) -> float:
    """Seconds of processor time a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    known = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known.add_argument("--terminals", type=int, default=2000)
    known.add_argument("--seconds", type=float, default=60.0)
    known.add_argument("--processes", type=int, default=1)
    known.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    known.add_argument("--quick", action="store_true", help="2,000 terminals for 20 seconds, one process, PostgreSQL")
    given = known.parse_args()
    seconds = 20.0 if given.quick else given.seconds
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        if given.database == "sqlite":
            database = f"sqlite:///{folder / 'central.db'}"
            result = run(given.terminals, seconds, given.processes, database, "SQLite", folder / "central")
        elif can_run():
            with Postgres(folder / "postgres") as server:
                (folder / "postgres").chmod(0o755)
                result = run(given.terminals, seconds, given.processes, server.url, "PostgreSQL", folder / "central")
        else:
            sys.exit("no PostgreSQL here: apt-get install postgresql-15, or use --database sqlite")
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")


if __name__ == "__main__":
    main()
