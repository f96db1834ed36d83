"""Puts the phone line together: pack, search, recogniser, voice become the parts its conversations work with."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from bianmin import filing, self_test, settings
from bianmin.dispatching import open_dispatcher
from bianmin.hearing import expected_words, start_recognition
from bianmin.ivr_errands import PhoneErrands
from bianmin.opinions import OpenConsultations
from bianmin.pack_in_use import pack_in_use
from bianmin.settings import Settings
from bianmin.usage import CountingSearch, Held, Usage, report_hourly
from bianmin.voice import open_espeak, open_synthesiser
from content.pack import Pack
from content.search import Searcher
from content.search.query import Query
from content.search.vocabulary import vocabulary
from dialog.acts import Say
from dialog.events import Event, Started
from dialog.pack_knowledge import PackKnowledge
from dialog.session import step
from dialog.state import State, Turn
from dialog.world import Dispatcher, World
from ivr import urgency
from ivr.call_recording import RecordedLeg
from ivr.diary import FileDiary, Trouble
from ivr.ears import Ears
from ivr.journal import ENDING, Journals
from ivr.leg import Dialler, Leg
from ivr.parts import Parts, Thought
from ivr.voice import LineVoice
from offline_cache.layout import Terminal
from offline_cache.sealing import Sealer
from speech import espeak
from speech.clips import ClipsOf
from speech.endpointing import EndpointSettings
from speech.hearing import Hearing
from speech.recognition import Recogniser
from speech.speaking import SpeechFailed
from speech.synthesis import Synthesiser
from speech.synthesis_fallback import WithLastResort

FIRST_WORDS = ("greeting.phone", "listen.more", "silence.phone", "silence.phone_again", "none.unheard")
"""Prompts every caller may hear at once; rendered before the first call."""

PATIENCE = 150.0
"""Seconds a model may take to load on a busy machine."""

VOICE_PATIENCE = 8.0
"""Seconds the first call waits for the first words to be rendered; with clips in the pack they are there at once."""

THREADS = 3
"""Of a worker, for searching and filing."""


def pack_path(chosen: Settings) -> Path:
    """The pack the settings name, else what sync brought, else the starter pack."""
    return pack_in_use(chosen)


@dataclass
class Loaded:
    """What takes long to load and is the same for every worker. ``failed`` is told of what could not be spoken;
    ``dispatch_broken``: the city's own model for requests could not be used."""

    pack: Pack
    words: Sequence[str]
    searcher: Searcher
    recogniser: Recogniser
    voice: LineVoice
    pool: ThreadPoolExecutor
    dispatcher: Dispatcher
    dispatch_broken: bool
    failed: list[Callable[[SpeechFailed], None]]


@contextlib.contextmanager
def load(chosen: Settings) -> Iterator[Loaded]:
    """Load the slow parts side by side; takes seconds, ten times as long on a busy machine.

    Raises ``PackError``, ``SpeechError``, ``ModelError``, ``SynthesisError`` or ``CommandError``: one clear sentence.
    """
    pack = Pack.open(pack_path(chosen))
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="thinking")
    # its words go to a child that boots
    listening = pool.submit(start_recognition, chosen, expected_words(pack), spare=False)
    failed: list[Callable[[SpeechFailed], None]] = []

    def tell(failure: SpeechFailed) -> None:
        for each in failed:
            each(failure)

    voice = _voice(chosen, pack, tell)
    first = [pack.prompt(name) for name in FIRST_WORDS]
    if chosen.ivr.recording.on:
        first.insert(0, chosen.ivr.recording.notice)
    speaking = pool.submit(voice.prepare, pack.prompt("filler.searching"), first)
    broken: list[bool] = []
    dispatcher = open_dispatcher(settings.home(), pack, lambda: broken.append(True))
    searcher = Searcher(pack, accents=chosen.speech.accents)
    searcher.search(Query("医保"), 1)  # the first search loads the model,
    pack.hours().is_staffed(dt.datetime.now())  # and the first look at the hours the calendar of public holidays
    recogniser = listening.result()
    recogniser.wait_ready(PATIENCE)
    with contextlib.suppress(TimeoutError):
        speaking.result(VOICE_PATIENCE)
    try:
        yield Loaded(pack, vocabulary(pack), searcher, recogniser, voice, pool, dispatcher, bool(broken), failed)
    finally:
        recogniser.close()
        voice.close()
        pool.shutdown(wait=False, cancel_futures=True)


def open_parts(loaded: Loaded, chosen: Settings, dialler: Dialler, number: int = 0) -> Parts:
    """The parts of worker ``number``. Raises like ``load``."""
    home, pack, pool, voice = settings.home(), loaded.pack, loaded.pool, loaded.voice
    diary = FileDiary(home / "logs" / f"ivr-{number}.jsonl", dt.datetime.now)
    loaded.failed.append(lambda failure: diary.note(Trouble("voice", "SpeechFailed")))
    terminal = filing.terminal(chosen)
    folder = home / "ivr" / "messages" / str(number)
    desk = filing.desk(chosen)
    errands = PhoneErrands(chosen.ivr, pack, desk, terminal, folder, dialler, voice, pool)
    errands.recover()
    if loaded.dispatch_broken:
        diary.note(Trouble("dispatch", "DispatchError"))
    usage = Usage(dt.date.today)
    if terminal is not None:
        report_hourly(usage, terminal.outbox, lambda: dt.datetime.now(dt.UTC))
    search = CountingSearch(loaded.searcher, usage, loaded.words)
    world = World(PackKnowledge(pack, search), can_print=False, means=errands.means, dispatcher=loaded.dispatcher)
    consultations = OpenConsultations(time.monotonic, dt.date.today)

    def think(state: State, event: Event) -> Future[Turn]:
        if isinstance(event, Started):
            usage.session()
        return pool.submit(step, state, event, replace(world, consultations=consultations()))

    def foresee(state: State, event: Event) -> Thought:
        held = Held(usage)
        ahead = replace(world, knowledge=PackKnowledge(pack, search.counting(held)), consultations=consultations())

        def turn() -> Turn:
            found, acts = step(state, event, ahead)
            voice.warm([act.text for act in acts if isinstance(act, Say)])
            return found, acts

        future = pool.submit(turn)
        return Thought(future, lambda: future.add_done_callback(lambda done: held.count()))

    with contextlib.suppress(OSError):  # the health check will say that nobody answers
        self_test.serve(self_test.place(home, f"ivr-{number}"), loaded.searcher.search, loaded.recogniser)
    endpoint = EndpointSettings(pause=chosen.ivr.habits.pause)
    return Parts(
        think=think,
        prompt=pack.prompt,
        foresee=foresee,
        voice=voice,
        ears=lambda: Ears(Hearing(loaded.recogniser, endpoint)),
        errands=errands.open,
        diary=diary,
        today=dt.datetime.now,
        left=errands.left,
        rated=errands.rated,
        record=_recorder(chosen, terminal, home / "ivr" / "recordings"),
        notice=chosen.ivr.recording.notice if chosen.ivr.recording.on and terminal is not None else "",
        habits=chosen.ivr.habits,
    )


def _recorder(chosen: Settings, terminal: Terminal | None, folder: Path) -> Callable[[Leg], RecordedLeg] | None:
    """Puts a leg on record, where calls are recorded; without a key to seal to nothing is."""
    recording = chosen.ivr.recording
    if not recording.on or terminal is None:
        return None
    forget_old(folder, dt.datetime.now() - dt.timedelta(days=recording.days))
    journals = Journals(folder, Sealer(terminal.enrolment.central_key))

    def record(leg: Leg) -> RecordedLeg:
        name = f"{dt.datetime.now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        return RecordedLeg(leg, journals.begin(name), time.monotonic)

    return record


def forget_old(folder: Path, before: dt.datetime) -> None:
    """Remove recordings made before a time."""
    for path in folder.glob(f"*{ENDING}"):
        if path.name < f"{before:%Y%m%dT%H%M%S}":
            path.unlink(missing_ok=True)


def _voice(chosen: Settings, pack: Pack, failed: Callable[[SpeechFailed], None]) -> LineVoice:
    synthesiser: Synthesiser = open_synthesiser(chosen, spare=False, threads=1, niceness=urgency.VOICE)
    name = synthesiser.voices[0]
    if name != espeak.VOICE and espeak.installed():
        synthesiser = WithLastResort(synthesiser, open_espeak)
    clips = ClipsOf(lambda sentence: pack.clip_bytes(sentence, name))
    return LineVoice(synthesiser, clips, chosen.speech.rate, failed)
