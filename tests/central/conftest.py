"""A central service on a virtual clock, and terminals that talk to it through the real client, in this process."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from central import fleet, signin
from central.app import create_app
from central.database import open_database
from central.service import Central, open_central
from central.simulators.in_process import InProcess
from offline_cache import enrolment, personal, ticket_number, wire
from offline_cache.central_link import Answer, CentralLink
from offline_cache.identity import Identity
from offline_cache.personal import Media, Personal
from offline_cache.sealing import Sealer
from offline_cache.wire import Enrolment, Intake, Kind, Parcel

MONDAY = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
"""A working day in office hours."""


class VirtualClock:
    """Stands still until told otherwise."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def go(self, **amount: float) -> None:
        self.now += dt.timedelta(**amount)


class AsgiTransport:
    """The client's transport, straight into the application."""

    def __init__(self, inside: InProcess) -> None:
        self.inside = inside

    def post(self, path: str, body: bytes, headers: Mapping[str, str], patience: float) -> Answer:
        answered = self.inside.call("POST", path, headers, body)
        return Answer(answered.status, answered.body, float(answered.headers.get("retry-after", 0)))


class Terminal:
    """An enrolled terminal: makes parcels as the real outbox does and sends them through the real link."""

    def __init__(self, inside: InProcess, clock: Callable[[], dt.datetime], name: str, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clock, self.name, self.inside = clock, name, inside
        self.identity = Identity.make()
        self.link = CentralLink(AsgiTransport(inside), self.identity, name, lambda: clock().timestamp(), self._nonce)
        self.enrolment: Enrolment | None = None
        self.count = 0

    def _nonce(self) -> str:
        return f"{self.chance.getrandbits(128):032x}"

    def enrol(self, code: enrolment.EnrolmentCode) -> None:
        answer = self.link.enrol(enrolment.request(code, self.identity.public_key, self.name))
        assert isinstance(answer, Enrolment)
        assert enrolment.fits(answer.proof, enrolment.answer_proof(code, answer, self.identity.public_key))
        self.enrolment = answer

    def parcel(
        self,
        kind: Kind = Kind.TICKET,
        plain: dict[str, str] | None = None,
        fields: dict[str, str] | None = None,
        media: tuple[Media, ...] = (),
        code: str = "4821",
    ) -> Parcel:
        assert self.enrolment is not None
        seal = Sealer(self.enrolment.central_key).seal
        number = ""
        if kind in (Kind.TICKET, Kind.MESSAGE):
            self.count += 1
            number = ticket_number.make(self.enrolment.station, self.count).digits
        return Parcel(
            key=self._nonce(),
            kind=kind,
            terminal=self.name,
            created=self.clock(),
            plain=plain or {},
            number=number,
            sealed=seal(personal.encode(Personal(fields=fields or {}, media=media))) if fields or media else b"",
            intake=seal(wire.encode(Intake(token=self._nonce(), code=code if number else ""))),
        )

    def signed(self, path: str, body: bytes) -> dict[str, str]:
        return self.identity.headers(self.name, "POST", path, body, self.clock().timestamp(), self._nonce())


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real algorithm with the least memory: a test need not spend what an attacker shall."""
    monkeypatch.setattr(signin, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(MONDAY)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all migrations done; copied for every test."""
    path = tmp_path_factory.mktemp("database") / "central.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def central(tmp_path: Path, clock: VirtualClock, small_pack: Path, empty_database: Path) -> Iterator[Central]:
    (tmp_path / "central").mkdir()
    shutil.copy(empty_database, tmp_path / "central" / "central.db")
    made = open_central(tmp_path / "central", clock=clock, pack=str(small_pack))
    yield made
    made.database.close()


@pytest.fixture
def inside(central: Central) -> Iterator[InProcess]:
    made = InProcess(create_app(central, background=False))
    yield made
    made.close()


@pytest.fixture
def new_terminal(central: Central, inside: InProcess, clock: VirtualClock) -> Callable[[str], Terminal]:
    def make(name: str) -> Terminal:
        made = Terminal(inside, clock, name, seed=sum(name.encode()))
        made.enrol(fleet.new_code(central, name, "图书馆", "test"))
        return made

    return make


@pytest.fixture
def terminal(new_terminal: Callable[[str], Terminal]) -> Terminal:
    return new_terminal("WL-007")


@pytest.fixture(scope="session")
def small_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter content without its search index: departments, codes, hours, slips; built in a moment."""
    from content.build import build

    path = tmp_path_factory.mktemp("central") / "small.pack"
    root = Path(__file__).resolve().parents[2]
    build(root / "content" / "wenling", path)
    return path


def decoded(body: bytes, kind: Any) -> Any:
    import msgspec

    return msgspec.json.decode(body, type=kind)


@pytest.fixture
def ram_folder() -> Iterator[Path]:
    """A folder whose syncs cost nothing, where the machine has one: thousands of outbox writes are synced in a run."""
    ram = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=ram if ram.is_dir() else None) as folder:
        yield Path(folder)
