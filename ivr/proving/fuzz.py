"""Broken SIP and RTP on purpose: INVITEs changed at random or in known ways, scanners, random packets."""

from __future__ import annotations

import hashlib
import random
import re
import socket
from collections.abc import Iterator

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 41000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)
BAD_CONTACTS = ("<sip:>", "sip:@", "<:::>", "<sip:x@[::>", "<sip:x@127.0.0.1:99999999>", '"', "<sip:x@>;q=,", "*, *")

SCANNERS = ("friendly-scanner", "sipvicious", "sipcli/v1.8", "sundayddr", "pplsip", "smap 0.6.0")


def invite(number: int, port: int, *, to: str = "sip:12345@127.0.0.1", contact: str = "", body: str = SDP) -> str:
    """A good INVITE from 127.0.0.1:``port``, unless its parts are given."""
    contact = contact or f"<sip:x@127.0.0.1:{port}>"
    head = (
        f"INVITE {to} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKf{number}",
        f"From: <sip:x@127.0.0.1>;tag=f{number}",
        f"To: <{to}>",
        f"Call-ID: fuzz-{number}",
        "CSeq: 1 INVITE",
        f"Contact: {contact}",
        "Max-Forwards: 70",
        "Content-Type: application/sdp",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(head) + "\r\n\r\n" + body


def request(method: str, number: int, port: int, agent: str, to: str = "sip:100@127.0.0.1") -> str:
    """What a scanner sends."""
    head = (
        f"{method} {to} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKs{number};rport",
        f"From: <sip:100@127.0.0.1>;tag=s{number}",
        f"To: <{to}>",
        f"Call-ID: scan-{number}",
        f"CSeq: 1 {method}",
        f"Contact: <sip:100@127.0.0.1:{port}>",
        f"User-Agent: {agent}",
        "Max-Forwards: 70",
        "Content-Length: 0",
    )
    return "\r\n".join(head) + "\r\n\r\n"


def mutated(message: bytes, chance: random.Random) -> bytes:
    """``message`` with bytes changed, left out and put in."""
    changed = bytearray(message)
    for _ in range(chance.choice((1, 2, 5, 20))):
        place = chance.randrange(len(changed)) if changed else 0
        kind = chance.random()
        if kind < 0.5 and changed:
            changed[place] = chance.randrange(256)
        elif kind < 0.75:
            del changed[place : place + chance.randrange(1, 40)]
        else:
            changed[place:place] = chance.randbytes(chance.randrange(1, 30))
    return bytes(changed)


def broken_messages(count: int, port: int, chance: random.Random) -> Iterator[bytes]:
    """``count`` messages, a tenth of them with a Contact no stack should have to read."""
    for number in range(count):
        if number % 10 == 0:
            yield invite(number, port, contact=chance.choice(BAD_CONTACTS)).encode()
        else:
            yield mutated(invite(number, port).encode(), chance)


def random_packets(count: int, chance: random.Random) -> Iterator[bytes]:
    """Packets that may look like RTP, and may not."""
    for _ in range(count):
        body = chance.randbytes(chance.randrange(0, 220))
        yield bytes([0x80, chance.randrange(256)]) + body if chance.random() < 0.5 else body


def answers(sender: socket.socket, seconds: float = 1.0) -> list[bytes]:
    """First lines of what came back."""
    sender.settimeout(seconds)
    found = []
    try:
        while True:
            found.append(sender.recv(4096).partition(b"\r\n")[0])
    except TimeoutError:
        return found


def answer_to(sender: socket.socket, call: str, patience: float = 60.0) -> tuple[bytes, list[bytes]]:
    """The final answer to the request with Call-ID ``call``, and every other message that came before it.

    ``patience`` only ends a wait in vain: then the answer is b"".
    """
    sender.settimeout(patience)
    others: list[bytes] = []
    try:
        while True:
            message = sender.recv(65_535)
            own = re.search(rb"(?im)^(?:Call-ID|i)\s*:\s*(\S+)", message)
            final = message.startswith(b"SIP/2.0 ") and not message.startswith(b"SIP/2.0 1")
            if final and own is not None and own[1].decode(errors="replace") == call:
                return message, others
            others.append(message)
    except TimeoutError:
        return b"", others


def status(message: bytes) -> str:
    """Of an answer; "none" for none."""
    return message.split(b" ")[1].decode() if message else "none"


def signed_in(sender: socket.socket, target: tuple[str, int], own: int, password: str) -> str:
    """The answer to a call with a digest."""
    uri = f"sip:12345@{target[0]}:{target[1]}"
    number = 300 + len(password)
    sender.sendto(invite(number, own, to=uri).encode(), target)
    challenge = answer_to(sender, f"fuzz-{number}")[0].decode(errors="replace")
    fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    realm, nonce = fields["realm"], fields["nonce"]

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    response = md5(f"{md5(f'phone:{realm}:{password}')}:{nonce}:{md5(f'INVITE:{uri}')}")
    sign = f'Digest username="phone",realm="{realm}",nonce="{nonce}",uri="{uri}",response="{response}"'
    head, body = invite(number + 50, own, to=uri).split("\r\n\r\n", 1)
    sender.sendto(f"{head}\r\nProxy-Authorization: {sign}\r\n\r\n{body}".encode(), target)
    return status(answer_to(sender, f"fuzz-{number + 50}")[0])
