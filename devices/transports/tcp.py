"""A printer on the network (raw port 9100)."""

from __future__ import annotations

import contextlib
import select
import socket

from devices.transports import StalledError, UnpluggedError

CONNECT_SECONDS = 2.0
WRITE_SECONDS = 3.0


class TcpTransport:
    """One connection; opened at once."""

    confirms = False
    answers = True

    def __init__(self, host: str, port: int, connect_seconds: float = CONNECT_SECONDS) -> None:
        self._name = f"{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), timeout=connect_seconds)
        except OSError as error:
            raise UnpluggedError(f"no printer answers at {self._name}; check its power, cable and address") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(WRITE_SECONDS)

    def write(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise StalledError(f"the printer at {self._name} takes no more data; look at it") from error
        except OSError as error:
            raise UnpluggedError(f"the connection to the printer at {self._name} broke; check its cable") from error

    def read(self, seconds: float) -> bytes:
        try:
            if not select.select([self._socket], [], [], seconds)[0]:
                return b""
            data = self._socket.recv(4096)
        except OSError as error:
            raise UnpluggedError(f"the connection to the printer at {self._name} broke; check its cable") from error
        if not data:
            raise UnpluggedError(f"the printer at {self._name} closed the connection; check it")
        return data

    def sync(self) -> None:
        """Nothing to do: the printer's answers tell what has arrived."""

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
