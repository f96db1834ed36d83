"""RTP as far as a measuring tool needs it (RFC 3550), keys in it (RFC 4733), and packet files for sipp to play."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

import msgspec

PACKET = 160
"""Samples of 20 ms at 8 kHz."""

ALAW, EVENT = 8, 101
"""Payload types: PCMA is fixed, telephone-event as our calls offer it."""

KEYS = "0123456789*#ABCD"


class Packet(msgspec.Struct, frozen=True):
    """``at``: seconds."""

    at: float
    kind: int
    sequence: int
    timestamp: int
    payload: bytes
    marker: bool = False

    def encode(self, source: int = 0x1234) -> bytes:
        second = self.kind | (0x80 if self.marker else 0)
        head = struct.pack(">BBHII", 0x80, second, self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, source)
        return head + self.payload


def decode(data: bytes, at: float) -> Packet | None:
    """The packet, or None: it is something else (RTCP, noise)."""
    if len(data) < 12 or data[0] >> 6 != 2 or 64 <= (data[1] & 0x7F) <= 95:
        return None
    _, second, sequence, timestamp, _ = struct.unpack_from(">BBHII", data)
    start = 12 + 4 * (data[0] & 0x0F)
    return Packet(at, second & 0x7F, sequence, timestamp, data[start:], bool(second & 0x80))


def sound(alaw: bytes, begin: float = 0.0, sequence: int = 1) -> list[Packet]:
    """Packets of 20 ms."""
    return [
        Packet(begin + number * 0.02, ALAW, sequence + number, number * PACKET, alaw[start : start + PACKET])
        for number, start in enumerate(range(0, len(alaw), PACKET))
    ]


def pressed(key: str, begin: float, sequence: int, timestamp: int, seconds: float = 0.1) -> list[Packet]:
    """A key as RFC 4733 packets: one every 20 ms with a growing duration, the end three times."""
    event = KEYS.index(key)
    count = max(1, round(seconds / 0.02))
    packets = []
    for number in range(count + 3):
        end = number >= count
        duration = min(number + 1, count) * PACKET
        payload = struct.pack(">BBH", event, (0x80 if end else 0) | 10, duration)
        packets.append(Packet(begin + number * 0.02, EVENT, sequence + number, timestamp, payload, number == 0))
    return packets


def write_capture(path: Path, packets: Iterable[Packet]) -> None:
    """A capture file (libpcap, Ethernet) that sipp's ``play_pcap_audio`` plays at the packets' own times."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for packet in packets:
            data = packet.encode()
            udp = struct.pack(">HHHH", 20000, 20002, 8 + len(data), 0) + data
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
            frame = b"\0" * 12 + b"\x08\0" + ip + udp
            microseconds = round(packet.at * 1e6)
            file.write(
                struct.pack("<IIII", microseconds // 1_000_000, microseconds % 1_000_000, len(frame), len(frame))
            )
            file.write(frame)
