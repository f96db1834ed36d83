"""The screens of the services: choose, say or type, digits, photo, list, confirm, wait, notice, ticket."""

from __future__ import annotations

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
from kiosk.screens import messages
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
    return messages.plain(screen.title, view, look)
