"""``bianmin kiosk``: the touch front end, in a window or as pictures of every screen."""

from __future__ import annotations

import datetime as dt
import re
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bianmin import settings
from bianmin.cli.output import CommandError, Json, emit, failures, progress_console

if TYPE_CHECKING:
    from bianmin.kiosk_loading import Loading
    from bianmin.settings import Settings
    from kiosk.app import KioskApp
    from kiosk.loudspeaker import Loudspeaker
    from kiosk.microphone import Microphone

app = typer.Typer()

_SIZE = re.compile(r"^(\d{3,5})x(\d{3,5})$")


def parse_size(text: str) -> tuple[int, int]:
    """``1080x1920`` as (1080, 1920). Raises CommandError (wrong use)."""
    match = _SIZE.match(text)
    if match is None:
        raise CommandError(f"{text} is not a screen size; give it as WIDTHxHEIGHT, such as 1080x1920", code=2)
    return int(match[1]), int(match[2])


@app.callback(invoke_without_command=True)
def kiosk(
    context: typer.Context,
    size: Annotated[str, typer.Option("--size", help="Width and height in pixels.")] = "",
    shots: Annotated[Path | None, typer.Option("--shots", help="Save one PNG per screen here instead.")] = None,
    control: Annotated[
        Path | None, typer.Option("--control", hidden=True, help="Be driven over this Unix socket, offscreen.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The touch front end."""
    if context.invoked_subcommand is not None:
        return
    known = settings.load()
    glass = parse_size(size or known.kiosk.size)
    from kiosk import window
    from kiosk.fonts import FontError

    if shots is None and control is None and not window.has_display():
        raise CommandError("there is no display; use --shots DIR for pictures, or `bianmin tour` to see it work")
    with failures(FontError):
        if shots is not None:
            window.prepare(settings.home(), *glass, offscreen=True)
            _shoot(shots, glass, known.kiosk.ppi, as_json)
        else:
            _run(known, glass, control)
            emit({"ended": True}, as_json, "")


@app.command("pin")
def set_pin(as_json: Json = False) -> None:
    """Set the PIN of the staff area: 6 to 12 digits, asked for twice, or one line on standard input."""
    from kiosk.staff.lock import PinError, PinLock

    lock = PinLock(settings.home() / "staff", lambda: dt.datetime.now(dt.UTC))
    if sys.stdin.isatty():
        pin = str(typer.prompt("PIN", hide_input=True, confirmation_prompt=True))
    else:
        pin = sys.stdin.readline().strip()
    with failures(PinError, OSError):
        lock.set(pin)
    emit({"set": True}, as_json, "the staff area opens with this PIN from now on")


@app.command("verify")
def verify(
    text: Annotated[str, typer.Argument(help="What the QR code of the staff area says; - reads standard input.")],
    pack: Annotated[Path | None, typer.Option("--pack", help="The pack it should have; default: the one here.")] = None,
    as_json: Json = False,
) -> None:
    """Check a terminal's proof: its signature, and its program and content against those of this machine."""
    from bianmin import proof
    from bianmin.pack_in_use import pack_in_use

    with failures(proof.ProofError, OSError):
        stated = proof.from_text(sys.stdin.read() if text == "-" else text)
        here = pack or pack_in_use(settings.load())
        found = {
            "statement": stated,
            "signed": bool(stated.signature),
            "same_program": stated.program == proof.program_hash(),
            "same_pack": here.exists() and stated.pack_hash == proof.file_hash(here),
        }
    lines = [
        f"terminal {stated.terminal}, {stated.at}",
        f"signature: {'fits key ' + stated.key if stated.signature else 'none: the terminal is not enrolled'}",
        f"program {stated.software} {stated.program[:16]}: {'as here' if found['same_program'] else 'NOT as here'}",
        f"content {stated.pack} {stated.pack_version}: {'as here' if found['same_pack'] else 'NOT as here'}",
    ]
    emit(found, as_json, "\n".join(lines))
    if not (found["signed"] and found["same_program"] and found["same_pack"]):
        raise typer.Exit(1)


def _shoot(folder: Path, size: tuple[int, int], ppi: float, as_json: bool) -> None:
    from rich.progress import Progress

    from kiosk import shots
    from kiosk.fonts import Fonts, extract
    from kiosk.samples import sample_views

    fonts = Fonts(extract(settings.home() / "cache" / "fonts"))
    views = list(sample_views())
    with Progress(console=progress_console, transient=True) as progress:
        task = progress.add_task("screens", total=len(views))
        saved = shots.take(iter(views), folder, size, ppi, fonts, lambda name: progress.advance(task))
    emit({"shots": [str(path) for path in saved]}, as_json, f"{len(saved)} screens in {folder}")


def _run(known: Settings, size: tuple[int, int], control: Path | None) -> None:
    """The window until it is closed. What cannot be loaded ends it with the reason."""
    from bianmin.kiosk_loading import Loading, start_hearing
    from bianmin.pack_in_use import pack_in_use
    from bianmin.usage import CountingDiary, Usage
    from kiosk import crashes, window
    from kiosk.engine import Engine
    from kiosk.event_log import EventLog
    from kiosk.fonts import Fonts, extract
    from kiosk.habits import Habits
    from kiosk.locale_texts import house_characters
    from kiosk.loudspeaker import CapturingLoudspeaker, SoundCardLoudspeaker
    from kiosk.microphone import InjectedMicrophone, SoundCardMicrophone
    from kiosk.ports import Front
    from speech.models import ModelError
    from speech.recognition import SpeechError

    fonts = Fonts(extract(settings.home() / "cache" / "fonts"), house_characters())
    log = EventLog(settings.home() / "logs", dt.datetime.now)
    crashes.install(log)
    usage = Usage(dt.date.today)
    diary = CountingDiary(log, usage)
    injected, captured = InjectedMicrophone(noise=3e-4), CapturingLoudspeaker()
    microphone: Microphone = SoundCardMicrophone() if control is None else injected
    loudspeaker: Loudspeaker = SoundCardLoudspeaker() if control is None else captured
    pack = pack_in_use(known)
    with failures(SpeechError, ModelError):
        recogniser = start_hearing(known, pack, microphone, diary)  # loads by itself while the window opens
    window.prepare(settings.home(), *size, offscreen=control is not None)
    from kiosk.app import KioskApp

    habits = Habits(voice_barge_in=known.kiosk.echo_cancelled)
    engine = Engine(diary, dt.datetime.now, time.monotonic, habits=habits)
    every_frame = None
    if control is not None:
        from kiosk.driven import Driven
        from kiosk.remote import RemoteControl

        every_frame = Driven(RemoteControl(control), injected, captured)
    shown = KioskApp(engine, fonts, size, known.kiosk.ppi, every_frame=every_frame)
    front = Front(engine.post, lambda: not engine.active, lambda: engine.wants_name, shown.press_soon)
    loading = Loading(known, pack, recogniser, front, diary, usage, microphone, loudspeaker)
    trouble = _load_behind(loading, shown)
    shown.run()
    engine.close()
    if trouble:
        raise CommandError(" ".join(str(trouble[0]).split())) from trouble[0]


def _load_behind(loading: Loading, shown: KioskApp) -> list[Exception]:
    """Load content and models while the first screen is already there; a failure closes the window and is returned."""
    trouble: list[Exception] = []

    def load() -> None:
        shown.shown.wait()
        from content.pack import PackError
        from content.search import AccentError, IndexDamagedError

        try:
            loading.run(time.monotonic())
        except (PackError, IndexDamagedError, AccentError, CommandError, OSError) as error:
            trouble.append(error)
            shown.stop_soon()

    threading.Thread(target=load, name="loading", daemon=True).start()
    return trouble
