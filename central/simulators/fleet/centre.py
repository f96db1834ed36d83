"""The central service in the simulation: the real application, restarted now and then, its database failing over."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from central.app import create_app
from central.service import Central, open_central
from central.simulators.fleet.faults import Span
from central.simulators.in_process import InProcess
from offline_cache.central_link import Answer, LinkDownError


class Centre:
    """``reach`` is how terminals get to it."""

    def __init__(
        self, folder: Path, clock: Callable[[], dt.datetime], chance: random.Random, database: str = "", pack: str = ""
    ) -> None:
        self._folder, self._clock, self._chance = folder, clock, chance
        self._database, self._pack = database, pack
        self.down: tuple[Span, ...] = ()
        self.failovers: tuple[Span, ...] = ()
        self.healed = False
        self.restarts = self.failed = 0
        self._start()

    def reach(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        now = self._clock()
        if not self.healed and any(span.holds(now) for span in self.down):
            raise LinkDownError("the central service is down")
        answered = self._inside.call("POST", path, headers, body)
        return Answer(answered.status, answered.body, float(answered.headers.get("retry-after", 0)))

    def close(self) -> None:
        self._inside.close()
        self.central.database.close()

    def _start(self) -> None:
        self.central: Central = open_central(self._folder, database=self._database, pack=self._pack, clock=self._clock)
        self._inside = InProcess(create_app(self.central, background=False))
        sa.event.listen(self.central.database.engine, "before_cursor_execute", self._before_statement)
        sa.event.listen(self.central.database.engine, "commit", self._before_commit)

    def restart(self) -> None:
        """Nothing survives but the disk."""
        self.restarts += 1
        self.close()
        self._start()

    def _failing(self) -> bool:
        now = self._clock()
        return not self.healed and any(span.holds(now) for span in self.failovers)

    def _before_statement(self, *_arguments: Any) -> None:
        if self._failing() and self._chance.random() < 0.5:
            self._lose()

    def _before_commit(self, connection: sa.Connection) -> None:
        """The hardest moment: the commit may have reached the disk although its answer was lost."""
        if not self._failing():
            return
        if self._chance.random() < 0.5:
            committing = connection.connection.dbapi_connection
            assert committing is not None, "it is about to commit"
            committing.execute("COMMIT")
        self._lose()

    def _lose(self) -> None:
        self.failed += 1
        raise sa.exc.OperationalError("", None, Exception("the database server went away"))
