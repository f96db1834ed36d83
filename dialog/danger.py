"""Danger said aloud: the emergency number is named at once, before any search."""

from __future__ import annotations

import re

_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "danger.fire",
        re.compile(
            r"(着火[了啦]|起火了|失火了|房子烧|(家里?|房子|厨房|房间|阳台|楼上|楼下|隔壁|车子?)着火"
            r"|(煤气|燃气|天然气|液化气).{0,2}(泄漏|泄露|漏了|在漏|漏气)|漏煤气)"
        ),
    ),
    (
        "danger.medical",
        re.compile(
            r"([晕昏](倒|过去)了|昏迷了|昏迷不醒|没有呼吸|没呼吸了|心脏病[发犯]|流血不止|血止不住|流了好多血|[喘透]不[上过]气"
            r"|不省人事|叫.{0,3}救护车|摔.{0,5}起不来|喝了农药|煤气中毒|触电了|噎住了|(人|孩子|小孩|娃)掉[到进]?(河|井|水|池塘)里|口吐白沫)"
        ),
    ),
    (
        "danger.police",
        re.compile(
            r"(救命(?![的钱恩之生])|(有人|他们?|她|老公|丈夫|男人|坏人).{0,2}[在要来]?打我|要杀[我人他她]|杀人了|砍人|打死我|要打死"
            r"|被打了|被抢了|抢劫(?!罪|犯|者|案)|抢了我|持刀|拿刀|不想活|想自杀|要自杀|要跳[楼河]|正在被骗|家暴"
            r"|被绑架|撬我?家?的?门|跟踪我)"
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
