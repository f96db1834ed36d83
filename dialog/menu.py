"""The twelve services: their order (which is their spoken number), their names, and which of them can work now."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from dialog.events import Channel
from dialog.screens import Choice
from dialog.state import State
from dialog.world import World


class Service(StrEnum):
    """In the order of the tiles; a choice's id is ``service:VALUE``."""

    POLICY = "policy"  # 政策查询
    ASK = "ask"  # 语音问答
    GUIDE = "guide"  # 办事指南
    SCENARIO = "scenario"  # 场景导航
    FORMS = "forms"  # 材料打印
    REQUEST = "request"  # 咨询投诉建议
    SNAPSHOT = "snapshot"  # 随手拍
    PROGRESS = "progress"  # 进度查询
    INVOICE = "invoice"  # 电子发票
    STUCK = "stuck"  # 办不成事，帮办代办
    NEAREST = "nearest"  # 网点与专员
    OPINION = "opinion"  # 满意度评价，意见征集


def choice(service: Service, world: World) -> Choice:
    return Choice(f"service:{service.value}", world.text(f"service.{service.value}"))


def choices(world: World) -> tuple[Choice, ...]:
    """All twelve, in order."""
    return tuple(choice(service, world) for service in Service)


def off(state: State, world: World) -> tuple[str, ...]:
    """Ids of the services that cannot work here and now."""
    return tuple(f"service:{service.value}" for service in Service if not works(service, state, world))


def works(service: Service, state: State, world: World) -> bool:
    """Whether ``service`` can be done on this front end as it is now."""
    means = world.means
    match service:
        case Service.POLICY | Service.GUIDE | Service.SCENARIO | Service.NEAREST | Service.OPINION:
            return True
        case Service.ASK:
            return world.can_hear
        case Service.FORMS:
            return means.a4 and state.channel is Channel.KIOSK
        case Service.INVOICE:
            return means.invoices and state.channel is Channel.KIOSK
        case Service.REQUEST | Service.STUCK:
            return means.filing
        case Service.SNAPSHOT:
            return means.filing and means.camera
        case Service.PROGRESS:
            return means.lookup
        case _:
            assert_never(service)
