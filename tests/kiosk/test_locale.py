"""The English catalogue is complete, keeps every placeholder, and has nothing nobody shows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from babel.messages.pofile import read_po

from content.model import Module
from dialog.world import MODULE_NAMES
from kiosk.locale_texts import translator

KIOSK = Path(__file__).resolve().parents[2] / "kiosk"
SHOWN = [
    *sorted((KIOSK / "screens").glob("*.py")),
    KIOSK / "chrome.py",
    KIOSK / "surroundings.py",
    KIOSK / "headset.py",
]
HAN = re.compile(r"[\u4e00-\u9fff]")


def shown_strings() -> set[str]:
    """Every Chinese string constant of the screens that is a phrase, not a docstring, a pattern or a bracket."""
    found = {"English"} | {MODULE_NAMES[module] for module in Module}
    for path in SHOWN:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            text = node.value if isinstance(node, ast.Constant) and id(node) not in docs else None
            if isinstance(text, str) and (HAN.search(text) or text == "（续）"):
                found.add(text)
    return found


def catalogue() -> dict[str, str]:
    with (KIOSK / "locale" / "en.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_everything_shown_is_translated_and_nothing_else_is() -> None:
    assert shown_strings() - set(catalogue()) == set()
    assert set(catalogue()) - shown_strings() == set()


def test_placeholders_survive() -> None:
    for chinese, english in catalogue().items():
        assert set(re.findall(r"{\w+}", chinese)) == set(re.findall(r"{\w+}", english)), chinese


def test_translating_both_ways() -> None:
    assert translator("en")("返回") == "Back"
    assert translator("zh")("返回") == "返回"
    assert translator("en")("没有这一条") == "没有这一条"
