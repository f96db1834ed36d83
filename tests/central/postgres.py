"""A real PostgreSQL server in a folder of its own, started for a test or a benchmark and gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType


def programs() -> Path | None:
    """Where the server's programs are: on the path, or in Debian's folders, the newest first."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    return max((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)


class Postgres:
    """``url`` once entered. Only reachable through a socket in ``folder``; as root it runs as nobody else's user."""

    def __init__(self, folder: Path) -> None:
        found = programs()
        assert found is not None
        self._programs, self._folder = found, folder
        self._data, self._sockets = folder / "data", folder / "run"
        self.url = f"postgresql://tester@/postgres?host={self._sockets}"

    def __enter__(self) -> Postgres:
        self._sockets.mkdir(parents=True)
        self._data.mkdir()
        if self._user:
            for path in (self._folder, self._data, self._sockets):
                shutil.chown(path, self._user)
        self._run("initdb", "-D", str(self._data), "-U", "tester", "-A", "trust", "--encoding=UTF8", "--locale=C", "-N")
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(
                f"listen_addresses = ''\nunix_socket_directories = '{self._sockets}'\nmax_connections = 60\n"
            )
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop("immediate")

    def start(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-l", str(self._folder / "run" / "log"), "-w", "start")

    def stop(self, mode: str) -> None:
        """``immediate``: as if the power went; nothing is finished, the log is replayed at the next start."""
        self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")

    @property
    def _user(self) -> str:
        """The server refuses to run as root: Debian's package brings a user for it."""
        if os.geteuid() != 0:
            return ""
        return "postgres" if any(one.pw_name == "postgres" for one in pwd.getpwall()) else "nobody"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            check=True,
            user=self._user or None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            timeout=120,
        )


def can_run() -> bool:
    return programs() is not None


def wait_until(ready: object, seconds: float = 10.0) -> None:
    """Until ``ready()`` is true; for benchmarks with real processes."""
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.05)
