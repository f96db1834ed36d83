"""How fast: status, first byte, encoding, a drawn line, an A4 page, an invoice. ``python -m benchmarks.devices.speed``.

The printer is the simulator in a process of its own, on TCP and on a pty; times are those of our side with the line.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from devices import a4
from devices.escpos import encoder
from devices.escpos.drawing import draw_line
from devices.escpos.layout import Run, TextLine
from devices.escpos.profile import WIDE_80, for_paper
from devices.escpos.raster import bands
from devices.ledger import Ledger
from devices.preview import paper
from devices.printing import PrintService
from devices.receipt import ReceiptPrinter
from devices.slip import Slip, Text
from devices.transports import Address, Transport, open_address, parse_address

FORM = """#let data = json(bytes(sys.inputs.at("data", default: "{}")))
#set page(paper: "a4")
#set text(font: "Noto Sans CJK SC", size: 12pt, lang: "zh", region: "cn")
= 异地就医备案登记表
#table(columns: (1fr, 3fr), ..data.rows.flatten())"""


def _drawn(one: TextLine) -> None:
    bands(draw_line(one, 576, 12))


def milliseconds(act: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1_000)
    return sorted(taken)


@contextmanager
def simulator(*where: str) -> Iterator[str]:
    command = [sys.executable, "-m", "devices.simulators.escpos", *where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


class FirstByte:
    """A transport that notes when the first byte of a slip is handed over (a slip begins with ESC @)."""

    def __init__(self, inner: Transport, notes: list[float]) -> None:
        self._inner, self._notes = inner, notes
        self.confirms, self.answers = inner.confirms, inner.answers
        self.read, self.sync, self.close = inner.read, inner.sync, inner.close

    def write(self, data: bytes) -> None:
        if data.startswith(b"\x1b@\x1c&"):
            self._notes.append(time.perf_counter())
        self._inner.write(data)


def on_a_line(address: Address, journal: Path, slip: Slip) -> tuple[list[float], list[float]]:
    """Milliseconds for a status question, and from a wish to the first byte of its slip."""
    first: list[float] = []
    printer = ReceiptPrinter(lambda: FirstByte(open_address(address), first), time.monotonic)
    printer.state()
    status = milliseconds(printer.state, 100)
    prints = PrintService(Ledger(journal, time.time), printer, WIDE_80)
    waits = []
    for number in range(20):
        wished = time.perf_counter()
        prints.submit(f"job{number}", slip)
        waits.append((first[-1] - wished) * 1_000)
    prints.close()
    return status, sorted(waits)


def line(name: str, taken: list[float], bound: str) -> str:
    p95 = taken[min(len(taken) - 1, round(0.95 * len(taken)))]
    return f"| {name} | {statistics.median(taken):.2f} | {p95:.2f} | {bound} |"


def main() -> None:
    forty = Slip(tuple(Text(f"第{number}行：请带好身份证和医保电子凭证，到窗口办理") for number in range(40)))
    rare = TextLine((Run("姓名：王𠮷㛃䶮，请核对后签字确认"),))
    small = Slip((Text("便民服务"),))
    encoder.encode(forty, WIDE_80)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, where in (("TCP", ("--tcp", "127.0.0.1:0")), ("pty", ("--pty",))):
            with simulator(*where) as told:
                status, wishes = on_a_line(parse_address(told), Path(folder) / f"{name}.jsonl", small)
                rows.append(line(f"status over {name}", status, "200"))
                rows.append(line(f"wish to first byte over {name}, two fsyncs included", wishes, "50"))
    rows.append(line("40-line slip encoded", milliseconds(lambda: encoder.encode(forty, WIDE_80), 50), "20"))
    drawn = for_paper(80, drawn=True)
    rows.append(line("40-line slip drawn (full raster)", milliseconds(lambda: encoder.encode(forty, drawn), 10), ""))
    draw = milliseconds(partial(_drawn, rare), 100)
    rows.append(line("one drawn line, characters seen before", draw, "10"))
    fresh = [TextLine((Run("".join(chr(0x4E00 + 24 * n + i) for i in range(24))),)) for n in range(20)]
    cold = sorted(milliseconds(partial(_drawn, one), 1)[0] for one in fresh)
    rows.append(line("one drawn line, 24 characters not seen before", cold, "10"))
    slip_bytes = encoder.encode_bytes(forty, WIDE_80)
    rows.append(
        line("40-line slip decoded and drawn as PNG", milliseconds(lambda: paper.render_png(slip_bytes), 5), "")
    )
    data = {"rows": [["姓名", "王𠮷"]] * 12}
    a4.compose(FORM, data)
    rows.append(line("A4 form to PDF/A, pages counted", milliseconds(lambda: a4.compose(FORM, data), 8), ""))
    sys.stdout.write("| what | median ms | p95 ms | bound ms |\n|---|---:|---:|---:|\n" + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
