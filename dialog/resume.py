"""The codes on slips and screens: a way back to an item, a scenario or a ticket. Nothing of a person is in them.

bianmin:newborn-enrolment@2026.11.20        an item, as on every guide slip
bianmin-do:open-business?mode=company&...   a scenario with its answers
bianmin-ticket:00010000142                  a ticket's number; its check code is typed
"""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, unquote, urlencode

import msgspec

from content.scenario import Answers

LONGEST = 400
"""Characters of a code that are looked at; a longer one is not ours."""


class ItemCode(msgspec.Struct, frozen=True):
    item_id: str


class ScenarioCode(msgspec.Struct, frozen=True):
    scenario_id: str
    answers: Answers


class FormCode(msgspec.Struct, frozen=True):
    form_id: str


class TicketCode(msgspec.Struct, frozen=True):
    number: str

    def __repr__(self) -> str:
        return "TicketCode(...)"


Code = ItemCode | ScenarioCode | FormCode | TicketCode


def item_code(item_id: str, version: str) -> str:
    return f"bianmin:{item_id}@{version}"


def scenario_code(scenario_id: str, answers: Answers) -> str:
    return f"bianmin-do:{quote(scenario_id)}" + (f"?{urlencode(answers)}" if answers else "")


def form_code(form_id: str) -> str:
    return f"bianmin-form:{quote(form_id)}"


def ticket_code(number: str) -> str:
    return "bianmin-ticket:" + "".join(digit for digit in number if digit.isdigit())


def read(text: str) -> Code | None:
    """What a scanned code means, or None when it is none of ours."""
    if len(text) > LONGEST:
        return None
    scheme, _, rest = text.strip().partition(":")
    match scheme:
        case "bianmin" if rest and "+" not in rest:
            return ItemCode(rest.partition("@")[0])
        case "bianmin-do" if rest:
            name, _, query = rest.partition("?")
            return ScenarioCode(unquote(name), tuple(parse_qsl(query)))
        case "bianmin-form" if rest:
            return FormCode(unquote(rest))
        case "bianmin-ticket" if rest.isascii() and rest.isdigit():
            return TicketCode(rest)
        case _:
            return None
