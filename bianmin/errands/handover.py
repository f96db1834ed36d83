"""Leaving a matter for the phone or another terminal under six digits, and fetching it. Needs the network."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import msgspec

from dialog.acts import HandOver, TakeOver
from dialog.events import HandedOver, NotHandedOver, NotTakenOver, TakenOver
from dialog.flows import Matter
from offline_cache.central_link import LinkError
from offline_cache.handover import HandoverError, hand_over, take_over
from offline_cache.layout import Terminal


@dataclass(frozen=True)
class HandOverErrand:
    terminal: Terminal

    def work(self, act: HandOver) -> HandedOver | NotHandedOver:
        if self.terminal.link is None:
            return NotHandedOver()
        state = msgspec.json.encode(act.matter)
        try:
            return HandedOver(hand_over(state, self.terminal.link, self.terminal.enrolment.central_key, _today()))
        except (LinkError, HandoverError):
            return NotHandedOver()

    def lost(self, act: HandOver) -> NotHandedOver:
        return NotHandedOver()


@dataclass(frozen=True)
class TakeOverErrand:
    terminal: Terminal

    def work(self, act: TakeOver) -> TakenOver | NotTakenOver:
        if self.terminal.link is None:
            return NotTakenOver("unreachable")
        try:
            state = take_over(act.code, self.terminal.link, self.terminal.enrolment.central_key, _today())
            return TakenOver(msgspec.json.decode(state, type=Matter))
        except LinkError:
            return NotTakenOver("unreachable")
        except (HandoverError, msgspec.DecodeError):
            return NotTakenOver("not_found")

    def lost(self, act: TakeOver) -> NotTakenOver:
        return NotTakenOver("unreachable")


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
