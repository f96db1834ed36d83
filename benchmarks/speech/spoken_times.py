"""How fast the terminal speaks: what a sentence costs, when its first sound is heard, what a killed voice costs."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.speech.spoken_material import CACHE, SENTENCES, Row, model
from speech import clips, kokoro
from speech.clips import ClipsOf
from speech.speaking import CLIP_RATE, Speaker
from speech.synthesis_process import ProcessSynthesiser

TEXTS = (
    "好的。",
    "高龄津贴。",
    "请带上户口簿来。",
    "请带上户口簿到便民服务中心。",
    "请带上户口簿到镇街便民服务中心医保窗口办理登记。",
)
"""Of 2 to 22 characters."""

FAST = 1.35
"""A rate a hurried listener chooses; sound is used up half again as fast as at the usual one."""


def speed() -> list[Row]:
    """Processor seconds on one thread, by length: until the first sound, and for all of it."""
    engine = kokoro.Kokoro(model(), 1, CACHE)
    rows = []
    for text in TEXTS:
        engine.render(text, kokoro.DEFAULT_VOICE, CLIP_RATE)
        began, first, seconds = time.process_time(), 0.0, 0.0
        for piece in engine.pieces(text, kokoro.DEFAULT_VOICE, CLIP_RATE):
            first = first or time.process_time() - began
            seconds += piece.seconds
        whole = time.process_time() - began
        rows.append({"characters": len(text) - 1, "seconds": seconds, "cpu_to_first": first, "cpu_whole": whole,
                     "cpu_per_second": whole / seconds})  # fmt: skip
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


def heard(speaker: Speaker, text: str, rate: float) -> tuple[float, float]:
    """Seconds to the first sound, and seconds of silence while more was waited for."""
    began = time.perf_counter()
    first, played_until, waited = 0.0, 0.0, 0.0
    for piece in speaker.utter(text, rate):
        now = time.perf_counter() - began
        if not first:
            first = played_until = now
        waited += max(0.0, now - played_until)
        played_until = max(now, played_until) + piece.seconds
    return first, waited


def latency() -> list[Row]:
    synthesiser = opened(spare=False)
    synthesiser.wait_ready(600)
    rows = []
    made = {text: clips.encode(synthesiser.synthesise(text, rate=CLIP_RATE)) for text in SENTENCES[:3]}
    speaker = Speaker(synthesiser, ClipsOf(made.get))
    for name, texts, rate, repeats in (
        ("clip at the rate it was made at", list(made), CLIP_RATE, 5),
        ("clip at half speed", list(made), 0.5, 5),
        ("free text", SENTENCES[10:20], CLIP_RATE, 1),
        ("free text, fast", SENTENCES[10:16], FAST, 1),
        ("free text, a short one", TEXTS[:2], CLIP_RATE, 4),
    ):
        took = [heard(speaker, text, rate) for text in texts for _ in range(repeats)]
        first = [one for one, _ in took]
        rows.append({"what": name, "n": len(took), "p50": float(np.median(first)), "p95": percentile(first, 95),
                     "silence_inside": float(np.mean([waited for _, waited in took]))})  # fmt: skip
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


def clip_forms() -> list[Row]:
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
