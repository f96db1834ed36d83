"""The real dialog, the real filing desk: a message after hours becomes a sealed parcel with a number read out twice."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import soundfile

from bianmin.ivr_errands import PhoneErrands
from content.pack import Pack
from content.search.query import Query, SearchResult
from dialog.events import Event
from dialog.pack_knowledge import PackKnowledge
from dialog.session import step
from dialog.state import State, Turn
from dialog.world import World
from ivr.doing import Doing
from ivr.settings import IvrSettings, Message
from offline_cache import personal
from offline_cache.counter import Counter
from offline_cache.files import Disk
from offline_cache.filing import FilingDesk
from offline_cache.layout import Terminal
from offline_cache.outbox import Outbox
from offline_cache.sealed_stream import opened
from offline_cache.sealing import Sealer, new_keys, unseal
from offline_cache.wire import Enrolment, Kind, Parcel
from tests.ivr.virtual_call import Call, LoudIsVoice

EVENING = dt.datetime(2026, 11, 23, 21, 0)
PRIVATE, PUBLIC = new_keys()


class NoSearch:
    """These callers ask nothing."""

    def search(self, query: Query, n: int) -> SearchResult:
        raise AssertionError


class AtOnce(ThreadPoolExecutor):
    """Work is done when it is submitted, so that virtual time need not wait for it."""

    def submit(self, work, /, *arguments, **named):
        future: Future[object] = Future()
        future.set_result(work(*arguments, **named))
        return future


class Line:
    """One enrolled phone line with its outbox."""

    def __init__(self, folder: Path, pack: Path) -> None:
        own = Pack.open(pack)
        enrolment = Enrolment(
            terminal="WL-050", station="0050", central_key=PUBLIC, tuf_root=b"", content="", groups=()
        )
        self.outbox = Outbox.open(folder / "outbox.db", Sealer(PUBLIC), "WL-050")
        terminal = Terminal(enrolment=enrolment, outbox=self.outbox, counter=Counter(Disk(), folder), link=None)
        desk = FilingDesk(self.outbox, terminal.counter, "0050", None, clock=lambda: dt.datetime.now(dt.UTC))
        self.folder = folder / "messages"
        settings = IvrSettings(message=Message(quiet=1.5, nothing=3.0))
        call: list[Call] = []

        class Nobody:
            def dial(self, target: str) -> object:
                raise AssertionError

        voice = type("Voice", (), {"filler": b"", "speak": lambda self, *a: call[0].voice.speak(*a)})()
        self.errands = PhoneErrands(
            settings,
            own,
            desk,
            terminal,
            self.folder,
            Nobody(),
            voice,
            AtOnce(1),
            LoudIsVoice,
        )
        world = World(PackKnowledge(own, NoSearch()), can_print=False, means=self.errands.means)

        def think(state: State, event: Event) -> Future[Turn]:
            future: Future[Turn] = Future()
            future.set_result(step(state, event, world))
            return future

        self.call = Call(errands=self.errands.open, think=think, left=self.errands.left, now=EVENING)
        call.append(self.call)

    def parcels(self) -> tuple[Parcel, ...]:
        return self.outbox.due(dt.datetime.now(dt.UTC) + dt.timedelta(days=1))

    def to_the_tone(self) -> Line:
        """Listens to the greeting, presses 0, listens to the invitation."""
        self.call.run(1.0)
        self.call.leg.press("0")
        while self.call.conversation.doing is not Doing.BUSY:
            self.call.run(0.1)
        self.call.run(0.6)
        return self


@pytest.fixture
def line(tmp_path: Path, starter_pack: Path) -> Iterator[Line]:
    own = Line(tmp_path, starter_pack)
    yield own
    own.outbox.close()


def test_a_message_after_hours_is_sealed_and_its_number_is_read_out_twice(line: Line) -> None:
    call = line.to_the_tone().call
    call.say(6.0).run(9.0)
    call.leg.press("1")
    call.run(200.0)
    [parcel] = line.parcels()
    assert parcel.kind is Kind.MESSAGE
    assert parcel.plain["channel"] == "phone"
    inside = personal.decode(unseal(PRIVATE, parcel.sealed))
    sound, rate = soundfile.read(io.BytesIO(inside.media[0].data))
    assert len(sound) / rate == pytest.approx(7.5, abs=0.7)
    said = [text for text, _, _ in call.voice.said]
    readings = [text for text in said if "零零五零" in text.replace("，", "").replace(" ", "")]
    assert len(readings) == 2
    assert call.conversation.over
    assert not list(line.folder.glob("*"))


def test_hanging_up_after_the_message_files_it_all_the_same(line: Line) -> None:
    call = line.to_the_tone().call
    call.say(6.0).run(9.0)
    call.leg.put_down()
    call.run(0.1)
    assert [parcel.kind for parcel in line.parcels()] == [Kind.MESSAGE]
    assert not list(line.folder.glob("*"))


def test_hanging_up_while_speaking_files_what_was_said(line: Line) -> None:
    call = line.to_the_tone().call
    call.say(20.0).run(6.0)
    call.leg.put_down()
    call.run(0.1)
    assert [parcel.kind for parcel in line.parcels()] == [Kind.MESSAGE]


def test_after_a_crash_the_sealed_sound_is_handed_in(line: Line) -> None:
    line.to_the_tone().call.say(20.0).run(8.0)  # and here the power goes
    assert line.errands.recover() == 1
    [parcel] = line.parcels()
    inside = personal.decode(unseal(PRIVATE, parcel.sealed))
    assert len(b"".join(opened(PRIVATE, inside.media[0].data))) >= 6 * 16_000
    assert parcel.plain["cut"] == "yes"


def test_a_caller_who_says_nothing_leaves_nothing(line: Line) -> None:
    call = line.to_the_tone().call.run(30.0)
    call.leg.put_down()
    call.run(0.1)
    assert line.parcels() == ()
    assert not list(line.folder.glob("*"))
