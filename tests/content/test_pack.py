"""A pack: same input, same bytes; a bad one is refused with one sentence; nothing is ever half written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from content.build import build
from content.findings import ContentError
from content.model import Module
from content.pack import APPLICATION_ID, SCHEMA, Pack, PackError


@pytest.fixture
def pack(content_folder: Path, tmp_path: Path) -> Path:
    out = tmp_path / "out" / "test.pack"
    build(content_folder, out, clips={"当场就能办好。": b"sound"}, voice="zf_test")
    return out


def test_the_same_input_gives_the_same_bytes(content_folder: Path, pack: Path, tmp_path: Path) -> None:
    again = tmp_path / "elsewhere" / "b.pack"
    copy = shutil.copytree(content_folder, tmp_path / "copy" / content_folder.name)
    build(copy, again, clips={"当场就能办好。": b"sound"}, voice="zf_test")
    assert again.read_bytes() == pack.read_bytes()


def test_a_changed_word_changes_the_version(content_folder: Path, pack: Path, tmp_path: Path) -> None:
    item = content_folder / "items" / "insurance" / "newborn.yaml"
    item.write_text(item.read_text("utf-8").replace("取号", "领号"), "utf-8")
    changed = build(content_folder, tmp_path / "b.pack")
    assert changed.version != Pack.open(pack).meta.version


def test_everything_comes_back(pack: Path) -> None:
    opened = Pack.open(pack)
    item = opened.item("newborn")
    assert item.title == "新生儿参加医保"
    assert opened.place_names(item) == ("便民服务中心",)
    assert opened.by_module()[Module.INSURANCE] == (item,)
    assert opened.find("newborn") is item
    assert opened.find("nothing") is None
    assert "新生儿怎么上医保" in opened.words()
    assert "当场就能办好。" in opened.spoken_sentences()
    assert opened.clip_bytes("当场就能办好。", "zf_test") == b"sound"
    assert opened.clip_bytes("没有这句。", "zf_test") is None
    assert opened.prompt("greeting") == "您好，请说您要办的事。"
    assert opened.prompt("greeting", "en") == "Hello, please say what you need."
    assert opened.meta.sample
    with pytest.raises(KeyError):
        opened.blob("nothing")


def test_a_pack_older_than_the_program_is_not_silent_where_it_lacks_a_prompt(pack: Path) -> None:
    """A program update met last month's pack: the session ended in a KeyError at its first new sentence."""
    opened = Pack.open(pack)
    assert "listen.more" not in {prompt.id for prompt in opened.prompts()}
    assert opened.prompt("listen.more") == "您还要问什么？请说。"
    assert opened.prompt("listen.more", "en") == "What else would you like to ask?"
    with pytest.raises(KeyError):
        opened.prompt("no.such.prompt")


def test_nothing_is_written_beside_an_open_pack(pack: Path) -> None:
    before = (pack.stat().st_mtime_ns, pack.read_bytes())
    opened = Pack.open(pack)
    opened.items()
    assert [path.name for path in pack.parent.iterdir()] == [pack.name]
    assert (pack.stat().st_mtime_ns, pack.read_bytes()) == before


def test_a_broken_source_leaves_the_old_pack(content_folder: Path, pack: Path) -> None:
    before = pack.read_bytes()
    (content_folder / "items" / "insurance" / "newborn.yaml").write_text("编号: [", "utf-8")
    with pytest.raises(ContentError):
        build(content_folder, pack)
    assert pack.read_bytes() == before
    assert [path.name for path in pack.parent.iterdir()] == [pack.name]


def test_a_failing_clip_maker_leaves_the_old_pack(content_folder: Path, pack: Path) -> None:
    def clips(sentence: str) -> bytes:
        raise OSError("no voice")

    before = pack.read_bytes()
    with pytest.raises(OSError, match="no voice"):
        build(content_folder, pack, clips=clips, voice="v")
    assert pack.read_bytes() == before
    assert [path.name for path in pack.parent.iterdir()] == [pack.name]


def test_what_a_killed_writer_left_is_removed(content_folder: Path, pack: Path) -> None:
    dead = pack.with_name(f".{pack.name}.999999999.1.tmp")
    dead.write_bytes(b"half")
    build(content_folder, pack)
    assert [path.name for path in pack.parent.iterdir()] == [pack.name]


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="there is no pack"):
        Pack.open(tmp_path / "none.pack")


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04" * 100, b"SQLite format 3\x00"])
def test_not_a_pack(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.pack"
    path.write_bytes(data)
    with pytest.raises(PackError, match="not a content pack"):
        Pack.open(path)


def test_another_database(tmp_path: Path, pack: Path) -> None:
    data = bytearray(pack.read_bytes())
    data[68:72] = (APPLICATION_ID + 1).to_bytes(4, "big")
    pack.write_bytes(data)
    with pytest.raises(PackError, match="a database, but not a content pack"):
        Pack.open(pack)


def test_from_a_newer_version(pack: Path) -> None:
    data = bytearray(pack.read_bytes())
    data[60:64] = (SCHEMA + 1).to_bytes(4, "big")
    pack.write_bytes(data)
    with pytest.raises(PackError, match=r"newer version .* update the program"):
        Pack.open(pack)


@pytest.mark.parametrize("keep", [100, 4096, 5000, -1, -4096])
def test_truncated(pack: Path, keep: int) -> None:
    pack.write_bytes(pack.read_bytes()[:keep])
    with pytest.raises(PackError, match="truncated"):
        Pack.open(pack)


def test_a_changed_answer_is_noticed(pack: Path) -> None:
    data = pack.read_bytes()
    assert "九十天".encode() in data
    pack.write_bytes(data.replace("九十天".encode(), "六十天".encode()))
    with pytest.raises(PackError, match="do not match their digest"):
        Pack.open(pack)


def test_every_page_zeroed_is_noticed_or_harmless(pack: Path) -> None:
    """A page lost to the disk is either reported or holds no record: no wrong answer, no other exception."""
    data = pack.read_bytes()
    items = Pack.open(pack).items()
    for start in range(4096, len(data), 4096):
        pack.write_bytes(data[:start] + bytes(4096) + data[start + 4096 :])
        try:
            opened = Pack.open(pack)
        except PackError:
            continue
        assert opened.items() == items
        assert opened.clip_bytes("当场就能办好。", "zf_test") in (b"sound", None)
