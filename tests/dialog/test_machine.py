"""A random citizen and a random front end: whatever happens in whatever order, nobody is stuck and nothing stays.

The machine answers slow acts as a front end would, or late, or not at all, and holds every turn to the invariants.
"""

from __future__ import annotations

import datetime as dt
import re

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dialog.acts import (
    Act,
    Ask,
    ClarifyScreen,
    End,
    File,
    HandOver,
    LookUp,
    Play,
    Print,
    PrintForm,
    PrintInvoice,
    ReadInvoices,
    Record,
    Say,
    Show,
    TakeOver,
    TakePhoto,
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
from dialog.flows import Filing, Matter, Stage
from dialog.menu import Service
from dialog.requests import InvoiceFacts, ProgressStep, RequestDraft, RequestKind
from dialog.session import step
from dialog.state import Phase, State
from dialog.world import Means, World

NOW = dt.datetime(2026, 11, 23, 10, 0)
SECRET = "王秀兰住在下街村十二号"
"""What a citizen says of themselves; it must be nowhere after the end."""

WORDS = (
    *("我要投诉", "我要提建议", "随手拍", "查一下进度", "办不成事", "帮我代办", "打印表格", "打印发票", "意见征集"),
    *("孙子出生了从哪里办起", "泽国镇的便民服务中心在哪里", "接着办", "用电话接着办", "政策查询", "新生儿怎么上医保"),
    *(
        SECRET,
        "泽国镇",
        "对",
        "不对",
        "没有了",
        "跳过",
        "取消",
        "返回",
        "首页",
        "打印",
        "材料",
        "第一个",
        "第二",
        "其他",
    ),
    *(
        "幺三八一二三四五六七八",
        "零零零一零零零零一一九",
        "四八二一",
        "非常不满意",
        "满意",
        "人工",
        "慢一点",
        "再说一遍",
    ),
    *("救命", "今天天气怎么样", "", "。", "a" * 3000, "改一改", "继续", "留言", "填好再打", "好的"),
)
CODES = ("bianmin:newborn-enrolment@1", "bianmin-ticket:00010000119", "bianmin-do:newborn?x=y", "?")
ONLY_SEEN = re.compile("打字|点一下|点下面|屏幕|touch|type")
"""What a caller cannot do: "please say it again, or type" was said on the telephone."""
SLOW = (Print, PrintForm, PrintInvoice, Record, TakePhoto, File, LookUp, ReadInvoices, HandOver, TakeOver, Transfer)
WAITING = frozenset({Phase.PRINTING, Phase.RECORDING, Phase.TRANSFERRING, Phase.SERVICE})


def answer(act: Act, well: bool) -> Event | None:
    """What a front end tells after a slow act, when it went well or not; None where nothing is told."""
    match act:
        case Print() | PrintForm() | PrintInvoice():
            return Printed(PrintOutcome.DONE if well else PrintOutcome.FAILED, "" if well else "paper_out")
        case Record():
            return Recorded(20.0 if well else 1.0, "recording")
        case TakePhoto():
            return PhotoTaken("photo") if well else NoPhoto()
        case File():
            return Filed("00010000119", "4821") if well else NotFiled("full")
        case LookUp():
            return Progressed("办理中", (ProgressStep("收到", NOW),)) if well else ProgressUnknown("unreachable")
        case ReadInvoices():
            found = (InvoiceFacts("a", "1", "2026-11-20", SECRET, "12.50"),)
            return InvoicesRead(found, 1) if well else InvoicesNotRead("no_stick")
        case HandOver():
            return HandedOver("482913") if well else NotHandedOver()
        case TakeOver():
            taken = Matter(flow=Filing(RequestDraft(kind=RequestKind.COMPLAINT, text=SECRET), Stage.CONFIRM))
            return TakenOver(taken) if well else NotTakenOver()
        case Transfer():
            return Transferred(well)
        case _:
            return None


def as_telephone(world: World) -> World:
    has = world.means
    means = Means(filing=has.filing, lookup=has.lookup, handover=has.handover, recorder=has.recorder, people=has.people)
    return msgspec.structs.replace(world, means=means, can_print=False)


class Citizen(RuleBasedStateMachine):
    """One person after the other."""

    terminal: World  # set by the test
    world: World
    """The terminal's, or that of a telephone, which has neither a camera nor a printer."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self.acts: tuple[Act, ...] = ()
        self.filed = 0

    def send(self, event: Event) -> None:
        before = self.state
        if isinstance(event, Started):
            self.world = self.terminal if event.channel is Channel.KIOSK else as_telephone(self.terminal)
        self.state, self.acts = step(self.state, event, self.world)
        if before.phase is Phase.ENDED and not isinstance(event, Started):
            assert self.acts == ()
        for act in self.acts:
            if isinstance(act, Say):
                assert "{" not in act.text
                assert act.text
                if self.state.channel is Channel.PHONE:
                    assert not ONLY_SEEN.search(act.text), act.text
            if isinstance(act, Show) and isinstance(act.screen, ClarifyScreen):
                assert len(act.screen.choices) <= 4
            if isinstance(act, Ask) and self.state.channel is Channel.PHONE:
                assert len(act.choices) <= 5
            if isinstance(act, File):
                self.check_filing(before, event, act)

    def check_filing(self, before: State, event: Event, act: File) -> None:
        """Nothing is handed in without a yes, save a message already spoken by someone who then goes."""
        said_yes = isinstance(event, Pressed | Heard)
        assert said_yes or act.draft.kind == "message"
        assert act.draft.text or act.draft.media or act.draft.phone or act.draft.subject or act.draft.window

    @initialize(channel=st.sampled_from(Channel), night=st.booleans())
    def begin(self, channel: Channel, night: bool) -> None:
        self.send(Started(channel, NOW.replace(hour=21) if night else NOW))

    @rule(text=st.sampled_from(WORDS))
    def says(self, text: str) -> None:
        self.send(Heard(text))

    @rule(text=st.sampled_from((*WORDS, "13812345678", "00010000119", "4821", "482913", "12")))
    def types(self, text: str) -> None:
        self.send(Typed(text))

    @rule(key=st.sampled_from(Key))
    def presses(self, key: Key) -> None:
        self.send(Pressed(key))

    @rule(which=st.integers(0, 40))
    def chooses(self, which: int) -> None:
        offered = [choice.id for choice in self.state.asked.choices]
        self.send(Chosen(offered[which % len(offered)] if offered else "nothing:here"))

    @rule(service=st.sampled_from(Service))
    def touches_a_tile(self, service: Service) -> None:
        self.send(Chosen(f"service:{service.value}"))

    @rule()
    def is_silent(self) -> None:
        self.send(Silence())

    @rule()
    def mumbles(self) -> None:
        self.send(Unintelligible())

    @rule(stars=st.integers(1, 5))
    def rates(self, stars: int) -> None:
        self.send(Rated(stars))

    @rule(code=st.sampled_from(CODES))
    def scans(self, code: str) -> None:
        self.send(Scanned(code))

    @precondition(lambda self: any(isinstance(act, SLOW) for act in self.acts))
    @rule(well=st.booleans())
    def the_front_end_answers(self, well: bool) -> None:
        act = next(act for act in reversed(self.acts) if isinstance(act, SLOW))
        event = answer(act, well)
        if event is not None:
            self.send(event)

    @rule(
        event=st.sampled_from(
            (
                *(Printed(PrintOutcome.DONE), Recorded(9.0, "late"), PhotoTaken("late"), Filed("1", "2")),
                *(NotFiled(), Progressed("late"), InvoicesRead(), HandedOver("1"), TakenOver(Matter()), NotPerformed()),
            )
        )
    )
    def a_late_word_comes(self, event: Event) -> None:
        self.send(event)

    @rule()
    def goes(self) -> None:
        self.send(Gone())
        assert self.state.phase is Phase.ENDED

    @precondition(lambda self: self.state.phase is Phase.ENDED)
    @rule(channel=st.sampled_from(Channel))
    def the_next_one_comes(self, channel: Channel) -> None:
        self.send(Started(channel, NOW))

    @invariant()
    def never_a_dead_end(self) -> None:
        """Something is awaited, or done, or it is over."""
        if self.state.phase in (Phase.ATTRACT, Phase.ENDED) or self.acts == ():
            return
        goes_on = any(isinstance(act, (Ask, End, Play, *SLOW)) for act in self.acts)
        assert goes_on or self.state.phase in WAITING, (self.state.phase, self.acts)

    @invariant()
    def always_a_person(self) -> None:
        if self.state.phase in (Phase.ATTRACT, Phase.ENDED, Phase.IDLE):
            return
        _, acts = step(self.state, Pressed(Key.HUMAN), self.world)
        told = any(isinstance(act, Say) and "不能留言" in act.text for act in acts)
        alone = not (self.world.means.filing and self.world.means.recorder)
        assert any(isinstance(act, Show | Transfer | Record) for act in acts) or (alone and told)

    @invariant()
    def nothing_stays_after_the_end(self) -> None:
        if self.state.phase is not Phase.ENDED:
            return
        assert self.state == State(channel=self.state.channel, now=self.state.now, phase=Phase.ENDED)
        assert SECRET not in msgspec.json.encode(self.state).decode()

    @invariant()
    def no_service_without_its_phase(self) -> None:
        if self.state.flow is None:
            assert self.state.phase is not Phase.SERVICE

    @invariant()
    def can_always_be_left(self) -> None:
        """首页 leads out of any service at once."""
        if self.state.flow is None or self.state.phase is Phase.TRANSFERRING:
            return
        state, _ = step(self.state, Pressed(Key.STAY), self.world)
        state, _ = step(state, Pressed(Key.HOME), self.world)
        assert state.phase is Phase.LISTENING
        assert state.flow is None


def test_a_random_citizen_is_never_stuck_and_leaves_nothing(whole_world: World) -> None:
    _run(whole_world, 40)


def test_the_same_on_a_terminal_that_has_nothing(world: World) -> None:
    _run(world, 15)


def _run(world: World, examples: int) -> None:
    machine = type("Machine", (Citizen,), {"terminal": world})
    case = machine.TestCase
    case.settings = settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    case().runTest()


def test_a_secret_is_in_no_representation() -> None:
    """What a traceback or a log might print of an act or an event shows no citizen's words."""
    draft = RequestDraft(kind=RequestKind.COMPLAINT, text=SECRET, phone="13812345678")
    for thing in (draft, File(draft), Filing(draft, Stage.CONFIRM), Scanned(SECRET), LookUp("00010000119", "4821")):
        assert SECRET not in repr(thing)
        assert "1381" not in repr(thing)
        assert "4821" not in repr(thing)


pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
