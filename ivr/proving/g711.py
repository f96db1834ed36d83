"""G.711 A-law, both ways, for whole arrays (ITU-T G.711): what a telephone sends in a packet."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ivr.leg import RATE
from speech.audio import Audio, Samples

Linear = npt.NDArray[np.int16]


@lru_cache(maxsize=1)
def _table() -> Linear:
    """The 256 values: sign, segment (3 bits), step (4 bits), every second bit inverted."""
    codes = np.arange(256) ^ 0x55
    step, segment = (codes & 0x0F).astype(np.int32), ((codes >> 4) & 0x07).astype(np.int32)
    low = (step << 4) + 8
    high = ((step << 4) + 0x108) << np.maximum(segment - 1, 0)
    size = np.where(segment == 0, low, high)
    return np.where(codes & 0x80, size, -size).astype(np.int16)


@lru_cache(maxsize=1)
def _nearest() -> npt.NDArray[np.uint8]:
    """The best code of every 16-bit value."""
    values = _table().astype(np.int32)
    order = np.argsort(values)
    middle = (values[order][1:] + values[order][:-1]) / 2
    return order[np.searchsorted(middle, np.arange(-32768, 32768), side="right")].astype(np.uint8)


def encode(audio: Audio) -> bytes:
    """One byte a sample at 8 kHz."""
    linear = (np.clip(audio.at(RATE).samples, -1.0, 1.0) * 32767).astype(np.int32)
    return bytes(_nearest()[linear + 32768].tobytes())


def decode(payload: bytes) -> Samples:
    """Float samples at 8 kHz."""
    values: Samples = _table()[np.frombuffer(payload, np.uint8)].astype(np.float32) / np.float32(32768)
    return values
