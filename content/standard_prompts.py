"""The program's own words: what a pack has no prompt for is said as the starter content says it.

Program and content are updated apart. A terminal with today's program and last month's pack must not fall silent, or
fail, for want of a sentence that was written since.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from content.model import Prompt

PROMPTS = Path(__file__).parent / "wenling" / "prompts.yaml"


@cache
def standard_prompts() -> Mapping[str, Prompt]:
    """The prompts that come with the program, by id."""
    # BaseLoader: every scalar is text, as in all content.
    texts: dict[str, dict[str, str]] = yaml.load(PROMPTS.read_text("utf-8"), Loader=yaml.BaseLoader)
    return {identifier: Prompt(identifier, by_language) for identifier, by_language in texts.items()}
