"""The front (Kamailio) with the configuration we write, alone and in front of a worker that only tells keys."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from ivr import edge
from ivr.proving import fuzz, sipp
from ivr.proving.telephone import read
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
    """Kamailio running with our configuration. ``memory``: megabytes that its processes share."""

    def __init__(self, folder: Path, own: IvrSettings, memory: int = 32) -> None:
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
            str(memory),
            "-M",
            "4",
        ]
        nowhere = subprocess.DEVNULL
        self.program = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, start_new_session=True)
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sender.bind(("127.0.0.1", 0))
        self.port = int(self.sender.getsockname()[1])
        self._number = 1000

    def wait(self) -> None:
        """Until it answers: a number that is not ours is refused at once."""
        assert self.ask(to="sip:999@127.0.0.1") != "none", "kamailio does not answer"

    def ask(self, to: str = "", contact: str = "") -> str:
        """Send an INVITE, again while nothing comes back, as UDP demands (RFC 3261, timer A); its final status."""
        call = self.invite(to, contact)
        for wait in (0.5, 1, 2, 4, 8, 16, 32):
            answer, _ = fuzz.answer_to(self.sender, call, wait)
            if answer:
                return fuzz.status(answer)
            self._send(to, contact)
        return "none"

    def invite(self, to: str = "", contact: str = "") -> str:
        """Its Call-ID."""
        self._number += 1
        self._send(to, contact)
        return f"fuzz-{self._number}"

    def _send(self, to: str, contact: str) -> None:
        to = to or f"sip:12345@127.0.0.1:{self.target[1]}"
        self.sender.sendto(fuzz.invite(self._number, self.port, to=to, contact=contact).encode(), self.target)

    def answers_before(self, question: str) -> list[bytes]:
        """What came back before the answer to a later request with this Call-ID: to all that was sent earlier."""
        last, others = fuzz.answer_to(self.sender, question)
        assert last, "kamailio does not answer"
        return others

    def close(self) -> None:
        """Its processes too, at once: asked to end, Kamailio sometimes takes longer than ten seconds."""
        self.sender.close()
        os.killpg(self.program.pid, signal.SIGKILL)
        self.program.wait()


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


class Replier:
    """A worker in so far as the front sees it: replies to calls and to OPTIONS as it is told; counts the calls."""

    def __init__(self, port: int, options: str = "200 OK") -> None:
        self.options, self.call = options, "200 OK"
        self.calls: set[str] = set()
        self.asked: list[str] = []
        self.deaf_to = -1
        """The question how it is, counted from 0, that this worker does not answer however often it is repeated."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while data := self._socket.recv(65_535):
            message = read(data)
            if message.method == "INVITE":
                self.calls.add(message.one("call-id"))
            if message.method not in ("INVITE", "OPTIONS"):
                continue
            if message.method == "OPTIONS" and self._ignores(message.one("call-id")):
                continue
            status = self.call if message.method == "INVITE" else self.options
            lines = [f"SIP/2.0 {status}", *(f"Via: {via}" for via in message.all("via"))]
            lines += [f"From: {message.one('from')}", f"To: {message.one('to')};tag=replier"]
            lines += [f"Call-ID: {message.one('call-id')}", f"CSeq: {message.one('cseq')}", "Content-Length: 0", "", ""]
            front = int(message.all("via")[0].partition(";")[0].rpartition(":")[2])
            self._socket.sendto("\r\n".join(lines).encode(), ("127.0.0.1", front))

    def _ignores(self, question: str) -> bool:
        if question not in self.asked:
            self.asked.append(question)
        return self.asked.index(question) == self.deaf_to

    def close(self) -> None:
        own = self._socket.getsockname()
        self._socket.sendto(b"", own)
        self._thread.join()
        self._socket.close()


@contextmanager
def two_workers(folder: Path, options: str = "200 OK", memory: int = 32) -> Iterator[tuple[Front, Replier, Replier]]:
    """``options``: what the first worker says when the front asks how it is. ``memory``: the front's, in MB."""
    own = replace(settings(sipp.free_port(), sipp.free_port(12), ("127.0.0.1",)), workers=2)
    first, second = Replier(port_of(own, 0), options), Replier(port_of(own, 1))
    front = Front(folder, own, memory)
    try:
        front.wait()
        yield front, first, second
    finally:
        front.close()
        first.close()
        second.close()


@NEEDS
@pytest.mark.parametrize("refusal", ["404 Not Found", "408 Timeout", "480 Away", "486 Busy Here", "503 Overloaded"])
def test_what_one_worker_refuses_the_other_gets_and_busy_is_said_once_both_have(tmp_path: Path, refusal: str) -> None:
    with two_workers(tmp_path) as (front, first, second):
        first.call = refusal
        while not first.calls & second.calls:  # the same call at both; the test's limit ends a wait in vain
            front.ask()
        second.call = refusal
        answer, _ = fuzz.answer_to(front.sender, front.invite())
        assert fuzz.status(answer) == "486"
        assert b"\r\nRetry-After: " in answer


@NEEDS
def test_what_another_worker_could_not_do_either_is_said_as_it_is(tmp_path: Path) -> None:
    with two_workers(tmp_path) as (front, first, second):
        first.call = second.call = "488 Not Acceptable Here"
        assert front.ask() == "488"
        assert len(first.calls | second.calls) == 1


@NEEDS
def test_a_worker_that_is_still_coming_up_is_given_no_calls(tmp_path: Path) -> None:
    """Its stack answers 404 before its account is there; it would answer these calls, so only OPTIONS tells."""
    with two_workers(tmp_path, options="404 Not Found") as (front, first, second):
        given = -1
        while given < len(first.calls):  # until the front has asked it; the test's limit ends a wait in vain
            given = len(first.calls)
            answered = 0
            while answered < 2:  # they take turns: of two answered calls in a row one is the first's
                answered += front.ask() == "200"
        assert second.calls


@NEEDS
def test_workers_that_stood_still_for_a_moment_are_given_calls_all_the_same(tmp_path: Path) -> None:
    """A single question nobody answered took both workers away, and callers heard busy until the next one."""
    with two_workers(tmp_path) as (front, first, second):
        first.deaf_to = second.deaf_to = len(first.asked) + 1
        while (
            len(first.asked) <= first.deaf_to + 1
        ):  # until it is asked once more; the test's limit ends a wait in vain
            assert front.ask() == "200"
            fuzz.answer_to(front.sender, "nothing", 0.1)


@NEEDS
def test_who_calls_when_the_front_has_no_memory_left_hears_busy_too(tmp_path: Path) -> None:
    """One INVITE of 1,900 within five seconds was met with silence: it could not be passed on, and nobody said so."""
    with two_workers(tmp_path, memory=8) as (front, first, second):  # filled by some 325 refused calls
        first.call = second.call = "486 Busy Here"
        for _ in range(600):
            answer, _ = fuzz.answer_to(front.sender, front.invite())  # sent once: nothing may hang on its repetition
            assert fuzz.status(answer) == "486"


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
