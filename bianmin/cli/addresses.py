"""HOST:PORT on the command line."""

from __future__ import annotations

from bianmin.cli.output import CommandError


def host_and_port(text: str) -> tuple[str, int]:
    """``127.0.0.1:8600``, ``[::1]:8600`` or ``:8600`` (all addresses). Raises ``CommandError`` (wrong use)."""
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise CommandError(f"{text} is not HOST:PORT, such as 127.0.0.1:8600", code=2)
    return host.strip("[]") or "0.0.0.0", int(port)
