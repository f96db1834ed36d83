"""The real recogniser in its watched process: killed in the middle of an utterance, nothing that was said is lost."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bianmin.hearing import open_hearing_recogniser, start_recognition
from bianmin.settings import Settings, model_directories
from speech.audio import RECOGNISER_RATE, read_audio
from speech.endpointing import FRAME
from speech.evaluation import hear
from speech.hearing import Final, Hearing, HearingEvent, Unintelligible
from speech.models import ModelError, find
from speech.recognition import SpeechError
from speech.supervision import Supervisor

CLIP = "aishell1_sample_021.wav"  # 国务院派出八个督察组


class Restarts:
    """Counts what the watchdog tells, and lets the test wait for it."""

    def __init__(self) -> None:
        self.count = 0
        self.happened = threading.Event()

    def __call__(self) -> None:
        self.count += 1
        self.happened.set()


@pytest.fixture(scope="module")
def supervised() -> Iterator[tuple[Supervisor, Restarts]]:
    try:
        find("zipformer-pinyin-zh", model_directories())
    except ModelError as error:
        pytest.skip(str(error))
    restarts = Restarts()
    supervisor = start_recognition(Settings(), ["国务院"], "zipformer", spare=False, on_restart=restarts)
    try:
        supervisor.wait_ready(120)
        yield supervisor, restarts
    finally:
        supervisor.close()


@pytest.mark.shared_data
def test_killed_in_mid_utterance_it_still_understands_the_whole(
    supervised: tuple[Supervisor, Restarts], shared_data: Path
) -> None:
    supervisor, restarts = supervised
    audio = read_audio(shared_data / "speech-dev" / CLIP)
    expected = hear(open_hearing_recogniser(Settings(), ["国务院"], "zipformer"), audio).text
    before = restarts.count
    stream = supervisor.stream()
    half = len(audio.samples) // 2
    stream.feed(audio.samples[:half])
    os.kill(supervisor.process_id, signal.SIGKILL)
    stream.feed(audio.samples[half:])
    assert stream.finish_soon().result(120).text == expected
    assert restarts.happened.wait(10)
    assert restarts.count == before + 1


@pytest.mark.shared_data
def test_killed_again_and_again_the_front_end_hears_an_event_and_the_next_question_works(
    supervised: tuple[Supervisor, Restarts], shared_data: Path
) -> None:
    """``Hearing`` never raises: a turn lost with two processes is ``Unintelligible``, the next one is understood."""
    supervisor, restarts = supervised
    speech = read_audio(shared_data / "speech-dev" / CLIP).samples
    quiet = (1e-4 * np.random.default_rng(3).standard_normal(RECOGNISER_RATE * 2)).astype(np.float32)
    ears = Hearing(supervisor)

    def listen(sound: np.ndarray[tuple[int], np.dtype[np.float32]], kill: bool) -> list[HearingEvent]:
        events: list[HearingEvent] = []
        for start in range(0, len(sound), FRAME):
            events += ears.feed(sound[start : start + FRAME])
            if kill and ears.busy and start > 2 * RECOGNISER_RATE:
                for _ in range(2):  # the process at work, and the one that is given the same sound after it
                    restarts.happened.clear()
                    supervisor.wait_ready(120)
                    os.kill(supervisor.process_id, signal.SIGKILL)
                    assert restarts.happened.wait(60)
                kill = False
        return events + list(ears.flush())

    lost = listen(np.concatenate([quiet, speech]), kill=True)
    assert Unintelligible("restarted") in lost
    assert not any(isinstance(event, Final) for event in lost)
    heard = listen(np.concatenate([quiet, speech, quiet]), kill=False)
    assert any(isinstance(event, Final) for event in heard)


def test_a_damaged_model_is_one_sentence_and_no_process_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIANMIN_MODELS", str(tmp_path))
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path))
    if any((directory / "zipformer-pinyin-zh").exists() for directory in model_directories()):
        (tmp_path / "vosk").mkdir()
        broken = Settings(speech=Settings().speech.__class__(engine="vosk", vosk_model=str(tmp_path / "vosk")))
        supervisor = start_recognition(broken, spare=False)
        try:
            with pytest.raises(SpeechError, match="cannot be loaded"):
                supervisor.wait_ready(120)
        finally:
            supervisor.close()
    else:
        with pytest.raises(ModelError, match="bianmin models fetch"):
            start_recognition(Settings())
