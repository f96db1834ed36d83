"""Where the acoustic bench's misses come from: what was recognised in the same packets, what search made of that.

    python -m benchmarks.ivr.misses

For every call of ``bench/ivr-answers.jsonl`` that was not answered rightly: the words the recogniser heard in the
packets of that call (a lost packet is silence here), what search answers to them, and what it answers to the right
words.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from benchmarks.ivr.answers import CONDITIONS, LISTEN, NOISE, chosen, hash_of, read, settled
from benchmarks.ivr.callers import Asked, asked
from benchmarks.ivr.lab import ROOT
from benchmarks.speech.questions import COUNT, folder
from bianmin import settings
from bianmin.hearing import expected_words, open_hearing_recogniser
from bianmin.ivr_wiring import pack_path
from content.pack import Pack
from content.search import Query, Searcher, SearchResult
from ivr.leg import RATE
from ivr.proving import g711, rtp
from speech.audio import Audio, read_audio
from speech.hearing import Final, Hearing


def sound_of(question: Asked) -> Audio:
    """What the packets carry, each at its place."""
    first = question.packets[0].timestamp
    samples = np.zeros(question.packets[-1].timestamp - first + rtp.PACKET, np.float32)
    for packet in question.packets:
        place = packet.timestamp - first
        part = g711.decode(packet.payload)[: len(samples) - place]
        samples[place : place + len(part)] = part
    return Audio(samples, RATE)


def told(result: SearchResult, right: tuple[str, ...]) -> str:
    ids = [hit.id for hit in result.hits]
    rank = next((place for place, item in enumerate(ids, 1) if item in right), 0)
    return f"{result.outcome}, the right one {'is not among them' if not rank else f'at {rank}'} {ids[:3]}"


def main() -> None:
    known = settings.load()
    pack = Pack.open(pack_path(known))
    recogniser = open_hearing_recogniser(known, expected_words(pack))
    searcher = Searcher(pack, accents=known.speech.accents)
    shared = Path(os.environ.get("BIANMIN_SHARED", ROOT.parent / "shared")) / "data" / "acoustic" / NOISE
    noise = read_audio(shared)
    by_text = {one.text: one for one in chosen(COUNT, folder())}
    counted = settled(read(settings.home() / "bench" / "ivr-answers.jsonl"))
    for call in sorted((call for call in counted.values() if not call.right), key=lambda call: call.text):
        loss, noisy = CONDITIONS[call.condition]
        packets = asked(by_text[call.text].wav, loss, noise if noisy else None, seed=hash_of(call.text), tail=LISTEN)
        hearing = Hearing(recogniser)
        heard = [*hearing.feed(sound_of(packets).at(16_000).samples), *hearing.flush()]
        turns = [event.hypothesis for event in heard if isinstance(event, Final)]
        print(f"{call.condition} {call.voice} {call.rate:g}: {call.text} | the caller heard: {call.heard}")
        for turn in turns:
            found = searcher.search(Query(turn.text, nbest=turn.nbest, pinyin=turn.pinyin))
            print(f"    recognised {turn.text}: {told(found, call.items)}")
        print(f"    written {call.text}: {told(searcher.search(Query(call.text)), call.items)}", flush=True)


if __name__ == "__main__":
    main()
