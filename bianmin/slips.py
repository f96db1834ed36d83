"""The slips of the main job, as JSON documents for ``devices.slip``: guide, checklist, counter slip, test slip."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from content.model import Item
from content.pack import Pack

Document = dict[str, Any]


class Stamp(msgspec.Struct, frozen=True):
    """What every slip says of itself: where and when it was printed, and from which content."""

    terminal: str
    now: dt.datetime
    version: str = ""
    valid_as_of: str = ""


def guide(item: Item, pack: Pack, stamp: Stamp) -> Document:
    """The answer in list form: materials, place, time limit, fee, steps, legal basis."""
    blocks: list[Document] = [_text("便民服务终端 · 办事指南", align="center"), {"type": "heading", "text": item.title}]
    blocks += _sample_note(item)
    blocks.append({"type": "rule", "style": "double"})
    if item.audience:
        blocks += [_section("谁可以办"), _text(item.audience)]
    blocks += _materials(item)
    blocks += _places(item, pack)
    rows = [["多久办好", item.time_limit.promised], ["收费", item.fee]]
    blocks += [_section("时间和费用"), {"type": "table", "rows": rows, "widths": [1, 3]}]
    blocks += [_section("怎么办"), {"type": "list", "items": list(item.steps)}]
    if item.notes:
        blocks += [_section("请注意"), {"type": "list", "items": list(item.notes), "ordered": False}]
    blocks.append({"type": "rule", "style": "dashed"})
    blocks.append(_section("依据"))
    blocks += [_text(f"《{basis.title}》{basis.number}{basis.article}") for basis in item.basis]
    return {"title": "guide", "blocks": [*blocks, *_foot(stamp)]}


def checklist(item: Item, pack: Pack, stamp: Stamp) -> Document:
    """Only what to bring and where to go, in large type: for the bag by the door."""
    blocks: list[Document] = [_text("便民服务终端 · 材料清单", align="center"), {"type": "heading", "text": item.title}]
    blocks += _sample_note(item)
    blocks.append({"type": "rule", "style": "double"})
    blocks += _materials(item, size="large")
    blocks += _places(item, pack)
    return {"title": "checklist", "blocks": [*blocks, *_foot(stamp)]}


def counter(heard: str, stamp: Stamp) -> Document:
    """No answer was found: the question in the citizen's own words, for the person at the desk."""
    blocks = [
        _text("便民服务终端 · 窗口咨询单", align="center"),
        {"type": "heading", "text": "请到咨询窗口"},
        {"type": "rule", "style": "double"},
        _section("我想问"),
        _text(heard or "（请向工作人员说明）", size="large"),
        _text("机器没有找到合适的答案。把这张单子交给窗口工作人员，他们会帮您。"),
    ]
    return {"title": "counter", "blocks": [*blocks, *_foot(stamp)]}


def trial(stamp: Stamp, cells: int) -> Document:
    """What a technician holds against the light: width, weights, sizes, rare characters, codes, greys."""
    ruler = "".join(str(number % 10) for number in range(1, cells + 1))
    blocks = [
        {"type": "heading", "text": "打印测试"},
        _text(ruler),
        {"type": "rule"},
        _text("常规 ABCabc 0123456789 ，。；：？！《》“”…—￥％①"),
        _text("加粗 便民服务", bold=True),
        _text("大字 便民服务", size="large"),
        _text("生僻字 𠮷㛃䶮 珺龑喆堃"),
        _text("靠右", align="right"),
        {"type": "checklist", "items": ["第一项", {"text": "第二项", "note": "说明"}]},
        {
            "type": "table",
            "rows": [["项目", "结果"], ["标尺", f"{cells} 格，不折行"]],
            "widths": [1, 2],
            "header": True,
        },
        {"type": "qr", "data": "BIANMIN-TEST", "caption": "二维码能扫出 BIANMIN-TEST"},
        {"type": "barcode", "data": "BIANMIN-TEST"},
    ]
    return {"title": "test", "blocks": [*blocks, *_foot(stamp)]}


def _materials(item: Item, size: str = "normal") -> list[Document]:
    if not item.materials:
        return [_section("要带的材料"), _text("不用带材料。")]
    entries = [
        {"text": material.name, "note": "，".join(part for part in (material.copies, material.note) if part)}
        for material in item.materials
    ]
    return [
        _section(f"要带的材料（共{len(entries)}样，带一样勾一样）"),
        {"type": "checklist", "items": entries, "size": size},
    ]


def _places(item: Item, pack: Pack) -> list[Document]:
    blocks = [_section("去哪里办")]
    for identifier in item.places:
        place = pack.place(identifier)
        blocks.append(_text(place.name, bold=True))
        facts = [("地址", place.address), ("时间", place.hours), ("电话", place.phone)]
        rows = [[name, value] for name, value in facts if value]
        if rows:
            blocks.append({"type": "table", "rows": rows})
    return blocks


def _sample_note(item: Item) -> list[Document]:
    return [_text("示例内容，以窗口答复为准", align="center")] if item.sample else []


def _foot(stamp: Stamp) -> list[Document]:
    source = f"内容版本 {stamp.version}，{stamp.valid_as_of} 核对" if stamp.version else ""
    lines = [source] if source else []
    lines.append(f"打印 {stamp.now:%Y-%m-%d %H:%M}  终端 {stamp.terminal}")
    return [{"type": "rule"}, *(_text(line, align="center") for line in lines), {"type": "cut"}]


def _section(text: str) -> Document:
    return {"type": "heading", "level": 2, "text": text}


def _text(text: str, **style: object) -> Document:
    return {"type": "text", "text": text, **style}
