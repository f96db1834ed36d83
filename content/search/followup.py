"""Follow-up questions: 那要多少钱 after an item means that item, and one of its fields.

A follow-up says nothing but what it wants to know. What is left of it without filler and without the words for a field
must be empty; a question that names a matter of its own is a new question.
"""

from __future__ import annotations

import re
from typing import Literal

Focus = Literal["", "materials", "places", "time_limit", "fee", "steps", "basis", "audience", "all"]

_KIN = "爷爷|奶奶|外公|外婆|爸爸|妈妈|爸妈|儿子|女儿|媳妇|女婿|老公|老婆|老伴|家里人|家人|亲戚|邻居|朋友|别人|村里人"

_FIELDS: tuple[tuple[Focus, str], ...] = (
    (
        "audience",
        rf"(?:{_KIN})(?:可以|可不可以|能|能不能|行不行)?(?:帮|替|代)?[我他她]?(?:代办|代领|去办|来办|办|去领|领)",
    ),
    ("fee", r"多少钱|几块钱|几多钱|要钱|花钱|付钱|交钱|收钱|免费|收费|费用|工本费|价钱|贵不贵|要交多少|交多少"),
    (
        "materials",
        r"带什么|带啥|带哪些|带点什么|要什么材料|什么材料|哪些材料|啥材料|材料|什么东西|哪些东西|什么证件|哪些证件|"
        r"准备什么|准备啥|准备哪些|什么手续|要不要带|带身份证|带户口本|复印件|照片",
    ),
    (
        "places",
        r"在哪里|在哪儿|在哪|去哪里|去哪儿|去哪|到哪里|到哪|上哪儿|上哪|哪里|哪儿|什么地方|啥地方|哪个窗口|几号窗口|"
        r"地址|地点|怎么走|怎么去|什么部门|哪个部门|找谁|网上能办|网上可以|能不能网上|手机上|几点上班|几点下班|上班时间|"
        r"什么时候上班|周末|星期六|星期天|电话号码|电话多少|联系电话|电话",
    ),
    (
        "time_limit",
        r"多长时间|多少时间|多少天|多久|几天|几个工作日|要等|什么时候能好|什么时候好|什么时候能拿|什么时候拿|当天|"
        r"当场|马上能|时限|拿到",
    ),
    ("basis", r"依据|什么规定|哪条规定|哪个规定|法律|政策文件|文件"),
    (
        "audience",
        r"什么人能|什么人可以|谁能|谁可以|什么条件|哪些条件|条件|符合|我能不能|资格|可以代办|能代办|代办|别人",
    ),
    ("steps", r"怎么弄|怎么办理|怎么办|怎么申请|怎么操作|流程|步骤|程序|第一步|先干什么|先做什么|先去"),
    ("all", r"再说一遍|再讲一遍|再念一遍|重复一遍|没听清|没听见|没听懂|说慢点|详细|具体"),
)

_FILLER = re.compile(
    r"那么|那个|这个|那|这|它|呢|啊|呀|吧|吗|嘛|哦|噢|嗯|呃|请问|问一下|我想问|我问|麻烦|还有|然后|另外|一共|总共|大概|"
    r"大约|需要|要不要|要|得|办理|去办|来办|办好|办完|办|我们|我|您|你|的|了|是|会|能|可以|有|个|件|事情|事|又|就|都|还|该|"
    r"应该|一下|下来|下|收|交|用|到底|究竟|什么|怎么|哪些|多少|去|到|在|来|给|做|弄|拿"
)


def focus_of(words: str) -> Focus:
    """The field a follow-up asks for, or "" when the words are a question of their own. ``words``: no punctuation."""
    if not 1 < len(words) <= 20:
        return ""
    for focus, pattern in _FIELDS:
        rest, found = re.subn(pattern, "", words)
        if found and not without_filler(rest):
            return focus
    return ""


def without_filler(words: str) -> str:
    """What a question is about: the words without filler and without words for a field. May be empty."""
    for _, pattern in _FIELDS:
        words = re.sub(pattern, "", words)
    return _FILLER.sub("", words)
