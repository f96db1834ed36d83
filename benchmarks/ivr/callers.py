"""Callers with synthesised questions, over a line that loses packets or a noisy room; and what they heard in return."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from ivr.leg import RATE
from ivr.proving import g711, rtp, sipp
from ivr.proving.wire import Stream
from speech.audio import Audio, Samples, read_audio
from speech.telephone import with_noise

LOUD = 0.006
"""Root mean square of 20 ms above which somebody speaks (full scale 1)."""


class Asked(msgspec.Struct, frozen=True):
    """A question's packets. ``speech``: seconds of it, to the last loud packet."""

    packets: list[rtp.Packet]
    speech: float


def loud(samples: Samples) -> list[bool]:
    """Of each 20 ms."""
    whole = len(samples) // rtp.PACKET * rtp.PACKET
    frames = samples[:whole].reshape(-1, rtp.PACKET)
    return [bool(value > LOUD) for value in np.sqrt(np.mean(np.square(frames), axis=1))]


def asked(
    wav: Path, loss: float = 0.0, noise: Audio | None = None, snr: float = 15.0, seed: int = 0, tail: float = 6.0
) -> Asked:
    """The question and quiet (or only noise) after it, as packets; ``loss``: share of packets that never arrive."""
    sound = read_audio(wav).at(RATE)
    speech = speech_of(sound)
    whole = Audio(np.concatenate([sound.samples, np.zeros(round(tail * RATE), np.float32)]), RATE)
    if noise is not None:
        level = with_noise(sound, noise, snr, offset=seed % 7)
        hiss = level.samples - sound.samples
        whole = Audio(whole.samples + np.resize(hiss, len(whole.samples)), RATE)
    random_numbers = random.Random(seed)
    packets = [packet for packet in rtp.sound(g711.encode(whole)) if random_numbers.random() >= loss]
    return Asked(packets, speech)


def interrupting(first: Path, second: Path | None, into: float) -> Asked:
    """A question, quiet, and ``into`` seconds after its end another one (None: quiet only), in one unbroken stream as
    a telephone sends it: a stream that began anew would be late packets to the line's jitter buffer."""
    sound = read_audio(first).at(RATE)
    speech = speech_of(sound)
    parts = [sound.samples[: round((speech + into) * RATE)]]
    parts.append(np.zeros(round((speech + into) * RATE) - len(parts[0]), np.float32))
    if second is not None:
        after = read_audio(second).at(RATE).samples
        parts.append(after[next((n for n, is_loud in enumerate(loud(after)) if is_loud), 0) * rtp.PACKET :])
    parts.append(np.zeros(2 * RATE, np.float32))
    return Asked(rtp.sound(g711.encode(Audio(np.concatenate(parts), RATE))), speech)


def speech_of(sound: Audio) -> float:
    """Seconds to the end of the last loud 20 ms; ``sound`` at 8 kHz."""
    return (max((number for number, is_loud in enumerate(loud(sound.samples)) if is_loud), default=0) + 1) * 0.02


class Heard(msgspec.Struct, frozen=True):
    """What came back in one call. Times of the wire's clock; ``answer``: the sound from its first loud packet on."""

    asked_end: float
    first_sound: float | None
    answer: Samples
    gaps: list[float]
    holes: list[tuple[float, float]]

    @property
    def delay(self) -> float | None:
        """End of speech to first sound, seconds."""
        return None if self.first_sound is None else self.first_sound - self.asked_end


def heard(question: Asked, caller: Stream, line: Stream) -> Heard:
    """Read a call from the wire: the question's packets, and what the line said after them."""
    sent = [packet for packet in caller.packets if packet.kind == rtp.ALAW]
    asked_end = sent[0].at + question.speech
    spoken = [packet for packet in line.packets if packet.kind == rtp.ALAW and packet.at >= asked_end + 0.15]
    samples = np.concatenate([g711.decode(packet.payload) for packet in spoken]) if spoken else np.zeros(0, np.float32)
    levels = loud(samples)
    first = next((number for number, is_loud in enumerate(levels) if is_loud), None)
    if first is None:
        return Heard(asked_end, None, samples[:0], line.gaps(), line.holes())
    return Heard(asked_end, spoken[first].at, samples[first * rtp.PACKET :], line.gaps(), line.holes())


def said_by(question: Asked, calls: Sequence[tuple[Stream, Stream]]) -> tuple[Stream, Stream] | None:
    """The call in which ``question`` was asked, by its packets."""
    own = [packet.payload for packet in question.packets[:60]]
    return next((call for call in calls if [packet.payload for packet in call[0].packets[:60]] == own), None)


def pair(streams: Sequence[Stream], ports: range) -> list[tuple[Stream, Stream]]:
    """(caller, line) of every call on the wire; ``ports`` are the line's."""
    by_ports = {(stream.source_port, stream.target_port): stream for stream in streams}
    calls = []
    for (source, target), stream in by_ports.items():
        back = by_ports.get((target, source))
        if source in ports and back is not None:
            calls.append((back, stream))
    return calls


class Crowd:
    """Several sipp processes at once, each with its own script, so that callers say different things."""

    def __init__(self, target: str, folder: Path) -> None:
        self._target, self._folder = target, folder
        self._threads: list[threading.Thread] = []
        self.results: list[sipp.Result] = []

    def call(
        self,
        actions: Sequence[sipp.Action],
        *,
        calls: int = 1,
        at_once: int = 1,
        rate: float = 5.0,
        after: float = 0.0,
        hesitation: float = 0.0,
    ) -> None:
        """Begin ``after`` so many seconds; ``wait`` for all. ``hesitation``: of every caller, see ``sipp.scenario``."""
        number = len(self._threads)

        def run() -> None:
            name = f"caller-{number}"
            own = self._folder / name
            time.sleep(after)
            result = sipp.run(
                "12345",
                actions,
                self._target,
                own,
                calls=calls,
                at_once=at_once,
                rate=rate,
                hesitation=hesitation,
                name=name,
                patience=3600,
            )
            self.results.append(result)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self._threads.append(thread)

    def wait(self) -> None:
        for thread in self._threads:
            thread.join()

    @property
    def refusals(self) -> list[str]:
        """What sipp says went wrong, in a few words each."""
        lines = [line.strip() for result in self.results for line in result.output.splitlines()]
        return sorted({line[:160] for line in lines if "unexpected" in line.lower() or "aborting" in line.lower()})

    @property
    def succeeded(self) -> int:
        return sum(result.succeeded for result in self.results)

    @property
    def failed(self) -> int:
        return sum(result.failed for result in self.results)


def percentile(values: Sequence[float], share: float) -> float:
    """The value ``share`` (0..1) of the values lie below or at."""
    return float(np.quantile(np.asarray(values), share)) if values else float("nan")
