"""Moving about in the staff area: presses and outcomes in, the next view out; slow things are done in a worker.

Everything here leaves the citizen's side as it was: it opens only on the first screen, closes to it, and closes by
itself when nobody presses anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, assert_never

import msgspec
from msgspec.structs import replace

from kiosk.event_ids import EventId
from kiosk.glass import Glass
from kiosk.ports import Background, Diary, Post, StaffDone
from kiosk.staff.lock import MOST_DIGITS, Answer, Locked, NoPin, Opened, Wrong
from kiosk.staff.records import About, DeviceLine, HelpCode, Page, StaffTools, StaffView, SystemPage, Told

GAIN_STEP = 2
MOST_GAIN = 12


class StaffArea:
    """``enter`` after the knock; ``press`` for every control while ``inside``; ``tick`` often."""

    def __init__(
        self,
        tools: StaffTools,
        glass: Glass,
        clock: Callable[[], float],
        background: Background,
        post: Post,
        diary: Diary,
        idle: float,
    ) -> None:
        self._tools, self._glass, self._clock = tools, glass, clock
        self._background, self._post, self._diary, self._idle = background, post, diary, idle
        self._deadline = 0.0
        self._visit = 0

    @property
    def _view(self) -> StaffView:
        return self._glass.view.staff or StaffView()

    @property
    def inside(self) -> bool:
        return self._glass.view.staff is not None

    def enter(self) -> None:
        """Somebody knocked: ask for the PIN."""
        self._visit += 1
        self._deadline = self._clock() + self._idle
        self._glass.change(staff=StaffView())

    def leave(self) -> None:
        self._visit += 1
        self._glass.change(staff=None, pressed="", focus="")

    def tick(self, now: float) -> None:
        view = self._view
        if not self.inside:
            return
        if now >= self._deadline and not view.busy:
            self.leave()
        elif view.locked_until:
            left = max(0, math.ceil(view.locked_until - now))
            if left != view.left:
                self._change(left=left)
            if not left:
                self._change(locked_until=0.0, message="")

    def press(self, name: str) -> None:
        """A control of the staff area. While something is under way only leaving counts."""
        self._deadline = self._clock() + self._idle
        kind, _, value = name.partition(":")
        view = self._view
        if kind == "leave":
            self.leave()
        elif view.busy:
            return
        elif view.page is Page.PIN:
            self._pin(kind, value)
        elif kind == "page":
            self._open(Page(value))
        else:
            self._act(kind, value)

    def _pin(self, kind: str, value: str) -> None:
        view = self._view
        if view.left:
            return
        match kind:
            case "digit" if len(view.pin) < MOST_DIGITS:
                self._change(pin=view.pin + value, message="")
            case "erase":
                self._change(pin=view.pin[:-1])
            case "clear":
                self._change(pin="")
            case "submit" if view.pin:
                pin = view.pin
                self._change(pin="")
                self._work("正在核对……", lambda: self._tools.open(pin))
            case _:
                return

    def _open(self, page: Page) -> None:
        self._change(page=page, told=None, message="", chosen="")
        match page:
            case Page.DEVICES:
                self._work("正在查看设备……", self._tools.devices)
            case Page.ABOUT:
                self._work("正在核对版本……", self._tools.about)
            case Page.PAPER:
                self._work("正在估算纸量……", lambda: _Paper(self._tools.paper()))
            case Page.VOLUME:
                self._work("正在读取……", lambda: _Gain(self._tools.gain()))
            case Page.HELP:
                self._work("正在连接中心……", self._tools.help)
            case Page.SYSTEM:
                self._work("正在查看系统……", self._tools.system)
            case Page.PIN | Page.MENU | Page.DEVICE | Page.SYNC | Page.ERASE | Page.POWER:
                return
            case _:
                assert_never(page)

    def _act(self, kind: str, value: str) -> None:
        view = self._view
        match kind:
            case "device":
                self._change(page=Page.DEVICE, chosen=value)
            case "test":
                self._work("正在检测……", lambda: self._tools.test(value))
            case "judge":
                self._work("正在记录……", lambda: self._tools.judge(view.chosen, value == "passed"))
            case "paper-changed":
                self._work("正在打印检测条……", self._tools.paper_changed)
            case "gain":
                step = GAIN_STEP if value == "up" else -GAIN_STEP
                gain = max(-MOST_GAIN, min(MOST_GAIN, view.gain + step))
                self._change(gain=gain)
                self._work("请听提示音……", lambda: self._tools.set_gain(gain))
            case "sync":
                self._work("正在同步……", self._tools.sync)
            case "system-check":
                self._work("正在读整个系统，要几分钟……", lambda: self._tools.system(True))
            case "system-update":
                self._work("正在安装升级，要几分钟，请不要关机、不要拔U盘……", self._tools.update)
            case "remote-help":
                self._work("请稍候……", lambda: self._remote_help(value == "on"))
            case "erase-data":
                self._work("正在销毁数据……", self._tools.erase)
            case "power":
                self._work("正在关闭……", lambda: self._tools.shut_down(value == "restart"))
            case _:
                return

    def _remote_help(self, wanted: bool) -> _Looked:
        told = self._tools.remote_help(wanted)
        return _Looked(told, self._tools.system())

    def _work(self, busy: str, work: Callable[[], Any]) -> None:
        visit = self._visit
        self._change(busy=busy, told=None)

        def run() -> None:
            outcome: object = Told(False, "没有做成，请看系统日志")
            try:
                outcome = work()
            finally:
                self._post(StaffDone(visit, outcome))

        self._background(run)

    def came(self, done: StaffDone) -> None:
        """What the worker found; of a visit that is over it is not shown."""
        if done.visit != self._visit or not self.inside:
            return
        self._deadline = self._clock() + self._idle
        self._change(busy="")
        match done.outcome:
            case Opened() | Wrong() | Locked() | NoPin():
                self._answered(done.outcome)
            case About() as about:
                self._change(about=about)
            case HelpCode() as code:
                self._diary.note(EventId.HELP_CODE_MADE, outcome="done" if code.code else "failed")
                self._change(help=code)
            case SystemPage() as system:
                self._change(system=system)
            case _Looked(told, system):
                self._change(told=told, system=system if isinstance(system, SystemPage) else None)
            case _Paper(text):
                self._change(paper=text)
            case _Gain(decibels):
                self._change(gain=decibels)
            case Told() as told:
                self._change(told=told)
            case tuple() as devices:
                self._change(devices=tuple(one for one in devices if isinstance(one, DeviceLine)))
            case _:
                return

    def _answered(self, answer: Answer) -> None:
        match answer:
            case Opened():
                self._diary.note(EventId.STAFF_ENTERED)
                self._change(page=Page.MENU, message="")
            case Wrong(left):
                self._diary.note(EventId.STAFF_REFUSED, reason="wrong")
                self._change(message=f"密码不对，还可以试{left}次")
            case Locked(seconds):
                self._diary.note(EventId.STAFF_REFUSED, reason="locked")
                self._change(
                    message="输错太多次，请稍后再试",
                    locked_until=self._clock() + seconds,
                    left=max(1, math.ceil(seconds)),
                )
            case NoPin():
                self._diary.note(EventId.STAFF_REFUSED, reason="no-pin")
                self._change(message="还没有设置密码。请写进开通文件，或运行：bianmin kiosk pin")
            case _:
                assert_never(answer)

    def _change(self, **fields: Any) -> None:
        self._glass.change(staff=replace(self._view, **fields))


class _Paper(msgspec.Struct, frozen=True):
    text: str


class _Looked(msgspec.Struct, frozen=True):
    """What was done, and how things are afterwards."""

    told: Told
    system: SystemPage | Told


class _Gain(msgspec.Struct, frozen=True):
    decibels: int
