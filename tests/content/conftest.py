"""A small content folder that passes every check, to be broken by the tests one thing at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

NEWBORN = """\
编号: newborn
标题: 新生儿参加医保
模块: 医保社保
主题: 社会保险
分类: 参保登记
别名: [新生儿医保]
问法:
  - 新生儿怎么上医保
  - 刚出生的小孩医保怎么办
  - 孙子刚生下来，医保去哪里弄
  - 宝宝出生多久要参保
  - 娃娃的医保卡怎么办理
口播: 新生儿出生九十天内参保，从出生那天起就能报销。带上户口簿，到便民服务中心办。当场就能办好。
材料:
  - {名称: 新生儿户口簿, 份数: 原件}
  - 监护人身份证
地点: [town-centre]
时限: {承诺: 当场办结}
费用: 不收费
步骤:
  - 带齐材料到医保窗口取号
  - 窗口当场登记
依据:
  - {名称: 中华人民共和国社会保险法, 条款: 第二十五条}
有效期起: 2026-01-01
有效期至: 2027-12-31
审核日期: 2026-06-01
样例: [地点, 时限, 材料, 费用]
"""

PLACES = """\
- 编号: town-centre
  名称: 便民服务中心
  部门: government
  时间: 工作日上午九点到下午五点
  样例: 是
"""

DEPARTMENTS = """\
- {编号: government, 名称: 政务服务办, 职责: 便民服务中心的运行, 样例: 是}
"""

PROMPTS = """\
greeting:
  zh: 您好，请说您要办的事。
  en: Hello, please say what you need.
did_you_mean:
  zh: 您是要问{title}吗？
  en: Do you mean {title}?
"""

PACK = """\
编号: testing
名称: 测试知识包
版本: 2026.11.22
日期: 2026-11-22
样例: 是
"""


@pytest.fixture
def content_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "testing"
    for name, text in {
        "pack.yaml": PACK,
        "items/insurance/newborn.yaml": NEWBORN,
        "directory/places.yaml": PLACES,
        "directory/departments.yaml": DEPARTMENTS,
        "prompts.yaml": PROMPTS,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
