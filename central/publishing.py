"""Publishing content and systems: what a new pack changes, its staged rollout, and what terminals are offered now.

A pack is kept under its version in ``packs/`` and signed into the repository of static files (``central.signed``). Its
rollout is a row that only ``offline_cache.rollout`` moves; each move is signed into the repository, too, so that
terminals decide for themselves, with this service or without. When the rollout is done the pack becomes
``current.pack``, which the service itself reads departments and hours from. Terminal images (``central.images``) go
the same way, with stricter rules, among the terminals of their profile.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from central import audit, images, signed
from central.service import Central
from central.tables import Release, ReleaseReport, Terminal
from content.comparing import Difference, compare
from content.pack import Pack, PackError
from offline_cache import rollout as rules
from offline_cache.image_index import profile_of, release_name
from offline_cache.rollout import Outcome, Plan, Report, Rollout, RolloutError, Status, Tally

CONTENT = "content"
IMAGE = "image"


class PublishError(Exception):
    """Nothing was published. The text is the sentence the editor reads."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A release as the pages and the command line show it."""

    release: str
    kind: str
    status: Status
    stage: str
    stages: tuple[str, ...]
    reason: str
    created: dt.datetime
    by: str
    tally: Tally
    summary: str


def difference(central: Central, path: Path) -> Difference | None:
    """What the pack would change; None when nothing was published before. Raises ``PublishError``."""
    current = central.packs / "current.pack"
    try:
        new = Pack.open(path)
    except PackError as error:
        raise PublishError(str(error)) from error
    try:
        if not current.exists():
            return None
        old = Pack.open(current)
        try:
            return compare(old, new)
        finally:
            old.close()
    except PackError as error:
        raise PublishError(str(error)) from error
    finally:
        new.close()


def publish(central: Central, path: Path, by: str, plan: Plan = rules.DEFAULT_PLAN) -> Rollout:
    """Begin the rollout of the pack at ``path``. Raises ``PublishError``, ``RolloutError``."""
    changes = difference(central, path)
    pack = Pack.open(path)
    version, date = pack.meta.version, pack.meta.date
    pack.close()
    now = central.now()
    rules.check(plan)
    summary = "首次发布" if changes is None else _summary(changes)
    with central.database.reading() as session:
        if session.get(Release, version) is not None:
            raise PublishError(f"version {version} was published before; give the new content a new version")
        _none_running(session, CONTENT)
    _keep(path, central.packs / f"{version}.pack")
    first = rules.offer_of(rules.begin(plan, version, now))
    try:
        serial = signed.publish(central, central.packs / f"{version}.pack", version, date, first)
    except signed.SignedError as error:
        raise PublishError(str(error)) from error
    rollout = rules.begin(plan, version, now, draw=str(serial))
    with central.database.writing() as session:
        session.add(
            Release(
                id=version, kind=CONTENT, created=now, by=by, rollout=_encode(rollout), serial=serial, summary=summary
            )
        )
        audit.note(session, now, by, "发布内容", version, summary)
    return next((one for one in advance_all(central) if one.release == version), rollout)


def publish_image(central: Central, path: Path, by: str, plan: Plan = rules.IMAGE_PLAN) -> Rollout:
    """Begin the rollout of the system that ``path`` describes. Raises ``PublishError``, ``RolloutError``."""
    try:
        release = images.read(central, path)
    except images.ImagesError as error:
        raise PublishError(str(error)) from error
    now, name = central.now(), release_name(release.compatible, release.version)
    rollout = rules.begin(plan, name, now)
    with central.database.writing() as session:
        if session.get(Release, name) is not None:
            raise PublishError(f"{name} was published before; build it with a new version")
        _none_running(session, IMAGE, profile_of(name))
        summary = f"系统，{release.bytes / 1e6:.0f} MB，差量{len(release.deltas)}个"
        session.add(Release(id=name, kind=IMAGE, created=now, by=by, rollout=_encode(rollout), summary=summary))
        audit.note(session, now, by, "发布系统", name, summary)
    return next((one for one in advance_all(central) if one.release == name), rollout)


def _none_running(session: Session, kind: str, profile: str = "") -> None:
    """Raises ``PublishError``: one rollout of content, and one of a system for each profile, at a time."""
    for row in session.scalars(sa.select(Release).where(Release.kind == kind)):
        if _decode(row).status is Status.RUNNING and (kind == CONTENT or profile_of(row.id) == profile):
            raise PublishError(f"the rollout of {row.id} is still running; finish, stop or withdraw it first")


def standings(central: Central) -> list[Standing]:
    """Every release, the newest first."""
    now = central.now()
    with central.database.reading() as session:
        rows = session.scalars(sa.select(Release).order_by(Release.created.desc())).all()
        return [_standing(session, row, _fleet(session, row), now) for row in rows]


def advance_all(central: Central) -> list[Rollout]:
    """Move every running rollout as far as its rules allow; returns those that changed."""
    now, changed = central.now(), []
    with central.database.writing() as session:
        for row in session.scalars(sa.select(Release).with_for_update()):
            was = _decode(row)
            moved = rules.advance(was, _fleet(session, row), _reports(session, row.id), now)
            if moved == was:
                continue
            row.rollout = _encode(moved)
            audit.note(session, now, audit.SYSTEM, "发布进度", row.id, moved.reason or _stage_name(moved))
            changed.append(moved)
    for rollout in changed:
        _tell(central, rollout)
        if rollout.status is Status.DONE:  # of a system there is no pack
            _make_current(central, rollout.release)
    _tell_images(central)
    return changed


def decide(central: Central, release: str, verb: str, by: str, reason: str) -> Rollout:
    """A person stops, resumes or withdraws a rollout. Raises ``RolloutError``."""
    now = central.now()
    with central.database.writing() as session:
        row = session.get(Release, release, with_for_update=True)
        if row is None:
            raise RolloutError(f"there is no release {release}")
        rollout = _decode(row)
        match verb:
            case "stop":
                rollout = rules.stop(rollout, reason or "人工暂停")
            case "resume":
                rollout = rules.resume(rollout, _reports(session, release), now)
            case "withdraw":
                rollout = rules.withdraw(rollout, reason or "人工撤回")
            case _:
                raise RolloutError(f"{verb} is not one of stop, resume, withdraw")
        row.rollout = _encode(rollout)
        audit.note(session, now, by, "发布决定", release, f"{verb} {reason}".strip())
    _tell(central, rollout)
    _tell_images(central)
    return rollout


def _tell(central: Central, rollout: Rollout) -> None:
    """Sign into the repository who is offered the content now. A stopped one stays with those who run it."""
    with central.database.reading() as session:
        row = session.get_one(Release, rollout.release)
        reports = _reports(session, rollout.release)
    if row.kind != CONTENT or not row.serial:
        return
    if rollout.status is Status.WITHDRAWN:
        signed.withdraw(central, row.serial)
        return
    offer = rules.offer_of(rollout)
    if rollout.status is Status.STOPPED:
        have = sorted(name for name, report in reports.items() if report.outcome is Outcome.INSTALLED)
        offer = msgspec.structs.replace(offer, terminals=tuple(have))
    signed.offer(central, row.serial, offer)


def _tell_images(central: Central) -> None:
    """What the index file of each profile says is about the release published last; also after a crash in between."""
    with central.database.reading() as session:
        rows = session.scalars(sa.select(Release).where(Release.kind == IMAGE).order_by(Release.created))
        newest = {profile_of(row.id): _decode(row) for row in rows}
    for rollout in newest.values():
        images.tell(central, rollout)


def _standing(session: Session, row: Release, fleet: list[str], now: dt.datetime) -> Standing:
    rollout = _decode(row)
    return Standing(
        release=row.id,
        kind=row.kind,
        status=rollout.status,
        stage=_stage_name(rollout),
        stages=tuple(stage.name for stage in rollout.plan.stages),
        reason=rollout.reason,
        created=row.created,
        by=row.by,
        tally=rules.tally(rollout, fleet, _reports(session, row.id), now),
        summary=row.summary,
    )


def _stage_name(rollout: Rollout) -> str:
    return rollout.plan.stages[rollout.stage].name


def _fleet(session: Session, row: Release) -> list[str]:
    """Who may be offered it: all terminals; of a system those of its profile."""
    chosen = sa.select(Terminal.id).where(Terminal.revoked.is_(None))
    if row.kind == IMAGE:
        chosen = chosen.where(Terminal.profile == profile_of(row.id))
    return list(session.scalars(chosen))


def _reports(session: Session, release: str) -> dict[str, Report]:
    rows = session.scalars(sa.select(ReleaseReport).where(ReleaseReport.release == release))
    return {row.terminal: Report(Outcome(row.outcome), row.at, row.reason) for row in rows}


def _encode(rollout: Rollout) -> str:
    return msgspec.json.encode(rollout).decode()


def _decode(row: Release) -> Rollout:
    return msgspec.json.decode(row.rollout.encode(), type=Rollout)


def _summary(changes: Difference) -> str:
    return f"新增{len(changes.added)}，修改{len(changes.changed)}，撤下{len(changes.withdrawn)}"


def _make_current(central: Central, version: str) -> None:
    source = central.packs / f"{version}.pack"
    if source.exists():
        _keep(source, central.packs / "current.pack")
        central.reload_directory()


def _keep(source: Path, target: Path) -> None:
    """A whole copy under its name, or the old one: never half."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    with source.open("rb") as reading, part.open("wb") as writing:
        shutil.copyfileobj(reading, writing, 1024 * 1024)
        writing.flush()
        os.fsync(writing.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
