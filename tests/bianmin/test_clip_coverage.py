"""Whether a pack has the sound of what it says is counted as the speaker would find it, and a lack is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from bianmin.clip_coverage import Sounds, coverage, sounds
from content import build
from content.pack import Pack
from speech.sentences import split_sentences

STARTER = Path(__file__).resolve().parents[2] / "content" / "wenling"
WITHOUT = frozenset({"请再说一遍，慢一点没关系。", "您的编号是"})


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The starter pack with the clips of all its sentences but two."""
    out = tmp_path_factory.mktemp("clips") / "clips.pack"

    def clip(sentence: str) -> bytes | None:
        return None if sentence in WITHOUT else sentence.encode()

    build.build(STARTER, out, clips=clip, voice="zf_xiaobei", split=split_sentences)
    return Pack.open(out)


def test_what_has_no_clip_is_named_and_nothing_else(pack: Pack) -> None:
    found = coverage(pack)
    assert set(found.missing) == WITHOUT
    assert found.sentences - found.clips == 2
    assert found.prompts - found.prompt_clips == 1
    assert found.prompts > 300


def test_a_sentence_to_be_filled_in_starts_with_a_clip_or_is_live(pack: Pack) -> None:
    begins = {opening.prompt: opening.sounds for opening in coverage(pack).openings}
    assert begins["filing.number"] is Sounds.LIVE
    assert begins["filing.code"] is Sounds.LEAD_IN


def test_clips_of_another_voice_do_not_count(pack: Pack) -> None:
    assert coverage(pack, "zm_yunxi").clips == 0


def test_any_text_is_told_as_the_speaker_would_say_it() -> None:
    clips = {"您好。", "您的编号是"}
    assert sounds("您好。您的编号是三三一。谢谢。", clips.__contains__) == (
        ("您好。", Sounds.CLIP),
        ("您的编号是三三一。", Sounds.LEAD_IN),
        ("谢谢。", Sounds.LIVE),
    )
