"""Where a citizen can go when something does not work: the terminals near the one that asks, with what works there."""

from __future__ import annotations

import datetime as dt
import math

import msgspec
import sqlalchemy as sa

from central import audit
from central.fleet import FleetError
from central.service import Central
from central.tables import Terminal
from offline_cache import wire

MOST = 12
"""Sites told to one terminal."""
EARTH_METRES = 6_371_000.0
CHINA = (3.0, 54.0, 73.0, 136.0)
"""Least and greatest latitude, least and greatest longitude: a mistyped place is noticed."""


class Location(msgspec.Struct, frozen=True):
    """``name``: what citizens call it; empty: nobody is sent there. Degrees, WGS 84, both or none."""

    name: str
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None


def location(name: str, address: str, latitude: str, longitude: str) -> Location:
    """What was typed. Raises ``FleetError`` for coordinates that are none."""
    if not latitude.strip() and not longitude.strip():
        return Location(name[:64], address[:128])
    try:
        north, east = float(latitude), float(longitude)
    except ValueError:
        raise FleetError("纬度和经度要写成小数，例如28.3717和121.3860") from None
    south, top, west, right = CHINA
    if not (south <= north <= top and west <= east <= right):
        raise FleetError("这个经纬度不在国内，请看看是不是写反了")
    return Location(name[:64], address[:128], north, east)


def locate(central: Central, terminal: str, where: Location, by: str) -> None:
    """Raises ``FleetError``."""
    now = central.now()
    with central.database.writing() as session:
        row = session.get(Terminal, terminal)
        if row is None:
            raise FleetError(f"there is no terminal {terminal}")
        row.place, row.address = where.name, where.address
        row.latitude, row.longitude = where.latitude, where.longitude
        audit.note(session, now, by, "设定终端位置", terminal, where.name)


def near(central: Central, terminal: str) -> wire.Sites:
    """The other terminals in touch that have a place, the nearest first; those of unknown distance last, by name."""
    quiet = dt.timedelta(minutes=central.config.fleet_quiet_minutes)
    now = central.now()
    with central.database.reading() as session:
        here = session.get(Terminal, terminal)
        rows = session.scalars(
            sa.select(Terminal).where(
                Terminal.id != terminal, Terminal.place != "", Terminal.revoked.is_(None), Terminal.seen >= now - quiet
            )
        ).all()
    found = [site for row in rows if here is not None and (site := _site(row, here)) is not None]
    found.sort(key=lambda site: (math.inf if site.metres is None else site.metres, site.name))
    return wire.Sites(tuple(found[:MOST]))


def _site(row: Terminal, here: Terminal) -> wire.Site | None:
    services = msgspec.json.decode(row.services, type=tuple[str, ...])
    if row.seen is None or not services:
        return None
    return wire.Site(name=row.place, address=row.address, metres=_metres(row, here), services=services, at=row.seen)


def _metres(one: Terminal, other: Terminal) -> int | None:
    """Along a great circle (haversine)."""
    if None in (one.latitude, one.longitude, other.latitude, other.longitude):
        return None
    north, east = math.radians(one.latitude or 0.0), math.radians(one.longitude or 0.0)
    up, right = math.radians(other.latitude or 0.0), math.radians(other.longitude or 0.0)
    half = math.sin((up - north) / 2) ** 2 + math.cos(north) * math.cos(up) * math.sin((right - east) / 2) ** 2
    return round(2 * EARTH_METRES * math.asin(math.sqrt(half)))
