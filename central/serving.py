"""Runs the web application: one process here, or several beside each other over PostgreSQL (docs/scale.md)."""

from __future__ import annotations

import socket
from contextlib import closing

from central.app import create_app
from central.service import Central


class ServeError(Exception):
    """The address cannot be used. The text is the sentence the administrator reads."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises ``ServeError``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except (OSError, OverflowError) as error:
        made.close()
        raise ServeError(f"{host}:{port} cannot be listened on; another program uses it, or it is not ours") from error
    made.listen(512)
    return made


def serve(central: Central, listening: socket.socket, *, proxied: bool = False) -> None:
    """Until it is told to stop. ``proxied``: a proxy on this machine or network says whom it speaks for."""
    import uvicorn

    # Loads the calendar of holidays now, not while the first citizen's request waits.
    central.directory.hours.next_opening(central.now())
    config = uvicorn.Config(
        create_app(central),
        log_level="warning",
        # Paths hold numbers of tickets: no access log.
        access_log=False,
        server_header=False,
        proxy_headers=proxied,
        forwarded_allow_ips="*" if proxied else None,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=20,
    )
    with closing(listening):
        uvicorn.Server(config).run(sockets=[listening])
