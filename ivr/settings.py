"""Every tunable number and address of the phone line, as it stands under ``[ivr]`` in settings.toml.

Light on purpose: nothing heavy is imported to read settings.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a worker listens. ``certificate``: PEM file with certificate and key; with it, TLS at ``port`` + 1."""

    host: str = "127.0.0.1"
    port: int = 5060
    rtp_first: int = 20_000
    rtp_last: int = 23_999
    certificate: str = ""


class Trunk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A registration at a provider or a switch. ``domain`` empty: none. ``interval``: seconds."""

    domain: str = ""
    user: str = ""
    password: str = ""
    auth_user: str = ""
    registrar: str = ""
    transport: Literal["udp", "tcp", "tls"] = "udp"
    interval: int = 300

    def __repr__(self) -> str:
        return f"Trunk({self.user}@{self.domain})"


class Admission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``calls``: the most at a time in one worker; ``late``: seconds the media loop may be late (worst of the last
    second) before new calls are refused: as long as the sound queued ahead lasts, for beyond it callers hear gaps;
    ``slow``: seconds of recognition and search before the same, when no recent turn was quicker."""

    calls: int = 50
    late: float = 0.4
    slow: float = 2.0


class Habits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds, and how the line takes turns.

    ``pause``: quiet that ends an utterance, at first (it is learned per caller); ``filler``: quiet after which "one
    moment" is said (1.85 s is what older callers tolerate, see docs/phone.md); ``again``: quiet after which it is said
    again; ``voice_barge_in``: speech may cut in; ``second_thought``: speech this soon after an answer began still
    belongs to the question; ``first_pause``, ``key_pause``: quiet after picking up and after a key before we speak, for
    the handset has to get to the ear; ``between_digits``: quiet after which a number being keyed in is complete.
    """

    pause: float = 0.6
    filler: float = 1.8
    again: float = 2.6
    voice_barge_in: bool = True
    second_thought: float = 0.6
    first_pause: float = 0.4
    between_digits: float = 4.0
    key_pause: float = 0.3


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Leaving a message, seconds. ``quiet``: silence that ends it; ``nothing``: the same before a word was said."""

    quiet: float = 6.0
    nothing: float = 10.0


class People(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a caller gets to a person. Seconds; SIP addresses.

    ``desk``: the service desk; empty: nobody can be reached, a message is offered. ``addresses``: other targets by
    name. ``specialist``: the policy specialist a clerk can fetch (conference only). ``way``: "blind" sends the caller
    on; "attended" briefs the clerk, then connects the two; "conference" stays in between. ``desks``: clerks called at a
    time by one worker, the others wait; ``ring``: how long a clerk's telephone rings; ``accept``: how long he may take
    to press 1; ``patience``: the longest wait in line; ``announce``: between two announcements of the place in line;
    ``offer``: wait after which a call back is offered.
    """

    desk: str = ""
    addresses: dict[str, str] = {}
    specialist: str = ""
    way: Literal["blind", "attended", "conference"] = "attended"
    desks: int = 5
    ring: float = 25.0
    accept: float = 20.0
    patience: float = 300.0
    announce: float = 30.0
    offer: float = 45.0


class Recording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Recording whole calls. Off unless ``on``; then every caller is told by ``notice``. Sealed; ``days`` are kept."""

    on: bool = False
    notice: str = "为了保证服务质量，这次通话会录音。"
    days: int = 90


class Edge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The front (Kamailio). ``domain``: what callers dial after the @, else ``host``; ``trusted``: addresses of known
    switches and trunks, which need no password; ``users``: name -> password for everybody else; ``workers``: addresses
    of workers on other machines; ``rate``: requests in two seconds from one address before it is banned for five
    minutes; ``retry_after``: seconds told to a caller who is refused. ``tls_port`` 0: no TLS.
    """

    host: str = "127.0.0.1"
    port: int = 5080
    domain: str = ""
    tls_port: int = 0
    certificate: str = ""
    key: str = ""
    trusted: tuple[str, ...] = ("127.0.0.1",)
    users: dict[str, str] = {}
    workers: tuple[str, ...] = ()
    rate: int = 60
    retry_after: int = 30

    def __repr__(self) -> str:
        return f"Edge({self.host}:{self.port})"


class IvrSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``workers``: processes, each with a SIP port of its own (``listen.port``, + 10, + 20 ...; more than one needs the
    front of docs/phone.md); ``spare``: keep one more with its models loaded, to take a dead one's place within seconds
    at the cost of its memory; ``numbers``: what may be dialled (user parts), empty: anything; ``health``: host:port of
    the health page, port 0 for none.
    """

    station: str = "0000"
    listen: Address = Address()
    trunk: Trunk = Trunk()
    workers: int = 1
    spare: bool = True
    numbers: tuple[str, ...] = ()
    admission: Admission = Admission()
    habits: Habits = Habits()
    message: Message = Message()
    people: People = People()
    edge: Edge = Edge()
    recording: Recording = Recording()
    health: str = "127.0.0.1:8045"
