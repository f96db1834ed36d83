"""Scenarios: the walk, the proof that every path ends and no choice is dead, and the merged result."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.build import build
from content.check import check
from content.checks.scenarios import proof
from content.marked import Document
from content.model import Category, Item, LegalBasis, Material, Module, Place, Theme, TimeLimit
from content.pack import Pack
from content.scenario import (
    END,
    Choice,
    Question,
    Rule,
    Scenario,
    ScenarioError,
    merge_materials,
    next_question,
    paths,
    resolve,
    selected,
)

TODAY = dt.date(2026, 11, 22)

SHOP = """\
编号: shop
标题: 开一家店
问题:
  - 编号: kind
    问: 您想开什么店？
    选项:
      - {编号: restaurant, 名称: 饭店}
      - {编号: grocer, 名称: 小卖部}
  - 编号: staff
    问: 要请人帮忙吗？
    当: {kind: [restaurant]}
    选项:
      - {编号: have, 名称: 要请人}
      - {编号: none, 名称: 不请人}
规则:
  - 事项: [newborn]
  - 当: {kind: [restaurant]}
    事项: [food]
    提示: [先拿许可证]
  - 当: {staff: [have]}
    事项: [staff]
顺序: [newborn, food, staff]
"""


def item(identifier: str, place: str = "hall", materials: tuple[Material, ...] = ()) -> Item:
    return Item(
        id=identifier,
        title=f"事项{identifier}",
        module=Module.BUSINESS,
        theme=Theme.ENTERPRISE,
        category=Category.ESTABLISH,
        questions=("问",),
        spoken="好。",
        materials=materials,
        places=(place,),
        time_limit=TimeLimit("当场"),
        fee="不收费",
        steps=("去",),
        basis=(LegalBasis("法", "第一条"),),
        valid_from=TODAY,
    )


def scenario(*questions: Question, rules: tuple[Rule, ...], order: tuple[str, ...] = ()) -> Scenario:
    return Scenario(id="s", title="一件事", questions=questions, rules=rules, order=order)


def yes_no(identifier: str, goto_yes: str = "", goto_no: str = "", when: dict[str, tuple[str, ...]] | None = None):
    choices = (Choice("yes", "是", goto_yes), Choice("no", "否", goto_no))
    return Question(identifier, "吗？", choices, when or {})


def rules_found(one: Scenario) -> set[str]:
    return {finding.rule for finding in proof(one, Document("s.yaml", {}, {}))}


@pytest.fixture
def shop_folder(content_folder: Path) -> Path:
    """The clean folder with two more items and the scenario above."""
    first = (content_folder / "items/insurance/newborn.yaml").read_text("utf-8")
    for number, (name, word) in enumerate({"food": "饭店许可", "staff": "员工登记"}.items()):
        text = first.replace("编号: newborn", f"编号: {name}")
        text = text.replace("标题: 新生儿参加医保", f"标题: {word}").replace("别名: [新生儿医保]\n", "")
        for old in ("新生儿怎么上医保", "刚出生的小孩医保怎么办", "孙子刚生下来，医保去哪里弄", "宝宝出生多久要参保"):
            text = text.replace(old, f"{word}{'去哪里办要多久带什么行不行'[3 * len(old) % 7 :]}{number}{len(old)}")
        text = text.replace("娃娃的医保卡怎么办理", f"{word}是什么")
        (content_folder / f"items/insurance/{name}.yaml").write_text(text, "utf-8")
    (content_folder / "scenarios").mkdir()
    (content_folder / "scenarios" / "shop.yaml").write_text(SHOP, "utf-8")
    return content_folder


def test_a_good_scenario_has_no_findings_and_comes_back_from_the_pack(shop_folder: Path, tmp_path: Path) -> None:
    assert check(shop_folder, TODAY) == ()
    build(shop_folder, tmp_path / "s.pack")
    pack = Pack.open(tmp_path / "s.pack")
    shop = pack.scenario("shop")
    first = next_question(shop, ())
    assert first is not None
    assert first.text == "您想开什么店？"
    assert next_question(shop, (("kind", "grocer"),)) is None
    answers = (("kind", "restaurant"), ("staff", "have"))
    result = resolve(shop, answers, pack.item, pack.place)
    assert [one.id for one in result.items] == ["newborn", "food", "staff"]
    assert result.notes == ("先拿许可证",)
    assert [visit.place_name for visit in result.visits] == ["便民服务中心"]
    assert len(result.materials) == 2
    assert result.materials[0].items == ("新生儿参加医保", "饭店许可", "员工登记")


FAULTS = [
    ("事项: [food]", "事项: [foot]", "unknown-item"),
    ("当: {staff: [have]}", "当: {stuff: [have]}", "unknown-question"),
    ("当: {staff: [have]}", "当: {staff: [has]}", "unknown-choice"),
    ("名称: 小卖部}", "名称: 小卖部, 转到: nowhere}", "unknown-question"),
    ("名称: 小卖部}", "名称: 小卖部, 转到: kind}", "endless"),
    ("      - {编号: none, 名称: 不请人}\n", "", "few-choices"),
    ("顺序: [newborn, food, staff]", "顺序: [newborn, moon]", "unknown-item"),
    ("- 事项: [newborn]", "- {事项: [newborn], 当: {kind: [restaurant]}}", "dead-choice"),
    ("当: {kind: [restaurant]}\n    选项", "当: {kind: [restaurant], staff: [have]}\n    选项", "dead-question"),
    ("当: {staff: [have]}", "当: {staff: [have], kind: [grocer]}", "dead-rule"),
    ("    事项: [staff]\n", "    事项: [staff]\n    表单: [nothing]\n", "unknown-form"),
    ("您想开什么店？", "您想开什么店??", "punctuation"),
    ("编号: none", "编号: have", "duplicate-id"),
    ("编号: shop", "编号: store", "file-name"),
]


@pytest.mark.parametrize(("old", "new", "rule"), FAULTS)
def test_each_fault_is_found(shop_folder: Path, old: str, new: str, rule: str) -> None:
    assert old in SHOP
    (shop_folder / "scenarios" / "shop.yaml").write_text(SHOP.replace(old, new), "utf-8")
    findings = check(shop_folder, TODAY)
    assert rule in {finding.rule for finding in findings}
    assert all(finding.file.endswith("shop.yaml") for finding in findings)


def test_a_question_without_effect_is_named() -> None:
    one = scenario(yes_no("a"), yes_no("b"), rules=(Rule(("x",)), Rule(("y",), {"a": ("yes",)})))
    assert rules_found(one) == {"idle-question"}


def test_an_empty_path_is_an_error() -> None:
    one = scenario(yes_no("a"), yes_no("b"), rules=(Rule(("x",), {"a": ("yes",)}), Rule(("y",), {"b": ("yes",)})))
    assert "empty-path" in rules_found(one)


def test_a_jump_over_a_question() -> None:
    one = scenario(yes_no("a", goto_no=END), yes_no("b"), rules=(Rule(("x",)), Rule(("y",), {"b": ("yes",)})))
    assert rules_found(one) == set()
    assert next_question(one, (("a", "no"),)) is None
    assert sorted(len(path) for path in paths(one)) == [1, 2, 2]


def test_answers_that_were_not_offered() -> None:
    one = scenario(yes_no("a"), rules=(Rule(("x",)),))
    with pytest.raises(ScenarioError, match="no choice maybe"):
        next_question(one, (("a", "maybe"),))
    with pytest.raises(ScenarioError, match="not asked here"):
        next_question(one, (("b", "yes"),))


def test_the_same_thing_is_brought_once() -> None:
    items = (
        item("a", materials=(Material("本人身份证", "原件"), Material("照片", "1张"))),
        item("b", materials=(Material("身份证（正反面）", "复印件1份"), Material("户口簿", "原件"))),
        item("c", materials=(Material("身份证", "原件", "过期的不行"),)),
    )
    merged = merge_materials(items)
    assert [needed.name for needed in merged] == ["本人身份证", "照片", "户口簿"]
    assert merged[0].copies == ("原件", "复印件1份")
    assert merged[0].notes == ("过期的不行",)
    assert merged[0].items == ("事项a", "事项b", "事项c")


def test_neighbours_at_one_place_are_one_visit() -> None:
    places = {name: Place(id=name, name=name.upper(), department="d") for name in ("hall", "bank")}
    items = {one.id: one for one in (item("a"), item("b"), item("c", "bank"), item("d"))}
    one = scenario(yes_no("q"), rules=(Rule(tuple(items)),))
    result = resolve(one, (("q", "yes"),), items.__getitem__, places.__getitem__)
    assert [(visit.place_name, [i.id for i in visit.items]) for visit in result.visits] == [
        ("HALL", ["a", "b"]),
        ("BANK", ["c"]),
        ("HALL", ["d"]),
    ]


NAMES = st.sampled_from(["a", "b", "c", "d"])
CONDITIONS = st.dictionaries(NAMES, st.sampled_from([("yes",), ("no",), ("yes", "no")]), max_size=2)
GOTOS = st.sampled_from(["", "", "", END, "a", "b", "c", "d"])
SCENARIOS = st.builds(
    lambda questions, rules: scenario(*questions, rules=tuple(rules)),
    st.tuples(*(st.builds(yes_no, st.just(name), GOTOS, GOTOS, CONDITIONS) for name in "abcd")),
    st.lists(st.builds(Rule, st.lists(NAMES, min_size=1, max_size=2).map(tuple), CONDITIONS), min_size=1, max_size=4),
)


@given(SCENARIOS, st.data())
def test_what_the_proof_accepts_always_ends_with_something(one: Scenario, data: st.DataObject) -> None:
    findings = rules_found(one)
    if "endless" in findings:
        with pytest.raises(ScenarioError):
            list(paths(one))
        return
    answers: tuple[tuple[str, str], ...] = ()
    while (question := next_question(one, answers)) is not None:
        assert len(answers) < 4
        answers = (*answers, (question.id, data.draw(st.sampled_from(question.choices)).id))
    if "empty-path" not in findings:
        assert selected(one, answers)
