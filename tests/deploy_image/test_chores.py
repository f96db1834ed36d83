"""What the staff area may ask of the system: a closed set, and whatever goes wrong is the answer."""

import datetime as dt
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy_image import chores, filesystem
from deploy_image.chores import Chore, Done, Machine
from deploy_image.errors import ImageError
from deploy_image.slots import Slot

SLOTS = (Slot("A", True, True, False, True), Slot("B", False, True, False, False))
OPENED = dt.datetime(2026, 11, 22, 12, 30)


class Root:
    """The programs that root would run."""

    def __init__(self, folder: Path) -> None:
        self.ran: list[str] = []
        self.help, self.refuses = False, ""
        (folder / "release").write_text("VERSION=2\nPROFILE=kiosk-portrait\nBUILT=x\n")
        (folder / "health.json").write_text('{"good":false,"reasons":["speech: nothing was heard"],"seen":[]}')
        (folder / "stick").mkdir()
        (folder / "ca").touch()
        self.machine = Machine(
            self.run, lambda: SLOTS, folder / "release", folder / "health.json", folder / "stick", folder / "ca", folder
        )

    def run(self, command: Sequence[str]) -> str:
        words = " ".join(map(str, command))
        if "show" in command:
            stamp = f"ActiveEnterTimestamp=@{OPENED.timestamp():.0f}\n"
            return f"ActiveState=active\n{stamp}" if self.help else "ActiveState=inactive\n"
        if self.refuses and self.refuses in words:
            raise ImageError("rauc failed (1): LastError: signature verification failed")
        self.ran.append(words)
        self.help = self.help or "start bianmin-ssh" in words
        return ""

    def ask(self, chore: str) -> Done:
        said: list[Done] = []

        def say(done: Done) -> None:
            said.append(done)
            self.ran.append("(said)")

        chores.serve(f'{{"chore":"{chore}"}}\n'.encode(), self.machine, say)
        (done,) = said
        return done


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


def test_the_state_says_what_runs_and_what_speaks_against_it(root: Root) -> None:
    (root.machine.stick / "kiosk-3.raucb").touch()
    told = root.ask("state").state
    assert (told.version, told.systems, told.health) == ("2", SLOTS, False)
    assert told.against == ("speech: nothing was heard",)
    assert told.bundles == ("kiosk-3.raucb",)
    assert told.help_until == ""
    assert root.ran == ["(said)"]


def test_an_update_is_the_one_bundle_on_the_stick(root: Root) -> None:
    assert "no bundle" in root.ask("update").error
    (root.machine.stick / "3.raucb").touch()
    assert root.ask("update").error == ""
    install = f"rauc install {root.machine.stick / '3.raucb'}"
    assert root.ran == ["(said)", install, "(said)", "systemctl --no-block reboot"]
    (root.machine.stick / "4.raucb").touch()
    assert "more than one" in root.ask("update").error
    assert root.ran.count(install) == 1


def test_a_bundle_that_is_refused_restarts_nothing(root: Root) -> None:
    (root.machine.stick / "3.raucb").touch()
    root.refuses = "rauc install"
    assert "signature" in root.ask("update").error
    assert root.ran == ["(said)"]


def test_remote_help_says_when_it_ends_and_needs_the_citys_authority(root: Root) -> None:
    assert root.ask("help-on").state.help_until == "14:30"
    root.machine.ssh_ca.unlink()
    assert "certificate authority" in root.ask("help-on").error
    assert root.ran == ["systemctl start bianmin-ssh.service", "(said)", "(said)"]


@pytest.mark.parametrize("chore", [chore for chore in Chore if chore not in (Chore.CHECK, Chore.UPDATE)])
def test_every_chore_is_carried_out(root: Root, chore: Chore) -> None:
    assert root.ask(chore.value).error == ""


@pytest.mark.parametrize("chore", [Chore.UPDATE, Chore.RESTART, Chore.POWER_OFF, Chore.ERASE])
def test_the_answer_is_out_before_the_system_ends(root: Root, chore: Chore) -> None:
    """The restart took the answer with it, and the screen told the staff that the system had not answered."""
    (root.machine.stick / "3.raucb").touch()
    root.ask(chore.value)
    assert root.ran[-2] == "(said)"
    assert root.ran[-1].startswith("systemctl --no-block ")


def test_a_restart_does_not_depend_on_knowing_the_state(root: Root) -> None:
    root.machine.release.unlink()
    assert "not started from a terminal image" in root.ask("restart").error
    assert root.ran[-1] == "systemctl --no-block reboot"


@given(st.binary(max_size=200))
def test_anything_else_is_refused_and_does_nothing(data: bytes) -> None:
    said: list[Done] = []
    chores.serve(data, Machine(), said.append)
    assert [done.error for done in said] == ["this is no chore"]


def test_elsewhere_it_is_said(tmp_path: Path) -> None:
    said: list[Done] = []
    chores.serve(b'{"chore":"state"}', Machine(release=tmp_path / "none"), said.append)
    assert "not started from a terminal image" in said[0].error


def test_the_sum_of_a_slot_is_that_of_the_build_whatever_lies_behind_it(root: Root, tmp_path: Path) -> None:
    """A partition is larger than the system in it: its sum over everything matched no build."""
    built, slot = tmp_path / "root.ext4", tmp_path / "root-a"
    subprocess.run(["/sbin/mke2fs", "-q", "-F", "-t", "ext4", built, "8M"], check=True)
    slot.write_bytes(built.read_bytes() + b"an older system" * 1_000)
    from deploy_image.build import sha256

    assert filesystem.length(slot) == built.stat().st_size
    assert root.ask("check").state.sum == filesystem.digest(slot) == sha256(built)
    slot.write_bytes(built.read_bytes()[:-1])
    assert "shorter" in root.ask("check").error
    slot.write_bytes(b"x")
    assert "holds no system" in root.ask("check").error
