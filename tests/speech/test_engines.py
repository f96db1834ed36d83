"""The real engines with real models: what is understood, and what a damaged model says. Skipped without models."""

from __future__ import annotations

import os
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from speech.audio import RECOGNISER_RATE, read_audio
from speech.endpointing import FRAME
from speech.engines import choose, open_recogniser
from speech.evaluation import compare, hear, read_manifest
from speech.hearing import PARTIAL_EVERY, Hearing, Partial
from speech.lexicon import Lexicon
from speech.models import ModelError, find
from speech.recognition import Recogniser, SpeechError
from speech.zipformer import UNSURE

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("BIANMIN_SHARED", ROOT.parent / "shared"))
DIRECTORIES = [Path(os.environ.get("BIANMIN_MODELS", SHARED / "models")), SHARED / "models"]
CLIPS = SHARED / "data" / "speech-dev"


def _zipformer_folder() -> Path:
    try:
        return find("zipformer-pinyin-zh", DIRECTORIES)
    except ModelError as error:
        pytest.skip(str(error))


def _korean_model() -> Path:
    home = Path(os.environ.get("BIANMIN_HOME", ROOT / "var"))
    try:
        return find("vosk-ko", [home / "models", *DIRECTORIES])
    except ModelError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def zipformer() -> Recogniser:
    _zipformer_folder()
    return open_recogniser("zipformer", DIRECTORIES, Lexicon())


@pytest.mark.shared_data
def test_read_speech_is_understood(zipformer: Recogniser) -> None:
    if not CLIPS.is_dir():
        pytest.skip(f"{CLIPS} is not there")
    wanted = {"aishell1_sample_010.wav", "aishell1_sample_014.wav", "aishell1_sample_021.wav"}
    recordings = [r for r in read_manifest(CLIPS / "manifest.tsv") if r.path.name in wanted]
    assert len(recordings) == 3
    outcomes = [compare(r, hear(zipformer, read_audio(r.path))) for r in recordings]
    assert sum(o.syllable_errors for o in outcomes) <= 2
    assert sum(o.character_errors for o in outcomes) <= 4
    number = next(o.hypothesis for o in outcomes if o.recording.path.name.endswith("010.wav"))
    assert number.text == "13628066930"
    assert number.pinyin[:3] == ("yi1", "san1", "liu4")


@pytest.mark.shared_data
def test_two_streams_at_once_do_not_disturb_each_other(zipformer: Recogniser) -> None:
    if not CLIPS.is_dir():
        pytest.skip(f"{CLIPS} is not there")
    one, other = (read_audio(CLIPS / f"aishell1_sample_0{n}.wav").samples for n in (10, 14))
    alone = hear(zipformer, read_audio(CLIPS / "aishell1_sample_014.wav")).text
    first, second = zipformer.stream(), zipformer.stream()
    partials = set()
    for start in range(0, max(len(one), len(other)), 1600):
        first.feed(one[start : start + 1600])
        partials.add(second.feed(other[start : start + 1600]))
    assert second.finish().text == alone
    assert first.finish().text == "13628066930"
    assert len(partials) >= 5


@pytest.mark.shared_data
def test_a_second_hearing_lines_up_with_the_first(zipformer: Recogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Averaged with an encoding from another moment nothing would be understood; confidence stays a probability."""
    if not CLIPS.is_dir():
        pytest.skip(f"{CLIPS} is not there")
    recording = next(r for r in read_manifest(CLIPS / "manifest.tsv") if r.path.name == "aishell1_sample_014.wav")
    once = compare(recording, hear(zipformer, read_audio(recording.path)))
    assert once.hypothesis.confidence > UNSURE  # so it was heard once
    monkeypatch.setattr("speech.zipformer.UNSURE", 1.1)
    twice = compare(recording, hear(zipformer, read_audio(recording.path)))
    assert twice.syllable_errors <= once.syllable_errors <= 1
    assert 0.5 < twice.hypothesis.confidence <= 1.0
    assert twice.hypothesis.confidence != once.hypothesis.confidence


@pytest.mark.shared_data
def test_a_preview_is_what_the_end_will_be_and_changes_nothing(zipformer: Recogniser) -> None:
    if not CLIPS.is_dir():
        pytest.skip(f"{CLIPS} is not there")
    recordings = read_manifest(CLIPS / "manifest.tsv")[:12]
    for recording in recordings:
        sound = read_audio(recording.path).at(RECOGNISER_RATE).samples[: 6 * RECOGNISER_RATE]
        plain, asked, half = zipformer.stream(), zipformer.stream(), len(sound) // 2
        for start in range(0, len(sound), FRAME):
            plain.feed(sound[start : start + FRAME])
            asked.feed(sound[start : start + FRAME])
            if start <= half < start + FRAME:
                asked.preview_soon()
        preview, end = asked.preview_soon(), plain.finish()
        assert preview is not None
        for other in (preview.result(), asked.finish()):
            assert (other.text, other.pinyin, other.nbest) == (end.text, end.pinyin, end.nbest)
            assert other.confidence == pytest.approx(end.confidence, abs=1e-3)


@pytest.mark.shared_data
def test_partials_come_with_the_speech(zipformer: Recogniser) -> None:
    """An event every 0.2 s of a turn; new words as often as the network gives them, every 0.32 s."""
    if not CLIPS.is_dir():
        pytest.skip(f"{CLIPS} is not there")
    speech = read_audio(CLIPS / "aishell1_sample_021.wav").samples
    quiet = np.random.default_rng(5).normal(0.0, 1e-4, RECOGNISER_RATE).astype(np.float32)
    ears, at, texts = Hearing(zipformer), [], []
    for start in range(0, 2 * len(quiet) + len(speech), FRAME):
        for event in ears.feed(np.concatenate([quiet, speech, quiet])[start : start + FRAME]):
            if isinstance(event, Partial):
                at.append(ears.seconds)
                texts.append(event.text)
    assert max(later - earlier for earlier, later in pairwise(at)) <= PARTIAL_EVERY
    new = [when for when, (before, text) in zip(at[1:], pairwise(texts), strict=True) if text != before]
    assert len(new) >= 5
    assert max(later - earlier for earlier, later in pairwise(new)) <= 2 * 0.32 + 0.04


def test_silence_is_nothing(zipformer: Recogniser) -> None:
    stream = zipformer.stream()
    stream.feed(np.zeros(RECOGNISER_RATE, np.float32))
    heard = stream.finish()
    assert (heard.text, heard.pinyin, heard.confidence) == ("", (), 0.0)


def test_no_sound_at_all_is_nothing(zipformer: Recogniser) -> None:
    assert zipformer.stream().finish().text == ""


@pytest.mark.parametrize("part", ["encoder*.onnx", "decoder*.onnx", "joiner*.onnx", "tokens.txt"])
def test_a_damaged_model_file_is_one_sentence(tmp_path: Path, part: str) -> None:
    folder = tmp_path / "zipformer-pinyin-zh"
    shutil.copytree(_zipformer_folder(), folder)
    bad = next(folder.glob(part))
    bad.chmod(0o644)
    for damage in (b"", b"\x08\x07 not a model", None):
        if damage is None:
            bad.unlink()
        else:
            bad.write_bytes(damage)
        with pytest.raises(SpeechError, match="bianmin models list"):
            open_recogniser("zipformer", [], Lexicon(), model=folder)


def test_a_whisper_folder_without_a_model_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="bianmin models list"):
        open_recogniser("whisper", [], Lexicon(), model=tmp_path)


def test_auto_without_any_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="bianmin models fetch"):
        choose("auto", [tmp_path])


def test_an_unknown_engine_names_the_known_ones() -> None:
    with pytest.raises(SpeechError, match="zipformer, vosk, whisper"):
        choose("siri", [])


@pytest.mark.vosk_model
def test_the_real_kaldi_engine_with_a_real_model() -> None:
    """The model is Korean: Mandarin words are not expected of it, Hangul text, timings and a second utterance are."""
    recogniser = open_recogniser("vosk", [], Lexicon(), model=_korean_model())
    generator = np.random.default_rng(7)
    for _ in range(2):
        stream = recogniser.stream()
        for _ in range(10):
            stream.feed((0.01 * generator.standard_normal(RECOGNISER_RATE // 10)).astype(np.float32))
        heard = stream.finish()
        assert heard.seconds == pytest.approx(1.0)
        assert heard.compute_seconds > 0.0
        assert 0.0 <= heard.confidence <= 1.0


@pytest.mark.vosk_model
@pytest.mark.shared_data
def test_kaldi_hears_speech_as_words_of_its_language() -> None:
    if not CLIPS.is_dir():
        pytest.skip(f"{CLIPS} is not there")
    recogniser = open_recogniser("vosk", [], Lexicon(["异地就医"]), model=_korean_model())
    heard = hear(recogniser, read_audio(CLIPS / "aishell1_sample_014.wav"))
    assert any("\uac00" <= character <= "\ud7a3" for character in heard.text)
    assert 0.0 < heard.confidence <= 1.0


@pytest.mark.vosk_model
def test_a_damaged_vosk_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="cannot be loaded"):
        open_recogniser("vosk", [], Lexicon(), model=tmp_path)
