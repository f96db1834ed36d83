"""Independent callers: scenarios for sipp (Debian's sip-tester), written from a list of what the caller does.

run(Script("12345", (Wait(1.0), Play(packets), Wait(8.0))), "127.0.0.1:5060", folder)
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ivr.proving import rtp

PROGRAM = "sipp"

_TRIES = 4
"""A media port may be taken between looking and using it."""


class Wait(msgspec.Struct, frozen=True):
    seconds: float


class Play(msgspec.Struct, frozen=True):
    """Send these packets at their own times; goes on with the script at once. ``name``: of the capture file."""

    name: str
    packets: Sequence[rtp.Packet]


class Info(msgspec.Struct, frozen=True):
    """A key as SIP INFO (application/dtmf-relay)."""

    key: str
    milliseconds: int = 160


class CallOver(msgspec.Struct, frozen=True):
    """The line hangs up by itself."""

    within: float = 30.0


class Stay(msgspec.Struct, frozen=True):
    """Stay for so many seconds, or until the line says goodbye and hangs up. The last of a caller's actions."""

    seconds: float


Action = Wait | Play | Info | CallOver | Stay


class Result(msgspec.Struct, frozen=True):
    """``succeeded`` and ``failed`` calls; ``output``: sipp's own words."""

    succeeded: int
    failed: int
    output: str


class SippMissingError(RuntimeError):
    """sipp is not installed."""

    def __init__(self) -> None:
        super().__init__("sipp is not installed; run: apt-get install sip-tester")


_INVITE = """INVITE sip:{user}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:13800000000@[local_ip]:[local_port]>;tag=[pid]T[call_number]
To: <sip:{user}@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:13800000000@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=caller 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[local_ip_type] [local_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=sendrecv
"""
_IN_DIALOG = """{method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:13800000000@[local_ip]:[local_port]>;tag=[pid]T[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: {number} {method}
Max-Forwards: 70
"""


def scenario(user: str, actions: Sequence[Action], folder: Path, refused: int = 0, hesitation: float = 0.0) -> str:
    """The XML of one caller; packet files are written into ``folder``. ``refused``: the answer expected instead;
    ``hesitation``: at most so many seconds before dialling, by chance."""
    steps = [f'<pause distribution="uniform" min="0" max="{round(hesitation * 1000)}"/>'] if hesitation else []
    steps += [_send(_INVITE.format(user=user), 'retrans="500"')]
    steps += [f'<recv response="{code}" optional="true"/>' for code in (100, 180, 183)]
    if refused:
        steps += [f'<recv response="{refused}" rtd="true"/>', _send(_ack())]
        return _document(steps)
    steps += ['<recv response="200" rtd="true" rrs="true"/>', _send(_ack())]
    number, over = 2, False
    for action in actions:
        match action:
            case Wait(seconds):
                steps.append(f'<pause milliseconds="{round(seconds * 1000)}"/>')
            case Play(name, packets):
                path = folder / f"{name}.pcap"
                rtp.write_capture(path, packets)
                steps.append(f'<nop><action><exec play_pcap_audio="{path}"/></action></nop>')
            case Info(key, milliseconds):
                steps += [_send(_info(number, key, milliseconds), 'retrans="500"'), '<recv response="200"/>']
                number += 1
            case CallOver(within):
                steps.append(f'<recv request="BYE" timeout="{round(within * 1000)}"/>')
                steps.append(_send(_OK))
                over = True
            case Stay(seconds):
                steps.append(f'<recv request="BYE" timeout="{round(seconds * 1000)}" ontimeout="{_STAYED}"/>')
                steps += [_send(_OK, f'next="{_PARTED}"'), f'<label id="{_STAYED}"/>']
    if not over:
        bye = _IN_DIALOG.format(method="BYE", number=number) + "Content-Length: 0\n\n"
        steps += [_send(bye, 'retrans="500"'), '<recv response="200"/>', f'<label id="{_PARTED}"/>']
    return _document(steps)


_STAYED, _PARTED = 1, 2
"""Places in the script: the caller hangs up; somebody has."""


_OK = """SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

"""


def run(
    user: str,
    actions: Sequence[Action],
    target: str,
    folder: Path,
    *,
    calls: int = 1,
    at_once: int = 1,
    rate: float = 10.0,
    refused: int = 0,
    hesitation: float = 0.0,
    patience: float = 120.0,
    name: str = "caller",
) -> Result:
    """Play ``actions`` in ``calls`` calls against ``target`` (host:port). Raises ``SippMissingError``."""
    if shutil.which(PROGRAM) is None:
        raise SippMissingError
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / f"{name}.xml"
    script.write_text(scenario(user, actions, folder, refused, hesitation), encoding="utf-8")
    for _ in range(_TRIES):
        ports = ["-p", str(free_port()), "-mp", str(free_port(4 * at_once))]
        done = _sipp([target, "-sf", str(script), *ports, "-m", str(calls), "-l", str(at_once)], rate, patience, folder)
        if "Address already in use" not in done.output:
            break
    return done


def _sipp(arguments: list[str], rate: float, patience: float, folder: Path) -> Result:
    command = [PROGRAM, *arguments, "-i", "127.0.0.1", "-mi", "127.0.0.1", "-r", f"{rate:g}", "-nostdin"]
    command += ["-timeout", f"{patience:.0f}", "-timeout_error"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, cwd=folder)
    return Result(_count(done.stdout, "Successful call"), _count(done.stdout, "Failed call"), done.stdout + done.stderr)


def free_port(span: int = 1) -> int:
    """A UDP port nobody uses now (even, with ``span`` more above it that are probably free)."""
    for _ in range(64):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1]) // 2 * 2
        if port + span < 65000:
            return port
    raise OSError("no free UDP port was found")


def _send(message: str, attributes: str = "") -> str:
    return f"<send {attributes}><![CDATA[\n\n{message}\n]]></send>"


def _ack() -> str:
    return _IN_DIALOG.format(method="ACK", number=1) + "Content-Length: 0\n\n"


def _info(number: int, key: str, milliseconds: int) -> str:
    head = _IN_DIALOG.format(method="INFO", number=number)
    body = f"Signal={key}\nDuration={milliseconds}\n"
    return f"{head}Content-Type: application/dtmf-relay\nContent-Length: [len]\n\n{body}"


def _document(steps: Sequence[str]) -> str:
    body = "\n".join(steps)
    return f'<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="caller">\n{body}\n</scenario>\n'


def _count(output: str, label: str) -> int:
    found = [line for line in output.splitlines() if label in line]
    if not found:
        return 0
    return int(found[-1].split("|")[2].strip() or 0)
