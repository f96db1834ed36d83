"""The real kiosk in a real X window, pressed by a real pointer and real keys: the road of a finger on the glass."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bianmin import settings
from kiosk.fonts import DEBIAN

ROOT = Path(__file__).resolve().parents[2]
PATHS = os.pathsep.join(str(ROOT / folder) for folder in (".", "offline-cache", "deploy-image"))
WIDTH, HEIGHT = 1080, 1920

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(not DEBIAN.exists(), reason="needs the Debian package fonts-noto-cjk"),
    pytest.mark.skipif(not settings.starter_pack().exists(), reason="needs the starter pack: make setup"),
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs the Debian packages xvfb and xdotool"
    ),
]


@pytest.fixture
def display() -> Iterator[str]:
    """A display of its own; the server picks a free number."""
    reading, writing = os.pipe()
    screen = f"{WIDTH}x{HEIGHT}x24"
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", screen, "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "settings.toml").write_text(f'pack = "{settings.starter_pack()}"\n', encoding="utf-8")
    for name in ("models", "cache"):
        source = settings.home() / name
        if source.exists():
            (tmp_path / name).symlink_to(source)
    return tmp_path


def logged(home: Path, event: str) -> int:
    log = home / "logs" / "kiosk-events.jsonl"
    return log.read_text(encoding="utf-8").count(f'"event":"{event}"') if log.exists() else 0


def until(home: Path, event: str, count: int, seconds: float, again: list[str] | None = None) -> None:
    """Wait for the event; ``again``: done every second while it has not come (a window maps in its own time)."""
    deadline = time.monotonic() + seconds
    while logged(home, event) < count:
        assert time.monotonic() < deadline, f"{event} did not come"
        if again:
            subprocess.run(again, check=False, capture_output=True)
        time.sleep(1.0)


def test_a_pointer_and_keys_in_a_real_window(display: str, home: Path) -> None:
    environment = {**os.environ, "DISPLAY": display, "BIANMIN_HOME": str(home), "PYTHONPATH": PATHS}
    environment.pop("SDL_VIDEODRIVER", None)
    command = [sys.executable, "-m", "bianmin", "kiosk", "--size", f"{WIDTH}x{HEIGHT}"]
    errors = home / "errors"
    with errors.open("wb") as sink:
        kiosk = subprocess.Popen(command, env=environment, stdout=sink, stderr=sink)
    xdotool = ["env", f"DISPLAY={display}", "xdotool"]
    try:
        until(home, "kiosk-ready", 1, 240)
        press = [*xdotool, "mousemove", str(WIDTH // 2), str(HEIGHT // 2), "click", "1"]
        until(home, "session-started", 1, 60, press)
        focused = subprocess.run([*xdotool, "search", "--name", "."], capture_output=True, text=True, check=False)
        for window in focused.stdout.split():
            subprocess.run([*xdotool, "windowfocus", window], check=False, capture_output=True)
        end = [*xdotool, "mousemove", str(WIDTH * 9 // 10), str(HEIGHT - 40), "click", "1"]  # 人工
        subprocess.run(end, check=True)
        subprocess.run([*xdotool, "key", "Down", "Down", "Return"], check=True)
        assert kiosk.poll() is None, errors.read_text(errors="replace")
    finally:
        kiosk.terminate()
        kiosk.wait(timeout=30)
    assert logged(home, "program-broken") == 0
