"""``bianmin outbox``: what waits to be sent, without a word of what it says."""

from __future__ import annotations

import datetime as dt
import random
from typing import Annotated

import typer

from bianmin import settings
from bianmin.cli.output import CommandError, Json, emit

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What waits to be sent.")


@app.command("list")
def list_waiting(as_json: Json = False) -> None:
    """Every parcel that is still here: kind, age, tries, size. What is in it cannot be read on this machine."""
    from bianmin import filing

    terminal = filing.terminal(settings.load())
    rows = terminal.outbox.waiting() if terminal is not None else ()
    lines = [
        f"{row.key[:8]}  {row.kind:8} {row.created:%Y-%m-%d %H:%M}  {row.bytes:>10,} bytes  tries {row.tries}"
        + (f"  refused: {row.refused}" if row.refused else "")
        for row in rows
    ]
    emit({"parcels": rows}, as_json, "\n".join(lines) or "nothing waits")


@app.command()
def flush(
    refused: Annotated[bool, typer.Option("--refused", help="Send again what central refused, too.")] = False,
    as_json: Json = False,
) -> None:
    """Send everything now, without waiting for its turn."""
    from bianmin import filing
    from offline_cache.sending import Sender

    terminal = filing.terminal(settings.load())
    if terminal is None:
        raise CommandError("this terminal is not enrolled; run: bianmin sync enrol CODE")
    if terminal.link is None:
        raise CommandError("no central service is set; write its address into settings.toml as sync.central")
    if refused:
        terminal.outbox.readmit()
    done = Sender(terminal.outbox, terminal.link, random.Random()).flush(dt.datetime.now(dt.UTC), at_once=True)
    text = f"sent {done.confirmed}, refused {done.refused}, to be tried again {done.postponed}, left {done.left}"
    emit(done, as_json, text)
    if done.reached is False:
        raise CommandError(f"the central service cannot be reached; {done.left} parcels are kept and sent later")
