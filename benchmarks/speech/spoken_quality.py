"""How well the terminal is understood: its voices, its rates, its English; judged by recognising what it says."""

from __future__ import annotations

import functools
import io
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.speech.spoken_material import CACHE, SENTENCES, Row, Say, judged, model, recogniser
from bianmin.settings import model_directories
from dialog.state import RATES as STEPS
from speech import kokoro
from speech.audio import Audio
from speech.models import find
from speech.sentences import split_sentences
from speech.speaking import CLIP_RATE
from speech.synthesis import DEFAULT_RATE, FASTEST, SLOWEST
from speech.time_stretch import stretched

PROMPTS = Path(__file__).resolve().parents[2] / "content" / "wenling" / "prompts.yaml"

JUDGED = SENTENCES[::3]
"""For comparing voices."""

RATES = tuple(min(FASTEST, max(SLOWEST, step * DEFAULT_RATE)) for step in STEPS)
"""The seven steps as the kiosk plays them."""


def live(engine: kokoro.Kokoro, voice: str, rate: float) -> Say:
    return functools.cache(lambda text: engine.render(text, voice, rate))


def from_clips(clips: dict[str, Audio], rate: float) -> Say:
    return lambda text: stretched(clips[text], rate / CLIP_RATE)


def voices(known: Sequence[Row], until: float) -> list[Row]:
    """Those already measured are kept: the whole table takes a quarter of an hour."""
    engine, ears = kokoro.Kokoro(model(), 1, CACHE), recogniser()
    rows = list(known)
    for voice in [name for name in engine.voices if name not in {row["voice"] for row in rows}]:
        if time.monotonic() > until:
            break
        rows.append({"voice": voice, **judged(ears, live(engine, voice, CLIP_RATE), JUDGED)})
        print(rows[-1], flush=True)
    return rows


def rates() -> list[Row]:
    """The default voice at each step, live and from clips."""
    engine, ears = kokoro.Kokoro(model(), 1, CACHE), recogniser()
    some = SENTENCES[3:8]
    made = {text: engine.render(text, kokoro.DEFAULT_VOICE, CLIP_RATE) for text in some}
    rows = []
    for rate in RATES:
        say, play = live(engine, kokoro.DEFAULT_VOICE, rate), from_clips(made, rate)
        said, played = judged(ears, say, some), judged(ears, play, some)
        rows.append(
            {
                "rate": rate,
                "live": said["syllable_errors"],
                "clip": played["syllable_errors"],
                "syllables_per_second": said["syllables_per_second"],
                "clip_syllables_per_second": played["syllables_per_second"],
                "live_pitch_hz": float(np.median([pitch(say(text)) for text in some[:2]])),
                "clip_pitch_hz": float(np.median([pitch(play(text)) for text in some[:2]])),
            }
        )
        print(rows[-1], flush=True)
    return rows


def pitch(audio: Audio) -> float:
    """Median fundamental frequency of the voiced frames, hertz, by autocorrelation over 60 to 400 Hz."""
    frame, step = int(0.04 * audio.rate), int(0.02 * audio.rate)
    shortest, longest = audio.rate // 400, audio.rate // 60
    found = []
    for start in range(0, len(audio.samples) - frame - longest, step):
        here = audio.samples[start : start + frame]
        power = float(here @ here)
        if power < 1e-2:
            continue
        lags = np.array([here @ audio.samples[start + lag : start + lag + frame] for lag in range(shortest, longest)])
        best = int(np.flatnonzero(lags >= 0.9 * lags.max())[0])  # the first peak: twice the period is as alike
        while best + 1 < len(lags) and lags[best + 1] > lags[best]:
            best += 1
        after = audio.samples[start + shortest + best : start + shortest + best + frame]
        if lags[best] > 0.7 * np.sqrt(power * float(after @ after)):
            found.append(audio.rate / (shortest + best))
    return float(np.median(found)) if found else 0.0


def english() -> list[Row]:
    """English prompts in the terminal's voice and by espeak-ng alone, understood by whisper-base: words wrong."""
    import yaml
    from faster_whisper import WhisperModel
    from rapidfuzz.distance import Levenshtein

    from speech.english import in_words

    prompts = yaml.safe_load(PROMPTS.read_text(encoding="utf-8"))
    texts = [prompt["en"] for prompt in prompts.values() if "{" not in prompt["en"] and len(prompt["en"]) > 30][::6]
    ears = WhisperModel(
        str(find("whisper-base", model_directories())), device="cpu", compute_type="int8", cpu_threads=1
    )
    engine = kokoro.Kokoro(model(), 1, CACHE)

    def kokoros(text: str) -> Audio:
        pieces = [engine.render(one, kokoro.DEFAULT_VOICE, CLIP_RATE) for one in split_sentences(text)]
        return Audio(np.concatenate([piece.samples for piece in pieces]), pieces[0].rate)

    rows = []
    for name, say in ((kokoro.DEFAULT_VOICE, kokoros), ("espeak-ng alone", espeak_alone)):
        wrong = count = 0
        for text in texts:
            segments, _ = ears.transcribe(say(text).at(16_000).samples, language="en", beam_size=5)
            heard = " ".join(segment.text for segment in segments)
            said, got = (re.findall(r"[a-z']+", in_words(one).lower()) for one in (text, heard))
            wrong, count = wrong + Levenshtein.distance(said, got), count + len(said)
        rows.append({"voice": name, "words": count, "words_wrong": wrong / count})
        print(rows[-1], flush=True)
    return rows


def espeak_alone(text: str) -> Audio:
    import soundfile

    command = ["espeak-ng", "-v", "en-us", "-s", "140", "--stdin", "--stdout"]
    sound = subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout
    samples, rate = soundfile.read(io.BytesIO(sound), dtype="float32")
    return Audio(np.ascontiguousarray(samples), int(rate))
