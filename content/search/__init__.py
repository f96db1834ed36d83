"""Search: characters, pinyin and meaning, fused into one confidence."""

from content.search.arrays import IndexDamagedError
from content.search.document import Document
from content.search.index import build_index
from content.search.lexicon import Lexicon
from content.search.pinyin import AccentError, Accents
from content.search.query import Hit, Outcome, Query, SearchResult
from content.search.searcher import Searcher

__all__ = [
    "AccentError",
    "Accents",
    "Document",
    "Hit",
    "IndexDamagedError",
    "Lexicon",
    "Outcome",
    "Query",
    "SearchResult",
    "Searcher",
    "build_index",
]
