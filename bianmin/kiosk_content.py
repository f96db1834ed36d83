"""What of the kiosk belongs to one pack: knowledge, search, the recogniser's words, errands. Renewed while it runs.

::

    Contents(machine, path) ──> parts: a touch leads on
        └─ complete() ──> search ── dispatch model ── recogniser: from now on one can ask
    close()             once other contents have taken over
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from bianmin import self_test, services_now, settings
from bianmin.dispatching import by_words, trained
from bianmin.errands.kiosk import errands
from bianmin.form_pages import form_pages
from bianmin.kiosk_equipment import working
from bianmin.kiosk_machine import Machine
from bianmin.kiosk_staff import Tools
from bianmin.opinions import FiledRatings
from bianmin.usage import CountingSearch
from content.pack import Pack
from devices.drivers.id_reader import IdReader
from devices.services import Service
from dialog.pack_knowledge import PackKnowledge
from dialog.world import Dispatcher, Limits, World
from kiosk.ears import ListeningEars
from kiosk.event_ids import EventId
from kiosk.keepsakes import Keepsakes
from kiosk.locale_texts import translator
from kiosk.ports import Parts
from kiosk.ratings import RatingsFile
from kiosk.surroundings import elsewhere

if TYPE_CHECKING:
    from content.search import Searcher
    from content.search.query import Query, SearchResult
    from speech.supervision import Supervisor

MODEL_PATIENCE = 120.0
"""Seconds a recogniser may take to load, on a slow disk too, before the kiosk says that it cannot."""


class LateSearch:
    """Whoever asks before the index is loaded waits for it."""

    def __init__(self, coming: Future[CountingSearch]) -> None:
        self._coming = coming

    def search(self, query: Query, n: int) -> SearchResult:
        return self._coming.result().search(query, n)


class Contents:
    """One pack in use. ``recogniser`` is loading or loaded with the pack's words; None: there is no microphone."""

    def __init__(self, machine: Machine, pack: Pack, recogniser: Supervisor | None) -> None:
        self._machine, self._pack, self._recogniser = machine, pack, recogniser
        self._search: Future[CountingSearch] = Future()
        self._searcher: Searcher | None = None
        self._pages: dict[str, int] = {}
        self._dispatcher: Dispatcher = by_words(pack)
        self._knowledge = {lang: PackKnowledge(pack, LateSearch(self._search), lang) for lang in ("zh", "en")}
        self._ears = ListeningEars(machine.microphone, None, machine.front.post, machine.recorder)
        self.retired = threading.Event()
        self.parts = self._parts()

    def _parts(self) -> Parts:
        machine, chosen, equipment = self._machine, self._machine.chosen, self._machine.equipment
        limits = Limits(idle=chosen.kiosk.idle_seconds, wipe=chosen.kiosk.wipe_seconds)

        def world(language: str) -> World:
            around = machine.watch.around()
            return World(
                self._knowledge[language],
                limits,
                can_print=equipment.printer is not None and not around.lacks(Service.SLIP),
                can_hear=self._ears.available,
                offline=around.offline,
                means=working(equipment.means, around),
                dispatcher=self._dispatcher,
                consultations=machine.consultations(),
                town=chosen.kiosk.town,
                pages=self._pages,
                elsewhere=around.elsewhere,
                nearby={near.service: elsewhere(around, near.service, translator(language)) for near in around.near},
            )

        keepsakes = Keepsakes()
        ratings = RatingsFile(settings.home() / "ratings" / "kiosk.jsonl", dt.datetime.now)
        tools = Tools(chosen, self._pack, machine.inventory, equipment.printer, equipment.busy, machine.tone)
        return Parts(
            world=world,
            ears=self._ears,
            mouth=machine.mouth,
            ratings=FiledRatings(ratings, equipment.desk),
            errands=errands(equipment, self._pack, chosen, keepsakes, machine.diary),
            keepsakes=keepsakes,
            viewfinder=equipment.viewfinder,
            recorder=equipment.recorder,
            player=equipment.player,
            ime=machine.typing,
            handwriting=machine.handwriting,
            around=machine.watch.around,
            staff=tools,
            retire=self.retired.set,
        )

    def working(self, now: dt.datetime) -> services_now.Working:
        """What can be done here, for other terminals to know."""
        inventory = self._machine.inventory
        cards = any(isinstance(inventory.driver(name), IdReader) for name in inventory.names())
        return services_now.look(self.parts.world("zh"), self.parts.around(), cards, now)

    def words(self) -> tuple[str, ...]:
        """The pack's vocabulary."""
        from content.search.vocabulary import vocabulary

        return vocabulary(self._pack)

    def complete(self) -> None:
        """Load what the first touch does not need, then wait for the recogniser.

        Raises ``IndexDamagedError`` or ``AccentError`` when the pack cannot be searched, ``SpeechError`` when the
        recogniser cannot be loaded.
        """
        from content.search import Searcher

        machine = self._machine
        try:
            searcher = Searcher(self._pack, accents=machine.chosen.speech.accents)
            searcher.warm_up()
            self._search.set_result(CountingSearch(searcher, machine.usage, self.words()))
            self._searcher = searcher
        except Exception as error:
            self._search.set_exception(error)  # whoever waits must not wait for ever
            raise
        self._listen()
        self._dispatcher = (
            trained(settings.home(), self._pack, lambda: machine.diary.note(EventId.DISPATCH_MODEL_BROKEN))
            or self._dispatcher
        )
        if machine.equipment.pages is not None:
            form_pages(self._pack, self._pages)
        self._pack.hours().is_staffed(dt.datetime.now())  # the calendar of public holidays takes long to load

    def _listen(self) -> None:
        if self._recogniser is None:
            return
        from kiosk.listening import HearingListener
        from speech.hearing import Hearing

        hearing = Hearing(self._recogniser)
        self._recogniser.wait_ready(MODEL_PATIENCE)
        microphone = self._machine.microphone
        self._ears.equip(HearingListener(hearing, self._machine.clock, lambda: microphone.behind))

    def deafen(self) -> None:
        """There will be no ears: the terminal says so, and works by touch, writing and typing."""
        self._ears.give_up()

    def serve_self_test(self) -> Callable[[], None]:
        """Let the health check ask what citizens ask, once ``complete``; returns what ends that."""
        assert self._searcher is not None
        try:
            return self_test.serve(self_test.place(settings.home(), "kiosk"), self._searcher.search, self._recogniser)
        except OSError:  # the health check will say that nobody answers
            return _nothing

    def close(self) -> None:
        """End the recogniser; nothing may be asked of the parts any more."""
        if self._recogniser is not None:
            self._recogniser.close()


def _nothing() -> None:
    return
