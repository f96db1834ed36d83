"""What serves people from one set of parts: the conversation, and fingers, pen and staff area around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from kiosk.conversation import Conversation
from kiosk.face import Intent
from kiosk.fingers import Fingers
from kiosk.glass import Glass
from kiosk.habits import Habits
from kiosk.pen import Pen
from kiosk.ports import (
    Diary,
    EarsCame,
    EarsFailed,
    ErrandDone,
    Level,
    NotUnderstood,
    PartialHeard,
    Parts,
    Post,
    SoundBegan,
    SoundEnded,
    SpeechBegan,
    SpeechOver,
    TalkReport,
    Understood,
    ViewfinderSees,
)
from kiosk.staff.area import StaffArea
from kiosk.worker import Worker


class Crew:
    """``intend`` is told what fingers want of the engine. ``pen`` and ``staff`` are None where there is none."""

    def __init__(
        self,
        parts: Parts,
        glass: Glass,
        habits: Habits,
        clock: Callable[[], float],
        diary: Diary,
        post: Post,
        intend: Callable[[Intent], None],
    ) -> None:
        self.parts = parts
        self.conversation = Conversation(parts, glass, habits, clock, diary, post)
        self.staff = self.pen = None
        if parts.staff is not None:
            work = parts.background or Worker("staff")
            self.staff = StaffArea(parts.staff, glass, clock, work, post, diary, habits.staff_idle)
        if parts.handwriting is not None:
            self.pen = Pen(parts.handwriting, glass, parts.background or Worker("handwriting"), post)
        self.fingers = Fingers(glass, self.conversation, self.pen, self.staff, habits, clock, intend)

    @property
    def with_staff(self) -> bool:
        """Whether staff stands in its area."""
        return self.staff is not None and self.staff.inside

    def forget(self) -> None:
        """Nothing of the person stays."""
        self.conversation.forget()
        self.fingers.forget()
        if self.pen is not None:
            self.pen.forget()
        if self.staff is not None:
            self.staff.leave()

    def leave(self) -> None:
        """Others have taken over."""
        self.conversation.talk.sleep()
        self.parts.retire()

    def told(self, report: TalkReport, now: float) -> None:
        """What the ears, the mouth or an errand reports."""
        conversation = self.conversation
        match report:
            case Level(value):
                conversation.talk.level(value)
            case SpeechBegan():
                conversation.speech_began()
            case SpeechOver():
                conversation.talk.speech_over()
            case PartialHeard(text):
                conversation.talk.partial(text)
            case Understood():
                conversation.understood(report)
            case NotUnderstood():
                conversation.not_understood()
            case EarsCame():
                conversation.ears_came(now)
            case EarsFailed():
                conversation.talk.lost_ears()
            case SoundBegan(job, at):
                conversation.talk.began(job, at)
            case SoundEnded(job):
                conversation.sound_ended(job, now)
            case ErrandDone():
                conversation.errand_done(report)
            case ViewfinderSees(number):
                conversation.sees(number)
            case _:
                assert_never(report)
