"""Makes this terminal known to the central service: by hand (``bianmin sync enrol``) and by provisioning."""

from __future__ import annotations

from bianmin import filing
from bianmin.settings import Settings
from offline_cache import enrolment
from offline_cache.files import Disk
from offline_cache.identity import Identity
from offline_cache.layout import open_link
from offline_cache.wire import Enrolment


def is_enrolled() -> bool:
    """Raises ``EnrolmentError`` when what was told then is damaged."""
    return enrolment.load(Disk(), filing.layout().enrolment) is not None


def enrol(chosen: Settings, code: str, name: str) -> Enrolment:
    """Keys are made here and never leave; what central answered is stored. ``name``: for the fleet's list.

    Raises ``EnrolmentError``, ``IdentityError`` or ``LinkError`` (central cannot be reached: try again later).
    """
    layout, disk = filing.layout(), Disk()
    known = enrolment.parse_code(code)
    identity = Identity.load_or_make(disk, layout.identity)
    told = enrolment.enrol(known, name, identity, open_link(layout, chosen.sync.central, "", disk))
    enrolment.store(disk, layout.enrolment, told)
    return told
