"""Which of the sentences a pack says have a clip, and how the others begin to sound.

    whole     高龄津贴要每年认证。          a clip: at once
    lead-in   您的编号是 | 33110012。      starts with a clip, the rest is made while that plays
    live      33110012 is not known yet.   made when it is said: its first sound takes as long as the voice needs

``coverage(pack)`` goes over everything a pack itself can say; ``sounds(text, has)`` tells for any text, as the speaker
would do it, so a test can hold every act of the dialog against it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import StrEnum

import msgspec

from content.pack import Pack
from content.spoken import lead_ins
from speech.sentences import split_sentences
from speech.speaking import lead_in

LANGUAGE = "zh"
_BLANK = re.compile(r"\{(\w+)\}")

Has = Callable[[str], bool]
"""Whether there is a clip of a sentence or of its start."""


class Sounds(StrEnum):
    """How the sound of a sentence begins."""

    CLIP = "clip"
    LEAD_IN = "lead-in"
    LIVE = "live"


class Opening(msgspec.Struct, frozen=True):
    """A sentence with blanks, of a prompt: how it begins, whatever is filled in."""

    prompt: str
    sentence: str
    sounds: Sounds


class Coverage(msgspec.Struct, frozen=True):
    """``missing``: fixed sentences without a clip, in the order of the pack; ``prompts``: fixed sentences of prompts.

    ``openings``: sentences with something to be filled in.
    """

    voice: str
    sentences: int
    missing: tuple[str, ...]
    prompts: int
    prompts_missing: tuple[str, ...]
    openings: tuple[Opening, ...]

    @property
    def clips(self) -> int:
        return self.sentences - len(self.missing)

    @property
    def prompt_clips(self) -> int:
        return self.prompts - len(self.prompts_missing)


def coverage(pack: Pack, voice: str | None = None) -> Coverage:
    """``voice``: whose clips count; without it the pack's own. A damaged clip counts as missing."""
    voice = voice or next(iter(pack.meta.voices), "")

    def has(sentence: str) -> bool:
        return bool(voice) and pack.clip_bytes(sentence, voice) is not None

    sentences = pack.spoken_sentences(split_sentences)
    missing = tuple(sentence for sentence in sentences if not has(sentence))
    lacking = frozenset(missing)
    prompts = tuple(dict.fromkeys(fixed_prompts(pack)))
    return Coverage(
        voice=voice,
        sentences=len(sentences),
        missing=missing,
        prompts=len(prompts),
        prompts_missing=tuple(sentence for sentence in prompts if sentence in lacking),
        openings=tuple(openings(pack, has)),
    )


def fixed_prompts(pack: Pack) -> Iterable[str]:
    """The sentences of the prompts that are always the same."""
    for prompt in pack.prompts():
        text = prompt.texts.get(LANGUAGE, "")
        if "{" not in text:
            yield from split_sentences(text)


def openings(pack: Pack, has: Has) -> Iterable[Opening]:
    """The sentences with blanks; one of a title or a key alone is fixed for each of the pack's and not listed."""
    for prompt in pack.prompts():
        text = prompt.texts.get(LANGUAGE, "")
        if "{" not in text or set(_BLANK.findall(text)) in ({"title"}, {"key"}):
            continue
        for sentence in split_sentences(text):
            if "{" not in sentence:
                yield Opening(prompt.id, sentence, Sounds.CLIP if has(sentence) else Sounds.LIVE)
            else:
                starts = lead_ins(sentence)
                known = bool(starts) and all(map(has, starts))
                yield Opening(prompt.id, sentence, Sounds.LEAD_IN if known else Sounds.LIVE)


def sounds(text: str, has: Has) -> tuple[tuple[str, Sounds], ...]:
    """Each sentence of ``text`` and how its sound begins."""
    return tuple((sentence, _begins(sentence, has)) for sentence in split_sentences(text))


def _begins(sentence: str, has: Has) -> Sounds:
    if has(sentence):
        return Sounds.CLIP
    return Sounds.LEAD_IN if lead_in(sentence, lambda start: has(start) or None)[0] else Sounds.LIVE
