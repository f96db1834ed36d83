"""The recogniser's events as the engine's reports: times in seconds, the end of speech on the engine's clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from kiosk.ports import NotUnderstood, PartialHeard, Report, SpeechBegan, SpeechOver, Understood
from speech.audio import Samples
from speech.hearing import Final, Hearing, HearingEvent, Partial, SpeechStarted, Unintelligible


class HearingListener:
    """``hearing`` as the ears use it. ``clock``: the engine's; ``behind``: how late the sound is read, seconds."""

    def __init__(self, hearing: Hearing, clock: Callable[[], float], behind: Callable[[], float]) -> None:
        self._hearing, self._clock, self._behind = hearing, clock, behind

    def begin(self) -> None:
        self._hearing.discard()

    def feed(self, samples: Samples) -> Iterator[Report]:
        speaking = self._hearing.endpointer.is_open
        yield from self._reports(self._hearing.feed(samples))
        if speaking and not self._hearing.endpointer.is_open and self._hearing.busy:
            yield SpeechOver()

    def finish(self) -> list[Report]:
        """The final report of what was said; a NotUnderstood when nothing was."""
        return list(self._reports(self._hearing.flush())) or [NotUnderstood()]

    def forget(self) -> None:
        self._hearing.wipe()

    def _reports(self, events: Iterable[HearingEvent]) -> Iterator[Report]:
        for event in events:
            match event:
                case SpeechStarted():
                    yield SpeechBegan()
                case Partial(text):
                    yield PartialHeard(text)
                case Unintelligible():
                    yield NotUnderstood()
                case Final(hypothesis, timings):
                    endpoint, recognition = timings.endpoint / 1000, timings.recognition / 1000
                    yield Understood(
                        hypothesis.text,
                        hypothesis.pinyin,
                        hypothesis.confidence,
                        hypothesis.nbest,
                        self._clock() - self._behind() - endpoint - recognition,
                        endpoint,
                        recognition,
                    )


class NoListener:
    """For a machine without a microphone."""

    def begin(self) -> None:
        return

    def feed(self, samples: Samples) -> Iterable[Report]:
        return ()

    def finish(self) -> Iterable[Report]:
        return ()

    def forget(self) -> None:
        return
