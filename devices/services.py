"""Which services cannot work now, and why: pure, for the screen, the phone of the fleet and the technician.

A service is out when every device of the kind it needs is known not to work. A device that does not tell (unknown) may
well work, so nothing is posted for it; a warning (paper low) is posted for the technician only.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from devices.drivers.base import DeviceState, Kind
from devices.inventory import Status

BROKEN = (DeviceState.FAULT, DeviceState.UNPLUGGED)


class Service(StrEnum):
    """What a citizen does with a device. The name is the key of what the screen says about it."""

    SLIP = "slip"
    FORM = "form"
    IDENTITY = "identity"
    SCAN = "scan"
    KEYS = "keys"
    PHOTO = "photo"
    LISTEN = "listen"
    SPEAK = "speak"


NEEDS: dict[Kind, Service] = {
    Kind.RECEIPT_PRINTER: Service.SLIP,
    Kind.A4_PRINTER: Service.FORM,
    Kind.ID_READER: Service.IDENTITY,
    Kind.SCANNER: Service.SCAN,
    Kind.KEYPAD: Service.KEYS,
    Kind.CAMERA: Service.PHOTO,
    Kind.MICROPHONE: Service.LISTEN,
    Kind.SPEAKER: Service.SPEAK,
}
"""Presence sensor and UPS carry no service of their own."""


class Outage(msgspec.Struct, frozen=True):
    """A service that cannot work. ``reason``: a key such as "paper_out"; ``text``: for the technician."""

    service: Service
    device: str
    reason: str
    text: str


def outages(look: Iterable[Status]) -> tuple[Outage, ...]:
    """The services that are out, in the order of ``Service``; at most one line for each."""
    by_service: dict[Service, list[Status]] = {}
    for one in look:
        if one.kind in NEEDS:
            by_service.setdefault(NEEDS[one.kind], []).append(one)
    return tuple(
        _outage(service, by_service[service][0])
        for service in Service
        if service in by_service and all(one.condition.state in BROKEN for one in by_service[service])
    )


def _outage(service: Service, first: Status) -> Outage:
    reason = first.condition.detail or first.condition.state.value
    return Outage(service, first.name, reason, first.condition.text)
