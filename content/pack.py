"""The pack: one read-only SQLite file with everything a terminal knows. ``Pack.open(path)`` is the only way in.

    pack = Pack.open(path)
    pack.item("newborn-enrolment").spoken
    pack.prompt("greeting")
    pack.blob("vectors")            # a part of the search index
    pack.clip_bytes("当场就能办好。", "zf_xiaobei")

Opening verifies the form, the schema version and the digest of everything small; a blob and a clip are verified when
they are first read. The file is opened immutable: nothing is ever written beside or into it. A pack may be used from
several threads.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import apsw
import msgspec

from content.directory import Hours, RequestCode, Town, Village
from content.model import Category, Department, Form, ImportedItem, Item, Module, Place, Prompt, Theme
from content.scenario import Scenario
from content.sentences import split_sentences
from content.spoken import SPOKEN_LANGUAGE, spoken_sentences
from content.standard_prompts import standard_prompts

APPLICATION_ID = 0x424D5050  # "BMPP"
SCHEMA = 1
"""Raised when an older program could misread a newer pack."""

DIGESTS = ("records_digest", "pack_digest")

IMPORTED_BATCH = "SELECT rowid, id, title, questions, answer FROM imported WHERE rowid > ? ORDER BY rowid LIMIT ?"
IMPORTED_BATCH_ROWS = 1000

T = TypeVar("T", bound=msgspec.Struct)


class PackError(Exception):
    """The pack cannot be used. The text says why and what to do, in one line."""


class PackMeta(msgspec.Struct, frozen=True, kw_only=True):
    """``version`` names the content exactly: the author's version and the start of the content hash.

    ``date`` is the day the content is valid as of, given by the source and not by a clock. ``sample``: not yet
    reviewed by the city. ``counts``: records of each kind. ``digest``: SHA-256 over everything a citizen can be told.
    """

    id: str
    name: str
    version: str
    schema: int
    date: dt.date
    sample: bool
    digest: str
    counts: dict[str, int]
    voices: tuple[str, ...] = ()


class Pack:
    """An open pack. Small records are held in memory; imported items, blobs and clips are read when asked for."""

    def __init__(
        self, path: Path, connection: apsw.Connection, meta: PackMeta, records: Mapping[str, dict[str, bytes]]
    ):
        self.path = path
        self.meta = meta
        self._connection = connection
        self._records = records
        self._lock = threading.Lock()

    # -- opening ------------------------------------------------------------------------------------------------------

    @staticmethod
    def open(path: Path) -> Pack:
        """Open and verify. Raises ``PackError`` for what is missing, not a pack, truncated, corrupted or too new."""
        _check_header(path)
        name = urllib.parse.quote(str(path.resolve()))
        try:
            connection = apsw.Connection(
                f"file:{name}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
            )
            stored = dict(connection.execute("SELECT key, value FROM meta"))
            meta = msgspec.json.decode(stored["pack"], type=PackMeta)
            records: dict[str, dict[str, bytes]] = {}
            for kind, identifier, json in connection.execute("SELECT kind, id, json FROM record ORDER BY kind, id"):
                records.setdefault(kind, {})[identifier] = json
        except (apsw.Error, KeyError, msgspec.DecodeError) as error:
            raise PackError(f"{path} is damaged ({error}); copy or build the pack again") from error
        if [records_digest(records), text_digest(stored["pack"])] != [stored.get(key) for key in DIGESTS]:
            raise PackError(f"{path} is damaged (its contents do not match their digest); copy or build the pack again")
        return Pack(path, connection, meta, records)

    def close(self) -> None:
        self._connection.close()

    # -- items --------------------------------------------------------------------------------------------------------

    def items(self) -> tuple[Item, ...]:
        """All list-form items by id, the expired ones too (see ``Item.is_valid_on``)."""
        return tuple(self._items.values())

    def item(self, identifier: str) -> Item:
        """Raises ``KeyError`` when there is no such list-form item."""
        return self._items[identifier]

    def find(self, identifier: str) -> Item | ImportedItem | None:
        """The item or imported item with this id."""
        return self._items.get(identifier) or self._imported("SELECT * FROM imported WHERE id = ?", identifier)

    def imported_count(self) -> int:
        return self.meta.counts.get("imported", 0)

    def imported(self) -> Iterator[ImportedItem]:
        """All imported items in the order they were imported, in batches: memory stays bounded."""
        last = 0
        while True:
            with self._lock:
                rows = list(self._connection.execute(IMPORTED_BATCH, (last, IMPORTED_BATCH_ROWS)))
            if not rows:
                return
            for row in rows:
                yield imported_item(row[1:])
            last = rows[-1][0]

    def by_module(self) -> dict[Module, tuple[Item, ...]]:
        return {module: tuple(i for i in self.items() if i.module is module) for module in Module}

    def by_theme(self) -> dict[Theme, tuple[Item, ...]]:
        return {theme: tuple(i for i in self.items() if i.theme is theme) for theme in Theme}

    def by_category(self) -> dict[Category, tuple[Item, ...]]:
        return {category: tuple(i for i in self.items() if i.category is category) for category in Category}

    # -- directory, prompts, templates --------------------------------------------------------------------------------

    def place(self, identifier: str) -> Place:
        """Raises ``KeyError`` when the directory has no such place."""
        return self._places[identifier]

    def places(self) -> tuple[Place, ...]:
        return tuple(self._places.values())

    def place_names(self, item: Item) -> tuple[str, ...]:
        """The names of an item's places, in the item's order."""
        return tuple(self._places[place].name for place in item.places if place in self._places)

    def department(self, identifier: str) -> Department:
        return self._departments[identifier]

    def departments(self) -> tuple[Department, ...]:
        return tuple(self._departments.values())

    def towns(self) -> tuple[Town, ...]:
        return tuple(self._decode("town", Town).values())

    def villages(self, town: str = "") -> tuple[Village, ...]:
        """The villages of a town, or all of them."""
        return tuple(one for one in self._villages.values() if not town or one.town == town)

    def hours(self) -> Hours:
        """When people answer; 09:00 to 17:00 on Chinese working days where the content says nothing."""
        return self._decode("hours", Hours).get("office", Hours())

    def request_codes(self) -> tuple[RequestCode, ...]:
        """The classification tree, flattened, by code."""
        return tuple(self._codes.values())

    def request_code(self, identifier: str) -> RequestCode:
        """Raises ``KeyError`` for an unknown code."""
        return self._codes[identifier]

    def scenarios(self) -> tuple[Scenario, ...]:
        return tuple(self._scenarios.values())

    def scenario(self, identifier: str) -> Scenario:
        """Raises ``KeyError`` when there is no such scenario."""
        return self._scenarios[identifier]

    def form(self, identifier: str) -> Form:
        return self._forms[identifier]

    def forms(self) -> tuple[Form, ...]:
        return tuple(self._forms.values())

    def prompts(self) -> tuple[Prompt, ...]:
        return tuple(self._prompts.values())

    def prompt(self, identifier: str, language: str = SPOKEN_LANGUAGE) -> str:
        """A fixed text; Chinese where the language is missing, the program's own where the pack is older than it.

        Raises ``KeyError`` for a prompt that neither knows.
        """
        texts = (self._prompts.get(identifier) or standard_prompts()[identifier]).texts
        return texts.get(language) or texts[SPOKEN_LANGUAGE]

    def template(self, kind: str) -> str:
        """A slip template's source. Raises ``KeyError`` when the pack has no such template."""
        return self._templates[kind]

    def templates(self) -> dict[str, str]:
        return dict(self._templates)

    def records(self, kind: str) -> dict[str, object]:
        """All records of a kind as plain JSON values, by id; for comparing packs."""
        return {identifier: msgspec.json.decode(json) for identifier, json in self._records.get(kind, {}).items()}

    # -- for the recogniser, the synthesiser and the search ---------------------------------------------------------

    def words(self) -> tuple[str, ...]:
        """Titles, aliases, questions, names of places, departments, towns and villages: what citizens say."""
        found = dict.fromkeys(text for item in self.items() for text in (item.title, *item.aliases, *item.questions))
        found |= dict.fromkeys(place.name for place in self.places())
        found |= dict.fromkeys(department.name for department in self.departments())
        found |= dict.fromkeys([town.name for town in self.towns()] + [village.name for village in self.villages()])
        found |= dict.fromkeys(text for one in self.scenarios() for text in (one.title, *one.asked))
        for entry in self.imported():
            found |= dict.fromkeys((entry.title, *entry.questions))
        return tuple(found)

    def spoken_sentences(self, split: Callable[[str], tuple[str, ...]] = split_sentences) -> tuple[str, ...]:
        """Every sentence that is always the same and so should have a clip."""
        return spoken_sentences(self.items(), self.prompts(), split, self.scenarios())

    def clip_bytes(self, sentence: str, voice: str) -> bytes | None:
        """The prerendered sound of ``sentence``, or None. A damaged clip counts as none: it is synthesised instead."""
        try:
            with self._lock:
                row = self._connection.execute(
                    "SELECT sha256, audio FROM clip WHERE voice = ? AND sentence = ?", (voice, clip_key(sentence))
                ).fetchone()
        except apsw.Error:
            return None
        if row is None or hashlib.sha256(row[1]).hexdigest() != row[0]:
            return None
        return bytes(row[1])

    def blob(self, name: str) -> bytes:
        """A part of the search index. Raises ``KeyError`` when absent, ``PackError`` when damaged."""
        try:
            with self._lock:
                row = self._connection.execute("SELECT sha256, data FROM blob WHERE name = ?", (name,)).fetchone()
        except apsw.Error as error:
            raise PackError(f"{self.path} is damaged ({error}); copy or build the pack again") from error
        if row is None:
            raise KeyError(name)
        if hashlib.sha256(row[1]).hexdigest() != row[0]:
            raise PackError(f"{self.path} is damaged (search index part {name}); copy or build the pack again")
        return bytes(row[1])

    def blob_names(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(name for (name,) in self._connection.execute("SELECT name FROM blob ORDER BY name"))

    # -- inside -------------------------------------------------------------------------------------------------------

    def _imported(self, query: str, *values: str) -> ImportedItem | None:
        if not self.imported_count():
            return None
        with self._lock:
            row = self._connection.execute(query.replace("*", "id, title, questions, answer"), values).fetchone()
        return imported_item(row) if row is not None else None

    def _decode(self, kind: str, record: type[T]) -> dict[str, T]:
        decoder = msgspec.json.Decoder(record)
        return {identifier: decoder.decode(json) for identifier, json in self._records.get(kind, {}).items()}

    @cached_property
    def _items(self) -> dict[str, Item]:
        return self._decode("item", Item)

    @cached_property
    def _places(self) -> dict[str, Place]:
        return self._decode("place", Place)

    @cached_property
    def _departments(self) -> dict[str, Department]:
        return self._decode("department", Department)

    @cached_property
    def _villages(self) -> dict[str, Village]:
        return self._decode("village", Village)

    @cached_property
    def _codes(self) -> dict[str, RequestCode]:
        return self._decode("code", RequestCode)

    @cached_property
    def _scenarios(self) -> dict[str, Scenario]:
        return self._decode("scenario", Scenario)

    @cached_property
    def _forms(self) -> dict[str, Form]:
        return self._decode("form", Form)

    @cached_property
    def _prompts(self) -> dict[str, Prompt]:
        return self._decode("prompt", Prompt)

    @cached_property
    def _templates(self) -> dict[str, str]:
        return {kind: msgspec.json.decode(json, type=str) for kind, json in self._records.get("template", {}).items()}


def clip_key(sentence: str) -> str:
    """How a sentence is found in the clips: by its text alone."""
    return hashlib.sha256(sentence.strip().encode()).hexdigest()


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def records_digest(records: Mapping[str, Mapping[str, bytes]]) -> str:
    """SHA-256 over kinds, ids and JSON in order, each with its length before it."""
    digest = hashlib.sha256()
    for kind in sorted(records):
        for identifier in sorted(records[kind]):
            for part in (kind.encode(), identifier.encode(), records[kind][identifier]):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
    return digest.hexdigest()


def imported_item(row: Sequence[Any]) -> ImportedItem:
    """A row (id, title, questions as JSON, answer) of the table of imported items."""
    return ImportedItem(row[0], row[1], msgspec.json.decode(row[2], type=tuple[str, ...]), row[3])


def _check_header(path: Path) -> None:
    """SQLite's own header says how long the file must be, whose it is and which schema it has."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise PackError(f"there is no pack at {path}; build one with: bianmin content build DIR -o {path}") from error
    except OSError as error:
        raise PackError(f"{path} cannot be read ({error.strerror})") from error
    if not header.startswith(b"SQLite format 3\x00") or len(header) < 100:
        raise PackError(f"{path} is not a content pack")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise PackError(f"{path} is a database, but not a content pack")
    schema = int.from_bytes(header[60:64], "big")
    if schema > SCHEMA:
        raise PackError(
            f"{path} was made by a newer version (schema {schema}, known up to {SCHEMA}); update the program"
        )
    page = int.from_bytes(header[16:18], "big")
    page = 65536 if page == 1 else page
    if size != page * int.from_bytes(header[28:32], "big"):
        raise PackError(f"{path} is truncated or has been appended to; copy or build the pack again")
