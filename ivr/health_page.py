"""The health of the line over HTTP, for a monitor: ``GET /health``, 200 while a worker serves, else 503.

The answer is JSON: calls, refusals, lateness of every worker. Meant for loopback; no call's content is in it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import msgspec

from ivr.supervisor import Phase, WorkerHealth

PATIENCE = 2.0
"""Seconds a client may take to ask."""

LONGEST = 4096
"""Bytes of a request."""


class Page(msgspec.Struct, frozen=True):
    """``spare``: a worker with everything loaded waits to take over."""

    serving: int
    calls: int
    spare: bool
    workers: tuple[WorkerHealth, ...]


def page_of(workers: Sequence[WorkerHealth], spare: bool = False) -> Page:
    serving = [worker for worker in workers if worker.phase is Phase.SERVING]
    calls = sum(worker.line.calls for worker in workers if worker.line is not None)
    return Page(len(serving), calls, spare, tuple(workers))


async def serve(host: str, port: int, page: Callable[[], Page]) -> asyncio.Server:
    """Answer at ``host:port`` until closed. Raises ``OSError`` when the port is taken."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(PATIENCE):
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(reply(request, page()))
                await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, host, port, limit=LONGEST)


def reply(request: bytes, page: Page) -> bytes:
    """The whole HTTP answer."""
    method, _, rest = request.partition(b" ")
    path = rest.partition(b" ")[0]
    if method not in (b"GET", b"HEAD") or path != b"/health":
        return _http("404 Not Found", b"{}")
    body = msgspec.json.encode(page)
    return _http("200 OK" if page.serving else "503 Service Unavailable", body if method == b"GET" else b"")


def _http(status: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    )
    return head.encode() + b"\r\n" + body
