"""The web application: the terminals' interface, the pages, published content as static files."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from central import chores
from central.api import terminals
from central.api.terminal_requests import Problem, json
from central.service import Central

HERE = Path(__file__).resolve().parent
log = logging.getLogger(__name__)


def create_app(central: Central, *, background: bool = True) -> FastAPI:
    """``background``: also do the chores (reminders, notices, rollouts) every minute."""

    @contextlib.asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        worker = asyncio.create_task(_chores(central)) if background else None
        yield
        if worker is not None:
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await worker

    app = FastAPI(title="Bianmin central service", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.central = central
    app.include_router(terminals.router)
    central.repository.mkdir(parents=True, exist_ok=True)
    app.mount("/content", StaticFiles(directory=central.repository))
    app.mount("/static", StaticFiles(directory=HERE / "static"))

    @app.exception_handler(Problem)
    async def problem(_request: Request, error: Problem) -> Response:
        answer = json(error.body, error.status)
        if error.retry_after:
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer

    @app.get("/api/alive")
    def alive() -> Response:
        """For load balancers: the process runs and reaches its database."""
        with central.database.reading() as session:
            session.connection()
        return json({"alive": True})

    return app


async def _chores(central: Central) -> None:
    while True:
        await asyncio.sleep(chores.PERIOD_SECONDS)
        try:
            await run_in_threadpool(chores.do_all, central)
        except Exception as error:  # noqa: BLE001 - the next minute is another chance; the loop must not end
            # The kind of error only: its text could hold what a citizen wrote.
            log.error("chores failed: %s", type(error).__name__)
