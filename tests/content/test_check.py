"""The strict editor: each rule fires on its fault, at the line of the fault, and a clean folder has no finding."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from content.check import check
from content.findings import ContentError, Finding, Severity

TODAY = dt.date(2026, 11, 22)
ITEM = "items/insurance/newborn.yaml"


def findings(folder: Path, today: dt.date = TODAY) -> tuple[Finding, ...]:
    return check(folder, today)


def replace(folder: Path, name: str, old: str, new: str) -> int:
    """Replace text in a file of the folder; the line (from 1) where it was."""
    path = folder / name
    text = path.read_text("utf-8")
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_a_clean_folder_has_no_findings(content_folder: Path) -> None:
    assert findings(content_folder) == ()


FAULTS = [
    # reading
    ("标题: 新生儿参加医保\n", "", "missing", 1),
    ("标题: 新生儿参加医保", "标题: [一, 二]", "type", None),
    ("模块: 医保社保", "模块: 医保", "unknown-name", None),
    ("分类: 参保登记", "分类: 天气", "unknown-name", None),
    ("地点: [town-centre]\n", "", "missing", 1),
    ("时限: {承诺: 当场办结}", "时限: {法定: 十天}", "missing", None),
    ("口播: 新", "口拨: 新", "unknown-key", None),
    ("有效期起: 2026-01-01", "有效期起: 去年", "date", None),
    ("编号: newborn", "编号: 新生儿", "identifier", None),
    ("编号: newborn", "编号: other", "file-name", None),
    ("费用: 不收费", "费用: 不收费\n费用: 收费", "duplicate-key", 20),
    ("费用: 不收费", "费用: &a 不收费", "yaml", None),
    ("费用: 不收费", "费用: !!python/object:os.system 不收费", "yaml", None),
    ("费用: 不收费", "费用: 不\u200b收费", "control-character", None),
    ("费用: 不收费", "费用: 不\x07收费", "control-character", None),
    ("费用: 不收费", "费用: " + "长" * 3000, "too-long", None),
    ("  - 监护人身份证", "  -", "empty", None),
    ("样例: [地点, 时限, 材料, 费用]", "样例: [地址]", "unknown-name", None),
    # references
    ("地点: [town-centre]", "地点: [moon-centre]", "unknown-place", None),
    ("份数: 原件}", "份数: 原件, 表单: nothing}", "unknown-form", None),
    ("样例: [地点", "相关: [nothing]\n样例: [地点", "unknown-item", None),
    ("模块: 医保社保", "模块: 户籍管理", "folder", None),
    # substance
    ("  - 宝宝出生多久要参保\n", "", "few-questions", 7),
    ("  - 宝宝出生多久要参保", "  - 新生儿怎么上医保", "duplicate-question", None),
    (", 条款: 第二十五条", "", "no-article", None),
    ("有效期至: 2027-12-31", "有效期至: 2026-11-21", "expired", None),
    ("有效期至: 2027-12-31", "有效期至: 2026-12-31", "expires-soon", None),
    ("有效期至: 2027-12-31", "有效期至: 2025-12-31", "validity", None),
    ("有效期起: 2026-01-01", "有效期起: 2027-01-01", "not-yet-valid", None),
    ("审核日期: 2026-06-01\n", "", "unreviewed", 1),
    ("审核日期: 2026-06-01", "审核日期: 2027-06-01", "review-date", None),
    # wording
    ("，从出生那天起", "，，从出生那天起", "punctuation", None),
    ("，从出生那天起", ",从出生那天起", "punctuation", None),
    ("带齐材料到", "带齐材料（原件到", "punctuation", None),
    ("带齐材料到", "带齐 材料到", "punctuation", None),
    ("费用: 不收费", "费用: 收费１０元", "punctuation", None),
    ("当场就能办好。", "当场就能办好", "punctuation", None),
    ("带上户口簿，", "带上户口簿，" + "还有要带的东西，" * 6, "long-sentence", None),
    ("带上户口簿，", "带上户口簿" + "和别的东西" * 5 + "，", "long-clause", None),
    ("当场就能办好。", "当场就能办好。" * 20, "long-spoken", None),
    ("标题: 新生儿参加医保", "标题: 新生儿参加" + "医保" * 10, "long-title", None),
    ("带齐材料到", "帶齊材料到", "traditional", None),
    # speaking
    ("费用: 不收费", "费用: ￥40", "unspeakable", None),
    ("费用: 不收费", "费用: 1,500元", "unspeakable", None),
    ("费用: 不收费", "费用: 30-50元", "unspeakable", None),
    ("窗口当场登记", "拨打86220000问一问", "unspeakable", None),
    ("窗口当场登记", "2026-01-01以后登记", "unspeakable", None),
    ("窗口当场登记", "在 www.gov.cn 登记", "unspeakable", None),
    ("条款: 第二十五条", "条款: 25条", "article-number", None),
    ("条款: 第二十五条", "条款: §25", "article-number", None),
]


@pytest.mark.parametrize(("old", "new", "rule", "line"), FAULTS, ids=[f"{f[2]}-{n}" for n, f in enumerate(FAULTS)])
def test_each_fault_is_found_at_its_line(content_folder: Path, old: str, new: str, rule: str, line: int | None) -> None:
    where = replace(content_folder, ITEM, old, new)
    found = [finding for finding in findings(content_folder) if finding.rule == rule]
    assert found, findings(content_folder)
    assert found[0].file.endswith(ITEM)
    assert (line or where) in [finding.line for finding in found]


WARNINGS = {"folder", "expires-soon", "not-yet-valid", "unreviewed", "long-clause", "long-title", "traditional"}


@pytest.mark.parametrize(("old", "new", "rule"), [f[:3] for f in FAULTS])
def test_only_matters_of_taste_are_warnings(content_folder: Path, old: str, new: str, rule: str) -> None:
    replace(content_folder, ITEM, old, new)
    severities = {finding.severity for finding in findings(content_folder) if finding.rule == rule}
    assert severities == {Severity.WARNING if rule in WARNINGS else Severity.ERROR}


@pytest.mark.parametrize("good", ["第二十五条第一款", "第十条第二款、第十二条", "第三十条之一", "第8条", "全文"])
def test_articles_as_people_say_them_pass(content_folder: Path, good: str) -> None:
    replace(content_folder, ITEM, "第二十五条", good)
    assert findings(content_folder) == ()


SPEAKABLE = ["每月300元", "20000元以上", "5到10个工作日", "2026年1月31日", "150平方米", "1.5倍", "打12345"]


@pytest.mark.parametrize("good", SPEAKABLE)
def test_numbers_a_voice_can_say_pass(content_folder: Path, good: str) -> None:
    replace(content_folder, ITEM, "费用: 不收费", f"费用: {good}")
    assert findings(content_folder) == ()


def test_unreviewed_local_facts_must_be_marked(content_folder: Path) -> None:
    replace(content_folder, ITEM, "审核日期: 2026-06-01\n", "")
    line = replace(content_folder, ITEM, "窗口当场登记", "打 0576-86220000 问")
    replace(content_folder, ITEM, "样例: [地点, 时限, ", "样例: [时限, ")
    found = {(finding.rule, finding.line) for finding in findings(content_folder)}
    assert ("sample", line) in found
    assert any(rule == "sample" and where != line for rule, where in found)


def test_amounts_are_local_or_the_same_in_the_whole_country(content_folder: Path) -> None:
    replace(content_folder, ITEM, "审核日期: 2026-06-01\n", "")
    replace(content_folder, ITEM, "口播: 新生儿出生", "口播: 交二十元。新生儿出生")
    assert "sample-amount" in {finding.rule for finding in findings(content_folder)}
    replace(content_folder, ITEM, "样例: [地点", "全国标准: [口播]\n样例: [地点")
    assert "sample-amount" not in {finding.rule for finding in findings(content_folder)}


def second_item(folder: Path, title: str, question: str) -> int:
    """Add another item whose fifth question is ``question``; the line of that question."""
    text = (folder / ITEM).read_text("utf-8").replace("编号: newborn", "编号: second")
    for old, new in {
        "标题: 新生儿参加医保": f"标题: {title}",
        "别名: [新生儿医保]": "别名: [老人证]",
        "新生儿怎么上医保": "老人证哪里办",
        "刚出生的小孩医保怎么办": "老年优待怎么弄",
        "孙子刚生下来，医保去哪里弄": "坐公交免费要什么证",
        "宝宝出生多久要参保": "六十岁能办什么证",
        "娃娃的医保卡怎么办理": question,
    }.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "items" / "insurance" / "second.yaml").write_text(text, "utf-8")
    return text[: text.index(question)].count("\n") + 1


def test_two_items_that_sound_alike(content_folder: Path) -> None:
    line = second_item(content_folder, "老年优待证", "娃娃的医保卡怎么办里")
    (found,) = findings(content_folder)
    assert (found.rule, found.line, found.severity) == ("same-sound", line, Severity.ERROR)
    assert "newborn" in found.message


def test_two_items_alike_in_the_local_accent(content_folder: Path) -> None:
    line = second_item(content_folder, "老年优待证", "娃娃的医保卡怎么帮里")
    (found,) = findings(content_folder)
    assert (found.rule, found.line, found.severity) == ("near-sound", line, Severity.WARNING)


def test_a_duplicate_id_names_the_first_file(content_folder: Path) -> None:
    text = (content_folder / ITEM).read_text("utf-8")
    (content_folder / "items" / "insurance" / "zz.yaml").write_text(text, "utf-8")
    found = [finding for finding in findings(content_folder) if finding.rule == "duplicate-id"]
    assert found
    assert "newborn.yaml" in found[0].message


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ("编号: 新生儿".encode("gbk"), "encoding"),
        (b"\xef\xbb\xbf" + "编号: a".encode(), "encoding"),
        ("编号: a".encode("utf-16"), "encoding"),
        (b"\xff\x00\x01", "encoding"),
        ("编号: [a".encode(), "yaml"),
        ("编号: a\n  标题: b: c".encode(), "yaml"),
        ("- 一\n- 二".encode(), "type"),
        (b"", "type"),
        ("---\n编号: a\n---\n编号: b\n".encode(), "yaml"),
        ("问法: *x".encode(), "yaml"),
        (b"[" * 5000, "yaml"),
        (("问法:\n  - " + "问" * 4_000_000).encode(), "too-big"),
        (("标题: " + "问" * 100_000).encode(), "too-long"),
    ],
)
def test_files_that_cannot_be_read(content_folder: Path, data: bytes, rule: str) -> None:
    (content_folder / ITEM).write_bytes(data)
    found = findings(content_folder)
    assert rule in {finding.rule for finding in found}
    assert all(finding.file.endswith(".yaml") and finding.line >= 1 for finding in found)
    assert all("\n" not in str(finding) for finding in found)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("问法:\n\t- 一\n", "制表符"),
        ("编号: a: b\n", "多了一个冒号"),
        ("别名: [一, 二\n标题: 三\n", "方括号没有写完"),
        ("依据: {名称: 一\n标题: 三\n", "花括号没有写完"),
        ("标题: '一\n", "引号没有写完"),
        ("编号: a\n标题\n主题: c\n", "少了冒号"),
        ("问法:\n  - 一\n - 二\n", "对不齐"),
    ],
)
def test_what_yaml_says_is_explained(content_folder: Path, text: str, advice: str) -> None:
    (content_folder / ITEM).write_text(text, "utf-8")
    assert advice in findings(content_folder)[0].message


def test_a_gbk_file_is_called_gbk(content_folder: Path) -> None:
    (content_folder / ITEM).write_bytes("编号: a\n标题: 新生儿".encode("gbk"))
    assert "GBK" in findings(content_folder)[0].message


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("Do you mean {title}?", "Do you mean {item}?", "prompt-blanks"),
        ("您是要问{title}吗？", "您是要问{title吗？", "prompt-blanks"),
        ("您好，请说", "您好,请说", "punctuation"),
        ("您要办的事", "您要办的事，或者拨86220000", "unspeakable"),
        ("  en: Hello, please say what you need.\n", "", "missing"),
    ],
)
def test_prompts(content_folder: Path, old: str, new: str, rule: str) -> None:
    replace(content_folder, "prompts.yaml", old, new)
    assert rule in {finding.rule for finding in findings(content_folder)}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- [医保, 医疗保险]\n- [社保]\n", 2),
        ("- [医保, 医疗保险]\n- 社保\n", 2),
        ("- [医保, 医疗保险]\n- [社保, 医保]\n", 2),
        ("医保: 医疗保险\n", 1),
        ("- [医保\n", 2),
    ],
)
def test_synonyms(content_folder: Path, text: str, line: int) -> None:
    (content_folder / "synonyms.yaml").write_text("- [一, 壹]\n", "utf-8")
    assert findings(content_folder) == ()
    (content_folder / "synonyms.yaml").write_text(text, "utf-8")
    (found,) = findings(content_folder)
    assert (found.rule in ("synonyms", "yaml"), found.line) == (True, line)


def test_a_place_of_an_unknown_department(content_folder: Path) -> None:
    line = replace(content_folder, "directory/places.yaml", "部门: government", "部门: moon")
    (found,) = findings(content_folder)
    assert (found.rule, found.line) == ("unknown-department", line)


def test_no_folder_and_no_items(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="is not a folder"):
        check(tmp_path / "none", TODAY)
    with pytest.raises(ContentError, match="has no items"):
        check(tmp_path, TODAY)
