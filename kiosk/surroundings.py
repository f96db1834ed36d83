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


class Surroundings(msgspec.Struct, frozen=True):
    """``checked``: the day the content was last known to be the newest (ISO), or that of the content itself.

    ``elsewhere``: the nearest terminal or centre where what is missing here works, or empty.
    """

    out: tuple[Out, ...] = ()
    offline: bool = False
    checked: str = ""
    elsewhere: str = ""

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

Translate = Callable[[str], str]


def notices(around: Surroundings, t: Translate) -> list[str]:
    """The sentences for the first screens, the most important first; empty when all is well."""
    found = [t("网络暂时不通，照常可以查询和打印")] if around.offline else []
    for out in around.out:
        paper = out.service is Service.SLIP and out.reason == "paper_out"
        found.append(t(PAPER) if paper else t(WORDS[out.service]))
    needs_elsewhere = {Service.SLIP, Service.FORM, Service.IDENTITY} & {out.service for out in around.out}
    if needs_elsewhere and around.elsewhere:
        found.append(t("急用请到：{place}").format(place=around.elsewhere))
    return found


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
