"""Every screen as a pure function of the view: ``draw(view, look) -> Frame``."""

from __future__ import annotations

from typing import assert_never

from dialog.acts import (
    AnswerScreen,
    AttractScreen,
    BrowseScreen,
    ChooseScreen,
    ClarifyScreen,
    ConfirmScreen,
    GoodbyeScreen,
    HumanScreen,
    IdleScreen,
    ListenScreen,
    ListScreen,
    NoAnswerScreen,
    NoticeScreen,
    NumberScreen,
    PhotoScreen,
    PrintScreen,
    RateScreen,
    TextScreen,
    TicketScreen,
    WaitScreen,
)
from kiosk.frame import Frame
from kiosk.screens import answer, attract, choose, closing, keyboard, listen, messages, services, settings, writing
from kiosk.screens.dark import darkened
from kiosk.sheet import Look
from kiosk.staff import screens as staff_screens
from kiosk.view import Overlay, View


def draw(view: View, look: Look) -> Frame:
    """The frame for what is in front: an overlay if there is one, else the dialog's screen; or darkness over it."""
    frame = _lit(view, look)
    return darkened(frame, look) if view.dark else frame


def _lit(view: View, look: Look) -> Frame:
    if view.staff is not None:
        return staff_screens.draw(view.staff, look)
    if view.overlay is Overlay.KEYBOARD:
        return keyboard.draw(view, look)
    if view.overlay is Overlay.WRITING:
        return writing.draw(view, look)
    if view.overlay is Overlay.SETTINGS:
        return settings.draw(view, look)
    match view.screen:
        case AttractScreen():
            return attract.draw(view.screen, view, look)
        case ListenScreen():
            return listen.draw(view.screen, view, look)
        case ClarifyScreen():
            return choose.clarify(view.screen, view, look)
        case BrowseScreen():
            return choose.browse(view.screen, view, look)
        case AnswerScreen():
            return answer.draw(view.screen, view, look)
        case NoAnswerScreen():
            return messages.no_answer(view.screen, view, look)
        case PrintScreen():
            return messages.printing(view.screen, view, look)
        case HumanScreen():
            return messages.human(view.screen, view, look)
        case RateScreen():
            return closing.rate(view.screen, view, look)
        case IdleScreen():
            return closing.idle(view.screen, view, look)
        case GoodbyeScreen():
            return closing.goodbye(view.screen, view, look)
        case (
            ChooseScreen()
            | TextScreen()
            | NumberScreen()
            | PhotoScreen()
            | ListScreen()
            | ConfirmScreen()
            | WaitScreen()
            | NoticeScreen()
            | TicketScreen()
        ):
            return services.draw(view.screen, view, look)
        case _:
            assert_never(view.screen)
