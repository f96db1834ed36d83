"""Danger said aloud: the emergency number is named at once, before any search."""

from __future__ import annotations

import re

_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("danger.fire", re.compile(r"(着火了|起火了|失火了|着火啦|煤气泄漏|燃气泄漏|房子烧)")),
    (
        "danger.medical",
        re.compile(
            r"(晕倒了|昏倒了|没有呼吸|没呼吸了|心脏病发|流血不止|流了好多血|喘不上气|不省人事|叫救护车|摔倒起不来|喝了农药)"
        ),
    ),
    (
        "danger.police",
        re.compile(
            r"(救命|有人打我|要杀[我人他她]|要打死|被打了|抢劫|抢了我|有人持刀|不想活|想自杀|要跳楼|正在被骗|家暴)"
        ),
    ),
)
_ASKING = re.compile(r"(怎么办理|补贴|证明|报销|赔偿|材料|申请|多少钱|救助金)")


def danger(text: str) -> str | None:
    """The prompt to say when ``text`` tells of danger, else None. Asking for benefits afterwards is not danger."""
    if _ASKING.search(text):
        return None
    for prompt, pattern in _SIGNS:
        if pattern.search(text):
            return prompt
    return None
