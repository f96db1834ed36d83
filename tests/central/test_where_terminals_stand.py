"""A terminal is told which others are near, in touch and able; citizens are sent to none else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from central import fleet, sites
from central.fleet import FleetError
from central.service import Central
from tests.central.conftest import Terminal, VirtualClock

PLACES = {
    "WL-001": ("市民中心", "28.3717", "121.3860"),
    "WL-002": ("泽国图书馆", "28.4990", "121.3740"),
    "WL-003": ("大溪便民中心", "28.4560", "121.2830"),
}


@pytest.fixture
def town(central: Central, new_terminal: Callable[[str], Terminal]) -> dict[str, Terminal]:
    """Three terminals with places, all able to print slips and forms."""
    found = {}
    for name, (place, north, east) in PLACES.items():
        found[name] = new_terminal(name)
        sites.locate(central, name, sites.location(place, "某路1号", north, east), "test")
        found[name].link.poll({"services": '["slip","forms"]'})
    return found


def test_the_nearest_comes_first_with_its_distance_and_what_works(town: dict[str, Terminal]) -> None:
    near = town["WL-003"].link.sites().sites
    assert [site.name for site in near] == ["泽国图书馆", "市民中心"]
    assert near[0].metres is not None
    assert near[1].metres is not None
    assert near[0].metres < near[1].metres
    assert 5_000 < near[0].metres < 15_000
    assert near[0].services == ("slip", "forms")
    assert near[0].address == "某路1号"


def test_a_terminal_is_not_told_of_itself(town: dict[str, Terminal]) -> None:
    assert "市民中心" not in [site.name for site in town["WL-001"].link.sites().sites]


def test_what_broke_is_told_with_the_next_sign_of_life(town: dict[str, Terminal]) -> None:
    town["WL-001"].link.poll({"services": '["forms"]', "faults": '["slip:paper_out"]'})
    found = {site.name: site.services for site in town["WL-003"].link.sites().sites}
    assert found["市民中心"] == ("forms",)


def test_an_old_terminal_that_says_nothing_of_services_keeps_what_it_said(town: dict[str, Terminal]) -> None:
    town["WL-001"].link.poll({"software": "0.0.9"})
    found = {site.name: site.services for site in town["WL-003"].link.sites().sites}
    assert found["市民中心"] == ("slip", "forms")


def test_nobody_is_sent_to_a_terminal_that_is_gone(
    central: Central, town: dict[str, Terminal], clock: VirtualClock
) -> None:
    clock.go(minutes=31)
    town["WL-002"].link.poll({})
    fleet.revoke(central, "WL-001", "test", "拆了")
    assert [site.name for site in town["WL-003"].link.sites().sites] == ["泽国图书馆"]


def test_nobody_is_sent_where_no_place_is_written(
    central: Central, town: dict[str, Terminal], new_terminal: Callable[[str], Terminal]
) -> None:
    new_terminal("WL-009").link.poll({"services": '["slip"]'})
    sites.locate(central, "WL-001", sites.Location(""), "test")
    assert [site.name for site in town["WL-003"].link.sites().sites] == ["泽国图书馆"]


def test_without_coordinates_it_is_told_last(central: Central, town: dict[str, Terminal]) -> None:
    sites.locate(central, "WL-001", sites.location("市民中心", "", "", ""), "test")
    last = town["WL-003"].link.sites().sites[-1]
    assert (last.name, last.metres) == ("市民中心", None)


@pytest.mark.parametrize("typed", [("28.4", ""), ("north", "121"), ("121.4", "28.4"), ("nan", "121")])
def test_coordinates_that_are_none_are_refused(typed: tuple[str, str]) -> None:
    with pytest.raises(FleetError):
        sites.location("市民中心", "", *typed)


def test_a_terminal_that_is_not_there_has_no_place(central: Central) -> None:
    with pytest.raises(FleetError):
        sites.locate(central, "WL-404", sites.Location("市民中心"), "test")
