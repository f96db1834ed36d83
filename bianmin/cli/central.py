"""``bianmin central``: run the central service, publish content, look at tickets and terminals, steer a rollout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bianmin import settings
from bianmin.cli.output import CommandError, Json, console, emit, failures

if TYPE_CHECKING:
    from central.service import Central

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The central service.")

Folder = Annotated[
    Path | None, typer.Option("--folder", help="Keys, content, database; default: central/ of the home.")
]
Url = Annotated[
    str, typer.Option("--database", envvar="BIANMIN_DATABASE", help="postgresql://... ; default: SQLite in the folder.")
]
OPERATOR = "命令行"
"""The actor in the audit log for what is done here."""


@app.command()
def serve(
    listen: Annotated[str, typer.Option("--listen", help="HOST:PORT; port 0 takes a free one.")] = "127.0.0.1:8600",
    folder: Folder = None,
    database: Url = "",
    pack: Annotated[str, typer.Option("--pack", help="Departments, codes, hours; default: the published pack.")] = "",
    proxied: Annotated[bool, typer.Option("--proxied", help="Behind a proxy that sets X-Forwarded-For.")] = False,
    as_json: Json = False,
) -> None:
    """Run the service. The first run makes the keys and an administrator, whose password is told once."""
    from bianmin.cli.addresses import host_and_port

    host, port = host_and_port(listen)
    with _opened(folder, database, pack or _starter()) as central:
        from central.first_run import ADMINISTRATOR, first_administrator
        from central.serving import ServeError, bind
        from central.serving import serve as run

        with failures(ServeError):
            listening = bind(host, port)
        password = first_administrator(central)
        address = f"http://{host}:{listening.getsockname()[1]}"
        emit(
            {"address": address, "administrator": ADMINISTRATOR if password else "", "password": password},
            as_json,
            address,
        )
        if password and not as_json:
            console.print(f"first sign-in: {ADMINISTRATOR} / {password}  (told once; change it at once)", markup=False)
        run(central, listening, proxied=proxied)


@app.command()
def publish(
    pack: Annotated[
        Path, typer.Argument(help="The pack; or the PROFILE-VERSION.json of a terminal image, in the folder images.")
    ],
    plan: Annotated[
        Path | None, typer.Option("--plan", help="Stages and rules as TOML; default: 5 %, 30 %, all.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what it would change.")] = False,
    folder: Folder = None,
    database: Url = "",
    as_json: Json = False,
) -> None:
    """Begin the staged rollout of a pack, or tell what it would change; or that of a terminal image."""
    from offline_cache.rollout import DEFAULT_PLAN, IMAGE_PLAN, RolloutError

    with _opened(folder, database) as central:
        from central import publishing

        with failures(publishing.PublishError, RolloutError, OSError):
            if pack.suffix == ".json":
                if dry_run:
                    raise CommandError("--dry-run is for content; a system has nothing to compare", code=2)
                begun = publishing.publish_image(central, pack, OPERATOR, _plan(plan) if plan else IMAGE_PLAN)
                emit({"release": begun.release, "rollout": begun}, as_json, f"{begun.release}: begun")
                return
            changes = publishing.difference(central, pack)
            if dry_run:
                emit({"difference": changes}, as_json, _tell(changes))
                return
            rollout = publishing.publish(central, pack, OPERATOR, _plan(plan) if plan else DEFAULT_PLAN)
        emit(
            {"release": rollout.release, "rollout": rollout, "difference": changes},
            as_json,
            f"{rollout.release}: {_tell(changes)}",
        )


@app.command()
def tickets(
    state: Annotated[str, typer.Option("--state", help="received, dispatched, accepted, answered, ...")] = "",
    department: Annotated[str, typer.Option("--department", help="Its id.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10000)] = 100,
    folder: Folder = None,
    database: Url = "",
    as_json: Json = False,
) -> None:
    """Tickets in the order they have to be worked on; nothing personal."""
    from offline_cache.wire import TicketState

    if state and state not in set(TicketState):
        raise CommandError(f"--state is one of {', '.join(TicketState)}", code=2)
    with _opened(folder, database) as central:
        from central import tickets as desk

        with central.database.reading() as session:
            rows = desk.work_list(
                session, states=(TicketState(state),) if state else (), department=department, limit=limit
            )
        now = central.now()
        listed = [_ticket(row, int(desk.urgency(row, now, central.config.reminders))) for row in rows]
    emit({"tickets": listed}, as_json, "\n".join(_ticket_line(one) for one in listed) or "no tickets")


@app.command()
def fleet(folder: Folder = None, database: Url = "", as_json: Json = False) -> None:
    """Every terminal and how it is, those that need somebody first."""
    with _opened(folder, database) as central:
        from central import fleet as terminals

        with central.database.reading() as session:
            looks = terminals.looks(central, session)
    lines = [f"{one.condition:8} {one.id:20} {one.label:16} {'; '.join(one.reasons) or one.content}" for one in looks]
    emit({"terminals": looks}, as_json, "\n".join(lines) or "no terminals; make a code: bianmin central enrol ID")


@app.command()
def enrol(
    terminal: Annotated[str, typer.Argument(help="The id the terminal shall have, such as WL-007.")],
    label: Annotated[str, typer.Option("--label", help="Where it stands.")] = "",
    folder: Folder = None,
    database: Url = "",
    as_json: Json = False,
) -> None:
    """A one-time code with which a new terminal makes itself known."""
    with _opened(folder, database) as central:
        from central import fleet as terminals

        with failures(terminals.FleetError):
            code = terminals.new_code(central, terminal, label, OPERATOR)
        hours = central.config.security.enrolment_hours
    emit(
        {"terminal": terminal, "code": str(code), "hours": hours}, as_json, f"{code}  (good for {hours:g} hours, once)"
    )


@app.command()
def revoke(
    terminal: Annotated[str, typer.Argument(help="Its id.")],
    reason: Annotated[str, typer.Option("--reason", help="For the audit log.")] = "",
    folder: Folder = None,
    database: Url = "",
    as_json: Json = False,
) -> None:
    """A terminal's key is worth nothing from now on."""
    with _opened(folder, database) as central:
        from central import fleet as terminals

        with failures(terminals.FleetError):
            terminals.revoke(central, terminal, OPERATOR, reason)
    emit({"terminal": terminal, "revoked": True}, as_json, f"{terminal} is revoked")


@app.command()
def user(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[str, typer.Option("--role", help="clerk, department, technician or administrator.")] = "clerk",
    department: Annotated[str, typer.Option("--department", help="Its id, for the role department.")] = "",
    reset: Annotated[bool, typer.Option("--reset", help="Only give a new one-time password.")] = False,
    folder: Folder = None,
    database: Url = "",
    as_json: Json = False,
) -> None:
    """A new user, or a new password; the one-time password is told once."""
    from central.people import Role

    if role not in set(Role):
        raise CommandError(f"--role is one of {', '.join(Role)}", code=2)
    with _opened(folder, database) as central:
        from central import signin

        with failures(signin.SignInError):
            password = (
                signin.reset_password(central, name, OPERATOR)
                if reset
                else signin.add_user(central, name, Role(role), OPERATOR, department=department)
            )
    emit({"name": name, "password": password}, as_json, f"{name} / {password}  (told once)")


@app.command()
def rollout(
    release: Annotated[str, typer.Argument(help="Stop, resume or withdraw this one; default: list all.")] = "",
    stop: Annotated[bool, typer.Option("--stop", help="Offer it to nobody else for now.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Never offer it again.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="For the audit log.")] = "",
    folder: Folder = None,
    database: Url = "",
    as_json: Json = False,
) -> None:
    """How far each release is; stop, resume or withdraw one."""
    verbs = [name for name, chosen in (("stop", stop), ("resume", resume), ("withdraw", withdraw)) if chosen]
    if len(verbs) > 1 or (verbs and not release):
        raise CommandError("name one release and one of --stop, --resume, --withdraw", code=2)
    from offline_cache.rollout import RolloutError

    with _opened(folder, database) as central:
        from central import publishing

        with failures(RolloutError):
            if verbs:
                publishing.decide(central, release, verbs[0], OPERATOR, reason)
            publishing.advance_all(central)
            found = [one for one in publishing.standings(central) if release in ("", one.release)]
            if release and not found:
                raise RolloutError(f"there is no release {release}")
    lines = [
        f"{one.release:28} {one.status:9} {one.stage:6} {one.tally.installed}/{one.tally.offered} installed, "
        f"{one.tally.failed} failed  {one.reason}"
        for one in found
    ]
    emit({"releases": found}, as_json, "\n".join(lines) or "nothing was published yet")


@contextmanager
def _opened(folder: Path | None, database: str, pack: str = "") -> Iterator[Central]:
    """The service's folder and database, with every way they can fail as one line."""
    from sqlalchemy.exc import SQLAlchemyError

    from central.config import ConfigError
    from central.database import DatabaseError
    from central.keys import KeyFileError
    from central.service import open_central

    where = folder or settings.home() / "central"
    with failures(ConfigError, DatabaseError, KeyFileError, OSError):
        central = open_central(where, database=database, pack=pack)
    try:
        yield central
    except SQLAlchemyError as error:
        raise CommandError(
            f"the database failed ({type(error).__name__}); is its disk full or its server gone?"
        ) from error
    finally:
        central.database.close()


def _starter() -> str:
    """Until something is published, departments and hours come from the starter pack, if it is there."""
    published = settings.home() / "central" / "packs" / "current.pack"
    starter = settings.starter_pack()
    return str(starter) if starter.exists() and not published.exists() else ""


def _plan(path: Path) -> Any:
    import msgspec

    from offline_cache.rollout import Plan

    try:
        return msgspec.toml.decode(path.read_bytes(), type=Plan)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} is not a rollout plan: {error}", code=2) from error


def _tell(changes: Any) -> str:
    if changes is None:
        return "the first publication"
    listed = [
        f"  {mark} {one.kind} {one.id} {one.title} {', '.join(one.fields)}".rstrip()
        for mark, group in (("+", changes.added), ("~", changes.changed), ("-", changes.withdrawn))
        for one in group
    ]
    return f"{changes.old} -> {changes.new}\n" + ("\n".join(listed) or "  nothing changes")


def _ticket(row: Any, grade: int) -> dict[str, Any]:
    names = ("id", "number", "kind", "code", "department", "state", "terminal", "received", "first_answer_due")
    return {name: getattr(row, name) for name in names} | {"grade": grade}


def _ticket_line(one: dict[str, Any]) -> str:
    mark = ("", "!", "!!", "!!!")[one["grade"]]
    received = f"{one['received']:%m-%d %H:%M}"
    return f"{one['number'] or '-':12} {one['state']:11} {one['department'] or '-':22} {received} {mark}"
