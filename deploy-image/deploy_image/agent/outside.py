"""The agent's surroundings on a real terminal: central over HTTP, RAUC, systemd, the kiosk's event log."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import requests

from deploy_image import tools
from deploy_image.agent import words
from deploy_image.agent.run import FetchError, RefusedError
from deploy_image.errors import ImageError
from deploy_image.provisioning import Window
from offline_cache.image_index import MOST_BYTES, Index, read_index

CONNECT_SECONDS, READ_SECONDS = 5.0, 30.0
CHUNK = 256 * 1024
QUIET_SECONDS = 600.0
"""Nobody has used the terminal for so long."""

TRANSIENT = ("no space left", "input/output error", "device or resource busy", "dbus", "d-bus", "timed out")
"""What RAUC says when the bundle is not at fault."""


class RealOutside:
    """``base``: images at central, such as https://central.example/images/. ``say``: keeps a report to be sent.

    ``healthy``: is there once this start was found healthy; ``found_bad``: holds the version left last.
    """

    def __init__(
        self,
        base: str,
        profile: str,
        session: requests.Session,
        window: Window,
        events: Path,
        healthy: Path,
        found_bad: Path,
        say: Callable[[words.Outcome], None],
        now: Callable[[], dt.datetime],
    ) -> None:
        self._base, self._profile, self._session = base.rstrip("/") + "/", profile, session
        self._window, self._events, self._healthy, self._say, self._now = window, events, healthy, say, now
        self._found_bad = found_bad

    def index(self) -> Index:
        try:
            with self._get(f"{self._profile}.json", 0) as answer:
                data = b"".join(self._limited(answer, MOST_BYTES + 1))
            return read_index(data)
        except ValueError as error:
            raise FetchError(str(error)) from None

    def fetch(self, url: str, part: Path, most: int) -> None:
        have = part.stat().st_size if part.exists() else 0
        with self._get(url, have) as answer:
            # 200: the server starts over, so do we.
            mode = "ab" if answer.status_code == 206 else "wb"
            with part.open(mode) as file:
                for data in self._limited(answer, most - (have if mode == "ab" else 0)):
                    file.write(data)

    def say(self, outcome: words.Outcome) -> None:
        self._say(outcome)

    def install(self, bundle: Path) -> None:
        try:
            tools.run(["rauc", "install", bundle])
        except ImageError as error:
            said = str(error)
            raise RefusedError(said, not any(word in said.lower() for word in TRANSIENT)) from None

    def restart(self) -> None:
        tools.run(["systemctl", "--no-block", "reboot"])

    def quiet(self) -> bool:
        now = self._now()
        return self._window.contains(now.time()) and not in_use(read_tail(self._events), now)

    def healthy(self) -> bool:
        return self._healthy.exists()

    def found_bad(self) -> str:
        return read_tail(self._found_bad).strip()

    def room(self, folder: Path) -> int:
        return shutil.disk_usage(folder).free

    def _get(self, name: str, have: int) -> requests.Response:
        headers = {"Range": f"bytes={have}-"} if have else {}
        try:
            answer = self._session.get(
                self._base + name, headers=headers, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)
            )
        except requests.RequestException as error:
            raise FetchError(f"central does not answer: {type(error).__name__}") from None
        if answer.status_code not in (200, 206):
            answer.close()
            raise FetchError(f"central answers {answer.status_code}")
        return answer

    def _limited(self, answer: requests.Response, most: int) -> Iterable[bytes]:
        try:
            for data in answer.iter_content(CHUNK):
                yield data[:most]
                most -= len(data)
                if most <= 0:
                    return
        except requests.RequestException as error:
            raise FetchError(f"it broke off: {type(error).__name__}") from None


class _Event(msgspec.Struct, frozen=True):
    event: str
    time: dt.datetime


def in_use(log: str, now: dt.datetime) -> bool:
    """Whether a citizen uses the terminal, or did a moment ago: from the tail of the kiosk's event log.

    Lines that cannot be read are left out. ``now`` and the log are local times. No log: nobody (a phone node).
    """
    last: _Event | None = None
    for line in log.splitlines():
        try:
            event = msgspec.json.decode(line, type=_Event)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if event.event != "kiosk-ready":
            last = event
    if last is None:
        return False
    quiet_for = (now.replace(tzinfo=None) - last.time.replace(tzinfo=None)).total_seconds()
    if last.event == "session-wiped":
        return 0 <= quiet_for < QUIET_SECONDS / 2
    return 0 <= quiet_for < QUIET_SECONDS


def read_tail(path: Path, most: int = 16 * 1024) -> str:
    """The end of a text file, or nothing."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - most))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
