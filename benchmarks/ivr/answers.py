"""The acoustic bench over real calls: is the right item spoken, and how soon.

    python -m benchmarks.ivr.answers [--questions 40] [--at-once 3] [--conditions clean,loss2,loss5,noise]

Synthesised callers (benchmarks.speech.questions) ask through G.711; what the line answers is taken from the wire,
recognised again, and must name the asked item ("您问的是..."): nothing inside the line is asked. A question is put
while the greeting is still being said, as people do.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rapidfuzz import fuzz

from benchmarks.ivr.callers import Crowd, Heard, asked, heard, pair, percentile, said_by
from benchmarks.ivr.host import Host
from benchmarks.ivr.lab import RTP, Lab
from benchmarks.speech.questions import SpokenQuestion, folder, questions
from bianmin import settings
from bianmin.hearing import open_hearing_recogniser
from bianmin.ivr_wiring import pack_path
from content.pack import Pack
from content.search.vocabulary import vocabulary
from ivr.leg import RATE
from ivr.proving import sipp
from ivr.proving.wire import Wire
from speech.audio import Audio, read_audio
from speech.hearing import Final, Hearing
from speech.pinyin import of_text
from speech.recognition import Recogniser

CONDITIONS = {"clean": (0.0, False), "loss2": (0.02, False), "loss5": (0.05, False), "noise": (0.0, True)}
NOISE = "speechbrain_noise1.wav"
LISTEN = 9.0
"""Seconds the caller stays after asking: enough to hear which item it is. On a busy machine give ``--listen`` more:
what is right does not depend on it, how soon it comes does."""

LEAD = "您问的是"


def title_said(sound: Audio, recogniser: Recogniser, titles: dict[str, str]) -> str:
    """The id of the item the answer names, or ""."""
    hearing = Hearing(recogniser)
    wide = sound.at(16_000).samples
    events = [*hearing.feed(wide), *hearing.flush()]
    text = "".join(event.hypothesis.spoken for event in events if isinstance(event, Final))
    said = " ".join(syllable.rstrip("12345") for syllable in of_text(text))
    best, score = "", 0.0
    for item, title in titles.items():
        wanted = " ".join(syllable.rstrip("12345") for syllable in of_text(LEAD + title))
        likeness = fuzz.partial_ratio(wanted, said) + 0.02 * len(wanted)
        if likeness > score:
            best, score = item, likeness
    return best if score > 70 else ""


def run(
    lab: Lab, chosen: Sequence[SpokenQuestion], condition: str, at_once: int, listen: float = LISTEN
) -> list[Heard | None]:
    """Every question once, ``at_once`` callers at a time; None for a call that failed."""
    loss, noisy = CONDITIONS[condition]
    shared = Path(os.environ.get("BIANMIN_SHARED", lab.folder.parent)) / "data" / "acoustic" / NOISE
    noise = read_audio(shared) if noisy else None
    results: list[Heard | None] = []
    for start in range(0, len(chosen), at_once):
        batch = chosen[start : start + at_once]
        spoken = [asked(one.wav, loss, noise, seed=start + number) for number, one in enumerate(batch)]
        with Wire(ports=RTP) as wire, tempfile.TemporaryDirectory() as place:
            crowd = Crowd(lab.target, Path(place))
            for question in spoken:
                wait = sipp.Wait(question.speech + listen)
                crowd.call((sipp.Wait(1.0), sipp.Play("question", question.packets), wait))
            crowd.wait()
        calls = pair(wire.streams(), RTP)
        for question in spoken:
            match = said_by(question, calls)
            results.append(heard(question, *match) if match is not None else None)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--skip", type=int, default=0, help="leave out the first so many (to go on later)")
    parser.add_argument("--at-once", type=int, default=3)
    parser.add_argument("--conditions", default="clean,loss2,loss5,noise")
    parser.add_argument("--listen", type=float, default=LISTEN, help="seconds a caller stays after asking")
    parser.add_argument("--recordings", type=Path, default=None)
    arguments = parser.parse_args()
    every = questions(n=arguments.skip + arguments.questions, where=arguments.recordings or folder())
    chosen = [one for one in every[arguments.skip :] if one.wav.exists()]
    known = settings.load()
    pack = Pack.open(pack_path(known))
    titles = {item.id: item.title for item in pack.items()}
    recogniser = open_hearing_recogniser(known, vocabulary(pack))
    with Lab(settings={"admission": {"late": 60.0, "slow": 60.0}}) as lab:  # a busy machine is no wrong answer
        for condition in arguments.conditions.split(","):
            with Host() as host:
                results = run(lab, chosen, condition, arguments.at_once, arguments.listen)
            named = [
                title_said(Audio(one.answer, RATE), recogniser, titles) if one is not None else "" for one in results
            ]
            wrong = [one.text for item, one in zip(named, chosen, strict=True) if item not in one.items]
            delays = [one.delay for one in results if one is not None and one.delay is not None]
            gaps = [gap for one in results if one is not None for gap in one.gaps]
            holes = [hole for one in results if one is not None for hole in one.holes]
            found = {
                "condition": condition,
                "n": len(chosen),
                "right": round(1 - len(wrong) / max(1, len(chosen)), 3),
                "answered": len(delays),
                "first_sound_p50": round(percentile(delays, 0.5), 3),
                "first_sound_p95": round(percentile(delays, 0.95), 3),
                "gaps_over_60ms": len(holes),
                "of_them_the_host_stood_still": host.split(holes),
                "host_took_cpu_share": round(host.stolen, 3),
                "packets": len(gaps),
                "wrong": wrong,
                "load_1m": round(os.getloadavg()[0], 1),
            }
            print(json.dumps(found, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
