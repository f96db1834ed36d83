"""What goes wrong at the command line is one clear line, the right exit code, no traceback, and nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

ROOT = Path(__file__).resolve().parent.parent.parent


def bianmin(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a home folder of its own and no models but those of that folder."""
    environment = {
        **os.environ,
        "BIANMIN_HOME": str(home),
        "BIANMIN_MODELS": str(home / "models"),
        "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("", "offline-cache", "deploy-image")),
    }
    command = [sys.executable, "-m", "bianmin", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)


def refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """Exit ``code`` and one line on stderr that holds all ``words``."""
    assert done.returncode == code, done
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path


def test_a_file_that_is_not_sound(home: Path) -> None:
    (home / "x.wav").write_bytes(b"this is a letter, not a sound" * 50)
    refused(bianmin(home, "hear", str(home / "x.wav")), 1, "x.wav")


def test_an_empty_sound_file(home: Path) -> None:
    (home / "empty.wav").write_bytes(b"")
    refused(bianmin(home, "hear", str(home / "empty.wav")), 1, "empty")


def test_a_sound_file_of_ten_minutes(home: Path) -> None:
    soundfile.write(home / "long.wav", np.zeros(8000 * 600, np.int16), 8000)
    refused(bianmin(home, "hear", str(home / "long.wav")), 1, "10 minutes")


def test_no_model_at_all(home: Path) -> None:
    soundfile.write(home / "q.wav", np.zeros(16000, np.int16), 16000)
    refused(bianmin(home, "hear", "--engine", "vosk", str(home / "q.wav")), 1, "vosk")


def test_a_broken_pack_and_a_missing_one(home: Path, starter_pack: Path) -> None:
    broken = home / "broken.pack"
    broken.write_bytes(starter_pack.read_bytes()[:20_000])
    refused(bianmin(home, "ask", "新生儿怎么上医保", "--pack", str(broken)), 1, "broken.pack")
    refused(bianmin(home, "ask", "新生儿怎么上医保", "--pack", str(home / "none.pack")), 1, "none.pack")
    assert broken.stat().st_size == 20_000


def test_an_unplugged_printer(home: Path) -> None:
    (home / "text").write_text("您好\n", encoding="utf-8")
    refused(bianmin(home, "print", "text", str(home / "text"), "--to", "tcp:127.0.0.1:9"), 1, "127.0.0.1:9")


def test_an_item_without_a_place_leaves_the_old_pack(home: Path) -> None:
    content = home / "content"
    items = content / "items" / "insurance"
    items.mkdir(parents=True)
    source = ROOT / "content" / "wenling"
    for name in ("pack.yaml", "prompts.yaml"):
        (content / name).write_bytes((source / name).read_bytes())
    text = (source / "items" / "insurance" / "newborn-enrolment.yaml").read_text(encoding="utf-8")
    without = "\n".join(line for line in text.splitlines() if not line.startswith("地点"))
    (items / "newborn-enrolment.yaml").write_text(without, encoding="utf-8")
    pack = home / "old.pack"
    pack.write_bytes(b"the old pack")
    done = bianmin(home, "content", "build", str(content), "-o", str(pack), "--clips", "none")
    assert done.returncode == 1
    assert "newborn-enrolment.yaml" in done.stderr
    assert "地点" in done.stderr
    assert pack.read_bytes() == b"the old pack"


def test_wrong_use_is_exit_2(home: Path) -> None:
    assert bianmin(home, "ask").returncode == 2
    assert bianmin(home, "kiosk", "--size", "large").returncode == 2
    assert bianmin(home, "no-such-command").returncode == 2
