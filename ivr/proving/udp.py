"""An end of a UDP conversation on this machine: a socket and the thread that serves it, for as long as it is used."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self


class UdpEnd:
    """``port``: 0 takes a free one. ``_serve`` runs in a thread from entering to leaving; it looks at ``_stop``."""

    def __init__(self, name: str, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self.port = int(self._socket.getsockname()[1])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        raise NotImplementedError
