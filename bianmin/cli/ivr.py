"""``bianmin ivr``: the phone line. Alone it answers on loopback; docs/phone.md goes from there to a province."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from bianmin import settings
from bianmin.cli.output import CommandError, Json, emit, failures, progress_console

if TYPE_CHECKING:
    from bianmin.settings import Settings
    from ivr.settings import IvrSettings
    from ivr.supervisor import WorkerHealth

app = typer.Typer()


def parse_address(text: str, default: int) -> tuple[str, int]:
    """``127.0.0.1:5060`` or ``127.0.0.1``. Raises CommandError (wrong use)."""
    host, colon, port = text.rpartition(":")
    if not colon:
        host, port = text, str(default)
    host = host.removeprefix("[").removesuffix("]")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        host = ""
    if not host or not port.isdigit() or not 0 <= int(port) < 65536:
        raise CommandError(f"{text} is not an address; give HOST:PORT, such as 127.0.0.1:5060", code=2)
    return host, int(port)


def check_free(host: str, port: int) -> None:
    """Raises CommandError when something else answers there already: known at once, not after the models are loaded."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(family, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                reason = (error.strerror or "it cannot be used").lower()
                raise CommandError(
                    f"the line cannot listen at {host}:{port} ({reason}); end what is there, or give --listen HOST:PORT"
                ) from error


@app.command()
def ivr(
    listen: Annotated[str, typer.Option("--listen", help="Where the line answers, HOST:PORT.")] = "",
    workers: Annotated[int, typer.Option("--workers", min=0, max=16, help="Processes; 0: as the settings say.")] = 0,
    edge: Annotated[
        Path | None, typer.Option("--edge", help="Write the front's configuration and the service units here instead.")
    ] = None,
    worker: Annotated[int | None, typer.Option("--worker", hidden=True)] = None,
    as_json: Json = False,
) -> None:
    """The phone line: answers calls until it is stopped."""
    known = settings.load()
    chosen = known.ivr
    if listen:
        host, port = parse_address(listen, chosen.listen.port)
        chosen = replace(chosen, listen=replace(chosen.listen, host=host, port=port))
    if workers:
        chosen = replace(chosen, workers=workers)
    if edge is not None:
        _write_edge(edge, chosen, as_json)
        return
    if worker is not None:
        _work(replace(known, ivr=chosen), worker)
        return
    with failures(OSError):
        asyncio.run(_supervise(chosen, as_json))
    emit({"ended": True}, as_json, "the line is closed")


def _write_edge(folder: Path, chosen: IvrSettings, as_json: bool) -> None:
    """Configuration of Kamailio in front of the workers, and systemd units."""
    import shutil

    from ivr import edge

    program = shutil.which("bianmin") or sys.argv[0]
    with failures(edge.EdgeError):
        try:
            written = edge.write(folder, chosen, program, str(settings.home()))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise CommandError(f"{folder} could not be written ({reason}); give a folder you may write to") from error
    names = [str(path) for path in written]
    emit({"written": names}, as_json, "\n".join(names))


def _work(known: Settings, number: int) -> None:
    """A worker process, or a spare that becomes one. What it cannot do without ends it; the supervisor is told why."""
    began = time.monotonic()
    from ivr import urgency
    from ivr.supervisor import SPARE
    from ivr.words import Failed, say
    from ivr.worker import serve, settings_of, stand_by

    urgency.take_turns()
    forward = urgency.step_back() if number == SPARE else None
    try:
        from bianmin.ivr_wiring import load, open_parts

        with load(known) as loaded:
            chosen = stand_by() if number == SPARE else number
            if chosen is None:
                return
            if forward is not None:
                forward()
            began = time.monotonic() if number == SPARE else began
            own = replace(known, ivr=settings_of(known.ivr, chosen))
            asyncio.run(serve(own.ivr, lambda switch: open_parts(loaded, own, switch, chosen), began))
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        say(Failed(reason))
        raise CommandError(reason) from error


async def _supervise(chosen: IvrSettings, as_json: bool) -> None:
    from ivr import health_page
    from ivr.supervisor import Phase, Supervisor, python
    from ivr.worker import port_of

    where = f"{chosen.listen.host}:{chosen.listen.port}"
    for number in range(chosen.workers):
        check_free(chosen.listen.host, port_of(chosen, number))

    def command(number: int) -> Sequence[str]:
        base = python("-m", "bianmin", "ivr", "--worker", str(number))
        return [*base, "--listen", where, "--workers", str(chosen.workers)]

    last: dict[int, tuple[Phase, str]] = {}

    def told(health: Sequence[WorkerHealth]) -> None:
        for one in health:
            now = (one.phase, one.reason)
            if last.get(one.number) == now:
                continue
            last[one.number] = now
            _tell(one, chosen, port_of(chosen, one.number), as_json)

    supervisor = Supervisor(chosen.workers, command, told, chosen.spare)
    page = None
    if chosen.health and not chosen.health.endswith(":0"):
        host, port = parse_address(chosen.health, 8045)
        page = await health_page.serve(
            host, port, lambda: health_page.page_of(supervisor.health, supervisor.spare_ready)
        )
    try:
        await supervisor.run()
    finally:
        if page is not None:
            page.close()


def _tell(one: WorkerHealth, chosen: IvrSettings, port: int, as_json: bool) -> None:
    """One line a change, for whoever watches the console."""
    if one.phase == "starting":
        progress_console.print(f"worker {one.number} is loading its models ...")
    elif one.phase == "serving":
        address = f"sip:12345@{chosen.listen.host}:{port}"
        text = f"the line answers: call {address} with any softphone (for instance: baresip -e 'd{address}')"
        emit({"serving": address, "worker": one.number}, as_json, text)
    elif one.phase == "down" and one.reason:
        progress_console.print(f"worker {one.number} is down: {one.reason}")
