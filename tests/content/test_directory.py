"""The directory: hours with public holidays, deadlines in working time, the code tree, and its authoring format."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.build import build
from content.check import check
from content.directory import Hours, Limit, Unit
from content.pack import Pack

TODAY = dt.date(2026, 11, 22)
HOURS = Hours()


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "staffed"),
    [
        ("2026-11-20T09:00", True),  # a Friday
        ("2026-11-20T08:59", False),
        ("2026-11-20T16:59", True),
        ("2026-11-20T17:00", False),
        ("2026-11-21T10:00", False),  # Saturday
        ("2026-10-01T10:00", False),  # National Day, a Thursday
        ("2026-10-10T10:00", True),  # a Saturday worked to make up for it
        ("2026-01-01T10:00", False),
    ],
)
def test_staffed(now: str, staffed: bool) -> None:
    assert HOURS.is_staffed(at(now)) is staffed


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2026-11-20T10:00", "2026-11-20T10:00"),
        ("2026-11-20T08:00", "2026-11-20T09:00"),
        ("2026-11-20T17:30", "2026-11-23T09:00"),
        ("2026-09-30T17:30", "2026-10-08T09:00"),
    ],
)
def test_next_opening(now: str, opening: str) -> None:
    assert HOURS.next_opening(at(now)) == at(opening)


def test_the_city_s_own_exceptions_win() -> None:
    hours = Hours(open_days=(dt.date(2026, 11, 21),), closed_days=(dt.date(2026, 11, 20),))
    assert not hours.is_staffed(at("2026-11-20T10:00"))
    assert hours.is_staffed(at("2026-11-21T10:00"))


def test_weekend_counters() -> None:
    hours = Hours(weekdays=(0, 1, 2, 3, 4, 5))
    assert hours.is_staffed(at("2026-11-21T10:00"))
    assert not hours.is_staffed(at("2026-10-01T10:00"))


def test_never_open_is_an_error_and_not_a_loop() -> None:
    with pytest.raises(ValueError, match="no working day"):
        Hours(weekdays=(), holidays="").next_opening(at("2026-11-20T10:00"))


@pytest.mark.parametrize(
    ("limit", "start", "end"),
    [
        (Limit(5, Unit.MINUTES), "2026-11-20T16:58", "2026-11-20T17:03"),
        (Limit(12, Unit.HOURS), "2026-11-20T16:00", "2026-11-21T04:00"),
        (Limit(2, Unit.DAYS), "2026-11-20T16:00", "2026-11-22T16:00"),
        (Limit(2, Unit.WORKING_HOURS), "2026-11-20T16:00", "2026-11-23T10:00"),
        (Limit(20, Unit.WORKING_HOURS), "2026-11-20T16:00", "2026-11-25T12:00"),
        (Limit(1, Unit.WORKING_DAYS), "2026-11-20T10:00", "2026-11-23T17:00"),
        (Limit(5, Unit.WORKING_DAYS), "2026-11-21T10:00", "2026-11-27T17:00"),
    ],
)
def test_deadlines(limit: Limit, start: str, end: str) -> None:
    assert limit.deadline(at(start), HOURS) == at(end)


@given(
    st.datetimes(min_value=dt.datetime(2025, 1, 1), max_value=dt.datetime(2026, 10, 1)),
    st.sampled_from(list(Unit)),
    st.integers(1, 40),
)
def test_a_deadline_is_later_and_grows(start: dt.datetime, unit: Unit, amount: int) -> None:
    shorter, longer = (Limit(n, unit).deadline(start, HOURS) for n in (amount, amount + 1))
    assert start < shorter < longer


TOWNS = '- {编号: "331081001", 名称: 太平街道, 服务中心: 太平街道便民服务中心, 窗口: 办不成事反映窗口, 样例: 是}\n'
VILLAGES = '- {编号: "331081001003", 名称: 迎辉社区, 镇街: "331081001", 专员: 社区代办员, 样例: 是}\n'
HOURS_YAML = '时间: {开始: "08:30", 结束: "17:30"}\n工作日: [周一, 周二]\n节假日: CN\n休息: [2026-11-23]\n'
CODES = """\
时限: {转派: 5分钟, 首答: 12小时, 办结: 5个工作日}
编码:
  - 编号: "01"
    名称: 社会保障
    部门: government
    下级:
      - 编号: "0101"
        名称: 医疗保险
        下级:
          - {编号: "010101", 名称: 异地就医, 关键词: [异地就医]}
          - {编号: "010102", 名称: 报销进度, 时限: {办结: 3个工作日}}
"""


@pytest.fixture
def folder(content_folder: Path) -> Path:
    for name, text in {"towns": TOWNS, "villages": VILLAGES, "hours": HOURS_YAML, "codes": CODES}.items():
        (content_folder / "directory" / f"{name}.yaml").write_text(text, "utf-8")
    return content_folder


def test_the_directory_comes_back_from_the_pack(folder: Path, tmp_path: Path) -> None:
    assert check(folder, TODAY) == ()
    build(folder, tmp_path / "d.pack")
    pack = Pack.open(tmp_path / "d.pack")
    assert [town.window for town in pack.towns()] == ["办不成事反映窗口"]
    assert [village.helper for village in pack.villages("331081001")] == ["社区代办员"]
    assert pack.villages("331081002") == ()
    assert pack.hours().opens == dt.time(8, 30)
    assert not pack.hours().is_working_day(dt.date(2026, 11, 23))
    code = pack.request_code("010102")
    assert (code.level, code.parent, code.department) == (3, "0101", "government")
    assert code.limits.completion == Limit(3, Unit.WORKING_DAYS)
    assert code.limits.dispatch == Limit(5, Unit.MINUTES)
    assert "迎辉社区" in pack.words()


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("towns", '"331081001"', '"3310"', "identifier"),
        ("villages", '镇街: "331081001"', '镇街: "331081009"', "unknown-town"),
        ("villages", '编号: "331081001003"', '编号: "331081002003"', "unknown-town"),
        ("hours", "08:30", "8点半", "date"),
        ("hours", "17:30", "07:30", "hours"),
        ("hours", "周一", "星期一", "unknown-name"),
        ("hours", "CN", "XX", "unknown-name"),
        ("hours", "2026-11-23", "明天", "date"),
        ("codes", "5分钟", "很快", "limit"),
        ("codes", "3个工作日", "0个工作日", "limit"),
        ("codes", '"0101"', '"0201"', "code"),
        ("codes", '"010102"', '"010101"', "duplicate-id"),
        ("codes", "部门: government", "部门: moon", "unknown-department"),
        ("codes", "    部门: government\n", "", "missing"),
    ],
)
def test_each_fault_is_found(folder: Path, name: str, old: str, new: str, rule: str) -> None:
    path = folder / "directory" / f"{name}.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    found = [finding for finding in check(folder, TODAY) if finding.rule == rule]
    assert found
    assert found[0].file.endswith(f"{name}.yaml")
