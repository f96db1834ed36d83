"""What central says about the newest terminal image: one small file per profile.

``GET CENTRAL/images/PROFILE.json`` is such a file. It is not trusted: it may delay an update or name a wrong file, but
what is installed must carry the city's signature, be for this profile and be newer (RAUC and the pre-install check).
"""

from __future__ import annotations

import msgspec

from offline_cache.rollout import Offer

MOST_BYTES = 256 * 1024
"""Of the index file."""


class Part(msgspec.Struct, frozen=True):
    """A file to fetch. ``url``: below the index; ``sha256`` and ``bytes``: of what is fetched."""

    url: str
    bytes: int
    sha256: str


class Delta(msgspec.Struct, frozen=True):
    """A delta against the system of version ``base``."""

    base: str
    part: Part


class Release(msgspec.Struct, frozen=True):
    """One version of a profile's image. ``sha256`` and ``bytes``: of the bundle that is installed, however it came."""

    version: str
    compatible: str
    sha256: str
    bytes: int
    full: Part
    deltas: tuple[Delta, ...] = ()
    offer: Offer = Offer()

    def delta_from(self, version: str) -> Part | None:
        """The delta for a terminal that runs ``version``, if there is one and it is smaller than the whole."""
        parts = [delta.part for delta in self.deltas if delta.base == version]
        return next((part for part in parts if part.bytes < self.full.bytes), None)


class Index(msgspec.Struct, frozen=True):
    """The file: the newest release, or none."""

    release: Release | None = None


def read_index(data: bytes) -> Index:
    """Parse the file. Raises ``ValueError`` (a captive portal, a broken proxy) with one sentence."""
    if len(data) > MOST_BYTES:
        raise ValueError("the image index is too large to be one")
    try:
        index = msgspec.json.decode(data, type=Index)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ValueError("central's answer is no image index") from None
    if index.release is not None:
        for part in (index.release.full, *(delta.part for delta in index.release.deltas)):
            if "//" in part.url or part.url.startswith("/") or ".." in part.url or not 0 < part.bytes < 1 << 40:
                raise ValueError("the image index names a file outside its folder")
    return index


COMPATIBLE = "bianmin-"


def release_name(compatible: str, version: str) -> str:
    """What a rollout and the terminals' reports call a release: PROFILE-VERSION. Two profiles may have one version."""
    return f"{compatible.removeprefix(COMPATIBLE)}-{version}"


def profile_of(name: str) -> str:
    """Of a release's name: no version has a hyphen."""
    return name.rpartition("-")[0]
