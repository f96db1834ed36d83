"""The program that serves answers a test question: over a socket in its home, asked by whoever wants to know.

    serve(place(home, "kiosk"), searcher, recogniser)           # in the kiosk, in a worker of the phone line
    told = ask(place(home, "kiosk"), Question(wav="q.wav"), 60)  # in the health check, by hand

So the health check of a new system tries the very searcher and recogniser that citizens get, and loads nothing twice.
One JSON line each way. Nothing of a citizen goes through here, and nothing of this is counted or kept.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from content.search import SearchResult
    from content.search.query import Query
    from speech.recognition import Hypothesis, Recogniser

HITS = 5
LONGEST = 100_000
"""Bytes of a line."""
READING = 10.0
"""Seconds a client may take to ask."""
EVERY = 1.0
"""Seconds between two looks for a program that is not up yet."""

Search = Callable[["Query", int], "SearchResult"]


class SelfTestError(Exception):
    """The running program cannot be asked; the text says why."""


class Question(msgspec.Struct, frozen=True):
    """``wav``: path of a recording that the program can read; else ``text``."""

    text: str = ""
    wav: str = ""


class Heard(msgspec.Struct, frozen=True):
    """What the recogniser made of the recording."""

    text: str
    pinyin: str
    confidence: float
    seconds: float
    compute_seconds: float


class Hit(msgspec.Struct, frozen=True):
    """One result of the search."""

    id: str
    title: str


class Told(msgspec.Struct, frozen=True):
    """``listens``: whether this program has a recogniser (without a microphone it loads none). ``error``: why not."""

    outcome: str = ""
    listens: bool = False
    heard: Heard | None = None
    hits: tuple[Hit, ...] = ()
    error: str = ""


def place(home: Path, name: str) -> Path:
    """The socket of the program called ``name``: ``kiosk``, or ``ivr-0`` for the first worker of the phone line."""
    return home / "run" / f"{name}.sock"


def serve(path: Path, search: Search, recogniser: Recogniser | None) -> Callable[[], None]:
    """Answer from now on, on a thread; and what ends that. ``search``: may be called from another thread.

    Raises ``OSError`` when there can be no socket at this path.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()  # of a program that was killed
    try:
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen(2)
    except OSError:
        listening.close()
        raise
    threading.Thread(target=_serve, args=(listening, search, recogniser), daemon=True, name="self test").start()

    def close() -> None:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)  # wakes the thread; closing alone would not
        listening.close()
        with contextlib.suppress(FileNotFoundError):
            path.unlink()

    return close


def _serve(listening: socket.socket, search: Search, recogniser: Recogniser | None) -> None:
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        with line, contextlib.suppress(OSError):  # who asks may go away
            line.settimeout(READING)
            with line.makefile("rb") as lines:
                asked = lines.readline(LONGEST)
            line.sendall(msgspec.json.encode(_told(asked, search, recogniser)) + b"\n")


def _told(asked: bytes, search: Search, recogniser: Recogniser | None) -> Told:
    try:
        question = msgspec.json.decode(asked, type=Question)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Told(error="not a question")
    try:
        return answer(question, search, recogniser)
    except Exception as error:  # noqa: BLE001 - whatever is broken is the answer, in whoever's words
        return Told(listens=recogniser is not None, error=" ".join(str(error).split()) or type(error).__name__)


def answer(question: Question, search: Search, recogniser: Recogniser | None) -> Told:
    """Hear and search as for a citizen. Raises ``AudioError``, ``SpeechError`` and what the search raises."""
    from content.search.query import Query

    heard = None
    query = Query(question.text)
    if question.wav and recogniser is not None:
        understood = _hear(Path(question.wav), recogniser)
        query = Query(understood.text, understood.pinyin, understood.nbest)
        took = round(understood.compute_seconds, 3)
        pinyin = " ".join(understood.pinyin)
        heard = Heard(understood.text, pinyin, understood.confidence, understood.seconds, took)
    result = search(query, HITS)
    hits = tuple(Hit(hit.id, hit.title) for hit in result.hits)
    return Told(result.outcome, recogniser is not None, heard, hits)


def _hear(path: Path, recogniser: Recogniser) -> Hypothesis:
    from speech.audio import RECOGNISER_RATE, read_audio
    from speech.evaluation import hear

    return hear(recogniser, read_audio(path).at(RECOGNISER_RATE))


def ask(
    path: Path,
    question: Question,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Told:
    """Ask the program behind the socket, waiting for it to come up; ``seconds`` in all. Raises ``SelfTestError``."""
    end = clock() + seconds
    while True:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(max(0.1, end - clock()))
            try:
                line.connect(str(path))
                line.sendall(msgspec.json.encode(question) + b"\n")
                with line.makefile("rb") as lines:
                    said = lines.readline()
                return _read(said)
            except TimeoutError:
                raise SelfTestError(f"{path.stem} is running, but did not answer within {seconds:g} seconds") from None
            except OSError as error:  # not there yet, or it went away while it was asked
                if clock() + EVERY > end:
                    reason = (error.strerror or "no answer").lower()
                    raise SelfTestError(f"{path.stem} is not running ({reason})") from None
        sleep(EVERY)


def _read(said: bytes) -> Told:
    if not said:
        raise OSError("it went away")
    try:
        told = msgspec.json.decode(said, type=Told)
    except msgspec.DecodeError:
        raise SelfTestError("what answered is another program") from None
    if told.error:
        raise SelfTestError(told.error)
    return told
