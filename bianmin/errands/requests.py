"""Handing in a request, and asking how one stands: the dialog's records to the filing desk's and back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from content.pack import Pack
from dialog.acts import File, LookUp
from dialog.events import Filed, NotFiled, Progressed, ProgressUnknown
from dialog.requests import ProgressStep, RequestDraft, RequestKind
from kiosk.keepsakes import Keepsakes
from offline_cache.filing import Draft, FilingDesk, FilingError, NotFound, Progress, Unreachable
from offline_cache.personal import Media
from offline_cache.wire import Kind, ProgressReport, TicketState

STATES = {
    TicketState.RECEIVED: "已收到",
    TicketState.DISPATCHED: "已转办",
    TicketState.ACCEPTED: "办理中",
    TicketState.OBJECTED: "正在重新转办",
    TicketState.ANSWERED: "已答复",
    TicketState.CONFIRMED: "已办结",
    TicketState.RATED: "已办结，您已评价",
    TicketState.REOPENED: "重新办理中",
}
"""How a state is told to a citizen."""

ENDINGS = {"image/jpeg": "jpg", "audio/ogg": "ogg"}


class Handed(NamedTuple):
    draft: RequestDraft
    media: tuple[Media, ...]

    def __repr__(self) -> str:
        return "Handed(...)"


@dataclass(frozen=True)
class FileErrand:
    """Sealed and on the disk before the dialog hears of it; the pictures and sound in memory are given up then."""

    desk: FilingDesk
    keepsakes: Keepsakes

    def ready(self, act: File) -> Handed:
        """The draft with its pictures and sound, before anything can wipe them."""
        media = []
        for number, handle in enumerate(act.draft.media, 1):
            kept = self.keepsakes.get(handle)
            if kept is not None:
                name = f"{kept.mime.partition('/')[0]}-{number}.{ENDINGS.get(kept.mime, 'bin')}"
                media.append(Media(name=name, mime=kept.mime, data=kept.data))
        return Handed(act.draft, tuple(media))

    def work(self, handed: Handed) -> Filed | NotFiled:
        draft = handed.draft
        kind = Kind.MESSAGE if draft.kind is RequestKind.MESSAGE else Kind.TICKET
        plain, personal = draft.plain(), draft.personal()
        try:
            filed = self.desk.file(Draft(kind=kind, plain=plain, personal=personal, media=handed.media))
        except FilingError as error:
            return NotFiled(error.reason.value)
        self.keepsakes.drop(draft.media)
        return Filed(filed.number.replace("-", ""), filed.code)

    def lost(self, act: File) -> NotFiled:
        return NotFiled("unknown")


@dataclass(frozen=True)
class LookUpErrand:
    desk: FilingDesk
    pack: Pack

    def work(self, act: LookUp) -> Progressed | ProgressUnknown:
        match self.desk.progress(act.number, act.code):
            case Progress(report):
                return told(report)
            case NotFound():
                return ProgressUnknown("not_found")
            case Unreachable(waits_here):
                return ProgressUnknown("waits_here" if waits_here else "unreachable")

    def lost(self, act: LookUp) -> ProgressUnknown:
        return ProgressUnknown("unreachable")


def told(report: ProgressReport) -> Progressed:
    """A report in a citizen's words, times in the terminal's zone."""
    steps = tuple(
        ProgressStep("，".join(part for part in (STATES[step.state], step.who, step.note) if part), local(step.at))
        for step in report.steps
    )
    who = next((step.who for step in reversed(report.steps) if step.who), "")
    due = local(report.answer_by) if report.answer_by is not None else None
    return Progressed(STATES[report.state], steps, report.answer, who, due)


def local(at: dt.datetime) -> dt.datetime:
    """Local time without a zone, as the dialog's times are."""
    return at.astimezone().replace(tzinfo=None) if at.tzinfo is not None else at
