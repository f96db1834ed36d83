"""``bianmin image``: build, flash, bundle terminal images; what a terminal runs, and what it does at start."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from bianmin import settings
from bianmin.cli.output import CommandError, Json, console, emit, failures, progress_console

if TYPE_CHECKING:
    from deploy_image.root import Ingredients

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Build, flash and bundle terminal images.")

QUESTION = "异地就医备案怎么办"
"""Spoken into the image for its health check."""

Keys = Annotated[Path | None, typer.Option("--keys", help="Folder of the keys; default: keys/ of the home folder.")]


@app.command()
def build(
    profile: Annotated[str, typer.Option(help="kiosk-portrait, kiosk-landscape, ivr-node or simulator.")] = "simulator",
    version: Annotated[str, typer.Option(help="Must order after the one before; default: today's date.")] = "",
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder; default: images/PROFILE of the home.")] = None,
    pack: Annotated[Path | None, typer.Option(help="The content; default: the starter pack.")] = None,
    keys: Keys = None,
    ssh_ca: Annotated[Path | None, typer.Option(help="Public key of the city's SSH CA; none: no remote help.")] = None,
    update_lock: Annotated[bool, typer.Option("--update-lock", help="Take the mirror's versions as the new lock.")] = False,
    as_json: Json = False,
) -> None:
    """From nothing to a bootable disk image: Debian, the program, models, content."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from deploy_image import build as building
    from deploy_image.definition import Release, load
    from deploy_image.errors import ImageError

    today = dt.datetime.now(dt.UTC)
    release = Release(version or f"{today:%Y.%m.%d}", profile, f"{today:%Y%m%d%H%M}")
    folder = out or settings.home() / "images" / profile
    cache = settings.home() / "cache" / "image"
    with failures(ImageError, OSError):
        definition = load(profile)
        given = _ingredients(pack, keys or settings.home() / "keys", ssh_ca, cache)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=progress_console) as progress:
            task = progress.add_task("start", total=None)
            step = lambda name: progress.update(task, description=name)  # noqa: E731
            built = building.build(definition, release, given, folder, cache, update_lock=update_lock, step=step)
    for line in built.differs[:20]:
        progress_console.print(f"not as locked: {line}", markup=False)
    result = msgspec.json.decode(msgspec.json.encode(built, enc_hook=str))
    emit(result, as_json, f"{built.disk}\n{built.slot_bytes / 1e9:.1f} GB system, sha256 {built.slot_sha256}")


def _ingredients(pack: Path | None, keys: Path, ssh_ca: Path | None, cache: Path) -> Ingredients:
    from deploy_image import keys as keeping
    from deploy_image.root import Ingredients

    if not (keys / "root.pem").exists():
        raise CommandError(f"{keys} has no keys; run: bianmin image keys --trial, or bring the root's certificate")
    cache.mkdir(parents=True, exist_ok=True)
    keyring = cache / "keyring.pem"
    keyring.write_bytes(keeping.keyring(keys))
    return Ingredients(
        checkout=settings.CHECKOUT,
        models=tuple(_models()),
        pack=pack or settings.starter_pack(),
        keyring=keyring,
        ssh_ca=ssh_ca,
        question=_question(cache),
    )


def _models() -> list[Path]:
    """The folders of what a terminal needs. Raises ``CommandError`` when one is missing."""
    from speech.models import ModelError, find, terminal_set

    directories = settings.model_directories()
    found = []
    for name, need in terminal_set(directories).items():
        if need == "optional":
            continue
        try:
            found.append(Path(find(name, directories)))
        except ModelError:
            raise CommandError(f"the model {name} is missing; run: bianmin models fetch") from None
    return found


def _question(cache: Path) -> Path | None:
    """A spoken question for the health check; None (said so) where nothing can speak."""
    from bianmin.voice import open_synthesiser
    from speech.synthesis import SynthesisError

    path = cache / "health-question.wav"
    if path.exists():
        return path
    try:
        voice = open_synthesiser(settings.load(), spare=False)
        try:
            voice.wait_ready(180.0)
            spoken = voice.synthesise(QUESTION)
        finally:
            voice.close()
    except SynthesisError:
        progress_console.print("no voice here: the image's health check will not test the recogniser")
        return None
    import soundfile

    soundfile.write(path, spoken.samples, spoken.rate, subtype="PCM_16")
    return path


@app.command()
def keys(
    folder: Annotated[Path | None, typer.Argument(help="Default: keys/ of the home folder.")] = None,
    trial: Annotated[bool, typer.Option("--trial", help="Root and release together, for trying things out.")] = False,
    as_json: Json = False,
) -> None:
    """Make the root of the image keys; with --trial a release key, too. Real keys: docs/technician.md."""
    from deploy_image import keys as keeping
    from deploy_image.errors import ImageError

    place = folder or settings.home() / "keys"
    with failures(ImageError, OSError):
        keeping.make_root(place)
        if trial:
            keeping.make_release(place, place, "Bianmin trial release")
    emit({"folder": str(place), "trial": trial}, as_json, f"keys in {place}; take root.key off this machine")
