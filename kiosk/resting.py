"""The view nobody stands before: what it says of the terminal itself, and when it has to say something else."""

from __future__ import annotations

from msgspec.structs import replace

from dialog.acts import AttractScreen
from kiosk.ports import Parts
from kiosk.talk import at_rest
from kiosk.view import View


def starting(start: View) -> View:
    """While the parts are being loaded: a touch leads nowhere yet."""
    return replace(start, screen=AttractScreen(), ready=False)


def welcome(view: View, parts: Parts, day: str, headset: bool) -> View:
    """``view`` with all that this terminal can say of itself. ``day``: today, ISO."""
    around = parts.around()
    return replace(
        view,
        screen=AttractScreen(around.checked, around.offline),
        voice=at_rest(parts.ears),
        can_print=parts.world(view.language).can_print,
        can_type=parts.ime is not None,
        can_write=parts.handwriting is not None,
        around=around,
        day=day,
        headset=headset,
        ready=True,
    )


def outdated(view: View, parts: Parts, day: str) -> bool:
    """Whether a device, the ears or the day is not what ``view``, which nobody stands before, says."""
    rest = at_rest(parts.ears)
    ears = view.voice is rest or not (view.voice.deaf or rest.deaf)
    return not ears or day != view.day or parts.around() is not view.around
