"""What an utterance is to the turn under way: agreement while listening, a second thought, or a question of its own."""

from __future__ import annotations

from dialog import commands
from dialog.events import Event, Heard
from speech.recognition import Hypothesis

_AGREEMENT = frozenset(("嗯", "哦", "噢", "啊", "好", "好的", "对", "是", "是的", "对的", "嗯嗯", "好好"))


def is_agreement(text: str) -> bool:
    """Said while listening (a backchannel); the answer goes on."""
    return "".join(character for character in text if character.isalnum()) in _AGREEMENT


def may_go_on(text: str, before: Event) -> bool:
    """Whether ``text`` can be the rest of what was said in ``before``: a command never is."""
    return isinstance(before, Heard) and commands.command(text) is None


def heard(hypothesis: Hypothesis, before: Event | None = None) -> Heard:
    """The event of an utterance; with ``before``, of both together: the caller had only paused for breath."""
    text, pinyin, sure = hypothesis.text, hypothesis.pinyin, hypothesis.confidence
    if not isinstance(before, Heard):
        return Heard(text, pinyin, sure, hypothesis.nbest)
    return Heard(before.text + text, (*before.pinyin, *pinyin), min(before.confidence, sure))
