"""A city for some days: citizens file and rate, terminals report, clerks dispatch and answer; then all is counted."""

from __future__ import annotations

import collections
import datetime as dt
import hashlib
import random
from functools import partial
from pathlib import Path

import msgspec
import sqlalchemy as sa

from central import chores, fleet, lifecycle, tickets
from central.simulators.fleet.agenda import Agenda
from central.simulators.fleet.centre import Centre
from central.simulators.fleet.faults import Faults, fate, outages
from central.simulators.fleet.terminal import SimTerminal
from central.tables import Parcel, Rating, Sealed, Ticket
from offline_cache.filing import Draft
from offline_cache.wire import Kind
from offline_cache.wire import TicketState as State

DAY = 86400.0
TROUBLES = ("楼道灯坏了", "路面有坑", "垃圾没人清", "小区停车难", "噪声扰民", "自来水发黄", "公交少一班", "路灯不亮")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """``a_day``: for each terminal, on average. ``report_hours``: between two reports of a terminal about itself."""

    terminals: int = 45
    days: int = 30
    seed: int = 7
    tickets_a_day: float = 1.0
    ratings_a_day: float = 1.0
    report_hours: float = 24.0
    faults: Faults = Faults()
    start: dt.datetime = dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """``lost``, ``doubled``, ``invented``, ``unsent`` and ``unfindable`` must be 0.

    ``trace`` is the same for the same seed.
    """

    filed: int
    refused: int
    in_doubt: int
    arrived: int
    ratings: int
    lost: int
    doubled: int
    invented: int
    unsent: int
    unfindable: int
    reboots: int
    central_restarts: int
    database_errors: int
    trace: str

    @property
    def right(self) -> bool:
        return not (self.lost or self.doubled or self.invented or self.unsent or self.unfindable)


class City:
    """``folder``: where the service and the terminals keep their files; on a RAM disk it runs several times faster."""

    def __init__(self, plan: Plan, folder: Path, *, database: str = "", pack: str = "") -> None:
        self.plan = plan
        self.agenda = Agenda(plan.start)
        self.end = plan.start + dt.timedelta(days=plan.days)
        self._chance = random.Random(plan.seed)
        self._trace = hashlib.sha256()
        self._sure: dict[str, tuple[str, str, SimTerminal]] = {}
        self._doubtful: set[str] = set()
        self._refused = self._rated = self._rating_doubts = 0
        self.centre = Centre(folder / "central", self.agenda.clock, self._draw(), database, pack)
        self.codes = sorted(self.centre.central.directory.codes)
        self.terminals = [self._terminal(number, folder) for number in range(1, plan.terminals + 1)]

    def run(self) -> Count:
        """The whole span, then a quiet day in which everything heals and the outboxes empty."""
        faults, plan = self.plan.faults, self.plan
        for terminal in self.terminals:
            # An answer that is lost on the way uses the code up, too: the technician gets another.
            while not terminal.enrol(fleet.new_code(self.centre.central, terminal.name, "模拟点位", "simulator")):
                continue
            self._live(terminal)
        chance = self._draw()
        self.centre.down = outages(
            faults.central_restarts_a_week, faults.central_down_seconds or 1, plan.start, plan.days, chance
        )
        self.centre.failovers = outages(
            faults.failovers_a_week, faults.failover_seconds or 1, plan.start, plan.days, chance
        )
        for span in self.centre.down:
            self.agenda.at(span.end, self.centre.restart)
        self.agenda.every(3600, self._office_hour, self.end)
        self.agenda.run(self.end)
        return self._settle()

    def close(self) -> None:
        for terminal in self.terminals:
            terminal.outbox.close()
        self.centre.close()

    # -- life ---------------------------------------------------------------------------------------------------------

    def _terminal(self, number: int, folder: Path) -> SimTerminal:
        name = f"WL-{number:04}"
        home = folder / "terminals" / name
        home.mkdir(parents=True)
        chance = self._draw()
        troubles = fate(self.plan.faults, self.plan.start, self.plan.days, chance)
        return SimTerminal(name, home, troubles, self.centre.reach, self.agenda.clock, chance)

    def _live(self, terminal: SimTerminal) -> None:
        plan, at, chance = self.plan, self.agenda.at, self._draw()
        for span in terminal.fate.full:
            at(span.start, lambda: setattr(terminal.power, "full", True))
            at(span.end, lambda: setattr(terminal.power, "full", False))
        for moment, writes in terminal.fate.cuts:
            at(moment, partial(terminal.cut, writes))
        for moment in terminal.fate.visits:
            at(moment, lambda: self._visit(terminal))
        for day in range(plan.days):
            morning = plan.start + dt.timedelta(days=day)
            for kind, a_day in ((Kind.TICKET, plan.tickets_a_day), (Kind.RATING, plan.ratings_a_day)):
                count = int(a_day) + (chance.random() < a_day % 1)
                for number in range(count):
                    moment = morning + dt.timedelta(hours=chance.uniform(0, 15))
                    name = f"{terminal.name} {day} {number}"
                    at(moment, partial(self._citizen, terminal, kind, name))
        self.agenda.every(plan.report_hours * 3600, lambda: self._report(terminal, chance), self.end)

    def _citizen(self, terminal: SimTerminal, kind: Kind, name: str) -> None:
        reboots, chance = terminal.reboots, self._chance
        if kind is Kind.RATING:
            filed = terminal.file(Draft(kind=kind, plain={"stars": str(chance.choice((5, 5, 5, 4, 4, 3, 2, 1)))}))
            self._rated += filed is not None
            self._rating_doubts += filed is None and terminal.reboots > reboots
        else:
            code = chance.choice(self.codes) if self.codes else ""
            text = f"{chance.choice(TROUBLES)}（{name}）"
            filed = terminal.file(Draft(kind=kind, plain={"code": code}, personal={"text": text, "name": "王秀兰"}))
            if filed is not None:
                self._sure[text] = (filed.number, filed.code, terminal)
            elif terminal.reboots > reboots:
                self._doubtful.add(text)
            else:
                self._refused += 1
        self._note(f"{kind} {name} {filed is not None}")
        self._send(terminal)

    def _report(self, terminal: SimTerminal, chance: random.Random) -> None:
        asked = chance.randrange(4, 30)
        answered = sum(chance.random() < 0.85 for _ in range(asked))
        plain = {
            "software": "0.1.0",
            "content": self.centre.central.directory.version,
            "content_date": (self.agenda.now.date() - dt.timedelta(days=chance.choice((0, 0, 0, 1, 9)))).isoformat(),
            "paper": chance.choice(("plenty", "plenty", "plenty", "plenty", "low")),
            "faults": '["printer.cover-open"]' if chance.random() < 0.03 else "[]",
            "waiting": str(terminal.waiting()),
            "day": self.agenda.now.date().isoformat(),
            "sessions": str(asked + 3),
            "asked": str(asked),
            "answered": str(answered),
            "unanswered": str(asked - answered),
        }
        terminal.file(Draft(kind=Kind.HEALTH, plain=plain))
        self._send(terminal)

    def _visit(self, terminal: SimTerminal) -> None:
        """A technician comes by with a telephone as hot spot."""
        terminal.line.visited = True
        terminal.flush(at_once=True)
        terminal.line.visited = False

    def _send(self, terminal: SimTerminal) -> None:
        """Now, and again while something waits."""
        terminal.flush()
        waits = terminal.waiting()
        self._note(f"sent {terminal.name} {waits}")
        if waits and self.agenda.now < self.end:
            self.agenda.after(1800, lambda: terminal.flush())

    def _office_hour(self) -> None:
        """Clerks dispatch, departments answer, the minute's chores are done."""
        central = self.centre.central
        if any(span.holds(self.agenda.now) for span in (*self.centre.down, *self.centre.failovers)):
            return
        if not central.directory.hours.is_staffed(central.now()):
            return
        chores.do_all(central)
        departments = sorted(central.directory.departments) or ["hotline"]
        with central.database.writing() as session:
            for row in tickets.work_list(session, states=lifecycle.OPEN, limit=10_000):
                action = self._next(row, departments)
                if action is not None:
                    tickets.perform(central, session, row, action, "simulator")

    def _next(self, row: Ticket, departments: list[str]) -> lifecycle.Action | None:
        """What is done with a ticket in this hour; None: it waits, or they are still at it."""
        chance = self._chance
        match State(row.state):
            case State.DISPATCHED:
                return lifecycle.Object("不归我们办") if chance.random() < 0.05 else lifecycle.Accept()
            case State.ACCEPTED if chance.random() < 0.2:
                return lifecycle.Answer("已派人到现场处理，请您查看。")
            case State.ACCEPTED:
                return None
            case _:
                return lifecycle.Dispatch(row.suggested or chance.choice(departments))

    # -- the count ----------------------------------------------------------------------------------------------------

    def _settle(self) -> Count:
        self.centre.healed = True
        for terminal in self.terminals:
            terminal.line.healed = True
            terminal.power.full = False
            terminal.power.writes_left = None
        for _ in range(4):
            self.agenda.run(self.agenda.now + dt.timedelta(hours=6))
            for terminal in self.terminals:
                terminal.flush(at_once=True)
        central = self.centre.central
        arrived: collections.Counter[str] = collections.Counter()
        with central.database.reading() as session:
            for (data,) in session.execute(sa.select(Sealed.data).join(Ticket, Ticket.key == Sealed.key)):
                arrived[central.keys.open_personal(data).fields["text"]] += 1
            ratings = session.scalar(sa.select(sa.func.count()).select_from(Rating)) or 0
            parcels = session.scalar(sa.select(sa.func.count()).select_from(Parcel)) or 0
        unfindable = sum(
            not terminal.sees(number, code) for number, code, terminal in list(self._sure.values())[:: self._stride()]
        )
        self._note(f"{sorted(arrived.items())} {ratings} {parcels}")
        return Count(
            filed=len(self._sure),
            refused=self._refused,
            in_doubt=len(self._doubtful),
            arrived=arrived.total(),
            ratings=ratings,
            lost=sum(arrived[text] == 0 for text in self._sure) + max(0, self._rated - ratings),
            doubled=sum(count > 1 for count in arrived.values()) + max(0, ratings - self._rated - self._rating_doubts),
            invented=sum(text not in self._sure and text not in self._doubtful for text in arrived),
            unsent=sum(terminal.waiting() for terminal in self.terminals),
            unfindable=unfindable,
            reboots=sum(terminal.reboots for terminal in self.terminals),
            central_restarts=self.centre.restarts,
            database_errors=self.centre.failed,
            trace=self._trace.hexdigest(),
        )

    def _stride(self) -> int:
        """At most some two hundred tickets are looked up."""
        return max(1, len(self._sure) // 200)

    def _draw(self) -> random.Random:
        return random.Random(self._chance.getrandbits(64))

    def _note(self, line: str) -> None:
        self._trace.update(f"{self.agenda.now.isoformat()} {line}\n".encode())
