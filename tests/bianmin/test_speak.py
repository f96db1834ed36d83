"""``bianmin speak``: a file with sound in it, or one clear line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner

from bianmin.cli.output import CommandError
from bianmin.cli.speak import LONGEST, app
from speech.synthesis import SynthesisError
from speech.synthesis_process import ProcessSynthesiser


@pytest.fixture(autouse=True)
def tones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, str(Path(__file__).resolve().parents[1] / "speech")])

    def opened(settings: object, *, spare: bool) -> ProcessSynthesiser:
        return ProcessSynthesiser("tone_renderer:make", voices=("tone", "other"), spare=spare)

    monkeypatch.setattr("bianmin.voice.open_synthesiser", opened)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, CommandError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_a_text_becomes_a_wav_file(tmp_path: Path) -> None:
    out = tmp_path / "said.wav"
    told = json.loads(run("您好。请说。", "-o", str(out), "--rate", "1", "--json").splitlines()[-1])
    samples, rate = soundfile.read(out)
    assert told["seconds"] == pytest.approx(len(samples) / rate, abs=0.01)
    assert told["sentences"] == 2
    assert told["voice"] == "tone"


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (["", "-o", "F"], "no text", 2),
        (["  \n", "-o", "F"], "no text", 2),
        (["您好", "-o", "F", "--rate", "3"], "0.5 to 2", 2),
        (["您好", "-o", "F", "--rate", "nan"], "0.5 to 2", 2),
        (["您好", "-o", "F", "--voice", "nobody"], "tone, other", 2),
        (["您好", "-o", "/"], "is a folder", 2),
        (["您好", "-o", "/no/such/folder/f.wav"], "does not exist", 2),
        (["好" * (LONGEST + 5000), "-o", "F"], "10000 characters", 2),
        (["错", "-o", "F"], "nothing to say", 1),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(arguments: list[str], said: str, code: int, tmp_path: Path) -> None:
    out = tmp_path / "f.wav"
    with pytest.raises(CommandError, match=said) as caught:
        run(*[str(out) if argument == "F" else argument for argument in arguments])
    assert caught.value.code == code
    assert not out.exists()


def test_without_any_voice_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(settings: object, *, spare: bool) -> ProcessSynthesiser:
        raise SynthesisError("this machine has no voice: run `bianmin models fetch kokoro-82m`")

    monkeypatch.setattr("bianmin.voice.open_synthesiser", none)
    with pytest.raises(CommandError, match="models fetch"):
        run("您好", "-o", str(tmp_path / "f.wav"))
