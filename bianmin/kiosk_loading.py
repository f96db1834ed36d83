"""The order in which a kiosk starts, and how it takes over newer content while it runs.

::

    program ──> recogniser's process, which loads by itself
      └─> first picture ──> pack, dialog, devices ──> Ready: a touch leads on
                               └─> voice, search, typing ──> ears: one can speak
                                      └─> every half minute: newer content? ──> loaded beside ──> Ready, the old ends
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bianmin.cli.output import CommandError
from kiosk.event_ids import EventId

if TYPE_CHECKING:
    from pathlib import Path

    from bianmin.kiosk_content import Contents
    from bianmin.kiosk_machine import Machine
    from bianmin.settings import Settings
    from bianmin.usage import Usage
    from kiosk.loudspeaker import Loudspeaker
    from kiosk.microphone import Microphone
    from kiosk.ports import Diary, Front
    from speech.supervision import Supervisor

RENEWAL_SECONDS = 30.0
"""Between two looks whether sync has put newer content in use."""


def start_hearing(chosen: Settings, pack: Path, microphone: Microphone, diary: Diary) -> Supervisor | None:
    """A recogniser's process with the pack's words, loading; None without a microphone.

    Raises ``SpeechError`` or ``ModelError`` when no model is installed: one clear sentence.
    """
    if not microphone.available:
        return None
    from bianmin.hearing import start_recognition

    return start_recognition(chosen, pack=pack, on_restart=lambda: diary.note(EventId.RECOGNISER_RESTARTED))


class Loading:
    """``run`` in a thread of its own: loads everything, then renews content until the program ends.

    ``recogniser``: begun before the window was opened, with the words of ``pack``.
    """

    def __init__(
        self,
        chosen: Settings,
        pack: Path,
        recogniser: Supervisor | None,
        front: Front,
        diary: Diary,
        usage: Usage,
        microphone: Microphone,
        loudspeaker: Loudspeaker,
    ) -> None:
        self._chosen, self._path, self._recogniser, self._front = chosen, pack, recogniser, front
        self._diary, self._usage = diary, usage
        self._microphone, self._loudspeaker = microphone, loudspeaker

    def run(self, began: float) -> None:
        """``began``: ``time.monotonic`` when loading began. Raises what has no better end than the program's own:
        ``PackError``, ``IndexDamagedError``, ``AccentError``, ``CommandError``, ``OSError``, each one clear sentence.
        """
        machine, contents = self._open()
        self._diary.note(EventId.KIOSK_READY, seconds=round(time.monotonic() - began, 1))
        self._complete(machine, contents)
        self._diary.note(EventId.VOICE_READY, seconds=round(time.monotonic() - began, 1))
        renewal = Renewal(machine, contents, self._path, self._chosen, contents.serve_self_test())
        while True:
            renewal.tell()
            time.sleep(RENEWAL_SECONDS)
            renewal.look()

    def _open(self) -> tuple[Machine, Contents]:
        from bianmin.kiosk_content import Contents
        from bianmin.kiosk_machine import open_machine
        from content.pack import Pack
        from kiosk.ports import Ready

        pack = Pack.open(self._path)
        machine = open_machine(
            self._chosen,
            pack,
            self._microphone,
            self._loudspeaker,
            self._front,
            self._diary,
            self._usage,
            time.monotonic,
        )
        contents = Contents(machine, pack, self._recogniser)
        self._front.post(Ready(contents.parts))
        return machine, contents

    def _complete(self, machine: Machine, contents: Contents) -> None:
        from kiosk import memory
        from kiosk.locale_texts import translator
        from speech.recognition import SpeechError

        machine.warm_voice()
        try:
            contents.complete()
        except SpeechError:
            self._diary.note(EventId.RECOGNISER_FAILED)
            contents.deafen()
        machine.warm_typing(contents.words())
        translator("en")  # compiled now rather than when somebody presses English
        memory.give_back()


class Renewal:
    """Takes over newer content: loaded beside the old while people go on being served, used by whoever comes next."""

    def __init__(
        self, machine: Machine, contents: Contents, path: Path, chosen: Settings, end_self_test: Callable[[], None]
    ) -> None:
        self._machine, self._contents, self._path, self._chosen = machine, contents, path, chosen
        self._end_self_test = end_self_test

    def tell(self) -> None:
        """Leave word of what can be done here; sync takes it to the central service."""
        from bianmin import services_now, settings
        from offline_cache.files import Disk

        with contextlib.suppress(OSError):  # a full disk: then others do not name this terminal
            services_now.keep(Disk(), settings.home(), self._contents.working(dt.datetime.now(dt.UTC)))

    def look(self, wait: Callable[[threading.Event], object] = threading.Event.wait) -> bool:
        """Whether there was newer content that could be used. ``wait`` until nobody is served from the old any more."""
        from bianmin.pack_in_use import pack_in_use

        path = pack_in_use(self._chosen)
        if path == self._path:
            return False
        self._path = path  # one that cannot be used is tried once
        fresh = self._load(path)
        if fresh is None:
            self._machine.diary.note(EventId.CONTENT_RENEWED, outcome="failed")
            return False
        from kiosk.ports import Ready

        old, self._contents = self._contents, fresh
        self._machine.front.post(Ready(fresh.parts))
        wait(old.retired)
        self._end_self_test()
        self._end_self_test = fresh.serve_self_test()
        old.close()
        self._machine.learn_words(fresh.words())
        self._machine.diary.note(EventId.CONTENT_RENEWED, outcome="done")
        return True

    def _load(self, path: Path) -> Contents | None:
        from bianmin.kiosk_content import Contents
        from content.pack import Pack, PackError
        from content.search import AccentError, IndexDamagedError
        from speech.models import ModelError
        from speech.recognition import SpeechError

        machine = self._machine
        try:
            pack = Pack.open(path)
            recogniser = start_hearing(self._chosen, path, machine.microphone, machine.diary)
        except (PackError, SpeechError, ModelError, OSError):
            return None
        fresh = Contents(machine, pack, recogniser)
        try:
            fresh.complete()
        except (IndexDamagedError, AccentError, SpeechError, CommandError, OSError):
            fresh.close()
            return None
        machine.clips.pack = pack
        return fresh
