"""Staged rollout of content or images: who is offered a release, when the next stage begins, when all stops.

    plan = Plan(stages=(Stage("试点", terminals=("WL-001",)), Stage("一成", share=0.1), Stage("全部", share=1.0)))
    rollout = begin(plan, release="2026.11.22", now=now)
    offer = offer_of(rollout)                      # signed into the release's metadata
    is_offered(offer, "WL-007")                    # asked on the terminal, with no network
    rollout = advance(rollout, fleet, reports, now)

A terminal's place in the queue is a hash of the release and its name, so nobody has to keep lists, each release meets
other pilots first, and a stage only ever adds terminals. Pure: the clock and the reports are passed in.

The rules, read in this order (see ``advance``):
1. too many failed: stop, nobody else is offered it;
2. enough of the stage's terminals run it, and the stage has lasted long enough: the next stage;
3. otherwise wait.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping
from enum import StrEnum

import msgspec


class RolloutError(Exception):
    """A plan or a step that makes no sense. The text is the sentence the technician reads."""


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``share``: of the fleet, 0..1, counted with all earlier stages; ``terminals``: pilots named one by one.

    ``soak_hours``: how long the stage lasts at least, so that a fault that shows after a day has its day.
    """

    name: str
    share: float = 0.0
    terminals: tuple[str, ...] = ()
    soak_hours: float = 24.0


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``success_share``: of a stage's terminals that must run the release before the next stage.

    ``stop_share``: of those that tried it, failures above this stop the rollout, from ``fewest_failures`` on (one dead
    machine of two is not yet a pattern). ``silence_hours``: begun and not heard of for so long counts as failed.
    """

    stages: tuple[Stage, ...]
    success_share: float = 0.9
    stop_share: float = 0.1
    fewest_failures: int = 2
    silence_hours: float = 6.0


DEFAULT_PLAN = Plan(
    stages=(
        Stage("试点", share=0.05, soak_hours=4.0),
        Stage("三成", share=0.3, soak_hours=24.0),
        Stage("全部", share=1.0, soak_hours=0.0),
    )
)


IMAGE_PLAN = msgspec.structs.replace(DEFAULT_PLAN, stop_share=0.02, fewest_failures=1, silence_hours=72.0)
"""For systems, stricter than for content: the first of 45 terminals that goes back to its old system stops it, and a
person looks. What was begun waits for the night, and a terminal may be switched off for one: hence three days."""


class Outcome(StrEnum):
    """What a terminal said about the release."""

    STARTED = "started"
    INSTALLED = "installed"
    FAILED = "failed"


class Report(msgspec.Struct, frozen=True):
    """The last word of one terminal about one release."""

    outcome: Outcome
    at: dt.datetime
    reason: str = ""


class Status(StrEnum):
    """``stopped``: by the rule or by a person, may be resumed; ``withdrawn`` and ``done`` are final."""

    RUNNING = "running"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    DONE = "done"


class Rollout(msgspec.Struct, frozen=True, kw_only=True):
    """Where one release stands. ``stage``: index into the plan; ``since``: when that stage began.

    ``draw``: what terminals' places are drawn from; empty: the release's name. ``excused``: had failed when a person
    let it go on; they count again once they run the release.
    """

    release: str
    plan: Plan
    stage: int
    since: dt.datetime
    status: Status = Status.RUNNING
    reason: str = ""
    draw: str = ""
    excused: tuple[str, ...] = ()


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Who may take the release now: signed with the release, decided on the terminal. Default: everybody."""

    release: str = ""
    share: float = 1.0
    terminals: tuple[str, ...] = ()


class Tally(msgspec.Struct, frozen=True):
    """How a stage stands, in terminals. ``failed`` counts the silent ones too."""

    offered: int
    installed: int
    failed: int
    started: int

    @property
    def success_share(self) -> float:
        """0 while nobody is offered it."""
        return self.installed / self.offered if self.offered else 0.0

    @property
    def failure_share(self) -> float:
        """Of those that came to an end."""
        ended = self.installed + self.failed
        return self.failed / ended if ended else 0.0


def check(plan: Plan) -> None:
    """Raises ``RolloutError`` for a plan that cannot work."""
    if not plan.stages:
        raise RolloutError("a rollout needs at least one stage")
    shares = [stage.share for stage in plan.stages]
    if any(not 0 <= share <= 1 for share in shares):
        raise RolloutError("a stage's share must lie between 0 and 1")
    if any(abs(share * 100 - round(share * 100)) > 1e-9 for share in shares):
        raise RolloutError("a stage's share must be a whole number of hundredths")
    if shares != sorted(shares):
        raise RolloutError("the shares of the stages must not fall")
    if shares[-1] != 1:
        raise RolloutError("the last stage must have the share 1, or some terminals would never be served")
    if not (0 < plan.success_share <= 1 and 0 <= plan.stop_share < 1 and plan.fewest_failures >= 1):
        raise RolloutError("success_share, stop_share or fewest_failures is out of its range")


def begin(plan: Plan, release: str, now: dt.datetime, draw: str = "") -> Rollout:
    """A rollout at its first stage. Raises ``RolloutError``."""
    check(plan)
    return Rollout(release=release, plan=plan, stage=0, since=now, draw=draw)


def place(terminal: str, release: str) -> float:
    """Where a terminal stands in the queue for a release: 0..1, stable, spread evenly, another for every release."""
    digest = hashlib.sha256(f"{release}\n{terminal}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def is_offered(offer: Offer, terminal: str) -> bool:
    """Whether this terminal may take the release now."""
    return offer.share >= 1 or terminal in offer.terminals or place(terminal, offer.release) < offer.share


def offer_of(rollout: Rollout) -> Offer:
    """What is signed with the release. A stopped or withdrawn one is offered to nobody who does not have it."""
    draw = rollout.draw or rollout.release
    if rollout.status in (Status.STOPPED, Status.WITHDRAWN):
        return Offer(release=draw, share=0.0)
    reached = rollout.plan.stages[: rollout.stage + 1]
    named = tuple(sorted({terminal for stage in reached for terminal in stage.terminals}))
    return Offer(release=draw, share=reached[-1].share, terminals=named)


def tally(rollout: Rollout, fleet: Collection[str], reports: Mapping[str, Report], now: dt.datetime) -> Tally:
    """Count the terminals that are offered the release by what they last said."""
    offer = offer_of(msgspec.structs.replace(rollout, status=Status.RUNNING))
    offered = installed = failed = started = 0
    for terminal in fleet:
        if not is_offered(offer, terminal):
            continue
        outcome = _outcome(rollout.plan, reports.get(terminal), now)
        if outcome is Outcome.FAILED and terminal in rollout.excused:
            continue
        offered += 1
        installed += outcome is Outcome.INSTALLED
        failed += outcome is Outcome.FAILED
        started += outcome is Outcome.STARTED
    return Tally(offered, installed, failed, started)


def _outcome(plan: Plan, report: Report | None, now: dt.datetime) -> Outcome | None:
    """What it comes to: begun and silent for too long is failed."""
    if report is None:
        return None
    silent = report.outcome is Outcome.STARTED and now - report.at > dt.timedelta(hours=plan.silence_hours)
    return Outcome.FAILED if silent else report.outcome


def advance(rollout: Rollout, fleet: Collection[str], reports: Mapping[str, Report], now: dt.datetime) -> Rollout:
    """The rollout as it stands at ``now``: unchanged, one stage further, done, or stopped with the reason.

    A stage whose share is smaller than one terminal of this fleet holds nobody: it is passed over at once. A fleet
    that has no terminal yet goes through the stages in their time.
    """
    if rollout.status is not Status.RUNNING:
        return rollout
    plan, count = rollout.plan, tally(rollout, fleet, reports, now)
    if count.failed >= plan.fewest_failures and count.failure_share > plan.stop_share:
        reason = f"{count.failed} of {count.installed + count.failed} terminals failed"
        return msgspec.structs.replace(rollout, status=Status.STOPPED, reason=reason)
    rested = now - rollout.since >= dt.timedelta(hours=plan.stages[rollout.stage].soak_hours)
    last = rollout.stage + 1 == len(plan.stages)
    if fleet and count.offered == 0 and not last and not rollout.excused:
        return advance(msgspec.structs.replace(rollout, stage=rollout.stage + 1, since=now), fleet, reports, now)
    if not (rested and (count.offered == 0 or count.success_share >= plan.success_share)):
        return rollout
    if last:
        return msgspec.structs.replace(rollout, status=Status.DONE)
    return msgspec.structs.replace(rollout, stage=rollout.stage + 1, since=now)


def stop(rollout: Rollout, reason: str) -> Rollout:
    """A person stops it. Raises ``RolloutError`` when it is over."""
    _must_be(rollout, Status.RUNNING)
    return msgspec.structs.replace(rollout, status=Status.STOPPED, reason=reason)


def resume(rollout: Rollout, reports: Mapping[str, Report], now: dt.datetime) -> Rollout:
    """A person lets it go on: the stage's time begins anew, and what failed until now stops it no more."""
    _must_be(rollout, Status.STOPPED)
    failed = {name for name, one in reports.items() if _outcome(rollout.plan, one, now) is Outcome.FAILED}
    excused = tuple(sorted(failed | set(rollout.excused)))
    return msgspec.structs.replace(rollout, status=Status.RUNNING, reason="", since=now, excused=excused)


def withdraw(rollout: Rollout, reason: str) -> Rollout:
    """Never offered again; those that have it go back to the release before with the next publication."""
    _must_be(rollout, Status.RUNNING, Status.STOPPED)
    return msgspec.structs.replace(rollout, status=Status.WITHDRAWN, reason=reason)


def _must_be(rollout: Rollout, *wanted: Status) -> None:
    if rollout.status not in wanted:
        raise RolloutError(f"the rollout of {rollout.release} is {rollout.status.value}; this cannot be done now")
