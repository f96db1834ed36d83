"""《便民服务百事通》: the pack as a large-print A4 book with contents and a pinyin index, typeset by typst.

Everything of the pack reaches the template (handbook.typ) as one JSON value, so that no text of it can be markup.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from content.authoring import FIELDS, MODULES
from content.model import Item
from content.pack import Pack

TITLE = "便民服务百事通"
SAMPLE = "样例内容，以窗口答复为准"
FONT = "Noto Sans CJK SC"

_TEMPLATE = Path(__file__).with_name("handbook.typ")


class HandbookError(Exception):
    """The handbook cannot be made. The text says why and what to do."""


def handbook(pack: Pack, out: Path) -> None:
    """Typeset ``pack`` into the PDF ``out``, written whole or not at all.

    Raises ``HandbookError`` when there is nothing to typeset, the font is missing or ``out`` cannot be written.
    """
    import typst

    if not pack.items():
        raise HandbookError(f"{pack.path} has no items in list form; a handbook needs them")
    if FONT not in typst.Fonts().families():
        raise HandbookError(f"the font {FONT} is not installed; install the Debian package fonts-noto-cjk")
    inputs = {"data": msgspec.json.encode(contents(pack)).decode()}
    try:
        pdf = typst.compile(_TEMPLATE, sys_inputs=inputs, pdf_standards=["a-2b"])
    except (typst.TypstError, RuntimeError) as error:
        raise HandbookError(f"the handbook could not be typeset: {error}") from error
    try:
        _write(out, pdf)
    except OSError as error:
        raise HandbookError(f"{out} cannot be written ({error.strerror})") from error


def contents(pack: Pack) -> dict[str, Any]:
    """What the template shows, as plain values."""
    names = {module: name for name, module in MODULES.items()}
    date = pack.meta.date
    hours = pack.hours()
    return {
        "title": TITLE,
        "name": pack.meta.name or pack.meta.id,
        "version": pack.meta.version,
        "day": f"{date.year}年{date.month}月{date.day}日",
        "date": {"year": date.year, "month": date.month, "day": date.day},
        "sample": SAMPLE if pack.meta.sample else "",
        "chapters": [
            {"title": names[module], "items": [_sheet(pack, item) for item in items]}
            for module, items in pack.by_module().items()
            if items
        ],
        "towns": [{"name": t.name, "centre": t.centre, "window": t.window} for t in pack.towns()],
        "hours": f"工作日{hours.opens:%H:%M}到{hours.closes:%H:%M}",
        "index": index(pack.items()),
    }


def index(items: tuple[Item, ...]) -> list[dict[str, Any]]:
    """Titles and aliases by the pinyin of their first character; anything else under #."""
    from pypinyin import Style, lazy_pinyin

    entries = []
    for item in items:
        for text in dict.fromkeys((item.title, *item.aliases)):
            sound = lazy_pinyin(text, style=Style.TONE3)
            letter = sound[0][:1].upper() if sound and sound[0][:1].isascii() and sound[0][:1].isalpha() else "#"
            entries.append((letter, tuple(sound), text, item.id))
    entries.sort()
    return [
        {"letter": letter, "entries": [{"text": text, "id": identifier} for _, _, text, identifier in group]}
        for letter, group in itertools.groupby(entries, key=lambda entry: entry[0])
    ]


def _sheet(pack: Pack, item: Item) -> dict[str, Any]:
    places = [pack.place(place) for place in item.places]
    chinese = {field: name for name, field in FIELDS.items()}
    statutory = f"（法定{item.time_limit.statutory}）" if item.time_limit.statutory else ""
    until = f"到{item.valid_until}" if item.valid_until else ""
    return {
        "id": item.id,
        "title": item.title,
        "spoken": item.spoken,
        "audience": item.audience,
        "materials": [
            {"name": material.name, "note": "，".join(filter(None, (material.copies, material.note)))}
            for material in item.materials
        ],
        "places": [{"name": p.name, "hours": p.hours, "address": p.address, "phone": p.phone} for p in places],
        "time": f"{item.time_limit.promised}{statutory}",
        "fee": item.fee,
        "steps": list(item.steps),
        "notes": list(item.notes),
        "basis": [f"《{basis.title}》{basis.number}{basis.article}" for basis in item.basis],
        "validity": f"有效期：{item.valid_from}起{until}。",
        "sample": f"样例待核实：{'、'.join(chinese[field] for field in item.sample)}。" if item.sample else "",
    }


def _write(out: Path, data: bytes) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(out)
    finally:
        Path(name).unlink(missing_ok=True)
