"""What of a content folder is searched: names of items, their answers as running text, synonyms, place names."""

from __future__ import annotations

from pathlib import Path

import msgspec

from content.build import Progress
from content.findings import ContentError
from content.model import ImportedItem, Item
from content.search.document import Document
from content.search.embedding import EmbedCache
from content.search.index import build_index
from content.search.lexicon import Lexicon, short_names
from content.source import Source

SYNONYMS = "synonyms.yaml"
"""A list of groups; each group a list of words or phrases of one meaning."""


def index_source(source: Source, progress: Progress, cache: EmbedCache | None = None) -> dict[str, bytes]:
    """The search index of a content folder. Raises ``ContentError`` when synonyms.yaml does not read."""
    documents = [from_item(entry.item) for entry in source.items]
    return build_index(documents, lexicon=read_lexicon(source), embed_cache=cache, progress=progress)


def read_lexicon(source: Source) -> Lexicon:
    names = [getattr(entry.record, "name", "") for entry in (*source.towns, *source.villages)]
    return Lexicon(_synonyms(Path(source.directory) / SYNONYMS), short_names([name for name in names if name]))


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


def _synonyms(path: Path) -> tuple[tuple[str, ...], ...]:
    if not path.exists():
        return ()
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=tuple[tuple[str, ...], ...])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{path} 应当是一列同义词组，每组一行，像 - [医保, 医疗保险]（{error}）") from error
