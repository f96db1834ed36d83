"""Pieces of one sentence are played without a gap: through one stream, which a stop ends at once."""

from __future__ import annotations

import sys
import threading
import types

import numpy as np
import pytest

from kiosk.loudspeaker import SoundCardLoudspeaker
from speech.audio import Audio


class Card:
    """A sound card: every stream opened on it, and what was done with it."""

    def __init__(self) -> None:
        self.streams: list[list[str]] = []
        card = self

        class Stream:
            def __init__(self, samplerate: int, **options: object) -> None:
                self.samplerate = samplerate
                self.done: list[str] = []
                card.streams.append(self.done)

            def start(self) -> None:
                self.done.append("start")

            def write(self, samples: np.ndarray) -> None:
                self.done.append("write")

            def abort(self) -> None:
                self.done.append("abort")

            def close(self, ignore_errors: bool = True) -> None:
                self.done.append("close")

        self.module = types.ModuleType("sounddevice")
        self.module.OutputStream = Stream
        self.module.PortAudioError = OSError
        self.module.query_devices = lambda *_, **__: {"max_output_channels": 2}


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Card:
    made = Card()
    monkeypatch.setitem(sys.modules, "sounddevice", made.module)
    return made


PIECE = Audio(np.zeros(1000, np.float32), 24_000)


def test_pieces_share_a_stream(card: Card) -> None:
    speaker, stop = SoundCardLoudspeaker(), threading.Event()
    assert all(speaker.play(PIECE, 1.0, stop, lambda: None) for _ in range(3))
    assert len(card.streams) == 1
    assert "close" not in card.streams[0]


def test_a_stop_throws_away_what_is_queued_and_the_next_sound_has_a_stream_of_its_own(card: Card) -> None:
    speaker, stop = SoundCardLoudspeaker(), threading.Event()
    speaker.play(PIECE, 1.0, stop, lambda: None)
    stop.set()
    assert not speaker.play(PIECE, 1.0, stop, lambda: None)
    assert card.streams[0][-2:] == ["abort", "close"]
    assert speaker.play(PIECE, 1.0, threading.Event(), lambda: None)
    assert len(card.streams) == 2


def test_another_rate_opens_another_stream(card: Card) -> None:
    speaker, stop = SoundCardLoudspeaker(), threading.Event()
    speaker.play(PIECE, 1.0, stop, lambda: None)
    speaker.play(Audio(PIECE.samples, 8_000), 1.0, stop, lambda: None)
    assert len(card.streams) == 2
    assert card.streams[0][-1] == "close"
