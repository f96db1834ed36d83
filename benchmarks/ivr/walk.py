"""A caller who listens before speaking: goes through calls with a running line and tells what was heard.

    python -m benchmarks.ivr.walk SIP_ADDRESS 说:新生儿怎么上医保 说:再说一遍 按:2 说:转人工

The caller waits until the line has been silent for a moment, then says (说) or presses (按) the next thing (SIP
INFO); 按:号 presses the last long number that was heard, 按:码 the last of four digits (a check code), as a caller who
wrote them down; 听 only listens. With --clerk
PORT there is a clerk at sip:clerk@127.0.0.1:PORT: 员:1 waits for his call, tells what he hears, and presses 1 for
him. What the line said is recognised back: what stands here is what a caller hears, not what was written.
"""

from __future__ import annotations

import argparse
import re
import time

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
from ivr.proving.udp import UdpEnd
from speech.audio import Audio, Samples
from speech.hearing import Final, Hearing

SILENT = 1.6
"""Seconds without a sound after which the line is taken to have finished."""

LONGEST = 45.0
"""Seconds a caller listens at most."""

HUSH = g711.encode(Audio(np.zeros(rtp.PACKET, np.float32), RATE))


class Sound(UdpEnd):
    """The caller's end of the sound: sends silence or what is to be said, 50 packets a second; keeps what came."""

    def __init__(self) -> None:
        super().__init__("sound")
        self._socket.setblocking(False)
        self.peer = 0
        self.saying: list[bytes] = []
        self.heard: list[Samples] = []
        self.last_loud = self.last_said = time.monotonic()

    def _serve(self) -> None:
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


def written_down(text: str) -> dict[str, str]:
    """The last number of six digits or more in what was heard (号), and the last of four (码)."""
    digits = text.translate(str.maketrans("零〇一幺二两三四五六七八九", "0011223456789"))
    found = re.findall(r"\d+", re.sub(r"[，。、\s]", "", digits))
    kinds = {"号": [one for one in found if len(one) >= 6], "码": [one for one in found if len(one) == 4]}
    return {kind: some[-1] for kind, some in kinds.items() if some}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("steps", nargs="+")
    parser.add_argument("--clerk", type=int, default=0, metavar="PORT")
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

    with (
        Sound() as sound,
        Telephone("walker", sound.port) as telephone,
        Sound() as desk,
        Telephone("clerk", desk.port, arguments.clerk) as clerk,
    ):
        telephone.dial(arguments.address)
        telephone.wait("answered")
        sound.peer = telephone.peer
        numbers: dict[str, str] = {}
        for step in ("听:", *arguments.steps):
            ear = sound
            if step.startswith("说"):
                encoded = g711.encode(said[step])
                sound.saying = [encoded[start : start + rtp.PACKET] for start in range(0, len(encoded), rtp.PACKET)]
            elif step.startswith("按"):
                for key in numbers.get(step[2:], step[2:]):
                    telephone.press(key)
                    time.sleep(0.3)
                sound.last_said = time.monotonic()
            elif step.startswith("员"):
                clerk.wait("confirmed")
                ear = desk
            heard, delay = listen(ear)
            if ear is desk:
                clerk.press(step[2:])
            waited = "" if delay is None else f" ({delay:.1f} s)"
            text = words(heard)
            found = written_down(text)
            numbers |= found
            print(f"{step}{waited} -> {text}{f' {found}' if found else ''}", flush=True)
        telephone.hang_up()


if __name__ == "__main__":
    main()
