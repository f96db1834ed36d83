"""Puts the kiosk together: pack, search, hearing, voice, printer and typing become the parts its engine works with."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bianmin import self_test, settings
from bianmin.cli.devices import inventory_of
from bianmin.dispatching import open_dispatcher
from bianmin.errands.kiosk import Equipment, errands
from bianmin.form_pages import form_pages
from bianmin.hearing import start_recognition
from bianmin.kiosk_equipment import open_equipment, reachable, working
from bianmin.kiosk_inputs import Inputs
from bianmin.kiosk_staff import Tools, read_volume
from bianmin.kiosk_watch import DeviceWatch
from bianmin.opinions import FiledRatings, OpenConsultations
from bianmin.pack_in_use import pack_in_use
from bianmin.pack_in_use import state as sync_state
from bianmin.settings import Settings
from bianmin.usage import CountingSearch, Usage, report_hourly
from bianmin.voice import open_speaker
from content.pack import Pack
from content.search import Searcher
from content.search.vocabulary import vocabulary
from devices.diagnostics import Records
from devices.drivers.id_reader import IdReader
from devices.drivers.keypad import Keypad
from devices.drivers.presence import Radar
from devices.drivers.scanner import SerialScanner, WedgeScanner
from devices.inventory import Inventory
from devices.services import Service
from dialog.pack_knowledge import PackKnowledge
from dialog.world import Limits, World
from kiosk.ears import Listener, ListeningEars
from kiosk.handwriting.reading import FusedHandwriting, Handwriting
from kiosk.ime import Ime, ImeError, Rime
from kiosk.keepsakes import Keepsakes
from kiosk.listening import HearingListener, NoListener
from kiosk.locale_texts import translator
from kiosk.loudspeaker import Loudspeaker, SoundCardLoudspeaker, SwitchingLoudspeaker
from kiosk.microphone import Microphone
from kiosk.mouth import SpeakingMouth, gain_of
from kiosk.ports import Diary, Mouth, Parts, Post
from kiosk.ratings import RatingsFile
from kiosk.recording import Player, Recorder
from kiosk.surroundings import Surroundings
from speech.audio import Audio
from speech.hearing import Hearing
from speech.models import State, look
from speech.recognition import Recogniser, SpeechError
from speech.speaking import SpeechFailed
from speech.synthesis import SynthesisError

Clock = Callable[[], float]

MODEL_PATIENCE = 120.0
"""Seconds a recogniser may take to load, on a slow disk too, before the kiosk says that it cannot."""

TONE_HZ, TONE_SECONDS, TONE_RATE = 1000.0, 1.5, 24_000
"""The calibration's tone: 1 kHz, where a sound level meter's A weighting is 0 dB."""
USUAL_VOLUME = 6


class SilentMouth:
    """A machine without a voice or a loudspeaker: everything stays readable on the glass."""

    available = False

    def speak(self, job: int, texts: tuple[str, ...], rate: float, volume: int, language: str) -> None:
        return

    def hush(self) -> None:
        return


def pack_path(chosen: Settings) -> Path:
    """The pack the settings name, else what sync brought, else the starter pack."""
    return pack_in_use(chosen)


@dataclass(frozen=True)
class Front:
    """What the loaded parts need of the window: where to report, and what is going on before it."""

    post: Post
    idle: Callable[[], bool]
    wants_name: Callable[[], bool]
    press: Callable[[str], None]


@dataclass(frozen=True)
class Hearer:
    """What listens; what waits until it can (raises ``SpeechError``); the recogniser, None without a microphone."""

    listener: Listener
    wait_ready: Callable[[], None]
    recogniser: Recogniser | None = None


def load_parts(
    chosen: Settings,
    microphone: Microphone,
    loudspeaker: Loudspeaker,
    front: Front,
    diary: Diary,
    clock: Clock,
    usage: Usage,
) -> Parts:
    """Open everything; takes seconds. Raises ``PackError``, ``SpeechError`` or ``ModelError``: one clear sentence.

    What only makes the terminal poorer (no voice, no keyboard) is left out instead.
    """
    began = time.monotonic()
    pack = Pack.open(pack_path(chosen))
    words = vocabulary(pack)
    with ThreadPoolExecutor(2, thread_name_prefix="loading") as beside:
        # Handing its words to a process that boots takes seconds, and so does rime; the rest is opened meanwhile.
        listening = beside.submit(_listener, chosen, words, microphone, diary, clock)
        typing = beside.submit(_ime, words)
        return _open(chosen, pack, words, listening, typing, loudspeaker, microphone, front, diary, clock, usage, began)


def _open(
    chosen: Settings,
    pack: Pack,
    words: tuple[str, ...],
    listening: Future[Hearer],
    typing: Future[Ime | None],
    loudspeaker: Loudspeaker,
    microphone: Microphone,
    front: Front,
    diary: Diary,
    clock: Clock,
    usage: Usage,
    began: float,
) -> Parts:
    searcher = Searcher(pack, accents=chosen.speech.accents)
    counting = CountingSearch(searcher, usage, words)
    knowledge = {language: PackKnowledge(pack, counting, language) for language in ("zh", "en")}
    switching = SwitchingLoudspeaker(loudspeaker, _headset(chosen, loudspeaker))
    recorder, player = Recorder(), Player(switching)
    mouth = _mouth(chosen, pack, switching, front.post, diary, clock)
    translator("en")  # compiled now rather than when somebody presses English
    dispatcher = open_dispatcher(settings.home(), pack, lambda: diary.note("dispatch-model-broken"))
    hearer = listening.result()
    ears = ListeningEars(microphone, hearer.listener, front.post, recorder)
    inventory = inventory_of(chosen)
    equipment = open_equipment(
        chosen, inventory, recorder if ears.available else None, player if switching.available else None
    )
    start = Surroundings(checked=_checked() or pack.meta.date.isoformat(), elsewhere=chosen.kiosk.elsewhere)
    records = Records(settings.home() / "diagnostics" / "records.jsonl")
    opening = dt.time.fromisoformat(chosen.kiosk.opening)
    watch = DeviceWatch(
        inventory, records, equipment.busy, diary, start, opening, reachable(chosen.sync.central), front.idle, _checked
    )
    watch.look(dt.datetime.now().astimezone())
    watch.start()
    _listen_at_devices(chosen, inventory, equipment, switching, front)
    limits = Limits(idle=chosen.kiosk.idle_seconds, wipe=chosen.kiosk.wipe_seconds)
    pages = form_pages(pack) if equipment.pages is not None else {}

    consultations = OpenConsultations(clock, dt.date.today)
    if equipment.terminal is not None:
        report_hourly(usage, equipment.terminal.outbox, lambda: dt.datetime.now(dt.UTC))

    def world(language: str) -> World:
        around = watch.around()
        return World(
            knowledge[language],
            limits,
            can_print=equipment.printer is not None and not around.lacks(Service.SLIP),
            can_hear=ears.available,
            offline=around.offline,
            means=working(equipment.means, around),
            dispatcher=dispatcher,
            consultations=consultations(),
            town=chosen.kiosk.town,
            pages=pages,
            elsewhere=around.elsewhere,
        )

    keepsakes = Keepsakes()
    parts = Parts(
        world=world,
        ears=ears,
        mouth=mouth,
        ratings=FiledRatings(RatingsFile(settings.home() / "ratings" / "kiosk.jsonl", dt.datetime.now), equipment.desk),
        errands=errands(equipment, pack, chosen, keepsakes, diary),
        keepsakes=keepsakes,
        recorder=equipment.recorder,
        player=equipment.player,
        ime=typing.result(),
        handwriting=_handwriting(),
        around=watch.around,
        staff=Tools(chosen, pack, inventory, equipment.printer, equipment.busy, lambda gain: _tone(switching, gain)),
    )
    hearer.wait_ready()
    with contextlib.suppress(OSError):  # the health check will say that nobody answers
        self_test.serve(self_test.place(settings.home(), "kiosk"), searcher.search, hearer.recogniser)
    diary.note("kiosk-ready", seconds=round(time.monotonic() - began, 1))
    return parts


def _checked() -> str:
    """The day sync last found the content to be the newest, ISO; empty when it never did."""
    confirmed = sync_state().confirmed
    return confirmed.astimezone().date().isoformat() if confirmed is not None else ""


def _listen_at_devices(
    chosen: Settings, inventory: Inventory, equipment: Equipment, loudspeaker: SwitchingLoudspeaker, front: Front
) -> None:
    """A thread for each device that speaks by itself."""
    inputs = Inputs(front.post)
    for name in inventory.names():
        match inventory.driver(name):
            case SerialScanner() | WedgeScanner() as scanner:
                inputs.scanner(scanner)
            case IdReader() as reader:
                inputs.card_reader(reader, front.wants_name, equipment.busy)
            case Keypad() as keypad:
                inputs.keypad(keypad, front.press)
            case Radar() as radar:
                inputs.presence(radar, equipment.busy)
            case _:
                continue
    if chosen.kiosk.headset_jack:
        inputs.headset(Path(chosen.kiosk.headset_jack), loudspeaker)


def _headset(chosen: Settings, room: Loudspeaker) -> Loudspeaker:
    """The headset's own sound device, or the room's where the sound card switches by itself."""
    return SoundCardLoudspeaker(chosen.kiosk.headset_output) if chosen.kiosk.headset_output else room


def _tone(loudspeaker: Loudspeaker, gain_db: int) -> bool:
    """The reference tone of the calibration, at the usual volume."""
    time_axis = np.arange(int(TONE_SECONDS * TONE_RATE)) / TONE_RATE
    samples = np.sin(2 * np.pi * TONE_HZ * time_axis) * np.minimum(1.0, np.minimum(time_axis, time_axis[::-1]) / 0.05)
    gain = gain_of(USUAL_VOLUME, gain_db)
    return loudspeaker.play(Audio(samples.astype(np.float32), TONE_RATE), gain, threading.Event(), lambda: None)


def _listener(chosen: Settings, words: tuple[str, ...], microphone: Microphone, diary: Diary, clock: Clock) -> Hearer:
    if not microphone.available:
        return Hearer(NoListener(), lambda: None)
    recogniser = start_recognition(chosen, words, on_restart=lambda: diary.note("recogniser-restarted"))

    def ready() -> None:
        try:
            recogniser.wait_ready(MODEL_PATIENCE)
        except SpeechError:
            recogniser.close()
            raise

    return Hearer(HearingListener(Hearing(recogniser), clock, lambda: microphone.behind), ready, recogniser)


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
    home = settings.home()
    return SpeakingMouth(
        speaker, loudspeaker, post, clock, chosen.speech.rate, gain_db=lambda: read_volume(home).gain_db
    )


def _ime(words: tuple[str, ...]) -> Ime | None:
    try:
        return Rime(settings.home() / "cache" / "rime", words)
    except ImeError:
        return None


def _handwriting() -> Handwriting | None:
    """Reading by hand where its model is installed; opened when the first stroke is read."""
    found = look("handwriting", settings.model_directories())
    if found.state is not State.INSTALLED:
        return None
    return FusedHandwriting(Path(found.directory), settings.home() / "cache" / "handwriting")
