"""Puts the phone line together: pack, search, recogniser, voice become the parts its conversations work with."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from bianmin import settings
from bianmin.hearing import start_recognition
from bianmin.settings import Settings
from bianmin.voice import open_espeak, open_synthesiser
from content.pack import Pack
from content.search import Searcher
from content.search.query import Query
from content.search.vocabulary import vocabulary
from dialog.acts import Act
from dialog.events import Event
from dialog.pack_knowledge import PackKnowledge
from dialog.session import step
from dialog.state import State, Turn
from dialog.world import World
from ivr.diary import FileDiary, Trouble
from ivr.ears import Ears
from ivr.parts import Desk, Errand, Parts
from ivr.voice import LineVoice
from speech import espeak
from speech.clips import ClipsOf
from speech.hearing import Hearing
from speech.speaking import SpeechFailed
from speech.synthesis import Synthesiser, SynthesisError
from speech.synthesis_fallback import WithLastResort

FIRST_WORDS = ("greeting.phone", "listen.more", "silence.phone", "silence.phone_again", "none.unheard")
"""Prompts every caller may hear at once; rendered before the first call."""

PATIENCE = 60.0
"""Seconds a model may take to load."""


def pack_path(chosen: Settings) -> Path:
    """The pack the settings name, else the starter pack."""
    return Path(chosen.pack) if chosen.pack else settings.starter_pack()


def open_parts(chosen: Settings, number: int = 0) -> Parts:
    """Open everything; takes seconds. ``number``: the worker's.

    Raises ``PackError``, ``SpeechError``, ``ModelError`` or ``SynthesisError``: one clear sentence.
    """
    pack = Pack.open(pack_path(chosen))
    searcher = Searcher(pack, accents=chosen.speech.accents)
    world = World(PackKnowledge(pack, searcher), can_print=False)
    recogniser = start_recognition(chosen, vocabulary(pack), spare=False)
    diary = FileDiary(settings.home() / "logs" / f"ivr-{number}.jsonl", dt.datetime.now)
    voice = _voice(chosen, pack, diary)
    voice.prepare(pack.prompt("filler.searching"), [pack.prompt(name) for name in FIRST_WORDS])
    searcher.search(Query("医保"), 1)  # the first search loads the model
    recogniser.wait_ready(PATIENCE)
    pool = ThreadPoolExecutor(2, thread_name_prefix="thinking")

    def think(state: State, event: Event) -> Future[Turn]:
        return pool.submit(step, state, event, world)

    return Parts(
        think=think,
        voice=voice,
        ears=lambda: Ears(Hearing(recogniser)),
        errands=_errand,
        diary=diary,
        today=dt.datetime.now,
        habits=chosen.ivr.habits,
    )


def _errand(act: Act, desk: Desk) -> Errand | None:
    return None


def _voice(chosen: Settings, pack: Pack, diary: FileDiary) -> LineVoice:
    def failed(failure: SpeechFailed) -> None:
        diary.note(Trouble("voice", "SpeechFailed"))

    synthesiser: Synthesiser = open_synthesiser(chosen, spare=False, threads=1)
    name = synthesiser.voices[0]
    if name != espeak.VOICE and espeak.installed():
        synthesiser = WithLastResort(synthesiser, open_espeak)
    clips = ClipsOf(lambda sentence: pack.clip_bytes(sentence, name))
    return LineVoice(synthesiser, clips, chosen.speech.rate, failed)


__all__ = ["SynthesisError", "open_parts", "pack_path"]
