"""The update agent as a transition table: what it knows, what happens, what it does next. No clock, no disk in it.

::

    Idle --asked, offered--> Fetching(delta) --whole--> Rebuilding --same--> Ready --quiet, asked again--> Installing
      ^                          |  no delta, or it fails                     ^ |                             |
      |                          v                                            | |                             v
      |                      Fetching(full) ----------whole-------------------+ |                         Written
      |                                                                         |                             | quiet
      +------ no longer offered: tidied up -------------------------------------+                             v
      +------ healthy: reported, kept <---- started again: the new version runs, the health check says --- Trying
      +------ back in the old version: found bad, or cut off twice: reported, and never tried again ---------+

After every step the state is saved (old or new, never half) before its effects are carried out, so each of them may be
carried out twice, and is harmless when it is.
"""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from deploy_image.agent.words import (
    Ask,
    Effect,
    Event,
    Fetch,
    Fetched,
    Fetching,
    Healthy,
    Idle,
    Install,
    Installed,
    Installing,
    Kind,
    Known,
    Memory,
    NotFetched,
    Outcome,
    Ready,
    Rebuild,
    Rebuilding,
    Rebuilt,
    Refused,
    Reported,
    Restart,
    Say,
    Started,
    State,
    Tick,
    TidyUp,
    Told,
    Trying,
    Unreachable,
    Written,
)
from offline_cache.image_index import Release

ASK_EVERY = 3600.0
FIRST_WAIT, LONGEST_WAIT = 60.0, 4 * 3600.0
RECHECK = 300.0
"""Between the tries to ask whether what is ready may still be installed."""
TRIES = 5
"""Of installing one bundle; fetching is tried for ever, with growing waits."""
BAD_KEPT = 20


def step(memory: Memory, event: Event, now: float) -> tuple[Memory, tuple[Effect, ...]]:
    """The one function. Events that do not fit the state change nothing."""
    state, known = memory.state, memory.known
    match event:
        case Reported():
            return Memory(state, Known(known.bad, known.unsaid[1:])), ()
        case Tick():
            after, effects = _tick(state, known, event.quiet, now)
            says = tuple(Say(outcome) for outcome in known.unsaid[:1]) if _may_ask(state, now) else ()
            return Memory(after, known), says + effects
        case Started():
            return _started(memory, event, now)
        case Told(release=release):
            return _told(memory, release, now)
        case Unreachable():
            if isinstance(state, Idle):
                return Memory(Idle(now + wait(state.failures), state.failures + 1), known), ()
            if isinstance(state, Ready):
                return Memory(replace(state, at=now + RECHECK), known), ()
            return memory, ()
        case Fetched():
            return _fetched(memory)
        case NotFetched():
            return _not_fetched(memory, event, now)
        case Rebuilt(ok=ok):
            if not isinstance(state, Rebuilding):
                return memory, ()
            return Memory(Ready(state.release) if ok else Fetching(state.release, "full"), known), ()
        case Installed(version=version):
            if not isinstance(state, Installing):
                return memory, ()
            return Memory(Written(state.release, version, state.again), known), ()
        case Refused():
            return _refused(memory, event, now)
        case Healthy(version=version):
            if isinstance(state, Trying) and version == state.release.version:
                return _end(known, Outcome(version, "installed"), now)
            return memory, ()
        case _:
            assert_never(event)


def _tick(state: State, known: Known, quiet: bool, now: float) -> tuple[State, tuple[Effect, ...]]:
    match state:
        case Idle(ask_at=at):
            return state, (Ask(known.bad),) if now >= at or at > now + LONGEST_WAIT else ()
        case Fetching(release=release, kind=kind, at=at):
            return state, (Fetch(release, kind),) if now >= at or at > now + LONGEST_WAIT else ()
        case Rebuilding(release=release):
            return state, (Rebuild(release),)
        case Ready(at=at):
            # Asked once more: what was fetched by day may have been stopped since, by those who installed it first.
            return state, (Ask(known.bad),) if quiet and (now >= at or at > now + LONGEST_WAIT) else ()
        case Installing(release=release):
            # Only after a restart in mid-installation: the effect ends in Installed or Refused otherwise.
            return (state, (Install(release),)) if quiet else (state, ())
        case Written():
            return (_trying(state), (Restart(),)) if quiet else (state, ())
        case Trying():
            return state, ()
        case _:
            assert_never(state)


def _may_ask(state: State, now: float) -> bool:
    """Reports go out when central would be asked anyway, and while something is under way."""
    return not isinstance(state, Idle) or now >= state.ask_at or state.failures == 0


def _trying(state: Written) -> Trying:
    return Trying(state.release, state.old, state.again)


def _started(memory: Memory, event: Started, now: float) -> tuple[Memory, tuple[Effect, ...]]:
    state, version = memory.state, event.version
    if isinstance(state, Trying):
        if version == state.release.version:
            return memory, ()  # the health check has the word
        if event.found_bad != state.release.version and not state.again:
            # Nobody looked at it: somebody switched the terminal off while it started, say. Once more, then no more.
            return Memory(Ready(state.release, now + FIRST_WAIT, again=True), memory.known), ()
        return _bad(memory.known, state.release, "the new system did not become healthy", now)
    if isinstance(state, Written):
        # A power cut was the restart; or only the agent began anew, and the new system has still to be tried.
        return (Memory(_trying(state), memory.known) if version == state.release.version else memory), ()
    if isinstance(state, (Fetching, Rebuilding, Ready, Installing)) and version == state.release.version:
        # Somebody installed it by hand (a stick, say).
        return _end(memory.known, Outcome(version, "installed"), now)
    return memory, ()


def _told(memory: Memory, release: Release | None, now: float) -> tuple[Memory, tuple[Effect, ...]]:
    state, known = memory.state, memory.known
    if isinstance(state, Ready):
        if release is not None and (release.version, release.sha256) == (state.release.version, state.release.sha256):
            return Memory(Installing(state.release, state.failures, state.again), known), (Install(state.release),)
        return Memory(Idle(now + FIRST_WAIT), known), (TidyUp(),)
    if not isinstance(state, Idle) or release is None or release.version in known.bad:
        return (Memory(Idle(now + ASK_EVERY), known), ()) if isinstance(state, Idle) else (memory, ())
    kind: Kind = "delta" if release.deltas else "full"
    unsaid = (*known.unsaid, Outcome(release.version, "started"))
    return Memory(Fetching(release, kind), Known(known.bad, unsaid)), ()


def _fetched(memory: Memory) -> tuple[Memory, tuple[Effect, ...]]:
    match memory.state:
        case Fetching(release=release, kind="delta"):
            return Memory(Rebuilding(release), memory.known), ()
        case Fetching(release=release):
            return Memory(Ready(release), memory.known), ()
        case _:
            return memory, ()


def _not_fetched(memory: Memory, event: NotFetched, now: float) -> tuple[Memory, tuple[Effect, ...]]:
    state, known = memory.state, memory.known
    if not isinstance(state, Fetching):
        return memory, ()
    if event.never:
        return _bad(known, state.release, event.never, now)
    if event.wrong and state.kind == "delta":
        return Memory(Fetching(state.release, "full"), known), ()
    if state.failures >= TRIES:
        # Perhaps the release was withdrawn meanwhile: ask again. What came is kept for when it was not.
        return Memory(Idle(now + wait(state.failures), 1), known), ()
    again = Fetching(state.release, state.kind, now + wait(state.failures), state.failures + 1)
    return Memory(again, known), ()


def _refused(memory: Memory, event: Refused, now: float) -> tuple[Memory, tuple[Effect, ...]]:
    state = memory.state
    if not isinstance(state, Installing):
        return memory, ()
    if event.final or state.failures + 1 >= TRIES:
        return _bad(memory.known, state.release, event.reason, now)
    later = Ready(state.release, now + wait(state.failures), state.failures + 1, state.again)
    return Memory(later, memory.known), ()


def _bad(known: Known, release: Release, reason: str, now: float) -> tuple[Memory, tuple[Effect, ...]]:
    bad = (*known.bad, release.version)[-BAD_KEPT:]
    return _end(Known(bad, known.unsaid), Outcome(release.version, "failed", reason), now)


def _end(known: Known, outcome: Outcome, now: float) -> tuple[Memory, tuple[Effect, ...]]:
    return Memory(Idle(now + FIRST_WAIT), Known(known.bad, (*known.unsaid, outcome)[-BAD_KEPT:])), (TidyUp(),)


def wait(failures: int) -> float:
    """Seconds before the next try: doubling from one minute to four hours."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures, 12))
