"""The real kiosk in a process of its own, rendered offscreen: driven by touch from the first screen to the wipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from bianmin import settings
from kiosk.driver import Driver, DriverError
from kiosk.fonts import DEBIAN

ROOT = Path(__file__).resolve().parents[2]
PATHS = os.pathsep.join(str(ROOT / folder) for folder in (".", "offline-cache", "deploy-image"))

pytestmark = [
    pytest.mark.skipif(not DEBIAN.exists(), reason="needs the Debian package fonts-noto-cjk"),
    pytest.mark.skipif(not settings.starter_pack().exists(), reason="needs the starter pack: make setup"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own with the starter pack and a slip printer that writes a file."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "settings.toml").write_text(
        f'pack = "{settings.starter_pack()}"\n[printer]\ndevice = "file:{folder}/slip.bin"\n', encoding="utf-8"
    )
    for name in ("models", "cache"):
        source = settings.home() / name
        if source.exists():
            (folder / name).symlink_to(source)
    return folder


@pytest.fixture(scope="module")
def kiosk(home: Path) -> Iterator[Driver]:
    with Driver.start(environment={"BIANMIN_HOME": str(home), "PYTHONPATH": PATHS}, seconds=240) as driver:
        yield driver


def test_typed_question_to_slip_rating_and_wipe(kiosk: Driver, home: Path, tmp_path: Path) -> None:
    assert kiosk.look().screen == "attract"
    kiosk.tap("start")
    kiosk.wait(screen="listen")
    kiosk.tap("type")
    if kiosk.look().overlay == "writing":
        kiosk.tap("type:keyboard")
    for letter in "yibao":
        kiosk.tap(f"letter:{letter}")
    kiosk.tap("candidate:0")
    kiosk.tap("submit")
    seen = kiosk.wait(screen=("answer", "clarify"), seconds=30)
    if seen.screen == "clarify":
        kiosk.tap(next(name for name in seen.targets if name.startswith("choice:item:")))
        kiosk.wait(screen="answer")
    kiosk.shot(tmp_path / "answer.png")
    picture = Image.open(tmp_path / "answer.png")
    assert picture.size == (1080, 1920)
    assert len(picture.getcolors(1_000_000) or ()) > 50, "the glass must not be empty"
    kiosk.tap("key:print")
    printed = kiosk.wait(screen="print", seconds=5)
    while printed.document["state"] == "printing":
        printed = kiosk.look()
    assert printed.document["state"] in ("done", "unknown")
    assert (home / "slip.bin").stat().st_size > 500
    kiosk.tap("key:finish")
    kiosk.wait(screen="rate")
    kiosk.tap("rate:5")
    kiosk.wait(screen="goodbye")
    kiosk.tap("start")
    assert kiosk.wait(screen="listen").sessions == 1


def test_a_control_that_is_not_there_cannot_be_tapped(kiosk: Driver) -> None:
    with pytest.raises(DriverError, match="no control"):
        kiosk.tap("key:stay")


def test_nothing_typed_is_left_on_the_disk(kiosk: Driver, home: Path) -> None:
    """Runs after a typed question: its letters and characters are in no log below the home folder."""
    for path in home.rglob("*.jsonl"):
        text = path.read_text(encoding="utf-8")
        assert "yibao" not in text
        assert "医保" not in text


def test_a_missing_pack_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(f'pack = "{tmp_path}/none.pack"\n', encoding="utf-8")
    environment = {"BIANMIN_HOME": str(tmp_path), "PYTHONPATH": PATHS}
    with pytest.raises(DriverError, match=r"none\.pack"):
        Driver.start(environment=environment, seconds=120, program=(sys.executable, "-m", "bianmin")).close()
