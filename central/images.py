"""Terminal images as they are published: the small index file of a profile says who is offered the newest one now.

``bianmin image bundle --publish`` lays the files of a release into ``images/`` and describes them in
``PROFILE-VERSION.json``, which no terminal asks for. Publishing it makes ``PROFILE.json`` from it, and each move of the
rollout writes that anew. What a terminal installs is decided by its signature, never by these files.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from central.service import Central
from offline_cache.files import Disk, read_if_there, replace_file
from offline_cache.image_index import Index, Release, profile_of, read_index, release_name
from offline_cache.rollout import Rollout, offer_of


class ImagesError(Exception):
    """It cannot be published. The text is the sentence the operator reads."""


def read(central: Central, path: Path) -> Release:
    """The release that ``path`` describes, its files being there, whole. Raises ``ImagesError``."""
    release = _described(path)
    for part in (release.full, *(one.part for one in release.deltas)):
        there = central.images / part.url
        if not there.is_file() or there.stat().st_size != part.bytes:
            raise ImagesError(f"{part.url} is not in {central.images}, or not whole; lay out the release there")
    if path.parent.resolve() != central.images.resolve():
        raise ImagesError(f"{path.name} must lie in {central.images}, where terminals fetch its files")
    return release


def tell(central: Central, rollout: Rollout) -> None:
    """Let the profile's index say to whom this release is offered now. Raises ``OSError``.

    Saying the same again writes nothing. A release whose description was cleared away is offered to nobody.
    """
    path = central.images / f"{profile_of(rollout.release)}.json"
    try:
        release = _described(central.images / f"{rollout.release}.json")
    except ImagesError:
        path.unlink(missing_ok=True)
        return
    said = msgspec.json.encode(Index(msgspec.structs.replace(release, offer=offer_of(rollout))))
    if read_if_there(Disk(), path) != said:
        replace_file(Disk(), path, said)


def _described(path: Path) -> Release:
    try:
        release = read_index(path.read_bytes()).release
    except (OSError, ValueError) as error:
        raise ImagesError(f"{path.name} describes no image: {error}") from None
    if release is None or path.name != f"{release_name(release.compatible, release.version)}.json":
        raise ImagesError(f"{path.name} describes no image; name the PROFILE-VERSION.json that `image bundle` wrote")
    return release
