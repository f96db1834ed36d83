"""``bianmin print`` and ``bianmin devices`` as a technician calls them."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from typer.testing import CliRunner

from bianmin import printing, settings, slips
from bianmin.cli import app
from bianmin.cli.output import CommandError
from content.pack import Pack
from devices.escpos.encoder import encode_bytes
from devices.escpos.profile import NARROW_58
from devices.preview import decoder, paper
from devices.slip import Slip, from_builtins

CONTENT = Path(__file__).resolve().parents[2] / "content" / "wenling"
NOW = dt.datetime(2026, 11, 22, 9, 30)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The starter content without a search index: slips and forms need none."""
    from content.build import build

    path = tmp_path_factory.mktemp("packs") / "slips.pack"
    build(CONTENT, path)
    return Pack.open(path)


def call(*arguments: str, fails: int = 0, stdin: str = "") -> tuple[dict[str, object], str]:
    """The JSON of the last line (or {}), and the error line."""
    result = CliRunner().invoke(app, list(arguments), input=stdin)
    error = ""
    code = result.exit_code
    if isinstance(result.exception, CommandError):
        error, code = str(result.exception), result.exception.code
        assert "\n" not in error
    assert code == fails, (result.output, result.exception)
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    return (json.loads(lines[-1]) if lines else {}), error


def test_a_text_reaches_a_file_and_is_drawn_back(home: Path, tmp_path: Path) -> None:
    target, picture = tmp_path / "slip.bin", tmp_path / "slip.png"
    told, _ = call("print", "text", "-", "--to", f"file:{target}", "--json", stdin="便民：￥①，𠮷\n第二行")
    assert told["outcome"] == "done"
    drawn, _ = call("print", "render", str(target), "-o", str(picture), "--json")
    assert "第二行" in str(drawn["text"])
    assert (drawn["pictures"], drawn["cuts"], drawn["not_understood"]) == (1, 1, 0)
    assert Image.open(picture).height > 200
    listed, _ = call("print", "jobs", "--to", f"file:{target}", "--json")
    assert [job["outcome"] for job in listed["jobs"]] == ["done"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("print", "test", "--to", "tcp:127.0.0.1:1"), 1, "not printed: no printer answers at 127.0.0.1:1"),
        (("print", "test", "--to", "serial:/dev/none"), 1, "not printed: /dev/none cannot be opened"),
        (("print", "test", "--to", "fax:1"), 2, "is no printer address"),
        (("print", "test"), 2, "no printer is set"),
        (("print", "test", "--to", "file:x", "--width", "70"), 2, "use 58 or 80"),
        (("print", "text", "/nowhere.txt", "--to", "file:x"), 1, "No such file"),
        (("print", "render", "/nowhere.bin", "-o", "x.png"), 1, "No such file"),
        (("print", "slip", "x", "--to", "file:x"), 1, "there is no pack"),
        (("print", "invoice", "/nowhere.ofd"), 1, "No such file"),
        (("devices", "test"), 1, "no device is set"),
        (("devices", "paper"), 1, "no printer is set"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(home: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
    _, error = call(*arguments, fails=code)
    assert says in error


def test_devices_of_the_settings_are_listed_tested_and_watched(home: Path) -> None:
    (home / "settings.toml").write_text(
        '[printer]\ndevice = "tcp:127.0.0.1:1"\n[[devices]]\nname = "ups"\ndriver = "ups"\naddress = "power:none"\n'
    )
    listed, _ = call("devices", "list", "--json")
    states = {one["name"]: one["condition"]["state"] for one in listed["devices"]}
    assert states == {"printer": "unplugged", "ups": "unplugged"}
    tested, _ = call("devices", "test", "--json", fails=1)
    assert [record["passed"] for record in tested["records"]] == [False, False]
    assert len((home / "diagnostics" / "records.jsonl").read_text().splitlines()) == 2
    watched, _ = call("devices", "watch", "--seconds", "0.01", "--json")
    assert watched["before"] is None
    (home / "settings.toml").write_text('[[devices]]\nname = "x"\ndriver = "magic"\naddress = ""\n')
    assert "there is no driver 'magic'" in call("devices", "list", fails=1)[1]


def decoded(document: Slip) -> tuple[str, list[str]]:
    """The text of a slip as the decoder reads it, and its codes as an independent reader does."""
    data = encode_bytes(document, NARROW_58)
    codes = zxingcpp.read_barcodes(paper.render(data, NARROW_58.dots))
    return decoder.text_of(decoder.decode(data)), [code.text for code in codes]


def test_receipts_have_what_the_citizen_needs_and_nothing_of_the_person(starter: Pack) -> None:
    chosen = settings.Settings()
    ticket = {"kind": "诉求", "number": "WL20261122-0007", "due": "48小时内"}
    text, codes = decoded(printing.ticket_slip(starter, ticket, "bianmin:t:WL20261122-0007", chosen, NOW))
    assert "WL20261122-0007" in text
    assert "48小时内" in text
    assert codes == ["bianmin:t:WL20261122-0007"]
    text, codes = decoded(printing.resume_slip(starter, "高龄津贴申领", "bianmin:r:abc", chosen, NOW))
    assert "高龄津贴申领" in text
    assert codes == ["bianmin:r:abc"]
    bad, _ = decoded(printing.rating_slip(starter, 1, "", chosen, NOW))
    good, _ = decoded(printing.rating_slip(starter, 5, "", chosen, NOW))
    assert "非常不满意" in bad
    assert ("回话" in bad, "回话" in good) == (True, False)


def test_the_diagnostics_slip_names_every_device_and_what_to_do() -> None:
    rows = [("printer", "fault", "the printer has no paper; put in a new roll"), ("ups", "ready", "")]
    document = slips.diagnostics(printing.stamp(settings.Settings(), NOW), rows, '{"devices":{"fault":1}}')
    text, codes = decoded(from_builtins(document))
    assert "put in a new roll" in text.replace("\n   ", " ")
    assert codes == ['{"devices":{"fault":1}}']


def test_every_form_of_the_pack_becomes_pdf_a(starter: Pack) -> None:
    from pypdf import PdfReader

    from devices import a4

    if not a4.FONT_FOLDERS[0].is_dir():
        pytest.skip("needs the package fonts-noto-cjk")
    assert starter.forms()
    for form in starter.forms():
        filled = {field.id: "王秀兰" for field in form.fields[:1]}
        document = a4.compose(form.source, filled)
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(document.pdf)).pages)
        assert form.title in text.replace("\n", "")
        assert document.pages <= 4
