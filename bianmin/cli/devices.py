"""``bianmin devices``: what is plugged in and how it is, self-tests with a dated record, changes as they happen."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bianmin import settings
from bianmin.cli.output import CommandError, Json, console, emit, failures

if TYPE_CHECKING:
    from devices.diagnostics import Record
    from devices.inventory import Inventory, Status

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, test and watch devices.")

LOOK_SECONDS = 2.0
MARKS = {"ready": "ok", "warning": "!", "fault": "X", "unplugged": "X", "unknown": "?"}


@app.command("list")
def list_devices(as_json: Json = False) -> None:
    """The devices of the settings with their state, others that are plugged in, and the drivers there are."""
    from devices.drivers import DRIVERS
    from devices.inventory import discover, kernel_devices, unknown
    from devices.services import outages

    inventory = _inventory()
    look = inventory.look()
    inventory.close()
    kernel = kernel_devices()
    set_up = {status.address for status in look}
    found = [one for one in discover(kernel) if one.address not in set_up]
    strange = [device.properties.get("ID_MODEL", device.node) for device in unknown(kernel)]
    if as_json:
        drivers = {name: one.kind for name, one in DRIVERS.items()}
        told = {"devices": look, "found": found, "unknown": strange, "drivers": drivers, "outages": outages(look)}
        emit(told, True)
        return
    for status in look:
        console.print(_line(status), markup=False, soft_wrap=True)
    if not look:
        console.print("no device is set; name them in settings.toml (docs/devices.md)")
    for one in found:
        console.print(
            f"not set up: {one.label or one.driver}  driver {one.driver}, address {one.address}", markup=False
        )
    for model in strange:
        console.print(f"no driver: {model}", markup=False)


@app.command("test")
def try_out(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME...]", help="Devices; default: all.")] = None,
    judge: Annotated[str, typer.Option(help="What you saw or heard: passed or failed; kept with your initials.")] = "",
    by: Annotated[str, typer.Option(help="Your initials.")] = "technician",
    as_json: Json = False,
) -> None:
    """Self-tests; each leaves a dated record. Exit 1 when one failed."""
    from devices.diagnostics import Record, Records, self_test
    from devices.drivers.base import DriverError

    if judge not in ("", "passed", "failed"):
        raise CommandError(f"--judge is passed or failed, not {judge}", code=2)
    inventory = _inventory()
    records = Records(settings.home() / "diagnostics" / "records.jsonl")
    now = dt.datetime.now().astimezone()
    if not inventory.names():
        raise CommandError("no device is set; name them in settings.toml (docs/devices.md)")
    with failures(DriverError, OSError):
        made = self_test(inventory, records, now, names or ())
        if judge:
            made = [
                Record(now, one.device, judge == "passed", one.text, by) if one.passed is None else one for one in made
            ]
            for record in made:
                if record.by != "terminal":
                    records.add(record)
    inventory.close()
    for record in made if not as_json else ():
        console.print(_verdict(record), markup=False, soft_wrap=True)
    if as_json:
        emit({"records": made}, True)
    if any(record.passed is False for record in made):
        raise typer.Exit(1)


@app.command()
def watch(
    seconds: Annotated[float, typer.Option(help="Stop after so long; 0: never.")] = 0.0, as_json: Json = False
) -> None:
    """Tell every change of state once, as it happens; unplugging and plugging in included."""
    from devices.inventory import Watch

    inventory, watcher = _inventory(), Watch()
    if not inventory.names():
        raise CommandError("no device is set; name them in settings.toml (docs/devices.md)")
    wait = _hot_plug()
    until = time.monotonic() + seconds if seconds else float("inf")
    while True:
        for change in watcher.see(inventory.look()):
            if as_json:
                emit(change, True)
            else:
                console.print(f"{dt.datetime.now():%H:%M:%S}  {_line(change.status)}", markup=False, soft_wrap=True)
        left = until - time.monotonic()
        if left <= 0:
            break
        wait(min(LOOK_SECONDS, left))
    inventory.close()


@app.command()
def opening(
    at: Annotated[str, typer.Option(metavar="HH:MM", help="When the terminal opens.")] = "08:30",
    force: Annotated[bool, typer.Option("--force", help="Test again what was tested today.")] = False,
    as_json: Json = False,
) -> None:
    """The routine of the morning: self-tests once a day, then which services cannot work and why. Exit 1 when some."""
    from devices.diagnostics import Records
    from devices.opening import at_opening

    try:
        when = dt.time.fromisoformat(at)
    except ValueError:
        raise CommandError(f"--at must look like 08:30, not {at}", code=2) from None
    inventory = _inventory()
    records = Records(settings.home() / "diagnostics" / "records.jsonl")
    opened = at_opening(inventory, records, dt.datetime.now().astimezone(), when, force=force)
    inventory.close()
    if as_json:
        emit(opened, True)
    else:
        for record in opened.tested:
            console.print(_verdict(record), markup=False, soft_wrap=True)
        for outage in opened.outages:
            console.print(f"out of service: {outage.service:10} {outage.device}: {outage.text}", markup=False)
        if not opened.outages:
            console.print("every service that is set up can work")
    if opened.outages:
        raise typer.Exit(1)


@app.command()
def paper(
    metres: Annotated[float, typer.Option(min=1.0, help="Length of the roll when it was new.")] = 50.0,
    since: Annotated[str, typer.Option(help="The day it was put in, as 2026-01-31.")] = "",
    new_roll: Annotated[bool, typer.Option("--new-roll", help="Note that a new roll was put in just now.")] = False,
    as_json: Json = False,
) -> None:
    """How long the roll of the receipt printer still lasts."""
    from bianmin import printing
    from devices.diagnostics import Roll, load_roll, paper_left, save_roll
    from devices.ledger import LedgerError

    try:
        day = dt.datetime.fromisoformat(since).timestamp() if since else 0.0
    except ValueError:
        raise CommandError(f"--since must look like 2026-01-31, not {since}", code=2) from None
    service = printing.configured(settings.load())
    if service is None:
        raise CommandError("no printer is set; set printer.device in settings.toml")
    noted = settings.home() / "diagnostics" / "roll.json"
    with failures(LedgerError, OSError):
        if new_roll:
            save_roll(noted, Roll(metres, time.time()))
        printed = [(job.created, job.dots) for job in service.jobs() if job.dots]
    first = min((at for at, _ in printed), default=time.time())
    roll = Roll(metres, day) if day else load_roll(noted, metres, first)
    forecast = paper_left(roll, printed, time.time())
    days = f", about {forecast.days:g} days" if forecast.days is not None else ""
    emit(forecast, as_json, f"{forecast.left:g} m left: about {forecast.slips} slips{days}")


def _inventory() -> Inventory:
    return inventory_of(settings.load())


def inventory_of(chosen: settings.Settings) -> Inventory:
    """The devices of the settings; the receipt printer of ``[printer]`` is one of them."""
    from devices.drivers.base import DriverError
    from devices.inventory import Entry, Inventory

    entries = [Entry(one.name, one.driver, one.address) for one in chosen.devices]
    if chosen.printer.device and all(one.address != chosen.printer.device for one in entries):
        entries.insert(0, Entry("printer", "escpos", chosen.printer.device))
    with failures(DriverError):
        return Inventory(entries)


def _verdict(record: Record) -> str:
    verdict = {True: "passed", False: "FAILED", None: "judge it"}[record.passed]
    return f"{record.device:16} {verdict:9} {record.text}"


def _line(status: Status) -> str:
    condition = status.condition
    return f"{MARKS[condition.state]:2} {status.name:16} {condition.state:10} {condition.text or status.address}"


def _hot_plug() -> Callable[[float], object]:
    """A wait that ends early when something is plugged in or pulled out; a plain one where udev is missing."""
    try:
        import pyudev

        monitor = pyudev.Monitor.from_netlink(pyudev.Context())
        monitor.start()
    except (OSError, ImportError):
        return time.sleep
    return lambda seconds: monitor.poll(timeout=seconds)
