"""How soon the line is silent when a caller speaks or presses a key into an answer, on the wire; and that it stays so.

    python -m benchmarks.ivr.barge_in [--calls 10]

A caller asks, lets the answer begin, then says another question (or presses *). Measured from the first loud packet of
the caller (or the key's first packet) to the last loud packet of the line before it is silent.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

from benchmarks.ivr.callers import Asked, Crowd, interrupting, loud, pair, percentile, said_by
from benchmarks.ivr.lab import RTP, Lab
from benchmarks.speech.questions import folder, questions
from ivr.proving import g711, rtp, sipp
from ivr.proving.wire import Stream, Wire

INTO = 6.0
"""Seconds after the end of the question: the answer is under way."""

SILENT = 0.3
"""Seconds without a loud packet that count as silence."""


def onset(stream: Stream, after: float) -> float | None:
    """When the caller began to speak (or press), after a time."""
    for packet in stream.packets:
        if packet.at < after:
            continue
        if packet.kind == rtp.EVENT or (packet.kind == rtp.ALAW and any(loud(g711.decode(packet.payload)))):
            return packet.at
    return None


def silence(stream: Stream, after: float) -> float | None:
    """The last loud packet of the line after a time, before ``SILENT`` seconds of silence; ``after`` if none was."""
    last = after
    for packet in stream.packets:
        if packet.at < after or packet.kind != rtp.ALAW:
            continue
        if packet.at - last > SILENT:
            return last
        if any(loud(g711.decode(packet.payload))):
            last = packet.at
    return None


def measure(lab: Lab, callers: list[Asked], key: bool) -> tuple[list[float], int]:
    """Seconds to silence of every call, and the calls in which nothing could be measured."""
    found, missed = [], 0
    for question in callers:
        packets = list(question.packets)
        if key:
            begin = question.speech + INTO
            at = round(begin / 0.02)
            kept = packets[:at]
            press = rtp.pressed("*", begin, kept[-1].sequence + 1, kept[-1].timestamp + rtp.PACKET)
            packets = [*kept, *press]
        actions = (
            sipp.Wait(1.0),
            sipp.Play("question", packets),
            sipp.Wait(question.speech + INTO + 3.0),
        )
        with Wire(ports=RTP) as wire, tempfile.TemporaryDirectory() as place:
            crowd = Crowd(lab.target, Path(place))
            crowd.call(actions)
            crowd.wait()
        call = said_by(question, pair(wire.streams(), RTP))
        if call is None:
            missed += 1
            continue
        caller, line = call
        asked_end = caller.packets[0].at + question.speech
        began = onset(caller, asked_end + INTO - 0.5)
        spoke = began is not None and any(
            any(loud(g711.decode(packet.payload))) for packet in line.packets if began - 0.5 < packet.at < began
        )
        quiet = silence(line, began) if began is not None else None
        if began is None or quiet is None or not spoke:
            missed += 1  # the answer was over, or paused, when the caller cut in
            continue
        found.append(quiet - began)
    return found, missed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--recordings", type=Path, default=None)
    arguments = parser.parse_args()
    chosen = [
        one for one in questions(n=3 * arguments.calls, where=arguments.recordings or folder()) if one.wav.exists()
    ]
    half = len(chosen) // 2
    pairs = list(zip(chosen[:half], chosen[half:], strict=False))[: arguments.calls]
    with Lab() as lab:
        for by in ("voice", "key"):
            second = [two.wav if by == "voice" else None for _, two in pairs]
            callers = [interrupting(one.wav, then, INTO) for (one, _), then in zip(pairs, second, strict=True)]
            found, missed = measure(lab, callers, by == "key")
            result = {
                "by": by,
                "calls": len(found),
                "not_measured": missed,
                "silence_ms_p50": round(1000 * percentile(found, 0.5)),
                "silence_ms_p95": round(1000 * percentile(found, 0.95)),
                "load_1m": round(os.getloadavg()[0], 1),
            }
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
