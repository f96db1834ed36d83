"""A text-message gateway that sends nothing: takes messages as ``central.notices.gateway`` sends them and shows them.

    python -m central.simulators.sms --listen 127.0.0.1:8610 --fail 0.1 --lose 0.1 --seed 7

``/`` lists what came in. ``fail``: share of tries answered with 503; ``lose``: share of messages that are taken, but
whose answer never arrives (504). A message is taken once, whatever happens (409 afterwards).
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import dataclass, field

import msgspec
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

LONGEST = 500
"""Characters: some gateways take no more."""


class Message(msgspec.Struct, frozen=True):
    """As it is posted."""

    id: str
    to: str
    text: str


@dataclass
class Gateway:
    """What came in, by id; ``tries`` counts the rest, too."""

    chance: random.Random
    fail: float = 0.0
    lose: float = 0.0
    taken: dict[str, Message] = field(default_factory=dict)
    tries: int = 0


def create_simulator(gateway: Gateway) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/messages")
    async def take(request: Request) -> Response:
        gateway.tries += 1
        try:
            message = msgspec.json.decode(await request.body(), type=Message)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Response(status_code=400)
        if gateway.chance.random() < gateway.fail:
            return Response(status_code=503)
        if message.id in gateway.taken:
            return Response(status_code=409)
        digits = "".join(filter(str.isdigit, message.to))
        if len(digits) < 11 or not 0 < len(message.text) <= LONGEST:
            return Response(status_code=422)
        gateway.taken[message.id] = message
        return Response(status_code=504 if gateway.chance.random() < gateway.lose else 201)

    @app.get("/messages/{identity:path}")
    async def known(identity: str) -> Response:
        return Response(status_code=200 if identity in gateway.taken else 404)

    @app.get("/")
    async def listing() -> Response:
        lines = [f"{one.to}  {one.text}" for one in gateway.taken.values()]
        return PlainTextResponse("\n".join(lines) or "no messages yet")

    return app


def main() -> None:
    import uvicorn

    known = argparse.ArgumentParser(prog="python -m central.simulators.sms", description=__doc__)
    known.add_argument("--listen", default="127.0.0.1:8610")
    known.add_argument("--fail", type=float, default=0.0)
    known.add_argument("--lose", type=float, default=0.0)
    known.add_argument("--seed", type=int, default=7)
    given = known.parse_args()
    host, _, port = given.listen.rpartition(":")
    if not port.isdigit():
        known.error(f"{given.listen} is not HOST:PORT")
    gateway = Gateway(random.Random(given.seed), given.fail, given.lose)
    sys.stdout.write(f"a text-message gateway that sends nothing: http://{host}:{port}\n")
    uvicorn.run(create_simulator(gateway), host=host or "127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
