"""A telephone that knows Replaces (RFC 3891) and REFER (RFC 3515), as small as can be: SIP over UDP, no sound in it.

It shares nothing with the line's SIP stack, so what the two agree on is the standard. It answers every call, follows
every REFER, and lets a call with a matching Replaces take the place of the one it names.

    with Telephone("clerk") as clerk:
        clerk.wait("called"); clerk.press("1")

What happens to it can be waited for: "called", "answered" (its own call was), "held", "referred", "replaced",
"confirmed" (whoever called or held got the answer), "accepted" (a key was), "ended".
"""

from __future__ import annotations

import queue
import re
import secrets
from urllib.parse import unquote

import msgspec

from ivr.proving.udp import UdpEnd

PATIENCE = 120.0
"""Seconds; only ends a wait in vain."""


class Message(msgspec.Struct, frozen=True):
    """``head``: header lines as received, lower-case name first."""

    first: str
    head: tuple[tuple[str, str], ...]
    body: str = ""

    def all(self, name: str) -> list[str]:
        return [value for own, value in self.head if own == name]

    def one(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def method(self) -> str:
        return self.first.partition(" ")[0]


_SHORT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "r": "refer-to", "l": "content-length"}


def read(data: bytes) -> Message:
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    pairs = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return Message(first, tuple((_SHORT.get(name, name), value) for name, value in pairs), body)


def tag_of(value: str) -> str:
    found = re.search(r";\s*tag=([^;\s>]+)", value)
    return found[1] if found else ""


def uri_of(value: str) -> str:
    found = re.search(r"<([^>]+)>", value)
    return found[1] if found else value.partition(";")[0].strip()


def _transaction(message: Message) -> tuple[str, str]:
    """Which transaction a request belongs to (RFC 3261, 17.2.3): the branch of its first Via, and its method."""
    found = re.search(r"branch=([^;,\s]+)", message.one("via"))
    return found[1] if found else "", message.method


class Dialog(msgspec.Struct):
    """``local`` and ``remote``: the From and To of our requests in it, with tags; ``target``: where they go;
    ``acknowledged``: the number of the last INVITE of ours whose answer was."""

    call: str
    local: str
    remote: str
    target: str
    number: int = 1
    acknowledged: int = 0
    referred: Dialog | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.call, tag_of(self.local), tag_of(self.remote)


class Telephone(UdpEnd):
    """``media``: the port its sound is said to be at; by default one that nobody reads. ``port``: its own."""

    def __init__(self, name: str, media: int = 9, port: int = 0) -> None:
        super().__init__(name, port)
        self._socket.settimeout(0.1)
        self._name, self._media = name, media
        self.peer = 0
        """The port of the other end's sound, once a call of ours was answered."""
        self._dialogs: dict[str, Dialog] = {}
        self._events: queue.Queue[str] = queue.Queue()
        self._replied: dict[tuple[str, str], tuple[bytes, tuple[str, int]]] = {}
        self.replaces = ""
        """The Replaces of the last REFER, unescaped."""

    @property
    def address(self) -> str:
        return f"sip:{self._name}@127.0.0.1:{self.port}"

    def wait(self, event: str, seconds: float = PATIENCE) -> None:
        """Until it has happened. Raises ``queue.Empty`` when nothing happens for so long."""
        while self._events.get(timeout=seconds) != event:
            continue

    def dial(self, uri: str, replaces: str = "", referred: Dialog | None = None) -> None:
        dialog = Dialog(secrets.token_hex(8), f"<{self.address}>;tag={secrets.token_hex(4)}", f"<{uri}>", uri)
        dialog.referred = referred
        self._dialogs[dialog.call] = dialog
        extra = f"Replaces: {replaces}\r\n" if replaces else ""
        self._request(dialog, "INVITE", extra, self._sound(), "application/sdp")

    def hang_up(self) -> None:
        """The latest call."""
        if self._dialogs:
            self._request(self._dialogs.popitem()[1], "BYE")

    def press(self, key: str) -> None:
        """As SIP INFO, in the latest call."""
        dialog = list(self._dialogs.values())[-1]
        self._request(dialog, "INFO", "", f"Signal={key}\r\nDuration=160\r\n", "application/dtmf-relay")

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                message = read(self._socket.recv(65_535))
            except TimeoutError:
                continue
            dialog = self._dialogs.get(message.one("call-id"))
            if message.first.startswith("SIP/2.0 "):
                if dialog is not None:
                    self._answered(message, dialog)
            elif (known := self._replied.get(_transaction(message))) is not None:
                self._socket.sendto(*known)  # asked again, for our reply took long: nothing happens twice
            else:
                self._asked(message, dialog)

    def _answered(self, message: Message, dialog: Dialog) -> None:
        code = message.first.split(" ")[1]
        if code == "200" and message.one("cseq").endswith("INFO"):
            self._events.put("accepted")
        if not message.one("cseq").endswith("INVITE") or code.startswith("1"):
            return
        dialog.remote = message.one("to")
        if code == "200":
            dialog.target = uri_of(message.one("contact"))
            sound = re.search(r"m=audio (\d+)", message.body)
            self.peer = int(sound[1]) if sound else 0
        number, dialog.number = dialog.number, int(message.one("cseq").split()[0])
        self._request(dialog, "ACK")
        again, dialog.acknowledged = dialog.number == dialog.acknowledged, dialog.number
        dialog.number = number
        if again:
            return
        if dialog.referred is not None:
            self._notify(dialog.referred, message.first, "terminated;reason=noresource")
        self._events.put("answered")

    def _asked(self, message: Message, dialog: Dialog | None) -> None:
        match message.method:
            case "INVITE" if dialog is None:
                self._called(message)
            case "INVITE":
                self._reply(message, "200 OK", self._sound())
                self._events.put("held")
            case "REFER" if dialog is not None:
                self._reply(message, "202 Accepted")
                self._notify(dialog, "SIP/2.0 100 Trying", "active;expires=60")
                target, _, extra = uri_of(message.one("refer-to")).partition("?")
                found = re.search(r"(?i)Replaces=([^&]+)", extra)
                self.replaces = unquote(found[1]) if found else ""
                self._events.put("referred")
                self.dial(target, self.replaces, dialog)
            case "BYE":
                self._reply(message, "200 OK")
                self._dialogs.pop(message.one("call-id"), None)
                self._events.put("ended")
            case "ACK":
                self._events.put("confirmed")
            case _:
                self._reply(message, "200 OK")

    def _called(self, message: Message) -> None:
        """A new call, or one that takes the place of another of ours."""
        old = None
        if message.one("replaces"):
            call, *tags = (part.strip() for part in message.one("replaces").split(";"))
            named = dict(tag.split("=", 1) for tag in tags if "=" in tag)
            wanted = call, named.get("to-tag", ""), named.get("from-tag", "")
            old = next((one for one in self._dialogs.values() if one.key == wanted), None)
            if old is None:
                self._reply(message, "481 Call Does Not Exist")
                return
        local = f"{message.one('to')};tag={secrets.token_hex(4)}"
        call = message.one("call-id")
        self._dialogs[call] = Dialog(call, local, message.one("from"), uri_of(message.one("contact")))
        self._reply(message, "200 OK", self._sound(), local)
        if old is not None:
            self._request(old, "BYE")
            self._dialogs.pop(old.call)
        self._events.put("replaced" if old is not None else "called")

    def _notify(self, dialog: Dialog, result: str, state: str) -> None:
        extra = f"Event: refer\r\nSubscription-State: {state}\r\n"
        self._request(dialog, "NOTIFY", extra, f"{result}\r\n", "message/sipfrag;version=2.0")

    def _request(self, dialog: Dialog, method: str, extra: str = "", body: str = "", kind: str = "") -> None:
        if method != "ACK":
            dialog.number += 1
        lines = [
            f"{method} {dialog.target} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{secrets.token_hex(6)};rport",
            f"From: {dialog.local}",
            f"To: {dialog.remote}",
            f"Call-ID: {dialog.call}",
            f"CSeq: {dialog.number} {method}",
            *self._common(),
            "Max-Forwards: 70",
        ]
        found = re.search(r"@?([0-9.]+):([0-9]+)", dialog.target)
        assert found is not None
        self._send(lines, extra, body, kind, (found[1], int(found[2])))

    def _reply(self, message: Message, status: str, body: str = "", to: str = "") -> None:
        lines = [f"SIP/2.0 {status}", *(f"Via: {via}" for via in message.all("via"))]
        lines += [f"From: {message.one('from')}", f"To: {to or message.one('to')}"]
        lines += [f"Call-ID: {message.one('call-id')}", f"CSeq: {message.one('cseq')}", *self._common()]
        found = re.search(r"UDP ([0-9.]+):([0-9]+)", message.one("via"))
        assert found is not None
        asker = found[1], int(found[2])
        self._replied[_transaction(message)] = (
            self._send(lines, "", body, "application/sdp" if body else "", asker),
            asker,
        )

    def _common(self) -> list[str]:
        allowed = "Allow: INVITE, ACK, BYE, CANCEL, INFO, NOTIFY, OPTIONS, REFER"
        return [f"Contact: <{self.address}>", "Supported: replaces", allowed]

    def _send(self, lines: list[str], extra: str, body: str, kind: str, to: tuple[str, int]) -> bytes:
        head = [*lines, *([f"Content-Type: {kind}"] if kind else []), f"Content-Length: {len(body.encode())}"]
        message = ("\r\n".join(head) + f"\r\n{extra}\r\n{body}").encode()
        self._socket.sendto(message, to)
        return message

    def _sound(self) -> str:
        """An offer or answer of A-law."""
        media = f"m=audio {self._media} RTP/AVP 8 101"
        lines = ("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", media)
        more = ("a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000", "a=sendrecv")
        return "\r\n".join((*lines, *more, ""))
