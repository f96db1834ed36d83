"""The staff area: the knock, the PIN and its growing wait, what each page does, and that it leaves nothing behind."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from bench import Bench
from hypothesis import given
from hypothesis import strategies as st

from kiosk.staff.door import KEYS, Door
from kiosk.staff.lock import FREE_TRIES, LONGEST_WAIT, Locked, NoPin, Opened, PinError, PinLock, Wrong, wait_after
from kiosk.staff.records import About, DeviceLine, HelpCode, Page, SystemPage, Told

PIN = "271828"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Clock:
    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lock(tmp_path: Path, clock: Clock) -> PinLock:
    made = PinLock(tmp_path, clock, QUICK)
    made.set(PIN)
    return made


def fail(lock: PinLock, times: int) -> None:
    for _ in range(times):
        lock.open("000001")


# -- the lock ----------------------------------------------------------------------------------------------------------


def test_without_a_pin_nobody_gets_in(tmp_path: Path, clock: Clock) -> None:
    assert PinLock(tmp_path, clock, QUICK).open("") == NoPin()


def test_the_right_pin_opens_and_forgets_the_wrong_ones(lock: PinLock) -> None:
    fail(lock, FREE_TRIES - 1)
    assert lock.open(PIN) == Opened()
    assert lock.open("000001") == Wrong(FREE_TRIES - 1)


def test_after_five_wrong_ones_even_the_right_one_has_to_wait(lock: PinLock, clock: Clock) -> None:
    fail(lock, FREE_TRIES)
    assert lock.open(PIN) == Locked(15.0)
    clock.pass_(14)
    assert isinstance(lock.open(PIN), Locked)
    clock.pass_(2)
    assert lock.open(PIN) == Opened()


def test_the_wait_doubles(lock: PinLock, clock: Clock) -> None:
    waits = []
    for _ in range(8):
        answer = lock.open("000001")
        waits.append(answer.seconds if isinstance(answer, Locked) else 0)
        clock.pass_(LONGEST_WAIT)
    assert waits == [0, 0, 0, 0, 15, 30, 60, 120]


def test_switching_off_and_on_does_not_help(lock: PinLock, tmp_path: Path, clock: Clock) -> None:
    fail(lock, FREE_TRIES)
    assert isinstance(PinLock(tmp_path, clock, QUICK).open(PIN), Locked)


def test_a_clock_set_back_does_not_lock_for_ever(lock: PinLock, clock: Clock) -> None:
    fail(lock, FREE_TRIES)
    clock.pass_(-1_000_000)
    assert lock.locked_for() <= 15.0


def test_a_damaged_count_leaves_one_try(lock: PinLock, tmp_path: Path) -> None:
    (tmp_path / "tries.json").write_bytes(b"{")
    assert lock.open("000001") == Locked(15.0)


def test_the_pin_is_not_on_the_disk(lock: PinLock, tmp_path: Path) -> None:
    text = "".join(path.read_text() for path in tmp_path.iterdir())
    assert PIN not in text
    assert (tmp_path / "pin").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "pin", ["12345", "1234567890123", "123456", "987654", "111111", "121212", "abcdef", "２７１８２８"]
)
def test_pins_that_are_guessed_at_once_are_refused(lock: PinLock, pin: str) -> None:
    with pytest.raises(PinError):
        lock.set(pin)
    assert lock.open(PIN) == Opened()


@given(st.integers(0, 10_000))
def test_the_wait_only_grows_and_has_an_end(wrong: int) -> None:
    assert 0 <= wait_after(wrong) <= wait_after(wrong + 1) <= LONGEST_WAIT


# -- the door ----------------------------------------------------------------------------------------------------------


def test_five_touches_on_the_emblem_are_a_knock() -> None:
    door = Door()
    assert [door.touch(5, 5, at / 2) for at in range(5)] == [False] * 4 + [True]


def test_slow_touches_or_one_beside_it_are_none() -> None:
    door = Door()
    assert not any(door.touch(5, 5, float(at * 2)) for at in range(10))
    door = Door()
    assert not any(door.touch(*place, 0.1) for place in [(5, 5)] * 4 + [(80, 5)] + [(5, 5)] * 4)


def test_the_keys_are_a_knock() -> None:
    door = Door()
    assert [door.key(name, 0.5) for name in KEYS][-1]
    assert not any(door.key(name, 0.5) for name in reversed(KEYS))


# -- the area ----------------------------------------------------------------------------------------------------------


class Tools:
    """A terminal with one printer."""

    def __init__(self, lock: PinLock) -> None:
        self._lock = lock
        self.printer = DeviceLine("printer", "receipt-printer", "ready")
        self.did: list[str] = []

    def open(self, pin: str):
        return self._lock.open(pin)

    def devices(self):
        return (self.printer,)

    def test(self, name: str):
        self.did.append(f"test {name}")
        self.printer = DeviceLine("printer", "receipt-printer", "ready", "", dt.datetime(2026, 11, 22), None, "tone")
        return (self.printer,)

    def judge(self, name: str, passed: bool):
        self.did.append(f"judge {name} {passed}")
        self.printer = DeviceLine("printer", "receipt-printer", "ready", "", dt.datetime(2026, 11, 22), passed)
        return (self.printer,)

    def paper(self) -> str:
        return "还剩20米"

    def paper_changed(self) -> Told:
        return Told(True, "检测条打好了")

    def gain(self) -> int:
        return 0

    def set_gain(self, decibels: int) -> Told:
        self.did.append(f"gain {decibels}")
        return Told(True, "已记下")

    def about(self) -> About:
        return About((("软件", "0.1.0"),), "bianmin-proof:[]")

    def sync(self) -> Told:
        raise OSError("the disk is full")

    def help(self) -> HelpCode:
        return HelpCode("480173", "{}", "三十分钟内有效")

    def shut_down(self, restart: bool) -> Told:
        self.did.append(f"power {restart}")
        return Told(True, "正在关闭")

    def system(self, check: bool = False) -> SystemPage | Told:
        return SystemPage((("系统", "2"),), "BIANMIN-IMAGE 0" if check else "", ("2.raucb",), "help True" in self.did)

    def update(self) -> Told:
        self.did.append("update")
        return Told(False, "升级包不是本市签发的")

    def remote_help(self, wanted: bool) -> Told:
        self.did.append(f"help {wanted}")
        return Told(True, "远程登录已打开")

    def erase(self) -> Told:
        self.did.append("erase")
        return Told(True, "数据已经销毁")


@pytest.fixture
def kiosk(lock: PinLock) -> Bench:
    made = Bench(staff=Tools(lock))
    made.engine.knock()
    return made


def enter(kiosk: Bench, pin: str = PIN) -> None:
    for digit in pin:
        kiosk.tap(f"digit:{digit}")
    kiosk.tap("submit")


def test_the_pin_leads_to_the_menu_and_is_seen_nowhere(kiosk: Bench) -> None:
    for digit in PIN:
        kiosk.tap(f"digit:{digit}")
    assert PIN not in repr(kiosk.view)
    kiosk.tap("submit")
    assert kiosk.view.staff.page is Page.MENU
    assert kiosk.view.staff.pin == ""
    assert PIN not in repr(kiosk.diary.notes)


def test_wrong_pins_lock_the_pad_until_the_time_is_over(kiosk: Bench, clock: Clock) -> None:
    for _ in range(FREE_TRIES):
        enter(kiosk, "000001")
    assert kiosk.view.staff.left == 15
    enter(kiosk)
    assert kiosk.view.staff.page is Page.PIN
    kiosk.wait(16)
    clock.pass_(16)
    assert kiosk.view.staff.left == 0
    enter(kiosk)
    assert kiosk.view.staff.page is Page.MENU


def test_a_device_is_tested_and_judged(kiosk: Bench) -> None:
    enter(kiosk)
    for control in ("page:devices", "device:printer", "test:printer", "judge:passed"):
        kiosk.tap(control)
    assert kiosk.view.staff.device.passed is True


@pytest.mark.parametrize("page", [page for page in Page if page not in (Page.PIN, Page.DEVICE)])
def test_every_page_opens_and_leads_back(kiosk: Bench, page: Page) -> None:
    enter(kiosk)
    kiosk.tap(f"page:{page.value}")
    assert kiosk.view.staff.page is page
    assert not kiosk.view.staff.busy
    kiosk.tap("leave")
    assert kiosk.view.staff is None
    assert kiosk.screen == "attract"


def test_the_system_is_checked_updated_and_opened_for_help(kiosk: Bench) -> None:
    enter(kiosk)
    kiosk.tap("page:system")
    assert kiosk.view.staff.system.code == ""
    kiosk.tap("system-check")
    assert kiosk.view.staff.system.code == "BIANMIN-IMAGE 0"
    kiosk.tap("system-update")
    assert kiosk.view.staff.told == Told(False, "升级包不是本市签发的")
    kiosk.tap("remote-help:on")
    assert kiosk.view.staff.told.done
    assert kiosk.view.staff.system.help_open


def test_erasing_takes_a_second_screen(kiosk: Bench) -> None:
    enter(kiosk)
    kiosk.tap("page:system")
    kiosk.tap("page:erase")
    assert kiosk.engine._crew.staff._tools.did == []
    kiosk.tap("erase-data")
    assert kiosk.engine._crew.staff._tools.did == ["erase"]


def test_what_breaks_is_said_and_not_hidden(kiosk: Bench) -> None:
    enter(kiosk)
    kiosk.tap("page:sync")
    with pytest.raises(OSError, match="disk"):
        kiosk.tap("sync")
    kiosk.wait(0.1)
    assert kiosk.view.staff.told == Told(False, "没有做成，请看系统日志")


def test_it_closes_by_itself(kiosk: Bench) -> None:
    enter(kiosk)
    kiosk.wait(299)
    assert kiosk.view.staff is not None
    kiosk.wait(2)
    assert kiosk.view.staff is None


def test_nobody_can_knock_in_the_middle_of_a_session(kiosk: Bench) -> None:
    kiosk.tap("leave")
    kiosk.tap("start")
    kiosk.engine.knock()
    assert kiosk.view.staff is None


def test_nothing_can_be_done_before_the_pin(kiosk: Bench) -> None:
    system = ("page:system", "system-update", "remote-help:on", "erase-data")
    for control in ("page:power", "power:off", "gain:up", "test:", "device:printer", "sync", *system):
        kiosk.tap(control)
    assert kiosk.view.staff.page is Page.PIN
    assert kiosk.engine._crew.staff._tools.did == []
