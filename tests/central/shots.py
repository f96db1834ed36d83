"""Pictures of every page, for people to look at: ``python -m tests.central.shots DIR``."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from central.app import create_app
from central.service import open_central
from central.simulators.in_process import InProcess
from content.build import build
from tests.central.conftest import MONDAY, VirtualClock
from tests.central.live import CHROMIUM, Live
from tests.central.sample import PASSWORD, fill

PAGES = {
    "clerk": ("/tickets", "/tickets?view=all", "/tickets/3", "/tickets/38", "/statistics", "/consultations"),
    "tech": ("/fleet", "/fleet/WL-008", "/content"),
    "boss": ("/users", "/audit"),
}


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    clock = VirtualClock(MONDAY + dt.timedelta(hours=3))
    with tempfile.TemporaryDirectory() as folder:
        pack = Path(folder) / "x.pack"
        build(Path(__file__).resolve().parents[2] / "content" / "wenling", pack)
        central = open_central(Path(folder) / "central", clock=clock, pack=str(pack))
        app = create_app(central, background=False)
        inside = InProcess(app)
        fill(central, inside, clock, pack)
        inside.close()
        with Live(app) as live, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for name, paths in PAGES.items():
                page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-CN")
                page.goto(live.address + "/sign-in")
                page.screenshot(path=out / "sign-in.png")
                page.fill("[name=name]", name)
                page.fill("[name=password]", PASSWORD)
                page.keyboard.press("Enter")
                page.wait_for_selector(".me")
                for path in paths:
                    page.goto(live.address + path)
                    page.screenshot(
                        path=out / f"{path.strip('/').replace('/', '-').replace('?', '-')}.png", full_page=True
                    )
            browser.close()
        central.database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
