"""One made-up view of every screen, for the screen checker and the screenshots. The item is an example, not content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from msgspec.structs import replace

from content.model import Category, Item, LegalBasis, Material, Module, Theme, TimeLimit
from devices.services import Service
from dialog.acts import (
    AnswerScreen,
    AttractScreen,
    BrowseScreen,
    Choice,
    ClarifyScreen,
    GoodbyeScreen,
    HumanScreen,
    IdleScreen,
    ListenScreen,
    NoAnswerScreen,
    PrintScreen,
    RateScreen,
)
from kiosk.samples_services import SERVICES, service_views
from kiosk.staff.records import About, DeviceLine, HelpCode, Page, StaffView, SystemPage, Told
from kiosk.surroundings import Out, Surroundings
from kiosk.view import Overlay, Typing, View, Voice

MODULES = (
    Choice("module:insurance", "医保社保"),
    Choice("module:household", "户籍管理"),
    Choice("module:education-work", "教育就业"),
    Choice("module:business", "企业开办"),
    Choice("module:tax", "税务发票"),
    Choice("module:civil", "民政养老与公积金"),
)

ITEM = Item(
    id="sample-newborn",
    title="新生儿参加城乡居民基本医疗保险",
    module=Module.INSURANCE,
    theme=Theme.SOCIAL_INSURANCE,
    category=Category.ENROL,
    questions=("新生儿怎么上医保",),
    spoken="新生儿出生九十天内参保缴费，从出生那天起就能报销。",
    materials=(
        Material("新生儿户口簿", "原件", "还没落户的带出生医学证明"),
        Material("监护人身份证", "原件"),
        Material("城乡居民基本医疗保险参保登记表", "1份", "窗口现场领取、现场填写，不会写字的由工作人员代填"),
    ),
    places=("town-service-centre",),
    time_limit=TimeLimit("当场办结", "5个工作日"),
    fee="登记不收费；保费按当年城乡居民医保个人缴费标准缴纳",
    steps=(
        "带齐材料到镇街便民服务中心医保窗口取号",
        "填写参保登记表，窗口当场登记",
        "通过税务部门的渠道缴纳当年保费",
    ),
    basis=(
        LegalBasis("中华人民共和国社会保险法", "第二十五条"),
        LegalBasis("国务院关于整合城乡居民基本医疗保险制度的意见", number="国发〔2016〕3号"),
    ),
    notes=("超过九十天参保的，从缴费后的规定日期起享受待遇",),
    valid_from=dt.date(2026, 1, 1),
    valid_until=dt.date(2027, 12, 31),
)

CHOICES = (
    Choice("item:id-card-replace", "居民身份证丢失补领"),
    Choice("item:social-card-replace", "社会保障卡挂失补换"),
    Choice("item:household-book-replace", "户口簿补发、换发"),
    Choice("item:licence-replace", "营业执照遗失补领（个体工商户、公司和农民专业合作社）"),
)

ITEMS = tuple(
    Choice(f"item:{i}", title)
    for i, title in enumerate(
        (
            "新生儿参加城乡居民基本医疗保险",
            "异地就医备案（跨省、省内）",
            "城乡居民基本养老保险待遇领取",
            "社会保障卡申领",
            "门诊慢特病病种待遇认定",
            "高龄津贴申请",
            "灵活就业人员参加职工基本医疗保险",
            "医疗费用手工（零星）报销",
            "生育津贴支付",
            "失业保险金申领",
            "城乡居民基本医疗保险参保信息变更登记",
        )
    )
)


WRITTEN = (
    ((420, 1010), (520, 1002), (640, 1000)),
    ((480, 1070), (440, 1130)),
    ((470, 1100), (600, 1090)),
    ((440, 1180), (620, 1170)),
    ((530, 1100), (510, 1200), (450, 1280)),
    ((540, 1210), (600, 1260)),
    ((420, 1010), (418, 1320), (660, 1325)),
)
"""医, as a finger writes it."""


def sample_views() -> Iterator[tuple[str, View]]:
    """(name, view) of every screen in every state that looks different."""
    listen = ListenScreen("可以这样说：“新生儿怎么上医保”", "", MODULES, SERVICES)
    well = Surroundings(checked="2026-11-22")
    yield "attract", View(screen=AttractScreen(), around=well, day="2026-11-22")
    trouble = Surroundings((Out(Service.SLIP, "paper_out"),), True, "2026-11-19", "市民中心一楼大厅自助终端")
    yield "attract-trouble", View(screen=AttractScreen(), around=trouble, day="2026-11-22", can_print=False)
    yield "attract-starting", View(screen=AttractScreen(), ready=False)
    yield "listen", View(screen=listen)
    yield "listen-trouble", View(screen=listen, around=trouble, can_print=False)
    yield "listen-live", View(screen=listen, voice=Voice.LISTENING, level=0.6, partial="刚出生的小孩医保怎么")
    yield "listen-thinking", View(screen=listen, voice=Voice.THINKING, partial="刚出生的小孩医保怎么办", beat=3)
    yield "listen-deaf", View(screen=listen, voice=Voice.OFF)
    yield "listen-waking", View(screen=listen, voice=Voice.WAKING)
    yield (
        "listen-again",
        View(screen=replace(listen, notice="请您换个说法，再说一遍"), voice=Voice.SPEAKING),
    )
    yield "clarify", View(screen=ClarifyScreen("补办", CHOICES), voice=Voice.SPEAKING)
    yield "clarify-two", View(screen=ClarifyScreen("我想问一下那个卡丢了要去哪里补办", CHOICES[:2]))
    yield "browse", View(screen=BrowseScreen("医保社保", ITEMS))
    answer = AnswerScreen(
        "刚出生的小孩医保怎么办", ITEM, ("户籍所在地镇（街道）便民服务中心",), "2026.11.20", "2026-11-22"
    )
    yield "answer", View(screen=answer, voice=Voice.SPEAKING)
    yield "answer-no-printer", View(screen=answer, can_print=False)
    yield (
        "no-answer",
        View(
            screen=NoAnswerScreen("今天天气怎么样", "unknown", "这个问题我答不上来。您可以换个说法，或者找工作人员。")
        ),
    )
    yield (
        "no-answer-unheard",
        View(screen=NoAnswerScreen("", "unheard", "我没有听清。请靠近一点，慢慢说一遍，也可以用手点。")),
    )
    yield "print-printing", View(screen=PrintScreen("printing", "请稍等，纸条正在打印。"), beat=5)
    yield "print-done", View(screen=PrintScreen("done", "打印好了，请从下面取走纸条。"))
    yield (
        "print-failed",
        View(screen=PrintScreen("failed", "打印机没有纸了，没有打印出来。工作人员换纸以后可以再打印。")),
    )
    yield (
        "print-unknown",
        View(screen=PrintScreen("unknown", "打印机没有回话，不确定有没有打印好。请看一下出纸口。")),
    )
    yield (
        "human",
        View(screen=HumanScreen(("现在有人值班，请到大厅服务台。", "也可以打政务服务热线12345。"))),
    )
    yield "human-urgent", View(screen=HumanScreen(("着火请马上打119。",), urgent=True))
    yield "rate", View(screen=RateScreen())
    yield "idle", View(screen=IdleScreen(30), seconds=17)
    yield "goodbye", View(screen=GoodbyeScreen("谢谢您，请带好随身物品，慢走。"))
    yield "settings", View(screen=listen, overlay=Overlay.SETTINGS)
    yield "settings-headset", View(screen=listen, overlay=Overlay.SETTINGS, headset=True)
    yield "keyboard-empty", View(screen=listen, overlay=Overlay.KEYBOARD)
    typing = Typing(
        "我要办",
        "yibao",
        ("医保", "一包", "以保", "移报", "一", "以", "已", "亿", "衣", "医", "依", "宜", "仪", "乙", "益", "疑"),
    )
    yield "keyboard", View(screen=listen, overlay=Overlay.KEYBOARD, typing=typing)
    yield "writing-empty", View(screen=listen, overlay=Overlay.WRITING)
    written = replace(typing, letters="", candidates=tuple("医匠区臣巨矢匪匿匹匡"), ink=WRITTEN)
    yield "writing", View(screen=listen, overlay=Overlay.WRITING, typing=written)
    yield "dark", View(screen=listen, headset=True, dark=True)
    yield from service_views(listen)
    yield from staff_views()


def staff_views() -> Iterator[tuple[str, View]]:
    """The staff area's pages."""
    tested = dt.datetime(2026, 11, 22, 8, 31)
    devices = (
        DeviceLine("printer", "receipt-printer", "warning", "纸快用完了", tested, True, "the printer is ready"),
        DeviceLine("a4", "a4-printer", "ready", "", tested, True),
        DeviceLine("card", "id-reader", "unplugged", "/dev/ttyUSB1 is not connected; check its cable", tested, False),
        DeviceLine("scanner", "scanner", "ready"),
        DeviceLine("camera", "camera", "ready", "", tested, True),
        DeviceLine("keypad", "keypad", "ready", "", tested, None, "it is connected; press a key while testing"),
        DeviceLine("speaker", "speaker", "ready", "", tested, None, "a tone was played; was it heard?"),
    )
    proof = "bianmin-proof:" + "0123456789abcdef" * 12
    lines = (("终端", "市民中心一号机"), ("软件", "0.1.0（3f0c9a7be1d2）"), ("内容", "温岭样例 2026.11.20"))
    about = [("系统", "2026.11.22（kiosk-portrait）"), ("系统甲", "在用，正常"), ("系统乙", "备用，正常")]
    rest = [("健康检查", "通过"), ("U盘上的升级包", "没有"), ("远程登录", "关着")]
    system = SystemPage((*about, *rest))
    bundle = "kiosk-portrait-2026.12.01.raucb"
    total = "6b849a3c abdb1bb7 ad0458a0 729dbcc0 7f95a1f9 35c10b5c 1e80da06 50e1e23d"
    rest = [("健康检查", "通过"), ("U盘上的升级包", bundle), ("远程登录", "开着，14:30自动关闭"), ("系统校验和", total)]
    opened = Told(True, "远程登录已打开，两小时后自动关闭。")
    full = SystemPage((*about, *rest), f"BIANMIN-IMAGE {total.replace(' ', '')}", (bundle,), True)
    pages = {
        "pin": StaffView(pin="2718"),
        "locked": StaffView(message="输错太多次，请稍后再试", left=75),
        "menu": StaffView(page=Page.MENU),
        "busy": StaffView(page=Page.DEVICES, busy="正在查看设备……"),
        "devices": StaffView(page=Page.DEVICES, devices=devices),
        "device": StaffView(page=Page.DEVICE, devices=devices, chosen="speaker"),
        "paper": StaffView(page=Page.PAPER, paper="从2026年11月02日起算，大约还剩21.5米，够打96张。"),
        "volume": StaffView(page=Page.VOLUME, gain=2, told=Told(True, "已记下+2分贝")),
        "about": StaffView(page=Page.ABOUT, about=About((*lines, ("签名", "已用本机密钥签名")), proof)),
        "sync": StaffView(page=Page.SYNC, told=Told(True, "内容已是最新，等待的事项已送出。")),
        "help": StaffView(page=Page.HELP, help=HelpCode("480173", proof, "请在电话里报这六位数字，30分钟内有效。")),
        "system": StaffView(page=Page.SYSTEM, system=system),
        "system-full": StaffView(page=Page.SYSTEM, told=opened, system=full),
        "erase": StaffView(page=Page.ERASE),
        "power": StaffView(page=Page.POWER),
    }
    for name, staff in pages.items():
        yield f"staff-{name}", View(screen=AttractScreen(), staff=staff)
