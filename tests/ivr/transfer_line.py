"""A real line whose dialog hands every caller to the desk at once; prints what the dialog hears of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from concurrent.futures import Future

import msgspec

from content.standard_prompts import standard_prompts
from dialog.acts import Act, Ask, Say, Transfer
from dialog.events import Event, Started
from dialog.state import State, Turn
from ivr.baresip_leg import Switch
from ivr.diary import ListDiary
from ivr.ears import Ears
from ivr.line import Line
from ivr.parts import Desk, Errand, Parts
from ivr.person import Person
from ivr.settings import Address, Admission, Habits, People
from ivr.waiting_line import WaitingLine
from speech.hearing import Hearing
from speech.scripted import ScriptedRecogniser
from tests.ivr.virtual_call import LevelVoice, LoudIsVoice


def words(identifier: str) -> str:
    return standard_prompts()[identifier].texts["zh"]


def think(state: State, event: Event) -> Future[Turn]:
    future: Future[Turn] = Future()
    if isinstance(event, Started):
        future.set_result((state, (Say("好", interruptible=False), Transfer("desk", "来电人要找人工。"))))
    else:
        sys.stdout.buffer.write(msgspec.json.encode(event) + b"\n")
        sys.stdout.buffer.flush()
        future.set_result((state, (Ask(),)))
    return future


async def serve(host: str, port: int, media: int, people: People) -> None:
    switch = Switch(Address(host=host, port=port, rtp_first=media, rtp_last=media + 98))
    voice, waiting = LevelVoice(), WaitingLine(2)

    def errand(act: Act, desk: Desk) -> Errand | None:
        if not isinstance(act, Transfer):
            return None
        return Person(act, desk, people, switch, waiting, voice, words, lambda caller: True)

    parts = Parts(
        think=think,
        prompt=words,
        voice=voice,
        ears=lambda: Ears(Hearing(ScriptedRecogniser(()), voice=LoudIsVoice())),
        errands=errand,
        diary=ListDiary(),
        today=dt.datetime.now,
        habits=Habits(first_pause=0.0),
    )
    line = Line(parts, Admission(late=60.0))  # a busy machine is no fault of the line under test
    await switch.start(line.arrived)
    sys.stdout.buffer.write(b'"ready"\n')
    sys.stdout.buffer.flush()
    await line.run()


if __name__ == "__main__":
    chosen = msgspec.json.decode(sys.argv[4], type=People)
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), chosen))
