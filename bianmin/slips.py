"""The technician's slips, for ``devices.slip``. Slips for citizens are content (``content.slips``).

They are code, because a terminal whose pack is broken must still be able to print what is wrong with it.
"""

from __future__ import annotations

from typing import Any

from content.slips import Stamp

Document = dict[str, Any]


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


def diagnostics(stamp: Stamp, rows: list[tuple[str, str, str]], health: str) -> Document:
    """How every device is: (name, state, what to do); ``health``: numbers for the fleet as JSON, in a QR code."""
    blocks: list[Document] = [
        {"type": "heading", "text": "终端自检"},
        {"type": "table", "header": True, "rows": [["设备", "状态"], *([name, state] for name, state, _ in rows)]},
    ]
    advice = [f"{name}: {text}" for name, _, text in rows if text]
    if advice:
        blocks += [{"type": "heading", "level": 2, "text": "请处理"}, {"type": "list", "items": advice}]
    blocks.append({"type": "qr", "data": health, "caption": "健康数据"})
    return {"title": "diagnostics", "blocks": [*blocks, *_foot(stamp)]}


def _foot(stamp: Stamp) -> list[Document]:
    line = f"打印 {stamp.printed:%Y-%m-%d %H:%M}  终端 {stamp.terminal}"
    return [{"type": "rule"}, _text(line, align="center"), {"type": "cut"}]


def _text(text: str, **style: object) -> Document:
    return {"type": "text", "text": text, **style}
