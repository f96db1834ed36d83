"""The audit log: one line for everything somebody did. Its text never holds anything of a citizen's."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from central.tables import Audit

SYSTEM = "系统"
"""The actor of what the service does by itself."""


def note(session: Session, now: dt.datetime, actor: str, action: str, subject: str = "", detail: str = "") -> None:
    session.add(Audit(at=now, actor=actor, action=action, subject=subject, detail=detail))
