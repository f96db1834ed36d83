"""The slow acts of the phone line: messages and requests into the outbox, progress, handing over, a person."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bianmin.errands.handover import HandOverErrand, TakeOverErrand
from bianmin.errands.requests import LookUpErrand
from bianmin.filing import opinion
from content.pack import Pack
from dialog.acts import Act, File, HandOver, LookUp, Rate, Record, TakeOver, Transfer, Vote
from dialog.closing import SATISFIED_FROM
from dialog.events import Event, Filed, NotFiled
from dialog.requests import RequestKind
from dialog.state import Turn
from dialog.world import Means
from ivr.ears import VoiceWatch
from ivr.errands import Waiting, Work
from ivr.journal import Journals
from ivr.keepsakes import Keepsakes
from ivr.leg import RATE, Dialler
from ivr.parts import Desk, Errand, Speaking
from ivr.person import Person
from ivr.recording import Recording
from ivr.settings import IvrSettings
from ivr.voice import samples_of
from ivr.waiting_line import WaitingLine
from offline_cache.filing import Draft, FilingDesk, FilingError
from offline_cache.layout import Terminal
from offline_cache.personal import Media
from offline_cache.sealed_stream import MIME
from offline_cache.sealing import Sealer
from offline_cache.wire import Kind
from speech.voice import Silero, VoiceActivity

CHANNEL = {"channel": "phone"}


class PhoneErrands:
    """What one worker can do for its callers. ``desk`` and ``terminal`` are None while it is not enrolled: then no
    message and no request is taken, and the dialog says so."""

    def __init__(
        self,
        settings: IvrSettings,
        pack: Pack,
        desk: FilingDesk | None,
        terminal: Terminal | None,
        folder: Path,
        dialler: Dialler,
        voice: Speaking,
        pool: ThreadPoolExecutor,
        activity: Callable[[], VoiceActivity] = Silero,
    ) -> None:
        self._settings, self._desk, self._terminal = settings, desk, terminal
        self._prompt = pack.prompt
        self._dialler, self._voice, self._pool, self._activity = dialler, voice, pool, activity
        self._line = WaitingLine(settings.people.desks)
        self._journals = Journals(folder, Sealer(terminal.enrolment.central_key)) if terminal is not None else None
        self._works: dict[type, Work] = {}
        if desk is not None:
            look = LookUpErrand(desk, pack)
            self._works[LookUp] = Work("look-up", look.work, look.lost)
        if self._linked and terminal is not None:
            away, back = HandOverErrand(terminal), TakeOverErrand(terminal)
            self._works[HandOver] = Work("hand-over", away.work, away.lost, 20.0)
            self._works[TakeOver] = Work("take-over", back.work, back.lost, 20.0)

    @property
    def means(self) -> Means:
        files = self._desk is not None
        people = bool(self._settings.people.desk)
        return Means(filing=files, lookup=self._linked, handover=self._linked, recorder=files, people=people)

    def open(self, act: Act, desk: Desk) -> Errand | None:
        """The errand for ``act``, or None: this line cannot do it."""
        match act:
            case Record():
                return self._record(act, desk)
            case Transfer():
                people, call_back = self._settings.people, self.promise_call_back
                return Person(act, desk, people, self._dialler, self._line, self._voice, self._prompt, call_back)
            case File() if self._desk is not None:
                work = Work("file", lambda file: self.file(file, desk.kept), lambda file: NotFiled("unknown"), 30.0)
                return Waiting(work, act, self._submit)
            case LookUp() | HandOver() | TakeOver() if type(act) in self._works:
                return Waiting(self._works[type(act)], act, self._submit)
            case _:
                return None

    def file(self, act: File, kept: Keepsakes) -> Filed | NotFiled:
        """Sealed and on the disk when this returns; the recordings it held are given up then."""
        assert self._desk is not None
        draft = act.draft
        media = []
        for number, handle in enumerate(draft.media, 1):
            found = kept.get(handle)
            if found is not None:
                media.append(Media(name=f"audio-{number}.ogg", mime="audio/ogg", data=encoded(found.sound)))
        kind = Kind.MESSAGE if draft.kind is RequestKind.MESSAGE else Kind.TICKET
        plain = {**draft.plain(), **CHANNEL}
        try:
            filed = self._desk.file(Draft(kind=kind, plain=plain, personal=draft.personal(), media=tuple(media)))
        except FilingError as error:
            return NotFiled(error.reason.value)
        kept.drop(draft.media)
        return Filed(filed.number.replace("-", ""), filed.code)

    def left(self, turn: Future[Turn], kept: Keepsakes) -> None:
        """What the dialog still wants filed for a caller who hung up; what it does not want is given up."""

        def carry_out(done: Future[Turn]) -> None:
            acts = () if done.cancelled() or done.exception() else done.result()[1]
            self._pool.submit(self._file_all, [act for act in acts if isinstance(act, File)], kept)

        turn.add_done_callback(carry_out)

    def rated(self, act: Rate | Vote, caller: str) -> None:
        """A rating or a choice goes to the central service without a name; a bad one asks somebody to ring back."""
        desk = self._desk
        if desk is None:
            return
        self._pool.submit(self._quietly, desk.file, Draft(kind=Kind.RATING, plain={**opinion(act), **CHANNEL}))
        if isinstance(act, Rate) and act.stars < SATISFIED_FROM and caller:
            self._pool.submit(self.promise_call_back, caller)

    def promise_call_back(self, caller: str) -> bool:
        """A task to ring ``caller`` back; whether it is kept."""
        if self._desk is None or not caller:
            return False
        plain = {"kind": RequestKind.CONSULT.value, "subject": "callback", **CHANNEL}
        return self._quietly(self._desk.file, Draft(kind=Kind.TICKET, plain=plain, personal={"phone": caller}))

    def recover(self) -> int:
        """Hand in messages a crash cut off; how many."""
        if self._desk is None or self._journals is None:
            return 0
        desk = self._desk

        def hand_in(data: bytes) -> bool:
            plain = {"kind": RequestKind.MESSAGE.value, "first": "yes", "cut": "yes", **CHANNEL}
            media = (Media(name="message.sealed", mime=MIME, data=data),)
            return self._quietly(desk.file, Draft(kind=Kind.MESSAGE, plain=plain, media=media))

        return self._journals.recover(hand_in)

    @property
    def _linked(self) -> bool:
        return self._terminal is not None and self._terminal.link is not None

    def _record(self, act: Record, desk: Desk) -> Errand | None:
        if self._journals is None:
            return None
        journal = self._journals.begin(f"{dt.datetime.now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}")
        watch = VoiceWatch(self._activity())
        return Recording(act, desk.mouth, watch, journal, desk.kept.put, self._settings.message)

    def _file_all(self, files: list[File], kept: Keepsakes) -> None:
        done = [isinstance(self.file(act, kept), Filed) for act in files]
        if all(done):
            kept.forget()

    def _submit(self, work: Callable[..., Event], argument: object) -> Future[Event]:
        return self._pool.submit(work, argument)

    @staticmethod
    def _quietly(work: Callable[..., Any], *arguments: object) -> bool:
        with contextlib.suppress(FilingError):
            work(*arguments)
            return True
        return False


def encoded(sound: bytes) -> bytes:
    """The line's sound as an Ogg Opus file."""
    import soundfile

    target = io.BytesIO()
    soundfile.write(target, samples_of(sound), RATE, format="OGG", subtype="OPUS")
    return target.getvalue()
