"""A file as a printer: complete or not there. A device node (``/dev/usb/lp0``) is written to directly."""

from __future__ import annotations

import os
from pathlib import Path

from devices.transports import TransportError, UnpluggedError


class FileTransport:
    """Bytes go to a file beside the named one, which takes its place on ``sync``."""

    answers = False

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._node = self._path.exists() and not self._path.is_file()
        self._target = self._path if self._node else self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        self.confirms = not self._node
        try:
            self._file = self._target.open("wb", buffering=0)
        except FileNotFoundError as error:
            raise UnpluggedError(f"{self._path}: the folder or device is not there") from error
        except OSError as error:
            raise UnpluggedError(f"{self._path}: {error.strerror}") from error

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) or 0 :]
        except OSError as error:
            raise TransportError(f"{self._path}: {error.strerror}") from error

    def read(self, seconds: float) -> bytes:
        return b""

    def sync(self) -> None:
        if self._node:
            return
        try:
            os.fsync(self._file.fileno())
            if self._target.exists():
                self._target.replace(self._path)
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise TransportError(f"{self._path}: {error.strerror}") from error

    def close(self) -> None:
        self._file.close()
        if not self._node:
            self._target.unlink(missing_ok=True)
