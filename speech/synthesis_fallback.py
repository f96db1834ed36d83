"""A second voice for when the first does not work: hard to understand is better than a silent line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from speech.audio import Audio
from speech.synthesis import OnSound, SynthesisCancelledError, Synthesiser, SynthesisError, ignore_sound


class WithLastResort:
    """``first`` speaks; a sentence it cannot speak goes to the voice ``open_last`` opens, once, when first needed.

    The next sentence is tried with ``first`` again: it may have been restarted.
    """

    def __init__(self, first: Synthesiser, open_last: Callable[[], Synthesiser]) -> None:
        self._first = first
        self._open_last = open_last
        self._last: Synthesiser | None = None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def voices(self) -> Sequence[str]:
        return self._first.voices

    def synthesise(
        self, sentence: str, *, rate: float = 1.0, voice: str | None = None, on_sound: OnSound = ignore_sound
    ) -> Audio:
        try:
            return self._first.synthesise(sentence, rate=rate, voice=voice, on_sound=on_sound)
        except SynthesisCancelledError:
            raise
        except SynthesisError as error:
            last = self._last_resort()
            if last is None:
                raise
            try:
                return last.synthesise(sentence, rate=rate, on_sound=on_sound)
            except SynthesisCancelledError:
                raise
            except SynthesisError:
                raise error from None

    def cancel(self) -> None:
        self._first.cancel()
        if self._last is not None:
            self._last.cancel()

    def close(self) -> None:
        self._closed = True
        self._first.close()
        with self._lock:
            if self._last is not None:
                self._last.close()

    def _last_resort(self) -> Synthesiser | None:
        with self._lock:
            if self._last is None and not self._closed:
                try:
                    self._last = self._open_last()
                except SynthesisError:
                    return None
            return self._last
