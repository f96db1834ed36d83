"""When somebody begins to speak and when they have finished: voice activity, and a pause length learned per session.

    sound     ......####.#######....####.................
    voice     ......|voiced ...........|
    turn            ^opened  (voice for ``open_seconds``)        short pauses do not close it
                                       |<--- pause --->|
                                                        ^closed

The pause that closes a turn is learned: every pause inside a turn, after which the speaker went on, moves it (EMA), and
being cut off (speech again right after the turn was closed) moves it more. A turn that already is a complete short
answer (是, 好, 一) closes sooner; one that breaks off in the middle of a phrase (我想, 就是, 的) waits longer.

Time is counted in samples; nothing here looks at a clock.
"""

from __future__ import annotations

import math
from enum import Enum, auto

import msgspec
import numpy as np

from speech.audio import RECOGNISER_RATE, Samples

FRAME = 512
"""Samples the voice activity model takes at a time."""

FRAME_SECONDS = FRAME / RECOGNISER_RATE


class EndpointSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every tunable number of endpointing. Seconds, decibels below full scale, probabilities."""

    open_probability: float = 0.5  # a frame above it is voice
    stay_probability: float = 0.3  # inside a turn a frame above it is still voice
    open_seconds: float = 0.16  # voice needed within open_window to open a turn
    open_window: float = 0.3
    floor_level: float = -50.0  # dB; quieter than this is no one in front of the terminal
    above_noise: float = 9.0  # dB that speech must stand above the sound around it, once that is known
    pause: float = 0.7  # a turn closes after this much quiet, at first
    shortest_pause: float = 0.5
    longest_pause: float = 1.5
    complete_pause: float = 0.45  # after a complete short answer
    unfinished_factor: float = 1.6  # the pause is this much longer after a phrase that must go on
    learning: float = 0.3  # weight of the newest pause
    margin: float = 1.6  # the closing pause is this many times the speaker's usual pause
    regret: float = 1.0  # speech again this soon after closing: we cut the speaker off
    longest_turn: float = 30.0


class Boundary(Enum):
    """What a frame of sound did to the turn."""

    NONE = auto()
    OPENED = auto()
    CLOSED = auto()


class Phrase(Enum):
    """What the words so far say about whether more is to come."""

    OPEN = auto()
    COMPLETE = auto()
    UNFINISHED = auto()


class PauseLearner:
    """The pause that closes a turn, learned from one speaker's own pauses."""

    def __init__(self, settings: EndpointSettings) -> None:
        self._settings = settings
        self._usual = settings.pause / settings.margin

    @property
    def pause(self) -> float:
        """Seconds."""
        s = self._settings
        return min(max(self._usual * s.margin, s.shortest_pause), s.longest_pause)

    def went_on_after(self, seconds: float) -> None:
        """A pause inside a turn. Gaps between syllables (under 0.15 s) say nothing about thinking."""
        if seconds >= 0.15:
            s = self._settings
            self._usual += s.learning * (min(seconds, s.longest_pause) - self._usual)

    def cut_off_after(self, seconds: float) -> None:
        """The turn was closed too early: the whole gap was a pause; believe it at once."""
        self._usual = max(self._usual, min(seconds, self._settings.longest_pause))


class NoiseFloor:
    """The loudness of the place, dB: falls at once, rises slowly (10 dB in 5 s), and not while somebody speaks."""

    def __init__(self) -> None:
        self._floor: float | None = None

    @property
    def level(self) -> float | None:
        return self._floor

    def add(self, level: float) -> None:
        if self._floor is None or level < self._floor:
            self._floor = level
        else:
            self._floor += min(level - self._floor, 2.0 * FRAME_SECONDS)


def level_of(samples: Samples) -> float:
    """Loudness in dB below full scale, -120 for digital silence."""
    energy = float(
        np.dot(samples, samples)
    )  # a phone worker asks 800 times a second: mean and square take ten times that
    return max(-120.0, 10.0 * math.log10(energy / max(1, len(samples)) + 1e-12))


class Endpointer:
    """Frame by frame: give each frame's voice probability and level, get what it did to the turn."""

    def __init__(self, settings: EndpointSettings | None = None) -> None:
        self.settings = settings or EndpointSettings()
        self.learner = PauseLearner(self.settings)
        self.noise = NoiseFloor()
        self._recent: list[bool] = []
        self._open = False
        self._turn = 0.0
        self._voiced = 0.0
        self._quiet = 0.0
        self._since_closed = float("inf")

    @property
    def is_open(self) -> bool:
        return self._open

    @property
    def quiet(self) -> float:
        """Seconds since the last voice of the open turn."""
        return self._quiet

    @property
    def voiced(self) -> float:
        """Seconds of voice in the open turn."""
        return self._voiced

    @property
    def rising(self) -> float:
        """Seconds of voice heard lately while no turn is open: somebody may be about to speak."""
        return sum(self._recent) * FRAME_SECONDS

    def close_now(self) -> None:
        """The turn is over for another reason (a key, the terminal began to speak)."""
        self._open = False
        self._recent.clear()

    def frame(self, probability: float, level: float, phrase: Phrase = Phrase.OPEN) -> Boundary:
        """``phrase`` counts only inside a turn."""
        return self._inside(probability, phrase) if self._open else self._outside(probability, level)

    def _outside(self, probability: float, level: float) -> Boundary:
        s = self.settings
        self._since_closed += FRAME_SECONDS
        floor = self.noise.level
        loud = level > s.floor_level and (floor is None or level > floor + s.above_noise)
        voice = probability >= s.open_probability and loud
        if probability < s.stay_probability:
            self.noise.add(level)
        self._recent = [*self._recent, voice][-max(1, round(s.open_window / FRAME_SECONDS)) :]
        if sum(self._recent) * FRAME_SECONDS < s.open_seconds:
            return Boundary.NONE
        if self._since_closed <= s.regret:
            self.learner.cut_off_after(self.learner.pause + self._since_closed)
        self._open = True
        self._turn = self._voiced = sum(self._recent) * FRAME_SECONDS
        self._quiet = 0.0
        self._recent.clear()
        return Boundary.OPENED

    def _inside(self, probability: float, phrase: Phrase) -> Boundary:
        s = self.settings
        self._turn += FRAME_SECONDS
        if probability >= s.stay_probability:
            if self._quiet:
                self.learner.went_on_after(self._quiet)
            self._quiet = 0.0
            self._voiced += FRAME_SECONDS
        else:
            self._quiet += FRAME_SECONDS
        if self._quiet < self._needed(phrase) and self._turn < s.longest_turn:
            return Boundary.NONE
        self._open = False
        self._since_closed = 0.0
        self._recent.clear()
        return Boundary.CLOSED

    def _needed(self, phrase: Phrase) -> float:
        s = self.settings
        if phrase is Phrase.COMPLETE:
            return min(s.complete_pause, self.learner.pause)
        if phrase is Phrase.UNFINISHED:
            return min(self.learner.pause * s.unfinished_factor, s.longest_pause * s.unfinished_factor)
        return self.learner.pause


_COMPLETE = frozenset(
    (
        *("是", "是的", "对", "对的", "好", "好的", "好啊", "行", "可以", "嗯", "要", "有"),
        *("不", "不是", "不对", "不要", "不用", "没有", "完了", "没了", "谢谢", "再见"),
        *("返回", "打印", "人工", "转人工", "慢一点", "快一点", "大声点", "再说一遍"),
        *("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "零"),
        *("第一个", "第二个", "第三个", "第四个"),
    )
)
_GOES_ON = (
    *("的", "和", "跟", "还有", "就是", "那个", "这个", "我想", "我要", "想问", "请问", "如果", "因为", "但是", "然后"),
    *("我", "他", "她", "在", "把", "给", "到", "去", "要", "想", "或者", "关于", "嗯", "呃"),
)


def phrase_of(text: str) -> Phrase:
    """Whether the words so far are a complete short answer, break off in mid-phrase, or neither."""
    if text in _COMPLETE:
        return Phrase.COMPLETE
    if text and text.endswith(_GOES_ON):
        return Phrase.UNFINISHED
    return Phrase.OPEN
