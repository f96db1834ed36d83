"""What of the kiosk stays while the program runs, whichever content it serves from: devices, sound, typing, counting.

``open_machine`` takes well under a second; what takes longer (the voice's process, rime) is begun by ``Machine.warm``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bianmin import settings
from bianmin.cli.devices import inventory_of
from bianmin.errands.kiosk import Equipment
from bianmin.kiosk_equipment import open_equipment, reachable
from bianmin.kiosk_inputs import Inputs
from bianmin.kiosk_staff import read_volume
from bianmin.kiosk_watch import DeviceWatch
from bianmin.nearby import Nearby
from bianmin.opinions import OpenConsultations
from bianmin.pack_in_use import state as sync_state
from bianmin.settings import Settings
from bianmin.usage import Usage, report_hourly
from content.pack import Pack
from devices.diagnostics import Records
from devices.drivers.id_reader import IdReader
from devices.drivers.keypad import Keypad
from devices.drivers.presence import Radar
from devices.drivers.scanner import SerialScanner, WedgeScanner
from devices.inventory import Inventory
from kiosk.event_ids import EventId
from kiosk.handwriting.reading import FusedHandwriting, Handwriting
from kiosk.ime import Ime, ImeError, Rime, installed
from kiosk.late import LateIme, LateVoice
from kiosk.loudspeaker import Loudspeaker, SoundCardLoudspeaker, SwitchingLoudspeaker
from kiosk.microphone import Microphone
from kiosk.mouth import SpeakingMouth, Voice, gain_of
from kiosk.ports import Diary, Front, Mouth
from kiosk.recording import Player, Recorder
from kiosk.surroundings import Surroundings
from speech.audio import Audio
from speech.models import State, look

Clock = Callable[[], float]

TONE_HZ, TONE_SECONDS, TONE_RATE = 1000.0, 1.5, 24_000
"""The calibration's tone: 1 kHz, where a sound level meter's A weighting is 0 dB."""
USUAL_VOLUME = 6


class SilentMouth:
    """A machine without a loudspeaker: everything stays readable on the glass."""

    available = False

    def speak(self, job: int, texts: tuple[str, ...], rate: float, volume: int, language: str) -> None:
        return

    def hush(self) -> None:
        return


@dataclass
class ClipsInUse:
    """The clips of whichever pack is served from."""

    pack: Pack

    def clip_bytes(self, sentence: str, voice: str) -> bytes | None:
        return self.pack.clip_bytes(sentence, voice)


@dataclass(frozen=True)
class Machine:
    """``clips``: set anew when other content is taken over. ``typing``: None where there is no rime."""

    chosen: Settings
    microphone: Microphone
    loudspeaker: SwitchingLoudspeaker
    recorder: Recorder
    inventory: Inventory
    equipment: Equipment
    watch: DeviceWatch
    consultations: OpenConsultations
    mouth: Mouth
    typing: Ime | None
    handwriting: Handwriting | None
    clips: ClipsInUse
    usage: Usage
    diary: Diary
    front: Front
    clock: Clock
    voice: Future[Voice | None] = field(default_factory=Future)
    rime: Future[Ime | None] = field(default_factory=Future)

    def warm_voice(self) -> None:
        """Start the voice's process."""
        self.voice.set_result(_voice(self.chosen, self.clips, self.diary) if self.loudspeaker.available else None)

    def warm_typing(self, words: tuple[str, ...]) -> None:
        """Open rime; ``words`` of the trade come first."""
        try:
            self.rime.set_result(Rime(settings.home() / "cache" / "rime", words) if self.typing is not None else None)
        except ImeError:
            self.rime.set_result(None)

    def learn_words(self, words: tuple[str, ...]) -> None:
        """Words of other content come first from now on; where that fails, those before it stay first."""
        rime = self.rime.result()
        if isinstance(rime, Rime):
            with contextlib.suppress(ImeError, OSError):
                rime.learn(words)

    def tone(self, gain_db: int) -> bool:
        """The reference tone of the calibration, at the usual volume."""
        at = np.arange(int(TONE_SECONDS * TONE_RATE)) / TONE_RATE
        samples = np.sin(2 * np.pi * TONE_HZ * at) * np.minimum(1.0, np.minimum(at, at[::-1]) / 0.05)
        gain = gain_of(USUAL_VOLUME, gain_db)
        return self.loudspeaker.play(
            Audio(samples.astype(np.float32), TONE_RATE), gain, threading.Event(), lambda: None
        )


def open_machine(
    chosen: Settings,
    pack: Pack,
    microphone: Microphone,
    room: Loudspeaker,
    front: Front,
    diary: Diary,
    usage: Usage,
    clock: Clock,
) -> Machine:
    """Open the devices and look at each once. Raises ``CommandError`` when the terminal's own files are damaged."""
    loudspeaker = SwitchingLoudspeaker(room, _headset(chosen, room))
    recorder, player = Recorder(), Player(loudspeaker)
    inventory = inventory_of(chosen)
    equipment = open_equipment(
        chosen,
        inventory,
        recorder if microphone.available else None,
        player if loudspeaker.available else None,
        front.post,
    )
    watch = _watch(chosen, pack, inventory, equipment, diary, front)
    _listen_at_devices(chosen, inventory, equipment, loudspeaker, front)
    if equipment.terminal is not None:
        report_hourly(usage, equipment.terminal.outbox, lambda: dt.datetime.now(dt.UTC))
    voice: Future[Voice | None] = Future()
    rime: Future[Ime | None] = Future()
    mouth: Mouth = SilentMouth()
    if loudspeaker.available:
        home = settings.home()
        mouth = SpeakingMouth(
            LateVoice(voice), loudspeaker, front.post, clock, chosen.speech.rate, lambda: read_volume(home).gain_db
        )
    return Machine(
        chosen=chosen,
        microphone=microphone,
        loudspeaker=loudspeaker,
        recorder=recorder,
        inventory=inventory,
        equipment=equipment,
        watch=watch,
        consultations=OpenConsultations(clock, dt.date.today),
        mouth=mouth,
        typing=LateIme(rime) if installed() else None,
        handwriting=_handwriting(),
        clips=ClipsInUse(pack),
        usage=usage,
        diary=diary,
        front=front,
        clock=clock,
        voice=voice,
        rime=rime,
    )


def _watch(
    chosen: Settings, pack: Pack, inventory: Inventory, equipment: Equipment, diary: Diary, front: Front
) -> DeviceWatch:
    """What is out of service, known before anybody chooses anything."""
    start = Surroundings(checked=_checked() or pack.meta.date.isoformat(), elsewhere=chosen.kiosk.elsewhere)
    records = Records(settings.home() / "diagnostics" / "records.jsonl")
    opening = dt.time.fromisoformat(chosen.kiosk.opening)
    central = reachable(chosen.sync.central)
    near = Nearby(time.monotonic, lambda: dt.datetime.now().astimezone())
    watch = DeviceWatch(inventory, records, equipment.busy, diary, start, opening, central, front.idle, _checked, near)
    watch.look(dt.datetime.now().astimezone())
    watch.start()
    return watch


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


def _voice(chosen: Settings, clips: ClipsInUse, diary: Diary) -> Voice | None:
    from bianmin.voice import open_speaker
    from speech.synthesis import SynthesisError

    try:
        return open_speaker(chosen, clips, on_failure=lambda failure: diary.note(EventId.VOICE_FAILED))
    except SynthesisError:
        diary.note(EventId.VOICE_FAILED)
        return None


def _handwriting() -> Handwriting | None:
    """Reading by hand where its model is installed; opened when the first stroke is read."""
    found = look("handwriting", settings.model_directories())
    if found.state is not State.INSTALLED:
        return None
    return FusedHandwriting(Path(found.directory), settings.home() / "cache" / "handwriting")
