"""How well and how fast the terminal speaks.

    python -m benchmarks.speech.speaking [--quick] [--seconds 450] [PART ...]

Parts: speed, voices, rates, latency, restart, english, clips. With --quick: first sound, restarts, rates and English,
in a few minutes. Each part measures one table and keeps its numbers in benchmarks/results/speaking.json; the report
beside it is written from there, so that parts can be measured one at a time. Needs the Kokoro model (for voices and
rates the zipformer recogniser, for English whisper too) in the model folders. Speech is judged by recognising it:
syllable errors without tones, of which the recogniser itself makes 6 to 8 in a hundred on clean human speech.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bianmin.settings import home, model_directories
from dialog.state import RATES as STEPS
from speech import clips, kokoro
from speech.audio import Audio
from speech.clips import ClipsOf
from speech.engines import open_recogniser
from speech.evaluation import hear
from speech.kokoro_phonemes import syllables
from speech.lexicon import Lexicon
from speech.models import find
from speech.pinyin import toneless
from speech.recognition import Recogniser
from speech.sentences import split_sentences
from speech.speaking import CLIP_RATE, Speaker
from speech.spoken_text import speakable
from speech.synthesis import DEFAULT_RATE, FASTEST, SLOWEST
from speech.synthesis_process import ProcessSynthesiser
from speech.time_stretch import stretched

HERE = Path(__file__).resolve().parent
NUMBERS = HERE.parent / "results" / "speaking.json"
REPORT = NUMBERS.with_suffix(".md")
SENTENCES = (HERE / "sentences.txt").read_text(encoding="utf-8").split()
JUDGED = SENTENCES[::3]
"""For comparing voices."""

RATES = tuple(min(FASTEST, max(SLOWEST, step * DEFAULT_RATE)) for step in STEPS)
"""The seven steps as the kiosk plays them."""

UNTIL = float("inf")
"""Clock after which no further voice is begun."""

CACHE = home() / "cache" / "kokoro"

Row = dict[str, Any]


def model() -> Path:
    return find("kokoro-82m", model_directories())


def recogniser() -> Recogniser:
    return open_recogniser("zipformer", model_directories(), Lexicon(()))


def errors(ears: Recogniser, text: str, audio: Audio) -> tuple[int, int]:
    """Toneless syllable errors and syllables."""
    from rapidfuzz.distance import Levenshtein

    expected = [toneless(syllable) for syllable in syllables(speakable(text))]
    heard = [toneless(syllable) for syllable in hear(ears, audio).pinyin]
    return Levenshtein.distance(expected, heard), len(expected)


def judged(ears: Recogniser, say: Callable[[str], Audio], sentences: Sequence[str]) -> Row:
    wrong = count = 0
    sound = 0.0
    for sentence in sentences:
        audio = say(sentence)
        more, syllables_here = errors(ears, sentence, audio)
        wrong, count, sound = wrong + more, count + syllables_here, sound + audio.seconds
    return {"syllable_errors": wrong / count, "syllables": count, "syllables_per_second": count / sound}


def kept_rows(part: str) -> list[Row]:
    numbers: dict[str, Any] = json.loads(NUMBERS.read_text()) if NUMBERS.exists() else {}
    rows: list[Row] = numbers.get(part, {}).get("rows", [])
    return rows


def speed() -> list[Row]:
    """Processor seconds for a second of sound, one thread, with the graph as it came and as it is used."""
    rows = []
    for name, cache in (("as it came", None), ("signed convolutions", CACHE)):
        engine = kokoro.Kokoro(model(), 1, cache)
        engine.render(SENTENCES[0], kokoro.DEFAULT_VOICE, CLIP_RATE)
        cpu, wall, sound = 0.0, 0.0, []
        for sentence in SENTENCES[3:6]:
            began, began_wall = time.process_time(), time.perf_counter()
            sound.append(engine.render(sentence, kokoro.DEFAULT_VOICE, CLIP_RATE))
            cpu, wall = cpu + time.process_time() - began, wall + time.perf_counter() - began_wall
        seconds = sum(audio.seconds for audio in sound)
        digest = hash(b"".join(audio.samples.tobytes() for audio in sound))
        rows.append({"graph": name, "cpu_per_second": cpu / seconds, "wall_per_second": wall / seconds, "sum": digest})
    return rows


def voices() -> list[Row]:
    """Those already measured are kept: the whole table takes a quarter of an hour."""
    engine, ears = kokoro.Kokoro(model(), 1, CACHE), recogniser()
    rows = kept_rows("voices")
    for voice in [name for name in engine.voices if name not in {row["voice"] for row in rows}]:
        if time.monotonic() > UNTIL:
            break
        row = judged(ears, lambda text, voice=voice: engine.render(text, voice, CLIP_RATE), JUDGED)  # type: ignore[misc]
        rows.append({"voice": voice, **row})
        print(rows[-1], flush=True)
    return rows


def rates() -> list[Row]:
    """The default voice at each step, rendered at that rate and stretched from a clip."""
    engine, ears = kokoro.Kokoro(model(), 1, CACHE), recogniser()
    some = SENTENCES[3:8]
    made = {text: engine.render(text, kokoro.DEFAULT_VOICE, CLIP_RATE) for text in some}
    rows = []
    for rate in RATES:
        live = judged(ears, lambda text, rate=rate: engine.render(text, kokoro.DEFAULT_VOICE, rate), some)  # type: ignore[misc]
        clip = judged(ears, lambda text, rate=rate: stretched(made[text], rate / CLIP_RATE), some)  # type: ignore[misc]
        rows.append(
            {
                "rate": rate,
                "live": live["syllable_errors"],
                "clip": clip["syllable_errors"],
                "syllables_per_second": live["syllables_per_second"],
                "clip_syllables_per_second": clip["syllables_per_second"],
                "live_pitch_hz": float(
                    np.median([pitch(engine.render(t, kokoro.DEFAULT_VOICE, rate)) for t in some[:2]])
                ),
                "clip_pitch_hz": float(np.median([pitch(stretched(made[t], rate / CLIP_RATE)) for t in some[:2]])),
            }
        )
        print(rows[-1], flush=True)
    return rows


def opened(spare: bool = True) -> ProcessSynthesiser:
    directory = model()
    return ProcessSynthesiser(
        "speech.kokoro:open_renderer",
        (str(directory), "2", str(CACHE)),
        voices=kokoro.voices_in(directory),
        spare=spare,
    )


def first_sound(speaker: Speaker, text: str, rate: float) -> float:
    began = time.perf_counter()
    utterance = speaker.utter(text, rate)
    next(utterance)
    took = time.perf_counter() - began
    utterance.stop()
    return took


def latency() -> list[Row]:
    synthesiser = opened(spare=False)
    synthesiser.wait_ready(600)
    rows = []
    made = {text: clips.encode(synthesiser.synthesise(text, rate=CLIP_RATE)) for text in SENTENCES[:3]}
    speaker = Speaker(synthesiser, ClipsOf(made.get))
    for name, texts, rate, repeats in (
        ("clip at the rate it was made at", list(made), CLIP_RATE, 5),
        ("clip at half speed", list(made), 0.5, 5),
        ("free text", SENTENCES[10:16], CLIP_RATE, 1),
    ):
        took = sorted(first_sound(speaker, text, rate) for text in texts for _ in range(repeats))
        rows.append({"what": name, "n": len(took), "p50": float(np.median(took)), "p95": percentile(took, 95)})
        print(rows[-1], flush=True)
    synthesiser.close()
    return rows


def percentile(values: Sequence[float], share: float) -> float:
    return float(np.percentile(np.asarray(values), share))


def restart() -> list[Row]:
    """From the kill, in the middle of a sentence, to the moment the next process works on it; and its own loading."""
    rows = []
    for spare in (True,):
        for how in (signal.SIGKILL, signal.SIGSTOP):
            synthesiser = opened(spare)
            synthesiser.wait_ready(600)
            while synthesiser.ready_processes < (2 if spare else 1):
                time.sleep(0.1)
            plain = time.perf_counter()
            synthesiser.synthesise(SENTENCES[0], rate=CLIP_RATE)
            plain = time.perf_counter() - plain
            began = time.perf_counter()
            os.kill(synthesiser.process_ids[0], how)
            synthesiser.synthesise(SENTENCES[0], rate=CLIP_RATE)
            rows.append(
                {
                    "spare": spare,
                    "signal": how.name,
                    "extra_seconds": time.perf_counter() - began - plain,
                    "plain": plain,
                }
            )
            print(rows[-1], flush=True)
            synthesiser.close()
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
    import re

    import yaml
    from faster_whisper import WhisperModel
    from rapidfuzz.distance import Levenshtein

    from speech.english import in_words

    prompts = yaml.safe_load((HERE.parents[1] / "content" / "wenling" / "prompts.yaml").read_text(encoding="utf-8"))
    texts = [prompt["en"] for prompt in prompts.values() if "{" not in prompt["en"] and len(prompt["en"]) > 30][::6]
    ears = WhisperModel(
        str(find("whisper-base", model_directories())), device="cpu", compute_type="int8", cpu_threads=1
    )
    engine = kokoro.Kokoro(model(), 1, CACHE)

    def espeak(text: str) -> Audio:
        import io
        import subprocess

        import soundfile

        command = ["espeak-ng", "-v", "en-us", "-s", "140", "--stdin", "--stdout"]
        sound = subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout
        samples, rate = soundfile.read(io.BytesIO(sound), dtype="float32")
        return Audio(np.ascontiguousarray(samples), int(rate))

    def kokoros(text: str) -> Audio:
        pieces = [engine.render(one, kokoro.DEFAULT_VOICE, CLIP_RATE) for one in split_sentences(text)]
        return Audio(np.concatenate([piece.samples for piece in pieces]), pieces[0].rate)

    rows = []
    for name, say in ((kokoro.DEFAULT_VOICE, kokoros), ("espeak-ng alone", espeak)):
        wrong = count = 0
        for text in texts:
            segments, _ = ears.transcribe(say(text).at(16_000).samples, language="en", beam_size=5)
            heard = " ".join(segment.text for segment in segments)
            said, got = (re.findall(r"[a-z']+", in_words(one).lower()) for one in (text, heard))
            wrong, count = wrong + Levenshtein.distance(said, got), count + len(said)
        rows.append({"voice": name, "words": count, "words_wrong": wrong / count})
        print(rows[-1], flush=True)
    return rows


def clip_forms() -> list[Row]:
    import io

    import soundfile

    audio = kokoro.Kokoro(model(), 1, CACHE).render("".join(SENTENCES[3:5]), kokoro.DEFAULT_VOICE, CLIP_RATE)
    rows = []
    for name, form, subtype in (
        ("MP3 (used)", "MP3", "MPEG_LAYER_III"),
        ("FLAC", "FLAC", "PCM_16"),
        ("Opus", "OGG", "OPUS"),
        ("Vorbis", "OGG", "VORBIS"),
    ):
        options: dict[str, Any] = {"compression_level": clips.COMPRESSION} if form == "MP3" else {}
        made = []
        for _ in range(2):
            target = io.BytesIO()
            soundfile.write(target, audio.samples, audio.rate, format=form, subtype=subtype, **options)
            made.append(target.getvalue())
        took = []
        for _ in range(5):
            began = time.process_time()
            soundfile.read(io.BytesIO(made[0]), dtype="float32")
            took.append(time.process_time() - began)
        rows.append(
            {
                "form": name,
                "kilobytes_per_second": len(made[0]) / audio.seconds / 1000,
                "decode_ms": 1000 * min(took),
                "same_bytes": made[0] == made[1],
                "seconds": audio.seconds,
            }
        )
    return rows


PARTS: dict[str, Callable[[], list[Row]]] = {
    "speed": speed,
    "voices": voices,
    "rates": rates,
    "latency": latency,
    "restart": restart,
    "english": english,
    "clips": clip_forms,
}

QUICK = ["latency", "restart", "rates", "english"]

HEADINGS = {
    "speed": "Speed of the model (one thread, three sentences)",
    "voices": "Voices at rate 0.9, ten sentences",
    "rates": "Rates, default voice, five sentences: spoken live, and stretched from a clip",
    "latency": "From the act to the first sound, seconds",
    "restart": "A process killed or stopped: seconds lost by the sentence under way",
    "english": "English prompts, understood by whisper-base",
    "clips": "Forms of a clip",
}


def report(numbers: dict[str, Any]) -> str:
    lines = [
        "# Speaking",
        "",
        "Written by benchmarks/speech/speaking.py from speaking.json beside it. Load is the machine's load average",
        "when the part began; its two cores are one physical core, so other work lengthens processor seconds too.",
        "The numbers so far are of a machine that many shared and its host held back: compare rows only.",
    ]
    for part in PARTS:
        if part not in numbers:
            continue
        rows: list[Row] = numbers[part]["rows"]
        lines += [
            "",
            f"## {HEADINGS[part]}",
            "",
            f"Load {numbers[part]['load']:.1f}, {numbers[part]['cores']} cores.",
            "",
        ]
        lines += ["| " + " | ".join(name.replace("_", " ") for name in rows[0]) + " |", "|" + "---|" * len(rows[0])]
        lines += ["| " + " | ".join(shown(name, value) for name, value in row.items()) + " |" for row in rows]
    missing = [HEADINGS[part] for part in PARTS if part not in numbers]
    if missing:
        lines += ["", "## Not measured yet", "", *(f"- {heading}" for heading in missing)]
    return "\n".join(lines) + "\n"


def shown(name: str, value: Any) -> str:
    if isinstance(value, float):
        return f"{100 * value:.1f} %" if name in {"syllable_errors", "live", "clip", "words_wrong"} else f"{value:.2f}"
    return str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help="what to measure; default: everything")
    parser.add_argument("--quick", action="store_true", help=" ".join(QUICK))
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no part or voice after this time")
    arguments = parser.parse_args()
    if not set(arguments.parts) <= PARTS.keys():
        parser.error(f"the parts are {', '.join(PARTS)}")
    wanted = arguments.parts or (QUICK if arguments.quick else list(PARTS))
    global UNTIL
    UNTIL = time.monotonic() + arguments.seconds
    assert split_sentences("".join(SENTENCES)) == tuple(SENTENCES)
    numbers: dict[str, Any] = json.loads(NUMBERS.read_text()) if NUMBERS.exists() else {}
    for part in wanted:
        if time.monotonic() > UNTIL:
            break
        load = os.getloadavg()[0]
        rows = PARTS[part]()
        if part == "speed":
            identical = len({row.pop("sum") for row in rows}) == 1
            rows = [{**row, "same_bits": identical} for row in rows]
        numbers[part] = {"load": load, "cores": os.cpu_count(), "rows": rows}
        NUMBERS.parent.mkdir(parents=True, exist_ok=True)
        NUMBERS.write_text(json.dumps(numbers, indent=1, ensure_ascii=False) + "\n")
        REPORT.write_text(report(numbers))


if __name__ == "__main__":
    main()
