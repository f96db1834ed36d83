"""Two packs compared: what is new, what changed in which fields, what was withdrawn."""

from __future__ import annotations

from pathlib import Path

from content.build import build
from content.comparing import compare
from content.pack import Pack


def built(folder: Path, out: Path) -> Pack:
    build(folder, out, index=None)
    return Pack.open(out)


def test_nothing_changed(content_folder: Path, tmp_path: Path) -> None:
    pack = built(content_folder, tmp_path / "a.pack")
    difference = compare(pack, pack)
    assert (difference.added, difference.changed, difference.withdrawn) == ((), (), ())


def test_new_changed_withdrawn(content_folder: Path, tmp_path: Path) -> None:
    old = built(content_folder, tmp_path / "a.pack")
    path = content_folder / "items/insurance/newborn.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("费用: 不收费", "费用: 收费10元").replace("窗口当场登记", "窗口登记"), "utf-8")
    (content_folder / "items/insurance/other.yaml").write_text(text.replace("编号: newborn", "编号: other"), "utf-8")
    prompts = content_folder / "prompts.yaml"
    prompts.write_text(prompts.read_text("utf-8").replace("您好，请说", "您好，请讲"), "utf-8")
    new = built(content_folder, tmp_path / "b.pack")
    difference = compare(old, new)
    assert [(change.kind, change.id, change.title) for change in difference.added] == [
        ("item", "other", "新生儿参加医保")
    ]
    assert [(change.id, change.fields) for change in difference.changed] == [
        ("newborn", ("fee", "steps")),
        ("greeting", ("texts",)),
    ]
    assert difference.withdrawn == ()
    assert [change.id for change in compare(new, old).withdrawn] == ["other"]
    assert difference.old != difference.new
