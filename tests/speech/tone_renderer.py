"""A renderer for tests of the speaking process: every character is a tenth of a second of tone; some are trouble.

慢 takes half a second of real time, 睡 and 转 never end (asleep, and in a loop), 死 ends the process, 停 stops it where
it stands (SIGSTOP), 错 raises, 漏 raises an error that quotes the text.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import numpy as np

from speech.audio import Audio
from speech.synthesis import SynthesisCancelledError, SynthesisError

RATE = 8000


class Tones:
    voices = ("tone", "other")

    def __init__(self, failure: str = "") -> None:
        if failure:
            raise SynthesisError(failure)
        self._stop = threading.Event()

    def pieces(self, text: str, voice: str, rate: float) -> Iterator[Audio]:
        self._stop.clear()
        for sign in text:
            match sign:
                case "慢":
                    if self._stop.wait(0.5):
                        raise SynthesisCancelledError
                case "死":
                    os._exit(9)
                case "停":
                    os.kill(os.getpid(), signal.SIGSTOP)
                case "睡":
                    time.sleep(3600)
                case "转":
                    while True:
                        pass
                case "错":
                    raise SynthesisError("there is nothing to say in this text")
                case "漏":
                    raise ValueError(text)
            yield self._tone(rate)

    def _tone(self, rate: float) -> Audio:
        moments = np.arange(int(RATE / 10 / rate)) / RATE
        return Audio(np.sin(2 * np.pi * 440 * moments).astype(np.float32) * np.float32(0.5), RATE)

    def cancel(self) -> None:
        self._stop.set()


def make(failure: str = "") -> Tones:
    return Tones(failure)
