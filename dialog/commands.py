"""Words that steer the conversation at any time: 人工, 再说一遍, 慢一点, 打印 ...

An utterance is a command only as a whole: 打印 is one, 打印机坏了怎么办 is a question. Matching is by sound (pinyin
without tones), because a recogniser may write 人工 as 仁公.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

from dialog.acts import Choice
from dialog.events import Key

SPOKEN: dict[Key, tuple[str, ...]] = {
    Key.HUMAN: (
        "人工",
        "转人工",
        "人工服务",
        "找人工",
        "找个人",
        "叫人来",
        "找工作人员",
        "我要找人",
        "叫个人来",
        "转人工服务",
        "我要人工",
        "接人工",
        "不跟机器说",
    ),
    Key.REPEAT: (
        "再说一遍",
        "再讲一遍",
        "再来一遍",
        "重复一遍",
        "没听清",
        "没听清楚",
        "你说什么",
        "什么",
        "再说一次",
        "听不清",
    ),
    Key.SLOWER: ("慢一点", "慢点", "说慢一点", "说慢点", "讲慢点", "太快了", "慢一点说"),
    Key.FASTER: ("快一点", "快点", "说快一点", "说快点", "太慢了"),
    Key.LOUDER: ("大声一点", "大声点", "声音大一点", "声音大点", "响一点", "听不见", "说大声点"),
    Key.QUIETER: ("小声一点", "小声点", "声音小一点", "声音小点", "轻一点", "太吵了"),
    Key.BACK: ("返回", "上一步", "回去", "后退"),
    Key.HOME: ("回到首页", "首页", "重新开始", "从头开始", "重新来"),
    Key.PRINT: ("打印", "打印出来", "打一张", "打出来", "帮我打印", "要打印", "给我打一张", "打印一下", "打印带走"),
    Key.CANCEL: (*("取消", "算了", "不办了", "不交了", "不弄了", "退出", "先不办了", "不要了", "不投诉了", "取消吧"),),
    Key.SERVICES: ("有哪些服务", "能办什么", "你会什么", "能做什么", "服务菜单", "所有服务", "你能帮我做什么"),
    Key.NEXT: ("说完了", "就这些", "就这样", "下一步", "继续", "写好了", "没有别的了", "接着来"),
    Key.TYPE: ("我来写", "填表", "填好再打", "我要填", "填写", "打字"),
    Key.RECORD: ("留言", "我要留言", "录音", "语音留言", "我要录音"),
    Key.RESUME: ("下次再办", "以后再办", "换个地方办", "用电话接着办", "回家再办", "改天再办"),
    Key.CONTINUE: ("接着办", "接着上次办", "接着上次的办", "继续上次的", "我有六位数", "输入六位数", "接着办上次的"),
    Key.SKIP: ("跳过", "不说了", "不留", "不留了", "不想说", "不填", "不写", "不用填"),
    Key.MATERIALS: ("材料", "材料清单", "要材料清单", "要什么材料", "听材料", "带什么", "要带什么"),
    Key.YES: (
        *("是", "是的", "对", "对的", "好", "好的", "嗯", "可以", "要", "要的"),
        *("很对", "对对", "对对对", "是对的", "是这样", "没错", "好好"),
    ),
    Key.NO: ("不是", "不对", "不要", "不", "错了", "不用"),
    Key.CORRECT: ("听错了", "你听错了", "我不是说这个", "不是这个", "都不是", "都不对", "改一改", "要改", "改一下"),
    Key.MORE: ("还有", "再问一件", "再问一个", "我还要问", "问别的", "换一个", "还有一个问题"),
    Key.STAY: ("我还在", "在的", "等一下", "等等", "还在"),
    Key.FINISH: (
        "没有了",
        "办完了",
        "好了",
        "谢谢",
        "谢谢你",
        "再见",
        "不用了",
        "结束",
        "没了",
        "好了谢谢",
        "知道了",
        "行了",
        "挂了",
    ),
}
"""Key -> whole utterances that mean it."""

JUDGEMENTS = ("太快了", "太慢了", "太吵了", "听不见", "听不清", "没听清", "没听清楚")
"""Commands that are no order but say how something is: where words are asked for, they are the words."""

_POLITE = re.compile(
    r"^(?:请|麻烦(?:你|您)?|帮我|给我|我要|我想|你|您|那|就)*(.*?)(?:吧|啊|呀|呢|哦|嘛|了|一下|好吗|可以吗|行吗|谢谢(?:你|您)?)*$"
)
_STARS = {
    5: ("非常满意", "很满意"),
    4: ("满意", "比较满意"),
    3: ("基本满意", "一般", "还行"),
    2: ("不满意",),
    1: ("非常不满意", "很不满意"),
}
_NUMBERS = "一二三四五六七八九"


SHORTEST_EXPECTED = 2
"""Characters of a word that a recogniser is told to expect: a single one would turn up in every sentence."""


def expected() -> tuple[str, ...]:
    """The words that steer, for the recogniser: it hears best what it was told of."""
    spoken = (*SPOKEN.values(), *_STARS.values())
    return tuple(dict.fromkeys(word for words in spoken for word in words if len(word) >= SHORTEST_EXPECTED))


@lru_cache(maxsize=2048)
def sound(text: str) -> str:
    """``text`` as toneless syllables joined by spaces, without punctuation."""
    return " ".join(lazy_pinyin(re.sub(r"\W", "", text)))


_BY_SOUND = {sound(words): key for key, spoken in SPOKEN.items() for words in spoken}
_JUDGEMENTS_BY_SOUND = frozenset(map(sound, JUDGEMENTS))
_STARS_BY_SOUND = {sound(words): stars for stars, spoken in _STARS.items() for words in spoken}


def command(text: str) -> Key | None:
    """The command this whole utterance is, or None. Polite words around it do not matter."""
    found = _BY_SOUND.get(sound(text))
    if found is not None:
        return found
    core = _POLITE.match(re.sub(r"\W", "", text))
    return _BY_SOUND.get(sound(core.group(1))) if core and core.group(1) else None


def is_judgement(text: str) -> bool:
    """Whether this utterance, which may be a command, says how something is (太慢了)."""
    return sound(text) in _JUDGEMENTS_BY_SOUND


def stars(text: str) -> int | None:
    """The rating this utterance is: 非常满意, 三, 五分 ..., or None."""
    bare = re.sub(r"\W", "", text)
    found = _STARS_BY_SOUND.get(sound(bare))
    if found is not None:
        return found
    number = ordinal(bare.removesuffix("分").removesuffix("颗星").removesuffix("星"))
    return number if number is not None and number <= 5 else None


def ordinal(text: str) -> int | None:
    """1 for 第一个, 一, 第一, 1, up to twelve; None when the utterance is not a bare number."""
    bare = re.sub(r"\W", "", text)
    match = re.fullmatch(r"(?:选|要|是)?第?(十[一二]?|1[0-2]|[一二两三四五六七八九1-9])(?:个|项|条|种|样|号)?", bare)
    if match is None:
        return None
    digit = match.group(1).replace("两", "二")
    if digit.startswith("十"):
        return 10 + (_NUMBERS.index(digit[1]) + 1 if len(digit) > 1 else 0)
    return int(digit) if digit.isdigit() else _NUMBERS.index(digit) + 1


def spoken_choice(text: str, choices: tuple[Choice, ...]) -> Choice | None:
    """The one choice that was said: by its number, or by words that occur, in sound, in exactly one label."""
    number = ordinal(text)
    if number is not None:
        return choices[number - 1] if number <= len(choices) else None
    heard = sound(text)
    if not heard:
        return None
    named = [choice for choice in choices if f" {heard} " in f" {sound(choice.label)} " or sound(choice.label) in heard]
    return named[0] if len(named) == 1 else None
