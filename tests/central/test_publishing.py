"""Publishing: what is signed is what the rules say, and a finished rollout becomes the pack in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from central import publishing, signed
from central.publishing import PublishError
from central.service import Central, open_central
from content.build import build
from deploy_image.publish import publish as lay_out
from offline_cache.image_index import read_index
from offline_cache.rollout import IMAGE_PLAN, Plan, RolloutError, Stage, Status, is_offered
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


def laid_out(service: Central, folder: Path, version: str, profile: str = "kiosk-portrait") -> Path:
    """A release as ``bianmin image bundle --publish`` lays it out for central; its description."""
    folder.mkdir(parents=True, exist_ok=True)
    bundle = folder / f"{version}.raucb"
    bundle.write_bytes(version.encode() * 5_000)
    lay_out(bundle, f"bianmin-{profile}", version, [], service.images)
    return service.images / f"{profile}-{version}.json"


def served(service: Central, profile: str = "kiosk-portrait") -> tuple[str, set[str]]:
    """The version in the profile's index, and which of six terminals would take it."""
    release = read_index((service.images / f"{profile}.json").read_bytes()).release
    assert release is not None
    names = [f"T-{number:02}" for number in range(1, 7)]
    return release.version, {name for name in names if is_offered(release.offer, name)}


def test_a_system_reaches_the_terminals_of_its_profile_in_stages(
    service: Central, fleet_of: Callable[[int], list[Kiosk]], tmp_path: Path, clock: VirtualClock
) -> None:
    kiosks = fleet_of(6)
    for number, kiosk in enumerate(kiosks):
        said = {"software": "1", "profile": "kiosk-portrait" if number < 5 else "ivr-node"}
        kiosk.link.send(kiosk.parcel(Kind.HEALTH, said))
    description = laid_out(service, tmp_path / "made", "2")
    assert not (service.images / "kiosk-portrait.json").exists(), "nobody is offered what is only laid out"
    name = publishing.publish_image(service, description, "wu", PLAN).release
    assert name == "kiosk-portrait-2"
    assert served(service) == ("2", {"T-01"})
    told(kiosks[0], name, "installed")
    clock.go(hours=2)
    (moved,) = publishing.advance_all(service)
    assert moved.stage == 1
    assert {"T-01"} < served(service)[1]
    for kiosk in kiosks[:5]:
        told(kiosk, name, "installed")
    clock.go(hours=2)
    publishing.advance_all(service)
    clock.go(hours=25)
    (done,) = publishing.advance_all(service)
    assert done.status is Status.DONE, "the phone line does not run this profile and holds nothing up"
    (standing,) = publishing.standings(service)
    assert (standing.kind, standing.tally.offered, standing.tally.installed) == ("image", 5, 5)
    assert service.directory.version == "", "a system is no content"


def test_the_first_system_that_goes_back_stops_it_and_a_person_may_let_it_go_on(
    service: Central, fleet_of: Callable[[int], list[Kiosk]], tmp_path: Path, clock: VirtualClock
) -> None:
    kiosks = fleet_of(6)
    for kiosk in kiosks:
        kiosk.link.send(kiosk.parcel(Kind.HEALTH, {"profile": "kiosk-portrait"}))
    plan = msgspec.structs.replace(IMAGE_PLAN, stages=(Stage("全部", 1.0, soak_hours=0),))
    name = publishing.publish_image(service, laid_out(service, tmp_path, "2"), "wu", plan).release
    assert len(served(service)[1]) == 6
    told(kiosks[0], name, "installed")
    told(kiosks[1], name, "failed")
    (stopped,) = publishing.advance_all(service)
    assert stopped.status is Status.STOPPED
    assert served(service) == ("2", set())
    publishing.decide(service, name, "resume", "wu", "")
    assert publishing.advance_all(service) == [], "what had failed does not stop it again"
    assert len(served(service)[1]) == 6
    publishing.decide(service, name, "withdraw", "wu", "bad")
    assert served(service) == ("2", set())
    clock.go(hours=1)
    newer = publishing.publish_image(service, laid_out(service, tmp_path, "3"), "wu", plan)
    assert served(service) == ("3", {kiosk.name for kiosk in kiosks})
    assert newer.status is Status.RUNNING
    (service.images / "kiosk-portrait.json").unlink()  # central was cut off before it wrote it, say
    publishing.advance_all(service)
    assert served(service)[0] == "3"
    (service.images / "kiosk-portrait-3.json").unlink()
    publishing.advance_all(service)
    assert not (service.images / "kiosk-portrait.json").exists(), "what is gone is offered to nobody"


def test_systems_that_cannot_be_published(service: Central, tmp_path: Path) -> None:
    description = laid_out(service, tmp_path, "2")
    publishing.publish_image(service, description, "wu")
    with pytest.raises(PublishError, match="before"):
        publishing.publish_image(service, description, "wu")
    with pytest.raises(PublishError, match="still running"):
        publishing.publish_image(service, laid_out(service, tmp_path, "3"), "wu")
    other = publishing.publish_image(service, laid_out(service, tmp_path, "2", "ivr-node"), "wu")
    assert other.release == "ivr-node-2", "another profile has a rollout of its own"
    half = laid_out(service, tmp_path, "4")
    (service.images / "kiosk-portrait-4.raucb.zst").write_bytes(b"half")
    with pytest.raises(PublishError, match="not whole"):
        publishing.publish_image(service, half, "wu")
    with pytest.raises(PublishError, match="PROFILE-VERSION"):
        publishing.publish_image(service, service.images / "ivr-node.json", "wu")
    (tmp_path / "letter.json").write_text("{")
    with pytest.raises(PublishError, match="describes no image"):
        publishing.publish_image(service, tmp_path / "letter.json", "wu")
    elsewhere = tmp_path / "kiosk-portrait-2.json"
    elsewhere.write_bytes(description.read_bytes())
    with pytest.raises(PublishError, match="must lie in"):
        publishing.publish_image(service, elsewhere, "wu")


def test_a_rollout_of_content_does_not_wait_for_one_of_a_system(
    service: Central, small_pack: Path, tmp_path: Path
) -> None:
    publishing.publish_image(service, laid_out(service, tmp_path, "2"), "wu")
    publishing.publish(service, small_pack, "wu")
    assert [one.kind for one in publishing.standings(service)].count("image") == 1
