"""``bianmin doctor``: what is installed, missing or broken, and what to do about it."""

from __future__ import annotations

import typer

from bianmin.cli.output import CommandError, Json, console, emit

app = typer.Typer()

_MARKS = {"ok": "[green]好 ok     [/]", "missing": "[yellow]缺 missing[/]", "broken": "[red]坏 broken [/]"}


@app.command("doctor")
def doctor(as_json: Json = False) -> None:
    """Look at everything the terminal needs. Exit 1 when something it cannot do without is missing or broken."""
    from bianmin.health import examine

    findings = examine()
    if as_json:
        emit({"findings": findings, "ok": not any(f.needed and f.state != "ok" for f in findings)}, True)
    else:
        for finding in findings:
            console.print(f"{_MARKS[finding.state]}  {finding.name}: {finding.detail}", soft_wrap=True)
            if finding.remedy:
                console.print(f"             → {finding.remedy}", soft_wrap=True)
    lacking = [finding.name for finding in findings if finding.needed and finding.state != "ok"]
    if lacking:
        raise CommandError(f"cannot work without: {', '.join(lacking)}; see the remedies above")
