"""Which service an utterance asks for: 我要投诉, 查一下进度, 开店全套手续. Phrases and beginnings, by sound.

There is no menu: everything that is not one of these is a question. What follows a beginning (我要投诉, then 楼下施工)
is already the matter itself and is kept; a question about the matter (怎么投诉, 投诉电话是多少) stays a question.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from dialog.commands import sound
from dialog.menu import Service
from dialog.requests import RequestKind
from dialog.world import World


class Intent(msgspec.Struct, frozen=True):
    """``kind``: of a request, where that was said; ``text``: what was already said of it; ``scenario``: its id."""

    service: Service
    kind: RequestKind | None = None
    text: str = ""
    scenario: str = ""


PHRASES: dict[Service, tuple[str, ...]] = {
    Service.POLICY: ("政策查询", "查政策", "查一下政策", "我要查政策", "有什么政策"),
    Service.ASK: ("语音问答", "我要问问题"),
    Service.GUIDE: ("办事指南", "看办事指南", "看看办事指南"),
    Service.SCENARIO: ("场景导航", "一件事", "一件事一次办", "办一件事"),
    Service.FORMS: (
        *("材料打印", "打印表格", "我要打印表格", "打印材料", "打表格", "打申请表", "打印申请表", "我要表格"),
        *("打印委托书", "填表格", "我要填表"),
    ),
    Service.REQUEST: (
        *("咨询投诉建议", "我有问题要反映", "反映问题", "我要反映问题", "我想反映一个问题", "我要反映情况"),
        *("民呼我为", "我有诉求", "我要提诉求"),
    ),
    Service.SNAPSHOT: ("随手拍", "我要随手拍", "我要拍照反映", "拍照投诉"),
    Service.PROGRESS: (
        *("进度查询", "查进度", "查一下进度", "查询进度", "看看进度", "我的投诉怎么样了", "我反映的事怎么样了"),
        *("我的事办到哪里了", "查一下我的编号", "查工单", "我的事情处理了吗", "查办件", "办到哪一步了", "查一下投诉"),
    ),
    Service.INVOICE: ("电子发票", "打印发票", "打发票", "我要打印发票", "打印电子发票", "看发票"),
    Service.STUCK: (
        *("办不成事", "事情办不成", "我办不成事", "事没办成", "窗口不给办", "窗口不给我办", "跑了好几趟没办成"),
        *("办不成", "他们不给我办", "推来推去"),
    ),
    Service.NEAREST: (
        *("网点与专员", "最近的便民服务中心在哪里", "便民服务中心在哪里", "服务中心在哪里", "网点在哪里", "最近的网点"),
        *("便民服务中心几点上班", "你们几点上班", "村里的专员是谁", "帮办专员", "专员是谁", "找专员"),
    ),
    Service.OPINION: ("评价征集", "意见征集", "我要评价", "满意度评价", "我要打分", "征求意见"),
}

HELP = ("帮办代办", "帮我代办", "能不能代办", "我要代办", "上门帮办", "我走不动能上门吗", "上门办", "我要帮办")
KINDS: dict[RequestKind, tuple[str, ...]] = {
    RequestKind.CONSULT: ("我要咨询", "我想咨询", "我要咨询一个问题", "人工咨询"),
    RequestKind.COMPLAINT: ("我要投诉", "投诉", "我想投诉", "我要投诉一下"),
    RequestKind.SUGGESTION: ("我要提建议", "提建议", "我有个建议", "我想提个建议", "我要提意见", "提个意见"),
    RequestKind.REPORT: ("我要举报", "举报", "我想举报"),
}
STARTS: dict[RequestKind, tuple[str, ...]] = {
    RequestKind.COMPLAINT: ("我要投诉", "我想投诉", "我来投诉", "投诉", "我要反映", "我想反映", "反映一下"),
    RequestKind.SUGGESTION: ("我建议", "我有个建议", "我要提个建议", "我想提个建议", "提个建议"),
    RequestKind.REPORT: ("我要举报", "我想举报", "我来举报", "举报"),
}
LEAST = 3
"""Characters after a beginning that make it a matter of its own."""

_QUESTION = re.compile(r"怎么|如何|哪里|哪儿|电话|多久|流程|几天|什么|多少|[吗呢么]$|能不能|可不可以|要带")
_OWN_REQUEST = re.compile(
    r"^(我|我们|上次|上回|之前|前几天|前天|昨天|上个?月|上星期|上周).{0,8}(投诉|反映|举报|建议|咨询|工单|单子|诉求).{0,6}"
    r"(怎么样|怎样|到哪|结果|进展|进度|处理|解决|答复|回复|回音|消息|没人管)"
)
_NEW = re.compile(r"^我们?(要|想|来)(?!查|问|看|知道)")
"""``_OWN_REQUEST``: what became of something told before; 我要投诉没人管的事 (``_NEW``) is told now."""
_CENTRE = re.compile(r"^(.{2,12}?)的?(便民服务中心|服务中心|办事大厅|网点)(在哪|在什么|怎么走|地址|几点|电话|开门)")


def expected() -> tuple[str, ...]:
    """What a recogniser should expect to hear of this, each once: 查进度 alone is written 查禁都."""
    return tuple(dict.fromkeys(words for spoken in (*PHRASES.values(), HELP, *KINDS.values()) for words in spoken))


def recognise(text: str, world: World) -> Intent | None:
    """The service ``text`` asks for, or None: then it is a question."""
    bare = re.sub(r"\W", "", text)
    heard = sound(bare)
    if not heard:
        return None
    found = _whole().get(heard)
    if found is not None:
        return found
    for scenario in world.knowledge.scenarios():
        if heard in {sound(words) for words in (scenario.title, *scenario.asked)}:
            return Intent(Service.SCENARIO, scenario=scenario.id)
    if _CENTRE.match(bare):
        return Intent(Service.NEAREST, text=bare)
    if _OWN_REQUEST.match(bare) and not _NEW.match(bare):
        return Intent(Service.PROGRESS)
    return _begun(bare, heard)


@lru_cache(maxsize=1)
def _whole() -> dict[str, Intent]:
    found = {sound(words): Intent(service) for service, spoken in PHRASES.items() for words in spoken}
    found |= {sound(words): Intent(Service.REQUEST, kind) for kind, spoken in KINDS.items() for words in spoken}
    return found | {sound(words): Intent(Service.STUCK, RequestKind.HELP) for words in HELP}


def _begun(bare: str, heard: str) -> Intent | None:
    if _QUESTION.search(bare):
        return None
    for kind, starts in STARTS.items():
        for start in sorted(starts, key=len, reverse=True):
            rest = bare[len(start) :]
            if heard.startswith(f"{sound(start)} ") and len(rest) >= LEAST:
                return Intent(Service.REQUEST, kind, rest.removeprefix("一下"))
    return None
