"""The real model: what it says is understood, it stops when told, and damage is one clear sentence."""

from __future__ import annotations

import itertools
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from bianmin.settings import model_directories
from speech import kokoro
from speech.kokoro import SAMPLE_RATE, Kokoro
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


def test_the_first_words_come_before_the_sentence_is_made_and_no_join_is_heard(engine: Kokoro) -> None:
    pieces = list(engine.pieces(SENTENCE, engine.voices[0], 0.9))
    assert len(pieces) > 1
    assert pieces[0].seconds < 1.6
    step = max(float(np.abs(np.diff(piece.samples)).max()) for piece in pieces)
    for before, after in itertools.pairwise(pieces):
        assert abs(float(after.samples[0] - before.samples[-1])) <= step


def test_every_sentence_is_about_as_loud(engine: Kokoro) -> None:
    for sentence in (SENTENCE, "好的。"):
        samples = engine.render(sentence, engine.voices[0], 0.9).samples
        level = float(np.sqrt(np.mean(samples[np.abs(samples) > 0.01] ** 2)))
        assert 20 * np.log10(level) == pytest.approx(kokoro.LEVEL, abs=3)
