"""Does this system work? The question after every start of an updated terminal, and its consequences.

The program that serves is asked, not a second one (docs/decisions/0043): a question is put to the running kiosk, or to
every worker of the phone line, whose front must run. A kiosk without a microphone has loaded no recogniser; then one is
tried by itself.

Search and recognition (and the screen, where there is one) must work. The printer and central must work only if they
did before the update: a cable pulled out in the night must not undo one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

Run = Callable[[Sequence[str], float], tuple[int, str]]
"""Runs a command for at most so many seconds: exit code (124: it took too long) and what it printed."""


class Part(StrEnum):
    """What is looked at."""

    SCREEN = "screen"
    FRONT = "front"
    SEARCH = "search"
    SPEECH = "speech"
    PRINTER = "printer"
    SYNC = "sync"


MUST = (Part.SCREEN, Part.FRONT, Part.SEARCH, Part.SPEECH)
MUST_AS_BEFORE = (Part.PRINTER, Part.SYNC)

QUESTION = "异地就医备案"
PATIENCE = 420.0
"""Seconds for one check: a slow machine that is still starting."""
ENDING = 60.0
"""More, for a command that gives up by itself to say why."""


class Seen(msgspec.Struct, frozen=True):
    """``ok`` None: not part of this terminal."""

    part: Part
    ok: bool | None
    text: str


class Verdict(msgspec.Struct, frozen=True):
    """``good``: this system is kept. ``reasons``: what speaks against it."""

    good: bool
    reasons: tuple[str, ...]
    seen: tuple[Seen, ...]


def judge(seen: Iterable[Seen], before: Mapping[str, bool]) -> Verdict:
    """Weigh what was seen; ``before``: part -> whether it worked in the last good system."""
    looked = tuple(seen)
    reasons = []
    for one in looked:
        needed = one.part in MUST or (one.part in MUST_AS_BEFORE and before.get(one.part, False))
        if one.ok is False and needed:
            reasons.append(f"{one.part}: {one.text}")
    return Verdict(not reasons, tuple(reasons), looked)


def look(
    run: Run, *, screen: bool, question: Path | None, provisioned: bool, workers: int = 1, patience: float = PATIENCE
) -> list[Seen]:
    """Look at everything through the program's own commands, each for ``patience`` seconds at most. Never raises.

    ``workers``: how many serve the phone line, where there is no screen; each of them must work.
    """
    seen = [_screen(run, patience)] if screen else [Seen(Part.SCREEN, None, "this terminal has none")]
    if seen[0].ok is False:  # nobody to ask, and waiting for him would only keep the way back waiting
        seen += [Seen(part, False, "there is no kiosk to ask") for part in (Part.SEARCH, Part.SPEECH)]
    else:
        programs = ["kiosk"] if screen else [f"ivr-{number}" for number in range(workers)]
        seen += _ask_all(run, programs, question, patience)
    if not screen:
        seen.append(_front(run))
    seen.append(_printer(run))
    if provisioned:
        code, said = run(["bianmin", "sync", "now"], patience)
        seen.append(Seen(Part.SYNC, code == 0, "central answers" if code == 0 else _last(said)))
    else:
        seen.append(Seen(Part.SYNC, None, "not provisioned"))
    return seen


def _screen(run: Run, patience: float) -> Seen:
    code, said = run(["/usr/lib/bianmin/wait-for-kiosk"], patience)
    return Seen(Part.SCREEN, code == 0, "the kiosk is ready" if code == 0 else _last(said) or "no kiosk came up")


def _front(run: Run) -> Seen:
    """What callers reach. One that cannot start is begun again and again, and is not active meanwhile."""
    code, said = run(["systemctl", "is-active", "bianmin-ivr-edge"], 60.0)
    return Seen(Part.FRONT, code == 0, "the phone line's front runs" if code == 0 else f"the front is {_last(said)}")


def _ask_all(run: Run, programs: Sequence[str], question: Path | None, patience: float) -> list[Seen]:
    """The first that does not work speaks for all, under its name; the last one when all do."""
    if len(programs) == 1:
        return _ask(run, programs[0], question, patience)
    seen: list[Seen] = []
    who = "every worker"
    for program in programs:
        seen = _ask(run, program, question, patience)
        if any(one.ok is False for one in seen):
            who = program
            break
    return [Seen(one.part, one.ok, f"{who}: {one.text}") for one in seen]


def _ask(run: Run, program: str, question: Path | None, patience: float) -> list[Seen]:
    words = ["--wav", str(question)] if question is not None else []
    # It gives up by itself, with the reason, before it is ended.
    command = ["bianmin", "ask", QUESTION, *words, "--of", program, "--wait", f"{patience:g}", "--json"]
    code, said = run(command, patience + ENDING)
    try:
        answer = msgspec.json.decode(_last(said))
        outcome, listens = answer["outcome"], bool(answer["listens"])
        heard = (answer.get("heard") or {}).get("pinyin") or ""
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
        failed = f"asking failed ({code}) {_last(said)}".strip()
        speech = Seen(Part.SPEECH, False, failed) if question else Seen(Part.SPEECH, None, "no recording in the image")
        return [Seen(Part.SEARCH, False, failed), speech]
    seen = [Seen(Part.SEARCH, code == 0 and outcome in ("answer", "clarify"), f"the test question: {outcome}")]
    if question is None:
        return [*seen, Seen(Part.SPEECH, None, "no recording in the image")]
    if not listens:
        return [*seen, _hear(run, question, patience)]
    return [*seen, Seen(Part.SPEECH, bool(heard), "the test question was heard" if heard else "nothing was heard")]


def _hear(run: Run, question: Path, patience: float) -> Seen:
    """The recogniser that this terminal would load if it had a microphone."""
    code, said = run(["bianmin", "hear", str(question), "--json"], patience)
    try:
        heard = bool(msgspec.json.decode(_last(said))["text"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return Seen(Part.SPEECH, False, f"there is no microphone, and hearing failed ({code})")
    told = "the test question was heard (no microphone: by a recogniser of its own)"
    return Seen(Part.SPEECH, heard, told if heard else "nothing was heard")


def _printer(run: Run) -> Seen:
    code, said = run(["bianmin", "devices", "list", "--json"], 60.0)
    try:
        devices = msgspec.json.decode(_last(said))["devices"]
        printers = [one for one in devices if one["kind"] == "receipt-printer"]
        states = [one["condition"]["state"] for one in printers]
    except (msgspec.DecodeError, KeyError, TypeError):
        return Seen(Part.PRINTER, False, f"the devices cannot be listed ({code})")
    if not states:
        return Seen(Part.PRINTER, None, "no printer is set")
    return Seen(Part.PRINTER, any(state in ("ready", "warning") for state in states), f"the printer is {states[0]}")


def _last(said: str) -> str:
    return next((line for line in reversed(said.splitlines()) if line.strip()), "")


def baseline(verdict: Verdict) -> dict[str, bool]:
    """What is remembered of a good system, for the next update."""
    return {one.part.value: one.ok for one in verdict.seen if one.ok is not None}
