"""The web application: the terminals' interface, the pages, published content as static files."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from central import chores
from central.api import terminals
from central.api.terminal_requests import Problem, json
from central.pages import administration, consultations, content, fleet, sessions, statistics, tickets
from central.pages.frame import PageError, PasswordNeededError, SignInNeededError, error_page, go, to_sign_in
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
    for pages in (sessions, tickets, fleet, content, statistics, consultations, administration):
        app.include_router(pages.router)
    central.repository.mkdir(parents=True, exist_ok=True)
    central.images.mkdir(parents=True, exist_ok=True)
    app.mount("/content", StaticFiles(directory=central.repository))
    app.mount("/images", StaticFiles(directory=central.images))
    app.mount("/static", StaticFiles(directory=HERE / "static"))

    @app.exception_handler(Problem)
    async def problem(_request: Request, error: Problem) -> Response:
        answer = json(error.body, error.status)
        if error.retry_after:
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer

    @app.exception_handler(PageError)
    async def page_error(request: Request, error: PageError) -> Response:
        return await run_in_threadpool(error_page, request, central, error.status, str(error))

    @app.exception_handler(SignInNeededError)
    async def sign_in_needed(request: Request, _error: SignInNeededError) -> Response:
        return to_sign_in(request)

    @app.exception_handler(PasswordNeededError)
    async def password_needed(_request: Request, _error: PasswordNeededError) -> Response:
        return go("/password")

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeout)
    async def database_away(request: Request, error: Exception) -> Response:
        """The database fails over or is overrun: terminals try again, people are asked to."""
        log.error("database: %s", type(error).__name__)
        if request.url.path.startswith("/api/"):
            answer = json({"error": "not just now"}, 503)
        else:
            answer = Response("系统正忙，请过一会儿刷新页面。", 503, media_type="text/plain; charset=utf-8")
        answer.headers["Retry-After"] = "15"
        return answer

    @app.exception_handler(404)
    async def nothing_there(request: Request, _error: Exception) -> Response:
        if request.url.path.startswith(("/api/", "/content/", "/static/")):
            return json({"error": "nothing there"}, 404)
        return await run_in_threadpool(error_page, request, central, 404, "没有这个页面。")

    @app.exception_handler(RequestValidationError)
    async def not_understood(request: Request, _error: RequestValidationError) -> Response:
        # Never the framework's own answer: it repeats what was sent.
        if request.url.path.startswith("/api/"):
            return json({"error": "the request cannot be read"}, 400)
        return await run_in_threadpool(error_page, request, central, 400, "地址不对。")

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
