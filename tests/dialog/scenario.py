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

Things the citizen does: 说, 打字, 按, 选 (number or label), 沉默, 听不清, 打印结果, 评价, 留言 (seconds), 转接, 离开.
Things expected: 屏幕, 事项, 说到, 不说, 选项 (how many, or labels), 打印, 转人工, 录音, 语速, 音量, 结束,
没有 (acts that must be absent).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import yaml

from dialog.acts import (
    Act,
    Adjust,
    AnswerScreen,
    Ask,
    ClarifyScreen,
    End,
    Print,
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
    Gone,
    Heard,
    Key,
    Pressed,
    Printed,
    PrintOutcome,
    Rated,
    Recorded,
    Silence,
    Started,
    Transferred,
    Typed,
    Unintelligible,
)
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
}
OUTCOMES = {"好": PrintOutcome.DONE, "没印": PrintOutcome.FAILED, "不知道": PrintOutcome.UNKNOWN}
ABSENT = {"说": Say, "打印": Print, "转人工": Transfer, "录音": Record, "评价": Rate, "结束": End, "屏幕": Show}
DEFAULT_TIME = "2026-11-23 10:00"  # a Monday


def load(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """(name, scenario) of every file below ``folder``."""
    return [
        (f"{path.stem}: {scenario['名称']}", scenario)
        for path in sorted(folder.glob("*.yaml"))
        for scenario in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


class Player:
    """Plays one scenario against the state machine and checks every expectation."""

    def __init__(self, scenario: dict[str, Any], world: World) -> None:
        self.scenario = scenario
        self.world = world
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
            for event in self.events(action):
                self.send(event)
            self.expect(action.get("应", {}), f"第{number}步 {action}")

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
                return [Recorded(float(seconds))]
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
                case "没有":
                    for kind in [value] if isinstance(value, str) else value:
                        assert not any(isinstance(act, ABSENT[kind]) for act in self.acts), context
                case _:
                    raise AssertionError(f"unknown expectation {name}")

    def expect_choices(self, value: int | list[str], screens: list[Any], context: str) -> None:
        asked = [act for act in self.acts if isinstance(act, Ask)]
        shown = screens[-1].choices if screens and isinstance(screens[-1], ClarifyScreen) else asked[-1].choices
        labels = [choice.label for choice in shown]
        if isinstance(value, int):
            assert len(labels) == value, context
        else:
            assert labels == value, context
