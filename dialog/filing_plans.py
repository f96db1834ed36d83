"""Which questions each kind of request asks, in which order. What cannot be done here or was not wanted is left out."""

from __future__ import annotations

from dialog.events import Channel
from dialog.flows import Filing, Stage
from dialog.requests import RequestKind
from dialog.screens import Step
from dialog.state import State
from dialog.world import World

_WHERE = (Stage.TOWN, Stage.PLACE)
_WHO = (Stage.PHONE, Stage.NAME)

PLANS: dict[RequestKind, tuple[Stage, ...]] = {
    **dict.fromkeys(
        (RequestKind.CONSULT, RequestKind.COMPLAINT, RequestKind.SUGGESTION, RequestKind.REPORT),
        (Stage.KIND, Stage.TEXT, Stage.PHOTO, *_WHERE, *_WHO),
    ),
    RequestKind.SNAPSHOT: (Stage.PHOTO, Stage.TEXT, *_WHERE, Stage.PHONE),
    RequestKind.STUCK: (Stage.TEXT, Stage.WINDOW, Stage.PHONE, Stage.CALLBACK),
    RequestKind.HELP: (Stage.TEXT, *_WHERE, Stage.PHONE, Stage.CALLBACK),
    RequestKind.OPINION: (Stage.SUBJECT, Stage.TEXT),
    RequestKind.CALLBACK: (Stage.PHONE, Stage.CALLBACK),
    RequestKind.MESSAGE: (),
}
"""CONFIRM follows in every plan. PLACE is asked only after a town was chosen, NAME and CALLBACK only with a number."""

OPTIONAL = frozenset({Stage.PHOTO, Stage.TOWN, Stage.PLACE, Stage.PHONE, Stage.NAME, Stage.CALLBACK, Stage.WINDOW})
"""What may be skipped. Besides, the words of a 随手拍 may, once there is a picture."""


def stages(filing: Filing, state: State, world: World) -> tuple[Stage, ...]:
    """The stages that lie before the confirmation, as things stand."""
    return tuple(stage for stage in PLANS[filing.draft.kind] if _asked(stage, filing, state, world))


def _asked(stage: Stage, filing: Filing, state: State, world: World) -> bool:
    draft = filing.draft
    match stage:
        case Stage.PHOTO:
            return world.means.camera and state.channel is Channel.KIOSK
        case Stage.PLACE:
            return bool(filing.town) and not draft.place_id
        case Stage.NAME | Stage.CALLBACK:
            return bool(draft.phone)
        case _:
            return True


def following(filing: Filing, state: State, world: World) -> Stage:
    """What comes after the present stage."""
    if filing.changing and not (filing.stage is Stage.TOWN and filing.town and not filing.draft.place):
        return Stage.CONFIRM
    order = PLANS[filing.draft.kind]
    at = order.index(filing.stage) + 1 if filing.stage in order else 0
    return next((stage for stage in order[at:] if _asked(stage, filing, state, world)), Stage.CONFIRM)


def preceding(filing: Filing, state: State, world: World) -> Stage | None:
    """What came before, or None when this is the first."""
    asked = stages(filing, state, world)
    if filing.stage not in asked:
        return asked[-1] if asked else None
    at = asked.index(filing.stage)
    return asked[at - 1] if at else None


def step(filing: Filing, state: State, world: World) -> Step | None:
    """Where in the plan one is, the confirmation being the last step."""
    asked = stages(filing, state, world)
    if filing.stage not in asked or filing.changing:
        return None
    return Step(asked.index(filing.stage) + 1, len(asked) + 1)


def skippable(filing: Filing) -> bool:
    if filing.stage is Stage.TEXT:
        return filing.draft.kind is RequestKind.SNAPSHOT and bool(filing.draft.media)
    if filing.draft.kind is RequestKind.CALLBACK and filing.stage is Stage.PHONE:
        return False
    return filing.stage in OPTIONAL
