"""What the recogniser is told to expect comes from the pack and from the synonyms of its search."""

from __future__ import annotations

from pathlib import Path

from content.pack import Pack
from content.search.vocabulary import vocabulary
from speech.lexicon import Lexicon


def test_everyday_words_are_expected_beside_titles(starter_pack: Path) -> None:
    words = vocabulary(Pack.open(starter_pack))
    assert {"医保", "异地就医备案", "身份证丢了怎么补办"} <= set(words)
    assert len(words) == len(set(words))


def test_insurance_is_not_heard_as_a_bag(starter_pack: Path) -> None:
    """医保 and 一包 sound alike but for the tone; 刚出生医保要怎么上 was written 一包."""
    lexicon = Lexicon(vocabulary(Pack.open(starter_pack)))
    heard = ["gang1", "chu1", "sheng1", "yi1", "bao3", "yao4", "zen3", "me5", "shang4"]
    assert lexicon.read(heard)[0].text == "刚出生医保要怎么上"
