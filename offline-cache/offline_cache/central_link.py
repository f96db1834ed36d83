"""Talking to the central service: signed requests, answers parsed, every failure one of three.

    link = CentralLink(HttpTransport("https://central.example", requests.Session()), identity, "WL-0007", time.time)
    answer = link.send(parcel)          # Receipt or Refusal

``LinkDownError``: nobody answered. ``TryLaterError``: it answered that it cannot now, or not in our language (a captive
portal, a broken proxy). A terminal whose clock is wrong learns the right time from central and signs with that; its own
clock is left alone.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec
import requests

from offline_cache import wire
from offline_cache.identity import Identity
from offline_cache.wire import (
    ClockWrong,
    Consultations,
    Enrolment,
    EnrolRequest,
    HandoverPut,
    HandoverTake,
    Parcel,
    ProgressQuery,
    ProgressReport,
    Receipt,
    Refusal,
    Sites,
    WireError,
)

CONNECT_SECONDS = 2.0
QUICK_SECONDS = 5.0
"""For a whole answer while a citizen waits."""
PATIENT_SECONDS = 60.0
"""For a whole answer to an upload; the upload itself may take as long as bytes keep moving."""
MOST_ANSWER_BYTES = 1024 * 1024
MOST_RETRY_AFTER = 3600.0


class LinkError(Exception):
    """No usable answer from the central service. The text is for the technician."""


class LinkDownError(LinkError):
    """Nobody answered: no network, no server."""


class TryLaterError(LinkError):
    """Somebody answered, but not with what was asked for. ``wait``: seconds it asked us to wait, or 0."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


class Answer(msgspec.Struct, frozen=True):
    """``retry_after``: seconds, or 0."""

    status: int
    body: bytes
    retry_after: float = 0.0


class Transport(Protocol):
    """How a body gets to a path of the central service. Raises ``LinkDownError``."""

    def post(self, path: str, body: bytes, headers: Mapping[str, str], patience: float) -> Answer: ...


class HttpTransport:
    """``base``: such as https://central.example (a path after the host is kept)."""

    def __init__(self, base: str, session: requests.Session, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._base, self._session, self._monotonic = base.rstrip("/"), session, monotonic

    def post(self, path: str, body: bytes, headers: Mapping[str, str], patience: float) -> Answer:
        sent = {"Content-Type": "application/json", **headers}
        try:
            with self._session.post(
                self._base + path,
                data=body,
                headers=sent,
                timeout=(CONNECT_SECONDS, patience),
                stream=True,
                allow_redirects=False,
            ) as response:
                return Answer(response.status_code, self._body(response, patience), _retry_after(response))
        except (requests.RequestException, OSError) as error:
            raise LinkDownError(f"the central service cannot be reached ({type(error).__name__})") from error

    def _body(self, response: requests.Response, patience: float) -> bytes:
        """At most so much, for at most so long: an endless or trickling answer is no answer."""
        until = self._monotonic() + patience
        found = bytearray()
        for chunk in response.iter_content(16 * 1024):
            found += chunk
            if len(found) > MOST_ANSWER_BYTES or self._monotonic() > until:
                raise LinkDownError("the central service's answer does not end")
        return bytes(found)


class CentralLink:
    """One terminal's talk with the central service. May be used from several threads."""

    def __init__(
        self,
        transport: Transport,
        identity: Identity,
        terminal: str,
        clock: Callable[[], float],
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._transport, self._identity, self._terminal = transport, identity, terminal
        self._clock, self._nonce = clock, nonce
        self.clock_offset = 0.0
        """Seconds central's clock is ahead of ours, as far as it told us."""

    def now(self) -> float:
        """Central's time, as far as we know it; seconds since 1970."""
        return self._clock() + self.clock_offset

    def send(self, parcel: Parcel) -> Receipt | Refusal:
        """Raises ``LinkDownError`` or ``TryLaterError``; then the parcel must be kept and sent again.

        Only an answer that names this parcel counts as a receipt or a refusal.
        """
        answer = self._ask(wire.PARCELS, parcel, PATIENT_SECONDS)
        kind: type[Receipt | Refusal] = Receipt if answer.status == 200 else Refusal
        if (answer.status != 200 and not 400 <= answer.status < 500) or answer.status in (408, 429):
            raise _later(answer)
        reply = _read(answer, kind)
        if reply.key != parcel.key:
            raise TryLaterError("the answer is about something else")
        return reply

    def progress(self, query: ProgressQuery) -> ProgressReport | None:
        """None: there is no such number with such a check code. Raises ``LinkDownError`` or ``TryLaterError``."""
        answer = self._ask(wire.PROGRESS, query, QUICK_SECONDS)
        if answer.status == 404 and _read(answer, Refusal):
            return None
        report = _read(_good(answer), ProgressReport)
        if report.number != query.number:
            raise TryLaterError("the answer is about something else")
        return report

    def enrol(self, request: EnrolRequest) -> Enrolment | Refusal:
        """The proof in the answer is not checked here. Raises ``LinkDownError`` or ``TryLaterError``."""
        answer = self._ask(wire.ENROL, request, PATIENT_SECONDS)
        if answer.status == 403:
            return _read(answer, Refusal)
        return _read(_good(answer), Enrolment)

    def poll(self, health: dict[str, str]) -> None:
        """A sign of life with the terminal's state, as in a health parcel.

        Raises ``LinkDownError`` or ``TryLaterError``.
        """
        body = msgspec.json.encode(health)
        _good(self._signed_at_right_time(wire.POLL, body, PATIENT_SECONDS))

    def consultations(self) -> Consultations:
        """What the city asks its citizens. Raises ``LinkDownError`` or ``TryLaterError``."""
        answer = self._signed_at_right_time(wire.CONSULTATIONS, b"{}", PATIENT_SECONDS)
        return _read(_good(answer), Consultations)

    def sites(self) -> Sites:
        """Where else citizens can be sent. Raises ``LinkDownError`` or ``TryLaterError``."""
        answer = self._signed_at_right_time(wire.SITES, b"{}", PATIENT_SECONDS)
        return _read(_good(answer), Sites)

    def put_handover(self, put: HandoverPut) -> bool:
        """False: the locator is taken. Raises ``LinkDownError`` or ``TryLaterError``."""
        answer = self._ask(wire.HANDOVER, put, QUICK_SECONDS)
        if answer.status == 409:
            return False
        _good(answer)
        return True

    def take_handover(self, take: HandoverTake) -> HandoverPut | None:
        """None: there is nothing (never was, taken already, too old). Raises ``LinkDownError`` or ``TryLaterError``."""
        answer = self._ask(wire.HANDOVER_TAKE, take, QUICK_SECONDS)
        return None if answer.status == 404 else _read(_good(answer), HandoverPut)

    def _ask(self, path: str, message: msgspec.Struct, patience: float) -> Answer:
        return self._signed_at_right_time(path, wire.encode(message), patience)

    def _signed_at_right_time(self, path: str, body: bytes, patience: float) -> Answer:
        answer = self._signed(path, body, patience)
        if answer.status != 401:
            return answer
        try:
            right = wire.decode_as(answer.body, ClockWrong)
        except WireError:
            return answer
        self.clock_offset = right.now - self._clock()
        return self._signed(path, body, patience)

    def _signed(self, path: str, body: bytes, patience: float) -> Answer:
        headers = self._identity.headers(self._terminal, "POST", path, body, self.now(), self._nonce())
        return self._transport.post(path, body, headers, patience)


def _good(answer: Answer) -> Answer:
    if answer.status != 200:
        raise _later(answer)
    return answer


def _read(answer: Answer, kind: type[wire.T]) -> wire.T:
    try:
        return wire.decode_as(answer.body, kind)
    except WireError as error:
        raise TryLaterError(f"the answer (status {answer.status}) is not from a central service") from error


def _later(answer: Answer) -> TryLaterError:
    return TryLaterError(f"the central service answered with status {answer.status}", answer.retry_after)


def _retry_after(response: requests.Response) -> float:
    try:
        return min(MOST_RETRY_AFTER, max(0.0, float(response.headers.get("Retry-After", "0"))))
    except ValueError:
        return 0.0
