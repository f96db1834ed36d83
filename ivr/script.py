"""What one turn of the dialog has us do, in order: things to say, in runs of one kind, and acts.

Say Say Ask            -> [run] listen
Say(must be heard) Say -> [run, not to be cut] [run]
Say Record             -> [run] an errand
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import msgspec

from dialog.acts import Act, Adjust, Ask, Play, Rate, Say, Show, Transfer, Vote
from dialog.state import DEFAULT_VOLUME
from ivr import dictation, keys
from ivr.keepsakes import Keepsakes
from ivr.mouth import Sound, Source
from ivr.parts import Speaking


class Run(msgspec.Struct):
    """Says of one turn, one after the other, that may all be interrupted, or none; all at one pace."""

    source: Source
    interruptible: bool


class Script:
    """``rated``: told of a rating; ``prompt``: the pack's, by id. ``ask`` is what may be said and pressed
    now; it stays until the next one."""

    def __init__(
        self,
        voice: Speaking,
        kept: Keepsakes,
        rated: Callable[[Rate | Vote], None],
        prompt: Callable[[str], str],
    ) -> None:
        self._voice, self._kept, self._rated, self._prompt = voice, kept, rated, prompt
        self._steps: deque[Run | Act] = deque()
        self._rate, self._volume = 1.0, DEFAULT_VOLUME
        self.ask = Ask()

    def __bool__(self) -> bool:
        return bool(self._steps)

    @property
    def speaks_next(self) -> bool:
        return bool(self._steps) and isinstance(self._steps[0], Run)

    @property
    def leaves_next(self) -> bool:
        """Something other than listening comes next: an errand, the end."""
        return bool(self._steps) and not isinstance(self._steps[0], Ask)

    def write(self, acts: Sequence[Act], first: str = "", name_keys: bool = False) -> None:
        """Take over the acts of a turn. ``first``: a text said before all of them; ``name_keys``: say the keys too."""
        said: list[Say] = [Say(first)] if first else []
        for act in acts:
            match act:
                case Say():
                    if said and not _same_run(said[-1], act):
                        self._run(said)
                    said.append(act)
                case Ask():
                    self.ask = act
                    named = keys.spoken(act, self._prompt) if name_keys else ""
                    if named:
                        said.append(Say(named, passing=True))
                    self._run(said)
                    self._steps.append(act)
                case Adjust(rate, volume):
                    self._run(said)
                    self._rate, self._volume = rate, volume
                case Play(media):
                    self._run(said)
                    recording = self._kept.get(media)
                    if recording is not None:
                        self._steps.append(Run(Sound(recording.sound), True))
                case Rate() | Vote():
                    self._rated(act)
                case Show():
                    pass
                case _:
                    self._run(said)
                    self._steps.append(act)
        self._run(said)

    def take(self) -> Run | Act:
        """The next step. There must be one."""
        return self._steps.popleft()

    def take_call(self) -> Transfer | None:
        """The next step where a person is called in it: his telephone may ring while the caller is told of it."""
        if self._steps and isinstance(act := self._steps[0], Transfer):
            self._steps.popleft()
            return act
        return None

    def spoken(self, texts: Sequence[str]) -> Source:
        """Sound of the texts at this caller's pace and loudness."""
        return self._voice.speak(texts, self._rate, self._volume)

    def forget_speech(self) -> None:
        """What was still to be said is not wanted any more; an ``Ask`` behind it stays."""
        for step in self._steps:
            if isinstance(step, Run):
                step.source.stop()
        self._steps = deque(step for step in self._steps if not isinstance(step, Run))

    def clear(self) -> None:
        self.forget_speech()
        self._steps.clear()

    def _run(self, said: list[Say]) -> None:
        if said:
            texts = [say.text for say in said]
            source = self._voice.speak(texts, self._rate * dictation.pace(texts[0]), self._volume)
            self._steps.append(Run(source, said[0].interruptible))
            said.clear()


def _same_run(before: Say, after: Say) -> bool:
    return before.interruptible == after.interruptible and dictation.pace(before.text) == dictation.pace(after.text)
