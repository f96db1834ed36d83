"""Short words of command, said by our voices, understood with and without being told to the recogniser.

    python -m benchmarks.speech.commands           # one JSON line: how many of them do what they mean

A word counts when what the dialog makes of it is the command it is (``dialog.readings``, ``dialog.commands``).
"""

from __future__ import annotations

import json

import numpy as np

from bianmin.hearing import expected_words, open_hearing_recogniser
from bianmin.ivr_wiring import pack_path
from bianmin.settings import load
from bianmin.voice import open_synthesiser
from content.pack import Pack
from content.search.vocabulary import vocabulary
from dialog.commands import SPOKEN, command
from dialog.readings import reading
from speech.audio import Audio, Samples
from speech.evaluation import hear
from speech.recognition import Recogniser

VOICES = ("zm_yunxi", "zf_xiaoni")
OF_EACH = 3
"""Ways of saying a command that are tried, the first of its list."""


def said() -> dict[str, Audio]:
    """Word -> its sound with 0.4 s of silence on both sides; the voices take turns."""
    words = [word for spoken in SPOKEN.values() for word in spoken[:OF_EACH]]
    voice = open_synthesiser(load(), spare=False, threads=1)
    try:
        found = {}
        for number, word in enumerate(words):
            sound = voice.synthesise(word, rate=1.0, voice=VOICES[number % len(VOICES)])
            quiet: Samples = np.zeros(int(sound.rate * 0.4), np.float32)
            found[word] = Audio(np.concatenate([quiet, sound.samples, quiet]), sound.rate)
        return found
    finally:
        voice.close()


def missed(recogniser: Recogniser, sounds: dict[str, Audio], look_further: bool) -> dict[str, str]:
    """Word -> what was heard instead, for the words that would not do what they mean."""
    wrong = {}
    for word, sound in sounds.items():
        heard = hear(recogniser, sound)
        text = reading(None, heard.text, heard.nbest) if look_further else heard.text
        if command(text) != command(word):
            wrong[word] = heard.text
    return wrong


def main() -> None:
    settings = load()
    pack = Pack.open(pack_path(settings))
    sounds = said()
    report: dict[str, object] = {"words": len(sounds)}
    ways = (("pack", vocabulary(pack), False), ("told", expected_words(pack), False))
    for name, words, look_further in (*ways, ("told, other readings", expected_words(pack), True)):
        wrong = missed(open_hearing_recogniser(settings, words), sounds, look_further)
        report[name] = {"understood": len(sounds) - len(wrong), "missed": wrong}
    print(json.dumps(report, ensure_ascii=False))


if __name__ == "__main__":
    main()
