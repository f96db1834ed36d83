"""What is really on the wire: RTP on an interface, by a packet socket, with the kernel's arrival times. Needs root.

with Wire() as wire:
    ... a call ...
for stream in wire.streams(): stream.source_port, stream.packets
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections import defaultdict
from itertools import pairwise

import msgspec
import numpy as np

from ivr.leg import RATE
from ivr.proving import g711, rtp
from ivr.proving.served import Served
from speech.audio import Samples

_TIMESTAMPS = 35  # SO_TIMESTAMPNS
_FORCED_BUFFER = 33  # SO_RCVBUFFORCE
_PACKET, _IGNORE_OUTGOING = 263, 23  # SOL_PACKET, PACKET_IGNORE_OUTGOING: on loopback every packet is seen twice
_ETH_IP = 0x0800
_BUFFER = 32 * 1024 * 1024


class Stream(msgspec.Struct):
    """RTP in one direction between two ports, in order of arrival."""

    source_port: int
    target_port: int
    packets: list[rtp.Packet]

    def gaps(self) -> list[float]:
        """Seconds between packets."""
        return [after.at - before.at for before, after in pairwise(self.packets)]

    def holes(self, longest: float = 0.06) -> list[tuple[float, float]]:
        """(from, until) of every gap longer than ``longest`` seconds."""
        return [(before.at, after.at) for before, after in pairwise(self.packets) if after.at - before.at > longest]

    def audio(self) -> tuple[float, Samples]:
        """(time of the first sample, samples at 8 kHz), each packet where its arrival puts it, silence between."""
        spoken = [packet for packet in self.packets if packet.kind == rtp.ALAW]
        if not spoken:
            return 0.0, np.zeros(0, np.float32)
        begin = spoken[0].at
        first = spoken[0].timestamp
        length = max((packet.timestamp - first) % 2**32 for packet in spoken) + rtp.PACKET
        samples = np.zeros(min(length, 3600 * RATE), np.float32)
        for packet in spoken:
            place = (packet.timestamp - first) % 2**32
            part = g711.decode(packet.payload)
            if place + len(part) <= len(samples):
                samples[place : place + len(part)] = part
        return begin, samples


class Wire(Served):
    """Listens while it is open. ``ports``: only streams from or to a port in this range are kept."""

    def __init__(self, interface: str = "lo", ports: range = range(1024, 65536)) -> None:
        super().__init__("wire")
        self._interface, self._ports = interface, ports
        self._seen: dict[tuple[int, int], list[rtp.Packet]] = defaultdict(list)
        self._lock = threading.Lock()

    def _open(self) -> socket.socket:
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_IP))
        opened.setsockopt(socket.SOL_SOCKET, _FORCED_BUFFER, _BUFFER)
        opened.setsockopt(socket.SOL_SOCKET, _TIMESTAMPS, 1)
        with contextlib.suppress(OSError):  # an older kernel: they are passed over below
            opened.setsockopt(_PACKET, _IGNORE_OUTGOING, 1)
        opened.bind((self._interface, 0))
        opened.settimeout(0.2)
        return opened

    def streams(self) -> list[Stream]:
        """Streams of at least ten packets."""
        with self._lock:
            seen = sorted(self._seen.items())
        return [Stream(source, target, packets) for (source, target), packets in seen if len(packets) >= 10]

    def harvest(self, quiet: float, now: float) -> list[Stream]:
        """Take away and return the streams between pairs of ports that have been silent for ``quiet`` seconds at
        ``now`` (time of day), both ways: a long measurement would not fit into memory, and ports are used again."""
        with self._lock:
            last: dict[frozenset[int], float] = {}
            for ports, packets in self._seen.items():
                last[frozenset(ports)] = max(last.get(frozenset(ports), 0.0), packets[-1].at)
            over = [ports for ports in self._seen if now - last[frozenset(ports)] >= quiet]
            taken = [Stream(*ports, self._seen.pop(ports)) for ports in sorted(over)]
        return [stream for stream in taken if len(stream.packets) >= 10]

    def sent_from(self, ports: range) -> list[Stream]:
        return [stream for stream in self.streams() if stream.source_port in ports]

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                data, extra, _, origin = self._socket.recvmsg(2048, 64)
            except TimeoutError:
                continue
            if origin[2] == socket.PACKET_OUTGOING:
                continue
            at = 0.0
            for level, kind, value in extra:
                if level == socket.SOL_SOCKET and kind == _TIMESTAMPS:
                    seconds, nanoseconds = struct.unpack("qq", value[:16])
                    at = seconds + nanoseconds / 1e9
            self._take(data, at)

    def _take(self, data: bytes, at: float) -> None:
        if len(data) < 40 or data[9] != socket.IPPROTO_UDP:
            return
        start = (data[0] & 0x0F) * 4
        source, target = struct.unpack_from(">HH", data, start)
        if source not in self._ports and target not in self._ports:
            return
        packet = rtp.decode(data[start + 8 :], at)
        if packet is not None:
            with self._lock:
                self._seen[source, target].append(packet)
