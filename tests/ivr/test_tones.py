"""Keys in the sound: every key, short and long, weak and twisted; speech and noise are none. And one press is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.keypad import KeyPad
from ivr.leg import RATE, KeyWay
from ivr.tones import HIGH, KEYS, LOW, ToneKeys
from ivr.voice import pcm
from speech.audio import Samples, read_audio

ALL = "".join(KEYS)


def tone(key: str, seconds: float, low: float = 0.2, high: float = 0.2) -> Samples:
    row = next(number for number, keys in enumerate(KEYS) if key in keys)
    at = np.arange(round(seconds * RATE)) / RATE
    sound = low * np.sin(2 * np.pi * LOW[row] * at) + high * np.sin(2 * np.pi * HIGH[KEYS[row].index(key)] * at)
    return sound.astype(np.float32)


def quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def found(*sounds: Samples, packet: int = 160) -> str:
    sound = np.concatenate(sounds)
    detector = ToneKeys()
    return "".join(
        key for start in range(0, len(sound), packet) for key in detector.find(pcm(sound[start : start + packet]))
    )


@pytest.mark.parametrize("seconds", [0.06, 0.1, 0.3])
def test_all_sixteen_keys_are_heard_once_each(seconds: float) -> None:
    sounds = [part for key in ALL for part in (tone(key, seconds), quiet(0.06))]
    assert found(*sounds) == ALL


@given(st.sampled_from(ALL), st.floats(0.02, 0.4), st.floats(-5, 5), st.integers(0, 400), st.floats(0.0, 0.08))
@settings(max_examples=60)
def test_loud_weak_and_twisted_keys_are_heard(key: str, level: float, twist: float, offset: int, noise: float) -> None:
    low, high = level, level * 10 ** (twist / 20)
    sound = np.concatenate([np.zeros(offset, np.float32), tone(key, 0.12, low, high), quiet(0.1)])
    sound += noise * level * np.random.default_rng(1).standard_normal(len(sound)).astype(np.float32)
    assert found(sound) == key


def test_the_same_key_twice_is_two_presses() -> None:
    assert found(tone("5", 0.1), quiet(0.06), tone("5", 0.1)) == "55"


def test_noise_is_no_key() -> None:
    random = np.random.default_rng(2)
    assert found((0.2 * random.standard_normal(20 * RATE)).astype(np.float32)) == ""


def test_recorded_keys_are_heard_and_recorded_speech_is_none(shared_data: Path) -> None:
    keys = {"one": "1", "three": "3", "five": "5", "seven": "7", "nine": "9", "hash": "#"}
    for name, key in keys.items():
        sound = read_audio(shared_data / "acoustic" / f"tino_{name}_8k.wav").at(RATE)
        assert set(found(sound.samples)) == {key}, name
    clips = sorted((shared_data / "speech-dev").rglob("*.wav"))[:60]
    assert clips
    heard = {path.name: found(read_audio(path).at(RATE).samples) for path in clips}
    assert not any(heard.values()), {name: keys for name, keys in heard.items() if keys}


def presses(*events: tuple[str, KeyWay | None, float]) -> str:
    """``None`` for the way: the key's signalled end."""
    pad = KeyPad()
    counted = ""
    for key, way, at in events:
        if way is None:
            counted += pad.released(at)
        elif pad.pressed(key, way, at):
            counted += key
    return counted


SIGNAL, TONE = KeyWay.SIGNALLED, KeyWay.TONE


def test_a_tone_left_in_the_sound_beside_the_signal_is_the_same_press() -> None:
    assert (
        presses(("5", SIGNAL, 0.0), ("5", TONE, 0.04), ("5", None, 0.1), ("6", SIGNAL, 0.3), ("6", TONE, 0.35)) == "56"
    )
    assert presses(("5", TONE, 0.0), ("5", SIGNAL, 0.02)) == "5"


def test_a_packet_that_comes_after_the_end_is_no_second_press() -> None:
    first = (("5", SIGNAL, 0.0), ("5", None, 0.1))
    assert presses(*first, ("5", SIGNAL, 0.12)) == "5"
    assert presses(*first, ("5", SIGNAL, 0.42), ("6", SIGNAL, 0.5), ("6", None, 0.6)) == "56"


def test_a_second_press_counts_when_it_ends_even_after_a_late_packet() -> None:
    first = (("5", SIGNAL, 0.0), ("5", None, 0.1))
    assert presses(*first, ("5", SIGNAL, 0.2), ("5", None, 0.3), ("5", SIGNAL, 0.4), ("5", None, 0.5)) == "555"
    assert presses(*first, ("5", SIGNAL, 3.0)) == "55"


def test_the_same_key_again_a_moment_later_is_a_second_press() -> None:
    assert presses(("5", SIGNAL, 0.0), ("5", None, 0.1), ("5", SIGNAL, 0.18), ("5", None, 0.28)) == "55"
    assert presses(("5", TONE, 0.0), ("5", TONE, 0.2)) == "55"
