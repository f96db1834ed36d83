"""Signing in: one-time passwords, lock-out, sessions that end; roles have what they need and nothing else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from central import signin
from central.first_run import first_administrator
from central.people import PERMISSIONS, Permission, Role
from central.service import Central
from central.signin import SignInError
from central.tables import Audit, SignIn, User
from tests.central.conftest import VirtualClock

PASSWORD = "correct horse battery"


@pytest.fixture
def li(central: Central) -> Central:
    signin.add_user(central, "li", Role.CLERK, "test", password=PASSWORD)
    return central


def test_the_first_run_makes_one_administrator_with_a_password_told_once(central: Central) -> None:
    password = first_administrator(central)
    assert len(password) >= 12
    assert first_administrator(central) == ""
    person = signin.who(central, signin.sign_in(central, "admin", password))
    assert person is not None
    assert (person.role, person.must_change) == (Role.ADMINISTRATOR, True)


def test_passwords_and_cookies_are_not_readable_in_the_database(li: Central) -> None:
    token = signin.sign_in(li, "li", PASSWORD)
    with li.database.reading() as session:
        assert session.scalars(sa.select(User.password)).one().startswith("$argon2id$")
        assert token not in session.scalars(sa.select(SignIn.token_hash)).one()


def test_wrong_name_and_wrong_password_sound_the_same(li: Central) -> None:
    texts = set()
    for name, password in (("li", "wrong"), ("wang", PASSWORD), ("", "")):
        with pytest.raises(SignInError) as told:
            signin.sign_in(li, name, password)
        texts.add(str(told.value))
    assert len(texts) == 1


def test_after_five_failures_the_account_is_locked_for_a_while(li: Central, clock: VirtualClock) -> None:
    for _ in range(5):
        with pytest.raises(SignInError):
            signin.sign_in(li, "li", "wrong")
    with pytest.raises(SignInError, match="分钟后"):
        signin.sign_in(li, "li", PASSWORD)
    clock.go(minutes=16)
    assert signin.sign_in(li, "li", PASSWORD)


def test_sessions_end_after_a_working_day_and_when_idle(li: Central, clock: VirtualClock) -> None:
    token = signin.sign_in(li, "li", PASSWORD)
    for _ in range(20):
        clock.go(minutes=29)
        assert signin.who(li, token)
    clock.go(minutes=29)
    assert signin.who(li, token) is None, "ten hours are over"
    token = signin.sign_in(li, "li", PASSWORD)
    clock.go(minutes=31)
    assert signin.who(li, token) is None, "idle"
    token = signin.sign_in(li, "li", PASSWORD)
    signin.sign_out(li, token)
    assert signin.who(li, token) is None


def test_a_disabled_user_is_out_at_once(li: Central) -> None:
    token = signin.sign_in(li, "li", PASSWORD)
    with pytest.raises(SignInError):
        signin.disable(li, "li", by="li")
    signin.disable(li, "li", by="admin")
    assert signin.who(li, token) is None
    with pytest.raises(SignInError):
        signin.sign_in(li, "li", PASSWORD)


@pytest.mark.parametrize("new", ["short", PASSWORD, "my name is li, really", "x" * 201])
def test_bad_new_passwords_are_not_taken(li: Central, new: str) -> None:
    with pytest.raises(SignInError):
        signin.change_password(li, "li", PASSWORD, new)


def test_a_new_password_replaces_the_one_time_one(central: Central) -> None:
    first = signin.add_user(central, "wang", Role.TECHNICIAN, "test")
    with pytest.raises(SignInError):
        signin.change_password(central, "wang", "wrong", "another long one")
    signin.change_password(central, "wang", first, "another long one")
    person = signin.who(central, signin.sign_in(central, "wang", "another long one"))
    assert person is not None
    assert not person.must_change


@pytest.mark.parametrize(
    ("name", "role", "department"),
    [("", Role.CLERK, ""), ("a b", Role.CLERK, ""), ("x", Role.DEPARTMENT, ""), ("x", Role.CLERK, "police")],
)
def test_users_that_make_no_sense_are_not_made(central: Central, name: str, role: Role, department: str) -> None:
    with pytest.raises(SignInError):
        signin.add_user(central, name, role, "test", department=department)


def test_only_those_who_work_on_requests_may_open_personal_data() -> None:
    assert {role for role in Role if Permission.UNSEAL in PERMISSIONS[role]} == {Role.CLERK, Role.DEPARTMENT}
    assert Permission.SEE_TICKETS not in PERMISSIONS[Role.TECHNICIAN]
    assert Permission.ADMINISTER not in PERMISSIONS[Role.CLERK]


def test_every_sign_in_is_in_the_audit_log(li: Central) -> None:
    with pytest.raises(SignInError):
        signin.sign_in(li, "li", "wrong")
    signin.sign_in(li, "li", PASSWORD)
    with li.database.reading() as session:
        assert session.scalars(sa.select(Audit.action).where(Audit.actor == "li")).all() == ["登录失败", "登录"]
