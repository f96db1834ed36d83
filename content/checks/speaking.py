"""What a voice cannot say: amounts, dates, telephone and article numbers in forms a synthesiser reads wrongly.

The voice reads most Arabic numerals as quantities. So a long number that is a name is written in Chinese digits (the
public service numbers 12345, 12333 ... are known to the voice), and dates, ranges and units in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from content.authoring import SourceItem
from content.checks.fields import SPOKEN_KEYS, at, texts
from content.findings import Finding

_RULES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"https?://|www\.|[\w.]+@[\w.]+"), "网址读不出来", "改成说法，例如“浙里办”"),
    (re.compile(r"\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?"), "日期读不准", "写成“2026年1月31日”"),
    (re.compile(r"[￥¥$€]"), "金额符号读不出来", "写成“40元”"),
    (re.compile(r"\d{1,3}(,\d{3})+"), "数字里的逗号会断句", "写成“1500元”或“一千五百元”"),
    (re.compile(r"\d+\.\d{3,}|\d+\.\d*0元"), "小数读不准", "写成“三百二十元五角”这样的说法"),
    (re.compile(r"0\d{2,3}[-－ ]\d{7,8}|(?<!\d)1[3-9]\d{9}(?!\d)"), "电话号码会读成一个大数", "用汉字一个一个写"),
    (
        re.compile(r"(?<![\d.])(?!(?:12|95)\d{3}(?!\d))\d{5,}(?!\d|元|人|户|件|平方|公里|吨|米|\.)"),
        "这个数字会读成几万几千",
        "号码请用汉字一个一个写",
    ),
    (re.compile(r"\d\s*[-－~～—]+\s*\d"), "区间读不出来", "写成“5到10个”"),
    (re.compile(r"[㎡㎥㎏℃‰§№]|\d\s*(kg|cm|mm|km|m2|m²)\b"), "符号读不出来", "写成汉字，例如“平方米”"),
    (re.compile(r"\d\s*[/／]\s*(\d|[年月日天人次])|[<>≥≤=＝＞＜]"), "符号读不出来", "写成“每年”“大于”这样的说法"),
    (re.compile(r"[A-Za-z]{12,}"), "这个外文词读不出来", "换成中文说法"),
    (re.compile(r"[\U0001f000-\U0001faff☎✓★●■→]"), "图形符号读不出来", "请删掉"),
)

_NUMERAL = r"[零〇一二三四五六七八九十百千0-9]+"
_PART = rf"第{_NUMERAL}(编|分编|章|节|条|款|项|目|点|部分)(之{_NUMERAL})?"
_ARTICLE = re.compile(rf"({_PART})+(([、和至]|以及)({_PART})+)*|附件{_NUMERAL}?|全文")


def unspeakable(text: str) -> str:
    """Why a voice would stumble over ``text`` and what to write instead, or an empty string."""
    for pattern, problem, advice in _RULES:
        if found := pattern.search(text):
            return f"“{found.group()}”{problem}，{advice}"
    return ""


def numbers(entry: SourceItem) -> Iterator[Finding]:
    """Numbers, signs and foreign words in the fields that are read aloud."""
    for path, text in texts(entry.item):
        if path[0] in SPOKEN_KEYS and (problem := unspeakable(text)):
            yield at(entry, path, "unspeakable", f"“{path[0]}”里{problem}")


def article_numbers(entry: SourceItem) -> Iterator[Finding]:
    """Articles are written as they are said: 第二十五条第一款."""
    for index, basis in enumerate(entry.item.basis):
        if basis.article and not _ARTICLE.fullmatch(basis.article):
            message = f"条款“{basis.article}”读不出来，写成“第二十五条”或“第十条第二款、第十二条”"
            yield at(entry, ("依据", index, "条款"), "article-number", message)


RULES = (numbers, article_numbers)
