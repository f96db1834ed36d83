"""The whole program on loopback, called by independent telephones (sipp, baresip): what it answers is taken from the
wire and recognised again. The caller stays until the answer was heard, however slow the machine is."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz

from bianmin import settings
from bianmin.hearing import open_hearing_recogniser
from bianmin.voice import kokoro_directory, open_synthesiser
from ivr.leg import RATE
from ivr.proving import g711, rtp, sipp
from ivr.proving.softphone import Softphone
from ivr.proving.wire import Wire
from ivr.voice import pcm
from speech.audio import Audio
from speech.hearing import Final, Hearing, HearingEvent
from speech.models import ModelError
from speech.pinyin import of_text
from speech.recognition import Recogniser, SpeechError

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "新生儿怎么上医保"
ANSWER = "您问的是新生儿参加城乡居民基本医疗保险"
ALIKE = 78
"""Of 100: a halting voice on a busy machine was heard back at 83, the answers nearest to the right one come to 73."""
FIRST_RTP = 20_000 + os.getpid() % 30 * 400
RTP_PORTS = range(FIRST_RTP, FIRST_RTP + 400)
"""Of this run alone: two runs on one machine must not hear each other."""

pytestmark = [
    pytest.mark.skipif(
        shutil.which("sipp") is None or shutil.which("baresip") is None,
        reason="needs the Debian packages sip-tester and baresip-core",
    ),
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
    ivr = {"listen": listen, "health": "127.0.0.1:0", "numbers": ["12345"], "spare": False}
    ivr |= {"admission": {"late": 60.0}}  # a busy machine is no fault of the line under test
    chosen.write_text(json.dumps({"pack": str(starter_pack), "ivr": ivr}))
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
    assert program.wait(120) == 0


def question(path: Path) -> Path:
    """The caller's voice: two seconds of listening to the greeting, the question, long silence."""
    synthesiser = open_synthesiser(settings.load(), spare=False)
    try:
        voice = next((name for name in synthesiser.voices if name.startswith("zm_")), synthesiser.voices[0])
        sound = synthesiser.synthesise(QUESTION, voice=voice)
    finally:
        synthesiser.close()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(2 * 2 * RATE) + pcm(sound.at(RATE).samples) + bytes(2 * 600 * RATE))
    return path


def said(wire: Wire) -> Audio:
    """What the line has said so far."""
    streams = wire.sent_from(RTP_PORTS)
    packets = max(streams, key=lambda stream: len(stream.packets)).packets if streams else []
    sound = [g711.decode(packet.payload) for packet in packets if packet.kind == rtp.ALAW]
    return Audio(np.concatenate([*sound, np.zeros(0, np.float32)]), RATE)


def sound_of(text: str) -> str:
    """Syllables without tones: a recogniser that hears a halting voice keeps the sound, not the characters."""
    return " ".join(syllable.rstrip("12345") for syllable in of_text(text))


def words(events: Iterable[HearingEvent]) -> str:
    return "".join(event.hypothesis.spoken for event in events if isinstance(event, Final))


def test_a_number_that_is_not_ours_is_refused(line: str, tmp_path: Path) -> None:
    assert sipp.run("00441234567", (), line, tmp_path, refused=486).succeeded == 1


def test_a_caller_asks_and_hears_the_answer(line: str, recogniser: Recogniser, tmp_path: Path) -> None:
    """The test's own limit ends a wait in vain."""
    own = question(tmp_path / "question.wav")
    hearing, done, heard = Hearing(recogniser), 0, ""
    with Wire(ports=RTP_PORTS) as wire, Softphone(tmp_path / "phone", "caller", wav=own) as phone:
        phone.dial(f"sip:12345@{line}")
        assert phone.wait("CALL_ESTABLISHED", "CALL_CLOSED")["type"] == "CALL_ESTABLISHED"
        while fuzz.partial_ratio(sound_of(ANSWER), sound_of(heard)) <= ALIKE:
            assert phone.closed() is None, heard
            sound = said(wire).at(16_000).samples
            heard += words(hearing.feed(sound[done:]))
            done = len(sound)
            time.sleep(0.5)
        phone.hang_up()
