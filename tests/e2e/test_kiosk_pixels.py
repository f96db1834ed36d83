"""A sample of the score card: contrast measured on the pixels the real window draws, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.fonts import DEBIAN

ROOT = Path(__file__).resolve().parents[2]
PATHS = os.pathsep.join(str(ROOT / folder) for folder in (".", "offline-cache", "deploy-image"))
SCREENS = ("attract-trouble", "listen-live", "answer", "writing", "keyboard", "staff-about")


@pytest.mark.skipif(not DEBIAN.exists(), reason="needs the Debian package fonts-noto-cjk")
def test_every_text_stands_out_on_the_pixels(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": PATHS}
    command = [sys.executable, str(Path(__file__).with_name("kiosk_pixels.py")), str(tmp_path), ",".join(SCREENS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    scores = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("SCORE")]
    assert len(scores) == 2 * len(SCREENS), done.stderr[-2000:]
    same = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("SAME")]
    assert [name for name, _, yes in same if yes != "True"] == []
    assert len(same) == len(scores)
    for name, contrast, ratio in scores:
        assert float(ratio) >= (10.0 if contrast == "calm" else 20.0), (name, contrast, ratio)
