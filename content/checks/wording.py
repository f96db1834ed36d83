"""How an item is written: punctuation, width, sentences short enough to follow by ear."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from content.authoring import SourceItem
from content.checks.fields import at, texts
from content.findings import Finding, Severity
from content.sentences import split_sentences

LONGEST_SENTENCE = 45
"""Characters: ten seconds at the slow default rate, the most an old listener holds at once."""
LONGEST_CLAUSE = 26
LONGEST_SPOKEN = 160
LONGEST_TITLE = 24

_MARKS = "，。、；：？！"
_DOUBLED = re.compile(rf"[{_MARKS}]{{2,}}|[,.;:?!]{{2,}}|[{_MARKS}][,.;:?!]|[,.;:?!][{_MARKS}]|…{{3,}}")
_HAN = r"[\u3400-\u9fff\U00020000-\U0003ffff]"
_HALF_WIDTH = re.compile(rf"(?<={_HAN})\s?[,;:?!()](?!\d)|[,;:?!()](?={_HAN})|(?<={_HAN})\.(?!\w)")
_FULL_WIDTH = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u3000]")
_BLANK = re.compile(rf"(?<={_HAN}) +(?={_HAN})")
_CLAUSE = re.compile(r"[，、；：。？！]")
_BRACKETS = {"（": "）", "《": "》", "“": "”", "「": "」", "【": "】", "〔": "〕"}


def punctuation(text: str) -> str:
    """What is wrong with the punctuation of a Chinese text, or an empty string."""
    if found := _DOUBLED.search(text):
        return f"标点重复了：“{found.group()}”"
    if found := _HALF_WIDTH.search(text):
        return f"中文里要用全角标点，不要用“{found.group().strip()}”"
    if found := _FULL_WIDTH.search(text):
        return f"数字和字母要用半角，不要用“{found.group()}”"
    if _BLANK.search(text):
        return "汉字之间不要有空格"
    if not _balanced(text):
        return "括号或引号不成对"
    return ""


def marks(entry: SourceItem) -> Iterator[Finding]:
    """Doubled, half-width and unpaired punctuation."""
    for path, text in texts(entry.item):
        if path[0] == "依据":  # the blank between two issuing bodies belongs to the document's name
            text = text.replace(" ", "")
        if problem := punctuation(text):
            yield at(entry, path, "punctuation", f"“{path[0]}”{problem}")


def sentence_length(entry: SourceItem) -> Iterator[Finding]:
    """The spoken answer is short: each sentence, each clause and the whole."""
    spoken = entry.item.spoken
    for sentence in split_sentences(spoken):
        if len(sentence) > LONGEST_SENTENCE:
            message = f"这句{len(sentence)}个字，太长听不住（最多{LONGEST_SENTENCE}个）：{sentence[:12]}……"
            yield at(entry, ("口播",), "long-sentence", message)
        for clause in _CLAUSE.split(sentence):
            if len(clause) > LONGEST_CLAUSE:
                message = f"中间没有停顿的一段有{len(clause)}个字，最好加逗号：{clause[:12]}……"
                yield at(entry, ("口播",), "long-clause", message, Severity.WARNING)
    if len(spoken) > LONGEST_SPOKEN:
        yield at(
            entry, ("口播",), "long-spoken", f"“口播”有{len(spoken)}个字，最多{LONGEST_SPOKEN}个，细节放进材料和步骤"
        )


def spoken_end(entry: SourceItem) -> Iterator[Finding]:
    """The spoken answer ends as a sentence, so that the voice falls."""
    spoken = entry.item.spoken
    if spoken and spoken[-1] not in "。！？":
        yield at(entry, ("口播",), "punctuation", "“口播”最后要有句号")


def title_length(entry: SourceItem) -> Iterator[Finding]:
    """A title fits a button."""
    if len(entry.item.title) > LONGEST_TITLE:
        message = f"标题有{len(entry.item.title)}个字，最好不超过{LONGEST_TITLE}个"
        yield at(entry, ("标题",), "long-title", message, Severity.WARNING)


def traditional(entry: SourceItem) -> Iterator[Finding]:
    """Simplified characters only (what citizens type may be traditional; the search folds it)."""
    whole = "\n".join(text for _, text in texts(entry.item))
    if _converter().convert(whole) == whole:  # nearly always: one conversion instead of forty
        return
    for path, text in texts(entry.item):
        folded = _converter().convert(text)
        if folded != text:
            wrong = "".join(old for old, new in zip(text, folded, strict=False) if old != new)
            yield at(entry, path, "traditional", f"有繁体字或异体字“{wrong}”，请改成简体", Severity.WARNING)


def _balanced(text: str) -> bool:
    waiting = []
    closing = set(_BRACKETS.values())
    for character in text:
        if character in _BRACKETS:
            waiting.append(_BRACKETS[character])
        elif character in closing and (not waiting or waiting.pop() != character):
            return False
    return not waiting


@functools.cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


RULES = (marks, sentence_length, spoken_end, title_length, traditional)
