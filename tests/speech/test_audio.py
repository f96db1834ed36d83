"""Reading sound files of every kind, and refusing what is not one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech.audio import AudioError, read_audio

RATE = 16_000
TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.float32)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "FLOAT", "DOUBLE", "ULAW", "ALAW"])
def test_every_sample_width_sounds_the_same(tmp_path: Path, subtype: str) -> None:
    soundfile.write(tmp_path / "a.wav", TONE, RATE, subtype=subtype)
    assert np.abs(read_audio(tmp_path / "a.wav").samples - TONE).max() < 0.03


def test_stereo_is_mixed_and_44100_is_resampled(tmp_path: Path) -> None:
    wave = (0.5 * np.sin(2 * np.pi * 440 * np.arange(44100) / 44100)).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", np.stack([wave, wave], axis=1), 44100)
    audio = read_audio(tmp_path / "a.wav").at(RATE)
    assert (audio.rate, audio.seconds) == (RATE, pytest.approx(1.0, abs=0.01))
    assert np.abs(audio.samples[1000:-1000] - TONE[1000 : len(audio.samples) - 1000]).max() < 0.02


def test_values_beyond_full_scale_are_clipped(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", TONE * 4, RATE, subtype="FLOAT")
    assert np.abs(read_audio(tmp_path / "a.wav").samples).max() <= 1.0


def test_a_file_cut_short_gives_what_is_there(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", TONE, RATE)
    whole = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(whole[: len(whole) // 2])
    assert 0.3 < read_audio(tmp_path / "a.wav").seconds < 0.7


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"this is a letter, not a recording", "not a sound file"),
        (b"RIFF\x00\x00", "not a sound file"),
    ],
)
def test_what_is_not_sound_is_refused_in_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(AudioError, match=sentence):
        read_audio(tmp_path / "a.wav")


def test_a_header_without_sound_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", TONE[:0], RATE)
    with pytest.raises(AudioError, match="holds no sound"):
        read_audio(tmp_path / "a.wav")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="does not exist"):
        read_audio(tmp_path / "none.wav")
    with pytest.raises(AudioError, match="not a sound file"):
        read_audio(tmp_path)


def test_values_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([0.0, np.nan, 0.0], np.float32), RATE, subtype="FLOAT")
    with pytest.raises(AudioError, match="not numbers"):
        read_audio(tmp_path / "a.wav")


def test_a_recording_longer_than_allowed_is_refused_before_it_is_read(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(70 * RATE, np.float32), RATE)
    with pytest.raises(AudioError, match="cut it"):
        read_audio(tmp_path / "a.wav", longest=60.0)


def test_blocks_are_the_samples_in_order() -> None:
    from speech.audio import Audio

    blocks = list(Audio(TONE, RATE).blocks(0.03))
    assert np.array_equal(np.concatenate(blocks), TONE)
    assert {len(block) for block in blocks[:-1]} == {480}
