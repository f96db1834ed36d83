"""Made-up views of the services' screens, for the checker and the screenshots; numbers and names are examples."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dialog.acts import (
    Button,
    Choice,
    ChooseScreen,
    ConfirmScreen,
    ListenScreen,
    ListScreen,
    NoticeScreen,
    NumberScreen,
    Part,
    PhotoScreen,
    Row,
    Step,
    TextScreen,
    TicketScreen,
    WaitScreen,
)
from dialog.events import Key
from kiosk.view import Typing, View, Voice

SERVICES = tuple(
    Choice(f"service:{name}", label)
    for name, label in (
        ("policy", "政策查询"),
        ("ask", "语音问答"),
        ("guide", "办事指南"),
        ("scenario", "一件事导航"),
        ("forms", "材料打印"),
        ("request", "咨询投诉建议"),
        ("snapshot", "随手拍"),
        ("progress", "进度查询"),
        ("invoice", "电子发票"),
        ("stuck", "办不成事"),
        ("nearest", "网点与专员"),
        ("opinion", "评价征集"),
    )
)
TOWNS = tuple(
    Choice(f"town:{n}", name)
    for n, name in enumerate(
        (
            *("太平街道", "城东街道", "城西街道", "城北街道", "横峰街道", "泽国镇", "大溪镇", "松门镇", "箬横镇"),
            *("新河镇", "石塘镇", "滨海镇", "温峤镇", "城南镇", "石桥头镇", "坞根镇"),
        )
    )
)
FINISH, MORE = Button(Key.FINISH, "办完了"), Button(Key.MORE, "再问一件")
PRINT, SLIP = Button(Key.PRINT, "打印带走", main=True), Button(Key.PRINT, "打印带走")
DONE = Button(Key.FINISH, "办完了", main=True)


def service_views(listen: ListenScreen) -> Iterator[tuple[str, View]]:
    """(name, view) of every screen of the services in every state that looks different."""
    home = replace(listen, services=SERVICES)
    yield "home", View(screen=home)
    yield (
        "home-some-off",
        View(screen=replace(home, off=("service:forms", "service:invoice", "service:snapshot"), can_continue=True)),
    )
    yield from _choosing()
    yield from _asking()
    yield from _results()


def _choosing() -> Iterator[tuple[str, View]]:
    kinds = tuple(Choice(f"kind:{n}", label) for n, label in enumerate(("咨询", "投诉", "建议", "举报")))
    yield "choose-four", View(screen=ChooseScreen("您要办哪一种？", kinds, icon="request", step=Step(1, 6)))
    note = "直接说村名更快"
    buttons = (Button(Key.SKIP, "跳过"),)
    yield (
        "choose-town",
        View(screen=ChooseScreen("事情在哪里？请说镇街和村名。", TOWNS, note, "pin", Step(4, 7), buttons)),
    )
    villages = tuple(Choice(f"village:{n}", f"下街{n}村") for n in range(60))
    shares = ("按楼层分摊，一楼不出", "按户数平均分摊", "按面积分摊", "物业维修金里出一部分，其余按楼层分摊")
    vote = tuple(Choice(f"vote:{n}", label) for n, label in enumerate(shares))
    vote = (*vote, Choice("opinion:write", "用自己的话说说意见"))
    note = "城西街道三个老旧小区打算加装电梯。您觉得费用怎样分摊合适？"
    yield "choose-opinion", View(screen=ChooseScreen("老旧小区加装电梯费用怎么分摊", vote, note, "opinion"))
    yield "choose-village", View(screen=ChooseScreen("在哪个村或者社区？", villages, step=Step(5, 7), buttons=buttons))
    forms = tuple(
        Choice(f"form:{n}", label)
        for n, label in enumerate(
            (
                *("授权委托书（1页）", "个人情况承诺书（1页）", "个体工商户开业预填单（1页）"),
                *("劳动人事争议仲裁申请书（2页）", "拖欠工资投诉登记表（1页）", "法律援助申请表（1页）"),
                *("办不成事反映登记表（1页）", "咨询投诉建议登记表（1页）"),
            )
        )
    )
    yield "choose-form", View(screen=ChooseScreen("您要哪一张表？", forms, icon="printer"), voice=Voice.SPEAKING)
    opinions = (
        Choice("opinion:rate", "评一评这次服务"),
        Choice("opinion:open", "意见征集，现在没有"),
        Choice("opinion:suggest", "给我们提建议"),
    )
    yield (
        "choose-off",
        View(screen=ChooseScreen("您想做哪一样？", opinions, icon="opinion", off=("opinion:open",))),
    )


def _asking() -> Iterator[tuple[str, View]]:
    empty = TextScreen(
        "您要投诉什么事？请说。",
        "",
        "什么时候、什么事、您想怎么办，慢慢说",
        "比如：楼下半夜还在施工，吵得睡不着",
        Step(2, 6),
        (Button(Key.RECORD, "说一段留言"),),
    )
    yield "text-empty", View(screen=empty)
    yield "text-live", View(screen=empty, voice=Voice.LISTENING, level=0.6, partial="楼下半夜还在施工")
    words = "楼下半夜还在施工，吵得睡不着，已经三个晚上了，跟他们说了也不听，家里还有老人和小孩。"
    buttons = (Button(Key.NEXT, "说完了，下一步", main=True), Button(Key.CORRECT, "重新说"))
    note = "记下了。还有要补充的吗？没有就说没有了。"
    yield "text-some", View(screen=TextScreen(empty.title, words, note, "", Step(2, 6), buttons))
    yield "text-deaf", View(screen=empty, voice=Voice.OFF)
    yield "text-waking", View(screen=empty, voice=Voice.WAKING)
    number = NumberScreen(
        "请说编号，一共十一位。",
        11,
        "也可以把受理回执上的码对准扫码口",
        (4, 5, 2),
        scan=True,
        buttons=(Button(Key.SKIP, "编号丢了"),),
    )
    yield "number-empty", View(screen=number)
    yield "number-some", View(screen=number, typing=Typing("0001000"))
    skip = (Button(Key.SKIP, "跳过"),)
    phone = NumberScreen(
        "要给您回话，请留个电话。", 11, "不想留可以跳过；号码会加密保管", (3, 4, 4), False, Step(5, 7), skip
    )
    yield "number-phone", View(screen=phone, typing=Typing("13812345678"))
    photo = "给要反映的地方拍张照"
    take = (Button(Key.YES, "拍照", main=True), *skip)
    keep = (Button(Key.NEXT, "用这张", main=True), Button(Key.CORRECT, "重拍"))
    ready = "把手机照片或者东西对着镜头，再说拍照，或者点一下。"
    yield "photo-ready", View(screen=PhotoScreen(photo, "ready", ready, "", Step(1, 5), take))
    yield "photo-taking", View(screen=PhotoScreen(photo, "taking", "请拿稳，马上就拍。"), beat=7)
    yield "photo-taken", View(screen=PhotoScreen(photo, "taken", "照片拍好了，能看清吗？", "sample", Step(1, 5), keep))
    failed = "没有拍成，请再试一次，也可以跳过。"
    yield "photo-failed", View(screen=PhotoScreen(photo, "failed", failed, "", Step(1, 5), take))


def _results() -> Iterator[tuple[str, View]]:
    materials = tuple(
        Row(name, note, f"tick:{n}", n == 1)
        for n, (name, note) in enumerate(
            (
                ("申请人身份证（原件）", ""),
                ("经营场所使用证明", "租房的带租赁合同，自有的带房产证"),
                ("个体工商户登记申请书（1份）", "窗口有，可以现场填"),
                ("健康证明", "直接接触食品的人员每人一份"),
            )
        )
    )
    visits = (
        Row("市行政服务中心", "个体工商户设立登记、新办纳税人套餐", number="1"),
        Row("镇（街道）便民服务中心", "食品经营许可", number="2"),
    )
    parts = (
        Part("要带的材料", materials, "folder"),
        Part("办事路线", visits, "pin"),
        Part("要填的表", (Row("个体工商户开业预填单", tick="form:business-prefill"),), "printer"),
        Part("依据", (Row("《促进个体工商户发展条例》第十条"),), "basis"),
    )
    note = "有了的点一下打勾，也可以说第几样有了"
    yield (
        "list-scenario",
        View(screen=ListScreen("企业开办一件事", parts, note, True, "scenario", (PRINT, MORE, FINISH))),
    )
    yield (
        "list-checklist",
        View(screen=ListScreen("开餐饮小店", parts[:1], note, False, "folder", (PRINT, MORE, FINISH))),
    )
    progress = (
        Part("办到哪一步", (Row("办理中"),), "clock"),
        Part("谁在办", (Row("市综合行政执法局"), Row("最晚11月25日17点以前办好，给您答复。")), "person"),
        Part("经过", (Row("收到", "11月22日9点"), Row("已经转给市综合行政执法局", "11月22日9点")), "steps"),
    )
    yield (
        "list-progress",
        View(screen=ListScreen("编号0001-00001-42", progress, "", False, "search", (DONE, SLIP, MORE))),
    )
    centre = (
        Part("便民服务中心", (Row("泽国镇便民服务中心"), Row("工作日上午九点到下午五点。", "现在有人上班。")), "pin"),
        Part("办不成事窗口", (Row("办不成事反映窗口"),), "hand"),
    )
    village = Button(Key.NEXT, "找村里的专员", main=True)
    unknown = "地址和电话还没有审核，请打12345问。"
    yield (
        "list-nearest",
        View(screen=ListScreen("泽国镇", centre, unknown, True, "pin", (village, MORE, FINISH))),
    )
    invoice = (
        Row("发票号码：25332000000012345678"),
        Row("开票日期：2026-11-20"),
        Row("销售方：温岭市某某食品有限公司"),
        Row("金额：128.50元"),
        Row("签章：签章完整，内容没有被改过。"),
    )
    genuine = "是不是真发票，要到税务局的查验平台查。"
    pages = (Button(Key.PRINT, "打印这张", main=True), Button(Key.YES, "再读一个"), FINISH)
    yield (
        "list-invoice",
        View(screen=ListScreen("电子发票", (Part("查看结果", invoice, "check"),), genuine, False, "invoice", pages)),
    )
    rows = (
        Row("楼下半夜还在施工，吵得睡不着，已经三个晚上了。", "内容", "change:text"),
        Row("泽国镇下街村", "地点", "change:town"),
        Row("138-1234-5678", "电话", "change:phone"),
        Row("市综合行政执法局，夜间施工噪声", "交给谁", "change:route"),
    )
    submit = (Button(Key.YES, "确定交上去", True), Button(Key.CORRECT, "改一改"), Button(Key.CANCEL, "不交了"))
    due = "最晚11月25日17点以前办好，给您答复。"
    yield "confirm", View(screen=ConfirmScreen("投诉：请看一遍再交", rows, due, submit))
    yield "wait", View(screen=WaitScreen("正在交上去", "请稍等，正在给您编号。"), beat=5)
    ticket = TicketScreen(
        "投诉收到了",
        "0001-00001-42",
        "4821",
        due,
        "市综合行政执法局",
        "printing",
        "编号和校验码请记好，查进度要用。",
        (DONE, MORE),
    )
    yield "ticket", View(screen=ticket)
    again = (*ticket.buttons, Button(Key.PRINT, "再打印一次"))
    broken = replace(ticket, printed="failed", message="对不起，打印机没有纸了，没有打印出来。", buttons=again)
    yield "ticket-not-printed", View(screen=broken)
    lines = ("这台机器暂时连不上网，查不到进度。", "可以等一会儿再试，也可以打12345问。")
    retry = (Button(Key.NEXT, "再试一次", main=True), FINISH)
    yield "notice", View(screen=NoticeScreen("现在查不了", lines, "offline", "", retry))
    plug = (Button(Key.YES, "插好了，读一下", main=True), Button(Key.CANCEL, "不办了"))
    yield (
        "notice-plug-in",
        View(
            screen=NoticeScreen(
                "电子发票", ("请把优盘插到机器上。", "插好以后，请说读一下，或者点一下。"), "invoice", "", plug
            )
        ),
    )
    code = ("三十分钟以内有效，只能用一次。", "打热线，或者在别的终端上说接着办。")
    go_on = (DONE, Button(Key.NEXT, "在这里接着办"))
    yield "notice-code", View(screen=NoticeScreen("换个地方接着办", code, "carry", "482-913", go_on))
