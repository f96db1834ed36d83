"""What is made of words: digits, places, services, departments, codes on slips."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialog import digits, places, resume
from dialog.intents import expected, recognise
from dialog.menu import Service
from dialog.requests import TRIAGE_BELOW, RequestKind
from dialog.world import World


@settings(deadline=None)
@given(st.text(alphabet="0123456789", min_size=1, max_size=20))
def test_digits_survive_being_said(number: str) -> None:
    spoken = "".join("零一二三四五六七八九"[int(digit)] for digit in number)
    assert digits.read(spoken) == number
    assert digits.read("，".join(digits.split(spoken, (3, 4, 4)))) == number
    assert digits.read(digits.shown(number, (4, 5, 2))) == number


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("幺三八，一二三四，五六七八", "13812345678"),
        ("我的编号是０００１－００００１－１９", "00010000119"),
        ("两洞两六", "2026"),
        ("我不知道", ""),
        ("十二号窗口", ""),
        ("", ""),
    ],
)
def test_digits_as_people_say_them(said: str, number: str) -> None:
    assert digits.read(said) == number


def test_a_wrong_or_swapped_digit_of_a_ticket_is_noticed() -> None:
    good = "00010000119"
    assert digits.is_ticket(good)
    for at in range(len(good)):
        for other in "0123456789":
            assert digits.is_ticket(good[:at] + other + good[at + 1 :]) == (other == good[at])
    for at in range(len(good) - 1):
        swapped = good[:at] + good[at + 1] + good[at] + good[at + 2 :]
        assert digits.is_ticket(swapped) == (swapped == good)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_without_harm(text: str) -> None:
    assert digits.read(text) == "" or digits.read(text).isdigit()
    resume.read(text)


@pytest.mark.parametrize(
    ("said", "town", "village"),
    [
        ("泽国镇", "泽国镇", ""),
        ("山前村", "城南镇", "山前村"),
        ("我家在大溪镇山市那里", "大溪镇", "山市村"),
        ("箬横镇", "箬横镇", ""),
        ("九龙大道和万昌路的路口", "", ""),
        ("今天天气怎么样", "", ""),
    ],
)
def test_places(world: World, said: str, town: str, village: str) -> None:
    found = places.find(said, world.knowledge)
    assert (found.town.name if found.town else "") == town
    assert (found.village.name if found.village else "") == village


@pytest.mark.parametrize(
    ("said", "service", "kind", "text"),
    [
        ("我要投诉", Service.REQUEST, RequestKind.COMPLAINT, ""),
        ("我要投诉楼下半夜还在施工", Service.REQUEST, RequestKind.COMPLAINT, "楼下半夜还在施工"),
        ("我要头诉", Service.REQUEST, RequestKind.COMPLAINT, ""),  # same sound, other characters
        ("我建议公交站加一张凳子", Service.REQUEST, RequestKind.SUGGESTION, "公交站加一张凳子"),
        ("我要举报有人往河里倒垃圾", Service.REQUEST, RequestKind.REPORT, "有人往河里倒垃圾"),
        ("查一下进度", Service.PROGRESS, None, ""),
        ("我上次的投诉办得怎么样了", Service.PROGRESS, None, ""),
        ("前几天反映的那件事处理了吗", Service.PROGRESS, None, ""),
        ("我想查我投诉的结果", Service.PROGRESS, None, ""),
        ("我要投诉没人管的事", Service.REQUEST, RequestKind.COMPLAINT, "没人管的事"),
        ("我要反映工单一直没处理", Service.REQUEST, RequestKind.COMPLAINT, "工单一直没处理"),
        ("窗口不给办", Service.STUCK, None, ""),
        ("帮我代办", Service.STUCK, RequestKind.HELP, ""),
        ("泽国镇的便民服务中心在哪里", Service.NEAREST, None, "泽国镇的便民服务中心在哪里"),
    ],
)
def test_services_by_what_is_said(
    world: World, said: str, service: Service, kind: RequestKind | None, text: str
) -> None:
    found = recognise(said, world)
    assert found is not None
    assert (found.service, found.kind, found.text) == (service, kind, text)


@pytest.mark.parametrize(
    "said", ["投诉电话是多少", "我要投诉怎么弄", "新生儿怎么上医保", "举报奖励有多少钱", "打印机坏了找谁", "", "建议"]
)
def test_questions_stay_questions(world: World, said: str) -> None:
    assert recognise(said, world) is None


def test_the_recogniser_is_told_of_the_services_names() -> None:
    """查进度 said alone was written 查禁都, by all of four voices."""
    assert {"查进度", "随手拍", "我要投诉", "帮办代办"} <= set(expected())


def test_a_department_is_only_suggested_when_one_leads(whole_world: World) -> None:
    dispatcher = whole_world.dispatcher
    assert dispatcher is not None
    best = dispatcher.suggest("小区门口路灯不亮了")[0]
    assert (best.code, best.confidence >= TRIAGE_BELOW) == ("010303", True)
    assert dispatcher.suggest("楼下半夜还在施工")[0].confidence < TRIAGE_BELOW
    assert dispatcher.suggest("") == ()


@pytest.mark.parametrize("text", ["bianmin-do:open-business?mode=company&scope=other", "bianmin-do:newborn"])
def test_codes_lead_back(text: str) -> None:
    code = resume.read(text)
    assert isinstance(code, resume.ScenarioCode)
    assert resume.scenario_code(code.scenario_id, code.answers) == text


def test_foreign_codes_are_none_of_ours() -> None:
    for text in ("https://example.org", "bianmin:", "bianmin-ticket:12a", "bianmin-ticket:１２", "x" * 5000, ""):
        assert resume.read(text) is None
