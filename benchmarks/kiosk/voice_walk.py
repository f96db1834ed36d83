"""Services done by voice alone, with real sound: nobody touches anything; writes benchmarks/results/kiosk-voice.md.

    python -m benchmarks.kiosk.voice_walk [--voice zm_yunjian] [--rate 0.9] [SERVICE ...]

The real program in a process of its own, with its real endpointing, recogniser, search and voice; a radar sees somebody
come, a central service takes in what is filed, a slip printer and an A4 printer keep their paper. What the citizen says
(voice_walk.yaml) is spoken by another voice than the terminal's and put into the microphone's path when the ears open,
0.6 s later, as people do; what is said back is waited for. When a word does not lead where it should, the citizen says
it again, twice at most, and answers when asked back. One word is one turn.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import soundfile
import yaml

from benchmarks.kiosk.surroundings import Place, place
from bianmin import settings
from bianmin.tour.hall import in_hall, pad
from bianmin.tour.questions import trimmed
from bianmin.tour.scenes import CITIZEN_VOICES
from bianmin.voice import open_synthesiser
from kiosk.driver import Driver, DriverError
from kiosk.remote import Seen

ROOT = Path(__file__).resolve().parents[2]
RESULT = ROOT / "benchmarks" / "results" / "kiosk-voice.md"
WALK = Path(__file__).with_name("voice_walk.yaml")
TRIES = 3
MOST_TURNS = 40
BEFORE, AFTER = 0.6, 1.6
"""Seconds of quiet around what is said."""
OPEN_SECONDS, UNDERSTOOD_SECONDS, SETTLED_SECONDS = 90.0, 15.0, 40.0
FREE_SECONDS = 420.0
"""Until the terminal is free again, when somebody went away in the middle: the idle question and its countdown."""
NUMERALS = "零一二三四五六七八九"


class Step(msgspec.Struct, frozen=True, rename={"say": "说", "to": "到", "has": "有", "no_try": "只说一次"}):
    say: str
    to: str
    has: str = ""
    no_try: bool = False


class Visit(msgspec.Struct, frozen=True, rename={"name": "名称", "service": "服务", "steps": "步骤", "done": "办成"}):
    name: str
    service: str
    steps: tuple[Step, ...]
    done: tuple[str, ...] = ()


class Turn(msgspec.Struct):
    """``opened``: seconds until the ears opened for these words; ``first_sound``: from the last word to the first sound
    of the reply, 0 when nothing was said.
    """

    said: str
    heard: str
    screen: str
    opened: float
    first_sound: float
    right: bool


class Walked(msgspec.Struct):
    name: str
    service: str
    turns: list[Turn]
    seconds: float = 0.0
    reached: str = ""


class LostError(Exception):
    """The citizen does not get on."""


class Citizen:
    """Speaks with a voice of its own; what was said once is kept as a file."""

    def __init__(self, folder: Path, voice: str, rate: float, snr: float | None) -> None:
        self._folder, self._voice, self._rate, self._snr = folder, voice, rate, snr
        folder.mkdir(parents=True, exist_ok=True)
        self.memory: dict[str, str] = {}

    def words(self, said: str) -> str:
        for name, value in self.memory.items():
            said = said.replace("{" + name + "}", "".join(NUMERALS[int(digit)] for digit in value))
        return said

    def prepare(self, sentences: Sequence[str]) -> None:
        missing = [one for one in dict.fromkeys(sentences) if "{" not in one and not self.sound(one).exists()]
        if not missing:
            return
        synthesiser = open_synthesiser(settings.load(), spare=False, threads=1)
        try:
            for sentence in missing:
                spoken = trimmed(synthesiser.synthesise(sentence, rate=self._rate, voice=self._voice))
                around = (spoken, BEFORE, AFTER)
                sound = pad(*around) if self._snr is None else in_hall(spoken, self._snr, BEFORE, AFTER)
                soundfile.write(self.sound(sentence), sound.samples, sound.rate, subtype="PCM_16")
        finally:
            synthesiser.close()

    def sound(self, sentence: str) -> Path:
        noise = "" if self._snr is None else f"-{self._snr:g}dB"
        return self._folder / f"{self._voice}-{self._rate:g}{noise}-{sentence}.wav"


class Walk:
    """One visit after the other to the same kiosk."""

    def __init__(self, kiosk: Driver, citizen: Citizen, place: Place) -> None:
        self._kiosk, self._citizen, self._place = kiosk, citizen, place

    def visit(self, visit: Visit) -> Walked:
        walked = Walked(visit.name, visit.service, [])
        slips = self._paper()
        self._kiosk.wait(screen="attract", seconds=FREE_SECONDS)
        self._place.somebody(True)
        began = time.monotonic()
        seen = self._kiosk.wait(screen="listen", seconds=30)
        reached: set[str] = set()
        try:
            for step in visit.steps:
                seen = self._step(step, walked)
                reached.add(seen.screen)
                self._remember(seen)
        except (LostError, DriverError) as error:
            walked.reached = str(error)
        walked.seconds = time.monotonic() - began
        for name, before in slips.items():
            if self._paper()[name] > before:
                reached.add(name)
        missing = [one for one in visit.done if one not in reached]
        if not walked.reached and missing:
            walked.reached = f"not there: {', '.join(missing)}"
        self._place.somebody(False)
        if "ticket" in reached:
            self._place.send()
        self._citizen.prepare([self._citizen.words("{" + name + "}") for name in self._citizen.memory])
        return walked

    def _paper(self) -> dict[str, int]:
        files = {"slip": self._place.slip, "a4": self._place.paper}
        return {name: path.stat().st_mtime_ns if path.exists() else 0 for name, path in files.items()}

    def _step(self, step: Step, walked: Walked) -> Seen:
        said = step.say
        for _ in range(1 if step.no_try else TRIES):
            seen = self._say(said, step, walked)
            if walked.turns[-1].right:
                return seen
            while (meant := _asked_back(seen)) and len(walked.turns) < MOST_TURNS:
                seen = self._say("对" if meant == step.say else "不对", step, walked)
                if walked.turns[-1].right:
                    return seen
        turn = walked.turns[-1]
        raise LostError(f"{step.say} did not lead to {step.to} {step.has} but to {turn.screen}")

    def _say(self, said: str, step: Step, walked: Walked) -> Seen:
        words = self._citizen.words(said)
        self._citizen.prepare([words])
        began = time.monotonic()
        self._kiosk.wait(voice="listening", seconds=OPEN_SECONDS)
        opened = time.monotonic() - began
        before = self._kiosk.look()
        self._kiosk.hear(self._citizen.sound(words))
        turn = Turn(words, "", "", opened, 0.0, False)
        walked.turns.append(turn)
        deadline = time.monotonic() + soundfile.info(self._citizen.sound(words)).duration + UNDERSTOOD_SECONDS
        seen = self._kiosk.look()
        while len(seen.heard) <= len(before.heard) and time.monotonic() < deadline:
            time.sleep(0.05)
            seen = self._kiosk.look()
        if len(seen.heard) > len(before.heard):
            turn.heard = seen.heard[-1]
        seen = self._settled(turn)
        turn.screen = seen.screen
        turn.right = bool(turn.heard) and seen.screen in step.to.split("|") and step.has in _text(seen.document)
        word = "ok" if turn.right else "NO"
        times = f"ears after {opened:.1f} s, first sound {turn.first_sound:.2f} s"
        sys.stderr.write(f"   {words} -> {turn.heard or '-'} -> {seen.screen} {_title(seen)} {word}, {times}\n")
        return seen

    def _settled(self, turn: Turn) -> Seen:
        """Until nothing is worked on and the reply has begun to be heard."""
        deadline = time.monotonic() + SETTLED_SECONDS
        while True:
            seen = self._kiosk.look()
            working = seen.screen == "wait" or seen.document.get("state") in ("printing", "taking")
            if seen.timings:
                turn.first_sound = seen.timings[-1]["first_sound"]
            heard = turn.first_sound > 0 or not seen.saying or not turn.heard
            if (not working and heard) or time.monotonic() > deadline:
                return seen
            time.sleep(0.05)

    def _remember(self, seen: Seen) -> None:
        if seen.screen == "ticket":
            digits = "".join(filter(str.isdigit, str(seen.document["number"])))
            self._citizen.memory |= {"编号": digits, "校验码": str(seen.document["code"])}


def _asked_back(seen: Seen) -> str:
    """What the terminal asks whether one said it, or ""."""
    title = str(seen.document.get("title", "")).removeprefix("那")
    if seen.screen != "notice" or not title.startswith("您说的是"):
        return ""
    return title.removeprefix("您说的是").split("，")[0].strip("“”")


def _title(seen: Seen) -> str:
    return str(seen.document.get("title") or seen.document.get("heard") or seen.document.get("message") or "")


def _text(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, default=str)


def report(walks: Sequence[Walked], voice: str, rate: float, snr: float | None) -> str:
    """The table, and every turn below it."""
    turns = [turn for walked in walks for turn in walked.turns]
    sounds = [turn.first_sound for turn in turns if turn.first_sound]
    done = sum(not walked.reached for walked in walks)
    first = sum(turn.right for turn in turns)
    place = "a quiet place" if snr is None else f"{snr:g} dB above the noise of a hall"
    lines = [
        "# The kiosk by voice alone",
        "",
        "Made by `python -m benchmarks.kiosk.voice_walk`: the real program, nobody touches anything; see the script.",
        f"The citizen speaks with the voice {voice} at {rate:g} times the normal speed, in {place}.",
        "",
        f"**{done} of {len(walks)} services done.** {first} of {len(turns)} words led where they should the first time"
        " they were said.",
    ]
    if sounds:
        ordered = sorted(sounds)
        lines += [
            f"From the last word to the first sound of the reply: median {statistics.median(ordered):.2f} s,"
            f" 95 % {ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]:.2f} s.",
        ]
    lines += ["", "| service | turns | said again | seconds | longest wait for the ears, s | done |", "|---" * 6 + "|"]
    for walked in walks:
        again = sum(not turn.right for turn in walked.turns)
        longest = max((turn.opened for turn in walked.turns), default=0.0)
        end = f"**no**: {walked.reached}" if walked.reached else "yes"
        columns = (walked.name, len(walked.turns), again, f"{walked.seconds:.0f}", f"{longest:.1f}", end)
        lines.append(f"| {' | '.join(map(str, columns))} |")
    for walked in walks:
        lines += ["", f"## {walked.name}", ""]
        lines += ["| said | heard | screen | first sound, s | ears opened after, s |", "|---" * 5 + "|"]
        for turn in walked.turns:
            sound = f"{turn.first_sound:.2f}" if turn.first_sound else "-"
            screen = turn.screen if turn.right else f"{turn.screen} (not yet)"
            lines.append(f"| {turn.said} | {turn.heard or '-'} | {screen} | {sound} | {turn.opened:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("services", nargs="*")
    parser.add_argument("--voice", default=CITIZEN_VOICES[0])
    parser.add_argument("--rate", type=float, default=0.9)
    parser.add_argument("--snr", type=float)
    parser.add_argument("--pack", type=Path, default=settings.starter_pack())
    parser.add_argument("--keep", action="store_true", help="write the result file")
    arguments = parser.parse_args()
    visits = msgspec.convert(yaml.safe_load(WALK.read_text(encoding="utf-8")), tuple[Visit, ...])
    if arguments.services:
        visits = tuple(visit for visit in visits if visit.service in arguments.services)
    citizen = Citizen(settings.home() / "cache" / "citizens", arguments.voice, arguments.rate, arguments.snr)
    citizen.prepare([step.say for visit in visits for step in visit.steps] + ["对", "不对"])
    walks = []
    with (
        tempfile.TemporaryDirectory() as folder,
        place(Path(folder) / "home", arguments.pack) as here,
        Driver.start(environment=here.environment, seconds=240) as kiosk,
    ):
        walk = Walk(kiosk, citizen, here)
        for visit in visits:
            sys.stderr.write(f"{visit.name}\n")
            walks.append(walk.visit(visit))
            sys.stderr.write(f"   {walks[-1].reached or 'done'}, {walks[-1].seconds:.0f} s\n")
            text = report(walks, arguments.voice, arguments.rate, arguments.snr)
            if arguments.keep:
                RESULT.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
