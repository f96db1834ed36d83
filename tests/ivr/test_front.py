"""The front (Kamailio) with the configuration we write, alone and in front of a worker that only tells keys."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from ivr import edge
from ivr.proving import fuzz, sipp
from ivr.settings import Edge, IvrSettings
from ivr.worker import port_of

ROOT = Path(__file__).resolve().parents[2]
NEEDS = pytest.mark.skipif(
    shutil.which("kamailio") is None or shutil.which("sipp") is None,
    reason="needs the Debian packages kamailio and sip-tester",
)


def settings(port: int, worker: int, trusted: tuple[str, ...]) -> IvrSettings:
    own = IvrSettings(numbers=("12345",), edge=Edge(port=port, trusted=trusted, users={"phone": "right"}, rate=100_000))
    return replace(own, listen=replace(own.listen, port=worker))


class Front:
    """Kamailio running with our configuration."""

    def __init__(self, folder: Path, own: IvrSettings) -> None:
        self.target = ("127.0.0.1", own.edge.port)
        edge.write(folder, own, "bianmin", "/var/lib/bianmin")
        command = [
            "kamailio",
            "-DD",
            "-E",
            "-f",
            str(folder / "kamailio.cfg"),
            "-Y",
            str(folder),
            "-m",
            "32",
            "-M",
            "4",
        ]
        self.program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sender.bind(("127.0.0.1", 0))
        self.port = int(self.sender.getsockname()[1])
        self._number = 1000

    def wait(self) -> None:
        """Until it answers (a number that is not ours is refused at once); the test's limit ends a wait in vain."""
        while self.ask(to="sip:999@127.0.0.1", patience=0.2) == "none":
            assert self.program.poll() is None, "kamailio ended"

    def ask(self, to: str = "", contact: str = "", patience: float = 60.0) -> str:
        """Send an INVITE; the final status that comes back for it."""
        return fuzz.status(fuzz.answer_to(self.sender, self.invite(to, contact), patience)[0])

    def invite(self, to: str = "", contact: str = "") -> str:
        """Its Call-ID."""
        self._number += 1
        to = to or f"sip:12345@127.0.0.1:{self.target[1]}"
        self.sender.sendto(fuzz.invite(self._number, self.port, to=to, contact=contact).encode(), self.target)
        return f"fuzz-{self._number}"

    def answers_before(self, question: str) -> list[bytes]:
        """What came back before the answer to a later request with this Call-ID: to all that was sent earlier."""
        last, others = fuzz.answer_to(self.sender, question)
        assert last, "kamailio does not answer"
        return others

    def close(self) -> None:
        self.sender.close()
        self.program.terminate()
        self.program.wait(10)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The front to whom everybody is a stranger, and without any worker."""
    running = Front(tmp_path_factory.mktemp("front"), settings(sipp.free_port(), sipp.free_port(), ("192.0.2.1",)))
    running.wait()
    yield running
    running.close()


@NEEDS
def test_scanners_get_no_answer_at_all(front: Front) -> None:
    for number, agent in enumerate(fuzz.SCANNERS):
        for method in ("OPTIONS", "REGISTER", "INVITE"):
            front.sender.sendto(fuzz.request(method, number, front.port, agent).encode(), front.target)
    for number, method in enumerate(("OPTIONS", "REGISTER", "SUBSCRIBE", "MESSAGE")):
        front.sender.sendto(fuzz.request(method, 50 + number, front.port, "Telephone").encode(), front.target)
    assert front.answers_before(front.invite(to="sip:999@127.0.0.1")) == []


@NEEDS
@pytest.mark.parametrize(
    ("to", "status"),
    [("sip:00441234567@127.0.0.1", "403"), ("sip:12345@example.org", "403"), ("", "407")],
    ids=["a foreign number", "a foreign domain", "no password"],
)
def test_strangers_are_refused(front: Front, to: str, status: str) -> None:
    assert front.ask(to) == status


@NEEDS
def test_the_password_decides(front: Front) -> None:
    assert fuzz.signed_in(front.sender, front.target, front.port, "wrong") == "407"
    assert fuzz.signed_in(front.sender, front.target, front.port, "right") == "486"  # let in, and nobody is there


@NEEDS
def test_what_a_worker_could_not_stand_does_not_reach_it(front: Front) -> None:
    for contact in fuzz.BAD_CONTACTS:
        asked = front.invite(contact=contact)
        others = front.answers_before(front.invite(to="sip:999@127.0.0.1"))
        said = {fuzz.status(one) for one in others if asked.encode() in one}
        assert said <= {"400"}, contact


@NEEDS
def test_three_hundred_broken_messages_later_it_still_answers(front: Front) -> None:
    for message in fuzz.broken_messages(300, front.port, random.Random(1)):
        front.sender.sendto(message, front.target)
    assert front.ask("sip:00441234567@127.0.0.1") == "403"


@NEEDS
def test_a_known_switch_reaches_a_worker_and_hears_busy_with_a_time_when_there_is_none(tmp_path: Path) -> None:
    own = settings(sipp.free_port(), sipp.free_port(), ("127.0.0.1",))
    front = Front(tmp_path, own)
    try:
        front.wait()
        target = f"127.0.0.1:{own.edge.port}"
        refused = sipp.run("12345", (), target, tmp_path, refused=486)
        assert refused.succeeded == 1
        worker = subprocess.Popen(
            [sys.executable, "-m", "ivr.proving.key_echo", str(port_of(own, 0)), str(sipp.free_port(200))],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert worker.stdout is not None
            assert "ready" in json.loads(worker.stdout.readline())
            actions = (sipp.Wait(0.2), sipp.Info("5"), sipp.Wait(0.2))
            while sipp.run("12345", actions, target, tmp_path).failed:  # until the front has seen the worker
                assert worker.poll() is None
            words = (json.loads(line) for line in worker.stdout)
            assert next(word["keys"] for word in words if "keys" in word) == "5"
        finally:
            worker.terminate()
            worker.wait(10)
    finally:
        front.close()


def test_what_cannot_stand_in_the_configuration_is_refused(tmp_path: Path) -> None:
    bad = IvrSettings(numbers=('12345") { drop; }',))
    with pytest.raises(edge.EdgeError, match="numbers"):
        edge.write(tmp_path, bad, "bianmin", "/var/lib/bianmin")


def test_no_blank_is_left_and_no_password_is_written(tmp_path: Path) -> None:
    own = settings(5080, 5060, ("192.0.2.1",))
    for path in edge.write(tmp_path, own, "/usr/bin/bianmin", "/var/lib/bianmin"):
        text = path.read_text(encoding="utf-8")
        assert "right" not in text.replace("copyright", "")
        assert not [word for word in text.split() if word.startswith("@") and word.endswith("@") and len(word) > 2]
        assert path.stat().st_mode & 0o007 == 0
    assert edge.dispatcher(replace(own, workers=2)).splitlines() == [
        "1 sip:127.0.0.1:5060;transport=udp",
        "1 sip:127.0.0.1:5070;transport=udp",
    ]
