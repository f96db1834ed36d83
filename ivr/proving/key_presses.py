"""Callers pressing keys as telephones and gateways may: tidy, doubled, with lost and late packets, as tones."""

from __future__ import annotations

import numpy as np

from ivr.leg import RATE
from ivr.proving import g711, rtp
from ivr.tones import HIGH, KEYS, LOW
from speech.audio import Audio, Samples

GAP = 0.12
"""Seconds between two keys."""


def tone(key: str, seconds: float, level: float = 0.2) -> Samples:
    """The two tones of a key."""
    row = next(number for number, keys in enumerate(KEYS) if key in keys)
    at = np.arange(round(seconds * RATE)) / RATE
    pair = np.sin(2 * np.pi * LOW[row] * at) + np.sin(2 * np.pi * HIGH[KEYS[row].index(key)] * at)
    return (level * pair).astype(np.float32)


def tones(keys: str, seconds: float) -> list[rtp.Packet]:
    """Keys in the sound."""
    quiet = np.zeros(round(GAP * RATE), np.float32)
    parts = [quiet] + [part for key in keys for part in (tone(key, seconds), quiet)]
    return rtp.sound(g711.encode(Audio(np.concatenate(parts), RATE)))


def events(keys: str, seconds: float, untidy: str = "", sound: bool = False) -> list[rtp.Packet]:
    """Keys as RFC 4733 events. ``untidy``: "" or what goes wrong with each: "doubled" (every packet twice), "lost ends"
    (two of three ends are lost), "late" (the last update comes after the ends), "lost start" (the first two packets are
    lost). ``sound``: the tone is left in the sound beside the event, as many gateways do.
    """
    packets: list[rtp.Packet] = []
    at, sequence = 0.2, 100
    for key in keys:
        pressed = rtp.pressed(key, at, sequence, round(at * RATE), seconds)
        sequence += len(pressed)
        packets += _untidy(pressed, untidy)
        at += seconds + GAP
    if sound:
        packets += _beside(keys, seconds)
    return sorted(packets, key=lambda packet: packet.at)


def _untidy(pressed: list[rtp.Packet], how: str) -> list[rtp.Packet]:
    updates, ends = pressed[:-3], pressed[-3:]
    match how:
        case "doubled":
            return [packet for packet in pressed for _ in (1, 2)]
        case "lost ends":
            return [*updates, ends[2]]
        case "late":
            late = rtp.Packet(
                ends[2].at + 0.01, rtp.EVENT, updates[-1].sequence, updates[-1].timestamp, updates[-1].payload
            )
            return [*updates[:-1], *ends, late]
        case "lost start":
            return pressed[2:]
        case _:
            return pressed


def _beside(keys: str, seconds: float) -> list[rtp.Packet]:
    """The tones of ``events``, at the same times."""
    length = 0.2 + len(keys) * (seconds + GAP)
    sound = np.zeros(round(length * RATE), np.float32)
    for number, key in enumerate(keys):
        start = round((0.2 + number * (seconds + GAP)) * RATE)
        part = tone(key, seconds)
        sound[start : start + len(part)] = part
    return rtp.sound(g711.encode(Audio(sound, RATE)), sequence=20_000)
