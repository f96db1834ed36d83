"""The staff area's screens. In Chinese only: its readers are the city's technicians."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.frame import Box, Code, Frame
from kiosk.screens.digits import pad
from kiosk.screens.parts import column
from kiosk.sheet import Look, Sheet, Style
from kiosk.staff.lock import LEAST_DIGITS
from kiosk.staff.parts import actions, paragraphs, say
from kiosk.staff.records import DeviceLine, Page, StaffView
from kiosk.staff.system_screens import erase, system
from kiosk.theme import Role

TITLES = {
    Page.PIN: "工作人员入口",
    Page.MENU: "工作人员",
    Page.DEVICES: "设备检测",
    Page.DEVICE: "设备检测",
    Page.PAPER: "换纸",
    Page.VOLUME: "音量校准",
    Page.ABOUT: "版本与核验",
    Page.SYNC: "同步内容",
    Page.HELP: "远程协助",
    Page.SYSTEM: "系统与升级",
    Page.ERASE: "恢复出厂",
    Page.POWER: "关机",
}

MENU = (
    (Page.DEVICES, "设备检测", "settings"),
    (Page.PAPER, "换纸", "printer"),
    (Page.VOLUME, "音量校准", "repeat"),
    (Page.SYNC, "同步内容", "globe"),
    (Page.ABOUT, "版本与核验", "check"),
    (Page.HELP, "远程协助", "person"),
    (Page.SYSTEM, "系统与升级", "settings"),
    (Page.POWER, "关机或重启", "stop"),
)

KINDS = {
    "receipt-printer": "小票打印机",
    "a4-printer": "表格打印机",
    "id-reader": "身份证读卡器",
    "scanner": "扫码口",
    "keypad": "小键盘",
    "presence": "人体感应",
    "camera": "摄像头",
    "microphone": "话筒",
    "speaker": "喇叭",
    "ups": "备用电源",
}
STATES = {"ready": "正常", "warning": "需留意", "fault": "故障", "unplugged": "未连接", "unknown": "不明"}
RESULTS = {True: "通过", False: "未通过", None: "待判断"}


def draw(view: StaffView, look: Look) -> Frame:
    """The frame of the page one is on; ``busy`` leaves only the way out."""
    sheet = Sheet(look, f"staff-{view.page.value}")
    room = _head(sheet, view)
    if view.busy:
        sheet.words(room, view.busy, Role.HEADING, align="center", middle=True)
        return sheet.frame()
    _PAGES[view.page](sheet, room, view)
    return sheet.frame()


def _head(sheet: Sheet, view: StaffView) -> Box:
    """Title and the way out; returns the room below."""
    look = sheet.look
    metrics = look.metrics
    room = column(sheet, Box(0, 0, look.width, look.height))
    height = max(metrics.target, metrics.line(Role.SMALL) + metrics.mm(4))
    label = "退出"
    width = sheet.text_width(label, Role.SMALL, True) + int(metrics.em(Role.SMALL) * 2.2) + metrics.mm(8)
    sheet.button("leave", Box(room.right - width, room.y, width, height), label, Style.WARM, "cross", Role.SMALL)
    x = room.x
    if view.page not in (Page.PIN, Page.MENU):
        up = {Page.DEVICE: Page.DEVICES, Page.ERASE: Page.SYSTEM}.get(view.page, Page.MENU)
        sheet.button(f"page:{up.value}", Box(x, room.y, width, height), "返回", Style.PLAIN, "back", Role.SMALL)
        x += width + metrics.gap
    title = Box(x + metrics.mm(3), room.y, room.right - width - x - metrics.mm(6), height)
    sheet.words(title, TITLES[view.page], Role.HEADING, look.palette.accent, bold=True, middle=True)
    return room.below(room.y + height + metrics.mm(5))


def _pin(sheet: Sheet, room: Box, view: StaffView) -> None:
    metrics = sheet.look.metrics
    text = view.message
    if view.left:
        minutes, seconds = divmod(view.left, 60)
        wait = f"{minutes}分{seconds}秒" if minutes else f"{seconds}秒"
        text = f"{view.message}（还要等{wait}）"
    if text:
        place = Box(room.x, room.y, room.w, 2 * metrics.line(Role.BODY))
        taken = sheet.words(place, text, Role.BODY, sheet.look.palette.warm, align="center")
        room = room.below(room.y + taken + metrics.mm(3))
    if not view.left:
        width = min(room.w, metrics.mm(170))
        place = Box(room.x + (room.w - width) // 2, room.y, width, room.h)
        ready = len(view.pin) >= LEAST_DIGITS
        pad(sheet, place, view.pin, "请输入密码", hidden=True, ready=ready)


def _menu(sheet: Sheet, room: Box, view: StaffView) -> None:
    metrics = sheet.look.metrics
    gap = metrics.mm(4)
    columns = 2
    rows = -(-len(MENU) // columns)
    height = min(metrics.mm(40), (room.h - (rows - 1) * gap) // rows)
    width = (room.w - (columns - 1) * gap) // columns
    for i, (page, label, icon) in enumerate(MENU):
        box = Box(room.x + (i % columns) * (width + gap), room.y + (i // columns) * (height + gap), width, height)
        sheet.button(f"page:{page.value}", box, label, Style.PLAIN, icon, Role.BODY, align="left")


def _devices(sheet: Sheet, room: Box, view: StaffView) -> None:
    metrics = sheet.look.metrics
    if not view.devices:
        say(sheet, room, "设置文件里没有设备")
        return
    gap = metrics.gap
    foot = actions(sheet, room, [("test:", "全部检测一遍", Style.PRIMARY, "check")])
    space = room.h - foot - gap
    columns = 1 if sheet.look.portrait else 2
    rows = -(-len(view.devices) // columns)
    height = max(metrics.target, min(metrics.mm(30), (space - (rows - 1) * gap) // rows))
    width = (room.w - (columns - 1) * gap) // columns
    for i, one in enumerate(view.devices):
        box = Box(room.x + (i % columns) * (width + gap), room.y + (i // columns) * (height + gap), width, height)
        _device_line(sheet, box, one)


def _device_line(sheet: Sheet, box: Box, one: DeviceLine) -> None:
    """Name, state, and when it was tested last."""
    metrics, palette = sheet.look.metrics, sheet.look.palette
    name = f"device:{one.name}"
    fill, colour, border = sheet.colours(Style.PLAIN, name)
    sheet.panel(box, fill, None, border, metrics.mm(0.5) if border else 0)
    pad_x = metrics.mm(4)
    half = (box.w - 2 * pad_x) // 2
    label = f"{KINDS.get(one.kind, one.kind)}（{one.name}）"
    left = Box(box.x + pad_x, box.y, half, box.h)
    sheet.words(left, label, Role.SMALL, colour, fill, bold=True, middle=True)
    good = one.state == "ready"
    text = f"{STATES.get(one.state, one.state)} · {_tested(one)}"
    right = Box(box.x + pad_x + half, box.y, half, box.h)
    tint = colour if sheet.look.pressed == name else (palette.ink if good else palette.warm)
    sheet.words(right, text, Role.SMALL, tint, fill, middle=True)
    sheet.target(name, box, f"{label}，{text}")


def _tested(one: DeviceLine) -> str:
    if one.tested is None:
        return "从未检测"
    return f"{one.tested:%m月%d日%H:%M}{RESULTS[one.passed]}"


def _device(sheet: Sheet, room: Box, view: StaffView) -> None:
    one = view.device
    if one is None:
        say(sheet, room, "没有这台设备")
        return
    wanted = [(f"test:{one.name}", "检测", Style.PRIMARY, "check")]
    if one.tested is not None and one.passed is None:
        wanted = [
            ("judge:passed", "正常", Style.PRIMARY, "check"),
            ("judge:failed", "不正常", Style.PLAIN, "cross"),
            (f"test:{one.name}", "再检测", Style.PLAIN, "repeat"),
        ]
    foot = actions(sheet, room, wanted)
    lines = [
        f"{KINDS.get(one.kind, one.kind)}（{one.name}）",
        f"状态：{STATES.get(one.state, one.state)}",
        one.text,
        f"最近检测：{_tested(one)}",
        one.result,
    ]
    paragraphs(sheet, Box(room.x, room.y, room.w, room.h - foot - sheet.look.metrics.mm(4)), lines)


def _paper(sheet: Sheet, room: Box, view: StaffView) -> None:
    foot = actions(sheet, room, [("paper-changed", "换好了，打印检测条", Style.PRIMARY, "printer")])
    lines = [view.paper, "装纸时光滑的一面朝外。换好以后会打出一张检测条：字迹清楚才算装好。"]
    lines.append(view.told.text if view.told else "")
    paragraphs(sheet, Box(room.x, room.y, room.w, room.h - foot - sheet.look.metrics.mm(4)), lines)


def _volume(sheet: Sheet, room: Box, view: StaffView) -> None:
    wanted = [("gain:down", "轻一点", Style.PLAIN, ""), ("gain:up", "响一点", Style.PLAIN, "")]
    foot = actions(sheet, room, wanted)
    lines = [
        f"本机响度：{view.gain:+d} 分贝",
        "站在屏幕前半米，提示音应当清楚、不刺耳（音量6档，约65分贝）。市民自己仍可调十一档。",
        view.told.text if view.told else "",
    ]
    paragraphs(sheet, Box(room.x, room.y, room.w, room.h - foot - sheet.look.metrics.mm(4)), lines)


def _about(sheet: Sheet, room: Box, view: StaffView) -> None:
    metrics = sheet.look.metrics
    side = min(metrics.mm(80), room.h // 2, room.w // 2)
    lines = [f"{label}：{value}" for label, value in view.about.lines]
    if sheet.look.portrait:
        code = Box(room.x + (room.w - side) // 2, room.y, side, side)
        place = room.below(room.y + side + metrics.mm(5))
    else:
        code = Box(room.right - side, room.y, side, side)
        place = Box(room.x, room.y, room.w - side - metrics.mm(5), room.h)
    if view.about.proof:
        sheet.nodes.append(Code(code, view.about.proof))
    paragraphs(sheet, place, [*lines, "核验：把二维码的内容交给 bianmin kiosk verify"], Role.SMALL)


def _sync(sheet: Sheet, room: Box, view: StaffView) -> None:
    foot = actions(sheet, room, [("sync", "现在同步", Style.PRIMARY, "globe")])
    lines = ["从中心取最新内容，并送出等待发送的事项。", view.told.text if view.told else ""]
    paragraphs(sheet, Box(room.x, room.y, room.w, room.h - foot - sheet.look.metrics.mm(4)), lines)


def _help(sheet: Sheet, room: Box, view: StaffView) -> None:
    metrics = sheet.look.metrics
    if view.help is None:
        return
    y = room.y
    if view.help.code:
        code = f"{view.help.code[:3]} {view.help.code[3:]}"
        y += sheet.words(room.below(y), code, Role.POSTER, bold=True, align="center") + metrics.mm(3)
    y += sheet.words(room.below(y), view.help.text, Role.BODY, align="center") + metrics.mm(4)
    side = min(metrics.mm(90), room.bottom - y, room.w)
    if view.help.report and side >= metrics.mm(30):
        sheet.nodes.append(Code(Box(room.x + (room.w - side) // 2, y, side, side), view.help.report))


def _power(sheet: Sheet, room: Box, view: StaffView) -> None:
    wanted = [
        ("power:restart", "重新启动", Style.PRIMARY, "repeat"),
        ("power:off", "关机", Style.WARM, "stop"),
    ]
    foot = actions(sheet, room, wanted)
    lines = ["等待发送的事项都已存盘，关机不会丢失。", view.told.text if view.told else ""]
    paragraphs(sheet, Box(room.x, room.y, room.w, room.h - foot - sheet.look.metrics.mm(4)), lines)


_PAGES: dict[Page, Callable[[Sheet, Box, StaffView], None]] = {
    Page.PIN: _pin,
    Page.MENU: _menu,
    Page.DEVICES: _devices,
    Page.DEVICE: _device,
    Page.PAPER: _paper,
    Page.VOLUME: _volume,
    Page.ABOUT: _about,
    Page.SYNC: _sync,
    Page.HELP: _help,
    Page.SYSTEM: system,
    Page.ERASE: erase,
    Page.POWER: _power,
}
