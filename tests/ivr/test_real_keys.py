"""Keys over real SIP and RTP, from an independent telephone (sipp): none doubled, none lost, however untidily sent."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ivr.proving import key_presses, rtp, sipp
from ivr.tones import KEYS

ROOT = Path(__file__).resolve().parents[2]
EACH = "".join(KEYS)
ALL = EACH + "1199"
"""Every key, and two pressed twice."""

CALLS = 3
"""A machine that is too busy to play sound in time tears the tones themselves; in one of so many each must be whole."""

LISTENED = 0.5
"""Seconds after the last key: the same key a second time counts when it ends, and nobody hangs up before that."""

pytestmark = pytest.mark.skipif(shutil.which("sipp") is None, reason="needs the Debian package sip-tester")


@pytest.fixture(scope="module")
def line() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port, media = sipp.free_port(), sipp.free_port(200)
    program = subprocess.Popen(
        [sys.executable, "-m", "ivr.proving.key_echo", str(port), str(media)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert json.loads(program.stdout.readline()) == {"ready": port}
    yield f"127.0.0.1:{port}", program
    program.terminate()
    program.wait(10)


def pressed(line: tuple[str, subprocess.Popen[str]], actions: Sequence[sipp.Action], folder: Path) -> str:
    target, program = line
    result = sipp.run("12345", actions, target, folder)
    assert result.succeeded == 1, result.output[-1500:]
    assert program.stdout is not None
    words = (json.loads(line) for line in program.stdout)
    keys = next(word["keys"] for word in words if "keys" in word)
    assert isinstance(keys, str)
    return keys


def lasting(packets: Sequence[rtp.Packet]) -> float:
    return packets[-1].at + 0.3


@pytest.mark.parametrize("untidy", ["", "doubled", "lost ends", "late", "lost start"])
def test_signalled_in_the_media(line: tuple[str, subprocess.Popen[str]], untidy: str, tmp_path: Path) -> None:
    packets = key_presses.events(ALL, 0.1, untidy)
    assert pressed(line, (sipp.Play("keys", packets), sipp.Wait(lasting(packets))), tmp_path) == ALL


def test_signalled_and_left_in_the_sound(line: tuple[str, subprocess.Popen[str]], tmp_path: Path) -> None:
    packets = key_presses.events(ALL, 0.1, sound=True)
    assert pressed(line, (sipp.Play("keys", packets), sipp.Wait(lasting(packets))), tmp_path) == ALL


def test_only_in_the_sound(line: tuple[str, subprocess.Popen[str]], tmp_path: Path) -> None:
    packets = key_presses.tones(EACH, 0.1)
    actions = (sipp.Play("keys", packets), sipp.Wait(lasting(packets)))
    heard: set[str] = set()
    for _ in range(CALLS):
        keys = re.sub(r"(.)\1+", r"\1", pressed(line, actions, tmp_path))  # a torn tone is heard as two
        left = iter(EACH)
        assert all(key in left for key in keys), f"{keys} is not in the order of {EACH}"
        heard |= set(keys)
        if len(heard) == len(EACH):
            return
    assert heard == set(EACH)


def test_by_sip_info(line: tuple[str, subprocess.Popen[str]], tmp_path: Path) -> None:
    actions: list[sipp.Action] = []
    for key in "1234567890*#11":
        actions += [sipp.Info(key), sipp.Wait(0.1)]
    actions.append(sipp.Wait(LISTENED))
    assert pressed(line, actions, tmp_path) == "1234567890*#11"
