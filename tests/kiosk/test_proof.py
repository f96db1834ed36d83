"""What runs on a terminal, as one text: signed, readable, and refused when a letter of it was changed."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from bianmin import proof, settings
from bianmin.filing import layout
from bianmin.settings import Settings
from content.pack import Pack
from offline_cache.files import Disk
from offline_cache.identity import Identity

AT = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path))
    assert settings.home() == tmp_path
    return tmp_path


def test_a_signed_statement_is_checked_and_a_changed_one_refused(home: Path, starter_pack: Path) -> None:
    Identity.load_or_make(Disk(), layout().identity)
    stated = proof.statement(Settings(), Pack.open(starter_pack), AT)
    text = proof.to_text(stated)
    assert proof.from_text(text) == stated
    assert stated.pack_hash == proof.file_hash(starter_pack)
    forged = text.replace(stated.pack_hash[:12], "0" * 12)
    with pytest.raises(proof.ProofError, match="signature"):
        proof.from_text(forged)


def test_before_enrolment_nothing_is_signed(home: Path, starter_pack: Path) -> None:
    stated = proof.statement(Settings(), Pack.open(starter_pack), AT)
    assert stated.signature == ""
    assert proof.from_text(proof.to_text(stated)) == stated


@pytest.mark.parametrize("text", ["", "bianmin-proof:", "bianmin-proof:[1]", "http://x", "bianmin-proof:" + "9" * 5000])
def test_anything_else_is_one_clear_line(text: str) -> None:
    with pytest.raises(proof.ProofError):
        proof.from_text(text)


def test_it_fits_into_a_code(home: Path, starter_pack: Path) -> None:
    Identity.load_or_make(Disk(), layout().identity)
    assert len(proof.to_text(proof.statement(Settings(), Pack.open(starter_pack), AT)).encode()) < 1_000


def test_the_pin_is_set_from_the_command_line(home: Path) -> None:
    command = [sys.executable, "-m", "bianmin", "kiosk", "pin", "--json"]
    root = Path(__file__).resolve().parents[2]
    environment = {"BIANMIN_HOME": str(home), "PYTHONPATH": f"{root}:{root}/offline-cache:{root}/deploy-image"}
    bad = subprocess.run(command, input="123456\n", capture_output=True, text=True, env=environment, check=False)
    assert bad.returncode == 1
    assert "guessed" in bad.stderr
    good = subprocess.run(command, input="271828\n", capture_output=True, text=True, env=environment, check=False)
    assert good.returncode == 0, good.stderr
    assert (home / "staff" / "pin").exists()
