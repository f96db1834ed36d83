"""The recognisers side by side, in one run over the human clips of the development data.

    python -m benchmarks.speech.hearing [--quick] [--engines zipformer,sherpa,whisper,vosk] [--seconds 450]

For each engine and condition: syllable errors without tones (SER), character errors (CER), processor seconds for a
second of sound (RTF, one thread), memory, and the time from the end of the turn to the final text; then syllable errors
by accent and noise, the syllables most often confused, turns that noise alone opened, and how long a killed recogniser
is missed. Every engine runs in a process of its own. ``sherpa`` is sherpa-onnx with the same model and its own beam,
the peer. What was measured is kept in benchmarks/results/speech.json, part by part, so that a run that was interrupted,
or had only ``--seconds``, is gone on with; ``--fresh`` forgets it. The report and its plot are written from there.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import os
import resource
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.speech.report import NUMBERS, write
from bianmin.hearing import open_hearing_recogniser, start_recognition
from bianmin.settings import Settings, load, model_directories
from speech.audio import RECOGNISER_RATE, Audio, read_audio
from speech.evaluation import Outcome, Recording, characters, compare, read_manifest, score
from speech.models import ModelError, find
from speech.pinyin import of_text, toneless
from speech.recognition import Hypothesis, Recogniser, SpeechError
from speech.telephone import in_room, over_telephone, with_noise

ENGINES = ("zipformer", "sherpa", "whisper", "vosk")
CONDITIONS = ("clean", "telephone", "20 dB", "15 dB", "10 dB", "room")
GROUPS = {
    "aishell1_sample": "read speech",
    "aishell3_zhrtvc": "read speech",
    "thchs30": "read speech",
    "wenetspeech_chuan": "Sichuan dialect",
    "tts_prompts": "spontaneous, old or accented",
    "axing_vlog": "vlog, Taiwan accent",
    "audio_cmn_words": "single words",
}
QUICK = 4
"""With --quick whisper hears every fourth clip, the peer is asked in quiet only, and vosk is left out."""

Row = dict[str, Any]


def data() -> Path:
    shared = Path(os.environ.get("BIANMIN_SHARED", Path(__file__).resolve().parents[2].parent / "shared")) / "data"
    if not (shared / "speech-dev" / "manifest.tsv").exists():
        raise SystemExit(f"the development data is not at {shared}; set BIANMIN_SHARED to the folder that holds data/")
    return shared


def acoustic_clips(*kinds: str) -> list[tuple[Path, str]]:
    """Recordings of places and tones, each with its description; kinds: noise, rir, dtmf."""
    folder = data() / "acoustic"
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return [(folder / row["path"], row["description"]) for row in rows if row["kind"] in kinds]


def condition(name: str) -> Callable[[Audio, int], Audio]:
    """What is done to the n-th clip. Noise: hall babble, a car, keys in turn, from a place that depends on n."""
    noises = [read_audio(path).at(RECOGNISER_RATE) for path, _ in acoustic_clips("noise")] if "dB" in name else []
    rooms = [read_audio(path) for path, _ in acoustic_clips("rir")] if name == "room" else []
    rooms = [Audio(room.samples[: room.rate // 2], room.rate) for room in rooms]

    def change(audio: Audio, number: int) -> Audio:
        if name == "telephone":
            return over_telephone(audio)
        if noises:
            return with_noise(audio, noises[number % len(noises)], float(name.split()[0]), offset=1.7 * number)
        return in_room(audio, rooms[number % len(rooms)]) if rooms else audio

    return change


class Sherpa:
    """The peer: sherpa-onnx's own beam search over the same model; it writes pinyin only."""

    name = "sherpa"

    def __init__(self) -> None:
        import sherpa_onnx

        folder = find("zipformer-pinyin-zh", model_directories())
        self._recogniser: Any = sherpa_onnx.OnlineRecognizer.from_transducer(
            tokens=str(folder / "tokens.txt"),
            **{part: str(next(folder.glob(f"{part}*.onnx"))) for part in ("encoder", "decoder", "joiner")},
            num_threads=1,
            decoding_method="modified_beam_search",
        )

    def hear(self, audio: Audio) -> Hypothesis:
        from speech.pinyin import join_tokens

        began = time.process_time()
        stream = self._recogniser.create_stream()
        for seconds, samples in ((0.3, None), (0.0, audio.samples), (0.8, None)):
            sound = samples if samples is not None else np.zeros(int(seconds * RECOGNISER_RATE), np.float32)
            stream.accept_waveform(RECOGNISER_RATE, sound)
        stream.input_finished()
        while self._recogniser.is_ready(stream):
            self._recogniser.decode_stream(stream)
        pinyin = join_tokens(self._recogniser.tokens(stream))
        took = time.process_time() - began
        return Hypothesis(
            text="", spoken="", pinyin=pinyin, confidence=1.0, seconds=audio.seconds, compute_seconds=took
        )


def memory() -> float:
    """Megabytes this process holds at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def recordings(every: int = 1) -> list[tuple[int, Recording]]:
    return list(enumerate(read_manifest(data() / "speech-dev" / "manifest.tsv")))[::every]


def measured(engine: str, name: str, every: int) -> Row:
    """One engine in one condition; runs in a process of its own."""
    before = memory()
    ears: Any = Sherpa() if engine == "sherpa" else open_hearing_recogniser(load(), (), engine)
    loaded = memory()
    change = condition(name)
    outcomes: list[Outcome] = []
    finals: list[float] = []
    for number, recording in recordings(every):
        audio = change(read_audio(recording.path).at(RECOGNISER_RATE), number)
        if engine == "sherpa":
            heard = ears.hear(audio)
        else:
            heard, final = heard_and_final(ears, audio)
            finals.append(final)
        outcomes.append(compare(recording, heard))
    result = score(outcomes)
    halves = [score([o for n, o in enumerate(outcomes) if n % 2 == half]).ser for half in (0, 1)]
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(GROUPS.get(outcome.recording.source, "other"), []).append(outcome)
    pairs: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        pairs.update(confusions(outcome))
    read = [o for o in outcomes if GROUPS.get(o.recording.source) == "read speech"]
    return {
        "n": result.n,
        "ser": result.ser,
        "ser_halves": halves,
        "cer": None if engine == "sherpa" else result.cer,
        "read_cer": None if engine == "sherpa" else score(read).cer,
        "rtf": result.rtf,
        "model_mb": loaded - before,
        "peak_mb": memory(),
        "final_p50": float(np.percentile(finals, 50)) if finals else None,
        "final_p95": float(np.percentile(finals, 95)) if finals else None,
        "groups": {group: score(some).ser for group, some in groups.items()},
        "confused": [[*pair, count] for pair, count in pairs.most_common(20)],
        "load": os.getloadavg()[0],
    }


def heard_and_final(ears: Recogniser, audio: Audio) -> tuple[Hypothesis, float]:
    """As ``evaluation.hear``, with the seconds of the clock from the last sound to the final text."""
    stream = ears.stream()
    for block in audio.blocks(0.1):
        stream.feed(block)
    began = time.perf_counter()
    heard = stream.finish()
    return heard, time.perf_counter() - began


def confusions(outcome: Outcome) -> list[tuple[str, str]]:
    """(said, heard) for every wrong syllable; "-" for one that is missing."""
    from rapidfuzz.distance import Levenshtein

    said = [toneless(syllable) for syllable in of_text(characters(outcome.recording.transcript))]
    heard = [toneless(syllable) for syllable in outcome.hypothesis.pinyin]
    return [
        (said[op.src_pos] if op.tag != "insert" else "-", heard[op.dest_pos] if op.tag != "delete" else "-")
        for op in Levenshtein.editops(said, heard)
    ]


def false_starts() -> Row:
    """Turns opened by noise alone, and how many of them came to words; every clip as it is, from silence."""
    from speech.hearing import Final, Hearing, SpeechStarted

    ears = open_hearing_recogniser(load(), (), "zipformer")
    rows = []
    for path, description in acoustic_clips("noise", "dtmf"):
        hearing = Hearing(ears)
        sound = read_audio(path).at(RECOGNISER_RATE)
        events = [event for block in sound.blocks(0.1) for event in hearing.feed(block)] + list(hearing.flush())
        opened = sum(isinstance(event, SpeechStarted) for event in events)
        worded = sum(isinstance(event, Final) for event in events)
        rows.append({"clip": path.name, "seconds": sound.seconds, "turns": opened, "with_words": worded,
                     "people": "talkers" in description})  # fmt: skip
    return {"rows": rows, "load": os.getloadavg()[0]}


def many_streams() -> Row:
    """Streams at once on one model in one process and thread: processor seconds for a second of all their sound."""
    ears = open_hearing_recogniser(load(), (), "zipformer")
    count = 20
    clips = [read_audio(recording.path) for _, recording in recordings() if recording.source == "aishell1_sample"]
    sounds = [np.concatenate([clips[(n + k) % len(clips)].samples for k in range(2)]) for n in range(count)]
    longest = min(len(sound) for sound in sounds)
    streams = [ears.stream() for _ in range(count)]
    began, slowest = time.process_time(), 0.0
    step = int(0.1 * RECOGNISER_RATE)
    for start in range(0, longest - step, step):
        round_began = time.process_time()
        for stream, sound in zip(streams, sounds, strict=True):
            stream.feed(sound[start : start + step])
        slowest = max(slowest, time.process_time() - round_began)
    took = time.process_time() - began
    return {
        "streams": count,
        "seconds_each": longest / RECOGNISER_RATE,
        "share_of_a_core": took / (longest / RECOGNISER_RATE),
        "slowest_round": slowest,
        "memory_mb": memory(),
        "load": os.getloadavg()[0],
    }


def restarts() -> Row:
    """A recogniser killed (or stopped) while somebody speaks: seconds until the same utterance is understood again."""
    rows = []
    clip = read_audio(data() / "speech-dev" / "aishell1_sample_021.wav").samples
    supervisor = start_recognition(Settings(), (), "zipformer")
    try:
        supervisor.wait_ready(120)
        for how in (signal.SIGKILL, signal.SIGKILL, signal.SIGKILL):
            until = time.monotonic() + 120
            while not supervisor.spare_ready and time.monotonic() < until:
                time.sleep(0.1)
            stream = supervisor.stream()
            stream.feed(clip)
            undisturbed = time.perf_counter()
            stream.finish()
            undisturbed = time.perf_counter() - undisturbed
            stream = supervisor.stream()
            stream.feed(clip)
            began = time.perf_counter()
            os.kill(supervisor.process_id, how)
            stream.finish()
            rows.append({"signal": how.name, "understood_after": time.perf_counter() - began, "plain": undisturbed})
    finally:
        supervisor.close()
    return {"rows": rows, "load": os.getloadavg()[0]}


def _child(pipe: Any, part: Callable[..., Row], arguments: tuple[Any, ...]) -> None:
    try:
        pipe.send(part(*arguments))
    except (ModelError, SpeechError, ImportError) as error:
        pipe.send({"skipped": " ".join(str(error).split())})


def alone(part: Callable[..., Row], *arguments: Any) -> Row:
    """``part`` in a fresh process: its memory is its own, and no engine's libraries meet another's."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(theirs, part, arguments))
    process.start()
    theirs.close()
    try:
        result: Row = ours.recv()
    except EOFError:
        result = {"skipped": "the process ended without an answer"}
    process.join()
    return result


def parts(engines: Sequence[str], quick: bool) -> dict[str, tuple[Callable[..., Row], tuple[Any, ...]]]:
    """Everything there is to measure, by name, the most telling first."""
    wanted: dict[str, tuple[Callable[..., Row], tuple[Any, ...]]] = {
        "streams": (many_streams, ()),
        "restarts": (restarts, ()),
        "false starts": (false_starts, ()),
    }
    for name in CONDITIONS:
        for engine in engines:
            rarely = (engine == "vosk" and name != "clean") or (engine == "whisper" and name not in CONDITIONS[:2])
            if rarely or (quick and (engine == "vosk" or (engine != "zipformer" and name != "clean"))):
                continue
            wanted[f"{engine}, {name}"] = (measured, (engine, name, QUICK if quick and engine == "whisper" else 1))
    return wanted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="ten minutes: the slow engines hear less")
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--only", default="", help="parts whose name contains this")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no part after this time")
    parser.add_argument("--fresh", action="store_true", help="measure again what is there")
    arguments = parser.parse_args()
    numbers: dict[str, Row] = json.loads(NUMBERS.read_text()) if NUMBERS.exists() else {}
    until = time.monotonic() + arguments.seconds
    for name, (part, values) in parts(arguments.engines.split(","), arguments.quick).items():
        measured_before = "skipped" not in numbers.get(name, {"skipped": "never"})
        if arguments.only not in name or (measured_before and not arguments.fresh):
            continue
        if time.monotonic() > until:
            print(f"not yet measured: {name}")
            continue
        numbers[name] = alone(part, *values)
        row = numbers[name]
        print(name, {key: value for key, value in row.items() if key not in ("confused", "rows")}, flush=True)
        NUMBERS.write_text(json.dumps(numbers, indent=1, ensure_ascii=False) + "\n")
    write()


if __name__ == "__main__":
    main()
