"""What the terminal knows of itself before anybody chooses anything: what is out of service, and how old it all is.

``kiosk`` only shows it; who looks at the devices and the network is passed in. The sentences are a citizen's: what does
not work, and what can be done instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec

from devices.services import Service


class Out(msgspec.Struct, frozen=True):
    """A service that cannot work now. ``reason``: a key such as "paper_out"."""

    service: Service
    reason: str = ""


class Near(msgspec.Struct, frozen=True):
    """The nearest place where ``service`` works: a name of ``dialog.menu.Service``, or ``slip``, ``identity``.

    ``at``: when that was last known, local time. ``metres``: None where it is not known how far it is.
    """

    service: str
    name: str
    address: str
    metres: int | None
    at: dt.datetime


class Surroundings(msgspec.Struct, frozen=True):
    """``checked``: the day the content was last known to be the newest (ISO), or that of the content itself.

    ``near``: where to go for what is missing here; ``elsewhere``: the place the settings name for want of that.
    """

    out: tuple[Out, ...] = ()
    offline: bool = False
    checked: str = ""
    elsewhere: str = ""
    near: tuple[Near, ...] = ()

    def lacks(self, service: Service) -> bool:
        return any(one.service is service for one in self.out)


WORDS: dict[Service, str] = {
    Service.SLIP: "打印机暂时不能用，查询照常，内容可以用手机拍下来",
    Service.FORM: "表格打印机暂时不能用，表格请到窗口领取",
    Service.IDENTITY: "身份证读卡器暂时不能用，请打字或写字",
    Service.SCAN: "扫码口暂时不能用，请按数字键输入",
    Service.KEYS: "小键盘暂时不能用，请点屏幕",
    Service.PHOTO: "摄像头暂时不能用，可以用文字说明情况",
    Service.LISTEN: "话筒暂时不能用，请点屏幕、写字或打字",
    Service.SPEAK: "喇叭暂时不能用，请看屏幕上的字",
}
PAPER = "打印机没有纸了，查询照常；要打印请找工作人员"
"""Said instead where the reason is known and is no fault."""

KNOWN = "{month}月{day}日{hour}点确认能用"

GOES_FOR = {Service.SLIP: "slip", Service.FORM: "forms", Service.IDENTITY: "identity"}
"""What people go somewhere else for, under the name other terminals tell it by."""

Translate = Callable[[str], str]


def notices(around: Surroundings, t: Translate) -> list[str]:
    """The sentences for the first screens, the most important first; empty when all is well."""
    found = [t("网络暂时不通，照常可以查询和打印")] if around.offline else []
    for out in around.out:
        paper = out.service is Service.SLIP and out.reason == "paper_out"
        found.append(t(PAPER) if paper else t(WORDS[out.service]))
    out_here = [GOES_FOR[out.service] for out in around.out if out.service in GOES_FOR]
    if out_here and (place := elsewhere(around, out_here[0], t)):
        found.append(t("急用请到：{place}").format(place=place))
    return found


def elsewhere(around: Surroundings, service: str, t: Translate) -> str:
    """Where ``service`` works, in words, with how far that is and when it was known; empty when nobody knows."""
    near = next((near for near in around.near if near.service == service), None)
    if near is None:
        return around.elsewhere
    parts = [near.name, near.address]
    if near.metres is not None:
        far = f"{max(1, round(near.metres / 100)) / 10:g}"
        parts.append(t("离这里约{far}公里").format(far=far))
    parts.append(t(KNOWN).format(month=near.at.month, day=near.at.day, hour=near.at.hour))
    comma = "，" if t(KNOWN) == KNOWN else ", "
    return comma.join(part for part in parts if part)


def age(checked: str, today: dt.date, t: Translate) -> str:
    """``内容更新于3天前``; empty when the day is not known."""
    try:
        days = (today - dt.date.fromisoformat(checked)).days
    except ValueError:
        return ""
    if days <= 0:
        return t("内容今天更新")
    if days == 1:
        return t("内容更新于昨天")
    return t("内容更新于{days}天前").format(days=days)
