"""A central service in memory: the wire format's other side, for tests. It can be slow to answer, wrong, or gone."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from offline_cache import enrolment, identity, wire
from offline_cache.central_link import Answer, LinkDownError
from offline_cache.enrolment import EnrolmentCode
from offline_cache.sealing import new_keys, open_intake
from offline_cache.wire import (
    ClockWrong,
    Enrolment,
    EnrolRequest,
    HandoverPut,
    HandoverTake,
    Parcel,
    ProgressQuery,
    ProgressReport,
    Receipt,
    Refusal,
    TicketState,
)


class CentralSimulator:
    """A ``Transport`` that answers as a central service does. ``now``: its clock, seconds since 1970."""

    def __init__(self, now: float) -> None:
        self.private_key, self.public_key = new_keys()
        self.now = now
        self.reachable = True
        self.canned: Answer | None = None
        self.keys: dict[str, bytes] = {}
        self.codes: dict[str, EnrolmentCode] = {}
        self.parcels: dict[str, Parcel] = {}
        self.check_codes: dict[str, str] = {}
        self.handovers: dict[str, bytes] = {}
        self.nonces: set[str] = set()
        self.arrivals: list[str] = []
        self.refuse: set[str] = set()
        self.log: list[bytes] = []
        self.root, self.content = b"{}", ""
        self.health: list[dict[str, str]] = []

    def post(self, path: str, body: bytes, headers: Mapping[str, str], patience: float) -> Answer:
        if not self.reachable:
            raise LinkDownError("the central service cannot be reached")
        self.log.append(body)
        if self.canned is not None:
            return self.canned
        if path == wire.ENROL:
            return self._enrol(body, headers)
        signed = identity.read_headers(headers)
        try:
            identity.check(signed, self.keys[signed.terminal], "POST", path, body, self.now)
        except identity.ClockError:
            return Answer(401, wire.encode(ClockWrong(now=self.now)))
        except (identity.SignatureError, KeyError):
            return Answer(401, b"{}")
        if signed.nonce in self.nonces:
            return Answer(401, b"{}")
        self.nonces.add(signed.nonce)
        match path:
            case wire.PARCELS:
                return self._parcel(body)
            case wire.POLL:
                self.health.append(msgspec.json.decode(body, type=dict[str, str]))
                return Answer(200, b"{}")
            case wire.PROGRESS:
                return self._progress(wire.decode_as(body, ProgressQuery))
            case wire.HANDOVER:
                put = wire.decode_as(body, HandoverPut)
                if put.locator in self.handovers:
                    return Answer(409, b"{}")
                self.handovers[put.locator] = put.box
                return Answer(200, b"{}")
            case wire.HANDOVER_TAKE:
                take = wire.decode_as(body, HandoverTake)
                box = self.handovers.pop(take.locator, None)
                if box is None:
                    return Answer(404, b"{}")
                return Answer(200, wire.encode(HandoverPut(locator=take.locator, box=box)))
        return Answer(404, b"{}")

    def _parcel(self, body: bytes) -> Answer:
        parcel = wire.decode(body)
        if parcel.key in self.refuse:
            return Answer(422, wire.encode(Refusal(key=parcel.key, reason="malformed")))
        opened = open_intake(self.private_key, parcel)
        if parcel.key not in self.parcels:
            self.arrivals.append(parcel.key)
        self.parcels[parcel.key] = parcel
        self.check_codes[parcel.number] = opened.code
        return Answer(200, wire.encode(Receipt(key=parcel.key, number=parcel.number, token=opened.token)))

    def _progress(self, query: ProgressQuery) -> Answer:
        if not query.code or self.check_codes.get(query.number) != query.code:
            return Answer(404, wire.encode(Refusal(key="", reason="unknown")))
        return Answer(200, wire.encode(ProgressReport(number=query.number, state=TicketState.RECEIVED)))

    def _enrol(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        request = wire.decode_as(body, EnrolRequest)
        refusal = Answer(403, wire.encode(Refusal(key="", reason="this code is unknown, used or too old")))
        code = self.codes.get(request.identifier)
        if code is None or not enrolment.fits(request.proof, enrolment.request_proof(code, request)):
            return refusal
        try:
            signed = identity.read_headers(headers)
            identity.check(signed, request.public_key, "POST", wire.ENROL, body, self.now)
        except identity.SignatureError:
            return refusal
        del self.codes[request.identifier]
        station = f"{len(self.keys) + 1:04d}"
        self.keys[f"WL-{station}"] = request.public_key
        bare = Enrolment(
            terminal=f"WL-{station}",
            station=station,
            central_key=self.public_key,
            tuf_root=self.root,
            content=self.content,
        )
        return Answer(200, wire.encode(enrolment.with_proof(code, bare, request.public_key)))
