"""The real model: what it says is understood, it stops when told, and damage is one clear sentence."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from bianmin.settings import model_directories
from speech import kokoro
from speech.kokoro import SAMPLE_RATE, Kokoro, levelled, trimmed
from speech.models import ModelError, find
from speech.synthesis import SynthesisCancelledError, SynthesisError

SENTENCE = "带上户口簿和身份证原件。"


@pytest.fixture(scope="module")
def directory() -> Path:
    try:
        return find("kokoro-82m", model_directories())
    except ModelError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def engine(directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Kokoro:
    return Kokoro(directory, 2, tmp_path_factory.mktemp("graph"))


def test_what_is_said_is_understood(engine: Kokoro) -> None:
    from rapidfuzz.distance import Levenshtein

    from speech.engines import open_recogniser
    from speech.evaluation import hear
    from speech.lexicon import Lexicon
    from speech.pinyin import of_text, toneless

    try:
        find("zipformer-pinyin-zh", model_directories())
    except ModelError as error:
        pytest.skip(str(error))
    ears = open_recogniser("zipformer", model_directories(), Lexicon(()))
    audio = engine.render(SENTENCE, engine.voices[0], 0.9)
    heard = [toneless(syllable) for syllable in hear(ears, audio).pinyin]
    expected = [toneless(syllable) for syllable in of_text(SENTENCE.strip("。"))]
    assert Levenshtein.distance(expected, heard) <= 2


def test_it_starts_at_once_at_an_even_loudness_and_lasts_as_long_as_the_rate_says(engine: Kokoro) -> None:
    normal, fast = engine.render(SENTENCE, engine.voices[0], 1.0), engine.render(SENTENCE, engine.voices[0], 2.0)
    assert normal.rate == SAMPLE_RATE
    assert fast.seconds < 0.7 * normal.seconds
    assert np.flatnonzero(np.abs(normal.samples) > 0.02)[0] / SAMPLE_RATE < 0.15
    assert np.abs(normal.samples).max() <= 1.0


def test_it_gives_up_when_told_and_speaks_again(engine: Kokoro) -> None:
    timer = threading.Timer(0.3, engine.cancel)
    timer.start()
    with pytest.raises(SynthesisCancelledError):
        engine.render(SENTENCE * 8, engine.voices[0], 1.0)
    timer.join()
    assert engine.render("好。", engine.voices[0], 1.0).seconds > 0.1


def test_nothing_to_say_is_refused(engine: Kokoro) -> None:
    with pytest.raises(SynthesisError, match="nothing to say"):
        engine.render("……！", engine.voices[0], 1.0)


def test_a_missing_or_damaged_model_says_what_to_do(directory: Path, tmp_path: Path) -> None:
    with pytest.raises(SynthesisError, match="models fetch"):
        Kokoro(tmp_path)
    shutil.copytree(directory / kokoro.VOICE_FOLDER, tmp_path / kokoro.VOICE_FOLDER)
    (tmp_path / kokoro.MODEL_FILE).write_bytes(b"not a model")
    for cache in (None, tmp_path / "cache"):
        with pytest.raises(SynthesisError, match="models fetch"):
            Kokoro(tmp_path, 1, cache)


def test_silence_is_cut_and_loudness_is_even() -> None:
    rate = SAMPLE_RATE
    tone = (0.05 * np.sin(np.arange(rate) * 0.05)).astype(np.float32)
    quiet = np.zeros(rate // 2, np.float32)
    cut = trimmed(np.concatenate([quiet, tone, quiet]))
    assert len(cut) / rate == pytest.approx(1.06, abs=0.03)
    assert len(trimmed(quiet)) == 0
    voiced = levelled(cut)
    assert np.sqrt(np.mean(voiced[np.abs(voiced) > 0.01] ** 2)) == pytest.approx(0.1, rel=0.1)
