"""The text-message gateway over HTTP, and what its answers mean.

    POST {gateway}/messages {"id", "to", "text"}      200/201 sent; 409 sent before; 4xx never; anything else later
    GET  {gateway}/messages/{id}                      200 it has it; 404 it never got it

``id`` is ours and the same at every try, so that a message whose answer was lost is not sent twice. A gateway of
another dialect needs another class with the same two methods; ``python -m central.simulators.sms`` speaks this one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol
from urllib.parse import quote

import requests

SECONDS = 10.0


class Outcome(StrEnum):
    SENT = "sent"
    REFUSED = "refused"  # never: a number that does not exist, a text it does not take
    LATER = "later"  # it did not take it
    UNKNOWN = "unknown"  # no answer: it may have sent it or not


class Gateway(Protocol):
    """Sends one message. Never raises."""

    def send(self, identity: str, phone: str, text: str) -> Outcome: ...

    def ask(self, identity: str) -> Outcome:
        """Whether it has it: sent, later (it never got it) or unknown."""


class HttpGateway:
    """See the module. ``token``: sent as a bearer token, may be empty."""

    def __init__(self, address: str, token: str, session: requests.Session) -> None:
        self._address, self._session = address.rstrip("/"), session
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, identity: str, phone: str, text: str) -> Outcome:
        body = {"id": identity, "to": phone, "text": text}
        try:
            answer = self._session.post(
                f"{self._address}/messages", json=body, headers=self._headers, timeout=SECONDS, allow_redirects=False
            )
        except requests.ConnectTimeout:
            return Outcome.LATER
        except requests.RequestException:
            return Outcome.UNKNOWN
        if answer.status_code in (200, 201, 202, 409):
            return Outcome.SENT
        if answer.status_code == 504:
            return Outcome.UNKNOWN  # a proxy gave up waiting; behind it the message may have gone out
        if 400 <= answer.status_code < 500 and answer.status_code not in (401, 403, 408, 429):
            return Outcome.REFUSED
        return Outcome.LATER

    def ask(self, identity: str) -> Outcome:
        try:
            answer = self._session.get(
                f"{self._address}/messages/{quote(identity, safe='')}", headers=self._headers, timeout=SECONDS
            )
        except requests.RequestException:
            return Outcome.UNKNOWN
        if answer.status_code == 200:
            return Outcome.SENT
        return Outcome.LATER if answer.status_code == 404 else Outcome.UNKNOWN
