"""Who may do what: four roles and the permissions each has. A page asks for a permission, never for a role."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    CLERK = "clerk"  # takes requests in, dispatches, calls back
    DEPARTMENT = "department"  # works on its own department's requests
    TECHNICIAN = "technician"  # terminals and releases
    ADMINISTRATOR = "administrator"


ROLE_NAMES = {
    Role.CLERK: "受理员",
    Role.DEPARTMENT: "部门经办",
    Role.TECHNICIAN: "技术员",
    Role.ADMINISTRATOR: "管理员",
}


class Permission(StrEnum):
    SEE_TICKETS = "see-tickets"
    DISPATCH = "dispatch"
    HANDLE = "handle"  # accept, object, answer
    CALL_BACK = "call-back"  # confirm, reopen
    UNSEAL = "unseal"
    SEE_FLEET = "see-fleet"
    MANAGE_FLEET = "manage-fleet"
    PUBLISH = "publish"
    SEE_STATISTICS = "see-statistics"
    CONSULT = "consult"
    EXPORT = "export"
    ADMINISTER = "administer"


_P = Permission
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: frozenset(
        {_P.SEE_TICKETS, _P.DISPATCH, _P.CALL_BACK, _P.UNSEAL, _P.SEE_STATISTICS, _P.CONSULT, _P.EXPORT}
    ),
    Role.DEPARTMENT: frozenset({_P.SEE_TICKETS, _P.HANDLE, _P.UNSEAL}),
    Role.TECHNICIAN: frozenset({_P.SEE_FLEET, _P.MANAGE_FLEET, _P.PUBLISH}),
    # An administrator watches over everything but has no business with a citizen's personal data.
    Role.ADMINISTRATOR: frozenset(_P) - {_P.UNSEAL, _P.HANDLE},
}


def may(role: Role, permission: Permission) -> bool:
    return permission in PERMISSIONS[role]
