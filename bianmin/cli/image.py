"""``bianmin image``: build, flash, bundle terminal images; what a terminal runs, and what it does at start."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from bianmin import settings
from bianmin.cli import image_terminal
from bianmin.cli.image_terminal import built_in
from bianmin.cli.output import CommandError, Json, emit, failures, progress_console

if TYPE_CHECKING:
    from deploy_image.root import Ingredients

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Build, flash and bundle terminal images.")
image_terminal.register(app)

QUESTION = "异地就医备案怎么办"
"""Spoken into the image for its health check."""

Keys = Annotated[Path | None, typer.Option("--keys", help="Folder of the keys; default: keys/ of the home folder.")]


@app.command()
def build(
    profile: Annotated[str, typer.Option(help="kiosk-portrait, kiosk-landscape, ivr-node or simulator.")] = "simulator",
    version: Annotated[str, typer.Option(help="Must order after the one before; default: today's date.")] = "",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder; default: images/PROFILE of the home.")
    ] = None,
    pack: Annotated[Path | None, typer.Option(help="The content; default: the starter pack.")] = None,
    keys: Keys = None,
    ssh_ca: Annotated[Path | None, typer.Option(help="Public key of the city's SSH CA; none: no remote help.")] = None,
    update_lock: Annotated[
        bool, typer.Option("--update-lock", help="Take the mirror's versions as the new lock.")
    ] = False,
    as_json: Json = False,
) -> None:
    """From nothing to a bootable disk image: Debian, the program, models, content."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from deploy_image import build as building
    from deploy_image import environment
    from deploy_image.definition import Release, load
    from deploy_image.errors import ImageError

    today = dt.datetime.now(dt.UTC)
    folder = out or settings.home() / "images" / profile
    cache = settings.home() / "cache" / "image"
    with failures(ImageError, OSError):
        definition = load(profile)
        built_from = environment.stamp(settings.CHECKOUT, os.environ.get("SOURCE_DATE_EPOCH", ""), today)
        release = Release(version or f"{today:%Y.%m.%d}", profile, built_from)
        given = _ingredients(pack, keys or settings.home() / "keys", ssh_ca, cache)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=progress_console) as progress:
            task = progress.add_task("start", total=None)

            def step(name: str) -> None:
                progress.update(task, description=name)

            built = building.build(definition, release, given, folder, cache, update_lock=update_lock, step=step)
    for line in built.differs[:20]:
        progress_console.print(f"not as locked: {line}", markup=False)
    result = msgspec.json.decode(msgspec.json.encode(built, enc_hook=str))
    emit(result, as_json, f"{built.disk}\n{built.slot_bytes / 1e9:.1f} GB system, sha256 {built.slot_sha256}")


def _ingredients(pack: Path | None, keys: Path, ssh_ca: Path | None, cache: Path) -> Ingredients:
    from deploy_image.root import Ingredients

    cache.mkdir(parents=True, exist_ok=True)
    return Ingredients(
        checkout=settings.CHECKOUT,
        models=tuple(_models()),
        pack=pack or settings.starter_pack(),
        keyring=_keyring(keys),
        ssh_ca=ssh_ca,
        question=_question(cache),
        caches=_caches(cache),
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


def _caches(cache: Path) -> tuple[Path, ...]:
    """The typefaces as the kiosk wants them, so that its first start need not make them."""
    from kiosk.fonts import FontError, extract

    try:
        extract(cache / "fonts")
    except FontError:
        return ()
    return (cache / "fonts",)


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


@app.command()
def bundle(
    folder: Annotated[Path, typer.Argument(help="Folder of a build (`image build -o`).")],
    keys: Keys = None,
    delta_from: Annotated[
        list[Path] | None, typer.Option("--delta-from", help="Folder of an earlier build; may be repeated.")
    ] = None,
    publish: Annotated[
        Path | None, typer.Option(help="Folder central serves as images/; default: FOLDER/images.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Sign a build as an update, with deltas from named builds, and lay it out for central and for a stick."""
    from deploy_image import bundle as bundling
    from deploy_image import publish as publishing
    from deploy_image.definition import load
    from deploy_image.errors import ImageError

    place = keys or settings.home() / "keys"
    signer = bundling.Signer(place / "release.key", place / "release.pem")
    with failures(ImageError, OSError), progress_console.status("signing") as status:
        built = built_in(folder)
        compatible = load(built["profile"]).compatible
        out = folder / f"{built['profile']}-{built['version']}.raucb"
        bundling.make(folder / "root.ext4", compatible, built["version"], built["version"], signer, out)
        bases = [publishing.Base(built_in(one)["version"], one / "root.ext4") for one in delta_from or ()]
        served = publish or folder / "images"
        release = publishing.publish(
            out, compatible, built["version"], bases, served, step=lambda name: status.update(name)
        )
        described = served / f"{built['profile']}-{built['version']}.json"
    text = f"{out}: {release.bytes / 1e6:.0f} MB, {release.full.bytes / 1e6:.0f} MB packed"
    text += f"\nto begin its rollout: bianmin central publish {described}"
    for one in release.deltas:
        text += f"\nfrom {one.base}: {one.part.bytes / 1e6:.1f} MB"
    emit({"bundle": str(out), "release": release, "described": str(described)}, as_json, text)


@app.command()
def flash(
    target: Annotated[Path, typer.Argument(metavar="DEV|FILE", help="The whole disk, such as /dev/sdb.")],
    image: Annotated[Path | None, typer.Option(help="disk.img or disk.img.zst; default: the newest build.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether everything on the disk may be lost.")] = False,
    as_json: Json = False,
) -> None:
    """Write an image onto a disk and read it back. The disk this machine runs from is refused."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn

    from deploy_image import flash as flashing
    from deploy_image.errors import ImageError

    builds = sorted((settings.home() / "images").glob("*/disk.img"), key=lambda path: path.stat().st_mtime)
    source = image or (builds[-1] if builds else None)
    if source is None:
        raise CommandError("there is no image yet; run: bianmin image build")
    if target.is_block_device() and not yes and not typer.confirm(f"Everything on {target} will be lost. Go on?"):
        raise CommandError("nothing was written")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
    )
    with failures(ImageError, OSError), Progress(*columns, console=progress_console) as progress:
        size = source.stat().st_size if source.suffix != ".zst" else None
        tasks = {name: progress.add_task(name, total=size) for name in ("writing", "reading back")}
        done = flashing.flash(source, target, lambda step, count: progress.update(tasks[step], advance=count))
    emit(done, as_json, f"{target}: {done.bytes / 1e9:.1f} GB written and read back, sha256 {done.sha256}")


@app.command()
def verify(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A bundle, or a build's system image.")] = None,
    keys: Keys = None,
    as_json: Json = False,
) -> None:
    """The sum of a system, as text and QR code to compare with the build's; of a bundle, whether it is signed by us."""
    from deploy_image import bundle as bundling
    from deploy_image import filesystem, slots
    from deploy_image.errors import ImageError

    with failures(ImageError, OSError):
        if file is not None and file.suffix == ".raucb":
            ring = _keyring(keys or settings.home() / "keys")
            info = bundling.info(file, ring)
            emit(
                {"signed": True, "info": info},
                as_json,
                f"{file.name} is signed: {info.get('compatible')} {info.get('version')}",
            )
            return
        device = file
        if device is None:
            running = next(slot.name for slot in slots.read() if slot.running)
            device = Path(f"/dev/disk/by-partlabel/root-{running.lower()}")
        if not device.exists():
            raise CommandError(f"{device} is not there")
        with progress_console.status("reading"):
            digest = filesystem.digest(device)
    text = f"BIANMIN-IMAGE {digest}"
    emit({"sha256": digest, "short": digest[:16], "qr": text}, as_json, f"{digest}\n{_qr(text)}")


def _qr(text: str) -> str:
    import io

    import qrcode

    code, out = qrcode.QRCode(border=2), io.StringIO()
    code.add_data(text)
    code.print_ascii(out=out, invert=True)
    return out.getvalue()


def _keyring(folder: Path) -> Path:
    from deploy_image import keys as keeping

    on_terminal = Path("/etc/rauc/keyring.pem")
    if on_terminal.exists():
        return on_terminal
    if not (folder / "root.pem").exists():
        raise CommandError(f"{folder} has no keys; run: bianmin image keys --trial, or bring the root's certificate")
    ring = settings.home() / "cache" / "image" / "keyring.pem"
    ring.parent.mkdir(parents=True, exist_ok=True)
    ring.write_bytes(keeping.keyring(folder))
    return ring


@app.command("try")
def try_out(
    disk: Annotated[Path | None, typer.Argument(help="disk.img of the simulator profile; default: the newest.")] = None,
    seconds: Annotated[float, typer.Option(help="How long it runs.")] = 300.0,
    picture: Annotated[Path | None, typer.Option(help="Save a picture of the screen here at the end.")] = None,
    as_json: Json = False,
) -> None:
    """Start an image in QEMU (a copy-on-write one: the file stays as it is) and take a picture of its screen."""
    from deploy_image import vm
    from deploy_image.errors import ImageError

    source = disk or settings.home() / "images" / "simulator" / "disk.img"
    if not source.exists():
        raise CommandError(f"{source} is not there; run: bianmin image build")
    with (
        failures(ImageError, OSError),
        tempfile.TemporaryDirectory() as folder,
        vm.Vm(source, Path(folder), extra=["-snapshot"]) as machine,
    ):
        machine.expect("BIANMIN-READY[^\n]*", seconds)
        ready = machine.seconds
        if picture is not None:
            machine.idle(5)
            machine.screenshot(picture)
    emit({"ready_seconds": round(ready, 1), "picture": str(picture or "")}, as_json, f"ready after {ready:.0f} s")
