"""The staff area's screens of the system under the program: its two copies, updates by stick, remote help, erasure."""

from __future__ import annotations

from kiosk.frame import Box, Code
from kiosk.sheet import Sheet, Style
from kiosk.staff.parts import actions, paragraphs
from kiosk.staff.records import StaffView


def system(sheet: Sheet, room: Box, view: StaffView) -> None:
    metrics = sheet.look.metrics
    told = view.told.text if view.told else ""
    if view.system is None:
        paragraphs(sheet, room, [told])
        return
    help_ = ("remote-help:off", "关闭远程登录") if view.system.help_open else ("remote-help:on", "打开远程登录")
    below = [(*help_, Style.PLAIN, "person"), ("page:erase", "恢复出厂", Style.WARM, "stop")]
    above = [("system-check", "核对系统", Style.PLAIN, "check")]
    if view.system.bundles:
        above.append(("system-update", "从U盘升级", Style.PRIMARY, ""))
    foot = actions(sheet, room, below) + metrics.gap
    foot += actions(sheet, Box(room.x, room.y, room.w, room.h - foot), above) + metrics.mm(4)
    room = Box(room.x, room.y, room.w, room.h - foot)
    if view.system.code:
        side = min(metrics.mm(80), room.h // 2)
        sheet.nodes.append(Code(Box(room.right - side, room.bottom - side, side, side), view.system.code))
        wide = not sheet.look.portrait
        room = Box(room.x, room.y, room.w - (side + metrics.mm(5) if wide else 0), room.h - (0 if wide else side))
    paragraphs(sheet, room, [told, *(f"{label}：{value}" for label, value in view.system.lines)])


def erase(sheet: Sheet, room: Box, view: StaffView) -> None:
    foot = actions(sheet, room, [("erase-data", "销毁全部数据", Style.WARM, "stop")])
    lines = [
        "本机保存的一切都会销毁，任何人再也读不出来：没有送出的留言、设置、记录、密钥。",
        "先同步一次，把等待的事项送出。销毁后本机重新启动，要用U盘重新开通。",
        view.told.text if view.told else "",
    ]
    paragraphs(sheet, Box(room.x, room.y, room.w, room.h - foot - sheet.look.metrics.mm(4)), lines)
