"""``bianmin image`` on the terminal itself: status, provisioning, health, rollback, the update agent, factory reset."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from bianmin import settings
from bianmin.cli.output import CommandError, Json, console, emit, failures

if TYPE_CHECKING:
    from deploy_image.agent.outside import RealOutside
    from deploy_image.agent.run import Terminal

AGENT = Path("/data/agent")
HEALTHY = Path("/run/bianmin-healthy")
FOUND_BAD = AGENT / "found-bad"


def register(app: typer.Typer) -> None:
    """Add these commands to the group."""
    for command in (status, provision, enrol, health, install, rollback, agent, pin, erase):
        app.command()(command)
    app.command(hidden=True)(chore)


def built_in(folder: Path) -> dict[str, str]:
    from deploy_image.errors import ImageError

    try:
        return msgspec.json.decode((folder / "build.json").read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError):
        raise ImageError(f"{folder} holds no build; make one with: bianmin image build -o {folder}") from None


def status(as_json: Json = False) -> None:
    """On a terminal: which system runs and starts next, how the last update went. Elsewhere: the builds there are."""
    from deploy_image import slots
    from deploy_image.definition import read_release
    from deploy_image.errors import ImageError

    if not slots.RELEASE.exists():
        found = [built_in(path.parent) for path in sorted((settings.home() / "images").glob("*/build.json"))]
        lines = [f"{one['profile']:18} {one['version']:14} {one['disk']}" for one in found]
        emit(
            {"terminal": False, "builds": found}, as_json, "\n".join(lines) or "no build yet; run: bianmin image build"
        )
        return
    with failures(ImageError, OSError):
        release = read_release(slots.RELEASE.read_text("utf-8"))
        both = slots.read()
    agent = _read_json(AGENT / "memory.json")
    health = _read_json(AGENT / "health.json")
    told = {"terminal": True, "release": release, "slots": both, "agent": agent, "health": health}
    if as_json:
        emit(told, True)
        return
    console.print(f"{release.profile} {release.version}", markup=False)
    for slot in both:
        marks = [word for word, on in (("runs", slot.running), ("next", slot.next), ("tried", slot.tried)) if on]
        console.print(f"  system {slot.name}: {'good' if slot.good else 'BAD'}  {' '.join(marks)}", markup=False)
    if isinstance(agent, dict) and isinstance(agent.get("state"), dict):
        console.print(f"  update: {agent['state'].get('type', 'none')}", markup=False)
    if isinstance(health, dict):
        console.print(
            f"  health: {'good' if health.get('good') else '; '.join(health.get('reasons', []))}", markup=False
        )


def _read_json(path: Path) -> object:
    try:
        return msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError):
        return None


def provision(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="bianmin-terminal.toml; default: the stick's.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say whether the file is right.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="At start: carry out what was provisioned.")] = False,
    as_json: Json = False,
) -> None:
    """Make this machine the terminal that the file describes; keys are made here and never leave it."""
    from deploy_image import provisioning
    from deploy_image.device import applying
    from deploy_image.errors import ImageError

    kept, stick = settings.home() / "terminal.toml", Path("/run/courier") / provisioning.FILE_NAME
    with failures(ImageError, OSError):
        source = file or (stick if stick.exists() else kept)
        if apply and not source.exists():
            emit({"provisioned": False}, as_json, "not provisioned yet")
            return
        if not source.exists():
            raise CommandError(f"{source} is not there; name the provisioning file")
        told = provisioning.read(source.read_bytes())
        if check:
            emit(
                {"provisioned": False, "name": told.terminal.name},
                as_json,
                f"{source.name} is right: {told.terminal.name}",
            )
            return
        applying.carry_out(told, source, kept, settings.home() / "settings.toml")
        if not apply:
            applying.start("bianmin-enrol", "bianmin-sync", "bianmin-agent")
    emit({"provisioned": True, "name": told.terminal.name}, as_json, f"this is {told.terminal.name}")


def enrol(
    wait: Annotated[bool, typer.Option("--wait", help="Until central answers, however long that takes.")] = False,
    as_json: Json = False,
) -> None:
    """Enrol this terminal at central with the code of its provisioning file; nothing to do when it is enrolled."""
    import time

    from bianmin import enrolling
    from deploy_image import provisioning
    from deploy_image.agent.machine import wait as longer
    from deploy_image.errors import ImageError
    from offline_cache.central_link import LinkError
    from offline_cache.enrolment import EnrolmentError
    from offline_cache.identity import IdentityError

    kept = settings.home() / "terminal.toml"
    with failures(ImageError, OSError, EnrolmentError, IdentityError, LinkError):
        if enrolling.is_enrolled():
            emit({"enrolled": True}, as_json, "this terminal is enrolled")
            return
        told = provisioning.read(kept.read_bytes())
        if told.central is None or not told.central.code:
            emit({"enrolled": False}, as_json, "the provisioning file names no central service or no code")
            return
        tries = 0
        while True:
            try:
                known = enrolling.enrol(settings.load(), told.central.code, told.terminal.place or told.terminal.name)
                break
            except LinkError:
                if not wait:
                    raise
                time.sleep(longer(tries))
                tries += 1
    emit({"enrolled": True, "terminal": known.terminal}, as_json, f"enrolled as {known.terminal}")


def health(
    mark: Annotated[bool, typer.Option("--mark", help="Keep this system when it is good (at start).")] = False,
    patience: Annotated[float, typer.Option(help="Seconds for each of the checks; 0: as usual.")] = 0.0,
    as_json: Json = False,
) -> None:
    """Look whether this system works: screen, search, recognition; printer, central as before. Exit 1: it does not."""
    from deploy_image import health as judging
    from deploy_image import slots
    from deploy_image.definition import load, read_release
    from deploy_image.device.applying import run_as_program, write_json
    from deploy_image.errors import ImageError

    if not slots.RELEASE.exists():
        raise CommandError("this machine was not started from a terminal image")
    with failures(ImageError, OSError):
        release = read_release(slots.RELEASE.read_text("utf-8"))
        question = Path("/usr/share/bianmin/health-question.wav")
        before = _read_json(AGENT / "baseline.json")
        seen = judging.look(
            run_as_program,
            screen="kiosk" in load(release.profile).profile.packages,
            question=question if question.exists() else None,
            provisioned=(settings.home() / "terminal.toml").exists(),
            workers=settings.load().ivr.workers,
            patience=patience or judging.PATIENCE,
        )
        verdict = judging.judge(seen, before if isinstance(before, dict) else {})
        if mark:
            write_json(AGENT / "health.json", verdict)
            if verdict.good:
                slots.keep()
                write_json(AGENT / "baseline.json", judging.baseline(verdict))
                HEALTHY.touch()
    emit(verdict, as_json, "good" if verdict.good else "\n".join(verdict.reasons))
    if not verdict.good:
        raise typer.Exit(1)


def install(
    bundle: Annotated[Path, typer.Argument(help="A bundle, on a stick: /run/courier/NAME.raucb")],
    as_json: Json = False,
) -> None:
    """Install an update from a stick: the staff PIN, then the same checks as from central. Restarts at the end."""
    import time

    from deploy_image import provisioning, slots, staff, tools
    from deploy_image.errors import ImageError

    if not slots.RELEASE.exists():
        raise CommandError("this machine was not started from a terminal image; nothing was installed")
    if not bundle.is_file():
        raise CommandError(f"{bundle} is not there; is the stick in?")
    with failures(ImageError, OSError):
        kept = settings.home() / "terminal.toml"
        known = provisioning.read(kept.read_bytes()).staff.pin if kept.exists() else ""
        if known:
            staff.check(typer.prompt("PIN", hide_input=True), known, AGENT / "pin.json", time.time())
        tools.run(["rauc", "install", bundle])
        emit({"installed": True}, as_json, "installed; restarting into the new system")
        tools.run(["systemctl", "--no-block", "reboot"])


def chore() -> None:
    """One thing the staff area asks of the system: a line in, a line out (started by systemd for a connection)."""
    import sys

    from deploy_image import chores
    from deploy_image.errors import ImageError

    def say(done: chores.Done) -> None:
        sys.stdout.buffer.write(msgspec.json.encode(done) + b"\n")
        sys.stdout.buffer.flush()

    with failures(ImageError, OSError):
        chores.serve(sys.stdin.buffer.readline(chores.LONGEST), chores.Machine(), say)


def pin(as_json: Json = False) -> None:
    """Make the line for the provisioning file from a PIN."""
    from deploy_image import staff

    with failures(staff.PinError):
        hashed = staff.hash_pin(typer.prompt("PIN", hide_input=True, confirmation_prompt=True))
    emit({"pin": hashed}, as_json, f'[staff]\npin = "{hashed}"')


def rollback(as_json: Json = False) -> None:
    """Mark the running system as bad and start the other one; stays when the other one is no better."""
    from deploy_image import slots
    from deploy_image.definition import read_release
    from deploy_image.errors import ImageError
    from offline_cache.files import Disk, replace_file

    with failures(ImageError, OSError):
        # For the agent in the other system: this one was looked at, it was not only cut off. Nothing may keep us here.
        with contextlib.suppress(OSError, ImageError):
            release = read_release(slots.RELEASE.read_text("utf-8"))
            replace_file(Disk(), FOUND_BAD, release.version.encode())
        leaving = slots.leave()
    emit(
        {"restarting": leaving},
        as_json,
        "starting the other system" if leaving else "the other system is no better; staying",
    )


def agent(once: Annotated[bool, typer.Option("--once", help="One round only.")] = False) -> None:
    """The update agent: asks central, fetches, installs while nobody uses the terminal. Runs until it is stopped."""
    import time

    from deploy_image.agent.run import Agent
    from deploy_image.errors import ImageError

    with failures(ImageError, OSError):
        terminal, outside = _agent_parts()
        working = Agent(AGENT, terminal, outside, time.time)
        while True:
            working.tick()
            if once:
                return
            time.sleep(30)


def _agent_parts() -> tuple[Terminal, RealOutside]:
    import requests

    from deploy_image import provisioning, slots
    from deploy_image.agent import words
    from deploy_image.agent.outside import RealOutside
    from deploy_image.agent.run import FetchError, Terminal
    from deploy_image.definition import load, read_release
    from offline_cache.enrolment import EnrolmentError
    from offline_cache.identity import IdentityError
    from offline_cache.image_index import release_name
    from offline_cache.layout import Layout, open_terminal
    from offline_cache.outbox import OutboxError
    from offline_cache.wire import Kind

    release = read_release(slots.RELEASE.read_text("utf-8"))
    told = provisioning.read((settings.home() / "terminal.toml").read_bytes())
    if told.central is None:
        raise CommandError("no central service is provisioned; updates come by stick only")
    central, compatible = told.central.url, load(release.profile).compatible

    def say(outcome: words.Outcome) -> None:
        plain = {
            "software": release.version,
            "profile": release.profile,
            "release": release_name(compatible, outcome.version),
            "outcome": outcome.result,
            "reason": outcome.reason,
        }
        key = f"image-{outcome.version}-{outcome.result}"
        layout = Layout(settings.home())
        try:
            # The agent is root: an outbox that it made could not be written by the program.
            known = open_terminal(layout, central) if layout.outbox.exists() else None
            if known is None:
                raise FetchError("not enrolled yet")
            known.outbox.put(Kind.HEALTH, plain=plain, secret=b"", now=dt.datetime.now(dt.UTC), key=key)
        except (EnrolmentError, IdentityError, OutboxError, OSError) as error:
            raise FetchError(str(error)) from None

    running = next(slot.name for slot in slots.read() if slot.running)
    slot = Path(f"/dev/disk/by-partlabel/root-{running.lower()}")
    terminal = Terminal(told.terminal.name, compatible, release.version, slot)
    outside = RealOutside(
        f"{central.rstrip('/')}/images",
        release.profile,
        requests.Session(),
        told.update,
        settings.home() / "logs" / "kiosk-events.jsonl",
        HEALTHY,
        FOUND_BAD,
        say,
        dt.datetime.now,
    )
    return terminal, outside


def erase(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False, as_json: Json = False) -> None:
    """Factory reset: the keys of the data partition are destroyed; nothing on it can be read again."""
    from deploy_image import slots, tools
    from deploy_image.errors import ImageError

    if not slots.RELEASE.exists():
        raise CommandError("this machine was not started from a terminal image; nothing was erased")
    if not yes and not typer.confirm("Everything this terminal keeps will be lost. Go on?"):
        raise CommandError("nothing was erased")
    with failures(ImageError, OSError):
        tools.run(["/usr/bin/python3.11", "-I", "/usr/lib/bianmin/data_partition.py", "erase"])
        emit({"erased": True}, as_json, "erased; restarting")
        tools.run(["systemctl", "--no-block", "reboot", "--force"])
