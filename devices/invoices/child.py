"""The child that reads a strange file: limits first, then the file from standard input, one JSON answer, the end."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import sys

import msgspec

from devices.invoices.report import InvoiceReport, Refusal

MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 10
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_NO_NEW_PRIVS = 38


def lock_down() -> None:
    """Memory, time, no file written, no process started, and no network where the kernel lets us drop it."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def answer(data: bytes) -> InvoiceReport | Refusal:
    """The report on a file, or why there is none."""
    from devices.invoices.ofd import read_ofd
    from devices.invoices.pdf import read_pdf
    from devices.invoices.refusing import RefusedError

    try:
        return read_pdf(data) if data.startswith(b"%PDF-") else read_ofd(data)
    except RefusedError as error:
        return Refusal(str(error))
    except (MemoryError, RecursionError):
        return Refusal("this file needs too much memory and is refused")
    except Exception:  # noqa: BLE001  # a parser may raise anything on a hostile file, and its text may quote the file
        return Refusal("this file is damaged and cannot be read")


def main() -> None:
    # What parsers need is loaded before the limits: afterwards nothing may be opened that an attacker chose.
    import ofdkit  # noqa: F401
    import pypdf  # noqa: F401

    import devices.invoices.ofd
    import devices.invoices.pdf  # noqa: F401

    lock_down()
    os.write(1, msgspec.json.encode(answer(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
