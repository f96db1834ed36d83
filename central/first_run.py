"""The first run: an administrator with a one-time password that is told once."""

from __future__ import annotations

import sqlalchemy as sa

from central import audit
from central.people import Role
from central.service import Central
from central.signin import SignInError, add_user
from central.tables import User

ADMINISTRATOR = "admin"


def first_administrator(central: Central) -> str:
    """The one-time password of ``admin``, or empty when somebody is there already."""
    with central.database.reading() as session:
        if session.scalar(sa.select(sa.func.count()).select_from(User)):
            return ""
    try:
        return add_user(central, ADMINISTRATOR, Role.ADMINISTRATOR, audit.SYSTEM, display="管理员")
    except (SignInError, sa.exc.IntegrityError):
        # Another process of the same service was faster; it tells the password.
        return ""
