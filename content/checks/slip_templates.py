"""Slip templates can be filled in: tried with the first item, and with a citizen's question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from content.findings import Finding
from content.model import Place
from content.slips import SAMPLE_MARK, SlipTemplateError, Stamp, fill
from content.source import Source

ABOUT_ITEM = ("guide", "checklist")
ABOUT_WORDS = ("counter",)


def slip_templates(source: Source) -> Iterator[Finding]:
    for kind, template in source.templates.items():
        values = _values(source, kind)
        if values is None:
            continue
        try:
            fill(template, kind, values)
        except SlipTemplateError as error:
            file = str(Path(source.directory) / "slips" / f"{kind}.yaml")
            yield Finding(file, 1, "slip-template", f"凭条模板填不出来：{error}", blocking=True)


def _values(source: Source, kind: str) -> dict[str, Any] | None:
    stamp = Stamp("terminal", dt.datetime.combine(source.info.date, dt.time(9)))
    common = {"pack": source.info, "sample_mark": SAMPLE_MARK, "stamp": stamp, "code": "code"}
    if kind in ABOUT_WORDS:
        return {**common, "heard": "问题"}
    if kind in ABOUT_ITEM and source.items:
        item = source.items[0].item
        places = [entry.record for entry in source.places if entry.id in item.places]
        return {**common, "item": item, "places": [p for p in places if isinstance(p, Place)], "sample": True}
    return None
