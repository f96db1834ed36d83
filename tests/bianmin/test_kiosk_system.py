"""The staff area's words for what the system answers, over a real socket."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bianmin import kiosk_system
from deploy_image.chores import Chore, Done, State, Wanted
from deploy_image.slots import Slot
from kiosk.staff.records import SystemPage, Told

GOOD = State(
    "kiosk-portrait",
    "2",
    (Slot("A", False, True, False, False), Slot("B", True, True, True, True)),
    health=False,
    against=("speech: nothing was heard",),
    bundles=("3.raucb",),
    help_until="14:30",
    sum="ab" * 32,
)


class System:
    """Answers one connection with what it was given."""

    def __init__(self, path: Path, said: bytes) -> None:
        self.path, self.asked = path, b""
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(str(path))
        self._listening.listen(1)
        self._said = said
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        line, _ = self._listening.accept()
        with line, line.makefile("rb") as lines:
            self.asked = lines.readline()
            line.sendall(self._said)
        self._listening.close()


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bm") as name:
        yield Path(name) / "chores.sock"


def test_the_state_is_said_in_the_technicians_words(path: Path) -> None:
    system = System(path, msgspec.json.encode(Done("", GOOD)) + b"\n")
    page = kiosk_system.page(path, Chore.CHECK)
    assert msgspec.json.decode(system.asked, type=Wanted).chore is Chore.CHECK
    assert isinstance(page, SystemPage)
    assert dict(page.lines) == {
        "系统": "2（kiosk-portrait）",
        "系统甲": "备用，正常",
        "系统乙": "在用，正在检查",
        "健康检查": "没有通过：听懂说话",
        "U盘上的升级包": "3.raucb",
        "远程登录": "开着，14:30自动关闭",
        "系统校验和": " ".join(["abababab"] * 8),
    }
    assert page.code == "BIANMIN-IMAGE " + "ab" * 32
    assert (page.bundles, page.help_open) == (("3.raucb",), True)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("rauc failed (1): LastError: signature verification failed: x", "不是本市签发"),
        ("rauc failed (1): Compatible mismatch: Expected a but b", "别的机型"),
        ("rauc failed (1): Pre-install handler error: Child", "不比现在的版本新"),
        ("there is more than one bundle on the stick; leave one", "不止一个"),
        ("something new", "something new"),
    ],
)
def test_a_refusal_is_a_sentence(path: Path, error: str, said: str) -> None:
    System(path, msgspec.json.encode(Done(error)) + b"\n")
    told = kiosk_system.do(Chore.UPDATE, path)
    assert not told.done
    assert said in told.text


def test_a_machine_without_the_image_says_so(path: Path) -> None:
    assert kiosk_system.page(path) == kiosk_system.do(Chore.ERASE, path) == Told(False, kiosk_system.NOT_HERE)


def test_a_system_that_hangs_up_is_no_success(path: Path) -> None:
    System(path, b"")
    assert not kiosk_system.do(Chore.RESTART, path).done


@pytest.mark.parametrize("chore", [chore for chore in Chore if chore not in (Chore.STATE, Chore.CHECK)])
def test_everything_that_can_be_done_has_its_words(path: Path, chore: Chore) -> None:
    System(path, msgspec.json.encode(Done("", GOOD)) + b"\n")
    assert kiosk_system.do(chore, path).done
