"""A simulated device on a TCP port or a pty, in one loop without threads."""

from __future__ import annotations

import contextlib
import os
import pty
import selectors
import socket
import tty
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

TICK = 0.01
"""Seconds between looks at the device's clock."""


class Device(Protocol):
    """Takes bytes, says bytes, and may vanish."""

    def receive(self, data: bytes) -> None: ...

    def answers(self) -> bytes: ...

    @property
    def present(self) -> bool: ...


def serve_tcp(host: str, port: int, device: Device, ready: Callable[[str], None], stop: Callable[[], bool]) -> None:
    """Accept one connection after another (a printer has one owner) until ``stop``; a vanished device hangs up."""
    with socket.create_server((host, port)) as server, selectors.DefaultSelector() as selector:
        server.settimeout(0)
        actual = server.getsockname()
        ready(f"tcp:{actual[0]}:{actual[1]}")
        selector.register(server, selectors.EVENT_READ)
        connection: socket.socket | None = None
        while not stop():
            for key, _ in selector.select(TICK):
                if key.fileobj is server:
                    fresh, _ = server.accept()
                    if connection is not None or not device.present:
                        fresh.close()
                        continue
                    connection = fresh
                    selector.register(fresh, selectors.EVENT_READ)
                elif connection is not None and not _pump_in(connection.recv, device):
                    selector.unregister(connection)
                    connection.close()
                    connection = None
            said = device.answers()
            if connection is not None and (not device.present or not _pump_out(connection.sendall, said)):
                selector.unregister(connection)
                connection.close()
                connection = None
        if connection is not None:
            connection.close()


def serve_pty(link: Path | None, device: Device, ready: Callable[[str], None], stop: Callable[[], bool]) -> None:
    """Offer a pty until ``stop``; a vanished device closes it and comes back as another. ``link`` names it."""
    while not stop():
        ours, theirs = pty.openpty()
        tty.setraw(ours)
        tty.setraw(theirs)
        name = os.ttyname(theirs)
        if link is not None:
            link.unlink(missing_ok=True)
            link.symlink_to(name)
        ready(f"serial:{link or name}")
        os.set_blocking(ours, False)
        with selectors.DefaultSelector() as selector:
            selector.register(ours, selectors.EVENT_READ)
            while device.present and not stop():
                if selector.select(TICK):
                    _pump_in(partial(os.read, ours), device)
                _pump_out(partial(os.write, ours), device.answers())
        os.close(ours)
        os.close(theirs)
        if link is not None:
            link.unlink(missing_ok=True)
        while not device.present and not stop():
            selectors.SelectSelector().select(TICK)


def _pump_in(receive: Callable[[int], bytes], device: Device) -> bool:
    """Whether the line still stands."""
    try:
        data = receive(4096)
    except BlockingIOError:
        return True
    except OSError:
        return False
    device.receive(data)
    return bool(data)


def _pump_out(send: Callable[[bytes], object], data: bytes) -> bool:
    if data:
        with contextlib.suppress(BlockingIOError):
            try:
                send(data)
            except BlockingIOError:
                raise
            except OSError:
                return False
    return True
