"""Leaving a message: tone, silence, keys, hanging up; and what is on the disk when the power goes in the middle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.acts import Ask, Play, Record, Say
from dialog.events import Gone, NotPerformed, Recorded
from ivr.ears import VoiceWatch
from ivr.journal import Journals
from ivr.parts import Desk, Errand
from ivr.recording import BEEP, Recording
from ivr.settings import Message
from offline_cache.files import Disk
from offline_cache.sealed_stream import SealedStream, opened
from offline_cache.sealing import Sealer, SealingError, new_keys
from tests.ivr.virtual_call import Call, LoudIsVoice

PRIVATE, PUBLIC = new_keys()
INVITE = (Say("请留言", interruptible=False), Record())


def journals(folder: Path) -> Journals:
    return Journals(folder, Sealer(PUBLIC))


def caller(folder: Path, *turns: object, quiet: float = 1.5) -> Call:
    """A call that is asked for a message."""

    def errand(act: object, desk: Desk) -> Errand | None:
        if not isinstance(act, Record):
            return None
        journal = journals(folder).begin("one")
        watch = VoiceWatch(LoudIsVoice())
        return Recording(act, desk.mouth, watch, journal, desk.kept.put, Message(quiet=quiet, nothing=3.0))

    return Call(INVITE, *turns, errands=errand)


def on_disk(folder: Path) -> bytes:
    return b"".join(opened(PRIVATE, next(folder.glob("*.sealed")).read_bytes()))


def test_a_message_is_what_was_said_after_the_tone(tmp_path: Path) -> None:
    call = caller(tmp_path, (Say("好"), Ask())).run(1.5)
    assert BEEP[2000:4000] in bytes(call.leg.heard)
    call.say(4.0).run(7)
    recorded = call.events[-1]
    assert isinstance(recorded, Recorded)
    assert recorded.seconds == pytest.approx(5.5, abs=0.5)
    assert recorded.media
    assert len(on_disk(tmp_path)) == pytest.approx(recorded.seconds * 16_000, abs=320)


def test_it_can_be_heard_again(tmp_path: Path) -> None:
    call = caller(tmp_path, (Say("好"), Ask())).run(1.5).say(4.0).run(7)
    recorded = call.events[-1]
    assert isinstance(recorded, Recorded)
    call.dialog.turns.append((Play(recorded.media), Ask()))
    call.leg.press("*")
    before = len(call.leg.heard)
    call.run(6)
    again = np.frombuffer(bytes(call.leg.heard[before:]), "<i2").astype(float)
    assert np.sqrt(np.mean(again[8000:24000] ** 2)) > 3000


def test_a_key_ends_it(tmp_path: Path) -> None:
    call = caller(tmp_path, (Say("好"), Ask())).run(1.5).say(10.0).run(5)
    call.leg.press("#")
    call.run(0.1)
    assert isinstance(call.events[-1], Recorded)


def test_nothing_said_keeps_nothing(tmp_path: Path) -> None:
    call = caller(tmp_path, (Say("没有听到"), Ask())).run(6)
    assert call.events[-1] == Recorded(0.0)
    assert not list(tmp_path.glob("*.sealed"))


def test_too_short_a_message_keeps_nothing(tmp_path: Path) -> None:
    call = caller(tmp_path, (Say("太短"), Ask()), quiet=0.5).run(1.5).say(1.0).run(3)
    recorded = call.events[-1]
    assert isinstance(recorded, Recorded)
    assert 0 < recorded.seconds < 3
    assert not recorded.media
    assert not list(tmp_path.glob("*.sealed"))


def test_hanging_up_leaves_the_message_and_the_dialog_hears_of_it(tmp_path: Path) -> None:
    call = caller(tmp_path, ()).run(1.5).say(10.0).run(5)
    call.leg.put_down()
    call.run(0.1)
    assert [type(event) for event in call.events[-2:]] == [Recorded, Gone]
    assert len(on_disk(tmp_path)) >= 4 * 16_000


def test_the_power_going_in_the_middle_loses_at_most_the_last_second(tmp_path: Path) -> None:
    caller(tmp_path).run(1.5).say(10.0).run(5.1)  # and then nothing more happens, ever
    assert len(on_disk(tmp_path)) >= 3.4 * 16_000
    taken: list[bytes] = []
    assert journals(tmp_path).recover(lambda data: bool(taken.append(data)) or True) == 1
    assert b"".join(opened(PRIVATE, taken[0]))
    assert not list(tmp_path.glob("*.sealed"))


def test_what_cannot_be_handed_in_stays(tmp_path: Path) -> None:
    journals(tmp_path).begin("one").write(bytes(20_000))
    assert journals(tmp_path).recover(lambda data: False) == 0
    assert list(tmp_path.glob("*.sealed"))


def test_a_line_that_cannot_keep_a_message_says_so() -> None:
    call = Call(INVITE, (Say("现在不能留言"), Ask())).run(2)
    assert call.events[-1] == NotPerformed()


@given(st.lists(st.binary(max_size=50), max_size=5), st.integers(0, 400))
def test_a_cut_stream_gives_what_was_complete(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], cut: int
) -> None:
    path = tmp_path_factory.mktemp("stream") / "s"
    stream = SealedStream(Disk().create(path), Sealer(PUBLIC))
    for piece in pieces:
        stream.add(piece)
    stream.close()
    data = path.read_bytes()
    assert list(opened(PRIVATE, data)) == pieces
    shorter = data[: max(0, len(data) - cut)]
    try:
        got = list(opened(PRIVATE, shorter))
    except SealingError:
        got = []
    assert got == pieces[: len(got)]


def test_a_changed_stream_is_noticed(tmp_path: Path) -> None:
    stream = SealedStream(Disk().create(tmp_path / "s"), Sealer(PUBLIC))
    stream.add(b"one")
    data = bytearray((tmp_path / "s").read_bytes())
    data[-1] ^= 1
    with pytest.raises(SealingError):
        list(opened(PRIVATE, bytes(data)))
