"""A caller who listens before speaking: goes through calls with a running line and tells what was heard.

    python -m benchmarks.ivr.walk SIP_ADDRESS 说:新生儿怎么上医保 说:再说一遍 按:2 说:转人工

The caller waits until the line has been silent for a moment, then says (说) or presses (按) the next thing (SIP INFO);
听 only listens. What the line said is recognised back: what stands here is what a caller hears, not what was written.
"""

from __future__ import annotations

import argparse
import socket
import threading
import time
from types import TracebackType

import numpy as np

from benchmarks.ivr.callers import LOUD
from bianmin import settings
from bianmin.hearing import open_hearing_recogniser
from bianmin.ivr_wiring import pack_path
from bianmin.voice import open_synthesiser
from content.pack import Pack
from content.search.vocabulary import vocabulary
from ivr.leg import RATE
from ivr.proving import g711, rtp
from ivr.proving.telephone import Telephone
from speech.audio import Audio, Samples
from speech.hearing import Final, Hearing

SILENT = 1.6
"""Seconds without a sound after which the line is taken to have finished."""

LONGEST = 45.0
"""Seconds a caller listens at most."""

HUSH = g711.encode(Audio(np.zeros(rtp.PACKET, np.float32), RATE))


class Sound:
    """The caller's end of the sound: sends silence or what is to be said, 50 packets a second; keeps what came."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port = int(self._socket.getsockname()[1])
        self.peer = 0
        self.saying: list[bytes] = []
        self.heard: list[Samples] = []
        self.last_loud = self.last_said = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Sound:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        due, number = time.monotonic(), 0
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due += 0.02
            if self.peer:
                payload = self.saying.pop(0) if self.saying else HUSH
                if self.saying:
                    self.last_said = time.monotonic()
                packet = rtp.Packet(0.0, rtp.ALAW, number, number * rtp.PACKET, payload)
                self._socket.sendto(packet.encode(), ("127.0.0.1", self.peer))
                number += 1
            while (data := self._take()) is not None:
                packet_in = rtp.decode(data, time.monotonic())
                if packet_in is None or packet_in.kind != rtp.ALAW:
                    continue
                sound = g711.decode(packet_in.payload)
                self.heard.append(sound)
                if float(np.sqrt(np.mean(np.square(sound)))) > LOUD:
                    self.last_loud = packet_in.at

    def _take(self) -> bytes | None:
        try:
            return self._socket.recv(2048)
        except BlockingIOError:
            return None


def listen(sound: Sound) -> tuple[Samples, float | None]:
    """Until the line has finished. What it said, and seconds from the caller's last word to the line's first."""
    began, spoke, first = time.monotonic(), sound.last_said, None
    while time.monotonic() - began < LONGEST:
        time.sleep(0.05)
        if first is None and sound.last_loud > max(began, sound.last_said):
            first, spoke = sound.last_loud, sound.last_said
        if not sound.saying and first is not None and time.monotonic() - sound.last_loud > SILENT:
            break
    heard, sound.heard = sound.heard, []
    return np.concatenate([*heard, np.zeros(0, np.float32)]), None if first is None else first - spoke


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("steps", nargs="+")
    arguments = parser.parse_args()
    known = settings.load()
    recogniser = open_hearing_recogniser(known, vocabulary(Pack.open(pack_path(known))))
    synthesiser = open_synthesiser(known, spare=False)
    voice = next(name for name in synthesiser.voices if name.startswith("zm_"))
    said = {step: synthesiser.synthesise(step[2:], voice=voice) for step in arguments.steps if step.startswith("说")}
    synthesiser.close()

    def words(sound: Samples) -> str:
        hearing, wide = Hearing(recogniser), Audio(sound, RATE).at(16_000).samples
        events = [*hearing.feed(wide), *hearing.flush()]
        return "。".join(event.hypothesis.text for event in events if isinstance(event, Final))

    with Sound() as sound, Telephone("walker", sound.port) as telephone:
        telephone.dial(arguments.address)
        telephone.wait("answered")
        sound.peer = telephone.peer
        for step in ("听:", *arguments.steps):
            if step.startswith("说"):
                encoded = g711.encode(said[step])
                sound.saying = [encoded[start : start + rtp.PACKET] for start in range(0, len(encoded), rtp.PACKET)]
            elif step.startswith("按"):
                for key in step[2:]:
                    telephone.press(key)
                    time.sleep(0.3)
                sound.last_said = time.monotonic()
            heard, delay = listen(sound)
            waited = "" if delay is None else f" ({delay:.1f} s)"
            print(f"{step}{waited} -> {words(heard)}", flush=True)
        telephone.hang_up()


if __name__ == "__main__":
    main()
