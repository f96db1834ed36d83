"""The print drill, small and seeded; and proof that it notices a printer that lies and a journal that forgets."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from benchmarks.devices.drill import Drill, run
from devices.escpos.encoder import Piece
from devices.receipt import PieceResult, ReceiptPrinter


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_claimed_or_doubled(tmp_path: Path, seed: int) -> None:
    report = run(tmp_path, 60, seed)
    assert report.kills > 3
    assert report.done > 15
    assert (report.lost, report.false_done, report.unmarked_doubles, report.unpaid_confirmations) == (0, 0, 0, 0)


class LyingPrinter(ReceiptPrinter):
    """Calls every piece printed that it could send."""

    def print_piece(self, piece: Piece, seconds: float | None = None) -> PieceResult:
        return msgspec.structs.replace(super().print_piece(piece, seconds), confirmed=True)


def test_the_drill_notices_a_printer_that_lies(tmp_path: Path) -> None:
    report = run(tmp_path, 60, 3, printer_type=LyingPrinter)
    assert report.false_done > 0
    assert report.unpaid_confirmations > 0


def test_the_drill_notices_a_journal_that_forgets(tmp_path: Path) -> None:
    drill = Drill(tmp_path, 4)
    for number in range(10):
        slip = drill.slip(number)
        drill.service.submit(f"job{number}", slip)
        drill.path.unlink()
        drill.restart()
        drill.service.submit(f"job{number}", slip)
    assert drill.report(10).unmarked_doubles > 0
