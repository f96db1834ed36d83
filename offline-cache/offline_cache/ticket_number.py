"""The number a citizen takes home: made on the terminal without the network, checked before anyone is asked.

Eleven digits, shown as ``TTTT-NNNNN-CC``: the terminal's station number, a counter that never goes back, and two check
digits after ISO/IEC 7064 MOD 97-10, which find every single wrong digit, every swap of two neighbours and 99 % of
everything else. So a misheard or mistyped digit is caught at once. The four-digit check code beside it is what makes
progress private; it is random and has nothing to do with the number.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import msgspec

NOT_ENROLLED = "0000"
"""The station of a terminal that no central service knows yet."""
MOST = 99_999
"""The last number of a station; at the 12,000 uses a month of 45 terminals it lasts for decades."""

CODE_DIGITS = 4

_SEPARATORS = frozenset(" -_.·—–―−－　\t")
_CHINESE_DIGITS = {digit: str(value) for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "幺": "1",
    "两": "2",
}


class TicketNumberError(ValueError):
    """What was given is not a ticket's number. The text says what to do."""


class TicketNumber(msgspec.Struct, frozen=True, order=True):
    """``station``: four digits; ``count``: 1 to ``MOST``."""

    station: str
    count: int

    @property
    def digits(self) -> str:
        """All eleven digits, as machines keep it."""
        payload = f"{self.station}{self.count:05d}"
        return payload + check_digits(payload)

    def __str__(self) -> str:
        digits = self.digits
        return f"{digits[:4]}-{digits[4:9]}-{digits[9:]}"


def check_digits(payload: str) -> str:
    """The two digits that make ``payload`` + digits leave 1 when divided by 97."""
    return f"{98 - int(payload) * 100 % 97:02d}"


def make(station: str, count: int) -> TicketNumber:
    """Raises ``TicketNumberError`` for a station or count that does not exist."""
    if len(station) != 4 or not (station.isascii() and station.isdigit()):
        raise TicketNumberError("a station number has four digits")
    if not 1 <= count <= MOST:
        raise TicketNumberError("this station's numbers are used up; enrol the terminal again to get a new station")
    return TicketNumber(station, count)


def parse(text: str) -> TicketNumber:
    """Read a number as people write and say it: spaces, dashes, full-width and Chinese digits.

    Raises ``TicketNumberError``: not eleven digits, or the check digits do not fit (a digit is wrong).
    """
    digits = digits_of(text)
    if digits is None or len(digits) != 11:
        raise TicketNumberError("a ticket's number has eleven digits, such as 0007-00012-15; check it and try again")
    if int(digits) % 97 != 1:
        raise TicketNumberError("one of the digits is wrong; check the number on the slip and try again")
    try:
        return make(digits[:4], int(digits[4:9]))
    except TicketNumberError as error:
        raise TicketNumberError("there is no such number; check the number on the slip and try again") from error


def parse_code(text: str) -> str:
    """The four digits of a check code. Raises ``TicketNumberError``."""
    digits = digits_of(text)
    if digits is None or len(digits) != CODE_DIGITS:
        raise TicketNumberError("a check code has four digits; it is printed below the number")
    return digits


def digits_of(text: str) -> str | None:
    """Only the digits, as ASCII; None when there is anything else than digits and separators."""
    found = []
    for character in text.strip()[:100]:
        if character in _SEPARATORS:
            continue
        if character in _CHINESE_DIGITS:
            found.append(_CHINESE_DIGITS[character])
            continue
        try:
            found.append(str(unicodedata.digit(character)))
        except ValueError:
            return None
    return "".join(found)


def spoken_digits(count: int, below: Callable[[int], int]) -> str:
    """``count`` random digits, no two neighbours the same: 10 x 9^(count-1) values. ``below(n)``: a random number from
    0 to n-1 (``secrets.randbelow``).

    They are said aloud, and of two equal digits in a row the recogniser hears one: 九三五五 was 935 every time.
    """
    digits = [below(10)]
    while len(digits) < count:
        digits.append((digits[-1] + 1 + below(9)) % 10)
    return "".join(map(str, digits))


def new_code(below: Callable[[int], int]) -> str:
    """A check code, one of 7,290. Five wrong ones an hour for one number are looked at by central: guessing one takes a
    month. Older codes may hold any four digits."""
    return spoken_digits(CODE_DIGITS, below)
