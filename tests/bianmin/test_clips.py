"""Rendering goes on where it stopped, leaves no half clip, and says what could not be spoken."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bianmin.clips import ClipStore, for_folder, render
from bianmin.settings import Settings
from speech.clips import decode
from speech.synthesis_process import ProcessSynthesiser

HERE = Path(__file__).resolve()
SENTENCES = ("您好。", "请再说一遍。", "要带走，请按打印。")


@pytest.fixture(scope="module")
def path() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, str(HERE.parents[1] / "speech")])
        yield


def tones() -> ProcessSynthesiser:
    return ProcessSynthesiser("tone_renderer:make", voices=("tone",), spare=False)


def no_worker() -> ProcessSynthesiser:
    raise AssertionError("nothing was left to render")


def test_every_sentence_is_rendered_once(path: None, tmp_path: Path) -> None:
    store, seen = ClipStore(tmp_path, "tone"), []
    assert render(SENTENCES, store, tones, lambda *step: seen.append(step)) == {}
    assert seen[-1] == ("clips", 3, 3)
    for sentence in SENTENCES:
        encoded = store.read(sentence)
        assert encoded is not None
        assert decode(encoded).seconds == pytest.approx(len(sentence) / 10 / 0.9, abs=0.02)
    assert render(SENTENCES, store, no_worker) == {}
    assert not list(tmp_path.rglob("*.part"))


def test_a_damaged_clip_is_rendered_again(path: None, tmp_path: Path) -> None:
    store = ClipStore(tmp_path, "tone")
    render(SENTENCES[:1], store, tones)
    store.path(SENTENCES[0]).write_bytes(b"not sound")
    assert render(SENTENCES[:1], store, tones) == {}
    assert store.read(SENTENCES[0]) is not None


def test_one_that_cannot_be_spoken_does_not_stop_the_others(path: None, tmp_path: Path) -> None:
    store = ClipStore(tmp_path, "tone")
    failed = render((*SENTENCES, "错"), store, tones)
    assert list(failed) == ["错"]
    assert all(store.read(sentence) for sentence in SENTENCES)


def test_another_voice_is_another_clip(tmp_path: Path) -> None:
    assert ClipStore(tmp_path, "a").path("您好。") != ClipStore(tmp_path, "b").path("您好。")


def test_without_a_model_the_pack_has_no_clips_and_the_user_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bianmin.clips.kokoro_directory", lambda: None)
    sound = for_folder(tmp_path, "all", Settings(), lambda step, done, total: None)
    assert sound.clips == {}
    assert "bianmin models fetch" in sound.notes[0]
