"""Legs over SIP: baresip-python behind the ``Leg`` interface. The only module that knows that library.

What it takes to use it well, each learned by driving it: ``video_codecs=none``, or every answer is followed by a
re-INVITE; ``catchall`` and one user agent per transport, or calls to other user parts are refused; keys are taken at
their START; an object of a call that was cancelled is stale, which is no error; an incoming call is answered by a task,
and every such task is kept until it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Literal

import baresip
from baresip.errors import AudioNotActive, AudioRestarted
from baresip.events import Event

from ivr import urgency
from ivr.diary import LineQuality
from ivr.leg import Answered, HandedOver, HungUp, KeyPressed, KeyReleased, Leg, LegEvent, Listener
from ivr.settings import Address, Trunk

Transport = Literal["udp", "tcp", "tls"]

_TRANSFERRED = "Call transfered"
"""The library's own words (and spelling) for a leg that ended because its transfer succeeded."""

READ = 16_000
"""Bytes read at most at a time: a second."""


class BaresipLeg:
    """Implements ``Leg`` over a ``baresip.Call``."""

    def __init__(self, call: Any, spawn: Callable[[Coroutine[Any, Any, None]], None], dialled: str = "") -> None:
        self._call, self._spawn = call, spawn
        self.dialled = dialled
        self._listener: Listener = lambda event: None
        self._early: list[LegEvent] = []
        self._listening = False
        self.up = False
        self.gone = False
        call.on(self._on_event)

    @property
    def caller(self) -> str:
        return user_of(self._call.peer or "")

    @property
    def queued(self) -> int:
        try:
            return int(self._call.audio.info().tx_buffered)
        except (AudioNotActive, AudioRestarted):
            return 0

    @property
    def handle(self) -> Any:
        """The library's call, for an attended transfer."""
        return self._call

    @property
    def quality(self) -> LineQuality | None:
        stats = self._call.final_stats
        if stats is None:
            return None
        return LineQuality(
            sent=stats.tx_packets,
            received=stats.rx_packets,
            lost=stats.rx_lost,
            jitter=round(stats.rx_jitter_ms, 1),
            starved=stats.audio_tx_starved_frames,
        )

    def listen(self, listener: Listener) -> None:
        self._listener = listener
        self._listening = True
        early, self._early = self._early, []
        for event in early:
            listener(event)

    def read(self) -> bytes:
        try:
            return bytes(self._call.audio.read(READ))
        except (AudioNotActive, AudioRestarted):
            return b""

    def write(self, pcm: bytes) -> int:
        try:
            return int(self._call.audio.write(pcm))
        except (AudioNotActive, AudioRestarted):
            return 0

    def flush(self) -> None:
        with contextlib.suppress(AudioNotActive, AudioRestarted):
            self._call.audio.flush_tx()

    def answer(self) -> None:
        self._spawn(self._quietly(self._call.answer()))

    def reject(self) -> None:
        """486 Busy Here."""
        self._spawn(self._quietly(self._call.reject()))

    def hang_up(self) -> None:
        if not self.gone:
            self._spawn(self._quietly(self._call.hangup()))

    def refer(self, target: str) -> None:
        self._spawn(self._refer(self._call.transfer(target)))

    def refer_to_leg(self, other: Leg) -> None:
        if not isinstance(other, BaresipLeg):
            raise TypeError("an attended transfer connects two legs of the same line")
        self._spawn(self._refer(self._call.attended_transfer(other.handle), other.handle))

    async def _refer(self, transfer: Coroutine[Any, Any, None], consulted: Any = None) -> None:
        """An attended transfer puts both legs on hold first; where it fails they are taken off it again."""
        try:
            await transfer
        except (baresip.BaresipError, ValueError):
            if consulted is not None:
                await self._quietly(self._call.resume())
                await self._quietly(consulted.resume())
            self._tell(HandedOver(False))

    @staticmethod
    async def _quietly(action: Coroutine[Any, Any, None]) -> None:
        """A call that is gone already needs no ending; what else goes wrong ends in the call's CLOSED event."""
        with contextlib.suppress(baresip.BaresipError):
            await action

    def _on_event(self, event: Any) -> None:
        match event.event:
            case Event.CALL_ESTABLISHED:
                self.up = True
                self._tell(Answered())
            case Event.CALL_CLOSED:
                if event.text == _TRANSFERRED:
                    self._tell(HandedOver(True))
                self.gone = True
                self.up = False
                self._tell(HungUp(event.text or ""))
            case Event.CALL_DTMF_START:
                if event.text:
                    self._tell(KeyPressed(event.text))
            case Event.CALL_DTMF_END:
                self._tell(KeyReleased())

    def _tell(self, event: LegEvent) -> None:
        if self._listening:
            self._listener(event)
        else:
            self._early.append(event)


class Switch:
    """The SIP stack of one process: listens at ``address``, gives incoming legs to ``incoming``, dials.

    One a process; ``start`` and ``close`` it. ``spawn`` keeps the tasks.
    """

    def __init__(self, address: Address, trunk: Trunk | None = None, calls: int = 60) -> None:
        self._address, self._trunk, self._calls = address, trunk, calls
        self._runtime = baresip.Runtime()
        self._tasks: set[asyncio.Task[None]] = set()
        self._agent: Any = None
        self._incoming: Callable[[BaresipLeg], None] = BaresipLeg.reject
        self.registered = False
        self.died = asyncio.Event()

    async def start(self, incoming: Callable[[BaresipLeg], None]) -> None:
        """Raises ``baresip.BaresipError`` when the stack does not come up."""
        self._incoming = incoming
        self._runtime.on_dead = self.died.set
        before = urgency.threads()
        await self._runtime.start(self._config())
        urgency.go_first(urgency.threads() - before)
        address = self._address
        for transport, port in self._transports():
            account = baresip.Account(
                user="line",
                domain=f"{address.host}:{port}",
                password="",
                reg_interval=0,
                transport=transport,
                audio_codecs=("pcma", "pcmu"),
                dtmf_mode="auto",
                extra_params=("catchall=yes", "video_codecs=none", "mediaenc=srtp"),
            )
            agent = await baresip.UserAgent.create(self._runtime, account)
            agent.on_incoming(self._arrived)
            self._agent = self._agent or agent
        if self._trunk is not None and self._trunk.domain:
            await self._register(self._trunk)

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        with contextlib.suppress(baresip.BaresipError):
            await self._runtime.close()

    def dial(self, target: str) -> BaresipLeg:
        leg = _DialledLeg(target)
        self.spawn(leg.connect(self._runtime, self._agent, self.spawn))
        return leg

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _arrived(self, call: Any) -> None:
        self._incoming(BaresipLeg(call, self.spawn, user_of(call.headers.get("To", ""))))

    def _transports(self) -> list[tuple[Transport, int]]:
        address = self._address
        plain: list[tuple[Transport, int]] = [("udp", address.port), ("tcp", address.port)]
        return [*plain, ("tls", address.port + 1)] if address.certificate else plain

    def _config(self) -> Any:
        address = self._address
        listen = address.host if ":" not in address.host else f"[{address.host}]"
        lines = [
            f"sip_listen {listen}:{address.port}",
            f"rtp_ports {address.rtp_first}-{address.rtp_last}",
            "rtp_tos 184",
            "jitter_buffer_type fixed",
            "jitter_buffer_delay 1-5",
        ]
        if address.certificate:
            lines.append(f"sip_certificate {address.certificate}")
        anywhere = address.host in ("0.0.0.0", "::")
        return baresip.Config(
            net_interface=None if anywhere else address.host,
            max_concurrent_calls=self._calls,
            rtp_timeout=60,
            expose_headers=("To",),
            extra_config_text="\n".join(lines) + "\n",
        )

    async def _register(self, trunk: Trunk) -> None:
        account = baresip.Account(
            user=trunk.user,
            domain=trunk.domain,
            password=trunk.password,
            registrar=trunk.registrar or None,
            auth_user=trunk.auth_user or None,
            reg_interval=trunk.interval,
            transport=trunk.transport,
            audio_codecs=("pcma", "pcmu"),
            dtmf_mode="auto",
            extra_params=("video_codecs=none", *(("mediaenc=srtp",) if trunk.transport == "tls" else ())),
        )
        agent = await baresip.UserAgent.create(self._runtime, account)
        agent.on_incoming(self._arrived)
        self._agent = agent
        await agent.register()
        self.registered = True


class _DialledLeg(BaresipLeg):
    """A leg whose call object comes a moment later."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._call: Any = None
        self._spawn = lambda work: work.close()
        self._listener = lambda event: None
        self._early = []
        self._listening = False
        self._unwanted = False
        self.up = self.gone = False

    async def connect(self, runtime: Any, agent: Any, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        """What happens to the call before the library has made its object is lost on it (who is rung may answer in a
        millisecond, and a busy loop looks later): it is kept here and told to the object first."""
        self._spawn = spawn
        early: list[Any] = []
        keep = early.append
        runtime.subscribe(keep)
        try:
            self._call = await agent.dial(self._target)
        except (baresip.BaresipError, ValueError) as error:
            self.gone = True
            self._tell(HungUp(type(error).__name__))
            return
        finally:
            runtime.unsubscribe(keep)
        self._call.on(self._on_event)
        for event in early:
            self._call._on_stack_event(event)  # it passes over those of other calls
        if self._unwanted:
            self.hang_up()

    @property
    def caller(self) -> str:
        return user_of(self._target)

    @property
    def queued(self) -> int:
        return super().queued if self._call is not None else 0

    def read(self) -> bytes:
        return super().read() if self._call is not None else b""

    def write(self, pcm: bytes) -> int:
        return super().write(pcm) if self._call is not None else 0

    def flush(self) -> None:
        if self._call is not None:
            super().flush()

    def hang_up(self) -> None:
        if self._call is None:
            self._unwanted = True
        else:
            super().hang_up()


def user_of(uri: str) -> str:
    """The user part of a SIP address: a telephone number, or ""."""
    address = uri.partition("<")[2].partition(">")[0] or uri
    scheme, colon, rest = address.partition(":")
    if not colon or scheme not in ("sip", "sips", "tel"):
        return ""
    user, at, _ = rest.partition("@")
    return user.partition(";")[0] if at or scheme == "tel" else ""
