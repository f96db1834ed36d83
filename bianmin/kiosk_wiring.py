"""Puts the kiosk together: pack, search, hearing, voice, printer and typing become the parts its engine works with."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

from bianmin import printing, settings
from bianmin.errands import Equipment, errands
from bianmin.hearing import start_recognition
from bianmin.settings import Settings
from bianmin.voice import open_speaker
from content.pack import Pack
from content.search import Searcher
from content.search.vocabulary import vocabulary
from dialog.pack_knowledge import PackKnowledge
from dialog.world import Limits, World
from kiosk.ears import Listener, ListeningEars
from kiosk.handwriting.reading import FusedHandwriting, Handwriting
from kiosk.ime import Ime, ImeError, Rime
from kiosk.keepsakes import Keepsakes
from kiosk.listening import HearingListener, NoListener
from kiosk.loudspeaker import Loudspeaker
from kiosk.microphone import Microphone
from kiosk.mouth import SpeakingMouth
from kiosk.ports import Diary, Mouth, Parts, Post
from kiosk.ratings import RatingsFile
from kiosk.surroundings import Surroundings
from speech.hearing import Hearing
from speech.models import State, look
from speech.recognition import SpeechError
from speech.speaking import SpeechFailed
from speech.synthesis import SynthesisError

Clock = Callable[[], float]

MODEL_PATIENCE = 120.0
"""Seconds a recogniser may take to load, on a slow disk too, before the kiosk says that it cannot."""


class SilentMouth:
    """A machine without a voice or a loudspeaker: everything stays readable on the glass."""

    available = False

    def speak(self, job: int, texts: tuple[str, ...], rate: float, volume: int, language: str) -> None:
        return

    def hush(self) -> None:
        return


def pack_path(chosen: Settings) -> Path:
    """The pack the settings name, else the starter pack."""
    return Path(chosen.pack) if chosen.pack else settings.starter_pack()


def load_parts(
    chosen: Settings, microphone: Microphone, loudspeaker: Loudspeaker, post: Post, diary: Diary, clock: Clock
) -> Parts:
    """Open everything; takes seconds. Raises ``PackError``, ``SpeechError`` or ``ModelError``: one clear sentence.

    What only makes the terminal poorer (no voice, no keyboard) is left out instead.
    """
    began = time.monotonic()
    pack = Pack.open(pack_path(chosen))
    searcher = Searcher(pack, accents=chosen.speech.accents)
    knowledge = {language: PackKnowledge(pack, searcher, language) for language in ("zh", "en")}
    ears = ListeningEars(microphone, _listener(chosen, pack, microphone, diary, clock), post)
    printer = printing.configured(chosen)
    limits = Limits(idle=chosen.kiosk.idle_seconds, wipe=chosen.kiosk.wipe_seconds)

    def world(language: str) -> World:
        return World(knowledge[language], limits, can_print=printer is not None, can_hear=ears.available)

    keepsakes = Keepsakes()
    around = Surroundings(checked=pack.meta.date.isoformat())
    parts = Parts(
        world=world,
        ears=ears,
        mouth=_mouth(chosen, pack, loudspeaker, post, diary, clock),
        ratings=RatingsFile(settings.home() / "ratings" / "kiosk.jsonl", dt.datetime.now),
        errands=errands(Equipment(printer=printer), pack, chosen, keepsakes, diary),
        keepsakes=keepsakes,
        ime=_ime(),
        handwriting=_handwriting(),
        around=lambda: around,
    )
    diary.note("kiosk-ready", seconds=round(time.monotonic() - began, 1))
    return parts


def _listener(chosen: Settings, pack: Pack, microphone: Microphone, diary: Diary, clock: Clock) -> Listener:
    if not microphone.available:
        return NoListener()
    recogniser = start_recognition(chosen, vocabulary(pack), on_restart=lambda: diary.note("recogniser-restarted"))
    try:
        recogniser.wait_ready(MODEL_PATIENCE)
    except SpeechError:
        recogniser.close()
        raise
    return HearingListener(Hearing(recogniser), clock, lambda: microphone.behind)


def _mouth(chosen: Settings, pack: Pack, loudspeaker: Loudspeaker, post: Post, diary: Diary, clock: Clock) -> Mouth:
    if not loudspeaker.available:
        return SilentMouth()

    def failed(failure: SpeechFailed) -> None:
        diary.note("voice-failed")

    try:
        speaker = open_speaker(chosen, pack, on_failure=failed)
    except SynthesisError:
        diary.note("voice-failed")
        return SilentMouth()
    return SpeakingMouth(speaker, loudspeaker, post, clock, base_rate=chosen.speech.rate)


def _ime() -> Ime | None:
    try:
        return Rime(settings.home() / "cache" / "rime")
    except ImeError:
        return None


def _handwriting() -> Handwriting | None:
    """Reading by hand where its model is installed; opened when the first stroke is read."""
    found = look("handwriting", settings.model_directories())
    if found.state is not State.INSTALLED:
        return None
    return FusedHandwriting(Path(found.directory), settings.home() / "cache" / "handwriting")
