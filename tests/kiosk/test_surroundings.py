"""What does not work is said before it is chosen, in a citizen's words; how old the content is, in days."""

from __future__ import annotations

import datetime as dt

from bench import Bench
from msgspec.structs import replace

from devices.services import Service
from kiosk.locale_texts import translator
from kiosk.surroundings import WORDS, Near, Out, Surroundings, age, elsewhere, notices

ZH = translator("zh")
PAPER_OUT = Surroundings((Out(Service.SLIP, "paper_out"),), elsewhere="市民中心")


def test_every_service_has_its_sentence() -> None:
    assert set(WORDS) == set(Service)


def test_paper_is_named_and_so_is_the_place_that_has_some() -> None:
    paper, place = notices(PAPER_OUT, ZH)
    assert "没有纸" in paper
    assert "市民中心" in place


def near(service: str, name: str, metres: int | None = 1240) -> Near:
    at = dt.datetime(2026, 11, 23, 9, 5)
    return Near(service, name, "中心路1号", metres, at)


def test_the_nearest_that_works_is_named_with_its_distance_and_when_that_was_known() -> None:
    around = replace(PAPER_OUT, near=(near("forms", "图书馆"), near("slip", "泽国便民中心")))
    place = notices(around, ZH)[-1]
    assert place == "急用请到：泽国便民中心，中心路1号，离这里约1.2公里，11月23日9点确认能用"
    assert elsewhere(around, "forms", translator("en")).startswith("图书馆, 中心路1号, about 1.2 km")
    assert elsewhere(around, "photo", ZH) == "市民中心", "what nobody told: the place the settings name"
    assert "公里" not in elsewhere(replace(around, near=(near("slip", "图书馆", None),)), "slip", ZH)


def test_only_what_people_walk_for_names_another_place() -> None:
    around = Surroundings((Out(Service.KEYS),), elsewhere="市民中心", near=(near("slip", "图书馆"),))
    assert len(notices(around, ZH)) == 1


def test_nothing_wrong_says_nothing() -> None:
    assert notices(Surroundings(elsewhere="市民中心"), ZH) == []


def test_the_age_of_the_content_is_told_in_days() -> None:
    today = dt.date(2026, 11, 22)
    assert age("2026-11-19", today, ZH) == "内容更新于3天前"
    assert age("2026-11-21", today, ZH) == "内容更新于昨天"
    assert age("2026-11-22", today, ZH) == "内容今天更新"
    assert age("2026-11-30", today, ZH) == "内容今天更新", "a clock that runs behind is no reason to lie backwards"
    assert age("", today, ZH) == ""


def test_a_device_that_fails_is_told_at_once_and_gone_when_it_works() -> None:
    kiosk = Bench()
    kiosk.around = PAPER_OUT
    kiosk.wait(0.1)
    assert kiosk.view.around is PAPER_OUT
    kiosk.tap("start")
    assert kiosk.view.around is PAPER_OUT
    kiosk.around = Surroundings()
    kiosk.wait(0.1)
    assert kiosk.screen == "listen", "a session keeps its place"
    assert not kiosk.view.around.out


def test_settings_made_on_the_first_screen_survive_a_device_that_fails() -> None:
    kiosk = Bench()
    kiosk.tap("contrast:black")
    kiosk.around = PAPER_OUT
    kiosk.wait(0.1)
    assert kiosk.view.contrast.value == "black"
