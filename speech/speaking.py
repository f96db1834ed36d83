"""The voice of a front end: a text goes in, sound comes out piece by piece while the next piece is being made.

    utter("好的。第一，新生儿参保。您问的是高龄津贴申领。请带上户口簿，到镇街便民服务中心办。")
        好的。                ── clip of the pack ──▶ at once
        第一，新生儿参保。    ── the clips of a lead-in and of a label after it ──▶
        您问的是              ── the clip of a lead-in ──▶
        高龄津贴申领。        ── synthesised while the lead-in plays ──▶
        请带上户口簿，        ── synthesised while 高龄津贴申领 plays, and heard stretch by stretch ──▶
        到镇街便民服务中心办。 ── synthesised while the piece before plays ──▶

The iterator never raises: a piece that cannot be spoken is reported to ``on_failure`` and left out. ``stop`` (barge-in,
hang-up, wipe) ends it at once from any thread.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from speech.audio import Audio
from speech.clips import Clips, NoClips
from speech.sentences import split_pieces, split_sentences
from speech.synthesis import DEFAULT_RATE, SynthesisCancelledError, Synthesiser, SynthesisError
from speech.time_stretch import stretched

CLIP_RATE = DEFAULT_RATE
"""The rate clips are rendered at: the one they are mostly played at, so mostly nothing is stretched."""

SENTENCE_PAUSE = 0.32
"""Seconds of quiet after a sentence at normal speed; longer the slower it is spoken, for that is when it is needed."""

CLAUSE_PAUSE = 0.10
"""The same after a piece that ends at a comma."""

LONGEST_LEAD = 12
"""Characters of a start that may be a clip of its own (a prompt up to its blank)."""

LEAD_END = "，"
"""A lead-in is followed by the quiet of a comma, whatever its last character."""

T = TypeVar("T")

AHEAD = 4
"""Sounds kept ready at most before another piece is begun."""


@dataclass(frozen=True)
class SpeechFailed:
    """A piece could not be spoken; ``reason`` is one sentence without a word of the text."""

    reason: str


class Utterance(Iterator[Audio]):
    """Sound of one text, piece by piece; made by ``Speaker.utter``."""

    def __init__(self, make: Callable[[Utterance], None], on_stop: Callable[[], None]) -> None:
        self._make = make
        self._on_stop = on_stop
        self._changed = threading.Condition()
        self._ready: deque[Audio] = deque()
        self._finished = False
        self.stopped = False
        threading.Thread(target=self._produce, name="speaking ahead", daemon=True).start()

    def __next__(self) -> Audio:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._ready) or self._finished or self.stopped)
            if self.stopped or not self._ready:
                raise StopIteration
            piece = self._ready.popleft()
            self._changed.notify_all()
            return piece

    def take(self) -> Audio | None:
        """The next piece if it is ready, without waiting; None when it is not, or when there is no more (``over``)."""
        with self._changed:
            if self.stopped or not self._ready:
                return None
            piece = self._ready.popleft()
            self._changed.notify_all()
            return piece

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        with self._changed:
            return self.stopped or (self._finished and not self._ready)

    def stop(self) -> None:
        """No more sound, at once; what was made ahead is thrown away. Safe from any thread, any number of times."""
        with self._changed:
            if self.stopped:
                return
            self.stopped = True
            self._ready.clear()
            over = self._finished
            self._changed.notify_all()
        if not over:
            self._on_stop()

    def add(self, sound: Audio) -> None:
        """The next sound; nothing after ``stop``."""
        with self._changed:
            if not self.stopped and len(sound.samples):
                self._ready.append(sound)
                self._changed.notify_all()

    def wanted(self) -> bool:
        """Wait until more sound is wanted; False when none will be."""
        with self._changed:
            self._changed.wait_for(lambda: self.stopped or len(self._ready) < AHEAD)
            return not self.stopped

    def _produce(self) -> None:
        try:
            self._make(self)
        finally:
            with self._changed:
                self._finished = True
                self._changed.notify_all()


class Speaker:
    """``clips`` first, ``synthesiser`` for the rest. One utterance at a time: a new one stops the one before."""

    def __init__(
        self,
        synthesiser: Synthesiser,
        clips: Clips | None = None,
        *,
        voice: str | None = None,
        on_failure: Callable[[SpeechFailed], None] = lambda failure: None,
    ) -> None:
        self._synthesiser = synthesiser
        self._clips = clips or NoClips()
        self._voice = voice
        self._on_failure = on_failure
        self._lock = threading.Lock()
        self._current: Utterance | None = None

    def utter(self, text: str, rate: float = DEFAULT_RATE) -> Utterance:
        """Sound of ``text`` at ``rate`` (0.5..2, 1 is normal speed). Iterate over it; ``stop`` it to interrupt."""
        self.stop()
        utterance = Utterance(lambda own: self._speak(own, text, rate), self._synthesiser.cancel)
        with self._lock:
            self._current = utterance
        return utterance

    def stop(self) -> None:
        """Silence, at once."""
        with self._lock:
            current, self._current = self._current, None
        if current is not None:
            current.stop()

    def close(self) -> None:
        """Silence, and the end of the synthesiser."""
        self.stop()
        self._synthesiser.close()

    def _speak(self, utterance: Utterance, text: str, rate: float) -> None:
        for sentence in split_sentences(text):
            if not utterance.wanted():
                return
            clip = self._clips.clip(sentence)
            if clip is not None:
                utterance.add(stretched(clip, rate / CLIP_RATE) + pause(sentence, rate, clip.rate))
                continue
            lead, clip = lead_in(sentence, self._clips.clip)
            if clip is not None:
                utterance.add(stretched(clip, rate / CLIP_RATE) + pause(LEAD_END, rate, clip.rate))
                label = self._clips.clip(sentence[len(lead) :].rstrip("。"))
                if label is not None:
                    utterance.add(stretched(label, rate / CLIP_RATE) + pause(sentence, rate, label.rate))
                    continue
            for piece in split_pieces(sentence[len(lead) :]):
                if not utterance.wanted():
                    return
                try:
                    audio = self._synthesiser.synthesise(piece, rate=rate, voice=self._voice, on_sound=utterance.add)
                except SynthesisCancelledError:
                    return
                except SynthesisError as error:
                    self._on_failure(SpeechFailed(str(error)))
                    continue
                utterance.add(pause(piece, rate, audio.rate))


def lead_in(sentence: str, clip: Callable[[str], T | None]) -> tuple[str, T | None]:
    """The longest start of ``sentence`` there is a ``clip`` of, and that: 您问的是, 第一，."""
    for length in range(min(LONGEST_LEAD, len(sentence) - 1), 1, -1):
        found = clip(sentence[:length])
        if found is not None:
            return sentence[:length], found
    return "", None


def pause(piece: str, rate: float, hertz: int) -> Audio:
    """The quiet that belongs after ``piece``."""
    seconds = (CLAUSE_PAUSE if piece[-1:] in "，、：,:" else SENTENCE_PAUSE) / rate
    return Audio(np.zeros(int(seconds * hertz), dtype=np.float32), hertz)
