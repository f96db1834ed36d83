"""Signing in: argon2 passwords, sessions in the database, a CSRF token each, locked after too many failures.

Cookie and CSRF token are random; the database has the cookie's hash only, so that a copy of it opens no session.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

import msgspec
import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from central import audit
from central.people import Permission, Role, may
from central.service import Central
from central.tables import SignIn, User
from central.throttle import blocked, count, forget

LEAST_PASSWORD = 10
"""Characters."""
MOST_PASSWORD = 200

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")
"""Checked for unknown names, too, so that the time taken tells nothing."""


class SignInError(Exception):
    """Not signed in, or the password is not taken. The text is the sentence the user reads (Chinese)."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in. ``csrf``: must come back with every form."""

    name: str
    display: str
    role: Role
    department: str
    csrf: str
    must_change: bool

    def may(self, permission: Permission) -> bool:
        return may(self.role, permission)


def add_user(
    central: Central, name: str, role: Role, by: str, *, display: str = "", department: str = "", password: str = ""
) -> str:
    """A new user; returns the one-time password, to be told once. Raises ``SignInError``."""
    if not name or len(name) > 32 or not all(c.isalnum() or c in "-_." for c in name):
        raise SignInError("用户名用字母、数字和 -_. ，最多32个字")
    if (role is Role.DEPARTMENT) != bool(department):
        raise SignInError("部门经办要选部门，其他角色不选部门")
    first, now = password or secrets.token_urlsafe(9), central.now()
    with central.database.writing() as session:
        if session.get(User, name) is not None:
            raise SignInError(f"已经有用户 {name}")
        session.add(
            User(
                name=name,
                display=display or name,
                role=role.value,
                department=department,
                password=_hasher.hash(first),
                must_change=not password,
                created=now,
            )
        )
        audit.note(session, now, by, "新增用户", name, role.value)
    return first


def reset_password(central: Central, name: str, by: str) -> str:
    """A new one-time password; all sessions of the user end. Raises ``SignInError``."""
    first, now = secrets.token_urlsafe(9), central.now()
    with central.database.writing() as session:
        user = session.get(User, name)
        if user is None:
            raise SignInError(f"没有用户 {name}")
        user.password, user.must_change, user.active = _hasher.hash(first), True, True
        session.execute(sa.delete(SignIn).where(SignIn.user == name))
        forget(session, _subject(name))
        audit.note(session, now, by, "重置密码", name)
    return first


def disable(central: Central, name: str, by: str) -> None:
    """May not sign in any more; sessions end. Raises ``SignInError``."""
    with central.database.writing() as session:
        user = session.get(User, name)
        if user is None or name == by:
            raise SignInError("不能停用自己，也不能停用不存在的用户")
        user.active = False
        session.execute(sa.delete(SignIn).where(SignIn.user == name))
        audit.note(session, central.now(), by, "停用用户", name)


def sign_in(central: Central, name: str, password: str) -> str:
    """The session's cookie value. Raises ``SignInError``: the same text for a wrong name and a wrong password."""
    security, now = central.config.security, central.now()
    window, subject = dt.timedelta(minutes=security.lock_minutes), _subject(name)
    with central.database.writing() as session:
        if blocked(session, subject, security.failures, window, now):
            raise SignInError(f"密码错误次数太多，请{security.lock_minutes:g}分钟后再试")
        user = session.get(User, name)
        stored = user.password if user is not None else _NOBODY
    right = _fits(stored, password[:MOST_PASSWORD]) and user is not None and user.active
    with central.database.writing() as session:
        if not right:
            count(session, subject, window, now)
            audit.note(session, now, name[:32], "登录失败")
        else:
            token = secrets.token_urlsafe(32)
            forget(session, subject)
            session.add(
                SignIn(token_hash=_hashed(token), user=name, csrf=secrets.token_urlsafe(24), created=now, seen=now)
            )
            audit.note(session, now, name, "登录")
            return token
    raise SignInError("用户名或密码不对")


def who(central: Central, token: str) -> Person | None:
    """Whose session the cookie is; None when it is none, too old, or was idle for too long."""
    security, now = central.config.security, central.now()
    if not token:
        return None
    with central.database.reading() as session:
        row = session.get(SignIn, _hashed(token))
        if row is None:
            return None
        user = session.get_one(User, row.user)
        seen = row.seen
        old = now - row.created > dt.timedelta(hours=security.session_hours)
        idle = now - seen > dt.timedelta(minutes=security.idle_minutes)
    if old or idle or not user.active:
        return None
    if now - seen > dt.timedelta(minutes=1):
        with central.database.writing() as session:
            session.execute(sa.update(SignIn).where(SignIn.token_hash == row.token_hash).values(seen=now))
    return Person(
        name=user.name,
        display=user.display,
        role=Role(user.role),
        department=user.department,
        csrf=row.csrf,
        must_change=user.must_change,
    )


def sign_out(central: Central, token: str) -> None:
    with central.database.writing() as session:
        session.execute(sa.delete(SignIn).where(SignIn.token_hash == _hashed(token)))


def change_password(central: Central, name: str, old: str, new: str) -> None:
    """Other sessions of the user stay; a one-time password is used up. Raises ``SignInError``."""
    if not LEAST_PASSWORD <= len(new) <= MOST_PASSWORD:
        raise SignInError(f"新密码至少{LEAST_PASSWORD}个字")
    if new == old or name.lower() in new.lower():
        raise SignInError("新密码不能和旧密码一样，也不能含有用户名")
    with central.database.writing() as session:
        user = session.get(User, name)
        if user is None or not _fits(user.password, old):
            raise SignInError("旧密码不对")
        user.password, user.must_change = _hasher.hash(new), False
        audit.note(session, central.now(), name, "修改密码")


def same_csrf(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _fits(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _subject(name: str) -> str:
    return f"sign-in:{name[:64]}"
