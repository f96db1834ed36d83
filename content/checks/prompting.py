"""The fixed sentences of the program: speakable, well punctuated, with the same blanks in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from content.checks.speaking import unspeakable
from content.checks.wording import LONGEST_SENTENCE, punctuation
from content.findings import Finding, Severity
from content.model import Prompt
from content.sentences import split_sentences
from content.source import Source

_BLANK = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def blanks(text: str) -> tuple[str, ...]:
    """The names of a text's ``{name}`` blanks, sorted."""
    return tuple(sorted(_BLANK.findall(text)))


def prompts(source: Source) -> Iterator[Finding]:
    for entry in source.prompts:
        record = entry.record
        if not isinstance(record, Prompt):
            continue
        file, texts = entry.document.file, record.texts
        if len({blanks(text) for text in texts.values() if text}) > 1:
            line = entry.document.line(record.id)
            yield Finding(file, line, "prompt-blanks", f"“{record.id}”各语言的花括号空格不一样")
        for language, text in texts.items():
            line = entry.document.line(record.id, language)
            wrong = [name for name in blanks(text) if not _NAME.fullmatch(name)]
            if wrong or len(re.findall(r"[{}]", text)) != 2 * len(blanks(text)):
                yield Finding(file, line, "prompt-blanks", f"“{record.id}”的花括号写错了")
        chinese = _BLANK.sub("某某", texts.get("zh", ""))
        line = entry.document.line(record.id, "zh")
        if problem := punctuation(chinese):
            yield Finding(file, line, "punctuation", f"“{record.id}”{problem}")
        if problem := unspeakable(chinese):
            yield Finding(file, line, "unspeakable", f"“{record.id}”里{problem}")
        for sentence in split_sentences(chinese):
            if len(sentence) > LONGEST_SENTENCE:
                message = f"“{record.id}”有一句{len(sentence)}个字，听不住：{sentence[:12]}……"
                yield Finding(file, line, "long-sentence", message, Severity.WARNING)
