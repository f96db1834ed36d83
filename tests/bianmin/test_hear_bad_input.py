"""`bianmin hear` with sound of every kind and with what is no sound: a bad file is one sentence, the next one works."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pypinyin import lazy_pinyin

from bianmin.cli.output import CommandError
from bianmin.cli.speech import hear_files
from bianmin.settings import model_directories
from speech.audio import Audio, read_audio
from speech.models import ModelError, find

RATE = 16_000
MEANT = "派出八个"  # however the recording was stored


def sounds(text: str) -> str:
    return " ".join(lazy_pinyin(text))


@pytest.fixture
def speech(shared_data: Path) -> Audio:
    try:
        find("zipformer-pinyin-zh", model_directories())
    except ModelError as error:
        pytest.skip(str(error))
    return read_audio(shared_data / "speech-dev" / "aishell1_sample_021.wav")


@pytest.mark.shared_data
def test_a_bad_file_is_one_sentence_and_the_next_is_heard(
    speech: Audio, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = speech.samples
    stereo = speech.at(44_100).samples

    def write(name: str, samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]], rate: int, subtype: str) -> None:
        soundfile.write(tmp_path / f"{name}.wav", samples, rate, subtype=subtype)

    write("eight-bits", sound / np.abs(sound).max(), RATE, "PCM_U8")
    write("stereo-44100", np.stack([stereo, stereo], axis=1), 44_100, "PCM_24")
    write("float", sound, RATE, "FLOAT")
    write("clipped", np.clip(20 * sound, -1, 1), RATE, "PCM_16")
    write("telephone", speech.at(8_000).samples, 8_000, "ULAW")
    write("silent", np.zeros(2 * RATE, np.float32), RATE, "PCM_16")
    write("ten-minutes", np.zeros(600 * 8_000, np.float32), 8_000, "PCM_U8")
    write("whole", np.concatenate([sound, sound]), RATE, "PCM_16")
    whole = (tmp_path / "whole.wav").read_bytes()
    (tmp_path / "truncated.wav").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "letter.wav").write_text("您好")
    (tmp_path / "empty.wav").touch()
    bad = {"ten-minutes": "minutes long", "letter": "not a sound file", "empty": "is empty", "missing": "not exist"}
    good = ["eight-bits", "stereo-44100", "float", "clipped", "telephone", "truncated"]
    order = [name for pair in zip([*bad, "silent", "silent"], good, strict=True) for name in pair]

    with pytest.raises(CommandError) as refused:
        hear_files([tmp_path / f"{name}.wav" for name in order], engine="zipformer", as_json=True)
    rows = {Path(row["file"]).stem: row for row in json.loads(capsys.readouterr().out.splitlines()[-1])}
    for name, sentence in bad.items():
        assert sentence in rows[name]["error"]
        assert sentence in str(refused.value)
    assert rows["silent"]["text"] == ""
    for name in good:
        assert "error" not in rows[name]
        # By sound: which homophone is written is not this test's matter (八个, 八哥).
        assert sounds(MEANT) in sounds(rows[name]["text"]), name
