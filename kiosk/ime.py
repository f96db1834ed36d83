"""Pinyin letters into Chinese: librime with Debian's ``pinyin_simp`` dictionary, over ctypes.

Stateless from outside: every call says the letters it is about, so that nothing typed outlives its question. Rime's
folder for learned words is a fresh one that is never written to again: what one citizen types never shows for another.
"""

from __future__ import annotations

import ctypes as c
import ctypes.util
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from kiosk import phrases

SHARED_DATA = Path("/usr/share/rime-data")
SCHEMA = b"pinyin_simp"
_DICTIONARY = SHARED_DATA / "pinyin_simp.schema.yaml"
_PAGE = 9
"""Candidates on one of rime's pages: the digits 1 to 9 choose among them."""
_PAGE_DOWN = 0xFF56
"""X11's keysym for Page Down."""


class ImeError(Exception):
    """There is no pinyin input here; the text says what to install."""


class Chosen(NamedTuple):
    """``text``: the characters chosen; ``rest``: letters still to be turned into characters."""

    text: str
    rest: str


class Ime(Protocol):
    """Candidates for pinyin letters."""

    def candidates(self, letters: str, count: int) -> list[str]:
        """At most ``count`` candidates for ``letters``, the likeliest first."""

    def choose(self, letters: str, index: int) -> Chosen:
        """What candidate ``index`` of ``letters`` stands for, and the letters it leaves over."""


class _Traits(c.Structure):
    _fields_ = (
        ("data_size", c.c_int),
        *((name, c.c_char_p) for name in ("shared", "user", "distribution", "code", "version", "application")),
        ("modules", c.c_void_p),
        ("min_log_level", c.c_int),
        ("log_dir", c.c_char_p),
        ("prebuilt", c.c_char_p),
        ("staging", c.c_char_p),
    )


class _Composition(c.Structure):
    _fields_ = (
        ("length", c.c_int),
        ("cursor", c.c_int),
        ("start", c.c_int),
        ("end", c.c_int),
        ("preedit", c.c_char_p),
    )


class _Candidate(c.Structure):
    _fields_ = (("text", c.c_char_p), ("comment", c.c_char_p), ("reserved", c.c_void_p))


class _Menu(c.Structure):
    _fields_ = (
        ("page_size", c.c_int),
        ("page", c.c_int),
        ("is_last", c.c_int),
        ("highlighted", c.c_int),
        ("count", c.c_int),
        ("candidates", c.POINTER(_Candidate)),
        ("keys", c.c_char_p),
    )


class _Context(c.Structure):
    _fields_ = (
        ("data_size", c.c_int),
        ("composition", _Composition),
        ("menu", _Menu),
        ("preview", c.c_char_p),
        ("labels", c.c_void_p),
    )


class _Commit(c.Structure):
    _fields_ = (("data_size", c.c_int), ("text", c.c_char_p))


_CONFIG = """\
patch:
  schema_list:
    - schema: pinyin_simp
  menu/page_size: 9
"""

_SCHEMA_CONFIG = """\
patch:
  translator/enable_user_dict: false
  custom_phrase/db_class: stabledb
  custom_phrase/dictionary: ""
  custom_phrase/user_dict: custom_phrase
  custom_phrase/enable_completion: false
  custom_phrase/enable_sentence: false
  custom_phrase/initial_quality: 1
  engine/translators/+:
    - table_translator@custom_phrase
  engine/filters:
    - uniquifier
"""


def installed() -> bool:
    """Whether ``Rime`` will open, save for files of its own that are damaged."""
    return _DICTIONARY.exists() and ctypes.util.find_library("rime") is not None


class Rime:
    """librime with one session. One object a process."""

    def __init__(self, folder: Path, vocabulary: Iterable[str] = ()) -> None:
        """``folder``: where the compiled dictionary is kept; made when missing (some seconds the first time).

        ``vocabulary``: words of the trade, which come first where their whole pinyin is typed; so do people's names.

        Raises ImeError.
        """
        name = ctypes.util.find_library("rime")
        if name is None:
            raise ImeError("there is no librime; install the Debian package librime1")
        if not _DICTIONARY.exists():
            raise ImeError("there is no pinyin dictionary; install the Debian package rime-data-pinyin-simp")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "default.custom.yaml").write_text(_CONFIG, encoding="utf-8")
        (folder / "pinyin_simp.custom.yaml").write_text(_SCHEMA_CONFIG, encoding="utf-8")
        self._phrases = folder / "custom_phrase.txt"
        phrases.write(self._phrases, vocabulary)
        self._lock = threading.Lock()
        self._rime = c.CDLL(name)
        self._rime.RimeCreateSession.restype = c.c_size_t
        traits = _Traits(
            data_size=c.sizeof(_Traits) - c.sizeof(c.c_int),
            shared=str(SHARED_DATA).encode(),
            user=str(folder).encode(),
            distribution=b"kiosk",
            code=b"kiosk",
            version=b"1",
            application=b"rime.kiosk",
            min_log_level=3,
            log_dir=b"",
        )
        self._rime.RimeSetup(c.byref(traits))
        self._rime.RimeInitialize(c.byref(traits))
        if self._rime.RimeStartMaintenance(0):
            self._rime.RimeJoinMaintenanceThread()
        self._session = self._begin()

    def _begin(self) -> Any:
        session = c.c_size_t(self._rime.RimeCreateSession())
        if not session or not self._rime.RimeSelectSchema(session, SCHEMA):
            folder = self._phrases.parent
            raise ImeError(f"librime does not open its dictionary; remove {folder} and start again")
        return session

    def learn(self, vocabulary: Iterable[str]) -> None:
        """Other words of the trade come first from now on. From any thread; takes seconds where they are many.

        A session holds the table it began with, and the last to go lets it go. Raises ImeError.
        """
        if not phrases.write(self._phrases, vocabulary):
            return
        with self._lock:
            self._rime.RimeDestroySession(self._session)
            self._session = self._begin()

    def candidates(self, letters: str, count: int) -> list[str]:
        with self._lock:
            return self._candidates(letters, count)

    def choose(self, letters: str, index: int) -> Chosen:
        with self._lock:
            return self._choose(letters, index)

    def _candidates(self, letters: str, count: int) -> list[str]:
        self._enter(letters)
        found: list[str] = []
        while len(found) < count:
            context = self._context()
            menu = context.menu
            found += [menu.candidates[i].text.decode() for i in range(menu.count)]
            last = bool(menu.is_last) or menu.count == 0
            self._rime.RimeFreeContext(c.byref(context))
            if last:
                break
            self._rime.RimeProcessKey(self._session, _PAGE_DOWN, 0)
        self._rime.RimeClearComposition(self._session)
        return found[:count]

    def _choose(self, letters: str, index: int) -> Chosen:
        self._enter(letters)
        for _ in range(index // _PAGE):
            self._rime.RimeProcessKey(self._session, _PAGE_DOWN, 0)
        self._rime.RimeProcessKey(self._session, ord("1") + index % _PAGE, 0)
        commit = _Commit(data_size=c.sizeof(_Commit) - c.sizeof(c.c_int))
        if self._rime.RimeGetCommit(self._session, c.byref(commit)):
            text = commit.text.decode()
            self._rime.RimeFreeCommit(c.byref(commit))
            return Chosen(text, "")
        context = self._context()
        preedit = context.composition.preedit or b""
        start = context.composition.start
        text = preedit[:start].decode(errors="ignore").strip()
        rest = "".join(char for char in preedit[start:].decode(errors="ignore") if char.isascii() and char.isalpha())
        self._rime.RimeFreeContext(c.byref(context))
        self._rime.RimeClearComposition(self._session)
        return Chosen(text, rest)

    def _enter(self, letters: str) -> None:
        self._rime.RimeClearComposition(self._session)
        for letter in letters:
            self._rime.RimeProcessKey(self._session, ord(letter), 0)

    def _context(self) -> _Context:
        context = _Context(data_size=c.sizeof(_Context) - c.sizeof(c.c_int))
        self._rime.RimeGetContext(self._session, c.byref(context))
        return context
