"""Speaking and listening in turn: one job of the mouth at a time, the ears open only when speech would count.

::

    say ──> speaking ──(SoundEnded)──> quiet ──listen──> listening ──(Understood)──> thinking
              │  └───── hush ───────────┘                   └── deafen ──> quiet
              └─(a part of it)─> pause, listening ─(nobody speaks)─> speaking the next part

Where the microphone does not hear the terminal itself (a headset, echo cancelling), the ears are open while it speaks,
and speech cuts it short. Elsewhere a long text is read in parts to whoever spoke last, with a moment to speak between.

What of it is seen goes onto the glass here; what it means for the conversation is the engine's affair.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from kiosk.event_ids import EventId
from kiosk.glass import Glass
from kiosk.habits import Habits
from kiosk.parts import in_parts
from kiosk.ports import Diary, Ears, Mouth, Understood
from kiosk.view import Overlay, Voice


class Timing(msgspec.Struct, frozen=True):
    """One spoken question, in seconds: the parts from the end of speech to the first sound of the answer.

    ``first_sound`` is the whole; 0 until it was heard.
    """

    endpoint: float
    recognition: float
    search: float
    first_sound: float = 0.0


def at_rest(ears: Ears) -> Voice:
    """What the microphone button shows when nobody speaks or listens."""
    if ears.available:
        return Voice.READY
    return Voice.WAKING if ears.coming else Voice.OFF


class Talk:
    """One session's turns of speaking and listening. ``timings`` are those of the session under way."""

    def __init__(
        self, ears: Ears, mouth: Mouth, glass: Glass, habits: Habits, clock: Callable[[], float], diary: Diary
    ) -> None:
        self._ears, self._mouth, self._glass = ears, mouth, glass
        self._habits, self._clock, self._diary = habits, clock, diary
        self._job = 0
        self.private = False
        """Whether only the citizen hears the terminal (headset): then the microphone does not."""
        self.timings: list[Timing] = []
        self._rest_of_it: list[tuple[str, ...]] = []
        self._pause_over: float | None = None
        self.forget()

    def forget(self) -> None:
        """Nothing is being said or heard, and nobody ever spoke. The job number goes on: old reports stay stale."""
        self.speaking = False
        self._stop_pausing()
        self.interruptible = True
        self.deliberate = False
        """Whether the citizen asked to be heard, rather than the ears having opened by themselves."""
        self.spoke_last = False
        """Whether the last thing the citizen did was to speak."""
        self._job += 1
        self._sound_deadline = 0.0
        self._ears_deadline: float | None = None
        self._speech_ended: float | None = None
        self.timings = []
        self.heard: list[str] = []
        """What was understood in this session, for whoever drives the kiosk from outside."""

    @property
    def _hears_through(self) -> bool:
        """Whether the ears may be open while the terminal speaks: the microphone does not hear the loudspeaker."""
        return self._ears.available and (self.private or self._habits.voice_barge_in)

    @property
    def can_hear(self) -> bool:
        return self._ears.available

    @property
    def hearing(self) -> bool:
        """Whether what the ears report now belongs to the conversation."""
        return self._glass.view.voice in (Voice.LISTENING, Voice.THINKING)

    # -- the mouth ---------------------------------------------------------------------------------------------------

    def say(self, texts: tuple[str, ...], interruptible: bool) -> bool:
        """Speak instead of what is being spoken; False when there is nothing to say or nothing to say it with."""
        self.deafen()
        if self.speaking:
            self._mouth.hush()
        self._job += 1
        self.interruptible = interruptible
        self._stop_pausing()
        self.speaking = bool(texts) and self._mouth.available and self._glass.view.volume > 0
        if self.speaking:
            in_turns = interruptible and self.spoke_last and self._ears.available and not self._hears_through
            first, *self._rest_of_it = in_parts(texts) or [texts] if in_turns else [texts]
            self._speak(first)
            self._rest()
        return self.speaking

    def _speak(self, texts: tuple[str, ...]) -> None:
        view = self._glass.view
        self._sound_deadline = self._clock() + self._habits.longest_sound
        self._mouth.speak(self._job, texts, view.rate, view.volume, view.language)
        if self.interruptible and self._hears_through:
            self._ears.listen()

    def _pause(self) -> None:
        """A part has been read: a moment in which one can speak, unless somebody is typing."""
        if self._glass.view.overlay is not Overlay.NONE or not self._ears.available:
            self._go_on()
            return
        self._pause_over = self._clock() + self._habits.pause
        self._ears.listen()
        self._glass.change(voice=Voice.LISTENING, pausing=True, partial="", level=0.0)

    def _go_on(self) -> None:
        """The next part."""
        self._ears.deafen()
        self._pause_over = None
        self._job += 1
        self._speak(self._rest_of_it.pop(0))
        self._glass.change(pausing=False, partial="")
        self._rest()

    def _stop_pausing(self) -> None:
        """What was still to be read is not read any more."""
        self._rest_of_it = []
        self._pause_over = None
        if self._glass.view.pausing:
            self._glass.change(pausing=False)

    @property
    def _pausing(self) -> bool:
        return self._glass.view.pausing

    def hush(self) -> bool:
        """Be silent now; whether anything was being said."""
        if not self.speaking:
            return False
        self._mouth.hush()
        self.speaking = False
        self._stop_pausing()
        self._ears.deafen()
        self._job += 1  # what the old job still reports is stale
        self._rest()
        return True

    def cut_short(self) -> bool:
        """Somebody speaks while the terminal does: it is silent, and what they say counts. Whether that may be."""
        if not self.speaking or self._pausing or not self.interruptible or not self._hears_through:
            return False
        self._mouth.hush()
        self.speaking = False
        self._job += 1
        self.deliberate = False
        self._glass.change(voice=Voice.LISTENING, partial="", level=0.0, overlay=Overlay.NONE)
        return True

    def began(self, job: int, at: float) -> None:
        """The first sound of ``job`` left for the loudspeaker."""
        if job != self._job or self._speech_ended is None:
            return
        if self.timings and not self.timings[-1].first_sound:
            whole = max(0.0, at - self._speech_ended)
            self.timings[-1] = replace(self.timings[-1], first_sound=whole)
            self._diary.note(EventId.ANSWER_SOUNDED, first_sound_ms=round(whole * 1000))
        self._speech_ended = None

    def ended(self, job: int) -> bool:
        """Whether it was the job under way that came to its end."""
        if job != self._job or not self.speaking or self._pausing:
            return False
        if self._rest_of_it:
            self._pause()
            return False
        self._ears.deafen()
        self.quiet()
        return True

    def quiet(self) -> None:
        """Everything was said."""
        self.speaking = False
        self._stop_pausing()
        self._rest()

    # -- the ears ----------------------------------------------------------------------------------------------------

    def listen(self, seconds: float, deliberate: bool) -> None:
        """What is said from now on counts, until nobody has begun to speak for ``seconds``."""
        self.deliberate = deliberate
        self._ears.listen()
        self._ears_deadline = self._clock() + seconds
        self._glass.change(voice=Voice.LISTENING, partial="", level=0.0, overlay=Overlay.NONE)

    def finish(self) -> None:
        """The citizen says that the utterance is over, by lifting the finger or pressing again."""
        self._ears_deadline = self._clock() + self._habits.wait_for_speech
        self._glass.change(voice=Voice.THINKING, level=0.0)
        self._ears.finish()

    def deafen(self) -> None:
        self._ears.deafen()
        self._ears_deadline = None
        if self._pausing:
            self._pause_over = self._clock()
        if self.hearing:
            self._rest()

    def level(self, value: float) -> None:
        if self._glass.view.voice is Voice.LISTENING:
            self._glass.change(level=value)

    def speech_began(self) -> bool:
        """Somebody speaks; whether that is awaited."""
        if self._glass.view.voice is not Voice.LISTENING:
            return False
        self._ears_deadline = self._pause_over = None
        return True

    def speech_over(self) -> None:
        if self._glass.view.voice is Voice.LISTENING:
            self._glass.change(voice=Voice.THINKING, level=0.0)

    def partial(self, text: str) -> None:
        if self._glass.view.voice is Voice.LISTENING:
            self._glass.change(partial=text)
            self._ears_deadline = self._pause_over = None

    def understood(self, heard: Understood) -> None:
        """An awaited utterance: the ears close, and the glass shows it while the answer is looked for."""
        self._ears.deafen()
        self._ears_deadline = None
        self.speaking = self.speaking and not self._pausing
        self._stop_pausing()
        self.spoke_last = True
        self.heard.append(heard.text)
        self._speech_ended = heard.speech_ended
        self._glass.change(voice=Voice.THINKING, partial=heard.text, level=0.0)

    def answered(self, heard: Understood, searched: float) -> None:
        """The dialog took ``searched`` seconds to find what to say to ``heard``."""
        self.timings.append(Timing(heard.endpoint, heard.recognition, searched))
        self._diary.note(EventId.UTTERANCE_UNDERSTOOD, recognition_ms=round(heard.recognition * 1000))

    def keep_listening(self) -> None:
        """Noise that nobody meant: go on as before."""
        if self._pausing:
            self._go_on()
            return
        self._glass.change(voice=Voice.LISTENING, partial="")

    def lost_ears(self) -> None:
        """The microphone is gone."""
        self._diary.note(EventId.MICROPHONE_LOST)
        self._ears_deadline = None
        if self._pausing:
            self._go_on()
        self._glass.change(voice=Voice.OFF, partial="", level=0.0)

    # -- time --------------------------------------------------------------------------------------------------------

    def tick(self, now: float) -> bool:
        """Close ears nobody spoke to; True when a prompt that never ended was given up."""
        if self._ears_deadline is not None and now >= self._ears_deadline:
            self.deafen()
        if self._pause_over is not None and now >= self._pause_over:
            self._go_on()
        if self.speaking and not self._pausing and now >= self._sound_deadline:
            self._diary.note(EventId.SOUND_NEVER_ENDED)
            self._mouth.hush()
            self.quiet()
            return True
        return False

    def wake(self) -> None:
        self._ears.wake()

    def came(self) -> None:
        """The ears came in the middle of a session."""
        self._ears.wake()
        self._rest()

    def sleep(self) -> None:
        """The session is over."""
        self._mouth.hush()
        self._ears.sleep()

    def _rest(self) -> None:
        """What the microphone button shows when nobody listens."""
        voice = at_rest(self._ears)
        self._glass.change(voice=Voice.SPEAKING if self.speaking and not voice.deaf else voice, level=0.0)
