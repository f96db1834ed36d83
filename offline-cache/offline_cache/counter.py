"""The counter of ticket numbers: a number is used up on the disk before it is given out, so none comes twice."""

from __future__ import annotations

from pathlib import Path

from offline_cache import ticket_number
from offline_cache.files import Files, read_if_there, replace_file
from offline_cache.ticket_number import TicketNumber


class CounterError(Exception):
    """No number can be given out. The text says what to do."""


class Counter:
    """Gives out numbers; each station has a file of its own in ``folder``. Several processes may share it.

    A power cut between taking a number and using it leaves a gap, never a repetition.
    """

    def __init__(self, files: Files, folder: Path) -> None:
        self._files, self._folder = files, folder

    def take(self, station: str) -> TicketNumber:
        """The next number; on the disk as used when this returns.

        Raises ``CounterError`` when the file is damaged (guessing could repeat a number) or the numbers are used up;
        ``OSError`` when it cannot be written.
        """
        self._files.make_folder(self._folder)
        path = self._folder / f"counter-{station}"
        with self._files.locked(self._folder / "counter.lock"):
            count = self._last(path) + 1
            try:
                number = ticket_number.make(station, count)
            except ticket_number.TicketNumberError as error:
                raise CounterError(str(error)) from error
            replace_file(self._files, path, f"{number.digits}\n".encode())
        return number

    def _last(self, path: Path) -> int:
        data = read_if_there(self._files, path)
        if data is None:
            return 0
        try:
            return ticket_number.parse(data.decode("ascii")).count
        except (ticket_number.TicketNumberError, UnicodeDecodeError) as error:
            raise CounterError(f"{path} is damaged; enrol the terminal again to get a new station") from error
