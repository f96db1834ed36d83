"""Publishing: what is signed is what the rules say, and a finished rollout becomes the pack in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from central import publishing, signed
from central.publishing import PublishError
from central.service import Central, open_central
from content.build import build
from offline_cache.rollout import Plan, RolloutError, Stage, Status
from offline_cache.sync.releases import Release, chosen
from offline_cache.wire import Kind
from tests.central.conftest import Terminal as Kiosk
from tests.central.conftest import VirtualClock

PLAN = Plan(stages=(Stage("试点", 0.0, ("T-01",), soak_hours=1), Stage("一半", 0.5, soak_hours=1), Stage("全部", 1.0)))


@pytest.fixture
def service(tmp_path: Path, clock: VirtualClock) -> Central:
    """Without a configured pack: it uses what is published."""
    return open_central(tmp_path / "service", clock=clock)


@pytest.fixture(scope="session")
def newer_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter content with another notice for after hours."""
    import shutil

    folder = tmp_path_factory.mktemp("newer")
    shutil.copytree(Path(__file__).resolve().parents[2] / "content" / "wenling", folder / "content")
    hours = folder / "content" / "directory" / "hours.yaml"
    hours.write_text(hours.read_text("utf-8").replace("现在是下班时间", "现在没有人值班"), "utf-8")
    build(folder / "content", folder / "newer.pack")
    return folder / "newer.pack"


@pytest.fixture
def fleet_of(service: Central, clock: VirtualClock) -> Iterator[Callable[[int], list[Kiosk]]]:
    from central import fleet
    from central.app import create_app
    from central.simulators.in_process import InProcess

    inside = InProcess(create_app(service, background=False))

    def make(count: int) -> list[Kiosk]:
        made = [Kiosk(inside, clock, f"T-{number:02}", seed=number) for number in range(1, count + 1)]
        for kiosk in made:
            kiosk.enrol(fleet.new_code(service, kiosk.name, "", "test"))
        return made

    yield make
    inside.close()  # its worker threads would keep pytest from ending


def offered(service: Central, names: list[str]) -> set[str]:
    """The terminals that find the newest release in the signed list, as the terminal itself decides."""
    index = signed._publisher(service).index(service.config.content)
    newest: Release | None = max(index.releases, key=lambda release: release.serial, default=None)
    return {name for name in names if newest is not None and chosen(index, name, ()) == newest}


def told(kiosk: Kiosk, release: str, outcome: str) -> None:
    kiosk.link.send(kiosk.parcel(Kind.HEALTH, {"release": release, "outcome": outcome}))


def test_from_the_pilot_to_everybody(
    service: Central, fleet_of: Callable[[int], list[Kiosk]], small_pack: Path, clock: VirtualClock
) -> None:
    kiosks = fleet_of(12)
    names = [kiosk.name for kiosk in kiosks]
    release = publishing.publish(service, small_pack, "wu", PLAN).release
    assert offered(service, names) == {"T-01"}
    told(kiosks[0], release, "installed")
    assert publishing.advance_all(service) == []
    clock.go(hours=2)
    (moved,) = publishing.advance_all(service)
    assert moved.stage == 1
    half = offered(service, names)
    assert {"T-01"} < half < set(names)
    (standing,) = publishing.standings(service)
    assert (standing.tally.offered, standing.tally.installed) == (len(half), 1), "the count and the repository agree"
    for kiosk in kiosks:
        told(kiosk, release, "installed")
    clock.go(hours=2)
    publishing.advance_all(service)
    assert offered(service, names) == set(names)
    assert service.directory.version == ""
    clock.go(hours=25)
    (done,) = publishing.advance_all(service)
    assert done.status is Status.DONE
    assert service.directory.version == release
    other = open_central(service.folder, clock=clock)
    assert other.directory.version == release


def test_failures_stop_it_and_it_stays_where_it_runs(
    service: Central, fleet_of: Callable[[int], list[Kiosk]], small_pack: Path, newer_pack: Path, clock: VirtualClock
) -> None:
    kiosks = fleet_of(6)
    names = [kiosk.name for kiosk in kiosks]
    everybody = Plan(stages=(Stage("全部", 1.0, soak_hours=0),))
    first = publishing.publish(service, small_pack, "wu", everybody).release
    for kiosk in kiosks:
        told(kiosk, first, "installed")
    publishing.advance_all(service)
    second = publishing.publish(service, newer_pack, "wu", everybody).release
    assert second != first
    told(kiosks[0], second, "installed")
    for kiosk in kiosks[1:3]:
        told(kiosk, second, "failed")
    (stopped,) = publishing.advance_all(service)
    assert stopped.status is Status.STOPPED
    assert offered(service, names) == {"T-01"}
    publishing.decide(service, second, "resume", "wu", "")
    assert offered(service, names) == set(names)
    publishing.decide(service, second, "withdraw", "wu", "写错了")
    index = signed._publisher(service).index(service.config.content)
    assert [release.version for release in index.releases] == [first]
    with pytest.raises(RolloutError, match="withdrawn"):
        publishing.decide(service, second, "resume", "wu", "")


def test_what_cannot_be_published(
    service: Central, fleet_of: Callable[[int], list[Kiosk]], small_pack: Path, newer_pack: Path, tmp_path: Path
) -> None:
    fleet_of(1)
    (tmp_path / "letter.pack").write_bytes(b"not a pack")
    with pytest.raises(PublishError):
        publishing.publish(service, tmp_path / "letter.pack", "wu")
    publishing.publish(service, small_pack, "wu")
    with pytest.raises(PublishError, match="before"):
        publishing.publish(service, small_pack, "wu")
    with pytest.raises(PublishError, match="still running"):
        publishing.publish(service, newer_pack, "wu")


def test_the_difference_is_told_before(
    service: Central, small_pack: Path, newer_pack: Path, clock: VirtualClock
) -> None:
    assert publishing.difference(service, small_pack) is None
    publishing.publish(service, small_pack, "wu", Plan(stages=(Stage("全部", 1.0, soak_hours=0),)))
    clock.go(minutes=1)
    publishing.advance_all(service)
    changes = publishing.difference(service, newer_pack)
    assert changes is not None
    assert [(change.kind, change.fields) for change in changes.changed] == [("hours", ("notice",))]


def test_metadata_is_signed_again_before_it_runs_out(service: Central, small_pack: Path, clock: VirtualClock) -> None:
    signed.renew(service)
    publishing.publish(service, small_pack, "wu")
    for _ in range(60):
        clock.go(days=1)
        signed.renew(service)
    expiry = signed._repository(service).expiries()["timestamp"]
    assert expiry > clock.now + dt.timedelta(hours=1)


def test_a_creation_that_was_cut_off_begins_anew(service: Central) -> None:
    half = service.repository / "metadata"
    half.mkdir(parents=True)
    (half / "1.root.json").write_text("{}")
    assert b"signatures" in signed.first_root(service)
    assert signed.first_root(service) == signed.first_root(service)
