"""What the index is built from: one document an item, whatever it was authored or imported as."""

from __future__ import annotations

import datetime as dt

import msgspec


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """``names``: title, aliases and questions are what people say; ``answer`` is searched as running text.

    ``valid_from`` and ``valid_until`` are inclusive; None: no limit.
    """

    id: str
    title: str
    aliases: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    answer: str = ""
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None

    def names(self) -> tuple[str, ...]:
        """Title first, then aliases and questions, each text once; at least one, which may be empty.

        A title that is only the id again (an import without titles) is nothing people say.
        """
        title = () if self.title == self.id else (self.title,)
        return tuple(dict.fromkeys((*title, *self.aliases, *self.questions))) or ("",)
