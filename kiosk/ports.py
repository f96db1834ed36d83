"""What the engine needs from outside, as small protocols; the wiring gives the real ones, tests their own.

Ears and mouth live on threads of their own and talk back through ``post``, which may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import msgspec

from dialog.acts import Rate, Vote
from dialog.events import Event
from kiosk.event_ids import EventId
from kiosk.handwriting.reading import Handwriting
from kiosk.ime import Ime
from kiosk.keepsakes import Keepsakes
from kiosk.recording import Player, Recorder
from kiosk.staff.records import StaffTools
from kiosk.surroundings import Surroundings

if TYPE_CHECKING:
    from dialog.world import World  # brings the search with it, which the first picture does not wait for


def _nothing() -> None:
    return


@dataclass(frozen=True)
class Parts:
    """Everything that takes time to load. Some of it (ears, search, typing) may still be on its way.

    ``world`` is asked anew for every step, with the language: a printer may come and go. ``errands``: the slow acts
    this terminal can carry out; ``run``: how (in a thread when it is None). ``background``: how handwriting is read.
    ``around``: what is out of service just now; the same object until something changes. ``keepsakes``: pictures and
    sound of the session under way. ``retire`` is called once other parts have taken over, and returns at once.
    """

    world: Callable[[str], World]
    ears: Ears
    mouth: Mouth
    ratings: Ratings
    errands: Errands
    run: Runner | None = None
    ime: Ime | None = None
    handwriting: Handwriting | None = None
    background: Background | None = None
    keepsakes: Keepsakes = field(default_factory=Keepsakes)
    viewfinder: Finder | None = None
    recorder: Recorder | None = None
    player: Player | None = None
    around: Callable[[], Surroundings] = Surroundings
    staff: StaffTools | None = None
    retire: Callable[[], None] = _nothing


# -- what the ears and the mouth report ------------------------------------------------------------------------------


class Level(msgspec.Struct, frozen=True):
    """How loud it is at the microphone, 0..1."""

    value: float


class SpeechBegan(msgspec.Struct, frozen=True):
    """Somebody started to speak."""


class SpeechOver(msgspec.Struct, frozen=True):
    """The voice stopped; the text is being worked out."""


class PartialHeard(msgspec.Struct, frozen=True):
    """What was understood so far."""

    text: str


class Understood(msgspec.Struct, frozen=True):
    """A finished utterance, with how long its parts took.

    ``speech_ended``: engine clock when the voice stopped, seconds; ``endpoint``: from there until silence was sure;
    ``recognition``: from there until the text was final.
    """

    text: str
    pinyin: tuple[str, ...]
    confidence: float
    nbest: tuple[str, ...]
    speech_ended: float
    endpoint: float
    recognition: float


class NotUnderstood(msgspec.Struct, frozen=True):
    """Somebody spoke, and no word was understood."""


class EarsCame(msgspec.Struct, frozen=True):
    """The recogniser is loaded: from now on what is said can be understood."""


class EarsFailed(msgspec.Struct, frozen=True):
    """The microphone is gone, or the recogniser cannot be loaded."""


class SoundBegan(msgspec.Struct, frozen=True):
    """The first sound of job ``job`` left for the loudspeaker at ``at``, engine clock."""

    job: int
    at: float


class SoundEnded(msgspec.Struct, frozen=True):
    """All of job ``job`` was spoken, or it was cut short, or it could not be spoken."""

    job: int


class ErrandDone(msgspec.Struct, frozen=True):
    """What the dialog is told about errand ``job``; None: that it is over needs no word."""

    job: int
    event: Event | None


class CodeScanned(msgspec.Struct, frozen=True):
    """A code was held before the scanner."""

    text: str

    def __repr__(self) -> str:
        return "CodeScanned(...)"


class CardRead(msgspec.Struct, frozen=True):
    """An identity card lay on the reader: the holder's name, and nothing else of it."""

    name: str

    def __repr__(self) -> str:
        return "CardRead(...)"


class ViewfinderSees(msgspec.Struct, frozen=True):
    """The camera's picture number ``number`` can be shown."""

    number: int


class Headset(msgspec.Struct, frozen=True):
    """A headset was plugged in or pulled out."""

    plugged: bool


class Presence(msgspec.Struct, frozen=True):
    """Somebody stands before the terminal, not only walks by; or nobody does any more."""

    there: bool


class StaffDone(msgspec.Struct, frozen=True):
    """What a worker of the staff area found on visit ``visit``."""

    visit: int
    outcome: object


class InkRead(msgspec.Struct, frozen=True):
    """What the strokes of ``spell`` may be, the likeliest first."""

    spell: int
    candidates: tuple[str, ...]


class Ready(msgspec.Struct, frozen=True):
    """A touch leads on from now on; or the content was renewed, and whoever comes next is served from that."""

    parts: Parts


TalkReport = (
    Level
    | SpeechBegan
    | SpeechOver
    | PartialHeard
    | Understood
    | NotUnderstood
    | EarsCame
    | EarsFailed
    | SoundBegan
    | SoundEnded
    | ErrandDone
    | ViewfinderSees
)
"""What concerns only the conversation under way."""
Report = TalkReport | Ready | InkRead | CodeScanned | CardRead | Headset | Presence | StaffDone
Post = Callable[[Report], None]


@dataclass(frozen=True)
class Front:
    """What the parts need of the window: where to report, and what is going on before it."""

    post: Post
    idle: Callable[[], bool]
    wants_name: Callable[[], bool]
    press: Callable[[str], None]


# -- ports -----------------------------------------------------------------------------------------------------------


class Ears(Protocol):
    """The microphone and the recogniser behind it."""

    @property
    def available(self) -> bool: ...

    @property
    def coming(self) -> bool:
        """Whether they are not available yet but will be: the recogniser is being loaded."""

    def wake(self) -> None:
        """A session begins: the microphone may be opened."""

    def listen(self) -> None:
        """From now on what is said counts."""

    def finish(self) -> None:
        """What was said until now is the utterance; nothing more counts."""

    def deafen(self) -> None:
        """Nothing counts from now on; what was said is forgotten."""

    def sleep(self) -> None:
        """The session is over: close the microphone, forget everything."""


class Mouth(Protocol):
    """The speaker and the loudspeaker before it."""

    @property
    def available(self) -> bool: ...

    def speak(self, job: int, texts: tuple[str, ...], rate: float, volume: int, language: str) -> None:
        """Say ``texts`` one after the other; reports SoundBegan and SoundEnded with ``job``."""

    def hush(self) -> None:
        """Silence within 300 ms; the job under way ends."""


def _as_it_is(act: Any) -> Any:
    return act


@dataclass(frozen=True)
class Errand:
    """How one kind of act is carried out. ``kind`` is its word in the event catalogue.

    ``ready`` runs at once, on the main thread, and takes what belongs to the session while it lasts; ``work`` gets its
    result in a worker and may take seconds; ``lost`` is what the dialog hears when the outcome is not known.
    ``patience``: seconds until then.
    """

    kind: str
    work: Callable[[Any], Event | None]
    lost: Callable[[Any], Event | None]
    patience: float = 120.0
    ready: Callable[[Any], Any] = _as_it_is


Errands = Mapping[type, Errand]
"""By the type of the act."""


class Job(NamedTuple):
    """An errand under way. ``work`` does it; ``lost`` is the word when that never ends."""

    number: int
    kind: str
    act: object
    work: Callable[[], Event | None]
    lost: Event | None


Runner = Callable[[Job, Post], None]
"""Carries out a job and posts ``ErrandDone`` when there is a word for the dialog."""


Background = Callable[[Callable[[], None]], None]
"""Do something off the main thread, one after the other."""


class Finder(Protocol):
    """Shows what the camera sees (``kiosk.viewfinder``)."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def picture(self) -> bytes | None: ...


class Ratings(Protocol):
    """Where anonymous ratings and choices are kept."""

    def keep(self, rating: Rate | Vote) -> None: ...


class Diary(Protocol):
    """The event log. ``event`` is an id of ``kiosk/events.toml``; values are numbers and closed words, never a text."""

    def note(self, event: EventId, **values: str | int | float | bool) -> None: ...
