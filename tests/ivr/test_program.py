"""The whole program on loopback, called by an independent telephone (sipp): what it answers is taken from the wire and
recognised again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz

from bianmin import settings
from bianmin.hearing import open_hearing_recogniser
from bianmin.voice import kokoro_directory, open_synthesiser
from ivr.leg import RATE
from ivr.proving import g711, rtp, sipp
from ivr.proving.wire import Wire
from speech.audio import Audio
from speech.hearing import Final, Hearing
from speech.models import ModelError
from speech.pinyin import of_text
from speech.recognition import Recogniser, SpeechError

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "新生儿怎么上医保"
ANSWER = "您问的是新生儿参加城乡居民基本医疗保险"
RTP_PORTS = range(42_000, 42_400)

pytestmark = [
    pytest.mark.skipif(shutil.which("sipp") is None, reason="needs the Debian package sip-tester"),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root: the answer is taken from the wire"),
    pytest.mark.skipif(kokoro_directory() is None, reason="needs the voice: bianmin models fetch"),
]


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    try:
        return open_hearing_recogniser(settings.load())
    except (SpeechError, ModelError) as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def line(starter_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``bianmin ivr`` answering; its address."""
    port = sipp.free_port(30)
    chosen = tmp_path_factory.mktemp("line") / "settings.json"
    listen = {"port": port, "rtp_first": RTP_PORTS.start, "rtp_last": RTP_PORTS.stop - 1}
    chosen.write_text(
        json.dumps(
            {"pack": str(starter_pack), "ivr": {"listen": listen, "health": "127.0.0.1:0", "numbers": ["12345"]}}
        )
    )
    program = subprocess.Popen(
        [sys.executable, "-m", "bianmin", "ivr", "--json"],
        cwd=ROOT,
        env={**os.environ, "BIANMIN_SETTINGS": str(chosen), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    first = program.stdout.readline()  # ends with the program; the test's own limit ends a hang
    assert first, "the line ended before it answered"
    assert json.loads(first)["serving"].endswith(f":{port}")
    yield f"127.0.0.1:{port}"
    program.send_signal(signal.SIGTERM)
    assert program.wait(30) == 0


def question() -> bytes:
    """The caller's voice as G.711."""
    synthesiser = open_synthesiser(settings.load(), spare=False)
    try:
        voice = next((name for name in synthesiser.voices if name.startswith("zm_")), synthesiser.voices[0])
        sound = synthesiser.synthesise(QUESTION, voice=voice)
    finally:
        synthesiser.close()
    quiet = np.zeros(RATE, np.float32)
    return g711.encode(Audio(np.concatenate([sound.at(RATE).samples, quiet]), RATE))


def recognised(recogniser: Recogniser, audio: Audio) -> str:
    hearing = Hearing(recogniser)
    sound = np.concatenate([audio.at(16_000).samples, np.zeros(16_000, np.float32)])
    events = [*hearing.feed(sound), *hearing.flush()]
    return "".join(event.hypothesis.spoken for event in events if isinstance(event, Final))


def test_a_number_that_is_not_ours_is_refused(line: str, tmp_path: Path) -> None:
    assert sipp.run("00441234567", (), line, tmp_path, refused=486).succeeded == 1


def test_a_caller_asks_and_hears_the_answer(line: str, recogniser: Recogniser, tmp_path: Path) -> None:
    actions = (sipp.Wait(2.0), sipp.Play("question", rtp.sound(question())), sipp.Wait(22.0))
    with Wire(ports=RTP_PORTS) as wire:
        result = sipp.run("12345", actions, line, tmp_path)
    assert (result.succeeded, result.failed) == (1, 0), result.output[-2000:]
    stream = max(wire.sent_from(RTP_PORTS), key=lambda stream: len(stream.packets))
    _, samples = stream.audio()
    heard = recognised(recogniser, Audio(samples, RATE))
    assert fuzz.partial_ratio(of_text(ANSWER), of_text(heard)) > 75, heard
