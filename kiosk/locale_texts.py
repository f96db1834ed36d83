"""The interface in the chosen language. Chinese is the source; English comes from ``kiosk/locale/en.po``."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from pathlib import Path

LANGUAGES = ("zh", "en")
FOLDER = Path(__file__).parent / "locale"


@lru_cache(maxsize=4)
def translator(language: str) -> Callable[[str], str]:
    """A function from a Chinese string to its text in ``language``; what is not translated stays Chinese."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return _as_it_is
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled).gettext


def house_characters() -> frozenset[str]:
    """Every character of the interface's own words, in all languages."""
    return frozenset("".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.po")))


def _as_it_is(text: str) -> str:
    return text
