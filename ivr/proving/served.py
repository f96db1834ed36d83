"""A socket that a thread serves for as long as it is used in a with block."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from typing import Self


class Served(ABC):
    """``_open`` gives the socket on entering; ``_serve`` runs in a thread until leaving: it looks at ``_stop``."""

    _socket: socket.socket

    def __init__(self, name: str) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._socket = self._open()
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()

    @abstractmethod
    def _open(self) -> socket.socket: ...

    @abstractmethod
    def _serve(self) -> None: ...
