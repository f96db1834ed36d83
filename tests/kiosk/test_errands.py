"""The slow acts with their real equipment: camera, recorder, filing desk's records, memory stick; and keepsakes."""

from __future__ import annotations

import datetime as dt
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from bianmin.errands.invoices import InvoiceErrand, Stick
from bianmin.errands.kiosk import Equipment, errands
from bianmin.errands.media import PhotoErrand, PlayErrand, RecordErrand
from bianmin.errands.requests import STATES, FileErrand, LookUpErrand, told
from bianmin.settings import Settings
from devices.drivers.camera import FileCamera
from dialog.acts import File, LookUp, Play, Print, ReadInvoices, Record, TakePhoto
from dialog.events import Filed, InvoicesNotRead, NoPhoto, NotFiled, PhotoTaken, Progressed, ProgressUnknown
from dialog.requests import RequestDraft, RequestKind
from kiosk.errands import OpenErrands, in_a_thread
from kiosk.keepsakes import MOST_BYTES, Keepsakes
from kiosk.loudspeaker import CapturingLoudspeaker
from kiosk.microphone import BLOCK
from kiosk.ports import Errand, ErrandDone
from kiosk.recording import ENOUGH_QUIET, Player, Recorder, packed
from offline_cache.filing import Draft, FilingError, NotFiledReason, NotFound, Unreachable
from offline_cache.filing import Filed as Kept
from offline_cache.wire import Kind, ProgressReport, ProgressStep, TicketState
from speech.audio import RECOGNISER_RATE, Audio

LOUD = np.full(BLOCK, 0.3, np.float32)
STILL = np.zeros(BLOCK, np.float32)
BLOCKS_A_SECOND = RECOGNISER_RATE // BLOCK


class Desk:
    """A filing desk that keeps the draft, or refuses."""

    def __init__(self, refuse: bool = False, answer: object = None) -> None:
        self.drafts: list[Draft] = []
        self._refuse, self._answer = refuse, answer

    def file(self, draft: Draft) -> Kept:
        if self._refuse:
            raise FilingError(NotFiledReason.FULL, "no room")
        self.drafts.append(draft)
        return Kept(key="k", number="0001-00001-19", code="4821")

    def progress(self, number: str, code: str):
        return self._answer


# -- keepsakes ---------------------------------------------------------------------------------------------------------


def test_what_comes_after_the_wipe_is_kept_for_nobody() -> None:
    keepsakes = Keepsakes()
    place = keepsakes.place()
    keepsakes.forget()
    handle = place.put("image/jpeg", b"late")
    assert keepsakes.get(handle) is None
    assert keepsakes.empty


def test_there_is_an_end_to_what_one_person_may_leave() -> None:
    keepsakes = Keepsakes()
    first = keepsakes.place().put("application/pdf", bytes(MOST_BYTES))
    second = keepsakes.place().put("application/pdf", b"1")
    assert keepsakes.get(first) is not None
    assert keepsakes.get(second) is None


def test_a_picture_does_not_show_itself() -> None:
    keepsakes = Keepsakes()
    handle = keepsakes.place().put("image/jpeg", b"secret")
    assert "secret" not in repr(keepsakes.get(handle))


# -- camera and microphone ---------------------------------------------------------------------------------------------


def test_a_photo_is_taken_and_gone_with_the_session() -> None:
    keepsakes = Keepsakes()
    errand = PhotoErrand(FileCamera("test:"), keepsakes)
    taken = errand.work(errand.ready(TakePhoto()))
    assert isinstance(taken, PhotoTaken)
    kept = keepsakes.get(taken.photo)
    assert kept is not None
    assert kept.data.startswith(b"\xff\xd8")
    keepsakes.forget()
    assert keepsakes.get(taken.photo) is None


def test_a_camera_that_is_not_there_is_told(tmp_path: Path) -> None:
    errand = PhotoErrand(FileCamera(f"file:{tmp_path}/none.mp4"), Keepsakes())
    assert isinstance(errand.work(errand.ready(TakePhoto())), NoPhoto)


def feed(recorder: Recorder, *blocks: np.ndarray) -> None:
    """As the ears do, once somebody waits for a recording."""
    while not recorder.recording:
        time.sleep(0.001)
    for block in blocks:
        recorder.feed(block)


def test_a_message_ends_when_somebody_spoke_and_then_was_quiet() -> None:
    recorder, keepsakes = Recorder(), Keepsakes()
    quiet = [STILL] * int((ENOUGH_QUIET + 1) * BLOCKS_A_SECOND)
    ears = threading.Thread(target=feed, args=(recorder, *[LOUD] * (3 * BLOCKS_A_SECOND), *quiet))
    ears.start()
    errand = RecordErrand(recorder, keepsakes)
    recorded = errand.work(errand.ready(Record(maximum=60.0)))
    ears.join()
    assert 3.0 < recorded.seconds < 3.0 + ENOUGH_QUIET + 1.5
    kept = keepsakes.get(recorded.media)
    assert kept is not None
    assert kept.mime == "audio/ogg"
    loudspeaker = CapturingLoudspeaker(pace=1000.0)
    PlayErrand(Player(loudspeaker), keepsakes).work(Play(recorded.media))
    assert loudspeaker.take()[0].audio.seconds == pytest.approx(recorded.seconds, abs=0.1)


def test_a_message_has_a_longest_time() -> None:
    recorder = Recorder()
    ears = threading.Thread(target=feed, args=(recorder, *[LOUD] * (2 * BLOCKS_A_SECOND)))
    ears.start()
    audio = recorder.record(1.0)
    ears.join()
    assert audio is not None
    assert audio.seconds == pytest.approx(1.0, abs=0.05)
    assert not recorder.recording


def test_a_minute_is_packed_small() -> None:
    speech = np.random.default_rng(1).normal(0, 0.05, 60 * RECOGNISER_RATE).astype(np.float32)
    assert len(packed(Audio(speech, RECOGNISER_RATE))) < 1_000_000


# -- filing and looking up ---------------------------------------------------------------------------------------------


def test_a_request_is_filed_with_its_pictures_and_they_are_given_up() -> None:
    keepsakes, desk = Keepsakes(), Desk()
    handle = keepsakes.place().put("image/jpeg", b"\xff\xd8jpeg")
    draft = RequestDraft(kind=RequestKind.SNAPSHOT, text="路灯坏了", phone="13800138000", media=(handle,))
    errand = FileErrand(desk, keepsakes)
    filed = errand.work(errand.ready(File(draft)))
    assert filed == Filed("00010000119", "4821")
    (kept,) = desk.drafts
    assert kept.kind is Kind.TICKET
    assert kept.personal["phone"] == "13800138000"
    assert "text" not in kept.plain
    assert [media.name for media in kept.media] == ["image-1.jpg"]
    assert keepsakes.empty


def test_a_message_left_behind_is_filed_though_the_session_is_wiped_meanwhile() -> None:
    keepsakes, desk = Keepsakes(), Desk()
    handle = keepsakes.place().put("audio/ogg", b"OggS")
    errand = FileErrand(desk, keepsakes)
    handed = errand.ready(File(RequestDraft(kind=RequestKind.MESSAGE, media=(handle,))))
    keepsakes.forget()
    errand.work(handed)
    assert desk.drafts[0].kind is Kind.MESSAGE
    assert desk.drafts[0].media[0].data == b"OggS"


def test_what_could_not_be_kept_is_not_called_filed() -> None:
    keepsakes = Keepsakes()
    handle = keepsakes.place().put("image/jpeg", b"x")
    errand = FileErrand(Desk(refuse=True), keepsakes)
    draft = RequestDraft(kind=RequestKind.COMPLAINT, media=(handle,))
    assert errand.work(errand.ready(File(draft))) == NotFiled("full")
    assert not keepsakes.empty, "it can be tried again"


def test_every_state_of_a_ticket_is_told_in_chinese() -> None:
    at = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
    for state in TicketState:
        step = ProgressStep(state=state, at=at, who="住建局", note="已派人")
        report = ProgressReport(number="00010000119", state=state, steps=(step,), answer_by=at)
        progressed = told(report)
        assert progressed.status == STATES[state]
        assert progressed.steps[0].text == f"{STATES[state]}，住建局，已派人"
        assert progressed.department == "住建局"
        assert progressed.due is not None
        assert progressed.due.tzinfo is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(NotFound(), "not_found"), (Unreachable(), "unreachable"), (Unreachable(waits_here=True), "waits_here")],
)
def test_why_progress_is_not_known_is_told(answer: object, reason: str) -> None:
    errand = LookUpErrand(Desk(answer=answer), None)
    assert errand.work(LookUp("00010000119", "4821")) == ProgressUnknown(reason)


def test_progress_is_told_and_shows_nothing_of_itself() -> None:
    progressed = told(ProgressReport(number="00010000119", state=TicketState.ANSWERED, answer="已经修好"))
    assert isinstance(progressed, Progressed)
    assert "修好" not in repr(progressed)


# -- the stick, and what is not there ----------------------------------------------------------------------------------


def test_without_a_stick_there_is_nothing_to_read(tmp_path: Path) -> None:
    errand = InvoiceErrand(Stick(tmp_path), None, Keepsakes())
    assert errand.read(errand.ready(ReadInvoices())) == InvoicesNotRead("no_stick")


def test_a_terminal_offers_only_what_it_has() -> None:
    bare = Equipment()
    assert errands(bare, None, Settings(), Keepsakes(), None) == {}
    devices = set(bare.means.__struct_fields__) - {"people"}  # who answers is no equipment
    assert not any(getattr(bare.means, name) for name in devices)
    with_camera = Equipment(camera=FileCamera("test:"))
    assert with_camera.means.camera
    assert set(errands(with_camera, None, Settings(), Keepsakes(), None)) == {TakePhoto}


# -- the runner --------------------------------------------------------------------------------------------------------


def test_a_worker_that_breaks_is_told_as_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda broken: None)
    told_events: list[ErrandDone] = []
    come = threading.Event()

    def post(report: ErrandDone) -> None:
        told_events.append(report)
        come.set()

    def broken(act: Print) -> NotFiled:
        raise ValueError("三三一零八一")

    lost = NotFiled("unknown")
    open_errands = OpenErrands({Print: Errand("print", broken, lambda act: lost)}, in_a_thread, lambda: 0.0, post)
    open_errands.start(Print(kind="guide"))
    assert come.wait(5)
    assert told_events[0].event == lost
