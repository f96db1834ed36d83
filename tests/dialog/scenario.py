"""Conversations written as YAML: what the citizen does, and what must (not) come of it.

A file is a list of scenarios::

    - 名称: 问医保，打印，满意
      渠道: 自助机            # or 电话
      时间: 2026-11-23 10:00  # optional
      打印机: 好              # or 坏
      步骤:
        - 说: 新生儿怎么上医保
          应: {屏幕: 答案, 事项: newborn-enrolment, 说到: [九十天], 不说: [对不起]}
        - 按: 打印
          应: {打印: guide}
        - 打印结果: 好
        - 评价: 5
          应: {结束: finished}

Things the citizen does: 说, 打字, 按, 选 (number or label), 沉默, 听不清, 打印结果, 评价, 留言 (seconds), 转接, 离开,
扫码. What the front end answers: 受理 ({编号, 校验码}), 没受理, 查到 ({状态, 经过, 答复}), 查不到, 拍好, 没拍成,
发票 (a list), 读不到, 给号, 接回 (what was left), 办不了.
Things expected: 屏幕, 事项, 说到, 不说, 选项 (how many, or labels), 打印, 转人工, 录音, 语速, 音量, 结束, 标题, 交 (the
draft), 查 (number and code), 要 (acts by name), 印表, 内容 (words on the screen), 没有 (acts that must be absent).

``方式`` is how the citizen does it, and is held to: 语音 (only speaks), 触摸 (only presses what is drawn on the glass),
键盘 (the same, and every turn says aloud what there is to know, since the screen is dark).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import yaml

from dialog.acts import (
    Act,
    Adjust,
    AnswerScreen,
    Ask,
    ClarifyScreen,
    End,
    File,
    LookUp,
    Print,
    PrintForm,
    Rate,
    Record,
    Say,
    Show,
    Transfer,
)
from dialog.events import (
    Channel,
    Chosen,
    Event,
    Filed,
    Gone,
    HandedOver,
    Heard,
    InvoicesNotRead,
    InvoicesRead,
    Key,
    NoPhoto,
    NotFiled,
    NotHandedOver,
    NotPerformed,
    NotTakenOver,
    PhotoTaken,
    Pressed,
    Printed,
    PrintOutcome,
    Progressed,
    ProgressUnknown,
    Rated,
    Recorded,
    Scanned,
    Silence,
    Started,
    TakenOver,
    Transferred,
    Typed,
    Unintelligible,
)
from dialog.flows import Matter
from dialog.requests import InvoiceFacts, ProgressStep
from dialog.session import step
from dialog.state import State
from dialog.world import World

KEYS = {
    "人工": Key.HUMAN,
    "返回": Key.BACK,
    "首页": Key.HOME,
    "再说一遍": Key.REPEAT,
    "慢一点": Key.SLOWER,
    "快一点": Key.FASTER,
    "大声": Key.LOUDER,
    "小声": Key.QUIETER,
    "打印": Key.PRINT,
    "材料": Key.MATERIALS,
    "是": Key.YES,
    "不是": Key.NO,
    "改一改": Key.CORRECT,
    "再问": Key.MORE,
    "我还在": Key.STAY,
    "跳过": Key.SKIP,
    "结束": Key.FINISH,
    "取消": Key.CANCEL,
    "好了": Key.NEXT,
    "填写": Key.TYPE,
    "录音": Key.RECORD,
    "接着办": Key.CONTINUE,
    "换个地方": Key.RESUME,
}
SCREENS = {
    "待机": "AttractScreen",
    "听": "ListenScreen",
    "分类": "BrowseScreen",
    "选择": "ClarifyScreen",
    "答案": "AnswerScreen",
    "没有答案": "NoAnswerScreen",
    "打印": "PrintScreen",
    "人工": "HumanScreen",
    "评价": "RateScreen",
    "还在吗": "IdleScreen",
    "再见": "GoodbyeScreen",
    "挑选": "ChooseScreen",
    "说写": "TextScreen",
    "数字": "NumberScreen",
    "拍照": "PhotoScreen",
    "清单": "ListScreen",
    "核对": "ConfirmScreen",
    "等待": "WaitScreen",
    "告知": "NoticeScreen",
    "回执": "TicketScreen",
}
OUTCOMES = {"好": PrintOutcome.DONE, "没印": PrintOutcome.FAILED, "不知道": PrintOutcome.UNKNOWN}
ABSENT = {
    "说": Say,
    "打印": Print,
    "转人工": Transfer,
    "录音": Record,
    "评价": Rate,
    "结束": End,
    "屏幕": Show,
    "交": File,
}
SPOKEN_ONLY = {"说", "沉默", "听不清", "离开"}
PRESSED_ONLY = {"打字", "按", "选", "评价", "扫码", "离开"}
ANSWERS = {
    *("打印结果", "受理", "没受理", "查到", "查不到", "拍好", "没拍成", "发票", "读不到", "给号", "接回", "办不了"),
    *("留言", "转接"),
}
DEFAULT_TIME = "2026-11-23 10:00"  # a Monday
OnGlass = Callable[[State, str], bool]


def load(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """(name, scenario) of every file below ``folder``."""
    return [
        (f"{path.stem}: {scenario['名称']}", scenario)
        for path in sorted(folder.glob("*.yaml"))
        for scenario in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


class Player:
    """Plays one scenario against the state machine and checks every expectation."""

    def __init__(self, scenario: dict[str, Any], world: World, on_glass: OnGlass | None = None) -> None:
        """``on_glass``: whether a control is drawn for a screen; without it that is not looked at."""
        self.scenario = scenario
        self.world = world
        self.on_glass = on_glass
        self.way = str(scenario.get("方式", ""))
        self.state = State()
        self.acts: tuple[Act, ...] = ()
        now = dt.datetime.fromisoformat(str(scenario.get("时间", DEFAULT_TIME)))
        channel = Channel.PHONE if scenario.get("渠道") == "电话" else Channel.KIOSK
        self.send(Started(channel, now))

    def send(self, event: Event) -> None:
        self.state, self.acts = step(self.state, event, self.world)

    def play(self) -> None:
        self.expect(self.scenario.get("开头", {}), "开头")
        for number, action in enumerate(self.scenario["步骤"], start=1):
            self.allowed(action, f"第{number}步 {action}")
            for event in self.events(action):
                self.send(event)
            self.aloud(f"第{number}步 {action}")
            self.expect(action.get("应", {}), f"第{number}步 {action}")

    def allowed(self, action: dict[str, Any], where: str) -> None:
        """The citizen keeps to the one way; what is pressed is drawn on the glass."""
        does = {key for key in action if key not in ("应", "原因")} - ANSWERS
        if self.way == "语音":
            assert does <= SPOKEN_ONLY, f"{where}: 只能说话"
        if self.way not in ("触摸", "键盘"):
            return
        assert does <= PRESSED_ONLY, f"{where}: 只能按"
        if self.on_glass is None or not does & {"按", "选"}:
            return
        event = self.events(action)[0]
        control = f"choice:{event.choice}" if isinstance(event, Chosen) else f"key:{event.key.value}"
        assert self.on_glass(self.state, control), f"{where}: 屏幕上没有 {control}，屏幕是 {self.state.screen!r}"

    def aloud(self, where: str) -> None:
        """With the screen dark everything must be said: a new screen never comes in silence."""
        if self.way in ("键盘", "语音") and any(isinstance(act, Show) for act in self.acts):
            assert any(isinstance(act, Say) for act in self.acts), f"{where}: 没有出声"

    def events(self, action: dict[str, Any]) -> list[Event]:
        match {key: value for key, value in action.items() if key != "应"}:
            case {"说": text}:
                return [Heard(str(text))]
            case {"打字": text}:
                return [Typed(str(text))]
            case {"按": key}:
                return [Pressed(KEYS[key])]
            case {"选": int(number)}:
                return [Chosen(self.state.choices[number - 1].id)]
            case {"选": label}:
                return [Chosen(next(choice.id for choice in self.state.choices if choice.label == label))]
            case {"沉默": times}:
                return [Silence()] * int(times or 1)
            case {"听不清": times}:
                return [Unintelligible()] * int(times or 1)
            case {"打印结果": outcome, **rest}:
                return [Printed(OUTCOMES[outcome], str(rest.get("原因", "")))]
            case {"评价": stars}:
                return [Rated(int(stars))]
            case {"留言": seconds}:
                return [Recorded(float(seconds), "recording-1")]
            case {"扫码": text}:
                return [Scanned(str(text))]
            case {"受理": {"编号": number, "校验码": code}}:
                return [Filed(str(number), str(code))]
            case {"没受理": reason}:
                return [NotFiled(str(reason))]
            case {"查到": {"状态": status, **rest}}:
                steps = tuple(ProgressStep(str(text)) for text in rest.get("经过", ()))
                return [Progressed(str(status), steps, str(rest.get("答复", "")))]
            case {"查不到": reason}:
                return [ProgressUnknown(str(reason))]
            case {"拍好": photo}:
                return [PhotoTaken(str(photo))]
            case {"没拍成": _}:
                return [NoPhoto()]
            case {"发票": invoices}:
                return [InvoicesRead(tuple(InvoiceFacts(**invoice) for invoice in invoices))]
            case {"读不到": reason}:
                return [InvoicesNotRead(str(reason))]
            case {"给号": False}:
                return [NotHandedOver()]
            case {"给号": code}:
                return [HandedOver(str(code))]
            case {"接回": False}:
                return [NotTakenOver()]
            case {"接回": item}:
                return [TakenOver(Matter(item_id=str(item)))]
            case {"办不了": _}:
                return [NotPerformed()]
            case {"转接": reached}:
                return [Transferred(bool(reached))]
            case {"离开": _}:
                return [Gone()]
            case other:
                raise AssertionError(f"unknown step {other}")

    def expect(self, wanted: dict[str, Any], where: str) -> None:
        spoken = "".join(act.text for act in self.acts if isinstance(act, Say))
        screens = [act.screen for act in self.acts if isinstance(act, Show)]
        for name, value in wanted.items():
            context = f"{where}: {name} {value}; acts were {self.acts}"
            match name:
                case "屏幕":
                    assert screens, context
                    assert type(screens[-1]).__name__ == SCREENS[value], context
                case "事项":
                    assert isinstance(screens[-1], AnswerScreen), context
                    assert screens[-1].item.id == value, context
                case "说到":
                    for words in [value] if isinstance(value, str) else value:
                        assert words in spoken, context
                case "不说":
                    for words in [value] if isinstance(value, str) else value:
                        assert words not in spoken, context
                case "选项":
                    self.expect_choices(value, screens, context)
                case "打印":
                    assert [act.kind.value for act in self.acts if isinstance(act, Print)] == [value], context
                case "转人工":
                    assert any(isinstance(act, Transfer) for act in self.acts) is bool(value), context
                case "录音":
                    assert any(isinstance(act, Record) for act in self.acts) is bool(value), context
                case "语速":
                    assert [act.rate for act in self.acts if isinstance(act, Adjust)] == [float(value)], context
                case "音量":
                    assert [act.volume for act in self.acts if isinstance(act, Adjust)] == [int(value)], context
                case "结束":
                    assert [act.reason for act in self.acts if isinstance(act, End)] == [value], context
                case "标题":
                    assert screens, context
                    assert screens[-1].title == value, context
                case "内容":
                    for words in [value] if isinstance(value, str) else value:
                        assert words in self.written(screens[-1]), context
                case "交":
                    drafts = [act.draft for act in self.acts if isinstance(act, File)]
                    assert len(drafts) == 1, context
                    given = {**drafts[0].plain(), **drafts[0].personal(), "media": list(drafts[0].media)}
                    assert {name: given.get(name, "") for name in value} == value, context
                case "查":
                    asked = [(act.number, act.code) for act in self.acts if isinstance(act, LookUp)]
                    assert asked == [tuple(str(part) for part in value)], context
                case "印表":
                    forms = [act for act in self.acts if isinstance(act, PrintForm)]
                    assert [act.form_id for act in forms] == [value["表"]], context
                    filled = dict(forms[0].values)
                    assert {name: filled.get(name, "") for name in value.get("填", {})} == value.get("填", {}), context
                case "要":
                    names = [type(act).__name__ for act in self.acts]
                    for kind in [value] if isinstance(value, str) else value:
                        assert kind in names, context
                case "没有":
                    for kind in [value] if isinstance(value, str) else value:
                        assert not any(isinstance(act, ABSENT[kind]) for act in self.acts), context
                case _:
                    raise AssertionError(f"unknown expectation {name}")

    def written(self, screen: Any) -> str:
        """All the words of a screen, as one text."""
        return msgspec.json.encode(screen).decode()

    def expect_choices(self, value: int | list[str], screens: list[Any], context: str) -> None:
        asked = [act for act in self.acts if isinstance(act, Ask)]
        shown = screens[-1].choices if screens and isinstance(screens[-1], ClarifyScreen) else asked[-1].choices
        labels = [choice.label for choice in shown]
        if isinstance(value, int):
            assert len(labels) == value, context
        else:
            assert labels == value, context
