"""Independent softphones (Debian's baresip): a call over TLS with SRTP; clerks who are rung, briefed, connected."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from ivr.proving import sipp
from ivr.proving.softphone import Softphone
from ivr.proving.telephone import Telephone
from ivr.settings import People

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    shutil.which("baresip") is None or shutil.which("openssl") is None,
    reason="needs the Debian packages baresip-core and openssl",
)


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    own = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), *sys.path))}
    running = subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, env=own, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert "ready" in running.stdout.readline()
    try:
        yield running
    finally:
        running.terminate()
        running.wait(10)


def told(running: subprocess.Popen[str]) -> dict[str, object]:
    assert running.stdout is not None
    line: dict[str, object] = json.loads(running.stdout.readline())
    return line


def certificate(folder: Path) -> Path:
    key, own, both = folder / "key.pem", folder / "own.pem", folder / "both.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*make, "-keyout", str(key), "-out", str(own)], check=True, capture_output=True)
    both.write_bytes(own.read_bytes() + key.read_bytes())
    return both


def test_a_call_over_tls_with_mandatory_srtp(tmp_path: Path) -> None:
    port = sipp.free_port(4)
    with (
        program("ivr.proving.key_echo", str(port), str(sipp.free_port(200)), str(certificate(tmp_path))) as line,
        Softphone(tmp_path / "phone", "caller", secure=True) as phone,
    ):
        phone.dial(f"sip:12345@127.0.0.1:{port + 1};transport=tls")
        assert phone.wait("CALL_ESTABLISHED", "CALL_CLOSED")["type"] == "CALL_ESTABLISHED"
        phone.wait("CALL_RTCP", "CALL_RTPESTAB")
        phone.press("5")
        assert told(line) == {"call": 1, "pressed": "5"}
        phone.hang_up()
        assert told(line) == {"call": 1, "keys": "5"}


@contextmanager
def handing(
    tmp_path: Path, way: Literal["attended", "conference", "blind"]
) -> Iterator[tuple[subprocess.Popen[str], Softphone, Softphone]]:
    """A line, its caller and a clerk who has been rung."""
    port = sipp.free_port(4)
    with (
        Softphone(tmp_path / "clerk", "clerk", answers=True) as clerk,
        Softphone(tmp_path / "caller", "caller") as caller,
    ):
        people = msgspec.json.encode(People(desk=clerk.address, way=way, ring=120.0, accept=120.0)).decode()
        with program("tests.ivr.transfer_line", "127.0.0.1", str(port), str(sipp.free_port(100)), people) as line:
            caller.dial(f"sip:12345@127.0.0.1:{port}")
            caller.wait("CALL_ESTABLISHED")
            clerk.wait("CALL_ESTABLISHED")
            yield line, caller, clerk


def test_a_telephone_that_cannot_be_connected_directly_talks_to_the_clerk_through_us(tmp_path: Path) -> None:
    """This softphone does not know Replaces (RFC 3891), as many do not."""
    with handing(tmp_path, "attended") as (line, _, clerk):
        clerk.wait("CALL_RTCP")  # sound flows both ways by now
        clerk.press("1")
        clerk.wait("CALL_RTCP")
        clerk.hang_up()
        assert told(line) == {"type": "transferred", "reached": True}


def test_a_clerk_who_declines_leads_back_to_the_dialog(tmp_path: Path) -> None:
    with handing(tmp_path, "attended") as (line, _, clerk):
        clerk.wait("CALL_RTCP")
        clerk.press("2")
        assert told(line) == {"type": "transferred", "reached": False}


def test_in_a_conference_the_caller_stays_until_the_clerk_leaves(tmp_path: Path) -> None:
    with handing(tmp_path, "conference") as (line, _, clerk):
        clerk.wait("CALL_RTCP")  # sound flows both ways by now
        clerk.press("1")
        clerk.wait("CALL_RTCP")
        clerk.hang_up()
        assert told(line) == {"type": "transferred", "reached": True}


def test_blind_sends_the_caller_to_the_desk(tmp_path: Path) -> None:
    with handing(tmp_path, "blind") as (_, caller, clerk):
        direct = caller.wait("CALL_ESTABLISHED")
        assert clerk.address.partition("@")[2] in str(direct["peeruri"])


def test_a_telephone_that_knows_replaces_is_connected_directly_and_the_line_is_out(tmp_path: Path) -> None:
    port = sipp.free_port(4)
    with Telephone("clerk") as clerk, Telephone("caller") as caller:
        people = msgspec.json.encode(People(desk=clerk.address, way="attended", ring=120.0, accept=120.0)).decode()
        media = str(sipp.free_port(100))
        with program("tests.ivr.transfer_line", "127.0.0.1", str(port), media, people) as line:
            caller.dial(f"sip:12345@127.0.0.1:{port}")
            clerk.wait("confirmed")
            clerk.press("1")
            caller.wait("referred")
            assert caller.replaces.count(";") >= 2  # Call-ID and both tags
            clerk.wait("replaced")
            caller.wait("ended")
            assert told(line) == {"type": "gone"}  # nobody is on the line any more
