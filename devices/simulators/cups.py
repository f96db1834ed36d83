"""A real CUPS scheduler of one's own, on a socket in a folder, whose printers keep the paper as a file. Needs root.

A program prints here when its environment variable ``CUPS_SERVER`` names ``socket``.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

START_SECONDS = 15.0


class SchedulerError(Exception):
    """The scheduler stopped or did not start."""


class Cups:
    """``paper``: the last job's pages (PDF)."""

    def __init__(self, folder: Path) -> None:
        for name in ("spool", "spool/tmp", "cache", "state", "root", "logs", "root/ppd", "bin/backend"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        self.socket, self.paper = folder / "cups.sock", folder / "paper.pdf"
        (folder / "bin" / "daemon").symlink_to("/usr/lib/cups/daemon")
        backend = folder / "bin" / "backend" / "paper"
        backend.write_text(f'#!/bin/sh\n[ $# = 0 ] && exit 0\ncat ${{6:+"$6"}} > {self.paper}\n')
        backend.chmod(0o700)
        (folder / "cupsd.conf").write_text(
            f"Listen {self.socket}\nWebInterface No\nBrowsing Off\nDefaultAuthType None\nPreserveJobFiles No\n"
            "PreserveJobHistory Yes\nMaxLogSize 0\nLogLevel warn\n"
            "<Location />\nOrder allow,deny\nAllow all\n</Location>\n"
            "<Policy default>\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n"
        )
        (folder / "cups-files.conf").write_text(
            f"ServerBin {folder}/bin\nServerRoot {folder}/root\n"
            f"RequestRoot {folder}/spool\nTempDir {folder}/spool/tmp\n"
            f"CacheDir {folder}/cache\nStateDir {folder}/state\nAccessLog {folder}/logs/access\n"
            f"ErrorLog {folder}/logs/error\nPageLog {folder}/logs/page\nSandboxing relaxed\nSystemGroup root\n"
        )
        self._process = subprocess.Popen(
            ["cupsd", "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def connection(self) -> Any:
        """A ``cups.Connection``, as soon as it answers. Raises ``SchedulerError``."""
        import cups

        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                return cups.Connection(host=str(self.socket), port=0)
            except RuntimeError:
                if self._process.poll() is not None:
                    raise SchedulerError("cupsd stopped") from None
                time.sleep(0.05)
        raise SchedulerError(f"cupsd did not start in {START_SECONDS:g} s")

    def add(self, queue: str) -> None:
        """A printer that takes jobs. Raises ``SchedulerError``."""
        connection = self.connection()
        connection.addPrinter(queue, device=f"paper:/{queue}", info=queue)
        connection.enablePrinter(queue)
        connection.acceptJobs(queue)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
