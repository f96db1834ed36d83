"""The pages without a browser: what each role sees and may do, masking, and the attacks by name."""

from __future__ import annotations

import datetime as dt
import re
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from central import exports, lifecycle, signin, tickets
from central.people import Role
from central.service import Central
from central.simulators.in_process import Answered, InProcess
from central.tables import Audit, Ticket, Unsealing
from offline_cache.personal import Media
from offline_cache.wire import Kind
from tests.central.conftest import Terminal as Kiosk
from tests.central.conftest import VirtualClock

PASSWORD = "correct horse battery"
TEXT = "三单元楼道灯坏了，我叫王秀兰，电话13800001234"


class Browser:
    """Keeps the cookie and the CSRF token; no script."""

    def __init__(self, inside: InProcess) -> None:
        self.inside, self.cookie, self.csrf = inside, "", ""

    def get(self, path: str, **headers: str) -> Answered:
        address, _, query = path.partition("?")
        answered = self.inside.call("GET", address, self._headers(headers), b"", query.encode())
        return self._seen(answered)

    def post(
        self, path: str, csrf: str | None = None, headers: dict[str, str] | None = None, **fields: str
    ) -> Answered:
        body = urllib.parse.urlencode({"csrf": self.csrf if csrf is None else csrf, **fields}).encode()
        sent = {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
        return self._seen(self.inside.call("POST", path, self._headers(sent | (headers or {})), body))

    def sign_in(self, name: str) -> Browser:
        assert self.post("/sign-in", name=name, password=PASSWORD).status == 303
        self.get("/")
        return self

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"host": "central.test", "cookie": f"bianmin={self.cookie}", **more}

    def _seen(self, answered: Answered) -> Answered:
        if found := re.search("bianmin=([^;]*)", answered.headers.get("set-cookie", "")):
            self.cookie = found[1].strip('"')
        text = answered.body.decode("utf-8", "replace")
        if found := re.search('name="csrf" value="([^"]+)"', text):
            self.csrf = found[1]
        return answered


@pytest.fixture
def browser(central: Central, inside: InProcess) -> Callable[[str], Browser]:
    for name, role, department in (
        ("clerk", Role.CLERK, ""),
        ("police", Role.DEPARTMENT, "police"),
        ("justice", Role.DEPARTMENT, "justice"),
        ("tech", Role.TECHNICIAN, ""),
        ("boss", Role.ADMINISTRATOR, ""),
    ):
        signin.add_user(central, name, role, "test", department=department, password=PASSWORD)

    def make(name: str) -> Browser:
        made = Browser(inside).sign_in(name)
        made.get("/password")
        return made

    return make


@pytest.fixture
def filed(terminal: Kiosk) -> Kiosk:
    photo = Media(name="灯.jpg", mime="image/jpeg", data=b"\xff\xd8 a picture")
    page = Media(name="x.html", mime="text/html", data=b"<script>alert(1)</script>")
    fields = {"text": TEXT, "name": "王秀兰", "phone": "13800001234"}
    terminal.link.send(
        terminal.parcel(plain={"code": "010303", "kind": "complaint"}, fields=fields, media=(photo, page))
    )
    return terminal


def move(central: Central, *actions: lifecycle.Action) -> None:
    with central.database.writing() as session:
        for row in session.scalars(sa.select(Ticket)):
            for action in actions:
                tickets.perform(central, session, row, action, "test")


# -- the work ---------------------------------------------------------------------------------------------------------


def test_a_ticket_from_arrival_to_confirmation(
    central: Central, filed: Kiosk, browser: Callable[[str], Browser]
) -> None:
    clerk, police = browser("clerk"), browser("police")
    assert "路灯不亮" in clerk.get("/tickets").body.decode()
    assert "已收到" in clerk.get("/tickets/1").body.decode()
    assert clerk.post("/tickets/1/dispatch", department="police").status == 303
    assert police.post("/tickets/1/accept").status == 303
    assert police.post("/tickets/1/answer", text="已派人修好").status == 303
    assert clerk.post("/tickets/1/confirm", note="电话确认").status == 303
    page = clerk.get("/tickets/1").body.decode()
    assert "已确认" in page
    assert "已派人修好" in page
    late = police.post("/tickets/1/answer", text="再答一次")
    assert (late.status, "不能答复" in late.body.decode()) == (422, True)


def test_personal_data_is_masked_until_a_reason_is_given_and_again_later(
    central: Central, filed: Kiosk, browser: Callable[[str], Browser], clock: VirtualClock
) -> None:
    clerk = browser("clerk")
    shut = clerk.get("/tickets/1").body.decode()
    assert "王**" in shut
    assert "13800001234" not in shut
    assert "王秀兰" not in shut
    assert clerk.get("/tickets/1/media/0").status == 403
    assert clerk.post("/tickets/1/unseal", reason="看").status == 422
    assert clerk.post("/tickets/1/unseal", reason="电话核实楼号").status == 303
    opened = clerk.get("/tickets/1").body.decode()
    assert TEXT in opened
    assert clerk.get("/tickets/1/media/0").body == b"\xff\xd8 a picture"
    clock.go(minutes=16)
    assert "13800001234" not in clerk.get("/tickets/1").body.decode()
    with central.database.reading() as session:
        assert session.scalars(sa.select(Unsealing.reason)).all() == ["电话核实楼号"]
        assert "电话核实楼号" in session.scalars(sa.select(Audit.detail).where(Audit.action == "打开个人信息")).all()


def test_opening_is_for_the_one_who_gave_the_reason(filed: Kiosk, browser: Callable[[str], Browser]) -> None:
    browser("clerk").post("/tickets/1/unseal", reason="电话核实楼号")
    boss = browser("boss")
    assert "13800001234" not in boss.get("/tickets/1").body.decode()
    assert boss.post("/tickets/1/unseal", reason="好奇看一看").status == 403


def test_search_by_number_and_by_tab(filed: Kiosk, browser: Callable[[str], Browser]) -> None:
    clerk = browser("clerk")
    assert "/tickets/1" in clerk.get("/tickets?q=0001-00001").body.decode()
    assert "没有这个编号" in clerk.get("/tickets?q=9999").body.decode()
    assert "这里没有诉求" in clerk.get("/tickets?view=answered").body.decode()
    rows = clerk.get("/tickets?view=waiting", **{"hx-target": "rows"}).body.decode()
    assert "<html" not in rows
    assert "/tickets/1" in rows


def test_pages_of_the_fleet(filed: Kiosk, browser: Callable[[str], Browser], central: Central) -> None:
    filed.link.send(filed.parcel(Kind.HEALTH, {"paper": "out", "sessions": "3", "content": "2026.11"}))
    tech = browser("tech")
    page = tech.get("/fleet").body.decode()
    assert "缺纸" in page
    assert "WL-007" in tech.get("/fleet/WL-007").body.decode()
    made = tech.post("/fleet", terminal="WL-046", label="车站").body.decode()
    assert re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", made)
    assert tech.post("/fleet", terminal="坏 名字", label="").status == 422
    there = {"place": "图书馆", "address": "图书路1号", "latitude": "28.3717", "longitude": "121.3860"}
    assert tech.post("/fleet/WL-007/place", **there).status == 303
    assert "图书馆（图书路1号）" in tech.get("/fleet/WL-007").body.decode()
    assert tech.post("/fleet/WL-007/place", **{**there, "latitude": "121"}).status == 422
    assert tech.post("/fleet/WL-404/place", **there).status == 404
    assert tech.post("/fleet/WL-007/revoke", reason="被盗").status == 303
    assert "已停用" in tech.get("/fleet").body.decode()


def test_a_pack_is_uploaded_compared_and_published(
    browser: Callable[[str], Browser], central: Central, terminal: Kiosk, small_pack: Path
) -> None:
    tech = browser("tech")
    boundary = "b0undary"

    def upload(data: bytes) -> Answered:
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{tech.csrf}\r\n'.encode(),
            f'--{boundary}\r\nContent-Disposition: form-data; name="pack"; filename="x.pack"\r\n\r\n'.encode(),
            data,
            f"\r\n--{boundary}--\r\n".encode(),
        ]
        body = b"".join(parts)
        kind = {"content-type": f"multipart/form-data; boundary={boundary}", "content-length": str(len(body))}
        return tech.inside.call("POST", "/content", tech._headers(kind), body)

    assert upload(b"not a pack").status == 422
    shown = upload(small_pack.read_bytes()).body.decode()
    assert "第一次发布" in shown
    name = re.search('name="name" value="([0-9a-f]+)"', shown)
    assert name
    wrong = tech.post("/content/publish", name=name[1], pilots="", first="50", second="30", soak="1")
    assert (wrong.status, "从小到大" in wrong.body.decode()) == (422, True)
    assert (
        tech.post("/content/publish", name=name[1], pilots=terminal.name, first="5", second="30", soak="1").status
        == 303
    )
    page = tech.get("/content").body.decode()
    assert "进行中" in page
    release = central.directory.version
    assert tech.get("/content/metadata/timestamp.json").status == 200
    assert tech.post(f"/content/{release}/stop").status == 303
    assert "已暂停" in tech.get("/content").body.decode()
    assert tech.post(f"/content/{release}/resume").status == 303
    assert tech.post("/content/publish", name="../../etc/passwd").status == 404


def test_statistics_consultations_users_and_audit_open(filed: Kiosk, browser: Callable[[str], Browser]) -> None:
    boss, clerk = browser("boss"), browser("clerk")
    for path in (
        "/statistics",
        "/statistics?days=7",
        "/consultations",
        "/users",
        "/audit",
        "/tickets",
        "/fleet",
        "/content",
    ):
        assert boss.get(path).status == 200, path
    form = {"title": "老旧小区加装电梯", "text": "怎么分摊？", "options": "按楼层\n平均", "round": "1"}
    assert clerk.post("/consultations", **form, opens="2026-11-23", closes="2026-11-01").status == 422
    assert clerk.post("/consultations", **form, opens="2026-11-23", closes="2026-12-01").status == 303
    told = filed.link.consultations().consultations
    assert [(one.id, one.options, one.open) for one in told] == [("1", ("按楼层", "平均"), True)]
    filed.link.send(filed.parcel(Kind.RATING, {"consultation": told[0].id, "choice": told[0].options[0]}))
    filed.link.send(filed.parcel(plain={"kind": "opinion", "subject": "1"}, fields={"text": "一楼不出钱"}))
    page = clerk.get("/consultations").body.decode()
    assert "书面意见 1 件" in page
    assert b"\xe6\x8c\x89\xe6\xa5\xbc\xe5\xb1\x82" in clerk.get("/api/consultations").body
    assert clerk.post("/consultations/1/result", result="按楼层分摊").status == 303


def test_a_one_time_password_must_be_changed_first(central: Central, inside: InProcess) -> None:
    first = signin.add_user(central, "new", Role.CLERK, "test")
    browser = Browser(inside)
    browser.post("/sign-in", name="new", password=first)
    assert browser.get("/tickets").headers["location"] == "/password"
    browser.get("/password")
    assert browser.post("/password", old=first, new=PASSWORD, again="other").status == 422
    assert browser.post("/password", old=first, new=PASSWORD, again=PASSWORD).status == 303
    assert browser.get("/tickets").status == 200


# -- attacks ----------------------------------------------------------------------------------------------------------


def test_attack_html_in_a_citizens_text(terminal: Kiosk, browser: Callable[[str], Browser]) -> None:
    bad = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    terminal.link.send(terminal.parcel(plain={"code": bad, "town": bad, "kind": bad}, fields={"text": bad, bad: bad}))
    clerk = browser("clerk")
    clerk.post("/tickets/1/unseal", reason=bad)
    for path in ("/tickets", "/tickets/1", "/statistics"):
        answered = clerk.get(path)
        assert answered.status == 200
        assert b"<script>alert" not in answered.body
        assert b"<img src=x" not in answered.body
        assert "script-src" not in answered.headers["content-security-policy"]
        assert answered.headers["content-security-policy"].startswith("default-src 'self'")


def test_attack_html_as_an_attachment(filed: Kiosk, browser: Callable[[str], Browser]) -> None:
    clerk = browser("clerk")
    clerk.post("/tickets/1/unseal", reason="查看附件")
    answered = clerk.get("/tickets/1/media/1")
    assert answered.headers["content-type"] == "application/octet-stream"
    assert answered.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answered.headers["content-security-policy"]
    assert clerk.get("/tickets/1/media/9").status == 404


def test_attack_csv_injection(terminal: Kiosk, browser: Callable[[str], Browser]) -> None:
    for bad in ('=cmd|" /C calc"!A0', "+1+1", "-1", "@SUM(A1)", "＝1+1", "\t=1", " =1"):
        terminal.link.send(terminal.parcel(plain={"code": bad}))
    boss = browser("boss")
    table = boss.get("/exports/tickets.csv").body.decode("utf-8-sig")
    codes = [line.split(",")[2].strip('"') for line in table.splitlines()[1:]]
    assert len(codes) == 7
    assert all(code.startswith("'") for code in codes)
    assert boss.get("/exports/tickets.xlsx").body.startswith(b"PK")


@pytest.mark.parametrize("cell", ["=1+1", "＝1", "@x", "\r=1", "\x00=1"])
def test_cells_that_look_like_formulas_are_stored_as_text(cell: str) -> None:
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(exports.as_excel(["a"], [[cell], ["x"], [5]], "t")))
    sheet = book.active
    assert sheet is not None
    assert (sheet["A2"].data_type, sheet["A4"].value) == ("s", 5)
    assert str(sheet["A2"].value).startswith("'")


def test_attack_csrf(filed: Kiosk, browser: Callable[[str], Browser], central: Central) -> None:
    clerk = browser("clerk")
    for csrf in ("", "wrong", "x" * 32, "ü"):
        assert clerk.post("/tickets/1/dispatch", csrf=csrf, department="police").status == 403
    other_site = {"origin": "http://evil.test"}
    assert clerk.post("/tickets/1/dispatch", headers=other_site, department="police").status == 403
    assert clerk.post("/sign-in", headers=other_site, name="clerk", password=PASSWORD).status == 403
    cross = {"sec-fetch-site": "cross-site"}
    assert clerk.post("/tickets/1/dispatch", headers=cross, department="police").status == 403
    with central.database.reading() as session:
        assert session.scalars(sa.select(Ticket.state)).all() == ["received"]


def test_attack_another_ones_csrf_token(filed: Kiosk, browser: Callable[[str], Browser]) -> None:
    clerk, boss = browser("clerk"), browser("boss")
    assert clerk.post("/tickets/1/dispatch", csrf=boss.csrf, department="police").status == 403


WRONG_ROLE = [
    ("tech", "GET", "/tickets"),
    ("tech", "GET", "/tickets/1"),
    ("tech", "POST", "/tickets/1/dispatch"),
    ("tech", "POST", "/tickets/1/unseal"),
    ("tech", "GET", "/users"),
    ("tech", "GET", "/exports/tickets.csv"),
    ("clerk", "GET", "/fleet"),
    ("clerk", "POST", "/fleet"),
    ("clerk", "POST", "/fleet/WL-007/revoke"),
    ("clerk", "POST", "/fleet/WL-007/place"),
    ("clerk", "GET", "/content"),
    ("clerk", "POST", "/content/publish"),
    ("clerk", "POST", "/tickets/1/answer"),
    ("clerk", "POST", "/users"),
    ("clerk", "POST", "/users/boss/reset"),
    ("clerk", "GET", "/audit"),
    ("police", "POST", "/tickets/1/dispatch"),
    ("police", "POST", "/tickets/1/confirm"),
    ("police", "GET", "/statistics"),
    ("police", "GET", "/exports/tickets.csv"),
    ("police", "POST", "/consultations"),
    ("boss", "POST", "/tickets/1/unseal"),
    ("boss", "POST", "/tickets/1/rate"),
]


@pytest.mark.parametrize(("name", "method", "path"), WRONG_ROLE)
def test_attack_wrong_role(
    name: str, method: str, path: str, filed: Kiosk, browser: Callable[[str], Browser], central: Central
) -> None:
    fields = {"department": "police", "reason": "no good reason", "text": "x", "name": "x", "role": "administrator"}
    someone = browser(name)
    answered = someone.get(path) if method == "GET" else someone.post(path, **fields)
    assert answered.status == 403, answered.body.decode()[-300:]
    with central.database.reading() as session:
        assert session.scalars(sa.select(Ticket.state)).all() == ["received"]
        assert session.scalars(sa.select(Unsealing.id)).all() == []


def test_attack_another_departments_ticket(filed: Kiosk, browser: Callable[[str], Browser], central: Central) -> None:
    move(central, lifecycle.Dispatch("police"))
    justice = browser("justice")
    assert "/tickets/1" not in justice.get("/tickets?view=all").body.decode()
    assert "/tickets/1" not in justice.get("/tickets?q=0001&department=police").body.decode()
    assert justice.get("/tickets/1").status == 404
    assert justice.post("/tickets/1/accept").status == 404
    assert justice.post("/tickets/1/unseal", reason="想看看别人的").status == 404


@pytest.mark.parametrize(
    "path",
    ["/tickets", "/tickets/1", "/fleet", "/content", "/statistics", "/users", "/audit", "/exports/tickets.csv", "/"],
)
def test_nothing_without_signing_in(path: str, inside: InProcess, filed: Kiosk) -> None:
    answered = Browser(inside).get(path)
    assert answered.status == 303
    assert answered.headers["location"].startswith("/sign-in")


def test_attack_open_redirect(central: Central, inside: InProcess) -> None:
    signin.add_user(central, "clerk", Role.CLERK, "test", password=PASSWORD)
    for back in ("//evil.test", "http://evil.test", "/\\evil.test", "javascript:alert(1)"):
        answered = Browser(inside).post("/sign-in", name="clerk", password=PASSWORD, back=back)
        assert answered.headers["location"] == "/"


def test_the_cookie_cannot_be_read_by_a_script_or_sent_by_another_site(inside: InProcess, central: Central) -> None:
    signin.add_user(central, "li", Role.CLERK, "test", password=PASSWORD)
    cookie = Browser(inside).post("/sign-in", name="li", password=PASSWORD).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize(
    "path", ["/tickets/0", "/tickets/99999999999999999999", "/tickets/x", "/nowhere", "/fleet/nobody"]
)
def test_what_is_not_there_is_a_page_and_not_a_stack_trace(path: str, browser: Callable[[str], Browser]) -> None:
    answered = browser("boss").get(path)
    assert answered.status in (400, 404)
    assert "没有完成" in answered.body.decode()


def test_a_form_too_large_is_turned_away(browser: Callable[[str], Browser], filed: Kiosk) -> None:
    clerk = browser("clerk")
    assert clerk.post("/tickets/1/reopen", reason="x" * 70_000).status == 413
    assert clerk.post("/tickets/1/reopen", headers={"content-length": ""}, reason="x").status == 413


def test_htmx_is_the_file_its_readme_names() -> None:
    import hashlib

    folder = Path(__file__).resolve().parents[2] / "central" / "static" / "vendor"
    listed = dict(re.findall(r"^\| (\S+\.js) \|.*\| ([0-9a-f]{64}) \|$", (folder / "README.md").read_text(), re.M))
    assert listed == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.js")}


def test_reminders_are_seen_in_the_work_list(
    central: Central, filed: Kiosk, browser: Callable[[str], Browser], clock: VirtualClock
) -> None:
    clock.now += dt.timedelta(minutes=6)
    tickets.remind(central)
    assert "超期催办" in browser("clerk").get("/tickets").body.decode()
