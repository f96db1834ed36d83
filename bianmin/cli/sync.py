"""``bianmin sync``: enrol this terminal, fetch content, carry it by USB, run the daemon."""

from __future__ import annotations

import datetime as dt
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from bianmin import settings
from bianmin.cli import sync_repository
from bianmin.cli.output import CommandError, Json, emit, failures, progress_console

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Fetch content, carry it by USB.")
app.add_typer(sync_repository.app, name="repository")

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder on a USB stick.")]


@app.command()
def now(as_json: Json = False) -> None:
    """Look for new content once, and send what waits."""
    _bring(None, as_json)


@app.command("import")
def import_content(directory: Folder, as_json: Json = False) -> None:
    """Take content from a USB stick, with the same checks as from the network."""
    if not (directory / "metadata").is_dir():
        raise CommandError(f"{directory} holds no content; write some with: bianmin sync export {directory}")
    _bring(directory, as_json)


@app.command("export")
def export_content(directory: Folder, as_json: Json = False) -> None:
    """Write this terminal's content onto a USB stick, newer content first if the network has it."""
    from bianmin import filing, syncing
    from offline_cache.files import Disk
    from offline_cache.sync import courier
    from offline_cache.sync.errors import SyncRefusedError

    chosen = settings.load()
    syncer = syncing.open_syncer(chosen, filing.terminal(chosen))
    with failures(SyncRefusedError), _bar("copying") as report:
        done = courier.export(Disk(), syncer, directory, _now(), report)
    until = f"{done.until:%Y-%m-%d}"
    emit(done, as_json, f"{done.version} is in {directory} ({done.bytes / 1e6:.1f} MB), to be used until {until}")


@app.command()
def status(as_json: Json = False) -> None:
    """Which content is in use, how old it is, what waits to be sent."""
    from bianmin import filing, pack_in_use

    chosen = settings.load()
    terminal = filing.terminal(chosen)
    state = pack_in_use.state()
    age = state.age(_now())
    waiting = terminal.outbox.count() if terminal is not None else 0
    found: dict[str, Any] = {
        "enrolled": terminal is not None,
        "terminal": terminal.enrolment.terminal if terminal is not None else "",
        "station": terminal.enrolment.station if terminal is not None else "",
        "follows": terminal.enrolment.content if terminal is not None else "",
        "central": chosen.sync.central,
        "mirrors": chosen.sync.mirrors,
        "pack": str(pack_in_use.pack_in_use(chosen)),
        "content": state.content,
        "age_seconds": None if age is None else age.total_seconds(),
        "tried": state.tried,
        "problem": state.problem or "",
        "message": state.message,
        "waiting": waiting,
    }
    lines = [
        f"terminal   {found['terminal'] or 'not enrolled (bianmin sync enrol CODE)'}",
        f"central    {chosen.sync.central or 'none set (sync.central in settings.toml)'}",
        f"content    {state.content.version if state.content else 'none from sync'}, {found['pack']}",
        f"confirmed  {_ago(age)}",
        f"problem    {state.message or 'none'}",
        f"waiting    {waiting} to be sent",
    ]
    emit(found, as_json, "\n".join(lines))


@app.command()
def enrol(
    code: Annotated[str, typer.Argument(help="The one-time code the administrator gave out.")],
    name: Annotated[str, typer.Option(help="Where the terminal stands, for the fleet's list.")] = "",
    as_json: Json = False,
) -> None:
    """Make this terminal known to the central service; it gets its station number and its content's keys."""
    from bianmin import enrolling
    from offline_cache.central_link import LinkError
    from offline_cache.enrolment import EnrolmentError
    from offline_cache.identity import IdentityError

    chosen = settings.load()
    if not chosen.sync.central:
        raise CommandError("no central service is set; write its address into settings.toml as sync.central")
    with failures(EnrolmentError, IdentityError, LinkError):
        told = enrolling.enrol(chosen, code, name or chosen.kiosk.terminal)
    shown = {"terminal": told.terminal, "station": told.station, "content": told.content}
    emit(shown, as_json, f"enrolled as {told.terminal}, station {told.station}, content {told.content or 'none yet'}")


@app.command()
def run() -> None:
    """The daemon: sends what waits, looks for content, says how the terminal is. Ends on SIGTERM."""
    from bianmin import filing, syncing
    from offline_cache.files import Disk
    from offline_cache.sync_loop import SyncLoop

    chosen = settings.load()
    terminal = filing.terminal(chosen)
    syncer = syncing.open_syncer(chosen, terminal)
    assert terminal is not None  # open_syncer has refused otherwise
    syncing.step_aside()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    chance = random.Random()
    duties = syncing.TerminalDuties(syncer, terminal, chance)
    loop = SyncLoop(Disk(), filing.layout().content, duties, chosen.sync.interval_seconds, chance)
    wait = 0.0
    while not stop.wait(wait):
        try:
            wait = loop.step(_now())
        except OSError as error:
            progress_console.print(f"the state could not be written ({error.strerror}); trying again in a minute")
            wait = 60.0


def _bring(only: Path | None, as_json: bool) -> None:
    from bianmin import filing, syncing
    from offline_cache import sync_state
    from offline_cache.files import Disk
    from offline_cache.sync.errors import SyncRefusedError
    from offline_cache.sync.outcome import Updated

    chosen, disk, folder = settings.load(), Disk(), filing.layout().content
    terminal = filing.terminal(chosen)
    syncer = syncing.open_syncer(chosen, terminal, only)
    assert terminal is not None  # open_syncer has refused otherwise
    duties = syncing.TerminalDuties(syncer, terminal, random.Random())
    flushed = duties.flush(_now(), at_once=True) if only is None else None
    before = sync_state.read(disk, folder)
    try:
        with failures(SyncRefusedError), _bar("fetching") as report:
            result = syncer.run(_now(), report)
    except CommandError as error:
        if isinstance(error.__cause__, SyncRefusedError):
            sync_state.write(disk, folder, sync_state.after(before, error.__cause__, _now()))
        raise
    after = sync_state.after(before, result, _now())
    sync_state.write(disk, folder, after)
    duties.tell(after, result, _now())
    updated = isinstance(result, Updated)
    content = result.installed
    shown = {
        "outcome": "updated" if updated else "up-to-date",
        "content": content,
        "received": result.received if isinstance(result, Updated) else 0,
        "form": result.form if isinstance(result, Updated) else "",
        "sent": flushed.confirmed if flushed is not None else 0,
        "waiting": terminal.outbox.count(),
    }
    if content is None:
        text = "nothing is published for this terminal yet"
    elif updated:
        text = f"{content.version} is in use now ({shown['received']:,} bytes came, as {shown['form']})"
    else:
        text = f"{content.version} is the newest"
    emit(shown, as_json, text)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _ago(age: dt.timedelta | None) -> str:
    if age is None:
        return "never"
    if age < dt.timedelta(hours=1):
        return f"{int(age.total_seconds() // 60)} minutes ago"
    return f"{int(age.total_seconds() // 3600)} hours ago" if age < dt.timedelta(days=2) else f"{age.days} days ago"


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr for bytes that come."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=progress_console, transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
