"""The words of the update agent: its states, what may happen to it, what it does; ``machine`` joins them."""

from __future__ import annotations

from typing import Literal

import msgspec

from offline_cache.image_index import Release

Kind = Literal["delta", "full"]


class Outcome(msgspec.Struct, frozen=True):
    """What is told to central about one release."""

    version: str
    result: Literal["started", "installed", "failed"]
    reason: str = ""


class Known(msgspec.Struct, frozen=True):
    """What outlives a release. ``bad``: versions that came to grief here; ``unsaid``: a report central has not got."""

    bad: tuple[str, ...] = ()
    unsaid: tuple[Outcome, ...] = ()


class Idle(msgspec.Struct, frozen=True, tag=True):
    """Nothing to do until ``ask_at`` (Unix seconds)."""

    ask_at: float = 0.0
    failures: int = 0


class Fetching(msgspec.Struct, frozen=True, tag=True):
    """``kind`` of ``release`` is being fetched; not before ``at``."""

    release: Release
    kind: Kind
    at: float = 0.0
    failures: int = 0


class Rebuilding(msgspec.Struct, frozen=True, tag=True):
    """The bundle is put together from the delta and the running system."""

    release: Release


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The bundle is whole. It waits until nobody uses the terminal, inside the window; not before ``at``.

    ``again``: it was started before, and power was cut before anybody knew whether it works.
    """

    release: Release
    at: float = 0.0
    failures: int = 0
    again: bool = False


class Installing(msgspec.Struct, frozen=True, tag=True):
    """RAUC writes the other slot. A power cut here leaves the running system alone, and the writing starts over."""

    release: Release
    failures: int = 0
    again: bool = False


class Written(msgspec.Struct, frozen=True, tag=True):
    """The other slot is written and starts next; somebody may have come meanwhile, so the restart waits until it is
    quiet. ``old``: the version that runs."""

    release: Release
    old: str
    again: bool = False


class Trying(msgspec.Struct, frozen=True, tag=True):
    """The other slot is being started, or has started and is being looked at. ``old``: where we came from."""

    release: Release
    old: str
    again: bool = False


State = Idle | Fetching | Rebuilding | Ready | Installing | Written | Trying


class Memory(msgspec.Struct, frozen=True):
    """All that is saved."""

    state: State = Idle()
    known: Known = Known()


# -- what happens


class Tick(msgspec.Struct, frozen=True):
    """Time passes. ``quiet``: nobody uses the terminal, and it is inside the window for installing."""

    quiet: bool


class Started(msgspec.Struct, frozen=True):
    """The agent begins to run (after a start of the machine, or its own).

    ``found_bad``: the version that was left here last because its health check failed.
    """

    version: str
    found_bad: str = ""


class Told(msgspec.Struct, frozen=True):
    """Central's answer: the release to take, or none."""

    release: Release | None


class Unreachable(msgspec.Struct, frozen=True):
    """Central did not answer."""


class Fetched(msgspec.Struct, frozen=True):
    """The file is whole and has the sum the index names."""


class NotFetched(msgspec.Struct, frozen=True):
    """It broke off (``wrong`` False: what came is kept, and it goes on from there) or it is another file (True).

    ``never``: why it cannot be fetched at all on this terminal.
    """

    wrong: bool = False
    never: str = ""


class Rebuilt(msgspec.Struct, frozen=True):
    """The bundle is there, byte for byte (or, ``ok`` False, the delta does not fit this system)."""

    ok: bool


class Installed(msgspec.Struct, frozen=True):
    """RAUC is done: the other slot starts next. ``version``: the one that runs now."""

    version: str


class Refused(msgspec.Struct, frozen=True):
    """RAUC refused or failed. ``final``: the bundle itself is at fault (signature, profile, version)."""

    reason: str
    final: bool


class Healthy(msgspec.Struct, frozen=True):
    """The health check of the version that runs has passed."""

    version: str


class Reported(msgspec.Struct, frozen=True):
    """Central has the oldest report."""


Event = Tick | Started | Told | Unreachable | Fetched | NotFetched | Rebuilt | Installed | Refused | Healthy | Reported


# -- what it does


class Ask(msgspec.Struct, frozen=True):
    """Ask central for the newest release (leave out the versions in ``bad``)."""

    bad: tuple[str, ...]


class Fetch(msgspec.Struct, frozen=True):
    """Fetch, going on from what is there."""

    release: Release
    kind: Kind


class Rebuild(msgspec.Struct, frozen=True):
    """Apply the delta."""

    release: Release


class Install(msgspec.Struct, frozen=True):
    """Give the bundle to RAUC."""

    release: Release


class Restart(msgspec.Struct, frozen=True):
    """Restart the machine."""


class Say(msgspec.Struct, frozen=True):
    """Report to central."""

    outcome: Outcome


class TidyUp(msgspec.Struct, frozen=True):
    """Remove what was fetched."""


Effect = Ask | Fetch | Rebuild | Install | Restart | Say | TidyUp
