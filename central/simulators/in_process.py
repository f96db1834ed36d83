"""An ASGI application called in this process: no socket; virtual time stays in the caller's hands.

answer = InProcess(app).call("POST", "/api/poll", {"x": "y"}, b"{}")     # Answered(status, headers, body)
session.mount("http://", InProcessAdapter(InProcess(app)))               # for what speaks through requests
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import requests
from requests.adapters import BaseAdapter


class Answered(msgspec.Struct, frozen=True):
    """Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class InProcess:
    """One event loop, used by one thread at a time. One task serves all calls, so that worker threads are kept."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._asked: asyncio.Queue[tuple[Any, asyncio.Future[Answered]]] = asyncio.Queue()
        self._server = self._loop.create_task(self._serve())

    def close(self) -> None:
        self._server.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._server)
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"", query: bytes = b""
    ) -> Answered:
        """Raises whatever the application lets escape."""
        answer: asyncio.Future[Answered] = self._loop.create_future()
        self._asked.put_nowait(((method, path, headers or {}, body, query), answer))
        return self._loop.run_until_complete(answer)

    async def _serve(self) -> None:
        while True:
            request, answer = await self._asked.get()
            try:
                answer.set_result(await self._call(*request))
            except Exception as error:  # noqa: BLE001 - handed to the caller
                answer.set_exception(error)

    async def _call(self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: bytes) -> Answered:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query,
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("in-process", 80),
        }
        status, sent, found = 0, {}, bytearray()
        pending = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if not pending:
                await asyncio.Event().wait()  # the caller stays: "disconnected" would end a file half sent
            return pending.pop()

        async def send(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                sent.update({name.decode(): value.decode("latin-1") for name, value in message["headers"]})
            elif message["type"] == "http.response.body":
                found.extend(message.get("body", b""))

        await self._app(scope, receive, send)
        return Answered(status, sent, bytes(found))


class InProcessAdapter(BaseAdapter):
    """Lets a ``requests.Session`` reach the application."""

    def __init__(self, inside: InProcess) -> None:
        super().__init__()
        self._inside = inside

    # Its options say how a network is used (timeout, proxies, certificates), and there is none here.
    def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(request.url or "")
        body = request.body.encode() if isinstance(request.body, str) else bytes(request.body or b"")
        answered = self._inside.call(
            request.method or "GET", parts.path, dict(request.headers), body, parts.query.encode()
        )
        response = requests.Response()
        response.status_code, response.url, response.request = answered.status, request.url or "", request
        response.headers.update(answered.headers)
        response.raw = io.BytesIO(answered.body)
        return response

    def close(self) -> None:
        """Nothing to close; the caller owns the loop."""
