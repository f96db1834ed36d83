"""The handbook: complete, the same bytes from the same pack, and data is never markup."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.build import build
from content.handbook import HandbookError, contents, handbook, index
from content.pack import Pack


@pytest.fixture
def pack(content_folder: Path, tmp_path: Path) -> Pack:
    item = content_folder / "items/insurance/newborn.yaml"
    nasty = "到#sys.version取号 $x$ *粗* [方括号] \\ `代码` @item // 注释"
    item.write_text(item.read_text("utf-8").replace("带齐材料到医保窗口取号", f"'{nasty}'"), "utf-8")
    build(content_folder, tmp_path / "h.pack", index=None)
    return Pack.open(tmp_path / "h.pack")


def test_the_same_pack_gives_the_same_pdf(pack: Pack, tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        handbook(pack, tmp_path / name)
    data = (tmp_path / "a.pdf").read_bytes()
    assert data.startswith(b"%PDF-1.")
    assert data == (tmp_path / "b.pdf").read_bytes()
    assert sorted(path.suffix for path in tmp_path.iterdir()) == ["", ".pack", ".pdf", ".pdf"]


def test_everything_is_in_it(pack: Pack) -> None:
    data = contents(pack)
    (chapter,) = data["chapters"]
    assert chapter["title"] == "医保社保"
    sheet = chapter["items"][0]
    assert sheet["places"][0]["name"] == "便民服务中心"
    assert sheet["basis"] == ["《中华人民共和国社会保险法》第二十五条"]
    assert "2027-12-31" in sheet["validity"]
    assert sheet["sample"] == "样例待核实：地点、时限、材料、费用。"


def test_the_index_is_by_pinyin(pack: Pack) -> None:
    (group,) = index(pack.items())
    assert group["letter"] == "X"
    assert [entry["text"] for entry in group["entries"]] == ["新生儿参加医保", "新生儿医保"]


def test_a_pack_without_list_form_is_refused(pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pack, "items", lambda self: ())
    with pytest.raises(HandbookError, match="no items in list form"):
        handbook(pack, tmp_path / "x.pdf")
    assert not (tmp_path / "x.pdf").exists()


def test_a_place_that_cannot_be_written(pack: Pack, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(HandbookError, match="cannot be written"):
        handbook(pack, tmp_path / "file" / "x.pdf")
