"""Where things are and how they are set: one typed record, read from ``settings.toml`` under the home folder.

The home folder is ``$BIANMIN_HOME``, else ``var/`` of the checkout, else ``/var/lib/bianmin``. Everything the program
writes is below it.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from bianmin.cli.output import CommandError
from ivr.settings import IvrSettings

CHECKOUT = Path(__file__).resolve().parent.parent


class SpeechSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``engine``: auto, zipformer, whisper or vosk. ``voice``: a Kokoro voice. ``rate``: default speaking rate."""

    engine: str = "auto"
    vosk_model: str = ""
    voice: str = "zf_xiaobei"
    rate: float = 0.9
    accents: tuple[str, ...] = ("zh/z", "ch/c", "sh/s", "n/l", "h/f", "an/ang", "en/eng", "in/ing")


class KioskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``idle_seconds``: quiet before "are you still there"; ``wipe_seconds``: the countdown that follows.

    ``town``: nine-digit code of the town the terminal stands in; ``elsewhere``: the nearest terminal or centre, in
    words, named where something does not work here; ``opening``: when the self-tests of the day are made;
    ``headset_jack``: the socket's input node; ``headset_output``: the sound device of the headset;
    ``echo_cancelled``: the sound system takes the loudspeaker out of what the microphone hears; ``stick``: where
    memory sticks are mounted.
    """

    terminal: str = "sample-terminal"
    size: str = "1080x1920"
    ppi: float = 92.0
    idle_seconds: float = 60.0
    wipe_seconds: int = 30
    town: str = ""
    elsewhere: str = ""
    opening: str = "08:30"
    headset_jack: str = ""
    headset_output: str = ""
    echo_cancelled: bool = False
    stick: str = ""


class PrinterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``device``: file:F, tcp:HOST:PORT, serial:DEV, usb:VID:PID, cups:NAME, or empty.

    ``width_mm``: 58 or 80.
    """

    device: str = ""
    width_mm: int = 80


class DeviceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device that must be there: our name for it, its driver (``bianmin devices list``), its address."""

    name: str
    driver: str
    address: str


class SyncSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``central``: the central service's address, such as https://central.example; empty: none.

    ``mirrors``: where content comes from, tried in order before ``central``: addresses of static copies (a machine on
    the same network, a CDN) or folders. ``interval_seconds``: between two looks for new content. ``groups``: rollout
    groups this terminal is in, beside those it was enrolled with.
    """

    central: str = ""
    mirrors: tuple[str, ...] = ()
    interval_seconds: float = 900.0
    groups: tuple[str, ...] = ()


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pack: str = ""
    speech: SpeechSettings = SpeechSettings()
    kiosk: KioskSettings = KioskSettings()
    printer: PrinterSettings = PrinterSettings()
    sync: SyncSettings = SyncSettings()
    devices: tuple[DeviceSettings, ...] = ()
    ivr: IvrSettings = IvrSettings()


def home() -> Path:
    """The folder everything is written below."""
    named = os.environ.get("BIANMIN_HOME")
    if named:
        return Path(named)
    if (CHECKOUT / "pyproject.toml").exists():
        return CHECKOUT / "var"
    return Path("/var/lib/bianmin")


def starter_pack() -> Path:
    return home() / "packs" / "starter.pack"


def load() -> Settings:
    """Read ``$BIANMIN_SETTINGS`` (TOML, or JSON by its name), else ``settings.toml`` of the home folder, else defaults.

    A bad file is one clear line.
    """
    named = os.environ.get("BIANMIN_SETTINGS")
    path = Path(named) if named else home() / "settings.toml"
    if not path.exists():
        return Settings()
    try:
        decode = msgspec.json.decode if path.suffix == ".json" else msgspec.toml.decode
        return decode(path.read_bytes(), type=Settings)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}; correct the line or remove the file to use the defaults") from error


def model_directories() -> tuple[Path, ...]:
    """Where models are looked for: ``$BIANMIN_MODELS``, the home folder, ``shared/models`` beside the checkout."""
    named = os.environ.get("BIANMIN_MODELS")
    beside = CHECKOUT.parent / "shared" / "models"
    found = [Path(named)] if named else []
    return (*found, home() / "models", beside)
