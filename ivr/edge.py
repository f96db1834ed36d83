"""The front's configuration: Kamailio's, its list of workers, and the service units, filled in from the settings.

The workers' SIP stack must never meet the open network (see docs/phone.md); the front is what does.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from ivr.settings import IvrSettings
from ivr.worker import port_of

TEMPLATES = Path(__file__).parent / "deploy"
FILES = ("kamailio.cfg", "bianmin-ivr.service", "bianmin-ivr-edge.service")
_SAFE = re.compile(r"^[A-Za-z0-9._:\[\]/*+-]+$")


class EdgeError(ValueError):
    """A setting that cannot stand in the front's configuration; the text says which."""


def write(folder: Path, settings: IvrSettings, program: str, home: str) -> list[Path]:
    """Write all files into ``folder``; the paths. Raises ``EdgeError``, ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    values = fill(settings, folder.resolve(), program, home)
    written = []
    for name in FILES:
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        written.append(_put(folder / name, text))
    written.append(_put(folder / "dispatcher.list", dispatcher(settings)))
    if settings.edge.tls_port:
        written.append(_put(folder / "tls.cfg", _tls(settings)))
    return written


def dispatcher(settings: IvrSettings) -> str:
    """Set 1 is the workers of this node, and of the other nodes where there are any."""
    own = [f"{settings.listen.host}:{port_of(settings, number)}" for number in range(settings.workers)]
    lines = [f"1 sip:{_safe('edge.workers', address)};transport=udp" for address in (*own, *settings.edge.workers)]
    return "\n".join(lines) + "\n"


def fill(settings: IvrSettings, folder: Path, program: str, home: str) -> dict[str, str]:
    """The values of the templates' blanks."""
    edge = settings.edge
    host = _safe("edge.domain", edge.domain or edge.host)
    listen = [f"listen=udp:{edge.host}:{edge.port}", f"listen=tcp:{edge.host}:{edge.port}"]
    tls = ""
    if edge.tls_port:
        listen.append(f"listen=tls:{edge.host}:{edge.tls_port}")
        tls = f'loadmodule "tls.so"\nenable_tls=yes\nmodparam("tls", "config", "{folder}/tls.cfg")'
    users = [
        f'  $sht(users=>{_safe("edge.users", name)}) = "{ha1(name, host, password)}";'
        for name, password in edge.users.items()
    ]
    trusted = [f"  $sht(trusted=>{_safe('edge.trusted', address)}) = 1;" for address in edge.trusted]
    numbers = "|".join(re.escape(_safe("numbers", number)) for number in settings.numbers)
    return {
        "CHILDREN": str(max(2, settings.workers)),
        "LISTEN": "\n".join(_safe_line("edge", line) for line in listen),
        "ALIASES": f'alias="{host}"' if edge.domain else "",
        "TLS_MODULE": tls,
        "RATE": str(edge.rate),
        "FOLDER": str(folder),
        "HOST": host,
        "USERS": "\n".join(users) or "  # no users with passwords",
        "TRUSTED": "\n".join(trusted) or "  # no known switches",
        "WORKERS_IP": settings.listen.host,
        "NUMBERS": f"^({numbers})$" if numbers else "^12345$",
        "RETRY_AFTER": str(edge.retry_after),
        "BIANMIN": program,
        "HOME": home,
    }


def ha1(user: str, realm: str, password: str) -> str:
    """What the front keeps of a password (RFC 2617 A1)."""
    return hashlib.md5(f"{user}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()


def _tls(settings: IvrSettings) -> str:
    edge = settings.edge
    return (
        "[server:default]\nmethod = TLSv1.2+\nverify_certificate = no\nrequire_certificate = no\n"
        f"private_key = {_safe('edge.key', edge.key)}\ncertificate = {_safe('edge.certificate', edge.certificate)}\n"
    )


def _put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o640)
    return path


def _safe(name: str, value: str) -> str:
    if not _SAFE.match(value):
        raise EdgeError(f"ivr.{name} holds {value!r}, which cannot stand in the front's configuration; correct it")
    return value


def _safe_line(name: str, line: str) -> str:
    key, _, value = line.partition("=")
    return f"{key}={_safe(name, value)}"
