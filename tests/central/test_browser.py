"""The pages in a real browser: the main paths by keyboard alone, without a script, and axe-core on every page."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from central import signin
from central.app import create_app
from central.service import Central, open_central
from central.simulators.in_process import InProcess
from tests.central.conftest import MONDAY, VirtualClock
from tests.central.live import AXE, CHROMIUM, Live
from tests.central.sample import PASSWORD, fill

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium here: apt-get install chromium")

PAGES = {
    "clerk": ["/tickets", "/tickets?view=all", "/tickets/1", "/statistics", "/consultations", "/password"],
    "tech": ["/fleet", "/fleet/WL-001", "/content"],
    "boss": ["/users", "/audit", "/nowhere"],
}


@pytest.fixture(scope="module")
def city(
    tmp_path_factory: pytest.TempPathFactory, small_pack: Path, empty_database: Path
) -> Iterator[tuple[Central, str]]:
    """(service, address), filled with a small sample."""
    folder = tmp_path_factory.mktemp("city") / "central"
    folder.mkdir()
    shutil.copy(empty_database, folder / "central.db")
    clock = VirtualClock(MONDAY + dt.timedelta(hours=3))
    central = open_central(folder, clock=clock, pack=str(small_pack))
    app = create_app(central, background=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signin, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        inside = InProcess(app)
        fill(central, inside, clock, small_pack, terminals=6, days=3)
        inside.close()
        with Live(app) as live:
            yield central, live.address
    central.database.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


def by_keyboard(context: BrowserContext, address: str, name: str) -> Page:
    """Sign in without touching the mouse: the name has the focus when the page opens."""
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    expect(page.locator("input[name=name]")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".me")).to_be_visible()
    return page


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until ``selector`` has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with the Tab key")


def test_a_ticket_is_dispatched_answered_and_confirmed_by_keyboard_alone(
    city: tuple[Central, str], chromium: Browser
) -> None:
    central = city[0]
    with chromium.new_context(locale="zh-CN") as context:
        page = by_keyboard(context, city[1], "clerk")
        tab_to(page, "#rows tbody a")
        page.keyboard.press("Enter")
        page.wait_for_url("**/tickets/*")
        path = page.url.removeprefix(city[1])
        tab_to(page, "form[action$=unseal] input[name=reason]")
        page.keyboard.type("电话核实楼号")
        page.keyboard.press("Enter")
        expect(page.get_by_text("13800001234").first).to_be_visible()
        tab_to(page, "select[name=department]")
        page.keyboard.press("Home")
        for _ in central.directory.departments:
            page.keyboard.press("ArrowDown")
            if page.evaluate("document.activeElement.value") == "housing-construction":
                break
        tab_to(page, "form[action$=dispatch] button")
        page.keyboard.press("Enter")
        expect(page.locator(".state").first).to_have_text("已转派")
    with chromium.new_context(locale="zh-CN") as context:
        page = by_keyboard(context, city[1], "police")
        page.goto(city[1] + path)
        tab_to(page, "form[action$=accept] button")
        page.keyboard.press("Enter")
        expect(page.locator(".state").first).to_have_text("办理中")
        tab_to(page, "textarea[name=text]")
        page.keyboard.type("已派人修好。")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".state").first).to_have_text("已答复")


def test_the_skip_link_is_the_first_stop(city: tuple[Central, str], chromium: Browser) -> None:
    with chromium.new_context(locale="zh-CN") as context:
        page = by_keyboard(context, city[1], "clerk")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_typing_a_number_narrows_the_list_without_a_reload(city: tuple[Central, str], chromium: Browser) -> None:
    with chromium.new_context(locale="zh-CN") as context:
        page = by_keyboard(context, city[1], "clerk")
        page.goto(f"{city[1]}/tickets?view=all")
        page.evaluate("window.same = true")
        page.fill("#q", "99999999")
        expect(page.get_by_text("没有这个编号的诉求")).to_be_visible()
        assert page.evaluate("window.same") is True


def test_everything_works_without_a_script(city: tuple[Central, str], chromium: Browser) -> None:
    with chromium.new_context(locale="zh-CN", java_script_enabled=False) as context:
        page = by_keyboard(context, city[1], "tech")
        page.fill("[name=terminal]", "WL-777")
        page.click("text=发放注册码")
        expect(page.get_by_text("只显示这一次")).to_be_visible()
        page.goto(f"{city[1]}/fleet/WL-001")
        expect(page.locator("h1")).to_have_text("WL-001")


def test_the_browser_reports_nothing_wrong(city: tuple[Central, str], chromium: Browser) -> None:
    """No error in a console, nothing blocked by our own content policy, nothing asked of another server."""
    with chromium.new_context(locale="zh-CN") as context:
        said: list[str] = []
        asked: list[str] = []
        context.on(
            "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
        )
        context.on("request", lambda request: asked.append(request.url))
        page = by_keyboard(context, city[1], "clerk")
        for path in PAGES["clerk"]:
            page.goto(city[1] + path)
        assert said == []
        assert {url for url in asked if not url.startswith(city[1])} == set()


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core here: make setup fetches it")
@pytest.mark.parametrize("name", list(PAGES))
def test_axe_finds_no_serious_problem(name: str, city: tuple[Central, str], chromium: Browser) -> None:
    with chromium.new_context(locale="zh-CN", bypass_csp=True) as context:
        page = by_keyboard(context, city[1], name)
        context.new_page().goto(f"{city[1]}/sign-in")
        found = []
        for path in [*PAGES[name], "/sign-in"]:
            page.goto(city[1] + path)
            page.add_script_tag(path=AXE)
            report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            assert report["passes"], "axe looked at nothing"
            found += [
                f"{path}: {one['id']}: {one['nodes'][0]['html']}"
                for one in report["violations"]
                if one["impact"] in ("serious", "critical")
            ]
        assert found == []
