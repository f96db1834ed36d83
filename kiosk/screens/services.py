"""The screens of the services: choose, say or type, digits, photo, list, confirm, wait, notice, ticket."""

from __future__ import annotations

from typing import assert_never

from dialog.acts import (
    ChooseScreen,
    ConfirmScreen,
    ListScreen,
    NoticeScreen,
    NumberScreen,
    PhotoScreen,
    TextScreen,
    TicketScreen,
    WaitScreen,
)
from kiosk.frame import Frame
from kiosk.screens import asking, choosing, messages, results
from kiosk.sheet import Look
from kiosk.view import View

ServiceScreen = (
    ChooseScreen
    | TextScreen
    | NumberScreen
    | PhotoScreen
    | ListScreen
    | ConfirmScreen
    | WaitScreen
    | NoticeScreen
    | TicketScreen
)


def draw(screen: ServiceScreen, view: View, look: Look) -> Frame:
    match screen:
        case ChooseScreen():
            return choosing.draw(screen, view, look)
        case TextScreen():
            return asking.text(screen, view, look)
        case NumberScreen():
            return asking.number(screen, view, look)
        case PhotoScreen():
            return asking.photo(screen, view, look)
        case ListScreen():
            return results.listed(screen, view, look)
        case ConfirmScreen():
            return results.confirm(screen, view, look)
        case WaitScreen():
            return messages.wait(screen, view, look)
        case NoticeScreen():
            return messages.notice(screen, view, look)
        case TicketScreen():
            return results.ticket(screen, view, look)
        case _:
            assert_never(screen)
