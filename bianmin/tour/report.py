"""What the tour saw, step by step: numbered files, a table for people, a document for machines."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec


class Step(msgspec.Struct, frozen=True):
    """``ok``: whether what the step is there for was seen. ``seconds``: how long it took. ``files``: what it left."""

    number: int
    name: str
    saw: str
    ok: bool
    seconds: float
    files: tuple[str, ...] = ()


class Latency(msgspec.Struct, frozen=True):
    """One spoken question: seconds from the end of speech to the first sound of the answer, and its parts.

    ``first_sound`` is the whole; ``sound`` what is left of it after the other parts: the clip or the synthesis.
    """

    scene: str
    endpoint: float
    recognition: float
    search: float
    sound: float
    first_sound: float


class Report:
    """Collects steps; every file it hands out has the step's number in front."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.steps: list[Step] = []
        self.latencies: list[Latency] = []
        self._began = time.monotonic()
        self._files: list[str] = []

    def file(self, name: str) -> Path:
        """A path for something this step leaves behind, such as ``answer.png``."""
        path = self.folder / f"{len(self.steps) + 1:02}-{name}"
        self._files.append(path.name)
        return path

    def step(self, name: str, saw: str, ok: bool = True) -> Step:
        """Close a step: what it was and what was really seen."""
        now = time.monotonic()
        present = tuple(file for file in self._files if (self.folder / file).exists())
        step = Step(len(self.steps) + 1, name, saw, ok, round(now - self._began, 2), present)
        self.steps.append(step)
        self._files = []
        self._began = now
        return step

    def measured(self, scene: str, timing: dict[str, float]) -> None:
        """Keep the parts of one question's latency, in seconds."""
        parts = [timing["endpoint"], timing["recognition"], timing["search"]]
        whole = timing["first_sound"]
        rest = max(0.0, whole - sum(parts)) if whole else 0.0
        self.latencies.append(Latency(scene, *(round(value, 3) for value in (*parts, rest, whole))))

    def save(self, facts: dict[str, str]) -> None:
        """Write ``steps.json`` and ``steps.md``. ``facts``: engine, voice, pack, versions."""
        document = {"facts": facts, "steps": self.steps, "latency": self.latencies}
        (self.folder / "steps.json").write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1))
        (self.folder / "steps.md").write_text(self.table(facts), encoding="utf-8")

    def table(self, facts: dict[str, str]) -> str:
        """The report as Markdown."""
        lines = ["# 导览 Tour", "", *(f"- {name}: {value}" for name, value in facts.items()), ""]
        lines += ["| # | step | what was seen | seconds | files |", "|---|---|---|---|---|"]
        for step in self.steps:
            mark = "" if step.ok else "**没有看到 not seen:** "
            files = " ".join(step.files)
            lines.append(f"| {step.number} | {step.name} | {mark}{step.saw} | {step.seconds:.2f} | {files} |")
        lines += ["", "End of speech to first sound of the answer, seconds:", ""]
        lines += ["| scene | endpoint | recognition | search | clip or synthesis | all |", "|---|---|---|---|---|---|"]
        for part in self.latencies:
            numbers = (part.endpoint, part.recognition, part.search, part.sound, part.first_sound)
            lines.append(f"| {part.scene} | " + " | ".join(f"{number:.3f}" for number in numbers) + " |")
        return "\n".join(lines) + "\n"
