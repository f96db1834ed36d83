"""espeak-ng, the last resort where no Kokoro model is installed: hard to understand in Mandarin, better than silence.

The Debian program is called once a sentence; its text goes through a pipe, so it is on no command line.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator, Sequence

import numpy as np

from speech.audio import Audio
from speech.spoken_text import speakable
from speech.synthesis import SynthesisCancelledError, SynthesisError

PROGRAM = "espeak-ng"
VOICE = "espeak-cmn"
_NORMAL_WORDS_PER_MINUTE = 150


def installed() -> bool:
    return shutil.which(PROGRAM) is not None


class Espeak:
    """A ``speech.synthesis_driver.Renderer``."""

    voices: Sequence[str] = (VOICE,)

    def __init__(self) -> None:
        if not installed():
            raise SynthesisError(f"{PROGRAM} is not installed; run: apt-get install {PROGRAM}")
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def render(self, text: str, voice: str, rate: float) -> Audio:
        import soundfile

        self._stopped = False
        words_per_minute = str(round(_NORMAL_WORDS_PER_MINUTE * rate))
        with subprocess.Popen(
            [PROGRAM, "-v", "cmn", "-s", words_per_minute, "-b", "1", "--stdin", "--stdout"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            self._process = process
            sound, _ = process.communicate(speakable(text).encode())
        self._process = None
        if self._stopped:
            raise SynthesisCancelledError
        try:
            # The length in the header of a stream is made up; soundfile reads what is there.
            samples, hertz = soundfile.read(io.BytesIO(sound), dtype="float32")
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise SynthesisError(f"{PROGRAM} gave no sound") from error
        if not len(samples):
            raise SynthesisError("there is nothing to say in this text")
        return Audio(np.ascontiguousarray(samples, dtype=np.float32), int(hertz))

    def pieces(self, text: str, voice: str, rate: float) -> Iterator[Audio]:
        """For ``speech.synthesis_driver``: in one piece, it is made in no time."""
        yield self.render(text, voice, rate)

    def cancel(self) -> None:
        self._stopped = True
        process = self._process
        if process is not None:
            process.kill()


def open_renderer() -> Espeak:
    """For ``speech.synthesis_child``."""
    return Espeak()
