"""Which sentences are said often enough, and always the same, to be rendered into clips ahead."""

from __future__ import annotations

import re
from collections.abc import Callable

from content.model import Item, Prompt
from content.scenario import Scenario
from content.sentences import split_sentences

SPOKEN_LANGUAGE = "zh"
KEYS = "一二三四"
"""How the keys of a telephone are named that a prompt may have a blank for, {key}: four at a time (ISO/IEC 13714)."""

_BLANK = re.compile(r"\{(\w*)\}")


def spoken_sentences(
    items: tuple[Item, ...],
    prompts: tuple[Prompt, ...],
    split: Callable[[str], tuple[str, ...]] = split_sentences,
    scenarios: tuple[Scenario, ...] = (),
) -> tuple[str, ...]:
    """Prompts without blanks, or with an item's title or a telephone's key as the only one, spoken answers, titles (of
    items for the choices 第一，新生儿参保, which are put together), scenarios' questions; of all other prompts the
    sentences without blanks, and how they start.
    """
    spoken = [prompt.texts.get(SPOKEN_LANGUAGE, "") for prompt in prompts]
    fixed = [text for text in spoken if "{" not in text]
    titled = [text for text in spoken if set(_BLANK.findall(text)) == {"title"}]
    keyed = [text for text in spoken if set(_BLANK.findall(text)) == {"key"}]
    pressed = (text.format(key=key) for text in keyed for key in KEYS)
    answers = (text for item in items for text in (*(lead.format(title=item.title) for lead in titled), item.spoken))
    titles = [item.title for item in items]
    # The start of a titled prompt too: imported items have no clip of their own, nor has a pack with prompts only.
    starts = (start for text in spoken if "{" in text and text not in keyed for start in lead_ins(text))
    asked = (text for scenario in scenarios for text in (scenario.title, *(q.text for q in scenario.questions)))
    whole = (sentence for text in (*fixed, *pressed, *answers, *titles, *asked) for sentence in split(text))
    around = (sentence for text in spoken if "{" in text for sentence in split(text) if "{" not in sentence)
    return tuple(dict.fromkeys((*starts, *whole, *around)))


def lead_ins(template: str) -> tuple[str, ...]:
    """What a prompt with blanks always starts with, so that its first sound need not wait for synthesis.

    比如：{question} gives 比如：; 第{number}，{label}。 gives 第一， to 第十，. A single character is not worth it. A
    number without 第 is that of a ticket.
    """
    counted = [template.replace("第{number}", f"第{count}") for count in "一二三四五六七八九十"]
    starts = (text.partition("{")[0] for text in dict.fromkeys(counted))
    return tuple(dict.fromkeys(start for start in starts if len(start) > 1))
