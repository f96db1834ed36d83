"""A service with something to see: 45 terminals, forty days of tickets and ratings, one rollout; from a seed."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from central import fleet, lifecycle, publishing, signin, tickets
from central.lifecycle import LifecycleError
from central.people import Role
from central.service import Central
from central.simulators.in_process import InProcess
from central.tables import Consultation, Ticket
from offline_cache.personal import Media
from offline_cache.wire import Kind
from tests.central.conftest import Terminal, VirtualClock

PASSWORD = "correct horse battery"
PLACES = (
    "市图书馆一楼",
    "行政服务中心",
    "太平街道便民中心",
    "城北街道便民中心",
    "泽国镇便民中心",
    "大溪镇便民中心",
    "新河镇社保大厅",
)
TEXTS = (
    "小区楼道的灯坏了三天没人修，我叫王秀兰，电话13800001234，麻烦快点。",
    "菜场门口的井盖破了，老人走路很危险。",
    "公交站牌的字太小，眼睛不好看不清。",
    "楼上装修半夜还在敲，邻居都睡不好。",
    "自来水发黄，放了半小时还是黄的。",
)
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fcffff3f0300050001"
    "ff5ea1b9d20000000049454e44ae426082"
)


def fill(
    central: Central, inside: InProcess, clock: VirtualClock, pack: Path, terminals: int = 45, days: int = 12
) -> None:
    """Users ``clerk``, ``police``, ``tech``, ``boss`` have ``PASSWORD``."""
    chance = random.Random(20261122)
    for name, role, department, display in (
        ("clerk", Role.CLERK, "", "陈晓"),
        ("police", Role.DEPARTMENT, "housing-construction", "林工"),
        ("tech", Role.TECHNICIAN, "", "吴师傅"),
        ("boss", Role.ADMINISTRATOR, "", "管理员"),
    ):
        signin.add_user(central, name, role, "系统", department=department, password=PASSWORD, display=display)
    end = clock.now
    clock.now = end - dt.timedelta(days=days)
    kiosks = []
    for number in range(1, terminals + 1):
        kiosk = Terminal(inside, clock, f"WL-{number:03}", seed=number)
        kiosk.enrol(fleet.new_code(central, kiosk.name, chance.choice(PLACES), "吴师傅"))
        kiosks.append(kiosk)
    publishing.publish(central, pack, "吴师傅")
    codes = sorted(code for code in central.directory.codes if len(code) == 6)
    for day in range(days):
        clock.now = end - dt.timedelta(days=days - 1 - day, hours=chance.uniform(0, 2))
        for _ in range(3 if day < days - 2 else 7):
            kiosk = chance.choice(kiosks)
            code = chance.choice(codes if day < days - 2 else codes[:3])
            photo = (Media(name="photo.png", mime="image/png", data=PICTURE),) if chance.random() < 0.5 else ()
            kiosk.link.send(
                kiosk.parcel(
                    chance.choice((Kind.TICKET, Kind.TICKET, Kind.MESSAGE)),
                    {"code": code, "kind": chance.choice(("complaint", "consult", "suggestion", "snapshot"))},
                    {
                        "text": chance.choice(TEXTS),
                        "name": "王秀兰",
                        "phone": "13800001234",
                        "place": "太平街道三星桥社区",
                    },
                    photo,
                )
            )
            kiosk.link.send(kiosk.parcel(Kind.RATING, {"stars": str(chance.choice((5, 5, 4, 4, 3, 2)))}))
            clock.go(minutes=5)
        _work(central, chance)
    clock.now = end
    for number, kiosk in enumerate(kiosks):
        if number % 15 == 7:
            continue
        kiosk.link.send(kiosk.parcel(Kind.HEALTH, _health(central, chance, end)))
    with central.database.writing() as session:
        session.add(
            Consultation(
                title="老旧小区加装电梯的费用怎么分摊",
                text="按楼层分摊，还是各户平均？请您选一个，也可以写下自己的想法。",
                options='["按楼层分摊","各户平均","由政府多补一些"]',
                round=2,
                opens=end.date() - dt.timedelta(days=5),
                closes=end.date() + dt.timedelta(days=9),
                created=end,
            )
        )
    for kiosk in kiosks[:9]:
        choice = chance.choice(("按楼层分摊", "按楼层分摊", "各户平均"))
        kiosk.link.send(kiosk.parcel(Kind.RATING, {"consultation": "1", "choice": choice}))


def _health(central: Central, chance: random.Random, now: dt.datetime) -> dict[str, str]:
    asked = chance.randrange(8, 40)
    places = sorted(central.directory.towns.values())
    return {
        "software": "0.1.0",
        "content": central.directory.version,
        "content_date": (now.date() - dt.timedelta(days=chance.choice((0, 0, 0, 0, 1, 9)))).isoformat(),
        "paper": chance.choice(("plenty", "plenty", "plenty", "plenty", "low", "out")),
        "faults": '["printer.cover-open"]' if chance.random() < 0.06 else "[]",
        "waiting": str(chance.choice((0, 0, 0, 2))),
        "sessions": str(asked + 4),
        "asked": str(asked),
        "answered": str(int(asked * 0.86)),
        "unanswered": str(asked - int(asked * 0.86)),
        "topics": f'{{"{chance.choice(places)}": {chance.randrange(1, 9)}}}',
        "unanswered_topics": f'{{"{chance.choice(places)}": {chance.randrange(1, 4)}}}',
        "release": central.directory.version,
        "outcome": "installed",
    }


def _work(central: Central, chance: random.Random) -> None:
    """What clerks and departments get done in a day."""
    step: dict[str, Callable[[Ticket], lifecycle.Action]] = {
        "received": lambda row: lifecycle.Dispatch(row.suggested),
        "dispatched": lambda row: lifecycle.Accept(),
        "accepted": lambda row: lifecycle.Answer("已派人到现场处理，灯已修好，请您查看。"),
        "answered": lambda row: lifecycle.Rate(chance.choice((5, 5, 4, 1))),
    }
    with central.database.writing() as session:
        for row in session.scalars(sa.select(Ticket)):
            while row.state in step and chance.random() < 0.75:
                try:
                    tickets.perform(central, session, row, step[row.state](row), "林工")
                except LifecycleError:
                    break
