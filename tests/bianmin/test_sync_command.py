"""``bianmin sync`` and ``bianmin outbox`` as a technician calls them, against a central service on the loopback."""

from __future__ import annotations

import http.server
import json
import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bianmin import filing, settings, syncing
from bianmin.cli import image, outbox, sync
from bianmin.cli.output import CommandError
from bianmin.pack_in_use import pack_in_use, state
from content.build import build
from offline_cache import enrolment
from offline_cache.enrolment import EnrolmentCode
from offline_cache.files import Disk
from offline_cache.filing import Draft
from offline_cache.personal import Media
from offline_cache.sync.publishing import Publisher
from offline_cache.sync.repository import Repository
from offline_cache.sync.signing import KeyFolder
from offline_cache.wire import Kind
from tests.offline_cache.central_simulator import CentralSimulator

NAME = "wenling/wenling"
SAID = ("王秀兰", "13800000000", "楼道灯")


PROMPTS = "greeting: {zh: 您好，请说您要办的事。, en: Hello.}\n"
ITEM = """\
编号: newborn
标题: 新生儿参加医保
模块: 医保社保
主题: 社会保险
分类: 参保登记
问法: [新生儿怎么上医保, 刚出生的小孩医保怎么办, 孙子的医保去哪里弄, 宝宝多久要参保, 娃娃的医保怎么办理]
口播: 新生儿出生九十天内参保。
材料: [新生儿户口簿]
地点: [town-centre]
时限: {承诺: 当场办结}
费用: 不收费
步骤: [带齐材料到医保窗口取号]
依据: [{名称: 中华人民共和国社会保险法, 条款: 第二十五条}]
有效期起: 2026-01-01
有效期至: 2027-12-31
审核日期: 2026-06-01
"""
PLACES = "- {编号: town-centre, 名称: 便民服务中心, 部门: government, 时间: 工作日上午九点到下午五点, 样例: 是}\n"
DEPARTMENTS = "- {编号: government, 名称: 政务服务办, 职责: 便民服务中心的运行, 样例: 是}\n"


class Town:
    """A central service with a repository, over HTTP, and the home of one terminal."""

    def __init__(self, folder: Path) -> None:
        self.central = CentralSimulator(datetime.now(UTC).timestamp())
        self.central.content = NAME
        self.disk = Disk()
        self.online = KeyFolder(self.disk, folder / "online")
        self.repository = Repository(self.disk, folder / "repository", self.online)
        offline = KeyFolder(self.disk, folder / "offline")
        self.central.root = self.repository.create(offline, datetime.now(UTC))
        signer = self.online.make("wenling")
        self.repository.add_group("wenling", signer.public_key, offline, datetime.now(UTC), signer)
        self.publisher = Publisher(self.disk, self.repository, signer)
        town = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def translate_path(self, path: str) -> str:
                return str(folder / "repository" / path.removeprefix("/content/"))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = town.central.post(self.path, body, {**self.headers}, 1.0)
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                return

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def new_code(self) -> EnrolmentCode:
        code = enrolment.new_code(random.Random().randrange)
        self.central.codes[code.identifier] = code
        return code

    def publish(self, pack: Path, version: str) -> None:
        self.publisher.publish(pack, NAME, version, datetime.now(UTC).date(), datetime.now(UTC))


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two versions of a very small pack."""
    folder = tmp_path_factory.mktemp("content")
    made = []
    for version in ("2026.11.22", "2026.11.23"):
        pack = f"编号: t\n名称: 测试\n版本: {version}\n日期: 2026-11-22\n样例: 是\n"
        for name, text in (
            ("pack.yaml", pack),
            ("items/insurance/newborn.yaml", ITEM),
            ("directory/places.yaml", PLACES),
            ("directory/departments.yaml", DEPARTMENTS),
            ("prompts.yaml", PROMPTS),
        ):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        made.append(folder / f"{version}.pack")
        build(folder, made[-1])
    return made[0], made[1]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    made = Town(tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    port = made.server.server_address[1]
    (home / "settings.toml").write_text(f'[sync]\ncentral = "http://127.0.0.1:{port}"\n')
    monkeypatch.setenv("BIANMIN_HOME", str(home))
    monkeypatch.delenv("BIANMIN_SETTINGS", raising=False)
    yield made
    made.server.shutdown()
    made.server.server_close()


def call(app: Any, *words: str) -> Any:
    result = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


def enrolled(town: Town) -> None:
    told = call(sync.app, "enrol", str(town.new_code()), "--name", "横峰便民中心")
    assert told == {"terminal": "WL-0001", "station": "0001", "content": NAME}


def test_a_provisioned_terminal_enrols_with_the_code_of_its_file(town: Town) -> None:
    told = f'[terminal]\nname = "WL-007"\nplace = "横峰便民中心"\n[central]\nurl = "{settings.load().sync.central}"\n'
    kept = settings.home() / "terminal.toml"
    kept.write_text(f'{told}code = "K7QP-2M4X-9RTA-WZ3C"\n')
    refused = CliRunner().invoke(image.app, ["enrol"])
    assert isinstance(refused.exception, CommandError)
    assert "unknown, used or too old" in str(refused.exception)
    kept.write_text(f'{told}code = "{town.new_code()}"\n')
    assert call(image.app, "enrol", "--wait") == {"enrolled": True, "terminal": "WL-0001"}
    assert call(sync.app, "status")["enrolled"]
    assert call(image.app, "enrol", "--wait") == {"enrolled": True}  # at every start


def test_from_enrolment_to_the_second_release(town: Town, packs: tuple[Path, Path]) -> None:
    enrolled(town)
    assert call(sync.app, "status")["content"] is None
    assert pack_in_use(settings.load()) == settings.starter_pack()
    town.publish(packs[0], "1")
    first = call(sync.app, "now")
    assert (first["outcome"], first["content"]["version"]) == ("updated", "1")
    assert call(sync.app, "now")["outcome"] == "up-to-date"
    town.publish(packs[1], "2")
    assert call(sync.app, "now")["outcome"] == "updated"
    found = call(sync.app, "status")
    assert (found["content"]["version"], found["problem"], found["age_seconds"] < 60) == ("2", "", True)
    assert pack_in_use(settings.load()).read_bytes() == packs[1].read_bytes()
    assert town.central.health[0]["content"] == "1"


def test_stick_between_two_terminals(
    town: Town, packs: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled(town)
    town.publish(packs[0], "1")
    call(sync.app, "now")
    stick = tmp_path / "stick"
    assert call(sync.app, "export", str(stick))["version"] == "1"
    told = (filing.layout().enrolment.read_bytes(), filing.layout().identity.read_bytes())
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path / "village"))
    filing.layout().enrolment.parent.mkdir(parents=True)
    filing.layout().enrolment.write_bytes(told[0])
    filing.layout().identity.write_bytes(told[1])
    assert call(sync.app, "import", str(stick))["form"] == "raw"
    with pytest.raises(CommandError, match="export"):
        call(sync.app, "import", str(tmp_path / "nothing"))


def test_outbox_lists_nothing_of_what_was_said(town: Town) -> None:
    enrolled(town)
    desk = filing.desk(settings.load())
    assert desk is not None
    filed = desk.file(Draft(kind=Kind.TICKET, personal={"text": SAID[2], "name": SAID[0], "phone": SAID[1]}))
    shown = CliRunner().invoke(outbox.app, ["list"]).output + json.dumps(call(outbox.app, "list"))
    assert "ticket" in shown
    assert not any(word in shown for word in (*SAID, filed.code))
    assert call(outbox.app, "flush")["confirmed"] == 1
    assert call(outbox.app, "list") == {"parcels": []}


def test_stolen_disk_holds_nothing_of_a_citizen(town: Town, packs: tuple[Path, Path]) -> None:
    """Everything the terminal wrote, before and after sending: no name, phone, ID number or word of the request."""
    enrolled(town)
    town.publish(packs[0], "1")
    call(sync.app, "now")
    said = {"text": "楼道灯坏了", "name": "王秀兰", "phone": "13800000000", "id": "331081194001010027"}
    desk = filing.desk(settings.load())
    assert desk is not None
    photo = Media(name="photo.jpg", mime="image/jpeg", data=b"unmistakable picture")
    for _ in range(5):
        desk.file(Draft(kind=Kind.TICKET, plain={"code": "0302"}, personal=said, media=(photo,)))
    for sent in (False, True):
        if sent:
            call(outbox.app, "flush")
        disk = b"".join(path.read_bytes() for path in sorted(settings.home().rglob("*")) if path.is_file())
        assert len(disk) > 1000
        for word in (*said.values(), photo.data.decode()):
            for coding in ("utf-8", "gb18030", "utf-16-le"):
                assert word.encode(coding) not in disk


def test_without_a_network_it_is_one_line(town: Town) -> None:
    enrolled(town)
    desk = filing.desk(settings.load())
    assert desk is not None
    desk.file(Draft(kind=Kind.RATING, plain={"stars": "5"}))
    town.server.shutdown()
    town.server.server_close()
    with pytest.raises(CommandError, match="cannot be reached"):
        call(sync.app, "now")
    assert state().offline
    with pytest.raises(CommandError, match="kept and sent later"):
        call(outbox.app, "flush")


def test_not_enrolled_is_one_line(town: Town) -> None:
    for app, words in ((sync.app, ["now"]), (outbox.app, ["flush"]), (sync.app, ["export", "x"])):
        with pytest.raises(CommandError, match="enrol CODE"):
            call(app, *words)
    assert call(outbox.app, "list") == {"parcels": []}
    with pytest.raises(CommandError, match="16 letters"):
        call(sync.app, "enrol", "ABC")


def test_ceremony_and_publishing_by_command(town: Town, packs: tuple[Path, Path], tmp_path: Path) -> None:
    place, online = str(tmp_path / "made"), str(tmp_path / "daily")
    made = call(sync.app, "repository", "init", place, "--online", online, "--offline", str(tmp_path / "safe"))
    assert set(made["expires"]) == {"root", "targets", "snapshot", "timestamp", "wenling"}
    release = call(sync.app, "repository", "publish", place, str(packs[0]), "--online", online)
    assert [way["form"] for way in release["transfers"]] == ["raw", "zstd"]
    assert not call(sync.app, "repository", "renew", place, "--online", online)["renewed"]
    assert call(sync.app, "repository", "show", place) == made
    with pytest.raises(CommandError, match="already"):
        call(sync.app, "repository", "init", place, "--online", online, "--offline", str(tmp_path / "safe"))


def test_a_terminal_says_which_image_it_was_started_from(tmp_path: Path) -> None:
    release = tmp_path / "release"
    assert set(syncing.what_runs(release)) == {"software"}
    release.write_text("VERSION=2026.11.22\nPROFILE=kiosk-portrait\nBUILT=202611221237\n")
    assert syncing.what_runs(release) == {"software": "2026.11.22", "profile": "kiosk-portrait"}
    release.write_text("no release")
    assert set(syncing.what_runs(release)) == {"software"}
