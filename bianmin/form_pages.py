"""How many A4 pages each form of a pack prints on, worked out once in the background and told before anybody prints."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from content.pack import Pack
from devices.a4 import A4Error, compose


def form_pages(pack: Pack) -> Mapping[str, int]:
    """Form id -> pages; fills up while the program runs, since each form takes a quarter of a second."""
    known: dict[str, int] = {}

    def count() -> None:
        for form in pack.forms():
            try:
                known[form.id] = compose(form.source, {}).pages
            except A4Error:
                continue

    threading.Thread(target=count, name="form-pages", daemon=True).start()
    return known
