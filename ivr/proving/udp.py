"""An end of a UDP conversation on this machine."""

from __future__ import annotations

import socket

from ivr.proving.served import Served


class UdpEnd(Served):
    """``port``: 0 takes a free one; it is taken from the start, so that others can be told before it is served."""

    def __init__(self, name: str, port: int = 0) -> None:
        super().__init__(name)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self.port = int(self._socket.getsockname()[1])

    def _open(self) -> socket.socket:
        return self._socket
