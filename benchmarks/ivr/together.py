"""How many callers may speak at the same moment: more and more of them ask at once, until answers come late.

    python -m benchmarks.ivr.together [--speakers 4,8,12,16,20] [--workers 2]

All call within a second and ask a second later. Most calls of a line listen; docs/phone.md says what share speaks. The
times are those of the wire, as in benchmarks.ivr.crowd.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from benchmarks.ivr.callers import Crowd, asked, pair, percentile
from benchmarks.ivr.crowd import Seen
from benchmarks.ivr.lab import RTP, Lab
from benchmarks.speech.questions import folder, questions
from ivr.proving import sipp
from ivr.proving.wire import Wire

LISTEN = 10.0
"""Seconds a caller stays after asking."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speakers", default="4,8,12,16,20")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--recordings", type=Path, default=None)
    arguments = parser.parse_args()
    every = [one for one in questions(n=200, where=arguments.recordings or folder()) if one.wav.exists()]
    with Lab(workers=arguments.workers, front=arguments.workers > 1) as lab:
        for number in map(int, arguments.speakers.split(",")):
            spoken = [asked(one.wav, tail=LISTEN) for one in every[: min(number, len(every))]]
            seen, cpu, began = Seen(spoken), lab.cpu_seconds(), time.monotonic()
            with Wire(ports=RTP) as wire, tempfile.TemporaryDirectory() as place:
                crowd = Crowd(lab.target, Path(place))
                for question in spoken:
                    wait = sipp.Wait(question.speech + LISTEN)
                    crowd.call((sipp.Wait(1.0), sipp.Play("question", question.packets), wait))
                crowd.wait()
            seen.add(pair(wire.streams(), RTP))
            found = {
                "speakers": len(spoken),
                "failed": crowd.failed,
                "silent": seen.silent,
                "first_sound_p50": round(percentile(seen.delays, 0.5), 3),
                "first_sound_p95": round(percentile(seen.delays, 0.95), 3),
                "cpu_cores": round((lab.cpu_seconds() - cpu) / (time.monotonic() - began), 2),
                "load_1m": round(os.getloadavg()[0], 1),
            }
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
