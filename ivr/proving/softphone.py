"""An independent softphone (Debian's baresip) under remote control: callers over TLS, clerks who press keys.

with Softphone(folder, "clerk", answers=True) as clerk:
    clerk.wait("CALL_ESTABLISHED")
    clerk.press("1")
"""

from __future__ import annotations

import json
import queue
import shutil
import socket
import subprocess
import threading
import time
import wave
from pathlib import Path
from typing import Any

from ivr.proving.sipp import free_port

PROGRAM = "baresip"
MODULES = Path("/usr/lib/baresip/modules")


class SoftphoneMissingError(RuntimeError):
    def __init__(self) -> None:
        super().__init__("baresip is not installed; run: apt-get install baresip-core")


class SoftphoneError(RuntimeError):
    """What was waited for did not happen."""


class Softphone:
    """``wav``: what it says (8 kHz), else silence; ``answers``: picks up by itself; ``secure``: TLS and SRTP."""

    def __init__(
        self, folder: Path, user: str, *, wav: Path | None = None, answers: bool = False, secure: bool = False
    ) -> None:
        if shutil.which(PROGRAM) is None:
            raise SoftphoneMissingError
        self.port, self._control = free_port(4), free_port(4)
        self._folder, self._user, self._wav, self._answers, self._secure = folder, user, wav, answers, secure
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()

    @property
    def address(self) -> str:
        return f"sip:{self._user}@127.0.0.1:{self.port}"

    def __enter__(self) -> Softphone:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "config").write_text(self._config(), encoding="utf-8")
        (self._folder / "accounts").write_text(self._account(), encoding="utf-8")
        (self._folder / "contacts").write_text("", encoding="utf-8")
        self._program = subprocess.Popen(
            [PROGRAM, "-4", "-f", str(self._folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._socket = self._connect()
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._socket.close()
        self._program.terminate()
        try:
            self._program.wait(5)
        except subprocess.TimeoutExpired:
            self._program.kill()

    def dial(self, address: str) -> None:
        self._command("dial", address)

    def press(self, key: str) -> None:
        """Press and release a key of the call under way."""
        self._command("sndcode", key)

    def hang_up(self) -> None:
        self._command("hangup")

    def wait(self, *kinds: str, seconds: float = 60.0) -> dict[str, Any]:
        """The next event of one of these types. Raises ``SoftphoneError``."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=left)
            except queue.Empty:
                break
            if event.get("type") in kinds:
                return event
        raise SoftphoneError(f"none of {', '.join(kinds)} within {seconds:.0f} s")

    def closed(self) -> dict[str, Any] | None:
        """The event that ended the call, if one has come; other events that have come are passed over."""
        while not self._events.empty():
            event = self._events.get()
            if event.get("type") == "CALL_CLOSED":
                return event
        return None

    def _connect(self) -> socket.socket:
        end = time.monotonic() + 60.0
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self._control), timeout=1.0)
            except OSError:
                if time.monotonic() > end or self._program.poll() is not None:
                    raise SoftphoneError("the softphone did not start") from None
                threading.Event().wait(0.05)

    def _command(self, command: str, params: str = "") -> None:
        message = json.dumps({"command": command, "params": params, "token": command}).encode()
        self._socket.sendall(b"%d:%s," % (len(message), message))

    def _listen(self) -> None:
        """Netstrings with JSON in them."""
        rest = b""
        self._socket.settimeout(None)
        while True:
            try:
                data = self._socket.recv(65_536)
            except OSError:
                return
            if not data:
                return
            rest += data
            while b":" in rest:
                length, _, body = rest.partition(b":")
                if len(body) < int(length) + 1:
                    break
                self._events.put(json.loads(body[: int(length)]))
                rest = body[int(length) + 1 :]

    def _config(self) -> str:
        source = f"aufile,{self._wav or silence(self._folder / 'silence.wav')}"
        media = free_port(22)
        modules = ["g711.so", "aubridge.so", "aufile.so", "srtp.so"]
        lines = [
            "poll_method epoll",
            f"sip_listen 127.0.0.1:{self.port}",
            "call_max_calls 4",
            f"audio_source {source}",
            f"audio_player aubridge,{self._user}",
            f"audio_alert aubridge,{self._user}-alert",
            "audio_level no",
            f"rtp_ports {media}-{media + 20}",
            "net_interface 127.0.0.1",
            f"module_path {MODULES}",
            *(f"module {name}" for name in modules if (MODULES / name).exists()),
            "module_tmp uuid.so",
            "module_tmp account.so",
            "module_app contact.so",
            "module_app menu.so",
            "module ctrl_tcp.so",
            f"ctrl_tcp_listen 127.0.0.1:{self._control}",
        ]
        return "\n".join(lines) + "\n"

    def _account(self) -> str:
        transport, menc = ("tls", ";mediaenc=srtp-mand") if self._secure else ("udp", "")
        mode = "auto" if self._answers else "manual"
        port = self.port + 1 if self._secure else self.port
        codecs = "audio_codecs=PCMA/8000/1"
        return f"<sip:{self._user}@127.0.0.1:{port};transport={transport}>;regint=0;{codecs};answermode={mode}{menc}\n"


def silence(path: Path, seconds: int = 180) -> Path:
    """A silent file: without a source of sound a softphone sends no packets, and no keys."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000 * seconds))
    return path
