"""Puts the kiosk together: pack, search, hearing, voice, printer and typing become the parts its engine works with."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bianmin import printing, settings
from bianmin.hearing import open_hearing_recogniser
from bianmin.settings import Settings
from bianmin.voice import open_synthesiser
from content.pack import Pack
from content.search import Searcher
from content.search.vocabulary import vocabulary
from content.slips import SlipTemplateError
from devices.ledger import LedgerError, Outcome
from devices.printing import PrintService, new_job_id
from devices.slip import SlipError
from dialog.acts import Print
from dialog.events import Printed, PrintOutcome
from dialog.pack_knowledge import PackKnowledge
from dialog.world import Limits, World
from kiosk.ears import Listener, ListeningEars
from kiosk.ime import Ime, ImeError, Rime
from kiosk.listening import HearingListener, NoListener
from kiosk.loudspeaker import Loudspeaker
from kiosk.microphone import Microphone
from kiosk.mouth import SpeakingMouth
from kiosk.ports import Diary, Mouth, PaperCame, Parts, Post
from kiosk.ratings import RatingsFile
from speech.clips import ClipsOf
from speech.hearing import Hearing
from speech.speaking import Speaker, SpeechFailed
from speech.synthesis import SynthesisError

Clock = Callable[[], float]


class SlipPaper:
    """The slip printer as the engine sees it: one job at a time, in the background."""

    def __init__(self, service: PrintService | None, pack: Pack, chosen: Settings, post: Post, diary: Diary) -> None:
        self._service, self._pack, self._chosen = service, pack, chosen
        self._post, self._diary = post, diary

    @property
    def available(self) -> bool:
        return self._service is not None

    def start(self, job: int, act: Print) -> None:
        threading.Thread(target=self._print, args=(job, act), name="printing", daemon=True).start()

    def _print(self, job: int, act: Print) -> None:
        self._post(PaperCame(job, self._printed(act)))

    def _printed(self, act: Print) -> Printed:
        if self._service is None:
            return Printed(PrintOutcome.FAILED, "unplugged")
        try:
            slip = printing.slip_for(act, self._pack, self._chosen, dt.datetime.now())
            result = self._service.submit(new_job_id(), slip)
        except (KeyError, SlipTemplateError, SlipError, LedgerError, OSError):
            self._diary.note("slip-not-made")
            return Printed(PrintOutcome.FAILED)
        outcome = {
            Outcome.DONE: PrintOutcome.DONE,
            Outcome.FAILED: PrintOutcome.FAILED,
            Outcome.UNKNOWN: PrintOutcome.UNKNOWN,
        }[result.outcome]
        return Printed(outcome, result.reason)


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
    ears = ListeningEars(microphone, _listener(chosen, pack, microphone, clock), post)
    paper = SlipPaper(printing.configured(chosen), pack, chosen, post, diary)
    limits = Limits(idle=chosen.kiosk.idle_seconds, wipe=chosen.kiosk.wipe_seconds)

    def world(language: str) -> World:
        return World(knowledge[language], limits, can_print=paper.available, can_hear=ears.available)

    parts = Parts(
        world=world,
        ears=ears,
        mouth=_mouth(chosen, pack, loudspeaker, post, diary, clock),
        paper=paper,
        ratings=RatingsFile(settings.home() / "ratings" / "kiosk.jsonl", dt.datetime.now),
        ime=_ime(),
        content_date=pack.meta.date.isoformat(),
    )
    diary.note("kiosk-ready", seconds=round(time.monotonic() - began, 1))
    return parts


def _listener(chosen: Settings, pack: Pack, microphone: Microphone, clock: Clock) -> Listener:
    if not microphone.available:
        return NoListener()
    hearing = Hearing(open_hearing_recogniser(chosen, vocabulary(pack)))
    return HearingListener(hearing, clock, lambda: microphone.behind)


def _mouth(chosen: Settings, pack: Pack, loudspeaker: Loudspeaker, post: Post, diary: Diary, clock: Clock) -> Mouth:
    if not loudspeaker.available:
        return SilentMouth()
    voice = chosen.speech.voice

    def failed(failure: SpeechFailed) -> None:
        diary.note("voice-failed")

    try:
        synthesiser = open_synthesiser(chosen, spare=False)
    except SynthesisError:
        diary.note("voice-failed")
        return SilentMouth()
    clips = ClipsOf(lambda sentence: pack.clip_bytes(sentence, voice))
    speaker = Speaker(synthesiser, clips, on_failure=failed)
    return SpeakingMouth(speaker, loudspeaker, post, clock, base_rate=chosen.speech.rate)


def _ime() -> Ime | None:
    try:
        return Rime(settings.home() / "cache" / "rime")
    except ImeError:
        return None
