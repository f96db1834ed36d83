"""What of an authored or imported item is searched: its names, and its answer as running text."""

from __future__ import annotations

from content.model import ImportedItem, Item
from content.search.document import Document


def from_item(item: Item) -> Document:
    materials = [material.name for material in item.materials]
    parts = [item.spoken, item.audience, *materials, *item.steps, *item.notes]
    return Document(
        id=item.id,
        title=item.title,
        aliases=item.aliases,
        questions=item.questions,
        answer="。".join(part for part in parts if part),
        valid_from=item.valid_from,
        valid_until=item.valid_until,
    )


def from_imported(entry: ImportedItem) -> Document:
    return Document(id=entry.id, title=entry.title, questions=entry.questions, answer=entry.answer)
