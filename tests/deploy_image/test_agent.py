"""The update agent's table: each transition, any order of events, and what central's file may say."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy_image.agent import machine, words
from deploy_image.agent.machine import step
from deploy_image.agent.offer import wanted
from deploy_image.agent.words import (
    Fetched,
    Fetching,
    Healthy,
    Idle,
    Installed,
    Installing,
    Known,
    Memory,
    NotFetched,
    Ready,
    Rebuilding,
    Rebuilt,
    Refused,
    Reported,
    Started,
    Tick,
    Told,
    Trying,
    Unreachable,
    Written,
)
from offline_cache import rollout
from offline_cache.image_index import Delta, Index, Part, Release, read_index

FULL = Part("bundle.raucb.zst", 100, "f" * 64)
NEW = Release("2", "bianmin-kiosk", "b" * 64, 1_000, FULL, (Delta("1", Part("d", 10, "d" * 64)),))
PLAIN = msgspec.structs.replace(NEW, deltas=())
NEWER = msgspec.structs.replace(NEW, version="3", sha256="c" * 64)


# -- the table, read aloud


@pytest.mark.parametrize(
    ("state", "event", "after", "effects"),
    [
        (Idle(0), Tick(True), Idle, ["Ask"]),
        (Idle(10_000), Tick(True), Idle, []),
        (Idle(0), Told(None), Idle, []),
        (Idle(0), Told(NEW), Fetching, []),
        (Idle(0), Unreachable(), Idle, []),
        (Fetching(NEW, "delta"), Tick(False), Fetching, ["Fetch"]),
        (Fetching(NEW, "delta", 10_000), Tick(False), Fetching, []),
        (Fetching(NEW, "delta"), Fetched(), Rebuilding, []),
        (Fetching(NEW, "full"), Fetched(), Ready, []),
        (Fetching(NEW, "delta"), NotFetched(), Fetching, []),
        (Fetching(NEW, "delta"), NotFetched(wrong=True), Fetching, []),
        (Fetching(NEW, "full", 0, machine.TRIES), NotFetched(), Idle, []),
        (Rebuilding(NEW), Tick(False), Rebuilding, ["Rebuild"]),
        (Rebuilding(NEW), Rebuilt(True), Ready, []),
        (Rebuilding(NEW), Rebuilt(False), Fetching, []),
        (Ready(NEW), Tick(False), Ready, []),
        (Ready(NEW), Tick(True), Ready, ["Ask"]),
        (Ready(NEW), Told(PLAIN), Installing, ["Install"]),
        (Ready(NEW), Told(None), Idle, ["TidyUp"]),
        (Ready(NEW), Told(NEWER), Idle, ["TidyUp"]),
        (Ready(NEW), Unreachable(), Ready, []),
        (Ready(NEW, 10_000), Tick(True), Ready, []),
        (Installing(NEW), Tick(True), Installing, ["Install"]),
        (Installing(NEW), Tick(False), Installing, []),
        (Installing(NEW), Installed("1"), Written, []),
        (Written(NEW, "1"), Tick(False), Written, []),
        (Written(NEW, "1"), Tick(True), Trying, ["Restart"]),
        (Written(NEW, "1"), Started("2"), Trying, []),
        (Written(NEW, "1"), Started("1"), Written, []),
        (Installing(NEW), Refused("wrong key", True), Idle, ["TidyUp"]),
        (Installing(NEW), Refused("disk", False), Ready, []),
        (Installing(NEW, machine.TRIES), Refused("disk", False), Idle, ["TidyUp"]),
        (Trying(NEW, "1"), Started("2"), Trying, []),
        (Trying(NEW, "1"), Started("1", "2"), Idle, ["TidyUp"]),
        (Trying(NEW, "1"), Started("1"), Ready, []),
        (Trying(NEW, "1"), Started("1", "0"), Ready, []),
        (Trying(NEW, "1", True), Started("1"), Idle, ["TidyUp"]),
        (Trying(NEW, "1"), Healthy("2"), Idle, ["TidyUp"]),
        (Trying(NEW, "1"), Healthy("1"), Trying, []),
        (Ready(NEW), Started("2"), Idle, ["TidyUp"]),
    ],
)
def test_the_table(state: words.State, event: words.Event, after: type, effects: list[str]) -> None:
    memory, does = step(Memory(state), event, 5_000.0)
    assert type(memory.state) is after
    assert [type(effect).__name__ for effect in does] == effects


def test_a_version_that_failed_is_never_taken_again() -> None:
    memory, _ = step(Memory(Trying(NEW, "1")), Started("1", "2"), 0.0)
    assert memory.known.bad == ("2",)
    assert memory.known.unsaid[-1] == words.Outcome("2", "failed", "the new system did not become healthy")
    assert isinstance(step(memory, Told(NEW), 0.0)[0].state, Idle)
    assert wanted(Index(NEW), "WL-1", "bianmin-kiosk", "1", memory.known.bad) is None


def test_a_report_is_repeated_until_central_has_it() -> None:
    memory = Memory(Idle(10_000), Known((), (words.Outcome("2", "installed"),)))
    assert [type(effect).__name__ for effect in step(memory, Tick(False), 0.0)[1]] == ["Say"]
    memory, _ = step(memory, Reported(), 0.0)
    assert step(memory, Tick(False), 0.0)[1] == ()


def test_waits_grow_and_end() -> None:
    waits = [machine.wait(failures) for failures in range(40)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (60.0, machine.LONGEST_WAIT)


EVENTS = st.one_of(
    st.builds(Tick, st.booleans()),
    st.builds(Started, st.sampled_from(["1", "2"]), st.sampled_from(["", "2"])),
    st.builds(Told, st.sampled_from([None, NEW, PLAIN])),
    st.just(Unreachable()),
    st.just(Fetched()),
    st.builds(NotFetched, st.booleans(), st.sampled_from(["", "no room"])),
    st.builds(Rebuilt, st.booleans()),
    st.just(Installed("1")),
    st.builds(Refused, st.just("no"), st.booleans()),
    st.builds(Healthy, st.sampled_from(["1", "2"])),
    st.just(Reported()),
)


@given(st.lists(st.tuples(EVENTS, st.floats(-5e4, 5e4)), max_size=60))
def test_any_order_of_events_keeps_the_promises(events: list[tuple[words.Event, float]]) -> None:
    """Nothing is installed unless it is ready and the terminal was quiet when central was asked; no restart without an
    installed slot, and none while somebody is there; a bad version is never fetched; what is saved is read again."""
    memory, now = Memory(), 1e6
    for event, later in events:
        now += later  # clocks of terminals jump, backwards too
        before = memory
        memory, effects = step(memory, event, now)
        for effect in effects:
            match effect:
                case words.Install():
                    confirmed = isinstance(before.state, Ready) and isinstance(event, Told)
                    assert confirmed or (isinstance(before.state, Installing) and event == Tick(True))
                case words.Ask() if isinstance(before.state, Ready):
                    assert event == Tick(True)
                case words.Restart():
                    assert event == Tick(True)
                    assert isinstance(before.state, Written)
                case words.Fetch(release=release) | words.Rebuild(release=release):
                    assert release.version not in before.known.bad
                case _:
                    pass
        assert msgspec.json.decode(msgspec.json.encode(memory), type=Memory) == memory


# -- what central's file may say


@given(st.binary(max_size=300))
def test_any_bytes_are_an_index_or_refused(data: bytes) -> None:
    try:
        index = read_index(data)
    except ValueError:
        return
    assert isinstance(index, Index)


@pytest.mark.parametrize("url", ["http://elsewhere/x", "/etc/passwd", "../x", "//x/y"])
def test_an_index_that_points_elsewhere_is_refused(url: str) -> None:
    bad = msgspec.structs.replace(NEW, full=Part(url, 100, "f" * 64))
    with pytest.raises(ValueError, match="outside"):
        read_index(msgspec.json.encode(Index(bad)))


def test_only_this_profiles_newer_offer_is_wanted() -> None:
    index = Index(NEW)
    assert wanted(index, "WL-1", "bianmin-kiosk", "1", ()) == NEW
    assert wanted(index, "WL-1", "bianmin-ivr-node", "1", ()) is None
    assert wanted(index, "WL-1", "bianmin-kiosk", "2", ()) is None
    nobody = Index(msgspec.structs.replace(NEW, offer=rollout.Offer(release="2", share=0.0)))
    assert wanted(nobody, "WL-1", "bianmin-kiosk", "1", ()) is None
