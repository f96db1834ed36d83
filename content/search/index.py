"""The search index: documents in, named blobs out, and the open index back from them. Same input, same bytes.

    blobs = build_index(documents, lexicon=lexicon)     # stored in the pack by content.build
    index = Index.load(blobs)

Rows are texts: every name of a document (title, alias, question) is one short row, every answer one body row; a long
answer is cut into chunks for the meaning model, which reads some hundred characters at a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from itertools import islice

import msgspec
import numpy as np
from numpy.typing import NDArray

from content.search.arrays import Array, IndexDamagedError, IndexTooNewError, Strings, dump, part
from content.search.config import Bm25, SearchConfig
from content.search.document import Document
from content.search.embedding import E5Embedder, EmbedCache, Embedder, Progress, embed_all
from content.search.lexicon import Lexicon, Marker
from content.search.meaning import Matrix, Meanings
from content.search.pinyin import Accents, folded, syllables
from content.search.postings import SYMBOLS, Postings, terms
from content.search.text import normalise, words_only

FORMAT = 2
"""Raised when an older program could misread the index."""

Scores = NDArray[np.float64]

_ALWAYS = (dt.date.min.toordinal(), dt.date.max.toordinal())


class IndexInfo(msgspec.Struct, frozen=True):
    """What the index was built with. Settings that shape it travel with it."""

    format: int
    documents: int
    rows: int
    chunks: int
    accents: Accents
    lexicon: Lexicon
    config: SearchConfig
    sounds: tuple[str, ...]


def no_progress(step: str, done: int, total: int) -> None:
    """Nobody is watching."""


def build_index(
    documents: Sequence[Document],
    *,
    lexicon: Lexicon | None = None,
    accents: Accents | None = None,
    config: SearchConfig | None = None,
    embedder: Embedder | None = None,
    embed_cache: EmbedCache | None = None,
    progress: Progress = no_progress,
) -> dict[str, bytes]:
    """The blobs of an index over ``documents``, in their order. With ``embed_cache`` a broken-off build resumes."""
    lexicon, accents, config = lexicon or Lexicon(), accents or Accents(), config or SearchConfig()
    marker = Marker(lexicon)
    progress("read", 0, len(documents))
    names = [[normalise(name) for name in document.names()] for document in documents]
    short = [name for of_document in names for name in of_document]
    words = [words_only(text) for text in short]
    owners = _owners(len(of_document) for of_document in names)

    progress("characters", 0, len(short))
    characters = Postings.build([_characters(text, marker) for text in words], config.short)
    progress("pinyin", 0, len(short))
    spoken = [folded(syllables(text), accents) for text in words]
    numbers = _numbered(spoken)
    pinyin = Postings.build([terms([numbers[sound] for sound in text]) for text in spoken], config.short)
    del spoken

    progress("answers", 0, len(documents))
    answers = [(number, normalise(doc.answer, None)) for number, doc in enumerate(documents) if doc.answer.strip()]
    running = config.body_for(len(short))
    # One walk for all titles: a stored base reads a batch of its file for each single document asked of it.
    titles = (document.title for document in documents if document.answer.strip())
    titled = zip(titles, (answer for _, answer in answers), strict=True)
    body = Postings.build(
        [_running(words_only(normalise(title) + answer), running) for title, answer in titled],
        running,
    )
    unnamed = [(number, answer) for number, answer in answers if len(names[number]) <= config.unnamed]
    chunks = _chunks(unnamed, config)
    embedder = embedder or E5Embedder()
    vectors = embed_all([*short, *(text for _, text in chunks)], embedder, embed_cache, progress)
    contrast = embed_all(everyday_questions(), embedder, embed_cache, progress, "everyday")
    info = IndexInfo(FORMAT, len(documents), len(short), len(chunks), accents, lexicon, config, tuple(numbers))
    meanings = Meanings.build(vectors, config.graph_from, progress)
    return {
        "search.info": msgspec.json.encode(info),
        **Strings.dump("search.id", (document.id for document in documents)),
        **Strings.dump("search.title", (document.title for document in documents)),
        "search.validity": dump(_validity(documents)),
        **Strings.dump("search.words", words),
        "search.owners": dump(owners),
        **Postings.dump("search.characters", characters),
        **Postings.dump("search.pinyin", pinyin),
        "search.body.owners": dump(np.asarray([number for number, _ in answers], np.int32)),
        **Postings.dump("search.body", body),
        "search.chunk.owners": dump(np.asarray([number for number, _ in chunks], np.int32)),
        "search.everyday": dump(contrast),
        **{f"search.meaning.{key}": blob for key, blob in meanings.items()},
    }


class Index:
    """The open index; immutable, shared by threads."""

    def __init__(self, blobs: Mapping[str, bytes], accents: Accents | None = None) -> None:
        try:
            self.info = msgspec.json.decode(blobs["search.info"], type=IndexInfo)
        except (KeyError, msgspec.DecodeError) as error:
            raise IndexDamagedError("search.info") from error
        if self.info.format > FORMAT:
            raise IndexTooNewError(self.info.format)
        info, config = self.info, self.info.config
        self.marker = Marker(info.lexicon)
        self.ids = Strings.load("search.id", blobs)
        self.titles = Strings.load("search.title", blobs)
        self.words = Strings.load("search.words", blobs)
        self.validity = part(blobs, "search.validity")
        self.owners = part(blobs, "search.owners")
        self.starts = _starts(self.owners, info.documents)
        self._characters = Postings.load("search.characters", blobs, info.rows, config.short)
        self._accents = accents or info.accents
        self._pinyin = self._open_pinyin(blobs)
        self._running = config.body_for(info.rows)
        self._body_owners = part(blobs, "search.body.owners")
        self._body = Postings.load("search.body", blobs, len(self._body_owners), self._running)
        self.chunk_owners = part(blobs, "search.chunk.owners")
        self.chunk_starts = _starts(self.chunk_owners, info.documents)
        self.meanings = Meanings.load("search.meaning", blobs)
        self.everyday = Matrix(part(blobs, "search.everyday"))
        if len(self.meanings) != info.rows + info.chunks or len(self.owners) != info.rows:
            raise IndexDamagedError("search.meaning")
        self._numbers = {self.ids[number]: number for number in range(info.documents)} if info.documents < 5000 else {}

    def number(self, identifier: str) -> int | None:
        """The document with this id."""
        if self._numbers:
            return self._numbers.get(identifier)
        return next((n for n in range(self.info.documents) if self.ids[n] == identifier), None)

    def character_scores(self, words: str) -> Scores:
        """Of each document its best name's characters. Shape (documents,), about 0..1."""
        return self._by_document(self._characters.scores(_characters(words, self.marker)))

    def pinyin_scores(self, sounds: Iterable[str]) -> Scores:
        """The same by toneless syllables; one that is nowhere in the base counts as missing."""
        heard = folded(sounds, self._accents)
        return self._by_document(self._pinyin.scores(terms([self._sounds.get(sound, SYMBOLS - 2) for sound in heard])))

    def body_scores(self, words: str) -> Scores:
        """Of each document its answer's running text."""
        out = np.zeros(self.info.documents)
        out[self._body_owners] = self._body.scores(_running(words, self._running))
        return out

    def _open_pinyin(self, blobs: Mapping[str, bytes]) -> Postings:
        """The index's postings when it was built for these accents, else built anew from the words."""
        config = self.info.config.short
        if self._accents == self.info.accents:
            self._sounds = {sound: number for number, sound in enumerate(self.info.sounds)}
            return Postings.load("search.pinyin", blobs, self.info.rows, config)
        spoken = [folded(syllables(self.words[row]), self._accents) for row in range(self.info.rows)]
        self._sounds = _numbered(spoken)
        return Postings.of([terms([self._sounds[sound] for sound in text]) for text in spoken], config)

    def _by_document(self, scores: Scores) -> Scores:
        return np.maximum.reduceat(scores, self.starts[:-1]) if len(scores) else np.zeros(self.info.documents)

    def owner(self, vectors: Array) -> Array:
        """Documents of vector rows: short rows first, then chunks."""
        rows = self.info.rows
        short = vectors < rows
        owners = np.empty(len(vectors), np.int64)
        owners[short] = self.owners[vectors[short]]
        owners[~short] = self.chunk_owners[vectors[~short] - rows]
        return owners

    def names(self, document: int) -> list[str]:
        """All names of a document, words only."""
        return [self.words[row] for row in range(int(self.starts[document]), int(self.starts[document + 1]))]

    def name_rows(self, document: int) -> Array:
        """Vector rows of a document's names."""
        return np.arange(self.starts[document], self.starts[document + 1])

    def chunk_rows(self, document: int) -> Array:
        """Vector rows of the pieces of its answer; there may be none."""
        return self.info.rows + np.arange(self.chunk_starts[document], self.chunk_starts[document + 1])

    def is_valid(self, document: int, day: dt.date) -> bool:
        return bool(self.validity[document, 0] <= day.toordinal() <= self.validity[document, 1])


def everyday_questions() -> list[str]:
    """What no public-service base answers: the index carries them as a contrast for the decision."""
    text = resources.files("content.search").joinpath("everyday.txt").read_text("utf-8")
    return [normalise(line) for line in text.splitlines() if line and not line.startswith("#")]


def _characters(words: str, marker: Marker) -> NDArray[np.int64]:
    return terms([*map(ord, words)], marker.groups(words))


def _running(words: str, settings: Bm25) -> NDArray[np.int64]:
    return terms([*map(ord, words)], pairs_only=settings.single == 0)


def _numbered(spoken: Iterable[Iterable[str]]) -> dict[str, int]:
    return {sound: number for number, sound in enumerate(sorted({sound for text in spoken for sound in text}))}


def _owners(sizes: Iterable[int]) -> NDArray[np.int32]:
    return np.repeat(*_counted(sizes)).astype(np.int32)


def _counted(sizes: Iterable[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    counts = np.fromiter(sizes, np.int64)
    return np.arange(len(counts)), counts


def _starts(owners: Array, count: int) -> NDArray[np.int64]:
    """Where each owner's rows begin, in sorted ``owners``; (count + 1,)."""
    return np.searchsorted(owners, np.arange(count + 1))


def _validity(documents: Iterable[Document]) -> NDArray[np.int32]:
    """First and last day as ordinals. Shape (documents, 2)."""
    days = [
        (
            document.valid_from.toordinal() if document.valid_from else _ALWAYS[0],
            document.valid_until.toordinal() if document.valid_until else _ALWAYS[1],
        )
        for document in documents
    ]
    return np.asarray(days, np.int32).reshape(-1, 2)


def _chunks(answers: Sequence[tuple[int, str]], config: SearchConfig) -> list[tuple[int, str]]:
    """Pieces of the answers for the meaning model; fewer of each answer when the base is large, none if very large."""
    for each in range(config.chunks_each, 0, -1):
        all_chunks = ((number, piece) for number, answer in answers for piece in _pieces(answer, config, each))
        chunks = list(islice(all_chunks, config.answer_chunks + 1))  # one more shows that there are too many
        if len(chunks) <= config.answer_chunks:
            return chunks
    return []


def _pieces(text: str, config: SearchConfig, most: int) -> Iterator[str]:
    overlap = config.chunk - config.stride
    for start in range(0, min(max(1, len(text) - overlap), config.stride * most), config.stride):
        yield text[start : start + config.chunk]
