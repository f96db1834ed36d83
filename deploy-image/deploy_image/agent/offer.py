"""What a terminal makes of the image index of its profile (``offline_cache.image_index``)."""

from __future__ import annotations

from offline_cache.image_index import Index, Release
from offline_cache.rollout import is_offered


def wanted(index: Index, terminal: str, compatible: str, version: str, bad: tuple[str, ...]) -> Release | None:
    """The release this terminal should take now: for its profile, offered to it, not the one it runs, not known bad.

    Whether it is newer is decided where versions are ordered: by the pre-install check.
    """
    release = index.release
    if release is None or release.compatible != compatible or release.version in (version, *bad):
        return None
    return release if is_offered(release.offer, terminal) else None
