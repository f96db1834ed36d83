"""The command line's root. A group lives in a module of its own and is imported only when it is called.

Lazy loading keeps ``bianmin --help`` and shell completion fast: the speech and search libraries take seconds to import.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "doctor": ("bianmin.cli.doctor", "What is installed, missing or broken, and what to do about it."),
    "ask": ("bianmin.cli.ask", "Ask a question in text or from a recording."),
    "hear": ("bianmin.cli.speech", "Recognise recordings."),
    "speak": ("bianmin.cli.speak", "Speak a text into a file."),
    "content": ("bianmin.cli.content", "Check, build, import, compare packs; print the handbook."),
    "dispatch": ("bianmin.cli.dispatch", "Which department a message belongs to."),
    "eval": ("bianmin.cli.evaluate", "Measure search and speech."),
    "print": ("bianmin.cli.printing", "Print slips and test pages; draw a slip's bytes."),
    "kiosk": ("bianmin.cli.kiosk", "The touch front end."),
    "tour": ("bianmin.cli.tour", "Drive the kiosk through the main job without a display."),
    "ivr": ("bianmin.cli.ivr", "The phone line."),
    "central": ("bianmin.cli.central", "The central service."),
    "sync": ("bianmin.cli.sync", "Fetch content, carry it by USB."),
    "outbox": ("bianmin.cli.outbox", "What waits to be sent."),
    "devices": ("bianmin.cli.devices", "List, test and watch devices."),
    "image": ("bianmin.cli.image", "Build, flash and bundle terminal images."),
    "models": ("bianmin.cli.models", "List and fetch models."),
}
"""name -> (module, one-line help). The module has a Typer ``app``: one command, or a group, or several commands of
which the one with this name is taken."""


class LazyGroup(TyperGroup):
    """Lists what exists without importing it; imports on call."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name, (module, _) in COMMANDS.items() if importlib.util.find_spec(module) is not None]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        module, _ = COMMANDS[cmd_name]
        command = typer.main.get_command(importlib.import_module(module).app)
        siblings = getattr(command, "commands", {})
        command = siblings.get(cmd_name, command)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def root() -> None:
    """Bianmin Terminal: public-service kiosks and the phone line beside them."""


def main() -> None:
    from bianmin.cli.output import run

    run(app)
