"""What the front end knows besides the dialog: the screen in front, the citizen's settings, what is being typed."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from dialog.acts import AttractScreen, Screen
from kiosk.staff.records import StaffView
from kiosk.surroundings import Surroundings
from kiosk.theme import Contrast, TextSize

ELDER_SIZES = (TextSize.LARGE, TextSize.LARGER, TextSize.LARGEST)
ALL_SIZES = tuple(TextSize)


CANDIDATES = 16
"""Candidates offered at a time; the screen shows as many as fit."""


PREVIEW = "preview:"
"""The handle of the viewfinder's picture begins with it; its number follows, so that each is drawn."""


class Voice(StrEnum):
    """What the microphone and the loudspeaker are doing."""

    OFF = "off"  # there is no microphone
    WAKING = "waking"  # the recogniser is still being loaded
    READY = "ready"  # press to speak
    LISTENING = "listening"  # speak now
    THINKING = "thinking"  # heard; looking for the answer
    SPEAKING = "speaking"  # the terminal speaks

    @property
    def deaf(self) -> bool:
        """Whether nothing can be said to the terminal now."""
        return self in (Voice.OFF, Voice.WAKING)


class Overlay(StrEnum):
    """What lies over the dialog's screen."""

    NONE = ""
    KEYBOARD = "keyboard"
    WRITING = "writing"
    SETTINGS = "settings"

    @property
    def enters_text(self) -> bool:
        return self in (Overlay.KEYBOARD, Overlay.WRITING)


InkStroke = tuple[tuple[int, int], ...]
"""Where a finger went over the writing paper, in pixels of the glass."""


class Typing(msgspec.Struct, frozen=True):
    """``text``: what stands in the field; ``letters``: pinyin not yet made characters; ``page`` of candidates.

    ``ink``: the strokes of the character being written.
    """

    text: str = ""
    letters: str = ""
    candidates: tuple[str, ...] = ()
    page: int = 0
    ink: tuple[InkStroke, ...] = ()

    def __repr__(self) -> str:
        return "Typing(...)"


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a screen is drawn from. ``seconds``: the idle countdown; ``level``: loudness heard, 0..1.

    ``pausing``: between two parts of what is being read. ``preview``: the viewfinder's picture, 0: none. ``around``:
    what is out of service; ``day``: today (ISO), to tell how old the content is. ``dark``: the screen is blank, for
    those who listen with a headset.
    """

    screen: Screen = AttractScreen()
    language: str = "zh"
    elder: bool = True
    size: TextSize = TextSize.LARGER
    contrast: Contrast = Contrast.CALM
    page: int = 0
    overlay: Overlay = Overlay.NONE
    typing: Typing = Typing()
    voice: Voice = Voice.READY
    level: float = 0.0
    pausing: bool = False
    partial: str = ""
    seconds: int = 0
    rate: float = 1.0
    volume: int = 6
    can_print: bool = True
    can_type: bool = True
    can_write: bool = True
    ready: bool = True
    recording: bool = False
    preview: int = 0
    headset: bool = False
    dark: bool = False
    around: Surroundings = Surroundings()
    day: str = ""
    staff: StaffView | None = None
    beat: int = 0
    pressed: str = ""
    focus: str = ""

    @property
    def sizes(self) -> tuple[TextSize, ...]:
        """The sizes 大字 goes through."""
        return ELDER_SIZES if self.elder else ALL_SIZES
